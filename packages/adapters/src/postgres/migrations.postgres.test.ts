/** Needs a PostgreSQL server at DATABASE_TEST_URL; makes databases of its own there and drops them. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { needsPostgres } from "../contracts/needs.ts"
import { freshDatabase } from "./database.fixture.ts"
import { layerServer } from "./database.ts"
import { migrateAgent, migrateGateway } from "./migrations.ts"

const inDatabase = await needsPostgres()
inDatabase("the migrations", () => {
  it.live(
    "are done once by whoever is first, when several programs start on an empty database",
    () =>
      Effect.gen(function* () {
        const { url } = yield* freshDatabase
        const program = Effect.gen(function* () {
          return [...(yield* migrateAgent()), ...(yield* migrateGateway())].map(([, name]) => name)
        }).pipe(Effect.provide(layerServer({ url, maxConnections: 2 })))
        const done = yield* Effect.all([program, program, program, program], { concurrency: "unbounded" })
        assert.deepStrictEqual(done.flat(), ["tables", "tables"])
        assert.deepStrictEqual(yield* program, [])
      }).pipe(Effect.scoped),
    60_000,
  )
  it.live(
    "make every table and index that the design names",
    () =>
      Effect.gen(function* () {
        const { url } = yield* freshDatabase
        const tables = yield* Effect.gen(function* () {
          yield* migrateAgent()
          yield* migrateGateway()
          const sql = yield* SqlClient.SqlClient
          const rows = yield* sql<{ name: string }>`SELECT table_name AS name FROM information_schema.tables
            WHERE table_schema = 'public'`
          return rows.map((row) => row.name)
        }).pipe(Effect.provide(layerServer({ url })))
        assert.includeMembers(tables, [
          "contacts",
          "messages",
          "follow_ups",
          "scheduled_calls",
          "message_logs",
          "whitelist",
        ])
      }).pipe(Effect.scoped),
    60_000,
  )
})
