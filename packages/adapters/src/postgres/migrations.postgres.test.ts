/** Needs a PostgreSQL server at DATABASE_TEST_URL; makes databases of its own there and drops them. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { needsPostgres } from "../contracts/needs.ts"
import { freshDatabase } from "./database.fixture.ts"
import { layerServer } from "./database.ts"
import { migrateAgent, migrateGateway, stepNames } from "./migrations.ts"

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
        assert.deepStrictEqual(
          done.flat(),
          [...stepNames.agent, ...stepNames.gateway].map((name) => name.slice("0001_".length)),
        )
        assert.deepStrictEqual(yield* program, [])
      }).pipe(Effect.scoped),
    60_000,
  )
  it.live(
    "take over what an earlier version of the agent left",
    () =>
      Effect.gen(function* () {
        const { url } = yield* freshDatabase
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* migrateAgent({ steps: 1 })
          yield* sql`INSERT INTO contacts (profile_id, phone_number, state, created_at, updated_at)
            VALUES ('p', '+77010000001', '{}', now(), now()), ('p', '+77010000002', '{}', now(), now())`
          yield* sql`INSERT INTO scheduled_calls (contact_id, profile_id, scheduled_at, timezone, status, created_at)
            VALUES (1, 'p', '2026-11-24T10:00Z', 'Asia/Almaty', 'scheduled', '2026-11-20T10:00Z'),
              (1, 'p', '2026-11-25T10:00Z', 'Asia/Almaty', 'moved', '2026-11-20T10:00Z')`
          yield* sql`INSERT INTO follow_ups (contact_id, touch_number, next_touch_at, last_touch_at, is_completed, created_at)
            VALUES (1, 2, '2026-11-24T10:00Z', '2026-11-21T10:00Z', false, '2026-11-20T10:00Z'),
              (2, 1, NULL, NULL, true, '2026-11-20T10:00Z')`
          yield* migrateAgent()
          const calls = yield* sql<{ uid: string; sequence: number; is_told: boolean }>`
            SELECT uid, sequence, changed_at = created_at AS is_told FROM scheduled_calls ORDER BY id`
          assert.strictEqual(new Set(calls.map((call) => call.uid)).size, 2)
          assert.deepStrictEqual(
            calls.map((call) => [call.sequence, call.is_told]),
            [
              [0, true],
              [0, true],
            ],
          )
          const plans = yield* sql<{ contact_id: number; touch: number; ended_at: Date | null; due_at: Date }>`
            SELECT * FROM touch_plans`
          assert.deepStrictEqual(
            plans.map((plan) => [plan.contact_id, plan.touch, plan.ended_at, plan.due_at.toISOString()]),
            [[1, 2, null, "2026-11-24T10:00:00.000Z"]],
          )
        }).pipe(Effect.provide(layerServer({ url, maxConnections: 2 })))
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
          "touch_plans",
          "message_logs",
          "whitelist",
        ])
      }).pipe(Effect.scoped),
    60_000,
  )
})
