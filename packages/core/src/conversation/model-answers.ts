/**
 * Asking the model, and what comes of its answers: a verdict, a draft, a failure. An answer counts only under the ticket it was
 * asked under; the last word on a call is code's; what no draft says well enough is said by a template. Part of `decide`.
 * Rules C6, D3, D4, M1 and M2 of docs/RULES.md.
 */
import * as CallReminder from "../calendar/call-reminder.ts"
import { isBookable } from "../calendar/call-slots.ts"
import * as Classification from "../contact/classification.ts"
import { isKazakh } from "../reply/safe-text.ts"
import type { Instant } from "../time/instant.ts"
import { dayMs, minuteMs, secondMs } from "../time/instant.ts"
import type { Command, Conversation, Decision, Event, HandedOverWhy, Policy, Thinking } from "./conversation.ts"
import { unsentReminders } from "./reminder.ts"
import {
  followUp,
  handedOver,
  handOver,
  leaseEnd,
  notAClient,
  reopened,
  staleAt,
  startOfTomorrow,
  unclassified,
  unreportedMax,
  whyNoTouchNow,
} from "./steps.ts"
import * as Turn from "./turn.ts"

export const think = (
  before: Conversation,
  task: Thinking["task"],
  at: Instant,
  policy: Policy,
): readonly [Conversation, number] => {
  const ticket = before.lastTicket + 1
  const thinking = {
    task,
    ticket,
    until: leaseEnd(at, policy),
    isAsked: true,
    failures: 0,
    refused: [],
  }
  return [{ ...before, lastTicket: ticket, thinking }, ticket]
}

/** The same question under a new ticket: the lease ran out, a pause is over, or a draft was sent back. */
export const thinkAgain = (before: Conversation, thinking: Thinking, at: Instant, policy: Policy): Decision => {
  const { turn } = before
  if (thinking.task !== "touch" && turn._tag !== "Idle" && at >= staleAt(turn, policy))
    return handOver(before, "model_unavailable", "модель недоступна слишком долго", policy)
  const ticket = before.lastTicket + 1
  const next: Conversation = {
    ...before,
    lastTicket: ticket,
    thinking: { ...thinking, ticket, isAsked: true, until: leaseEnd(at, policy) },
  }
  const { refused } = thinking
  switch (thinking.task) {
    case "classify_early":
    case "classify_full":
      return [next, [{ _tag: "Classify", ticket, isEarly: thinking.task === "classify_early" }]]
    case "reply":
      return [next, [{ _tag: "DraftReply", ticket, messageIds: Turn.messageIds(turn), refused }]]
    case "touch": {
      if (before.followUp._tag !== "Waiting") return [{ ...before, thinking: null }, []]
      const reason = before.lastAnswer === "uncertain" ? "uncertain" : "ignored"
      return [next, [{ _tag: "DraftTouch", ticket, touch: before.followUp.touch, reason, refused }]]
    }
  }
}

const isAwaited = (before: Conversation, ticket: number): boolean => before.thinking?.ticket === ticket

export const classified = (
  before: Conversation,
  event: Extract<Event, { _tag: "Classified" }>,
  policy: Policy,
): Decision => {
  const { thinking } = before
  if (thinking === null || thinking.ticket !== event.ticket) return [before, []]
  if (thinking.task !== "classify_early" && thinking.task !== "classify_full") return [before, []]
  const asked = thinking.task === "classify_early" ? "early" : "full"
  const classification = Classification.answered(before.classification, asked, event, policy)
  const next: Conversation = { ...before, classification, thinking: null }
  const isClient = Classification.isClient(classification)
  if (isClient === null) return unclassified(next, policy)
  const record: Command = {
    _tag: "RecordClassification",
    isClient,
    confidence: event.confidence,
    reasoning: event.reasoning,
  }
  const [after, commands] = isClient ? reopened(next) : notAClient(next, event.at, policy)
  return [after, [record, ...commands]]
}

