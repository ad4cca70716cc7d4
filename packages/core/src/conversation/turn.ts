/**
 * Everything the client wrote since our last reply, answered once.
 *   Idle        nothing is unanswered
 *   Collecting  messages come; the burst is over after a quiet while, or after the longest wait
 *   Answering   the burst is over and somebody is thinking
 *   Parked      nobody knows yet whether this is a client: it waits for evidence, at the latest until `until`
 * Promises that a message is in at most one turn, and that a voice note holds the turn until its transcript, at the latest
 * `voiceWaitSeconds`. Rules B1 to B4 of docs/RULES.md.
 */
import * as Schema from "effect/Schema"
import { Instant, secondMs } from "../time/instant.ts"

export const TurnMessage = Schema.Struct({
  id: Schema.String,
  /** A voice note whose transcript is still to come. */
  isAwaited: Schema.Boolean,
  /** A voice note that could not be heard. */
  isUnheard: Schema.Boolean,
  /** What it answered; absent where nobody knows any more. */
  answer: Schema.optionalKey(Schema.Literals(["yes", "no", "uncertain", "none"])),
})
export type TurnMessage = typeof TurnMessage.Type

const open = {
  messages: Schema.Array(TurnMessage),
  /** When its first message reached us. */
  firstAt: Instant,
  /** When its last message reached us. */
  lastAt: Instant,
  /** When the client sent the first message: a late delivery makes an answer late. */
  firstSentAt: Instant,
}
export const State = Schema.TaggedUnion({
  Idle: {},
  Collecting: open,
  Answering: open,
  Parked: { ...open, until: Instant },
})
export type State = typeof State.Type
export type Open = Exclude<State, { readonly _tag: "Idle" }>

export interface Policy {
  readonly replyQuietSeconds: number
  readonly replyMaxWaitSeconds: number
  /** How long a turn waits for the transcript of a voice note. */
  readonly voiceWaitSeconds: number
}

export const idle: State = { _tag: "Idle" }

export const add = (state: State, message: TurnMessage, at: Instant, sentAt: Instant): Open => {
  if (state._tag === "Idle")
    return { _tag: "Collecting", messages: [message], firstAt: at, lastAt: at, firstSentAt: Math.min(sentAt, at) }
  const known = state.messages.some((one) => one.id === message.id)
  const messages = known
    ? state.messages.map((one) => (one.id === message.id ? message : one))
    : [...state.messages, message]
  // A parked turn begins its burst anew; a running one keeps its first moment, or a talkative client would wait for ever.
  const firstAt = state._tag === "Parked" ? at : state.firstAt
  return { _tag: "Collecting", messages, firstAt, lastAt: Math.max(at, state.lastAt), firstSentAt: state.firstSentAt }
}

/** The same turn is to be answered now, or when its burst is over. */
export const reopen = ({ messages, firstAt, lastAt, firstSentAt }: Open): Open => ({
  _tag: "Collecting",
  messages,
  firstAt,
  lastAt,
  firstSentAt,
})

/** The client took a message back. */
export const remove = (state: State, id: string): State => {
  if (state._tag === "Idle") return state
  const messages = state.messages.filter((message) => message.id !== id)
  return messages.length === 0 ? idle : { ...state, messages }
}

export const holds = (state: State, id: string): boolean =>
  state._tag !== "Idle" && state.messages.some((message) => message.id === id)

/** Whether the turn still waits for the transcript of this voice note. */
export const isAwaited = (state: State, id: string): boolean =>
  state._tag !== "Idle" && state.messages.some((message) => message.id === id && message.isAwaited)

export const messageIds = (state: State): ReadonlyArray<string> =>
  state._tag === "Idle" ? [] : state.messages.map((message) => message.id)

/** When the burst is over. */
export const answerAt = (turn: Open, policy: Policy): Instant => {
  const quiet = turn.lastAt + Math.round(policy.replyQuietSeconds * secondMs)
  const longest = turn.firstAt + Math.round(policy.replyMaxWaitSeconds * secondMs)
  const burst = Math.min(quiet, longest)
  return turn.messages.some((message) => message.isAwaited)
    ? Math.max(burst, turn.firstAt + Math.round(policy.voiceWaitSeconds * secondMs))
    : burst
}

export const wakeUpAt = (state: State, policy: Policy): Instant | null => {
  switch (state._tag) {
    case "Collecting":
      return answerAt(state, policy)
    case "Parked":
      return state.until
    default:
      return null
  }
}
