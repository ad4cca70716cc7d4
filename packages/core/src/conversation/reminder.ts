/** The reminder of a booked call as a decision of the conversation's one wake-up. Rules C9 and C10 of docs/RULES.md. */
import * as CallReminder from "../calendar/call-reminder.ts"
import * as Classification from "../contact/classification.ts"
import { review } from "../guard/guard.ts"
import type { Instant } from "../time/instant.ts"
import type { Command, Conversation, Decision, Event, Policy } from "./conversation.ts"
import { unreportedMax } from "./steps.ts"
import * as Takeover from "./takeover.ts"

/** Not over an open turn: what the client wrote may be that he cannot come. */
export const reminderWakeUpAt = ({ reminder, turn }: Conversation): Instant | null =>
  turn._tag === "Idle" ? (reminder?.at ?? null) : null

export const reminderDue = (
  before: Conversation,
  event: Extract<Event, { _tag: "WokeUp" }>,
  policy: Policy,
): Decision => {
  const { at, outboundId } = event
  const { callAt, reminder } = before
  const done: Conversation = { ...before, reminder: null }
  if (callAt === null || reminder == null || policy.callReminderMinutes <= 0) return [done, []]
  const when = CallReminder.openMoment(at, callAt, policy.hours)
  if (when === null) return [done, []]
  if (when > at) return [{ ...before, reminder: { ...reminder, at: when } }, []]
  const { hours } = policy
  const text = CallReminder.reminderText(callAt, at, hours.zone, reminder.isKazakh)
  const guard = review({
    draft: { text, facts: [], call: null, hand_over: null },
    kind: "reply",
    facts: [],
    knowledge: "",
    chat: [],
    now: at,
    zone: hours.zone,
    hours,
    freeSlots: [],
    bookedCall: callAt,
  })
  if (guard.verdict === "refuse") {
    const detail = `напоминание о звонке не прошло проверку: ${guard.reasons.map((reason) => reason.detail).join(" ")}`
    return [done, [{ _tag: "AskOperator", why: "guard", detail }]]
  }
  return [
    {
      ...done,
      lastOursAt: at,
      unreported: [
        ...before.unreported.slice(-unreportedMax + 1),
        {
          outboundId,
          kind: "reminder",
          at,
          messageIds: [],
          touch: null,
          reminds: { callAt, isKazakh: reminder.isKazakh },
        },
      ],
    },
    [{ _tag: "Send", outboundId, kind: "reminder", touch: null, text, messageIds: [], isSafe: false }],
  ]
}

/** It came back unsent: due again while the call that it spoke of stands, and whoever ended the reminders is not overruled. */
export const reminderReturned = (
  before: Conversation,
  { reminds }: Conversation["unreported"][number],
  at: Instant,
): Conversation => {
  const isOver = reminds === undefined || reminds.callAt !== before.callAt || reminds.callAt <= at
  const isEnded =
    before.isOptedOut ||
    Takeover.isSilent(before.takeover, at) ||
    Classification.isClient(before.classification) === false
  return isOver || isEnded ? before : { ...before, reminder: { at, isKazakh: reminds.isKazakh } }
}

/** One that has not left yet speaks of a time that no longer is. */
export const unsentReminders = (before: Conversation): ReadonlyArray<Command> =>
  before.unreported.some((message) => message.kind === "reminder")
    ? [{ _tag: "WithdrawUnsent", what: "reminders" }]
    : []
