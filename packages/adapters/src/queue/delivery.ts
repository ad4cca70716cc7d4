/**
 * What every queue does alike with one body: to text, back from text, and through its handler.
 */
import type { Handled } from "@wa/core/ports/queue-port"
import { retry } from "@wa/core/ports/queue-port"
import type { BodyOf, QueueName } from "@wa/core/queue/messages"
import { bodyOf } from "@wa/core/queue/messages"
import { Cause, Effect, Fiber, Schema } from "effect"

const codecOf = <Q extends QueueName>(queue: Q) =>
  Schema.fromJsonString(bodyOf[queue] as unknown as Schema.Codec<BodyOf<Q>, unknown>)

export const encode = <Q extends QueueName>(queue: Q, body: BodyOf<Q>) =>
  Schema.encodeUnknownEffect(codecOf(queue))(body)

export const decode = <Q extends QueueName>(queue: Q, raw: string) => Schema.decodeUnknownEffect(codecOf(queue))(raw)

/** A handler in flight has this long to end once its consumer was told to stop; then it is interrupted, and the message stays. */
export const finishSecondsMax = 60

/** One delivery: a handler that dies, or was interrupted from within, counts as `retry`. */
export const outcomeOf = <R>(handling: Effect.Effect<Handled, never, R>): Effect.Effect<Handled, never, R> =>
  Effect.catchCause(handling, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.succeed(retry("the handler was interrupted"))
      : Effect.as(
          Effect.logError("a queue handler died; its message will come again", cause),
          retry(`the handler died: ${firstLine(Cause.squash(cause))}`),
        ),
  )

/** Waits for what is in flight, at most `finishSecondsMax`. To be used where the caller is already being interrupted. */
export const finish = (inFlight: Iterable<Fiber.Fiber<unknown, unknown>>, where: string): Effect.Effect<void> => {
  const fibers = [...inFlight]
  if (fibers.length === 0) return Effect.void
  return Effect.interruptible(Fiber.awaitAll(fibers)).pipe(
    Effect.timeoutOrElse({
      duration: `${finishSecondsMax} seconds`,
      orElse: () =>
        Effect.andThen(
          Effect.logWarning(`${where}: a handler did not end within ${finishSecondsMax} s and is interrupted`),
          Fiber.interruptAll(fibers),
        ),
    }),
    Effect.asVoid,
  )
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? ""
