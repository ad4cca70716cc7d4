/**
 * The bodies of the three queues. Field names are those of the customer's plan; `version` grows only when an old reader
 * could misread a new body. A body that does not decode is dead-lettered with the reason.
 */
import * as Schema from "effect/Schema"
import { Correspondent } from "../contact/contact-key.ts"

export const queueNames = ["incoming_messages", "outgoing_messages", "voice_transcription"] as const
export type QueueName = (typeof queueNames)[number]

export const contactKeyFields = { profile_id: Schema.NonEmptyString, phone_number: Correspondent }

/** ISO 8601 with offset or `Z`. */
const Time = Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d/))

export const ContactInfo = Schema.Struct({
  name: Schema.NullOr(Schema.String),
  full_name: Schema.NullOr(Schema.String),
  business_name: Schema.NullOr(Schema.String),
})
export type ContactInfo = typeof ContactInfo.Type

const envelope = {
  version: Schema.Literal(1),
  /** Follows one message through both programs' logs. */
  correlation_id: Schema.NonEmptyString,
  ...contactKeyFields,
}

/** What a call to a model used. */
const Usage = Schema.Struct({
  model: Schema.String,
  prompt_tokens: Schema.Int,
  cached_tokens: Schema.Int,
  output_tokens: Schema.Int,
})

/** A client's message, or its transcript. The same `message_id` with a transcript completes an announced voice note. */
export const ClientMessage = Schema.Struct({
  ...envelope,
  event: Schema.Literal("message"),
  message_id: Schema.NonEmptyString,
  message_text: Schema.String,
  is_voice: Schema.Boolean,
  /** `text`, a placeholder for other content, `voice` (announced, the transcript follows), `transcript`, or one that wants no answer. */
  content: Schema.Literals(["text", "media", "voice", "transcript", "untranscribed", "reaction", "system"]),
  contact_info: ContactInfo,
  timestamp: Time,
  /** What hearing a voice note cost, call by call: it counts against the agent's budget. */
  usage: Schema.optionalKey(Schema.Array(Usage)),
})
/** A human of the company wrote in the chat. */
export const OperatorMessage = Schema.Struct({
  ...envelope,
  event: Schema.Literal("operator_message"),
  message_id: Schema.NonEmptyString,
  message_text: Schema.String,
  timestamp: Time,
})
export const ClientEdit = Schema.Struct({
  ...envelope,
  event: Schema.Literals(["edited", "deleted"]),
  message_id: Schema.NonEmptyString,
  message_text: Schema.String,
  timestamp: Time,
})
/** What became of an outgoing message. */
export const DeliveryReport = Schema.Struct({
  ...envelope,
  event: Schema.Literal("delivery"),
  outbound_id: Schema.NonEmptyString,
  /** `undeliverable` may follow `sent`, and `delivered` follows only an `undeliverable` that was wrong. */
  status: Schema.Literals(["sent", "refused", "dropped", "undeliverable", "unknown", "expired", "delivered"]),
  /** Why it was not sent: `operator_wrote`, `client_wrote`, `opted_out`, `whitelisted`, `client_edited`, `sending_stopped`, or the gateway's words. */
  reason: Schema.NullOr(Schema.String),
  message_id: Schema.NullOr(Schema.String),
  timestamp: Time,
})

export const IncomingBody = Schema.Union([ClientMessage, OperatorMessage, ClientEdit, DeliveryReport])
export type IncomingBody = typeof IncomingBody.Type

export const OutgoingBody = Schema.Struct({
  ...envelope,
  /** Its own UUID: the same one twice is sent once. */
  outbound_id: Schema.NonEmptyString,
  message_text: Schema.NonEmptyString,
  reply_to_message_id: Schema.NullOr(Schema.String),
  mark_as_read: Schema.Boolean,
  kind: Schema.Literals(["reply", "touch"]),
  /** When it was decided. */
  decided_at: Time,
  /** When it left the agent, who can withdraw it no more. Absent in bodies of earlier versions. */
  published_at: Schema.optionalKey(Time),
  /** The newest messages of a human and of the client that were known then: whatever is newer in the chat cancels the send. */
  known_operator_at: Schema.NullOr(Time),
  known_client_at: Schema.NullOr(Time),
})
export type OutgoingBody = typeof OutgoingBody.Type

export const VoiceBody = Schema.Struct({
  ...envelope,
  message_id: Schema.NonEmptyString,
  contact_info: ContactInfo,
  timestamp: Time,
})
export type VoiceBody = typeof VoiceBody.Type

export const bodyOf = {
  incoming_messages: IncomingBody,
  outgoing_messages: OutgoingBody,
  voice_transcription: VoiceBody,
} as const
export type BodyOf<Q extends QueueName> = (typeof bodyOf)[Q]["Type"]
