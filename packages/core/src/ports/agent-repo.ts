/**
 * The agent's memory. Every change of a conversation goes through `change` or `changeNextDue`: one transaction that locks
 * the contact, hands what is stored to a pure function, and stores what that function answers. The function may run again
 * when the database asks for a retry, so it must not do anything but answer.
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ContactKey } from "../contact/contact-key.ts"
import type { Command, Conversation, Event } from "../conversation/conversation.ts"
import type { ToldPlan } from "../follow-up/touch-plan.ts"
import type { ContactInfo } from "../queue/messages.ts"
import type { Instant } from "../time/instant.ts"

/** The database is away or overloaded: nothing was stored, try again later. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  what: Schema.String,
  cause: Schema.Defect(),
}) {
  override get message() {
    return `the database did not answer (${this.what}): ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

export interface StoredMessage {
  readonly messageId: string
  readonly from: "client" | "bot" | "operator"
  readonly text: string
  readonly at: Instant
  readonly isVoice: boolean
  readonly kind: "reply" | "touch" | "reminder" | null
  readonly touch: number | null
  /** `pending`, `published`, `sent`, `dropped`, `refused`, `undeliverable`, `unknown`, `withdrawn`, `expired`; null on others' messages. */
  readonly delivery: string | null
  /** `answered`, `ignored:<why>`, `handed_over:<why>`; null while open, and on our own. */
  readonly outcome: string | null
}

export interface Contact {
  readonly key: ContactKey
  readonly info: ContactInfo
  readonly conversation: Conversation
  readonly isClient: boolean | null
  readonly confidence: number | null
  readonly reasoning: string | null
  readonly lastMessageAt: Instant | null
  readonly createdAt: Instant
  readonly wakeUpAt: Instant | null
}

/** What `change` reads beside the conversation. Only what is asked for is read. */
export interface Reads {
  /** Whether a message with this id is stored already. */
  readonly messageId?: string
  /** Whether a call of another contact of the profile is booked at this instant. */
  readonly slotAt?: Instant
  /** Touches counted against the daily share since this instant. */
  readonly touchesSince?: Instant
}
export interface Current {
  /** A new conversation when the contact is met for the first time. */
  readonly conversation: Conversation
  readonly isNew: boolean
  readonly isMessageKnown: boolean
  readonly isSlotFree: boolean
  readonly touchesSent: number
}

export interface NewMessage {
  readonly messageId: string
  readonly from: "client" | "operator"
  readonly text: string
  readonly at: Instant
  readonly isVoice: boolean
  /** Text of a voice note, without prefix; null otherwise. */
  readonly transcript: string | null
}

/** What happened and what was decided, kept so that every answer can be explained and replayed. */
export interface Trace {
  readonly event: Event
  readonly commands: ReadonlyArray<Command>
  /** What else a person would want to see: the rule of the intent, the facts used, the guard's verdict, the prompt. */
  readonly thoughts: Readonly<Record<string, unknown>>
}

export interface Change {
  readonly conversation: Conversation
  readonly wakeUpAt: Instant | null
  readonly commands: ReadonlyArray<Command>
  readonly info?: ContactInfo
  /** Inserted, or updated when the id is stored (a transcript, an edit). */
  readonly message?: NewMessage
  /** What the report says of one of ours. */
  readonly delivery?: {
    readonly outboundId: string
    readonly status: string
    readonly messageId: string | null
    readonly at: Instant
  }
  readonly at: Instant
  readonly trace: Trace
}

export interface OutboxRow {
  readonly outboundId: string
  readonly key: ContactKey
  readonly text: string
  readonly kind: "reply" | "touch" | "reminder"
  readonly replyTo: string | null
  readonly decidedAt: Instant
  /** `lastOperatorSentAt` and `lastClientSentAt` of the conversation as it is stored now. */
  readonly knownOperatorAt: Instant | null
  readonly knownClientAt: Instant | null
  /** The first client message that it answers, which the logs of both programs name; its own id for a touch. */
  readonly correlationId: string
}

export interface CallRow {
  readonly id: number
  /** Stays with a call wherever it is moved to: each move is a row of its own, with the next `sequence`. */
  readonly uid: string
  /** From 0; each move and the cancellation count. */
  readonly sequence: number
  readonly key: ContactKey
  readonly name: string | null
  readonly scheduledAt: Instant
  readonly timezone: string
  readonly status: "scheduled" | "moved" | "cancelled"
  readonly notes: string
  readonly createdAt: Instant
  /** When it was booked, moved away or cancelled, whatever was last. */
  readonly changedAt: Instant
}

export interface TraceRow extends Trace {
  readonly at: Instant
  readonly key: ContactKey
}

