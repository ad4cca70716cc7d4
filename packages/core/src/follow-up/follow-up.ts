/**
 * The follow-up chain of one contact: when to remind a client who went quiet, and when to stop.
 *   Resting   nothing is owed: the client spoke last, nobody has spoken, or the client has already said yes or no
 *   Waiting   we spoke last; touch `touch` is due at `dueAt` unless somebody writes first
 *   Stopped   no touch until the client writes again; after a plain no or an opt-out, never again
 * Promises each touch at most once a chain, in order, never more than there are intervals, never after a stop. Does not
 * promise that a touch is sent: the caller drafts it, asks again at the moment of sending, and carries out the commands.
 * The timer is read off the state (`wakeUpAt`), so there is none to lose or to cancel. Rules F1 to F7 of docs/RULES.md.
 */
import * as Schema from "effect/Schema"
import type { WorkingHours } from "../calendar/working-hours.ts"
import { isOpen, nextOpening } from "../calendar/working-hours.ts"
import { hourMs, Instant, minuteMs } from "../time/instant.ts"
import { wallTime } from "../time/wall-clock.ts"

export const StopReason = Schema.Literals([
  "client_said_yes",
  "client_said_no",
  "client_responded",
  "completed_5_touches",
  "operator_took_over",
  "call_scheduled",
  "opted_out",
  "undeliverable",
  "not_a_client",
  "nothing_to_say",
])
export type StopReason = typeof StopReason.Type

/** Why a touch that was due, or would have been, is due at another moment now. */
export const moveReasons = [
  "daily_cap",
  "outside_hours",
  "operator_in_chat",
  "not_reported_yet",
  "model_away",
  "token_budget",
  "came_back",
  "delivered_later",
  "we_wrote",
] as const
export type MoveReason = (typeof moveReasons)[number]

export const State = Schema.TaggedUnion({
  Resting: { hasAnswered: Schema.Boolean },
  Waiting: {
    /** 1.. */
    touch: Schema.Int,
    dueAt: Instant,
    /** Our last message: the silence is counted from here. */
    since: Instant,
  },
  Stopped: { reason: StopReason, isFinal: Schema.Boolean },
})
export type State = typeof State.Type

export type Answer = "yes" | "no" | "uncertain" | "none"

export type Event =
  /** A reply of ours left. */
  | { readonly _tag: "ReplySent"; readonly at: Instant }
  /** The touch that was waited for left. */
  | { readonly _tag: "TouchSent"; readonly at: Instant }
  /** The touch came back unsent, and may be tried again. */
  | { readonly _tag: "TouchReturned"; readonly at: Instant; readonly touch: number }
  /** Not now: no opening, the day's share is used up, or the model is away. */
  | { readonly _tag: "Postponed"; readonly until: Instant; readonly why: MoveReason }
  /** Our last message reached WhatsApp only now. */
  | { readonly _tag: "Delivered"; readonly at: Instant; readonly wasSentAt: Instant }
  | { readonly _tag: "ClientWrote"; readonly at: Instant; readonly answer: Answer }
  /** The client took his last words back before they were answered; `answer` is what the others say, `no` while one says so. */
  | { readonly _tag: "TakenBack"; readonly at: Instant; readonly answer: Answer }
  | {
      readonly _tag: "OperatorWrote" | "CallBooked" | "OptedOut" | "Undeliverable" | "NotAClient" | "NothingToSay"
      readonly at: Instant
    }

export type Command =
  | { readonly _tag: "StartChain"; readonly dueAt: Instant }
  | {
      readonly _tag: "AdvanceChain"
      readonly touch: number
      readonly dueAt: Instant
      readonly lastTouchAt: Instant | null
      /** Of a touch that was planned already; without it, it is the next one. */
      readonly why?: MoveReason
    }
  | { readonly _tag: "StopChain"; readonly reason: StopReason; readonly lastTouchAt: Instant | null }

export type Decision = readonly [next: State, commands: ReadonlyArray<Command>]

export interface Policy {
  /** Hours of silence before touch 1, 2, …, each counted from our previous message. */
  readonly silenceHours: ReadonlyArray<number>
  /** A touch that falls outside the hours goes out within this many minutes after the next opening. */
  readonly touchSpreadMinutes: number
  readonly hours: WorkingHours
  /** Any number that stays with the contact; it spreads the contacts over the first hours. */
  readonly spreadSeed: number
}

export const resting: State = { _tag: "Resting", hasAnswered: false }

