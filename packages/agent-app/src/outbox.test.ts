import { assert, describe, it } from "@effect/vitest"
import { ack, QueuePort, retry } from "@wa/core/ports/queue-port"
import { Effect } from "effect"
import { hour, key, minute, noon, profileId, second, type World, world } from "./agent.fixture.ts"
import { applyEvent } from "./apply-event.ts"
import { publishNext } from "./outbox.ts"

const phone = (n: number) => `+7701${1_000_000 + n}`
/** Contacts with an answer that waits to be published. */
const replying = Effect.fnUntraced(function* (w: World, from: number, to: number) {
  for (let n = from; n < to; n++) yield* w.writes("Здравствуйте", { phone_number: phone(n) })
  w.clock.pass(10 * second)
  yield* w.wake
})
/** Contacts who went quiet, each with a reminder that waits to be published. */
const reminding = Effect.fnUntraced(function* (w: World, count: number) {
  yield* replying(w, 0, count)
  yield* w.publish
  w.clock.pass(25 * hour)
  yield* w.wake
  w.sent.length = 0
})
const withDepth = (w: World, depth: number | null) =>
  w.within(Effect.provideService(publishNext, QueuePort, { ...w.queue.port, depth: () => Effect.succeed(depth) }))

describe("what was decided to be said", () => {
  it.effect("is published with all that the sender must know", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.operator("Добрый день")
      w.clock.pass(13 * hour)
      yield* w.writes("Здравствуйте")
      const writtenAt = w.clock.now()
      yield* w.wake
      yield* w.wakeNextDue
      yield* w.publish
      const [body] = w.sent
      assert.deepInclude(body, {
        profile_id: profileId,
        phone_number: key.phone,
        kind: "reply",
        mark_as_read: true,
        published_at: new Date(w.clock.now()).toISOString(),
        known_operator_at: new Date(noon).toISOString(),
        known_client_at: new Date(writtenAt).toISOString(),
      })
      assert.strictEqual((yield* w.history()).find((one) => one.from === "bot")?.delivery, "published")
    }),
  )
  it.effect("stays while the broker is away", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.queue.disconnect
      yield* replying(w, 0, 2)
      assert.strictEqual(yield* w.publish, 0)
      yield* w.queue.reconnect
      assert.strictEqual(yield* w.publish, 2)
      assert.lengthOf(yield* w.repo.outbox(10), 0)
    }),
  )
  it.effect("is published again, under the same id, after a crash between the publish and the mark", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* replying(w, 0, 1)
      w.gateway.answer = () => {
        Effect.runSync(w.store.failNext(1))
        return ack
      }
      assert.strictEqual((yield* Effect.flip(w.publish))._tag, "StoreUnavailable")
      w.gateway.answer = () => ack
      yield* w.publish
      assert.lengthOf(w.sent, 2)
      assert.strictEqual(w.sent[0]?.outbound_id, w.sent[1]?.outbound_id, "the gateway knows the id, and sends it once")
    }),
  )
  it.effect("stays when the sender gives it back", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* replying(w, 0, 1)
      w.gateway.answer = () => retry("the token is bad")
      assert.strictEqual(yield* w.publish, 0)
      assert.lengthOf(yield* w.repo.outbox(10), 1)
    }),
  )
  it.effect("is not published once it was withdrawn, even while earlier ones are on their way", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* replying(w, 0, 3)
      const [, second_] = yield* w.repo.outbox(10)
      let isFirst = true
      w.gateway.answer = () => {
        // While the first one is being sent, a person takes the second chat over in the console.
        if (isFirst)
          Effect.runSync(w.within(applyEvent(second_!.key, () => ({ _tag: "PersonTookOver", at: w.clock.now() }))))
        isFirst = false
        return ack
      }
      yield* w.publish
      assert.notInclude(
        w.sent.map((body) => body.phone_number),
        second_!.key.phone,
      )
      assert.lengthOf(w.sent, 2)
    }),
  )
})

describe("a reply", () => {
  it.effect("overtakes the reminders", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* reminding(w, 5)
      yield* replying(w, 10, 12)
      yield* w.publish
      assert.deepStrictEqual(
        w.sent.map((body) => body.kind),
        ["reply", "reply", "touch", "touch", "touch", "touch", "touch"],
      )
      assert.isFalse(w.sent[2]?.mark_as_read)
    }),
  )
  it.effect("stays here, where it can still be withdrawn, while another waits in front of the sender", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* replying(w, 0, 2)
      assert.strictEqual(yield* withDepth(w, 1), 0)
      yield* w.within(applyEvent({ profileId, phone: phone(0) }, () => ({ _tag: "PersonTookOver", at: w.clock.now() })))
      assert.strictEqual(yield* withDepth(w, 0), 1)
      assert.deepStrictEqual(
        w.sent.map((body) => body.phone_number),
        [phone(1)],
      )
    }),
  )
  it.effect("is published when the broker cannot say how busy the sender is", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* replying(w, 0, 1)
      assert.strictEqual(yield* withDepth(w, null), 1)
    }),
  )
})

describe("reminders", () => {
  it.effect("trickle: none while two messages wait in front of the sender", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* reminding(w, 3)
      assert.strictEqual(yield* withDepth(w, 2), 0)
      assert.strictEqual(yield* withDepth(w, 1), 1)
      assert.lengthOf(w.sent, 1)
    }),
  )
  it.effect("that a client's new word has overtaken are not published", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* reminding(w, 1)
      yield* w.writes("Я подумал", { phone_number: phone(0) })
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      w.clock.pass(minute)
    }),
  )
})
