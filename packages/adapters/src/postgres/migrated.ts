/** The repositories over a database server, once it answers and the tables are there. */

import { AgentRepo } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { Context, Effect, Layer, type Redacted, Schedule, Schema } from "effect"
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

interface Server {
  readonly url: Redacted.Redacted
  readonly maxConnections: number
}

/** Waits up to a minute: after a power cut everything starts at once. */
const patience = Schedule.spaced("2 seconds").pipe(Schedule.upTo({ times: 30 }))

export const agentRepoOn = (server: Server, timezone: string): Layer.Layer<AgentRepo, DatabaseNotReady> =>
  whenReady(
    AgentRepo,
    AgentRepoSql.layerWith({ timezone }).pipe(
      Layer.provide(Layer.effectDiscard(migrateAgent())),
      Layer.provide(layerServer(server)),
    ),
  )

export const gatewayRepoOn = (server: Server): Layer.Layer<GatewayRepo, DatabaseNotReady> =>
  whenReady(
    GatewayRepo,
    GatewayRepoSql.layer.pipe(Layer.provide(Layer.effectDiscard(migrateGateway())), Layer.provide(layerServer(server))),
  )

const whenReady = <I, S>(tag: Context.Key<I, S>, layer: Layer.Layer<I, unknown>): Layer.Layer<I, DatabaseNotReady> =>
  Layer.effect(
    tag,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const context = yield* Layer.buildWithScope(Layer.fresh(layer), scope).pipe(
        Effect.mapError(
          (error) => new DatabaseNotReady({ why: error instanceof Error ? error.message : String(error) }),
        ),
        Effect.tapError((error) => Effect.logWarning(error.message)),
        Effect.retry(patience),
      )
      return Context.get(context, tag)
    }),
  )