export const replyDrafted = (
  before: Conversation,
  event: Extract<Event, { _tag: "ReplyDrafted" }>,
  policy: Policy,
): Decision => {
  const { thinking } = before
  if (thinking === null || !isAwaited(before, event.ticket) || thinking.task !== "reply") return [before, []]
  const { at, outboundId } = event
  const { draft } = event.reviewed
  const reasons = [...event.reviewed.reasons, ...whyNotThisCall(before, event, policy)]
  if (reasons.length > 0) {
    const refused = [...thinking.refused, { draft: draft.text, reasons }]
    if (refused.length <= policy.redraftsMax)
      return thinkAgain(before, { ...thinking, refused, failures: 0 }, at, policy)
    const detail = `черновики не прошли проверку: ${reasons.join("; ")}`
    const [next, commands] = sendReply(
      before,
      { at, outboundId, text: event.safeText, isSafe: true, outcome: "guard" },
      policy,
    )
    return [next, [...commands, { _tag: "AskOperator", why: "guard", detail }]]
  }
  const [sent, commands] = sendReply(
    // A call that is being cancelled holds no reminder back.
    draft.call?.action === "cancel" ? { ...before, callAt: null } : before,
    { at, outboundId, text: draft.text, isSafe: false, outcome: draft.hand_over === null ? null : "asked_for_person" },
    policy,
  )
  const asking: ReadonlyArray<Command> =
    draft.hand_over === null ? [] : [{ _tag: "AskOperator", why: "asked_for_person", detail: draft.hand_over }]
  const [next, call] = carryOutCall({ ...sent, callAt: before.callAt }, event, policy)
  return [next, [...commands, ...asking, ...call]]
}

/** The last word on a call is code's, whatever the guard saw. */
const whyNotThisCall = (
  before: Conversation,
  event: Extract<Event, { _tag: "ReplyDrafted" }>,
  policy: Policy,
): ReadonlyArray<string> => {
  const { call } = event.reviewed.draft
  if (call === null) return []
  const booked = before.callAt !== null && before.callAt > event.at ? before.callAt : null
  if (call.action === "cancel") return booked === null ? ["отменять нечего: звонок не назначен"] : []
  if (event.callAt === null) return ["не указано время звонка"]
  if (event.callAt === booked) return []
  if (!isBookable(event.callAt, event.at, policy.hours))
    return ["на это время звонок назначить нельзя: нерабочее или прошедшее время"]
  return event.isSlotFree ? [] : ["это время уже занято"]
}

const carryOutCall = (
  before: Conversation,
  event: Extract<Event, { _tag: "ReplyDrafted" }>,
  policy: Policy,
): Decision => {
  const { call } = event.reviewed.draft
  if (call === null) return [before, []]
  const from = before.callAt
  if (call.action === "cancel")
    return from === null
      ? [before, []]
      : [
          { ...before, callAt: null, reminder: null },
          [{ _tag: "CancelCall", callAt: from }, ...unsentReminders(before)],
        ]
  const { callAt } = event
  if (callAt === null || callAt === from) return [before, []]
  const remindAt = CallReminder.remindAt(callAt, event.at, policy)
  // The client hears of it in the language in which he was told that it is booked.
  const reminder = remindAt === null ? null : { at: remindAt, isKazakh: isKazakh(event.reviewed.draft.text) }
  const [next, chain] = followUp({ ...before, callAt, reminder }, { _tag: "CallBooked", at: event.at }, policy)
  const command: Command =
    from !== null && from > event.at
      ? { _tag: "MoveCall", from, callAt, about: event.callAbout }
      : { _tag: "BookCall", callAt, about: event.callAbout }
  return [next, [command, ...unsentReminders(before), ...chain]]
}

export const sendReply = (
  before: Conversation,
  reply: {
    readonly at: Instant
    readonly outboundId: string
    readonly text: string
    readonly isSafe: boolean
    /** Null: the turn is answered. Otherwise a person must look at it, although something was said. */
    readonly outcome: HandedOverWhy | null
  },
  policy: Policy,
): Decision => {
  const { at, outboundId } = reply
  const messageIds = Turn.messageIds(before.turn)
  const firstSentAt = before.turn._tag === "Idle" ? {} : { firstSentAt: before.turn.firstSentAt }
  const spoken: Conversation = {
    ...before,
    thinking: null,
    turn: Turn.idle,
    lastOursAt: at,
    recentTurns: [...before.recentTurns, at],
    unreported: [
      ...before.unreported.slice(-unreportedMax + 1),
      { outboundId, kind: "reply", at, messageIds, touch: null, ...firstSentAt },
    ],
  }
  const commands: ReadonlyArray<Command> = [
    { _tag: "Send", outboundId, kind: "reply", touch: null, text: reply.text, messageIds, isSafe: reply.isSafe },
    reply.outcome === null
      ? { _tag: "RecordOutcome", messageIds, outcome: { _tag: "answered" } }
      : handedOver(messageIds, reply.outcome),
  ]
  // Who waits for a person, or for a call, is not reminded.
  if (reply.outcome !== null || (spoken.callAt !== null && spoken.callAt > at)) return [spoken, commands]
  const [next, chain] = followUp(spoken, { _tag: "ReplySent", at }, policy)
  return [next, [...commands, ...chain]]
}

