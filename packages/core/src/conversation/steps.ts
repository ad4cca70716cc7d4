/**
 * What more than one part of `decide` does: closing a turn, telling the chain, the moments that the policy sets. Pure, like
 * all of it; no event is decided here.
 */
import { isOpen } from "../calendar/working-hours.ts"
import * as FollowUp from "../follow-up/follow-up.ts"
import type { Instant } from "../time/instant.ts"
import { hourMs, secondMs } from "../time/instant.ts"
import { startOfNextDay } from "../time/wall-clock.ts"
import type { Command, Conversation, Decision, HandedOverWhy, IgnoredWhy, Policy } from "./conversation.ts"
import * as Takeover from "./takeover.ts"
import * as Turn from "./turn.ts"

/** A turn that waited for evidence, or was being thought of, is answered at the next wake-up: its burst is over. */
export const reopened = (before: Conversation): Decision =>
  before.turn._tag === "Idle" ? [before, []] : [{ ...before, turn: Turn.reopen(before.turn) }, []]

export const notAClient = (before: Conversation, at: Instant, policy: Policy): Decision => {
  const [next, chain] = followUp(before, { _tag: "NotAClient", at }, policy)
  const unanswered = Turn.messageIds(before.turn)
  return [
    { ...next, reminder: null, thinking: null, turn: Turn.idle },
    [
      { _tag: "WithdrawUnsent", what: "all" },
      ...(unanswered.length === 0 ? [] : [ignored(unanswered, "not_client")]),
      ...chain,
    ],
  ]
}

/** Nobody knows whether it is a client: the turn waits for evidence, but voice notes that nobody can hear never become any. */
export const unclassified = (before: Conversation, policy: Policy): Decision => {
  const { turn } = before
  if (turn._tag === "Idle") return [before, []]
  if (turn.messages.every((message) => message.isUnheard)) {
    const detail = "незнакомый прислал голосовое сообщение, которое не удалось распознать: послушайте его сами"
    return handOver(before, "unclassified", detail, policy)
  }
  return [{ ...before, thinking: null, turn: { ...turn, _tag: "Parked", until: staleAt(turn, policy) } }, []]
}

/** What was withdrawn is never reported: after this long nothing is waited for. */
export const reportPatienceMs = 20 * hourMs

interface Reprieve {
  readonly until: Instant
  readonly why: FollowUp.MoveReason
}

/** When to try again, and why; null when a touch may go out now. */
export const whyNoTouchNow = (
  before: Conversation,
  at: Instant,
  touchesLeft: number,
  policy: Policy,
): Reprieve | null => {
  const { takeover } = before
  if (takeover._tag === "Taken" && Takeover.isSilent(takeover, at))
    return { until: takeover.until, why: "operator_in_chat" }
  // One pending message a contact: what became of the last one is not known yet.
  if (before.unreported.some((message) => at - message.at < reportPatienceMs))
    return { until: at + hourMs, why: "not_reported_yet" }
  // Spread over the first hours: whoever was kept back would otherwise go out at the very opening, all at once.
  const chain = chainPolicy(before, policy)
  if (!isOpen(at, policy.hours)) return { until: FollowUp.touchMoment(at, chain), why: "outside_hours" }
  return touchesLeft > 0 ? null : { until: FollowUp.touchMoment(startOfTomorrow(at, policy), chain), why: "daily_cap" }
}

/** More messages of ours than this are never on their way at once. */
export const unreportedMax = 20

export const handOver = (before: Conversation, why: HandedOverWhy, detail: string, _policy: Policy): Decision => {
  const unanswered = Turn.messageIds(before.turn)
  return [
    { ...before, thinking: null, turn: Turn.idle },
    [handedOver(unanswered, why), { _tag: "AskOperator", why, detail }],
  ]
}

export const followUp = (before: Conversation, event: FollowUp.Event, policy: Policy): Decision => {
  const [next, commands] = FollowUp.decide(before.followUp, event, chainPolicy(before, policy))
  return [next === before.followUp ? before : { ...before, followUp: next }, commands]
}

export const chainPolicy = (before: Conversation, policy: Policy): FollowUp.Policy => ({
  silenceHours: policy.silenceHours,
  touchSpreadMinutes: policy.touchSpreadMinutes,
  hours: policy.hours,
  spreadSeed: before.spreadSeed,
})

/** The first moment at which an answer comes too late. Rounded, as all that is stored: settings may hold fractions. */
export const staleAt = (turn: Turn.Open, policy: Policy): Instant =>
  turn.firstSentAt + Math.round(policy.staleReplyHours * hourMs) + 1

export const leaseEnd = (at: Instant, policy: Policy): Instant => at + Math.round(policy.modelLeaseSeconds * secondMs)

export const startOfTomorrow = (at: Instant, policy: Policy): Instant => startOfNextDay(at, policy.hours.zone)

export const ignored = (messageIds: ReadonlyArray<string>, why: IgnoredWhy): Command => ({
  _tag: "RecordOutcome",
  messageIds,
  outcome: { _tag: "ignored", why },
})
export const handedOver = (messageIds: ReadonlyArray<string>, why: HandedOverWhy): Command => ({
  _tag: "RecordOutcome",
  messageIds,
  outcome: { _tag: "handed_over", why },
})
