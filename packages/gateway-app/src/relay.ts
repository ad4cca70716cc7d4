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

/** So many refusals of a round are not a matter of one message: the queue itself takes nothing. */
const refusalsMax = 3

/**
 * What one queue takes, oldest first; answers how many, and fails when it took nothing. What it refused is kept, and holds
 * up what the same contact wrote after it, but nobody else: in one process a handler that dies counts as a refusal.
 */
export const relayQueue = Effect.fn("gateway.relay")(function* (
  queue: Relayed["queue"],
): Effect.fn.Return<number, StoreUnavailable | NotPublished, GatewayRepo | QueuePort> {
  const repo = yield* GatewayRepo
  const held = new Set<string>()
  let refusal: NotPublished | null = null
  let published = 0
  for (const row of yield* repo.pending(rowsPerRound, queue)) {
    if (held.has(row.body.phone_number)) continue
    const refused = yield* publish(row).pipe(
      Effect.as(null),
      Effect.catchTag("NotPublished", (error) => Effect.succeed(error)),
    )
    if (refused === null) {
      yield* repo.markQueued(row.id, yield* Clock.currentTimeMillis)
      published++
      continue
    }
    yield* Effect.logWarning(refused.message)
    refusal = refused
    held.add(row.body.phone_number)
    if (held.size === refusalsMax) break
  }
  if (published === 0 && refusal !== null) return yield* refusal
  return published
})

/** One round of both, side by side; answers how many rows were published. A queue that refuses keeps its rows. */
export const relayOnce = Effect.gen(function* () {
  const counts = yield* Effect.forEach(
    queues,
    (queue) => Effect.catchTag(relayQueue(queue), "NotPublished", () => Effect.succeed(0)),
    { concurrency: queues.length },
  )
  return counts.reduce((sum, count) => sum + count, 0)
})

const publish = (row: Relayed): Effect.Effect<void, NotPublished, QueuePort> =>
  row.queue === "incoming_messages"
    ? QueuePort.use((queue) => queue.publish("incoming_messages", row.body as IncomingBody))
    : QueuePort.use((queue) => queue.publish("voice_transcription", row.body as VoiceBody))
