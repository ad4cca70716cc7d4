/** A brain that says what a scenario tells it to, and is asked for the rest by another one. It can be switched off. */
import type { Answer, Draft, LlmPort, Verdict } from "@wa/core/ports/llm-port"
import { LlmUnavailable } from "@wa/core/ports/llm-port"
import { isoWithOffset } from "@wa/core/time/wall-clock"
import { Effect } from "effect"
import { type Brain, momentOf, type ScriptedDraft, spanMs } from "./scenario.ts"

export interface ScriptedBrain {
  readonly port: LlmPort["Service"]
  readonly switchOff: (isOff: boolean) => void
}

const free = <A>(value: A): Answer<A> => ({
  value,
  usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0, model: "scripted" },
  promptHash: null,
})
const isOverloaded = new LlmUnavailable({
  kind: "overload",
  retryAfterMs: null,
  detail: "the scenario switched the model off",
})

/** `heard` is what each voice note says, by the bytes that carry it. */
export const makeScriptedBrain = (script: Brain, otherwise: LlmPort["Service"], zone: string): ScriptedBrain => {
  let isOff = false
  const verdicts =
    script.classify === undefined ? [] : Array.isArray(script.classify) ? [...script.classify] : [script.classify]
  const replies = [...(script.replies ?? [])]
  const touches = [...(script.touches ?? [])]
  /** One after the other; the last one again and again. */
  const next = <A>(list: Array<A>): A | undefined => (list.length > 1 ? list.shift() : list[0])
  const guarded = <A, E>(answer: Effect.Effect<A, E>): Effect.Effect<A, E | LlmUnavailable> =>
    Effect.suspend((): Effect.Effect<A, E | LlmUnavailable> => (isOff ? Effect.fail(isOverloaded) : answer))
  const said = (draft: ScriptedDraft): Effect.Effect<Answer<Draft>, LlmUnavailable> => {
    if (typeof draft === "string")
      return Effect.succeed(free<Draft>({ text: draft, facts: [], call: null, hand_over: null }))
    const answer =
      draft.fails !== undefined
        ? Effect.fail(new LlmUnavailable({ kind: draft.fails, retryAfterMs: null, detail: "scripted" }))
        : Effect.succeed(
            free<Draft>({
              text: draft.text ?? "",
              facts: [],
              call:
                draft.call === undefined
                  ? null
                  : {
                      action: draft.call.action,
                      at: draft.call.at === undefined ? null : isoWithOffset(momentOf(draft.call.at, zone), zone),
                    },
              hand_over: draft.hand_over ?? null,
            }),
          )
    return draft.takes === undefined ? answer : Effect.andThen(Effect.sleep(spanMs(draft.takes)), answer)
  }
  return {
    switchOff: (off) => {
      isOff = off
    },
    port: {
      name: otherwise.name,
      denial: otherwise.denial,
      classify: (request) =>
        guarded(
          Effect.suspend(() => {
            const verdict = next(verdicts)
            if (verdict === undefined) return otherwise.classify(request)
            const answer = Effect.succeed(
              free<Verdict>({
                verdict: verdict.verdict,
                confidence: verdict.confidence ?? 0.95,
                reasoning: verdict.reasoning ?? "так сказано в сценарии",
              }),
            )
            return verdict.takes === undefined ? answer : Effect.andThen(Effect.sleep(spanMs(verdict.takes)), answer)
          }),
        ),
      draftReply: (request) =>
        guarded(
          Effect.suspend(() => {
            const draft = next(replies)
            return draft === undefined ? otherwise.draftReply(request) : said(draft)
          }),
        ),
      draftTouch: (request) =>
        guarded(
          Effect.suspend(() => {
            const draft = next(touches)
            return draft === undefined ? otherwise.draftTouch(request) : said(draft)
          }),
        ),
      // A simulated voice note carries its words as its bytes.
      transcribe: (audio) =>
        guarded(
          Effect.sync(() => {
            const text = new TextDecoder().decode(audio)
            return free({ text, language: "ru", confidence: text === "" ? 0 : 0.95 })
          }),
        ),
    },
  }
}
