/** One thing that was looked at, and what it is worth saying about it. A check never fails and never hangs: it says so. */

import { whyOf } from "@wa/adapters/runtime/why"
import { Effect } from "effect"

export interface Finding {
  /** What was looked at, in the words of whoever runs the system. */
  readonly what: string
  /** `bad`: it will not work. `warn`: it works, and somebody should know. */
  readonly state: "ok" | "warn" | "bad"
  readonly detail: string
  /** What to do; only where something is to be done. */
  readonly todo?: string
}

export const ok = (what: string, detail: string): Finding => ({ what, state: "ok", detail })
export const warn = (what: string, detail: string, todo: string): Finding => ({ what, state: "warn", detail, todo })
export const bad = (what: string, detail: string, todo: string): Finding => ({ what, state: "bad", detail, todo })

const secondsMax = 10

/** Ten seconds at most; a failure that the check did not foresee is told, with what to look at. */
export const bounded = <E, R>(
  what: string,
  todo: string,
  check: Effect.Effect<Finding | ReadonlyArray<Finding>, E, R>,
): Effect.Effect<ReadonlyArray<Finding>, never, R> =>
  check.pipe(
    Effect.map((found): ReadonlyArray<Finding> => ("what" in found ? [found] : found)),
    Effect.timeoutOrElse({
      duration: `${secondsMax} seconds`,
      orElse: () => Effect.succeed([bad(what, `нет ответа за ${secondsMax} секунд`, todo)]),
    }),
    Effect.catchCause((cause) => {
      const first = cause.reasons[0]
      const error =
        first === undefined ? cause : "error" in first ? first.error : "defect" in first ? first.defect : first
      return Effect.succeed([bad(what, whyOf(error), todo)])
    }),
  )
