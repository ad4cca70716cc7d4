/**
 * Why a conversation wakes up when it does, for people: which of its timers `wakeUpAt` read. Adds no timer of its own; the
 * test holds it to `wakeUpAt`.
 */
import type { Conversation, Policy } from "@wa/core/conversation/conversation"
import * as Takeover from "@wa/core/conversation/takeover"
import * as Turn from "@wa/core/conversation/turn"
import * as FollowUp from "@wa/core/follow-up/follow-up"
import type { Instant } from "@wa/core/time/instant"

export interface NextStep {
  readonly at: Instant
  readonly why: /** The burst is over: classify or answer. */
    | "turn_over"
    /** The model was asked; this is when its answer is taken for lost. */
    | "model_answer"
    /** The model is away; this is when it is asked again. */
    | "model_retry"
    /** Nobody knows whether it is a client; this is when a person is asked. */
    | "evidence"
    | "touch"
    /** The client is reminded of the booked call. */
    | "call_reminder"
    | "takeover_ends"
  /** Of a touch that is due. */
  readonly touch: number | null
}

export const nextStep = (conversation: Conversation, policy: Policy): NextStep | null => {
  const { thinking, turn, takeover, followUp } = conversation
  const steps: Array<NextStep> = []
  const add = (at: Instant | null, why: NextStep["why"], touch: number | null = null) => {
    if (at !== null) steps.push({ at, why, touch })
  }
  if (thinking !== null) add(thinking.until, thinking.isAsked ? "model_answer" : "model_retry")
  else {
    add(Turn.wakeUpAt(turn, policy), turn._tag === "Parked" ? "evidence" : "turn_over")
    if (turn._tag === "Idle") add(conversation.reminder?.at ?? null, "call_reminder")
    add(FollowUp.wakeUpAt(followUp), "touch", followUp._tag === "Waiting" ? followUp.touch : null)
  }
  add(Takeover.wakeUpAt(takeover), "takeover_ends")
  return steps.reduce<NextStep | null>((first, step) => (first === null || step.at < first.at ? step : first), null)
}
