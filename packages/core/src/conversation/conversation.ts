/**
 * The whole state of one contact, the facts that change it, and the intentions that follow. `decide` in `decide.ts` is the
 * only function that goes from the first two to the third. Everything here is plain data: it is stored, replayed, shown.
 */
import * as Schema from "effect/Schema"
import type * as CallReminder from "../calendar/call-reminder.ts"
import type { WorkingHours } from "../calendar/working-hours.ts"
import * as Classification from "../contact/classification.ts"
import type { ContactKey } from "../contact/contact-key.ts"
import * as FollowUp from "../follow-up/follow-up.ts"
import type { Draft } from "../ports/llm-port.ts"
import { Instant } from "../time/instant.ts"
import * as Takeover from "./takeover.ts"
import * as Turn from "./turn.ts"

/** A draft that was sent back, with why. */
export const Refused = Schema.Struct({ draft: Schema.String, reasons: Schema.Array(Schema.String) })
export type Refused = typeof Refused.Type

/** Somebody is asked to think. `until` is the lease: past it the answer is taken for lost and asked for anew. */
export const Thinking = Schema.Struct({
  task: Schema.Literals(["classify_early", "classify_full", "reply", "touch"]),
  /** An answer counts only with the ticket it was asked under. */
  ticket: Schema.Int,
  until: Instant,
  /** False while the model is away and the next try is waited for. */
  isAsked: Schema.Boolean,
  /** Failed tries so far. */
  failures: Schema.Int,
  refused: Schema.Array(Refused),
})
export type Thinking = typeof Thinking.Type

/** A message of ours whose fate is not known yet. */
export const Unreported = Schema.Struct({
  outboundId: Schema.String,
  kind: Schema.Literals(["reply", "touch", "reminder"]),
  at: Instant,
  /** The client messages it answers; empty for what answers nothing. */
  messageIds: Schema.Array(Schema.String),
  touch: Schema.NullOr(Schema.Int),
  /** Those of them that the client took back afterwards. */
  deleted: Schema.optionalKey(Schema.Array(Schema.String)),
  /** When the client sent the first of those messages: drafted anew, the answer is as late as it is. Absent in states that were stored earlier. */
  firstSentAt: Schema.optionalKey(Instant),
  /** Of a reminder: the call, and the language. Absent in states that were stored earlier. */
  reminds: Schema.optionalKey(Schema.Struct({ callAt: Instant, isKazakh: Schema.Boolean })),
})
export type Unreported = typeof Unreported.Type

export const Conversation = Schema.Struct({
  version: Schema.Literal(1),
  /** Spreads the contacts over the first hours of a day. */
  spreadSeed: Schema.Int,
  classification: Classification.State,
  turn: Turn.State,
  takeover: Takeover.State,
  followUp: FollowUp.State,
  /** The call on record, past or to come. */
  callAt: Schema.NullOr(Instant),
  /** When the client is reminded of that call, and in which language; without it, not or no more. */
  reminder: Schema.optionalKey(Schema.NullOr(Schema.Struct({ at: Instant, isKazakh: Schema.Boolean }))),
  isOptedOut: Schema.Boolean,
  thinking: Schema.NullOr(Thinking),
  lastTicket: Schema.Int,
  unreported: Schema.Array(Unreported),
  /** Our last messages that left: WhatsApp may still say that one did not arrive. Absent in states that were stored earlier. */
  sent: Schema.optionalKey(Schema.Array(Unreported)),
  lastClientAt: Schema.NullOr(Instant),
  lastOursAt: Schema.NullOr(Instant),
  lastOperatorAt: Schema.NullOr(Instant),
  /** WhatsApp's time of the newest message of each side that we know: whatever is newer in the chat cancels a send. */
  lastClientSentAt: Schema.NullOr(Instant),
  lastOperatorSentAt: Schema.NullOr(Instant),
  /** What the client's last message answered. */
  lastAnswer: Schema.Literals(["yes", "no", "uncertain", "none"]),
  /** The messages that said no: when the last of them is taken back unanswered, nothing was refused. Absent in states that were stored earlier. */
  refusedBy: Schema.optionalKey(Schema.Array(Schema.String)),
  /** When the turns of the last hour were answered: the loop detector. */
  recentTurns: Schema.Array(Instant),
})
export type Conversation = typeof Conversation.Type

