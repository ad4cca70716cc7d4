/**
 * The demo's clock: the real one, moved forward by a button. How far it was moved outlives the process, because what was
 * stored in that time must not lie in the future after a restart.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { Instant } from "@wa/core/time/instant"
import { Clock, Effect } from "effect"

export interface DemoClock {
  readonly clock: Clock.Clock
  readonly now: () => Instant
  /** Moves on to `at`; a moment in the past changes nothing. */
  readonly moveTo: (at: Instant) => void
}

export const makeDemoClock = (file: string): Effect.Effect<DemoClock> =>
  Effect.gen(function* () {
    const real = yield* Clock.Clock
    let ahead = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : 0
    if (!Number.isSafeInteger(ahead) || ahead < 0) ahead = 0
    const now = () => real.currentTimeMillisUnsafe() + ahead
    const clock: Clock.Clock = {
      ...real,
      sleep: (duration) => real.sleep(duration),
      currentTimeMillisUnsafe: now,
      currentTimeMillis: Effect.sync(now),
      currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => real.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: real.monotonicTimeNanos,
    }
    return {
      clock,
      now,
      moveTo: (at) => {
        if (at <= now()) return
        ahead += Math.ceil(at - now())
        writeFileSync(file, String(ahead))
      },
    }
  })
