import { assert, describe, it } from "@effect/vitest"
import type { Draft, LlmError } from "@wa/core/ports/llm-port"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Deferred, Effect, Fiber } from "effect"
import { day, draft, hour, key, minute, noon, other, second, type World, world, zone } from "./agent.fixture.ts"

/** Replies that wait until the test lets them go; `begun` tells how many were asked for. */
const heldReplies = (w: World) => {
  const held: Array<Deferred.Deferred<Draft, LlmError>> = []
  w.brain.reply = () =>
    Effect.suspend(() => {
      const answer = Deferred.makeUnsafe<Draft, LlmError>()
      held.push(answer)
      return Deferred.await(answer)
    })
  return held
}
/** Starts the workers on what is due, and lets them run until they wait for the model. */
const start = (w: World) => Effect.forkChild(w.wake, { startImmediately: true })
const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })
const burstOver = 8 * second

describe("a turn", () => {
  it.effect("of five messages is answered once, after the quiet while", () =>
    Effect.gen(function* () {
      const w = yield* world()
      for (const text of ["Здравствуйте", "подскажите", "пожалуйста", "сколько", "стоит тариф?"]) {
        yield* w.writes(text)
        w.clock.pass(5 * second)
        assert.strictEqual(yield* w.wake, 0)
      }
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.strictEqual(w.brain.requests[0]?.newMessage.split("\n").length, 5)
    }),
  )
  it.effect("of a client who never stops is answered after the longest wait", () =>
    Effect.gen(function* () {
      const w = yield* world()
      for (let n = 0; n < 9; n++) {
        yield* w.writes(`и ещё ${n}`)
        w.clock.pass(5 * second)
      }
      assert.isAbove(yield* w.wake, 0)
      assert.include(w.brain.asked, "reply")
    }),
  )
  it.effect("is answered by one of two workers", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.writes("Здравствуйте")
      w.clock.pass(burstOver)
      yield* Effect.all(
        Array.from({ length: 8 }, () => w.wake),
        { concurrency: 8 },
      )
      yield* w.publish
      assert.deepStrictEqual(w.brain.asked, ["classify", "reply"])
      assert.lengthOf(w.sent, 1)
    }),
  )
  it.effect("of one contact does not wait for another's model call", () =>
    Effect.gen(function* () {
      const w = yield* world({ policy: { earlyConfidence: 1, classifyAfterMessages: 1 } })
      const held = heldReplies(w)
      yield* w.writes("Здравствуйте")
      yield* w.writes("Добрый день", { phone_number: other.phone })
      w.clock.pass(burstOver)
      const workers = [yield* start(w), yield* start(w)]
      yield* settle
      assert.lengthOf(held, 2)
      for (const [n, one] of held.entries())
        yield* Deferred.succeed(one, draft(["Здравствуйте! Чем могу помочь?", "Добрый день! Чем помочь?"][n]!))
      for (const worker of workers) yield* Fiber.join(worker)
      yield* w.publish
      assert.lengthOf(w.sent, 2)
    }),
  )
})

describe("while the model thinks", () => {
  const thinking = Effect.fnUntraced(function* () {
    const w = yield* world()
    const held = heldReplies(w)
    yield* w.writes("Здравствуйте", { message_id: "a" })
    w.clock.pass(burstOver)
    const worker = yield* start(w)
    yield* settle
    assert.lengthOf(held, 1)
    return { w, held, worker }
  })
  it.effect("a newer message of the client drops the draft, and one answer covers both", () =>
    Effect.gen(function* () {
      const { w, held, worker } = yield* thinking()
      yield* w.writes("и ещё вопрос", { message_id: "b" })
      yield* Deferred.succeed(held[0]!, draft("Здравствуйте! Чем могу помочь?"))
      yield* Fiber.join(worker)
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      w.brain.reply = () => Effect.succeed(draft("Здравствуйте! Какой у вас вопрос?"))
      yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(w.texts(), ["Здравствуйте! Какой у вас вопрос?"])
      assert.strictEqual(w.brain.requests.at(-1)?.newMessage, "Здравствуйте\nи ещё вопрос")
      assert.deepStrictEqual(yield* w.outcomes, ["a answered", "b answered"])
    }),
  )
  it.effect("a human's message drops the draft for good", () =>
    Effect.gen(function* () {
      const { w, held, worker } = yield* thinking()
      yield* w.operator()
      yield* Deferred.succeed(held[0]!, draft("Здравствуйте! Чем могу помочь?"))
      yield* Fiber.join(worker)
      for (let n = 0; n < 3; n++) yield* w.wakeNextDue
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      assert.deepStrictEqual(yield* w.outcomes, ["a handed_over:operator_wrote"])
    }),
  )
  it.effect("an edit of what is being answered drops the draft", () =>
    Effect.gen(function* () {
      const { w, held, worker } = yield* thinking()
      yield* w.edited("a", "Здравствуйте, сколько стоит доставка?")
      yield* Deferred.succeed(held[0]!, draft("Здравствуйте! Чем могу помочь?"))
      yield* Fiber.join(worker)
      yield* w.publish
      assert.deepStrictEqual(w.sent, [])
      assert.isNotNull(yield* w.repo.nextWakeUpAt)
    }),
  )
  it.effect("a crash has the call repeated once the lease has ended", () =>
    Effect.gen(function* () {
      const { w, held, worker } = yield* thinking()
      yield* Fiber.interrupt(worker)
      w.clock.pass(119 * second)
      assert.strictEqual(yield* w.wake, 0, "the lease still runs")
      w.clock.pass(second)
      const again = yield* start(w)
      yield* settle
      assert.lengthOf(held, 2)
      yield* Deferred.succeed(held[1]!, draft("Здравствуйте! Чем могу помочь?"))
      yield* Fiber.join(again)
      yield* w.publish
      assert.lengthOf(w.sent, 1)
      assert.deepStrictEqual(yield* w.outcomes, ["a answered"])
    }),
  )
  it.effect("an answer that comes after its lease is ignored, whichever of the two comes first", () =>
    Effect.gen(function* () {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const { w, held, worker } = yield* thinking()
        w.clock.pass(120 * second)
        const again = yield* start(w)
        yield* settle
        assert.lengthOf(held, 2)
        const drafts = [draft("Здравствуйте! Это опоздало."), draft("Здравствуйте! Чем могу помочь?")]
        for (const n of order) {
          yield* Deferred.succeed(held[n]!, drafts[n]!)
          yield* settle
        }
        yield* Fiber.join(worker)
        yield* Fiber.join(again)
        yield* w.publish
        assert.deepStrictEqual(w.texts(), ["Здравствуйте! Чем могу помочь?"])
      }
    }),
  )
  it.effect("a database that goes away costs the answer but not the turn", () =>
    Effect.gen(function* () {
      const { w, held, worker } = yield* thinking()
      yield* w.store.disconnect
      yield* Deferred.succeed(held[0]!, draft("Здравствуйте! Чем могу помочь?"))
      assert.strictEqual((yield* Effect.flip(Fiber.join(worker)))._tag, "StoreUnavailable")
      yield* w.store.reconnect
      w.brain.reply = () => Effect.succeed(draft("Здравствуйте! Чем могу помочь?"))
      yield* w.wakeNextDue
      yield* w.publish
      assert.lengthOf(w.sent, 1)
    }),
  )
})