/** A small, stable hash (FNV-1a): the same contact always gets the same number. */
const seedOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

export const newConversation = (key: ContactKey): Conversation => ({
  version: 1,
  spreadSeed: seedOf(`${key.profileId} ${key.phone}`),
  classification: Classification.unknown,
  turn: Turn.idle,
  takeover: Takeover.free,
  followUp: FollowUp.resting,
  callAt: null,
  reminder: null,
  isOptedOut: false,
  thinking: null,
  lastTicket: 0,
  unreported: [],
  lastClientAt: null,
  lastOursAt: null,
  lastOperatorAt: null,
  lastClientSentAt: null,
  lastOperatorSentAt: null,
  lastAnswer: "none",
  recentTurns: [],
})

/** What the guard said of a draft: empty when it passed. */
export interface Reviewed {
  readonly draft: Draft
  readonly reasons: ReadonlyArray<string>
}

export type Event =
  | {
      readonly _tag: "ClientWrote"
      /** When it reached the agent. */
      readonly at: Instant
      /** When the client sent it. */
      readonly sentAt: Instant
      readonly messageId: string
      readonly text: string
      readonly content: "text" | "media" | "voice" | "transcript" | "untranscribed" | "reaction" | "system"
      /** A message of this id is stored already. */
      readonly isRepeat: boolean
    }
  | { readonly _tag: "ClientEdited"; readonly at: Instant; readonly messageId: string; readonly text: string }
  | { readonly _tag: "ClientDeleted"; readonly at: Instant; readonly messageId: string }
  | { readonly _tag: "OperatorWrote"; readonly at: Instant; readonly sentAt: Instant; readonly messageId: string }
  | {
      readonly _tag: "Classified"
      readonly at: Instant
      readonly ticket: number
      readonly verdict: "client" | "not_client" | "unknown"
      readonly confidence: number
      readonly reasoning: string
    }
  | {
      readonly _tag: "ReplyDrafted"
      readonly at: Instant
      readonly ticket: number
      readonly reviewed: Reviewed
      /** Fresh id for the message, should it be sent. */
      readonly outboundId: string
      /** The instant the draft's call names, or null. */
      readonly callAt: Instant | null
      /** What the call is about, in the client's own words; empty if he said nothing of it. */
      readonly callAbout: string
      /** Whether that slot is free of other contacts, read in the same transaction. */
      readonly isSlotFree: boolean
      /** What to say when no draft passes. */
      readonly safeText: string
    }
  | {
      readonly _tag: "TouchDrafted"
      readonly at: Instant
      readonly ticket: number
      readonly reviewed: Reviewed
      readonly outboundId: string
      readonly touchesLeft: number
      /** Null: the contact has heard everything that could be said without a model. */
      readonly safeText: string | null
    }
  | {
      readonly _tag: "ModelFailed"
      readonly at: Instant
      readonly ticket: number
      readonly kind: "overload" | "quota" | "network" | "bad_answer" | "blocked" | "budget"
      readonly retryAfterMs: number | null
      readonly detail: string
    }
  | {
      readonly _tag: "WokeUp"
      readonly at: Instant
      /** Touches that the profile may still send today. */
      readonly touchesLeft: number
      /** For the turns that are answered without a model. */
      readonly outboundId: string
    }
  | {
      readonly _tag: "DeliveryReported"
      readonly at: Instant
      readonly outboundId: string
      readonly status: "sent" | "refused" | "dropped" | "undeliverable" | "unknown" | "delivered"
      readonly reason: string | null
    }
  /** It waited too long in the queue and was not sent. */
  | {
      readonly _tag: "SendExpired"
      readonly at: Instant
      readonly outboundId: string
      /** `sending_stopped`: nothing may leave until a person resumes it. */
      readonly reason: string | null
    }
  /** A person judged the contact. */
  | { readonly _tag: "PersonClassified"; readonly at: Instant; readonly isClient: boolean }
  /** A person gave the chat back to the bot. */
  | { readonly _tag: "Released"; readonly at: Instant }
  /** A person took the chat without writing. */
  | { readonly _tag: "PersonTookOver"; readonly at: Instant }
  /** A person cancelled the call at `callAt`. */
  | { readonly _tag: "CallCancelled"; readonly at: Instant; readonly callAt: Instant }

