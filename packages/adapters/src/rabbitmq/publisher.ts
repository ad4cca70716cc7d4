/**
 * Publishes with `mandatory` and publisher confirms, on a connection of its own: a broker short of memory stops reading from
 * connections that publish, and acks must not be stuck behind that.
 *
 * Promises: success means that a queue holds the message durably. Any failure may hide a message that was taken.
 */
import { NotPublished } from "@wa/core/ports/queue-port"
import type { ConfirmChannel, Message, Options } from "amqplib"
import { Deferred, Effect, type Scope } from "effect"
import { type ConnectionFault, type Link, openChannel } from "./connection.ts"

const confirmSecondsMax = 10

export interface Publisher {
  readonly link: Link
  readonly send: (queue: string, content: Buffer, options: Options.Publish) => Effect.Effect<void, NotPublished>
}

/** Tells apart which publish an unroutable message came back from. The body's own id may be under way twice. */
const publishIdHeader = "x-publish-id"

export const makePublisher = Effect.fnUntraced(function* (
  link: Link,
): Effect.fn.Return<Publisher, ConnectionFault, Scope.Scope> {
  const { channel, lost } = yield* openChannel("publisher", () => link.connection.createConfirmChannel())
  const returned = new Set<unknown>()
  channel.on("return", (message: Message) => void returned.add(message.properties.headers?.[publishIdHeader]))
  let lastId = 0
  const send: Publisher["send"] = (queue, content, options) =>
    Effect.suspend(() => {
      const refused = (reason: NotPublished["reason"], why: string) => new NotPublished({ queue, reason, why })
      if (link.isBlocked()) return Effect.fail(refused("unavailable", "RabbitMQ is short of memory or disk"))
      const id = ++lastId
      return confirmed(channel, queue, content, {
        ...options,
        headers: { ...options.headers, [publishIdHeader]: id },
        mandatory: true,
        persistent: true,
      }).pipe(
        Effect.timeoutOrElse({
          duration: `${confirmSecondsMax} seconds`,
          orElse: () =>
            Effect.fail({ reason: "unavailable", why: `not confirmed within ${confirmSecondsMax} s` } as const),
        }),
        Effect.mapError(({ reason, why }) => refused(reason, why)),
        // An unroutable message is returned first and then confirmed all the same.
        Effect.andThen(
          Effect.suspend(() => (returned.has(id) ? Effect.fail(refused("unroutable", "no such queue")) : Effect.void)),
        ),
        Effect.ensuring(Effect.sync(() => returned.delete(id))),
      )
    })
  // A publisher without its channel is of no use: the connection is built anew.
  yield* Deferred.await(lost).pipe(
    // When it was the connection, that says why, in the same turn of the loop.
    Effect.catch((fault) => Effect.andThen(Effect.yieldNow, Deferred.fail(link.lost, fault))),
    Effect.forkScoped({ startImmediately: true }),
  )
  return { link, send }
})

interface Unconfirmed {
  readonly reason: NotPublished["reason"]
  readonly why: string
}

const confirmed = (channel: ConfirmChannel, queue: string, content: Buffer, options: Options.Publish) =>
  Effect.callback<void, Unconfirmed>((resume) => {
    const fail = (reason: NotPublished["reason"], cause: unknown) =>
      resume(Effect.fail({ reason, why: cause instanceof Error ? cause.message : String(cause) }))
    try {
      channel.publish("", queue, content, options, (error: unknown) => {
        if (!error) return resume(Effect.void)
        // amqplib tells a nack from a closed channel by words only.
        fail(error instanceof Error && error.message === "message nacked" ? "full" : "unavailable", error)
      })
    } catch (cause) {
      fail("unavailable", cause)
    }
  })
