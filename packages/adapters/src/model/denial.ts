/**
 * Whether a model refuses every call: so it is from the second refusal in a row until the next answer. What fails for
 * another reason proves neither.
 */
import type { Denial, LlmDenied, LlmError } from "@wa/core/ports/llm-port"
import { Effect } from "effect"

/** A single refusal has been seen to pass. */
const refusalsMin = 2

export const watchDenial = () => {
  let refusals: ReadonlyArray<LlmDenied> = []
  const watched = <A>(call: Effect.Effect<A, LlmError>): Effect.Effect<A, LlmError> =>
    call.pipe(
      Effect.tap(() =>
        Effect.sync(() => {
          refusals = []
        }),
      ),
      Effect.tapError((error) =>
        Effect.sync(() => {
          if (error._tag === "LlmDenied") refusals = [...refusals.slice(1 - refusalsMin), error]
        }),
      ),
    )
  const denial = Effect.sync((): Denial | null =>
    refusals.length < refusalsMin ? null : { error: refusals.at(-1)!, standIn: null },
  )
  return { watched, denial }
}
