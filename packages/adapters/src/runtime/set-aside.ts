/**
 * What to do with a buried message that no program of ours can read: the queue sets it aside, where a person can look at it
 * and a later version may read it. It comes round again now and then, so it is told of once.
 */
import { type DeadMessage, dead, type Handled } from "@wa/core/ports/queue-port"
import type { QueueName } from "@wa/core/queue/messages"
import { Effect } from "effect"

/** More different ones than this are told of again. */
const toldMax = 1000
const told = new Set<string>()

export const setAside = (queue: QueueName, message: DeadMessage<QueueName>): Effect.Effect<Handled> =>
  Effect.suspend(() => {
    const handled = dead(message.reason)
    if (told.has(message.raw)) return Effect.succeed(handled)
    if (told.size >= toldMax) told.clear()
    told.add(message.raw)
    return Effect.as(
      Effect.logError(`a message of ${queue} could not be read; it stays in ${queue}.unreadable`, {
        why: message.reason,
      }),
      handled,
    )
  })
