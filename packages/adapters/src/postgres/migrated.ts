/** The repositories over a database server, once it answers and the tables are there. */

import { AgentRepo } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { Context, Effect, Layer, type Redacted, Schedule, Schema } from "effect"
import { placeOf, whyOf } from "../runtime/why.ts"
import * as AgentRepoSql from "./agent-repo-sql.ts"
import { layerServer } from "./database.ts"
import * as GatewayRepoSql from "./gateway-repo-sql.ts"
import { migrateAgent, migrateGateway } from "./migrations.ts"

/** The server could not be reached, or the tables not made, for a minute. */
export class DatabaseNotReady extends Schema.TaggedError<DatabaseNotReady>()("DatabaseNotReady", {
  why: Schema.String,
}) {
  override get message() {
    return `база данных не отвечает: ${this.why}; проверьте адрес базы и что сервер PostgreSQL запущен`
  }
}

/** The server answers, and says no: waiting does not mend it. `why` is in its own words. */
export class DatabaseRefuses extends Schema.TaggedError<DatabaseRefuses>()("DatabaseRefuses", {
  place: Schema.String,
  state: Schema.String,
  why: Schema.String,
}) {
  override get message() {
    return `PostgreSQL не пускает в базу ${this.place}: ${this.why} (${this.state}); ${remedies[this.state]}`
  }
}

/** By SQLSTATE. */
const remedies: Readonly<Record<string, string>> = {
  "3D000": "создайте базу или исправьте её имя в адресе",
  "28P01": "исправьте имя или пароль в адресе базы",
  "28000": "исправьте имя в адресе базы, создайте роль или разрешите ей вход",
  "42501": "дайте роли права на базу, например сделайте её владельцем",
}

interface Server {
  readonly url: Redacted.Redacted
  readonly maxConnections: number
  /** Told each time the server was not reached. */
  readonly isAway?: (why: string) => void
}

/** Waits up to a minute: after a power cut everything starts at once. */
const patience = Schedule.spaced("2 seconds").pipe(Schedule.upTo({ times: 30 }))

export const agentRepoOn = (
  server: Server,
  timezone: string,
): Layer.Layer<AgentRepo, DatabaseNotReady | DatabaseRefuses> =>
  whenReady(
    AgentRepo,
    server,
    AgentRepoSql.layerWith({ timezone }).pipe(
      Layer.provide(Layer.effectDiscard(migrateAgent())),
      Layer.provide(layerServer(server)),
    ),
  )

export const gatewayRepoOn = (server: Server): Layer.Layer<GatewayRepo, DatabaseNotReady | DatabaseRefuses> =>
  whenReady(
    GatewayRepo,
    server,
    GatewayRepoSql.layer.pipe(Layer.provide(Layer.effectDiscard(migrateGateway())), Layer.provide(layerServer(server))),
  )

const whenReady = <I, S>(
  tag: Context.Key<I, S>,
  { url, isAway }: Server,
  layer: Layer.Layer<I, unknown>,
): Layer.Layer<I, DatabaseNotReady | DatabaseRefuses> =>
  Layer.effect(
    tag,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const context = yield* Layer.buildWithScope(Layer.fresh(layer), scope).pipe(
        Effect.mapError((error) => {
          const state = sqlStateOf(error)
          return state !== undefined && state in remedies
            ? new DatabaseRefuses({ place: placeOf(url), state, why: whyOf(error) })
            : new DatabaseNotReady({ why: whyOf(error) })
        }),
        Effect.tapErrorTag("DatabaseNotReady", (error) => {
          isAway?.(error.why)
          return Effect.logWarning(error.message)
        }),
        Effect.retry({ schedule: patience, while: (error) => error._tag === "DatabaseNotReady" }),
      )
      return Context.get(context, tag)
    }),
  )

const causesMax = 8
/** Five characters that PostgreSQL put at the bottom of what its client made of it. */
const sqlStateOf = (error: unknown): string | undefined => {
  let state: string | undefined
  let one = error
  for (let depth = 0; depth < causesMax && typeof one === "object" && one !== null; depth++) {
    const { code, cause } = one as { readonly code?: unknown; readonly cause?: unknown }
    if (typeof code === "string" && /^[0-9A-Z]{5}$/.test(code)) state = code
    one = cause
  }
  return state
}
