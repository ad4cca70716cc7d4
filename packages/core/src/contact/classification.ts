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
    /** Evidence at the last question. In states that were stored earlier, at the last full one. */
    askedAt: Schema.Int,
    /** That much evidence was asked about early. */
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

/** The client edited what he said: with as much evidence as before, the answer may be another one. */
export const reread = (state: State): State => (state._tag === "Known" ? state : { ...state, isEarlyAsked: false })

/** Further messages before the question is put again, after the first, second, … `unknown`; then the last one. */
const patience = [1, 2, 3, 5, 8, 13, 21]

/**
 * Which question is due at the end of a turn. Early not "once, at the end of the first turn", as the plan had it: most chats
 * begin with a greeting of its own, which tells nothing, and the question that follows it would be met with silence until a
 * third message. A turn asks once, so this costs at most one call more for each message before the full question.
 */
export const question = (state: State, policy: Policy): "full" | "early" | "none" => {
  if (state._tag === "Known") return "none"
  if (state.evidence >= policy.classifyAfterMessages) {
    if (state.asked === 0) return "full"
    const wait = patience[Math.min(state.asked, patience.length) - 1]!
    return state.evidence - state.askedAt >= wait ? "full" : "none"
  }
  const isNew = !state.isEarlyAsked || state.evidence > state.askedAt
  return isNew && state.evidence > 0 && policy.earlyConfidence < 1 ? "early" : "none"
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
      : { ...state, askedAt: state.evidence, isEarlyAsked: true }
  }
  return answer.verdict === "unknown"
    ? { ...state, asked: state.asked + 1, askedAt: state.evidence, isEarlyAsked: true }
    : { _tag: "Known", isClient: answer.verdict === "client", confidence: answer.confidence, by: "moderator" }
}

export const decidedByPerson = (isClient: boolean): State => ({ _tag: "Known", isClient, confidence: 1, by: "person" })

export const isClient = (state: State): boolean | null => (state._tag === "Known" ? state.isClient : null)
