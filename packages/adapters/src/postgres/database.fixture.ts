/** Databases for tests: a throwaway one on the server, and repositories that start each test empty. */
import { randomBytes } from "node:crypto"
import { Effect, Layer, type ManagedRuntime, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { postgresUrl } from "../contracts/needs.ts"
import { layerServer } from "./database.ts"
import { firstWhitelist } from "./stored.ts"

const onServer = (statement: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql.unsafe(statement)
  }).pipe(Effect.provide(layerServer({ url: Redacted.make(postgresUrl), maxConnections: 1 })))

/** The address of a new, empty database, dropped with the scope. */
export const freshDatabase = Effect.acquireRelease(
  Effect.gen(function* () {
    const name = `wa_test_${randomBytes(6).toString("hex")}`
    yield* onServer(`CREATE DATABASE ${name}`)
    const url = new URL(postgresUrl)
    url.pathname = `/${name}`
    return { name, url: Redacted.make(url.href) }
  }),
  ({ name }) => Effect.orDie(onServer(`DROP DATABASE ${name} WITH (FORCE)`)),
)

export const layerFreshDatabase = Layer.unwrap(Effect.map(freshDatabase, ({ url }) => layerServer({ url })))

/** A repository over the client of `runtime`, emptied first. */
export const emptied =
  <A, E, R>(
    runtime: ManagedRuntime.ManagedRuntime<SqlClient.SqlClient, E>,
    empty: Effect.Effect<unknown, unknown, SqlClient.SqlClient>,
    repo: Layer.Layer<A, R, SqlClient.SqlClient>,
  ) =>
  (): Layer.Layer<A, unknown> =>
    Layer.unwrap(
      Effect.gen(function* () {
        const context = yield* runtime.contextEffect
        yield* Effect.provideContext(empty, context)
        return repo.pipe(Layer.provide(Layer.succeedContext(context)))
      }),
    )

export const emptyAgent = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`TRUNCATE contacts, decisions, messages, follow_ups, touch_plans, scheduled_calls, operator_requests, token_usage
    RESTART IDENTITY CASCADE`
})

export const emptyGateway = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`TRUNCATE profiles, message_logs, relay, send_ledger, chat_marks, sending_stops, early_failures, voice_token_usage RESTART IDENTITY CASCADE`
  yield* sql`DELETE FROM whitelist WHERE NOT (${sql.in(
    "phone_number",
    firstWhitelist.map((one) => one.phone),
  )})`
})
