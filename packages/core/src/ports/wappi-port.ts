/** The WhatsApp gateway, in our words. Adapters keep the vendor's odd ways to themselves. */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Instant } from "../time/instant.ts"

/** It was not taken, or nothing was asked for that changes anything: safe to repeat, after `retryAfterMs` if told. */
export class WappiRefused extends Schema.TaggedError<WappiRefused>()("WappiRefused", {
  what: Schema.String,
  status: Schema.NullOr(Schema.Int),
  detail: Schema.String,
  retryAfterMs: Schema.NullOr(Schema.Int),
  /** True when repeating the same call can never help (a bad recipient, an expired file). */
  permanent: Schema.Boolean,
}) {
  override get message() {
    return `Wappi ${this.what}: ${this.status ?? "no answer"} ${this.detail}`
  }
}
/** It may have happened: look into the chat before doing it again. */
export class WappiOutcomeUnknown extends Schema.TaggedError<WappiOutcomeUnknown>()("WappiOutcomeUnknown", {
  what: Schema.String,
  detail: Schema.String,
  /** The gateway may still carry it out much later: it kept the command, or never answered. */
  canComeLate: Schema.Boolean,
}) {
  override get message() {
    return `Wappi ${this.what}: the outcome is unknown: ${this.detail}`
  }
}
/** Every next call will fail, too: a bad token, an unknown or unpaid profile. Stop, and name the setting to mend. */
export class WappiDenied extends Schema.TaggedError<WappiDenied>()("WappiDenied", {
  status: Schema.Int,
  detail: Schema.String,
  /** The setting a person must mend: `WAPPI_TOKEN`, `WAPPI_PROFILE_ID`, or `payment`. */
  mend: Schema.String,
}) {
  override get message() {
    return `Wappi refuses every call (${this.status} ${this.detail}); check ${this.mend}`
  }
}
export type WappiReadError = WappiRefused | WappiDenied
export type WappiSendError = WappiRefused | WappiOutcomeUnknown | WappiDenied

/** One chat of the list, newest first. */
export interface WappiChat {
  /** As the gateway wrote it; give it back unchanged. */
  readonly chatId: string
  readonly isGroup: boolean
  readonly contactInfo: {
    readonly name: string | null
    readonly full_name: string | null
    readonly business_name: string | null
  }
  /** "" when unknown. */
  readonly lastMessageId: string
  /** 0 when unknown. */
  readonly lastMessageAt: Instant
}

/** Types of lines that WhatsApp writes by itself, into our side of a chat as well: nobody's words. */
export const systemTypes: ReadonlyArray<string> = ["system", "e2e_notification", "notification", "call_log", "protocol"]

/** One message of a chat, whether it was read from the chat or came by webhook. */
export interface WappiMessage {
  readonly id: string
  readonly chatId: string
  readonly fromMe: boolean
  readonly at: Instant
  /** `text` and `ptt`/`audio` and so on, as WhatsApp names them, with `chat` told as `text`. */
  readonly type: string
  /** The text; the caption of media; the emoji of a reaction; "" otherwise. */
  readonly text: string
  readonly fileName: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
  /** The message that this one quotes, reacts to, or (when edited) replaces; "" if none. */
  readonly refersTo: string
  /** `pending`, `sent`, `delivered`, `read`, `undelivered`, `error`, or ""; of our own messages only. */
  readonly deliveryStatus?: string
  /** `api`, `phone` or "": who sent an own message. A hint, never proof. */
  readonly sentFrom: string
  readonly senderName: string
  readonly contactInfo: {
    readonly name: string | null
    readonly full_name: string | null
    readonly business_name: string | null
  } | null
}

export interface WappiProfile {
  /** Authorised and connected: messages flow. */
  readonly isHealthy: boolean
  readonly authorized: boolean
  /** `open`, `connecting`, `close`, or what else it says. */
  readonly appStatus: string
  readonly phone: string
  readonly paymentExpiresAt: Instant | null
  readonly loggedOutAt: Instant | null
}

export interface WappiMedia {
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly fileName: string
}

export class WappiPort extends Context.Service<
  WappiPort,
  {
    /** Newest first. A page: stop on an empty one, or on one that shows nothing new. */
    readonly listChats: (page: {
      readonly limit: number
      readonly offset: number
    }) => Effect<ReadonlyArray<WappiChat>, WappiReadError>
    /** Messages of one chat, newest first; all of the chat that was asked for. Has no side effect on the chat. */
    readonly listMessages: (
      chatId: string,
      page: { readonly limit: number; readonly offset: number },
    ) => Effect<ReadonlyArray<WappiMessage>, WappiReadError>
    /** One message, or null when the gateway does not have it. */
    readonly message: (id: string) => Effect<WappiMessage | null, WappiReadError>
    /** Succeeds once WhatsApp has taken the text; null if no id was told. Two calls, two messages. `to` is E.164. */
    readonly send: (to: string, text: string) => Effect<string | null, WappiSendError>
    /** As `send`, quoting a message; the chat is that of the message. */
    readonly reply: (messageId: string, text: string) => Effect<string | null, WappiSendError>
    /** Blue ticks for that message, or for its whole chat. May be repeated. */
    readonly markRead: (messageId: string, wholeChat: boolean) => Effect<void, WappiReadError>
    /** Shows "typing…" for up to 20 s. */
    readonly typing: (to: string) => Effect<void, WappiReadError>
    readonly downloadMedia: (messageId: string) => Effect<WappiMedia, WappiReadError>
    readonly profile: Effect<WappiProfile, WappiReadError>
    /** The address that the gateway posts to; null when there is none. */
    readonly webhookUrl: Effect<string | null, WappiReadError>
    /** Makes the gateway post to `url`, for incoming, own and delivery events. */
    readonly registerWebhook: (url: string, secret: string) => Effect<void, WappiReadError>
  }
>()("core/ports/WappiPort") {}
