/**
 * Publishes what is stored and pending, in order, and marks it once the broker has confirmed it.
 * Promises at least once: a crash between the two publishes again, and the agent knows the message id. A full queue or a
 * dead broker leaves the row pending; what one queue refuses, or is slow to take, does not hold up the other's.
 */
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo, type Relayed } from "@wa/core/ports/gateway-repo"
import type { NotPublished } from "@wa/core/ports/queue-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import type { IncomingBody, VoiceBody } from "@wa/core/queue/messages"
import { Clock, Effect } from "effect"

const rowsPerRound = 100

const queues = ["incoming_messages", "voice_transcription"] as const

/** What one queue takes, oldest first; answers how many. Fails with what it refused, and keeps it. */
export const relayQueue = Effect.fn("gateway.relay")(function* (
  queue: Relayed["queue"],
): Effect.fn.Return<number, StoreUnavailable | NotPublished, GatewayRepo | QueuePort> {
  const repo = yield* GatewayRepo
  const rows = yield* repo.pending(rowsPerRound, queue)
  for (const row of rows) {
    yield* publish(row)
    yield* repo.markQueued(row.id, yield* Clock.currentTimeMillis)
  }
  return rows.length
})

/** One round of both, side by side; answers how many rows were published. A queue that refuses keeps its rows. */
export const relayOnce = Effect.gen(function* () {
  const counts = yield* Effect.forEach(
    queues,
    (queue) =>
      Effect.catchTag(relayQueue(queue), "NotPublished", (refused) => Effect.as(Effect.logWarning(refused.message), 0)),
    { concurrency: queues.length },
  )
  return counts.reduce((sum, count) => sum + count, 0)
})

const publish = (row: Relayed): Effect.Effect<void, NotPublished, QueuePort> =>
  row.queue === "incoming_messages"
    ? QueuePort.use((queue) => queue.publish("incoming_messages", row.body as IncomingBody))
    : QueuePort.use((queue) => queue.publish("voice_transcription", row.body as VoiceBody))