export const decide = (state: State, event: Event, policy: Policy): Decision => {
  if (event._tag === "TakenBack") return [takenBack(state, event.answer), []]
  if (state._tag === "Stopped" && state.isFinal)
    return event._tag === "OptedOut" ? [{ ...state, reason: "opted_out" }, []] : keep(state)
  switch (event._tag) {
    case "ReplySent":
      // A client who said yes or no is not reminded of it; a finished chain waits for a new message of the client.
      return state._tag === "Stopped" || (state._tag === "Resting" && state.hasAnswered)
        ? keep(state)
        : state._tag === "Waiting"
          ? // Without a word of the client the silence begins anew, but not the chain.
            wait(due(state.touch, event.at, policy), "we_wrote")
          : awaitTouch(1, event.at, policy, "start")
    case "TouchSent":
      return state._tag === "Waiting" ? awaitTouch(state.touch + 1, event.at, policy, event.at) : keep(state)
    case "TouchReturned":
      return state._tag === "Waiting" && state.touch === event.touch + 1
        ? wait({ ...state, touch: event.touch, dueAt: touchMoment(event.at, policy) }, "came_back")
        : state._tag === "Stopped" &&
            state.reason === "completed_5_touches" &&
            event.touch === policy.silenceHours.length
          ? wait(
              { _tag: "Waiting", touch: event.touch, dueAt: touchMoment(event.at, policy), since: event.at },
              "came_back",
            )
          : keep(state)
    case "Postponed":
      return state._tag === "Waiting" && event.until > state.dueAt
        ? wait({ ...state, dueAt: touchMoment(event.until, policy) }, event.why)
        : keep(state)
    case "Delivered":
      return state._tag === "Waiting" && event.wasSentAt === state.since && event.at > state.since
        ? wait(due(state.touch, event.at, policy), "delivered_later")
        : keep(state)
    case "ClientWrote":
      return clientWrote(state, event.answer)
    case "OperatorWrote":
      return end(state, "operator_took_over")
    case "CallBooked":
      return end(state, "call_scheduled")
    case "Undeliverable":
      return end(state, "undeliverable")
    case "NotAClient":
      return end(state, "not_a_client")
    case "NothingToSay":
      return end(state, "nothing_to_say")
    case "OptedOut":
      return state._tag === "Waiting"
        ? [{ _tag: "Stopped", reason: "opted_out", isFinal: true }, [stopped("opted_out")]]
        : [{ _tag: "Stopped", reason: "opted_out", isFinal: true }, []]
  }
}

export const wakeUpAt = (state: State): Instant | null => (state._tag === "Waiting" ? state.dueAt : null)

export const isDue = (state: State, at: Instant): state is Extract<State, { readonly _tag: "Waiting" }> =>
  state._tag === "Waiting" && at >= state.dueAt

/** `at` itself when we are open, otherwise a moment in the first hours after the next opening, spread by contact. */
export const touchMoment = (at: Instant, policy: Policy): Instant => {
  if (isOpen(at, policy.hours)) return at
  const opening = nextOpening(at, policy.hours)
  const openMinutes = policy.hours.closesMinute - policy.hours.opensMinute
  const spread = Math.min(policy.touchSpreadMinutes, openMinutes)
  if (spread <= 0) return opening
  // Mixed with the day, so that the same contact is not always the first one.
  const day = wallTime(opening, policy.hours.zone).day
  const seed = Math.imul(policy.spreadSeed ^ (day * 0x9e3779b1), 0x85ebca6b) >>> 0
  return opening + (seed % (spread * 60)) * (minuteMs / 60)
}

const clientWrote = (state: State, answer: Answer): Decision => {
  const reason: StopReason =
    answer === "yes" ? "client_said_yes" : answer === "no" ? "client_said_no" : "client_responded"
  const commands = state._tag === "Waiting" ? [stopped(reason)] : []
  if (answer === "no") return [{ _tag: "Stopped", reason, isFinal: true }, commands]
  return [{ _tag: "Resting", hasAnswered: answer === "yes" }, commands]
}

/** What stopped for another reason stays so; no reminder is planned before our next reply. */
const takenBack = (state: State, answer: Answer): State =>
  state._tag === "Resting" || (state._tag === "Stopped" && state.isFinal && state.reason === "client_said_no")
    ? answer === "no"
      ? state
      : { _tag: "Resting", hasAnswered: answer === "yes" }
    : state

/** Wake-ups come late, early and twice; that is ordinary, not an error. */
const keep = (state: State): Decision => [state, []]
const stopped = (reason: StopReason, lastTouchAt: Instant | null = null): Command => ({
  _tag: "StopChain",
  reason,
  lastTouchAt,
})
/** A completed chain is told, too: its last touch may still come back unsent, and must not revive it then. */
const end = (state: State, reason: StopReason): Decision => {
  const next: State = { _tag: "Stopped", reason, isFinal: false }
  if (state._tag === "Waiting") return [next, [stopped(reason)]]
  return state._tag === "Stopped" && state.reason === "completed_5_touches" ? [next, []] : keep(state)
}
const wait = (state: Extract<State, { readonly _tag: "Waiting" }>, why: MoveReason): Decision => [
  state,
  [{ _tag: "AdvanceChain", touch: state.touch, dueAt: state.dueAt, lastTouchAt: null, why }],
]
const due = (touch: number, since: Instant, policy: Policy): Extract<State, { readonly _tag: "Waiting" }> => ({
  _tag: "Waiting",
  touch,
  dueAt: touchMoment(since + Math.round((policy.silenceHours[touch - 1] ?? 0) * hourMs), policy),
  since,
})
const awaitTouch = (touch: number, since: Instant, policy: Policy, how: Instant | "start"): Decision => {
  if (touch > policy.silenceHours.length)
    return touch === 1
      ? [{ _tag: "Resting", hasAnswered: false }, []]
      : [
          { _tag: "Stopped", reason: "completed_5_touches", isFinal: false },
          [stopped("completed_5_touches", how === "start" ? null : how)],
        ]
  const next = due(touch, since, policy)
  return [
    next,
    how === "start"
      ? [{ _tag: "StartChain", dueAt: next.dueAt }]
      : [{ _tag: "AdvanceChain", touch, dueAt: next.dueAt, lastTouchAt: how }],
  ]
}
