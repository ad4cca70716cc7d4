/**
 * A clock that stands still until it is moved, and that whoever sleeps moves himself: right for tests that do one thing at a
 * time. What the world does at a moment is planned with `at`, and happens in passing.
 */
import { type Clock, Duration, Effect } from "effect"

export const makeMovedClock = (start: number) => {
  let now = start
  const plans: Array<{ readonly at: number; readonly happen: () => void }> = []
  const advanceTo = (at: number): void => {
    for (let next = plans[0]; next !== undefined && next.at <= at; next = plans[0]) {
      plans.shift()
      now = Math.max(now, next.at)
      next.happen()
    }
    now = Math.max(now, at)
  }
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanosUnsafe: () => BigInt(now) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => BigInt(now) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => BigInt(now) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(now) * 1_000_000n),
    sleep: (duration) =>
      Effect.andThen(
        Effect.sync(() => advanceTo(now + Duration.toMillis(duration))),
        Effect.yieldNow,
      ),
  }
  return {
    clock,
    now: () => now,
    pass: (ms: number) => advanceTo(now + ms),
    at: (at: number, happen: () => void) => {
      plans.push({ at, happen })
      plans.sort((a, b) => a.at - b.at)
    },
  }
}
