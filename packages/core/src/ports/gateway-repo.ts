/**
 * The gateway's memory: `message_logs` is at once the record of every message, the outbox towards the agent and the
 * ledger of what was sent. Nothing is ever deleted by the gateway itself.
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import type { Correspondent } from "../contact/contact-key.ts"
import type { Phone } from "../contact/phone.ts"
import type { IncomingBody, OutgoingBody, VoiceBody } from "../queue/messages.ts"
import type { Instant } from "../time/instant.ts"
import type { StoreUnavailable } from "./agent-repo.ts"
import type { TokenUsage } from "./llm-port.ts"

/** A message on its way to the agent: what is published, and where. */
export interface Relayed {
  readonly id: number
  readonly queue: "incoming_messages" | "voice_transcription"
  readonly body: IncomingBody | VoiceBody
}

export interface Seen {
  readonly profileId: string
  /** WhatsApp's id; the same id of a profile is stored once. */
  readonly messageId: string
  readonly phone: Correspondent
  readonly direction: "incoming" | "outgoing"
  readonly text: string
  readonly isVoice: boolean
  /** WhatsApp's word for the kind of content. */
  readonly type: string
  readonly at: Instant
  /** What the agent is told, in order; empty for messages it must not hear of. */
  readonly relay: ReadonlyArray<{
    readonly queue: "incoming_messages" | "voice_transcription"
    readonly body: IncomingBody | VoiceBody
  }>
  readonly via: "poll" | "webhook"
}

/**
 * `waiting` entered, nothing was asked of the gateway yet; `sending` the call is under way, or a crash cut it off;
 * `in_doubt` it may have happened, but is over with; `in_doubt_late` it may still happen. The others are final.
 */
export type LedgerStatus =
  | "waiting"
  | "sending"
  | "in_doubt"
  | "in_doubt_late"
  | "sent"
  | "refused"
  | "dropped"
  | "undeliverable"
  | "unknown"
  | "expired"
export interface LedgerRow {
  readonly outboundId: string
  readonly profileId: string
  readonly phone: Correspondent
  readonly text: string
  readonly status: LedgerStatus
  readonly messageId: string | null
  /** When the call to the gateway began (the last `beginCall`); when it was entered, while `waiting`. */
  readonly startedAt: Instant
  /** How often the call was begun. */
  readonly tries: number
  readonly body: OutgoingBody
}

/** What WhatsApp says of a message after it took it. */
export type LaterStatus = "pending" | "delivered" | "read" | "undelivered" | "error"

/** Nothing leaves for the profile until a person resumes it: WhatsApp limited the number, or somebody said so. */
export interface SendingStop {
  readonly at: Instant
  readonly why: "temporary_ban" | "person"
  /** What the person wrote; "" otherwise. */
  readonly detail: string
}

export interface GatewayStats {
  readonly messagesReceived: number
  readonly messagesSent: number
  readonly voiceTranscribed: number
  readonly pending: number
  /** Sends of which nothing was asked of the gateway yet. */
  readonly sendsWaiting: number
  /** Used for voice notes. */
  readonly tokens: number
  readonly seenByWebhookOnly: number
  readonly seenByPollOnly: number
}

