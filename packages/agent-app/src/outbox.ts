/**
 * Publishes what was decided to be said, replies before touches. The row is the only durable copy until the broker has
 * confirmed it; published twice after a crash, it is sent once, because the gateway knows its id.
 * Few are let out at a time: what still lies here can be withdrawn, when the client asks for silence or a person takes the
 * chat, and a reply never waits behind two hundred touches.
 */
import { AgentRepo, type OutboxRow } from "@wa/core/ports/agent-repo"
import { QueuePort } from "@wa/core/ports/queue-port"
import { Clock, Effect } from "effect"

/**
 * Published only while fewer than this are waiting in front of the sender. It takes one every few seconds, and is offered
 * the next one several times a second, so it is never kept waiting.
 */
const aheadMax = { reply: 1, touch: 2 } as const

/**
 * Answers how many were published. One row is read at a time: by the time the one before it has left, a human may have taken
 * the chat, and what was withdrawn must not be published from a list read earlier.
 */
export const publishNext = Effect.gen(function* () {
  const repo = yield* AgentRepo
  const [row] = yield* repo.outbox(1)
  if (row === undefined) return 0
  const depth = yield* (yield* QueuePort).depth("outgoing_messages")
  if (depth !== null && depth >= aheadMax[row.kind === "touch" ? "touch" : "reply"]) return 0
  return (yield* publish(row)) ? 1 : 0
}).pipe(Effect.withSpan("agent.outbox"))

const publish = Effect.fnUntraced(function* (row: OutboxRow) {
  const queue = yield* QueuePort
  const repo = yield* AgentRepo
  const done = yield* queue
    .publish("outgoing_messages", {
      version: 1,
      correlation_id: row.correlationId,
      profile_id: row.key.profileId,
      phone_number: row.key.phone,
      outbound_id: row.outboundId,
      message_text: row.text,
      reply_to_message_id: row.replyTo,
      mark_as_read: row.kind === "reply",
      // To the gateway there are touches, which a word of the client stops, and everything else.
      kind: row.kind === "touch" ? "touch" : "reply",
      decided_at: isoOf(row.decidedAt),
      published_at: isoOf(yield* Clock.currentTimeMillis),
      known_operator_at: row.knownOperatorAt === null ? null : isoOf(row.knownOperatorAt),
      known_client_at: row.knownClientAt === null ? null : isoOf(row.knownClientAt),
    })
    .pipe(
      Effect.as(true),
      Effect.catchTag("NotPublished", (refused) => Effect.as(Effect.logWarning(refused.message), false)),
    )
  if (done) yield* repo.markPublished(row.outboundId)
  return done
})

const isoOf = (at: number): string => new Date(at).toISOString()
