/** Needs PostgreSQL. */

import { assert, it, vi } from "@effect/vitest"
import { needsPostgres } from "@wa/adapters/contracts/needs"
import { layerServer } from "@wa/adapters/postgres/database"
import { freshDatabase } from "@wa/adapters/postgres/database.fixture"
import { stepNames } from "@wa/adapters/postgres/migrations"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { runWa } from "./wa-command.fixture.ts"

// Each question starts a process of its own.
vi.setConfig({ testTimeout: 40_000 })

const wa = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.promise(() => runWa(args, env))
const two = Effect.gen(function* () {
  const [gateway, agent] = [yield* freshDatabase, yield* freshDatabase]
  return { GATEWAY_DATABASE_URL: Redacted.value(gateway.url), AGENT_DATABASE_URL: Redacted.value(agent.url) }
})

const describePostgres = await needsPostgres()
describePostgres("wa migrate", () => {
  it.live("makes the tables of both databases, and finds nothing to do the second time", () =>
    Effect.gen(function* () {
      const env = yield* two
      const first = yield* wa(["migrate", "--json"], env)
      assert.strictEqual(first.status, 0, first.stderr)
      assert.deepStrictEqual(
        first.stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as { program: string; applied: ReadonlyArray<string> })
          .map(({ program, applied }) => [program, applied]),
        [
          ["gateway", stepNames.gateway],
          ["agent", stepNames.agent],
        ],
      )
      const second = yield* wa(["migrate"], env)
      assert.strictEqual(second.status, 0)
      assert.match(second.stdout, /^шлюз, .*: все миграции уже применены\nагент, .*: все миграции уже применены\n$/)
    }).pipe(Effect.scoped),
  )

  it.live("lets two that start together take turns", () =>
    Effect.gen(function* () {
      const env = yield* two
      const both = yield* Effect.all([wa(["migrate"], env), wa(["migrate"], env)], { concurrency: 2 })
      assert.deepStrictEqual(
        both.map(({ status }) => status),
        [0, 0],
      )
      const said = both.map(({ stdout }) => stdout).join("")
      assert.lengthOf([...said.matchAll(/применено 0001_tables/g)], 2)
      assert.lengthOf([...said.matchAll(/уже применены/g)], 2)
    }).pipe(Effect.scoped),
  )

  it.live("migrates one program's database, named on the command line or by DATABASE_URL", () =>
    Effect.gen(function* () {
      const { AGENT_DATABASE_URL: url } = yield* two
      const named = yield* wa(["migrate", "agent", "--database-url", url])
      assert.deepStrictEqual([named.status, /^агент, .*применено/.test(named.stdout)], [0, true])
      const byEnv = yield* wa(["migrate", "agent"], { DATABASE_URL: url })
      assert.deepStrictEqual([byEnv.status, /уже применены/.test(byEnv.stdout)], [0, true])
    }).pipe(Effect.scoped),
  )

  it.live("wants to be told whose database it is, in one line", () =>
    Effect.gen(function* () {
      for (const [args, env] of [
        [["migrate"], {}],
        [["migrate"], { DATABASE_URL: "postgres://127.0.0.1/x" }],
        [["migrate", "--database-url", "postgres://127.0.0.1/x"], {}],
        [["migrate", "agent", "--database-url", "nowhere"], {}],
      ] as const) {
        const { status, stderr } = yield* wa(args, env)
        assert.strictEqual(status, 2, stderr)
        assert.isAtMost(stderr.trim().split("\n").length, 2)
      }
    }),
  )

  it.live("ends with 1 and one line where no database answers, without the password", () =>
    Effect.gen(function* () {
      const { status, stderr } = yield* wa([
        "migrate",
        "agent",
        "--database-url",
        "postgres://u:hush-hush@127.0.0.1:1/x",
      ])
      assert.strictEqual(status, 1)
      assert.match(stderr, /^агент, база 127\.0\.0\.1:1\/x: .*ECONNREFUSED.*\n$/)
      assert.notInclude(stderr, "hush-hush")
    }),
  )
})

describePostgres("wa doctor", () => {
  it.live(
    "tells how far each database is migrated",
    () =>
      Effect.gen(function* () {
        const env = yield* two
        const stateOf = Effect.gen(function* () {
          const { status, stdout } = yield* wa(["doctor", "--json"], env)
          const { checks } = JSON.parse(stdout) as { checks: ReadonlyArray<{ what: string; state: string }> }
          return [status, ...checks.filter(({ what }) => what.endsWith("миграции")).map(({ state }) => state)]
        })
        assert.deepStrictEqual(yield* stateOf, [0, "warn", "warn"])
        yield* wa(["migrate"], env)
        assert.deepStrictEqual(yield* stateOf, [0, "ok", "ok"])
        // As a newer version would have left it.
        yield* Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`INSERT INTO agent_migrations (migration_id, name) VALUES (9999, 'from_the_future')`
        }).pipe(Effect.provide(layerServer({ url: Redacted.make(env.AGENT_DATABASE_URL), maxConnections: 1 })))
        assert.deepStrictEqual(yield* stateOf, [1, "ok", "bad"])
      }).pipe(Effect.scoped),
    30_000,
  )
})
