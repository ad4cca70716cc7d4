import { assert, describe, it } from "@effect/vitest"
import { LlmDenied } from "@wa/core/ports/llm-port"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { draft, noon, overloaded, world } from "./agent.fixture.ts"
import { runAgent } from "./agent.ts"

/** All workers at once, on the test's clock: here nobody who sleeps moves it. */
const running = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  const w = yield* world()
  const clock = yield* Clock.Clock
  const fiber = yield* Effect.forkScoped(w.onClock(clock)(runAgent({ workers: 3 })))
  yield* TestClock.adjust("1 second")
  return { ...w, fiber }
})

describe("the agent's workers together", () => {
  it.effect("answer what the gateway brings, once, some seconds after the last word", () =>
    Effect.gen(function* () {
      const w = yield* running
      yield* w.queue.port.publish("incoming_messages", w.messageOf("Здравствуйте"))
      yield* w.queue.port.publish("incoming_messages", w.messageOf("сколько стоит?"))
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(w.sent, [])
      yield* TestClock.adjust("10 seconds")
      assert.lengthOf(w.sent, 1)
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(w.sent, 1)
    }),
  )
  it.effect("outlive a model that is away and a database that is away", () =>
    Effect.gen(function* () {
      const w = yield* running
      w.brain.reply = () => Effect.fail(overloaded)
      yield* w.queue.port.publish("incoming_messages", w.messageOf("Здравствуйте"))
      yield* TestClock.adjust("1 minute")
      yield* w.store.disconnect
      yield* TestClock.adjust("1 minute")
      yield* w.store.reconnect
      w.brain.reply = () => Effect.succeed(draft("Здравствуйте! Чем могу помочь?"))
      yield* TestClock.adjust("30 minutes")
      assert.deepStrictEqual(w.texts(), ["Здравствуйте! Чем могу помочь?"])
      assert.isUndefined(w.fiber.pollUnsafe())
    }),
  )
  it.effect("stop as one when the model refuses every call, naming the setting to mend", () =>
    Effect.gen(function* () {
      const w = yield* running
      w.brain.classify = () => Effect.fail(new LlmDenied({ mend: "GEMINI_API_KEY", detail: "API key not valid" }))
      yield* w.queue.port.publish("incoming_messages", w.messageOf("Здравствуйте"))
      yield* TestClock.adjust("1 minute")
      const error = yield* Effect.flip(Fiber.join(w.fiber))
      assert.strictEqual(error._tag, "LlmDenied")
      assert.include(error.message, "GEMINI_API_KEY")
    }),
  )
})