export interface AgentStats {
  readonly contacts: { readonly client: number; readonly notClient: number; readonly unknown: number }
  readonly outcomes: Readonly<Record<string, number>>
  readonly open: number
  readonly replies: number
  readonly touches: number
  readonly calls: number
  readonly tokens: number
}

export interface FollowUpRow {
  readonly key: ContactKey
  readonly touchNumber: number
  readonly nextTouchAt: Instant | null
  readonly lastTouchAt: Instant | null
  readonly isCompleted: boolean
  readonly stopReason: string | null
  readonly createdAt: Instant
}

/** Somebody of the company is asked to look at a chat. */
export interface OperatorRequest {
  readonly id: number
  readonly key: ContactKey
  readonly at: Instant
  readonly why: string
  readonly detail: string
  readonly isDone: boolean
}

export class AgentRepo extends Context.Service<
  AgentRepo,
  {
    /** `answer` returning null stores nothing. */
    readonly change: (
      key: ContactKey,
      reads: Reads,
      answer: (current: Current) => Change | null,
    ) => Effect<Change | null, StoreUnavailable>
    /**
     * The same for one contact whose wake-up is at or before `now`, earliest first, skipping those that another worker
     * holds. Undefined when none is due.
     */
    readonly changeNextDue: (
      now: Instant,
      reads: Reads,
      answer: (key: ContactKey, current: Current) => Change | null,
    ) => Effect<{ readonly key: ContactKey; readonly change: Change | null } | undefined, StoreUnavailable>
    /** The earliest wake-up of all; null if there is none. */
    readonly nextWakeUpAt: Effect<Instant | null, StoreUnavailable>
    readonly contact: (key: ContactKey) => Effect<Contact | null, StoreUnavailable>
    /** Most recently active first. */
    readonly contacts: (limit: number) => Effect<ReadonlyArray<Contact>, StoreUnavailable>
    /** Oldest first; the last `limit` ones. Withdrawn and refused messages of ours are left out unless asked for. */
    readonly history: (
      key: ContactKey,
      limit: number,
      options?: { readonly withUnsent?: boolean },
    ) => Effect<ReadonlyArray<StoredMessage>, StoreUnavailable>
    /** Ours that have not been published, replies before touches, oldest first. */
    readonly outbox: (limit: number) => Effect<ReadonlyArray<OutboxRow>, StoreUnavailable>
    /** Only a row that is still pending turns published: false when it was withdrawn meanwhile. */
    readonly markPublished: (outboundId: string) => Effect<boolean, StoreUnavailable>
    /** Booked calls of a profile at or after `from`. */
    readonly takenSlots: (profileId: string, from: Instant) => Effect<ReadonlyArray<Instant>, StoreUnavailable>
    /** Latest first; `within` is half-open. */
    readonly calls: (
      limit: number,
      within?: { readonly from?: Instant; readonly to?: Instant },
    ) => Effect<ReadonlyArray<CallRow>, StoreUnavailable>
    /** The call of this number as it stands now: of one that was moved, the row that it was moved to. */
    readonly call: (id: number) => Effect<CallRow | null, StoreUnavailable>
    readonly followUps: (key: ContactKey) => Effect<ReadonlyArray<FollowUpRow>, StoreUnavailable>
    /** The plans of touches whose moment lies in the half-open stretch of time, of all profiles. */
    readonly touchPlans: (
      from: Instant,
      to: Instant,
    ) => Effect<ReadonlyArray<ToldPlan & { readonly key: ContactKey }>, StoreUnavailable>
    /** Newest first. */
    readonly traces: (key: ContactKey, limit: number) => Effect<ReadonlyArray<TraceRow>, StoreUnavailable>
    /** What people were asked to look at and have not closed yet, newest first. */
    readonly requests: (limit: number) => Effect<ReadonlyArray<OperatorRequest>, StoreUnavailable>
    /** False when it is unknown or closed already. */
    readonly closeRequest: (id: number) => Effect<boolean, StoreUnavailable>
    readonly recordUsage: (usage: {
      readonly at: Instant
      readonly key: ContactKey | null
      readonly task: string
      readonly model: string
      readonly promptTokens: number
      readonly cachedTokens: number
      readonly outputTokens: number
      /** Told by who may come again: the same one is counted once. */
      readonly once?: string
    }) => Effect<void, StoreUnavailable>
    /** Tokens of all kinds since `from`. */
    readonly tokensSince: (from: Instant) => Effect<number, StoreUnavailable>
    readonly stats: (from: Instant) => Effect<AgentStats, StoreUnavailable>
    readonly ping: Effect<void, StoreUnavailable>
  }
>()("core/ports/AgentRepo") {}
