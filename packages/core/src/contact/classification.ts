/**
 * Whether a correspondent is a client, and when the moderator is worth asking.
 *   Unknown   `evidence` messages were seen; the moderator was asked in full `asked` times
 *   Known     a verdict that only a person changes
 * Promises: `not_client` is never concluded before the full evidence, and the number of questions grows with the
 * logarithm of the messages. Does not promise that the verdict is right. Rules K1 to K4 of docs/RULES.md.
 */
import * as Schema from "effect/Schema"

export const State = Schema.TaggedUnion({
  Unknown: {
    /** Client messages that say something: no reactions, no system lines. */
    evidence: Schema.Int,
    /** How often a full question came back as unknown. */
    asked: Schema.Int,
    /** Evidence at the last full question. */
    askedAt: Schema.Int,
    isEarlyAsked: Schema.Boolean,
  },
  Known: { isClient: Schema.Boolean, confidence: Schema.Finite, by: Schema.Literals(["moderator", "person"]) },
})
export type State = typeof State.Type

export interface Policy {
  /** Client messages before the full question. 1: at the end of the first turn. */
  readonly classifyAfterMessages: number
  /** 0..1; an early `client` below it is not accepted. 1 switches the early question off. */
  readonly earlyConfidence: number
}

export const unknown: State = { _tag: "Unknown", evidence: 0, asked: 0, askedAt: 0, isEarlyAsked: false }

export const seen = (state: State): State =>
  state._tag === "Known" ? state : { ...state, evidence: state.evidence + 1 }

/** Further messages before the question is put again, after the first, second, … `unknown`; then the last one. */
const patience = [1, 2, 3, 5, 8, 13, 21]

/** Which question is due at the end of a turn. */
export const question = (state: State, policy: Policy): "full" | "early" | "none" => {
  if (state._tag === "Known") return "none"
  if (state.evidence >= policy.classifyAfterMessages) {
    if (state.asked === 0) return "full"
    const wait = patience[Math.min(state.asked, patience.length) - 1]!
    return state.evidence - state.askedAt >= wait ? "full" : "none"
  }
  return !state.isEarlyAsked && state.evidence > 0 && policy.earlyConfidence < 1 ? "early" : "none"
}

export const answered = (
  state: State,
  asked: "full" | "early",
  answer: { readonly verdict: "client" | "not_client" | "unknown"; readonly confidence: number },
  policy: Policy,
): State => {
  if (state._tag === "Known") return state
  if (asked === "early") {
    return answer.verdict === "client" && answer.confidence >= policy.earlyConfidence
      ? { _tag: "Known", isClient: true, confidence: answer.confidence, by: "moderator" }
      : { ...state, isEarlyAsked: true }
  }
  return answer.verdict === "unknown"
    ? { ...state, asked: state.asked + 1, askedAt: state.evidence, isEarlyAsked: true }
    : { _tag: "Known", isClient: answer.verdict === "client", confidence: answer.confidence, by: "moderator" }
}

export const decidedByPerson = (isClient: boolean): State => ({ _tag: "Known", isClient, confidence: 1, by: "person" })

export const isClient = (state: State): boolean | null => (state._tag === "Known" ? state.isClient : null)