describe("a reminder", () => {
  const quiet = Effect.fnUntraced(function* () {
    const w = yield* world()
    yield* w.writes("Здравствуйте, расскажите о тарифах")
    yield* w.wakeNextDue
    yield* w.publish
    yield* w.reported(w.sent[0]!.outbound_id, "sent")
    return w
  })
  const touches = (w: World) => w.sent.filter((body) => body.kind === "touch")

  it.effect("comes five times and no more, each in working hours", () =>
    Effect.gen(function* () {
      const w = yield* quiet()
      for (let n = 0; n < 40 && (yield* w.repo.nextWakeUpAt) !== null; n++) {
        yield* w.wakeNextDue
        yield* w.publish
        for (const { outbound_id } of touches(w)) yield* w.reported(outbound_id, "sent")
      }
      assert.lengthOf(touches(w), 5)
      for (const { decided_at } of touches(w)) {
        const local = new Date(Date.parse(decided_at) + 5 * hour)
        assert.isTrue(local.getUTCHours() >= 10 && local.getUTCHours() < 18, decided_at)
        assert.isTrue(local.getUTCDay() >= 1 && local.getUTCDay() <= 5, decided_at)
      }
      const chains = yield* w.repo.followUps(key)
      assert.deepInclude(chains[0], { isCompleted: true, stopReason: "completed_5_touches" })
      w.clock.pass(365 * day)
      assert.strictEqual(yield* w.wake, 0, "a year later: still five")
    }),
  )
  it.effect("is not sent to a client who writes while it is drafted", () =>
    Effect.gen(function* () {
      const w = yield* quiet()
      const held = Deferred.makeUnsafe<Draft, LlmError>()
      w.brain.touch = () => Deferred.await(held)
      w.clock.pass((yield* w.repo.nextWakeUpAt)! - w.clock.now())
      const worker = yield* start(w)
      yield* settle
      assert.include(w.brain.asked, "touch")
      yield* w.writes("я подумал")
      yield* Deferred.succeed(held, draft("Здравствуйте! Остались ли у вас вопросы?"))
      yield* Fiber.join(worker)
      yield* w.publish
      assert.lengthOf(touches(w), 0)
    }),
  )
  it.effect("waits for tomorrow once the day's share is used up", () =>
    Effect.gen(function* () {
      const w = yield* world({ touchesPerDay: 1 })
      for (const phone of [key.phone, other.phone])
        yield* w.writes("Здравствуйте, расскажите о тарифах", { phone_number: phone })
      w.clock.pass(burstOver)
      yield* w.wake
      yield* w.publish
      w.clock.pass(25 * hour)
      yield* w.wake
      yield* w.publish
      assert.lengthOf(touches(w), 1)
      w.clock.pass(day)
      yield* w.wake
      yield* w.publish
      assert.isAtLeast(touches(w).length, 2)
    }),
  )
})

describe("the beginning of a day", () => {
  it("is midnight of the company's zone", () => {
    assert.strictEqual(startOfDay(noon, zone), noon - 12 * hour)
    assert.strictEqual(startOfDay(noon - 12 * hour, zone), noon - 12 * hour)
    assert.strictEqual(startOfDay(noon - 12 * hour - minute, zone), noon - 36 * hour)
  })
})
