/**
 * What every adapter of `QueuePort` must do. `subject` is called once for each test and gives queues that nobody else
 * uses; `away` gives a port whose other side is missing. Uses neither the test's clock nor sleeps: it waits for facts.
 */
import { assert, describe, it } from "@effect/vitest"
import { ack, type DeadMessage, dead, type Handled, NotPublished, QueuePort, retry } from "@wa/core/ports/queue-port"
import type { ClientMessage, OutgoingBody, VoiceBody } from "@wa/core/queue/messages"
import { Deferred, Effect, Fiber, type Layer, References, Schedule } from "effect"

export interface QueueContract {
  readonly subject: () => Layer.Layer<QueuePort, unknown>
  readonly away: Layer.Layer<QueuePort, unknown>
  /** `test` proves that nothing sleeps; a broker needs the `real` clock. */
  readonly clock: "test" | "real"
}

const envelope = {
  version: 1,
  correlation_id: "correlation-1",
  profile_id: "profile-1",
  phone_number: "+77010000001",
} as const

export const clientMessage = (id: string): typeof ClientMessage.Type => ({
  ...envelope,
  event: "message",
  message_id: id,
  message_text: `Здравствуйте, это ${id}`,
  is_voice: false,
  content: "text",
  contact_info: { name: "Тест", full_name: null, business_name: null },
  timestamp: "2026-03-02T10:00:00+05:00",
})

export const outgoing = (id: string): OutgoingBody => ({
  ...envelope,
  outbound_id: id,
  message_text: `Ответ ${id}`,
  reply_to_message_id: null,
  mark_as_read: true,
  kind: "reply",
  decided_at: "2026-03-02T10:00:00+05:00",
  known_operator_at: null,
  known_client_at: null,
})

export const voice = (id: string): VoiceBody => ({
  ...envelope,
  message_id: id,
  contact_info: { name: null, full_name: null, business_name: null },
  timestamp: "2026-03-02T10:00:00+05:00",
})

/** Looks until it is so, on the real clock whatever the test's clock is. */
export const eventually = <A>(look: Effect.Effect<A>, isSo: (seen: A) => boolean, secondsMax = 20): Effect.Effect<A> =>
  Effect.gen(function* () {
    const until = performance.now() + secondsMax * 1_000
    for (;;) {
      const seen = yield* look
      if (isSo(seen)) return seen
      if (performance.now() > until)
        return assert.fail(`not so within ${secondsMax} s; last seen: ${JSON.stringify(seen)}`)
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))
    }
  })

/** What an outbox does: again until it is confirmed. */
const untilConfirmed = <A>(publish: Effect.Effect<A, NotPublished>) =>
  Effect.orDie(Effect.retry(publish, { schedule: Schedule.recurs(100) }))

const noted = <A>(list: Array<A>, item: A, handled: Handled) =>
  Effect.sync(() => {
    list.push(item)
    return handled
  })

/** What an outage or a bug makes the adapter log is expected in its test. */
export const quiet = Effect.provideService(References.MinimumLogLevel, "None")

const now = { startImmediately: true } as const

