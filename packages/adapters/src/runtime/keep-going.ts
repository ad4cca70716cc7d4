/**
 * A worker's loop: does one piece of work after another, rests when there is none, and waits longer and longer while what
 * it depends on is away. Promises to end only by interruption, by a failure that `isFatal` names, or by a defect: those
 * end the program, and whoever started it starts it again.
 */
import { Cause, Effect, Exit } from "effect"

export interface Pace {
  /** Milliseconds of rest when there was nothing to do. */
  readonly idleMs: number
  /** The pause after a failure doubles from a second up to this. */
  readonly pauseMaxMs?: number
}

const firstPauseMs = 1000

/** `once` answers how much it did. An interruption cuts it short wherever it stands, as a crash would: it must bear that. */
export const keepGoing = <E extends { readonly message: string }, R>(
  name: string,
  once: Effect.Effect<number | boolean, E, R>,
  pace: Pace,
  isFatal: (error: E) => boolean = () => false,
): Effect.Effect<never, E, R> =>
  Effect.gen(function* () {
    let failures = 0
    for (;;) {
      const exit = yield* Effect.exit(once)
      if (Exit.isSuccess(exit)) {
        failures = 0
        if (exit.value === 0 || exit.value === false) yield* Effect.sleep(pace.idleMs)
        else yield* Effect.yieldNow
        continue
      }
      const failed = exit.cause.reasons.find(Cause.isFailReason)
      if (failed === undefined || isFatal(failed.error)) return yield* Effect.failCause(exit.cause)
      const pause = Math.min(pace.pauseMaxMs ?? 30_000, firstPauseMs * 2 ** Math.min(failures, 10))
      failures++
      yield* Effect.logWarning(`${name}: ${failed.error.message}`, { nextTrySeconds: pause / 1000 })
      yield* Effect.sleep(pause)
    }
  })
