/** Needs a PostgreSQL server at DATABASE_TEST_URL; makes a database of its own there and drops it. */
import { afterAll, assert, it } from "@effect/vitest"
import type { ContactKey } from "@wa/core/contact/contact-key"
import { newConversation } from "@wa/core/conversation/conversation"
import { AgentRepo, type Change } from "@wa/core/ports/agent-repo"
import { Deferred, Effect, Fiber, Layer, Logger, ManagedRuntime, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { agentRepoContract } from "../contracts/agent-repo.contract.ts"
import { needsPostgres } from "../contracts/needs.ts"
import * as AgentRepoSql from "./agent-repo-sql.ts"
import { emptied, emptyAgent, layerFreshDatabase } from "./database.fixture.ts"
import { layerServer } from "./database.ts"
import { migrateAgent } from "./migrations.ts"

const key: ContactKey = { profileId: "profile-1", phone: "+77010000001" }
const t0 = Date.parse("2026-03-02T10:00:00+05:00")
const changeOf = (over: Partial<Change> = {}): Change => ({
  conversation: newConversation(key),
  wakeUpAt: null,
  commands: [],
  at: t0,
  trace: { event: { _tag: "Released", at: t0 }, commands: [], thoughts: {} },
  ...over,
})

const inDatabase = await needsPostgres()
inDatabase("the agent's repository on PostgreSQL", () => {
  const runtime = ManagedRuntime.make(Layer.effectDiscard(migrateAgent()).pipe(Layer.provideMerge(layerFreshDatabase)))
  afterAll(() => runtime.dispose())
  const subject = emptied(runtime, emptyAgent, AgentRepoSql.layer)
  const inRuntime = <A, E>(effect: Effect.Effect<A, E, AgentRepo | SqlClient.SqlClient>) =>
    Effect.gen(function* () {
      const context = yield* runtime.contextEffect
      return yield* effect.pipe(Effect.provide(subject()), Effect.provideContext(context))
    })

  agentRepoContract("PostgreSQL", subject)

  it.live("stores what PostgreSQL itself would refuse: NUL and half an emoji", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const text = "цена\u0000 \ud83d"
        yield* repo.change(key, {}, () =>
          changeOf({
            message: { messageId: "m1", from: "client", text, at: t0, isVoice: false, transcript: text },
            info: { name: text, full_name: null, business_name: null },
            trace: { event: { _tag: "Released", at: t0 }, commands: [], thoughts: { text } },
          }),
        )
        assert.strictEqual((yield* repo.history(key, 1))[0]?.text, "цена \ufffd")
      }),
    ),
  )
  it.live("sets a conversation aside that cannot be read, and goes on with the next one", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const sql = yield* SqlClient.SqlClient
        const next: ContactKey = { ...key, phone: "+77010000002" }
        yield* repo.change(key, {}, () => changeOf({ wakeUpAt: t0 - 1 }))
        yield* repo.change(next, {}, () => changeOf({ conversation: newConversation(next), wakeUpAt: t0 }))
        yield* sql`UPDATE contacts SET state = '{"version": 99}' WHERE phone_number = ${key.phone}`
        const due = yield* repo.changeNextDue(t0, {}, () => changeOf({ conversation: newConversation(next) }))
        assert.deepStrictEqual(due?.key, next)
        assert.strictEqual((yield* Effect.flip(repo.change(key, {}, () => null)))._tag, "StoreUnavailable")
        assert.deepStrictEqual(
          (yield* repo.contacts(10)).map((one) => one.key),
          [next],
        )
      }).pipe(Effect.provide(Logger.layer([]))),
    ),
  )
  it.live("leads from a message of ours to the decision behind it", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const sql = yield* SqlClient.SqlClient
        yield* repo.change(key, {}, () =>
          changeOf({
            commands: [
              { _tag: "Send", outboundId: "o1", kind: "reply", touch: null, text: "Да", messageIds: [], isSafe: false },
            ],
            trace: { event: { _tag: "Released", at: t0 }, commands: [], thoughts: { verdict: "прошёл" } },
          }),
        )
        const rows = yield* sql`SELECT d.thoughts FROM messages m JOIN decisions d ON d.id = m.decision_id
          WHERE m.outbound_id = 'o1' AND m.is_from_bot`
        assert.deepStrictEqual(rows, [{ thoughts: { verdict: "прошёл" } }])
      }),
    ),
  )
  it.live("fails and stores nothing when the server drops the connection, and works again afterwards", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* AgentRepo
        const sql = yield* SqlClient.SqlClient
        yield* repo.change(key, {}, () => changeOf())
        const isHeld = yield* Deferred.make<void>()
        const mayEnd = yield* Deferred.make<void>()
        const holder = yield* Effect.forkChild(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`SELECT id FROM contacts FOR UPDATE`
              yield* Deferred.succeed(isHeld, undefined)
              yield* Deferred.await(mayEnd)
            }),
          ),
        )
        yield* Deferred.await(isHeld)
        // It waits for the row that is held, and is cut off there.
        const change = yield* Effect.forkChild(Effect.flip(repo.change(key, {}, () => changeOf({ wakeUpAt: t0 }))))
        const cutOff = sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`
        while ((yield* cutOff).length === 0) yield* Effect.yieldNow
        assert.strictEqual((yield* Fiber.join(change))._tag, "StoreUnavailable")
        yield* Deferred.succeed(mayEnd, undefined)
        yield* Fiber.join(holder)
        assert.isNull(yield* repo.nextWakeUpAt)
        yield* repo.change(key, {}, () => changeOf({ wakeUpAt: t0 }))
        assert.strictEqual(yield* repo.nextWakeUpAt, t0)
      }),
    ),
  )
  it.live("bounds how long a statement and an idle transaction may take", () =>
    inRuntime(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const rows = yield* sql`SELECT current_setting('statement_timeout') AS statement,
          current_setting('idle_in_transaction_session_timeout') AS idle`
        assert.deepStrictEqual(rows, [{ statement: "30s", idle: "1min" }])
      }),
    ),
  )
  it.live("says that the store is unavailable when nobody answers there", () =>
    Effect.gen(function* () {
      const nowhere = layerServer({ url: Redacted.make("postgres://postgres@127.0.0.1:1/nowhere") })
      const error = yield* Effect.flip(
        AgentRepo.use((repo) => repo.ping).pipe(Effect.provide(AgentRepoSql.layer.pipe(Layer.provide(nowhere)))),
      )
      assert.include(["StoreUnavailable", "SqlError"], error._tag)
    }),
  )
})
