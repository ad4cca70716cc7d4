/** Needs a PostgreSQL server at DATABASE_TEST_URL; makes a database of its own there and drops it. */
import { afterAll, assert, it } from "@effect/vitest"
import { GatewayRepo, type Seen } from "@wa/core/ports/gateway-repo"
import type { VoiceBody } from "@wa/core/queue/messages"
import { Deferred, Effect, Fiber, Layer, ManagedRuntime } from "effect"
import { SqlClient } from "effect/sql"
import { gatewayRepoContract } from "../contracts/gateway-repo.contract.ts"
import { needsPostgres } from "../contracts/needs.ts"
import { emptied, emptyGateway, layerFreshDatabase } from "./database.fixture.ts"
import * as GatewayRepoSql from "./gateway-repo-sql.ts"
import { migrateGateway } from "./migrations.ts"

const t0 = Date.parse("2026-03-02T10:00:00+05:00")
const body: VoiceBody = {
  version: 1,
  correlation_id: "c1",
  profile_id: "profile-1",
  phone_number: "+77010000001",
  message_id: "v1",
  contact_info: { name: null, full_name: null, business_name: null },
  timestamp: new Date(t0).toISOString(),
}
const voice: Seen = {
  profileId: "profile-1",
  messageId: "v1",
  phone: "+77010000001",
  direction: "incoming",
  text: "",
  isVoice: true,
  type: "ptt",
  at: t0,
  relay: [
    { queue: "voice_transcription", body },
    { queue: "voice_transcription", body },
  ],
  via: "poll",
}

const inDatabase = await needsPostgres()
inDatabase("the gateway's repository on PostgreSQL", () => {
  const runtime = ManagedRuntime.make(
    Layer.effectDiscard(migrateGateway()).pipe(Layer.provideMerge(layerFreshDatabase)),
  )
  afterAll(() => runtime.dispose())
  const subject = emptied(runtime, emptyGateway, GatewayRepoSql.layer)
  const inRuntime = <A, E>(effect: Effect.Effect<A, E, GatewayRepo | SqlClient.SqlClient>) =>
    Effect.gen(function* () {
      const context = yield* runtime.contextEffect
      return yield* effect.pipe(Effect.provide(subject()), Effect.provideContext(context))
    })

  gatewayRepoContract("PostgreSQL", subject)

  it.live("calls a message queued once all that is relayed of it is, also when it is marked at once", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const sql = yield* SqlClient.SqlClient
        const status = Effect.map(
          sql<{ queue_status: string }>`SELECT queue_status FROM message_logs`,
          (rows) => rows[0]?.queue_status,
        )
        yield* repo.record([voice])
        const [first, second] = yield* repo.pending(10)
        assert.strictEqual(yield* status, "pending")
        yield* Effect.all([repo.markQueued(first!.id, t0), repo.markQueued(second!.id, t0)], {
          concurrency: "unbounded",
        })
        assert.strictEqual(yield* status, "queued")
      }),
    ),
  )
  it.live("lets nothing overtake what is being put on its way", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const sql = yield* SqlClient.SqlClient
        const isHeld = yield* Deferred.make<void>()
        const mayEnd = yield* Deferred.make<void>()
        const first = yield* Effect.forkChild(
          sql.withTransaction(
            Effect.gen(function* () {
              yield* repo.record([voice])
              yield* Deferred.succeed(isHeld, undefined)
              yield* Deferred.await(mayEnd)
            }),
          ),
        )
        yield* Deferred.await(isHeld)
        const second = yield* Effect.forkChild(repo.record([{ ...voice, messageId: "v2" }]))
        const waiting = sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
        while ((yield* waiting).length === 0) assert.deepStrictEqual(yield* repo.pending(10), [])
        yield* Deferred.succeed(mayEnd, undefined)
        yield* Fiber.join(first)
        assert.deepStrictEqual(yield* Fiber.join(second), ["v2"])
      }),
    ),
  )
  it.live("keeps what a message said before it was edited or deleted", () =>
    inRuntime(
      Effect.gen(function* () {
        const repo = yield* GatewayRepo
        const sql = yield* SqlClient.SqlClient
        yield* repo.record([{ ...voice, text: "раз", relay: [] }])
        const relay = { ...body, event: "edited" as const, message_text: "два" }
        const edit = { profileId: "profile-1", messageId: "v1", relay, now: 0 }
        yield* repo.recordEdit({ ...edit, via: "poll", text: "два", isDeleted: false })
        yield* repo.recordEdit({ ...edit, via: "poll", text: "", isDeleted: true })
        assert.deepStrictEqual(yield* sql`SELECT original_text, message_text, is_deleted FROM message_logs`, [
          { original_text: "раз", message_text: "два", is_deleted: true },
        ])
      }),
    ),
  )
})
