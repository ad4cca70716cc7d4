/**
 * Publishes what is stored and pending, in order, and marks it once the broker has confirmed it.
 * Promises at least once: a crash between the two publishes again, and the agent knows the message id. A full queue or a
 * dead broker leaves the row pending; the two queues do not wait for each other.
 */
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo, type Relayed } from "@wa/core/ports/gateway-repo"
import type { NotPublished } from "@wa/core/ports/queue-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import type { IncomingBody, VoiceBody } from "@wa/core/queue/messages"
import { Clock, Effect } from "effect"

const rowsPerRound = 100

/** Answers how many rows were published. A queue that refuses keeps its rows. */
export const relayOnce = Effect.gen(function* () {
  const repo = yield* GatewayRepo
  const rows = yield* repo.pending(rowsPerRound)
  const lanes = ["incoming_messages", "voice_transcription"] as const
  const counts = yield* Effect.forEach(lanes, (lane) => relayLane(rows.filter((row) => row.queue === lane)), {
    concurrency: lanes.length,
  })
  return counts.reduce((sum, count) => sum + count, 0)
}).pipe(Effect.withSpan("gateway.relay"))

const relayLane = Effect.fnUntraced(function* (
  rows: ReadonlyArray<Relayed>,
): Effect.fn.Return<number, StoreUnavailable, GatewayRepo | QueuePort> {
  const repo = yield* GatewayRepo
  let published = 0
  for (const row of rows) {
    const done = yield* publish(row).pipe(
      Effect.as(true),
      Effect.catchTag("NotPublished", (refused) => Effect.as(Effect.logWarning(refused.message), false)),
    )
    if (!done) break
    yield* repo.markQueued(row.id, yield* Clock.currentTimeMillis)
    published++
  }
  return published
})

const publish = (row: Relayed): Effect.Effect<void, NotPublished, QueuePort> =>
  row.queue === "incoming_messages"
    ? QueuePort.use((queue) => queue.publish("incoming_messages", row.body as IncomingBody))
    : QueuePort.use((queue) => queue.publish("voice_transcription", row.body as VoiceBody))
