/** All of the agent's workers at once, over whatever stands behind its ports. */
import { keepGoing } from "@wa/adapters/runtime/keep-going"
import { setAside } from "@wa/adapters/runtime/set-aside"
import { QueuePort } from "@wa/core/ports/queue-port"
import { Effect } from "effect"
import { wakeNext } from "./conversation-worker.ts"
import { receive } from "./inbox.ts"
import { publishNext } from "./outbox.ts"

export interface AgentWorkers {
  /** Conversations that are thought of side by side. */
  readonly workers: number
}

/** Runs until interrupted; fails only when the model refuses every call. */
export const runAgent = ({ workers }: AgentWorkers) =>
  Effect.gen(function* () {
    const queue = yield* QueuePort
    const conversations = Array.from({ length: workers }, (_, i) =>
      keepGoing(`conversation ${i + 1}`, wakeNext, { idleMs: 500 }, (error) => error._tag === "LlmDenied").pipe(
        Effect.tapError((error) => Effect.logError(`the agent stops: ${error.message}`)),
      ),
    )
    return yield* Effect.all(
      [
        queue.consume("incoming_messages", receive, { workers }),
        queue.consumeDead("incoming_messages", (message) =>
          message.body === undefined ? setAside("incoming_messages", message) : receive(message.body),
        ),
        keepGoing("outbox", publishNext, { idleMs: 300 }),
        ...conversations,
      ],
      { concurrency: "unbounded", discard: true },
    )
  })
