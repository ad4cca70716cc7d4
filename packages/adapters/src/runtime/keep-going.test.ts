import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { keepGoing } from "./keep-going.ts"

const away = { _tag: "Away" as const, message: "the database is away" }
const denied = { _tag: "Denied" as const, message: "the key is bad" }
type Failure = typeof away | typeof denied

/** The moments at which `once` ran, in seconds. */
const runs = (answers: (n: number) => Effect.Effect<number | boolean, Failure>) => {
  const at: Array<number> = []
  const once = Effect.gen(function* () {
    at.push((yield* Clock.currentTimeMillis) / 1000)
    return yield* answers(at.length - 1)
  })
  return { at, once }
}

describe("a worker's loop", () => {
  it.effect("goes on at once while there is work, and rests when there is none", () =>
    Effect.gen(function* () {
      const { at, once } = runs((n) => Effect.succeed(n < 3 ? 1 : n % 2 === 0 ? 0 : false))
      const loop = yield* Effect.forkChild(keepGoing("test", once, { idleMs: 2000 }))
      for (let n = 0; n < 10; n++) yield* Effect.yieldNow
      assert.deepStrictEqual(at, [0, 0, 0, 0])
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual(at, [0, 0, 0, 0, 2, 4])
      yield* Fiber.interrupt(loop)
    }),
  )
  it.effect("waits longer and longer while what it depends on is away, and not longer than it may", () =>
    Effect.gen(function* () {
      const { at, once } = runs(() => Effect.fail(away))
      const loop = yield* Effect.forkChild(keepGoing("test", once, { idleMs: 10, pauseMaxMs: 5000 }))
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(at, [0, 1, 3, 7, 12, 17])
      yield* Fiber.interrupt(loop)
    }),
  )
  it.effect("forgets its failures once it succeeds", () =>
    Effect.gen(function* () {
      const { at, once } = runs((n) => (n === 2 ? Effect.succeed(1) : Effect.fail(away)))
      const loop = yield* Effect.forkChild(keepGoing("test", once, { idleMs: 10 }))
      yield* TestClock.adjust("3 seconds")
      for (let n = 0; n < 10; n++) yield* Effect.yieldNow
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(at, [0, 1, 3, 3, 4])
      yield* Fiber.interrupt(loop)
    }),
  )
  it.effect("ends by a failure that is fatal, at once, and by no other", () =>
    Effect.gen(function* () {
      const { at, once } = runs((n) => Effect.fail(n === 0 ? away : denied))
      const loop = yield* Effect.forkChild(
        Effect.flip(keepGoing("test", once, { idleMs: 10 }, (error) => error._tag === "Denied")),
      )
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(loop), denied)
      assert.deepStrictEqual(at, [0, 1])
    }),
  )
  it.effect("ends by a defect, which is nobody's to retry", () =>
    Effect.gen(function* () {
      const { at, once } = runs(() => Effect.die(new Error("a bug")))
      const exit = yield* Effect.exit(keepGoing("test", once, { idleMs: 10 }))
      assert.strictEqual(exit._tag, "Failure")
      assert.lengthOf(at, 1)
    }),
  )
  it.effect("ends by interruption, in the middle of its work as well", () =>
    Effect.gen(function* () {
      const released: Array<string> = []
      const once = Effect.onInterrupt(Effect.never, () => Effect.sync(() => void released.push("once")))
      const loop = yield* Effect.forkChild(keepGoing("test", once, { idleMs: 10 }), { startImmediately: true })
      yield* Fiber.interrupt(loop)
      assert.deepStrictEqual(released, ["once"])
    }),
  )
})
