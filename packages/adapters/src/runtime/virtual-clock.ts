/**
 * A clock that stands still until it is moved, for running the real programs through weeks in milliseconds, and for tests of
 * what takes days. Whoever sleeps moves it himself: right where one thing is done at a time, so that nobody else could. What
 * the world has planned for the moments in between happens in passing, in order.
 */
import type { Instant } from "@wa/core/time/instant"
import { type Clock, Duration, Effect } from "effect"

export interface Planned {
  readonly at: Instant
  readonly happen: () => void
}

export interface VirtualClock {
  readonly clock: Clock.Clock
  readonly now: () => Instant
  readonly plan: (planned: Planned) => void
  /** The next planned moment; null when nothing is planned. */
  readonly nextAt: () => Instant | null
  /** Never backwards. */
  readonly advanceTo: (at: Instant) => void
  readonly pass: (ms: number) => void
}

export const makeVirtualClock = (start: Instant): VirtualClock => {
  let now = start
  const agenda: Array<Planned> = []
  const advanceTo = (at: Instant): void => {
    for (;;) {
      const next = agenda[0]
      if (next === undefined || next.at > at) break
      agenda.shift()
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
    plan: (planned) => {
      // Equal moments keep the order in which they were planned.
      const index = agenda.findIndex((one) => one.at > planned.at)
      agenda.splice(index === -1 ? agenda.length : index, 0, planned)
    },
    nextAt: () => agenda[0]?.at ?? null,
    advanceTo,
    pass: (ms) => advanceTo(now + ms),
  }
}