export const queueContract = (adapter: string, { away, clock, subject }: QueueContract) =>
  describe(`QueuePort on ${adapter}`, () => {
    const test = <E>(name: string, body: Effect.Effect<void, E, QueuePort>) =>
      clock === "test"
        ? it.effect(name, () => Effect.provide(body, subject()), 30_000)
        : it.live(name, () => quiet(Effect.provide(body, subject())), 30_000)

    test(
      "hands over what was published, unchanged",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const seen: Array<unknown> = []
        const see = (body: unknown) => noted(seen, body, ack)
        yield* Effect.forkChild(queue.consume("incoming_messages", see), now)
        yield* Effect.forkChild(queue.consume("outgoing_messages", see), now)
        yield* Effect.forkChild(queue.consume("voice_transcription", see), now)
        const bodies = [clientMessage("m1"), outgoing("o1"), voice("v1")] as const
        yield* queue.publish("incoming_messages", bodies[0])
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 1,
        )
        yield* queue.publish("outgoing_messages", bodies[1])
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 2,
        )
        yield* queue.publish("voice_transcription", bodies[2])
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 3,
        )
        assert.deepStrictEqual(seen, bodies as unknown as Array<unknown>)
        assert.isTrue(yield* queue.isConnected)
      }),
    )

    test(
      "keeps the order of a publisher",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const seen: Array<string> = []
        yield* Effect.forkChild(
          queue.consume("outgoing_messages", (body) => noted(seen, body.outbound_id, ack)),
          now,
        )
        const ids = Array.from({ length: 50 }, (_, i) => `o${i}`)
        yield* Effect.forEach(ids, (id) => queue.publish("outgoing_messages", outgoing(id)), { concurrency: 50 })
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n >= ids.length,
        )
        assert.deepStrictEqual(seen, ids)
      }),
    )

    test(
      "brings a body again after `retry`, and then goes on",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const seen: Array<string> = []
        yield* Effect.forkChild(
          queue.consume("incoming_messages", (body) =>
            Effect.sync(() => {
              seen.push(body.event === "delivery" ? body.outbound_id : body.message_id)
              return seen.length < 3 ? retry("not now") : ack
            }),
          ),
          now,
        )
        yield* untilConfirmed(queue.publish("incoming_messages", clientMessage("m1")))
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n >= 3,
        )
        yield* untilConfirmed(queue.publish("incoming_messages", clientMessage("m2")))
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n >= 4,
        )
        assert.deepStrictEqual(seen, ["m1", "m1", "m1", "m2"])
      }),
    )

    test(
      "takes a handler that dies for `retry`, and lives on",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        let calls = 0
        yield* Effect.forkChild(
          queue.consume("voice_transcription", () =>
            Effect.suspend(() => (++calls < 2 ? Effect.die(new Error("a bug")) : Effect.succeed(ack))),
          ),
          now,
        )
        yield* untilConfirmed(queue.publish("voice_transcription", voice("v1")))
        yield* eventually(
          Effect.sync(() => calls),
          (n) => n === 2,
        )
      }),
    )

    test(
      "hands a body called dead to the undertaker, with why, and to nobody again",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const buried: Array<DeadMessage<"outgoing_messages">> = []
        const calls: Array<unknown> = []
        yield* Effect.forkChild(
          queue.consumeDead("outgoing_messages", (message) => noted(buried, message, ack)),
          now,
        )
        yield* Effect.forkChild(
          queue.consume("outgoing_messages", (body) => noted(calls, body, dead("такого чата нет"))),
          now,
        )
        yield* queue.publish("outgoing_messages", outgoing("o1"))
        yield* eventually(
          Effect.sync(() => buried.length),
          (n) => n === 1,
        )
        assert.deepStrictEqual(buried[0]?.body, outgoing("o1"))
        assert.strictEqual(buried[0]?.reason, "такого чата нет")
        assert.deepStrictEqual(JSON.parse(buried[0]?.raw ?? ""), outgoing("o1"))
        yield* eventually(queue.depth("outgoing_messages"), (waiting) => waiting === 0)
        assert.deepStrictEqual([calls.length, buried.length], [1, 1])
      }),
    )

    test(
      "brings a buried body again until the undertaker acks it",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        let burials = 0
        yield* Effect.forkChild(
          queue.consumeDead("outgoing_messages", () => Effect.sync(() => (++burials < 3 ? retry("not now") : ack))),
          now,
        )
        yield* Effect.forkChild(
          queue.consume("outgoing_messages", () => Effect.succeed(dead("no such chat"))),
          now,
        )
        yield* untilConfirmed(queue.publish("outgoing_messages", outgoing("o1")))
        yield* eventually(
          Effect.sync(() => burials),
          (n) => n === 3,
        )
      }),
    )

    test(
      "counts the messages that wait behind a busy worker",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const gate = yield* Deferred.make<void>()
        let begun = 0
        yield* Effect.forkChild(
          queue.consume(
            "incoming_messages",
            () => Effect.sync(() => begun++).pipe(Effect.andThen(Deferred.await(gate)), Effect.as(ack)),
            {
              workers: 1,
            },
          ),
          now,
        )
        const publishing = yield* Effect.forkChild(
          Effect.forEach(["m1", "m2", "m3"], (id) => queue.publish("incoming_messages", clientMessage(id)), {
            concurrency: 3,
          }),
          now,
        )
        yield* eventually(
          Effect.sync(() => begun),
          (n) => n === 1,
        )
        yield* eventually(queue.depth("incoming_messages"), (waiting) => waiting === 2)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(publishing)
        yield* eventually(
          Effect.sync(() => begun),
          (n) => n === 3,
        )
        yield* eventually(queue.depth("incoming_messages"), (waiting) => waiting === 0)
      }),
    )

    test(
      "keeps as many handlers going as there are workers, and no more",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const gate = yield* Deferred.make<void>()
        let inside = 0
        let insideMost = 0
        let done = 0
        const handler = () =>
          Effect.gen(function* () {
            insideMost = Math.max(insideMost, ++inside)
            yield* Deferred.await(gate)
            inside--
            done++
            return ack
          })
        yield* Effect.forkChild(queue.consume("incoming_messages", handler, { workers: 3 }), now)
        const publishing = yield* Effect.forkChild(
          Effect.forEach(
            ["m1", "m2", "m3", "m4", "m5"],
            (id) => queue.publish("incoming_messages", clientMessage(id)),
            {
              concurrency: 5,
            },
          ),
          now,
        )
        yield* eventually(
          Effect.sync(() => inside),
          (n) => n === 3,
        )
        yield* eventually(queue.depth("incoming_messages"), (waiting) => waiting === 2)
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(publishing)
        yield* eventually(
          Effect.sync(() => done),
          (n) => n === 5,
        )
        assert.strictEqual(insideMost, 3)
      }),
    )

    test(
      "lets the handler in flight finish when its consumer is interrupted, and begins no other",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        const gate = yield* Deferred.make<void>()
        const begun: Array<string> = []
        const finished: Array<string> = []
        const consumer = yield* Effect.forkChild(
          queue.consume(
            "outgoing_messages",
            (body) =>
              Effect.gen(function* () {
                begun.push(body.outbound_id)
                yield* Deferred.await(gate)
                finished.push(body.outbound_id)
                return ack
              }),
            { workers: 1 },
          ),
          now,
        )
        const publishing = yield* Effect.forkChild(queue.publish("outgoing_messages", outgoing("o1")), now)
        yield* eventually(
          Effect.sync(() => begun.length),
          (n) => n === 1,
        )
        const second = yield* Effect.forkChild(Effect.exit(queue.publish("outgoing_messages", outgoing("o2"))), now)
        yield* eventually(queue.depth("outgoing_messages"), (waiting) => waiting === 1)
        const stopping = yield* Effect.forkChild(Fiber.interrupt(consumer), now)
        // That it does not end early can only be seen by giving it the time to.
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 150)))
        assert.deepStrictEqual([finished, stopping.pollUnsafe()], [[], undefined])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(stopping)
        yield* Fiber.join(publishing)
        yield* Fiber.join(second)
        assert.deepStrictEqual([begun, finished], [["o1"], ["o1"]])
        // Acked, so another consumer sees only what was not begun.
        const seen: Array<string> = []
        yield* Effect.forkChild(
          queue.consume("outgoing_messages", (body) => noted(seen, body.outbound_id, ack)),
          now,
        )
        yield* queue.publish("outgoing_messages", outgoing("o3"))
        yield* eventually(
          Effect.sync(() => seen),
          (ids) => ids.includes("o3"),
        )
        assert.isFalse(seen.includes("o1"))
      }),
    )

    test(
      "refuses a body that does not fit its schema, since no consumer could read it",
      Effect.gen(function* () {
        const queue = yield* QueuePort
        yield* Effect.forkChild(
          queue.consume("outgoing_messages", () => Effect.succeed(ack)),
          now,
        )
        const error = yield* Effect.flip(queue.publish("outgoing_messages", { ...outgoing("o1"), message_text: "" }))
        assert.instanceOf(error, NotPublished)
        assert.strictEqual(error.reason, "unroutable")
        assert.include(error.message, "message_text")
      }),
    )

    const live = clock === "test" ? it.effect : it.live
    live(
      "says at once that nothing was published when the other side is missing",
      () =>
        Effect.gen(function* () {
          const queue = yield* QueuePort
          const error = yield* Effect.flip(queue.publish("incoming_messages", clientMessage("m1")))
          assert.instanceOf(error, NotPublished)
          assert.strictEqual(error.reason, "unavailable")
        }).pipe(Effect.provide(away), quiet),
      30_000,
    )
  })