export class GatewayRepo extends Context.Service<
  GatewayRepo,
  {
    /** The instant from which a profile's chats are read; set to `now` on the first call ever. */
    readonly beganAt: (profileId: string, now: Instant) => Effect<Instant, StoreUnavailable>
    /**
     * Stores what is new, with what is to be relayed, in one transaction; answers the ids that were new. A known id with
     * another text, or now marked deleted, is stored as an edit when `edit` is given for it.
     */
    readonly record: (seen: ReadonlyArray<Seen>) => Effect<ReadonlyArray<string>, StoreUnavailable>
    /**
     * Replaces the text of a known message and relays `relay`; false when the id is unknown or the text is the same. Either way
     * the message has been seen by `via`.
     */
    readonly recordEdit: (edit: {
      readonly via: Seen["via"]
      readonly profileId: string
      readonly messageId: string
      readonly text: string
      readonly isDeleted: boolean
      readonly relay: IncomingBody
      readonly now: Instant
    }) => Effect<boolean, StoreUnavailable>
    /** Which of these ids are stored. */
    readonly known: (
      profileId: string,
      messageIds: ReadonlyArray<string>,
    ) => Effect<ReadonlySet<string>, StoreUnavailable>
    /** The last message that a full read of the chat saw. */
    readonly chatMark: (
      profileId: string,
      chatId: string,
    ) => Effect<{ readonly lastMessageId: string; readonly lastMessageAt: Instant } | null, StoreUnavailable>
    readonly setChatMark: (
      profileId: string,
      chatId: string,
      mark: { readonly lastMessageId: string; readonly lastMessageAt: Instant },
    ) => Effect<void, StoreUnavailable>
    /** Oldest first; of one queue, when it is named: what one of them refuses must not stand before the other's. */
    readonly pending: (limit: number, queue?: Relayed["queue"]) => Effect<ReadonlyArray<Relayed>, StoreUnavailable>
    readonly markQueued: (id: number, now: Instant) => Effect<void, StoreUnavailable>
    /** Puts a body behind what is pending already. `key` makes it unique: the same key again is a no-op. */
    readonly enqueue: (queue: "incoming_messages", body: IncomingBody, key: string) => Effect<void, StoreUnavailable>

    /** Enters a send as `waiting` before it is made; answers the row as it stands when the id is known. */
    readonly beginSend: (
      body: OutgoingBody,
      now: Instant,
    ) => Effect<{ readonly isNew: boolean; readonly row: LedgerRow }, StoreUnavailable>
    /**
     * Turns an open row into `sending`, counts the try and starts its time, provided that it still stands at `tries`:
     * false when another worker was faster, the row is settled, or sending is stopped.
     */
    readonly beginCall: (outboundId: string, tries: number, now: Instant) => Effect<boolean, StoreUnavailable>
    /** Settles or doubts a send; `report` is relayed to the agent in the same transaction. */
    readonly settleSend: (
      outboundId: string,
      status: LedgerStatus,
      messageId: string | null,
      now: Instant,
      report: IncomingBody | null,
    ) => Effect<void, StoreUnavailable>
    /**
     * Keeps with a message of ours what WhatsApp says of it later, never backwards: a failure counts only until the message
     * has arrived. A failure is reported to the agent once, and so is that the message arrived after all; one that comes
     * before the send's own answer is kept for it. Answers the send when this was news of ours, else null.
     */
    readonly noteDelivery: (
      profileId: string,
      messageId: string,
      status: LaterStatus,
      now: Instant,
    ) => Effect<LedgerRow | null, StoreUnavailable>
    /** Sends of the profile that are `waiting`, `sending` or in doubt, oldest first. */
    readonly openSends: (profileId: string) => Effect<ReadonlyArray<LedgerRow>, StoreUnavailable>
    /** The ledger row that this own message is the echo of: by id, or by text among sends without an id. */
    readonly sendOf: (
      profileId: string,
      phone: Correspondent,
      messageId: string,
      text: string,
      at: Instant,
    ) => Effect<LedgerRow | null, StoreUnavailable>
    /** Starts of the calls of a profile (every row ever `sending`, by its `startedAt`) at or after `from`, oldest first. */
    readonly sendStarts: (profileId: string, from: Instant) => Effect<ReadonlyArray<Instant>, StoreUnavailable>
    /** When a human of the company, or the client, last wrote in the chat; null if never. */
    readonly lastWritten: (
      profileId: string,
      phone: Correspondent,
    ) => Effect<
      {
        readonly operatorAt: Instant | null
        readonly clientAt: Instant | null
        readonly clientMessageId: string | null
      },
      StoreUnavailable
    >
    /** What the client wrote at or after `from`: of a voice note its transcript, of a deleted message what it said. */
    readonly clientTexts: (
      profileId: string,
      phone: Correspondent,
      from: Instant,
    ) => Effect<ReadonlyArray<string>, StoreUnavailable>
    /**
     * Whether an edit or a deletion of the client's was stored at or after `since`, and no send of the chat has expired since
     * then: one that expired goes back to the agent, who knows of the edit by the time he decides again.
     */
    readonly isEditedSince: (
      profileId: string,
      phone: Correspondent,
      since: Instant,
    ) => Effect<boolean, StoreUnavailable>
    /** The stop that stands; null while messages may leave. */
    readonly sendingStop: (profileId: string) => Effect<SendingStop | null, StoreUnavailable>
    /** False when one stands already, or when sending was resumed after `stop.at`: then this is old news. */
    readonly stopSending: (profileId: string, stop: SendingStop) => Effect<boolean, StoreUnavailable>
    /** False when nothing was stopped. */
    readonly resumeSending: (profileId: string, now: Instant) => Effect<boolean, StoreUnavailable>
    readonly markTranscribed: (
      profileId: string,
      messageId: string,
      transcript: string | null,
      now: Instant,
    ) => Effect<void, StoreUnavailable>

    /** What one call to a model used, for the voice note of that message. */
    readonly recordUsage: (
      usage: TokenUsage & { readonly at: Instant; readonly profileId: string; readonly messageId: string },
    ) => Effect<void, StoreUnavailable>
    /** Every call for that message, oldest first. */
    readonly usageOf: (profileId: string, messageId: string) => Effect<ReadonlyArray<TokenUsage>, StoreUnavailable>
    /** Tokens of all kinds since `from`. */
    readonly tokensSince: (from: Instant) => Effect<number, StoreUnavailable>

    readonly isWhitelisted: (phone: Correspondent) => Effect<boolean, StoreUnavailable>
    readonly whitelist: Effect<
      ReadonlyArray<{ readonly phone: Phone; readonly note: string; readonly addedAt: Instant }>,
      StoreUnavailable
    >
    readonly addToWhitelist: (phone: Phone, note: string, now: Instant) => Effect<void, StoreUnavailable>
    readonly removeFromWhitelist: (phone: Phone) => Effect<boolean, StoreUnavailable>
    readonly stats: (from: Instant) => Effect<GatewayStats, StoreUnavailable>
    readonly ping: Effect<void, StoreUnavailable>
  }
>()("core/ports/GatewayRepo") {}
