/**
 * What the gateway tells: a client's message, a human's, an edit, a delivery. Stored and decided in one transaction, then
 * acked; a duplicate is a no-op. Promises that nothing acked is lost.
 */
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Event } from "@wa/core/conversation/conversation"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { ack, type Handled, retry } from "@wa/core/ports/queue-port"
import type { IncomingBody } from "@wa/core/queue/messages"
import { readIntent } from "@wa/core/reply-intent/intent"
import { Clock, Effect } from "effect"
import { type Applied, applyEvent } from "./apply-event.ts"

const transcriptPrefix = /^\[ТРАНСКРИБАЦИЯ\]\s*/

export const receive = Effect.fn("agent.receive")(
  function* (body: IncomingBody) {
    const key: ContactKey = { profileId: body.profile_id, phone: body.phone_number }
    const at = yield* Clock.currentTimeMillis
    const told = read(body, at)
    yield* applyEvent(key, told.event, told.applied)
    if (body.event === "message") yield* countUsage(key, body, at)
    return ack
  },
  (effect, body) => Effect.annotateLogs(effect, { correlation: body.correlation_id }),
  Effect.catchTag("StoreUnavailable", (error) => Effect.succeed<Handled>(retry(error.message))),
)

/** What the gateway paid to hear a voice note. A body that comes again costs nothing more. */
const countUsage = Effect.fnUntraced(function* (
  key: ContactKey,
  { message_id, usage = [] }: Extract<IncomingBody, { event: "message" }>,
  at: number,
) {
  const repo = yield* AgentRepo
  for (const [n, one] of usage.entries())
    yield* repo.recordUsage({
      at,
      key,
      task: "transcribe",
      model: one.model,
      promptTokens: one.prompt_tokens,
      cachedTokens: one.cached_tokens,
      outputTokens: one.output_tokens,
      once: `transcribe ${key.profileId} ${message_id} ${n}`,
    })
})

interface Told {
  readonly event: Parameters<typeof applyEvent>[1]
  readonly applied: Applied
}

const read = (body: IncomingBody, at: number): Told => {
  const sentAt = Date.parse(body.timestamp)
  switch (body.event) {
    case "message": {
      const { message_id: messageId, message_text: text, content } = body
      const reading =
        content === "text" || content === "transcript" ? readIntent(text.replace(transcriptPrefix, "")) : null
      return {
        // Only what became of a voice note says something new under a known id; a redelivery must not undo an edit.
        event: (current): Event | null =>
          current.isMessageKnown && content !== "transcript" && content !== "untranscribed"
            ? null
            : {
                _tag: "ClientWrote",
                at,
                sentAt,
                messageId,
                text: text.replace(transcriptPrefix, ""),
                content,
                isRepeat: current.isMessageKnown,
              },
        applied: {
          reads: { messageId },
          info: body.contact_info,
          message: {
            messageId,
            from: "client",
            text,
            at: sentAt,
            isVoice: body.is_voice,
            transcript: content === "transcript" ? text.replace(transcriptPrefix, "") : null,
          },
          thoughts: reading === null ? {} : { intent: reading.intent, rule: reading.rule, optOut: reading.optOut },
        },
      }
    }
    case "operator_message": {
      const { message_id: messageId } = body
      return {
        event: (current) => (current.isMessageKnown ? null : { _tag: "OperatorWrote", at, sentAt, messageId }),
        applied: {
          reads: { messageId },
          message: {
            messageId,
            from: "operator",
            text: body.message_text,
            at: sentAt,
            isVoice: false,
            transcript: null,
          },
        },
      }
    }
    case "edited":
      return {
        // Of two workers the one with the edit may be the faster: then it is the message, and the message a redelivery.
        event: (current): Event =>
          current.isMessageKnown
            ? { _tag: "ClientEdited", at, messageId: body.message_id, text: body.message_text }
            : {
                _tag: "ClientWrote",
                at,
                sentAt,
                messageId: body.message_id,
                text: body.message_text,
                content: "text",
                isRepeat: false,
              },
        applied: {
          reads: { messageId: body.message_id },
          message: {
            messageId: body.message_id,
            from: "client",
            text: body.message_text,
            at: sentAt,
            isVoice: false,
            transcript: null,
          },
        },
      }
    case "deleted":
      return { event: () => ({ _tag: "ClientDeleted", at, messageId: body.message_id }), applied: {} }
    case "delivery": {
      const { outbound_id: outboundId, status, reason } = body
      return {
        event: () =>
          status === "expired"
            ? { _tag: "SendExpired", at, outboundId, reason }
            : { _tag: "DeliveryReported", at, outboundId, status, reason },
        applied: { delivery: { outboundId, status, messageId: body.message_id, at } },
      }
    }
  }
}