export type IgnoredWhy = "not_client" | "opted_out" | "reaction" | "system" | "deleted" | "whitelisted"
export type HandedOverWhy =
  | "operator_wrote"
  | "operator_in_chat"
  | "unclassified"
  | "too_late"
  | "model_unavailable"
  | "guard"
  | "asked_for_person"
  | "too_many_turns"
  | "undeliverable"
  | "delivery_unknown"
  | "sending_stopped"
export type Outcome =
  | { readonly _tag: "answered" }
  | { readonly _tag: "ignored"; readonly why: IgnoredWhy }
  | { readonly _tag: "handed_over"; readonly why: HandedOverWhy }

export type Command =
  | { readonly _tag: "Classify"; readonly ticket: number; readonly isEarly: boolean }
  | {
      readonly _tag: "DraftReply"
      readonly ticket: number
      readonly messageIds: ReadonlyArray<string>
      readonly refused: ReadonlyArray<Refused>
    }
  | {
      readonly _tag: "DraftTouch"
      readonly ticket: number
      readonly touch: number
      readonly reason: "ignored" | "uncertain"
      readonly refused: ReadonlyArray<Refused>
    }
  | {
      readonly _tag: "Send"
      readonly outboundId: string
      readonly kind: "reply" | "touch" | "reminder"
      readonly touch: number | null
      readonly text: string
      readonly messageIds: ReadonlyArray<string>
      /** A sentence from a template instead of the model's. */
      readonly isSafe: boolean
    }
  /** Whatever was decided and has not left yet must not leave; `reminders` are those of calls. */
  | { readonly _tag: "WithdrawUnsent"; readonly what: "all" | "touches" | "reminders" }
  | { readonly _tag: "BookCall"; readonly callAt: Instant; readonly about: string }
  | { readonly _tag: "MoveCall"; readonly from: Instant; readonly callAt: Instant; readonly about: string }
  | { readonly _tag: "CancelCall"; readonly callAt: Instant }
  | { readonly _tag: "RecordOutcome"; readonly messageIds: ReadonlyArray<string>; readonly outcome: Outcome }
  | {
      readonly _tag: "RecordClassification"
      readonly isClient: boolean
      readonly confidence: number
      readonly reasoning: string
    }
  | { readonly _tag: "AskOperator"; readonly why: HandedOverWhy | "reply_not_sent"; readonly detail: string }
  | FollowUp.Command

export type Decision = readonly [next: Conversation, commands: ReadonlyArray<Command>]

export interface Policy extends Classification.Policy, Turn.Policy, CallReminder.Policy {
  readonly hours: WorkingHours
  /** Hours of silence before touch 1, 2, … */
  readonly silenceHours: ReadonlyArray<number>
  readonly touchSpreadMinutes: number
  readonly takeoverHours: number
  /** An answer later than this is left to a person. */
  readonly staleReplyHours: number
  readonly maxTurnsPerHour: number
  /** After this long without an answer, a model call is taken for lost. */
  readonly modelLeaseSeconds: number
  /** How often a draft is sent back before the safe sentence is used. */
  readonly redraftsMax: number
}

/** The defaults of every setting, with the hours given. */
export const defaultPolicy = (hours: WorkingHours): Policy => ({
  hours,
  classifyAfterMessages: 3,
  earlyConfidence: 0.85,
  replyQuietSeconds: 8,
  replyMaxWaitSeconds: 45,
  voiceWaitSeconds: 180,
  silenceHours: [24, 72, 168, 336, 720],
  touchSpreadMinutes: 120,
  takeoverHours: 12,
  staleReplyHours: 12,
  maxTurnsPerHour: 12,
  modelLeaseSeconds: 120,
  redraftsMax: 2,
  callReminderMinutes: 0,
})
