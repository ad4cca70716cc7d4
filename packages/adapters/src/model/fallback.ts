/**
 * Two models as one LlmPort: while the first is away, the second is asked.
 *   away     the first was overloaded, out of quota, unreachable or denied; for a minute, or as long as it asked for, the
 *            second is asked straight away, so that no client waits for a timeout that is known to come
 *   at once  the first answered badly or would not answer this question: the second gets it, the first is asked next time
 * Promises the error of the first when neither answers, except that a denial of one alone never stops the program. The
 * budget is the caller's and is never passed on to a second bill.
 */
import type { Answer, LlmError, TokenUsage } from "@wa/core/ports/llm-port"
import { callsOf, LlmPort, withSpent } from "@wa/core/ports/llm-port"
import { Clock, Context, Effect, Layer } from "effect"

type Service = LlmPort["Service"]

const awayMsDefault = 60_000
/** A quota may last a day; whether it does is asked again sooner. */
const awayMsMax = 600_000

export const make = (first: Service, second: Service, awayMs: number = awayMsDefault): Service => {
  let away: { readonly until: number; readonly why: LlmError } | null = null
  let isDenialTold = false

  const either = <A>(ask: (of: Service) => Effect.Effect<Answer<A>, LlmError>, isNothing?: (value: A) => boolean) => {
    /** Both are paid for; `before` is what the first has used just now. */
    const askSecond = (why: LlmError, before: ReadonlyArray<TokenUsage>) =>
      ask(second).pipe(
        Effect.tapError((error) => Effect.logWarning(`${second.name} did not stand in: ${error.message}`)),
        Effect.mapError((error) =>
          withSpent(why._tag === "LlmDenied" && error._tag === "LlmUnavailable" ? error : why, [
            ...before,
            ...callsOf(error),
          ]),
        ),
        Effect.flatMap((answer) => {
          const calls = [...before, ...callsOf(answer)]
          if (isNothing?.(answer.value)) return Effect.fail(withSpent(why, calls))
          return Effect.succeed(before.length === 0 ? answer : { ...answer, calls })
        }),
      )
    return Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if (away !== null && now < away.until) return yield* askSecond(away.why, [])
      return yield* Effect.catch(
        Effect.tap(ask(first), () =>
          Effect.suspend(() => {
            away = null
            if (!isDenialTold) return Effect.void
            isDenialTold = false
            return Effect.logInfo(`${first.name} answers again`)
          }),
        ),
        (why) =>
          Effect.gen(function* () {
            if (why._tag === "LlmUnavailable" && why.kind === "budget") return yield* why
            const asked = why._tag === "LlmUnavailable" ? (why.retryAfterMs ?? 0) : awayMsMax
            if (why._tag === "LlmDenied" || !["bad_answer", "blocked"].includes(why.kind)) {
              const until = (yield* Clock.currentTimeMillis) + Math.max(awayMs, Math.min(asked, awayMsMax))
              away = { until, why }
            }
            const isDenied = why._tag === "LlmDenied"
            const line = `${first.name} is ${isDenied ? "refused" : "away"}, ${second.name} stands in: ${why.message}`
            // A person has to mend it, and is told once.
            yield* isDenied && !isDenialTold ? Effect.logError(line) : Effect.logWarning(line)
            isDenialTold ||= isDenied
            return yield* askSecond(why, callsOf(why))
          }),
      )
    })
  }
  return {
    name: `${first.name}, then ${second.name}`,
    denial: Effect.gen(function* () {
      const ofFirst = yield* first.denial
      return ofFirst === null ? null : { ...ofFirst, standIn: (yield* second.denial) === null ? second.name : null }
    }),
    classify: (request) => either((model) => model.classify(request)),
    draftReply: (request) => either((model) => model.draftReply(request)),
    draftTouch: (request) => either((model) => model.draftTouch(request)),
    // A second model that cannot hear says so with an empty transcript; then the first is worth waiting for.
    transcribe: (audio, mimeType) =>
      either(
        (model) => model.transcribe(audio, mimeType),
        (heard) => heard.text.trim() === "" && heard.confidence === 0,
      ),
  }
}

export const layer = <E1, R1, E2, R2>(
  first: Layer.Layer<LlmPort, E1, R1>,
  second: Layer.Layer<LlmPort, E2, R2>,
  options: { readonly awayMs?: number } = {},
): Layer.Layer<LlmPort, E1 | E2, R1 | R2> =>
  Layer.effect(
    LlmPort,
    Effect.gen(function* () {
      // Built apart: both give the same service.
      const one = Context.get(yield* Layer.build(first), LlmPort)
      const other = Context.get(yield* Layer.build(second), LlmPort)
      return make(one, other, options.awayMs)
    }),
  )