export const touchDrafted = (
  before: Conversation,
  event: Extract<Event, { _tag: "TouchDrafted" }>,
  policy: Policy,
): Decision => {
  const { thinking } = before
  if (thinking === null || !isAwaited(before, event.ticket) || thinking.task !== "touch") return [before, []]
  const { at, outboundId } = event
  const waiting = before.followUp
  // While it was written, our last message may have reached WhatsApp only then: the silence begins anew.
  if (waiting._tag !== "Waiting" || waiting.dueAt > at) return [{ ...before, thinking: null }, []]
  const reprieve = whyNoTouchNow(before, at, event.touchesLeft, policy)
  if (reprieve !== null) return followUp({ ...before, thinking: null }, { _tag: "Postponed", ...reprieve }, policy)
  const { draft, reasons } = event.reviewed
  const callReasons = draft.call === null ? reasons : [...reasons, "в напоминании звонок не назначают"]
  const refused =
    callReasons.length === 0 ? thinking.refused : [...thinking.refused, { draft: draft.text, reasons: callReasons }]
  if (callReasons.length > 0 && refused.length <= policy.redraftsMax)
    return thinkAgain(before, { ...thinking, refused, failures: 0 }, at, policy)
  const { touch } = waiting
  const isSafe = callReasons.length > 0
  const text = isSafe ? event.safeText : draft.text
  const telling = (became: string): ReadonlyArray<Command> =>
    isSafe
      ? [
          {
            _tag: "AskOperator",
            why: "guard",
            detail: `напоминание не прошло проверку, ${became}: ${callReasons.join("; ")}`,
          },
        ]
      : []
  // Better no word than the same one again.
  if (text === null) {
    const [ended, stop] = followUp({ ...before, thinking: null }, { _tag: "NothingToSay", at }, policy)
    return [ended, [...stop, ...telling("и ничего не отправлено")]]
  }
  const [next, chain] = followUp(
    {
      ...before,
      thinking: null,
      lastOursAt: at,
      unreported: [
        ...before.unreported.slice(-unreportedMax + 1),
        { outboundId, kind: "touch", at, messageIds: [], touch },
      ],
    },
    { _tag: "TouchSent", at },
    policy,
  )
  return [
    next,
    [
      {
        _tag: "Send",
        outboundId,
        kind: "touch",
        touch,
        text,
        messageIds: [],
        isSafe,
      },
      ...telling("ушла заготовленная фраза"),
      ...chain,
    ],
  ]
}

const pauseMaxMs = 30 * minuteMs

export const modelFailed = (
  before: Conversation,
  event: Extract<Event, { _tag: "ModelFailed" }>,
  policy: Policy,
): Decision => {
  const { thinking } = before
  if (thinking === null || !isAwaited(before, event.ticket)) return [before, []]
  const failures = thinking.failures + 1
  const growing = Math.min(pauseMaxMs, 15 * secondMs * 2 ** Math.min(failures - 1, 10))
  const wait =
    event.kind === "budget"
      ? startOfTomorrow(event.at, policy) - event.at
      : Math.max(event.retryAfterMs ?? 0, event.kind === "quota" ? Math.max(growing, 5 * minuteMs) : growing)
  const until = event.at + Math.min(wait, dayMs)
  // A touch can wait, and keeps no count of its failures: the longest pause at once.
  if (thinking.task === "touch")
    return followUp(
      { ...before, thinking: null },
      {
        _tag: "Postponed",
        until: Math.max(until, event.at + pauseMaxMs),
        why: event.kind === "budget" ? "token_budget" : "model_away",
      },
      policy,
    )
  const { turn } = before
  // Said once, when the answer will come too late anyway; the wake-up at `until` hands it over.
  const deadline = turn._tag === "Idle" ? until : staleAt(turn, policy)
  return [
    {
      ...before,
      thinking: {
        ...thinking,
        failures,
        isAsked: false,
        until: Math.min(until, Math.max(deadline, event.at + secondMs)),
      },
    },
    [],
  ]
}
