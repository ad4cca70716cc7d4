/**
 * Takes messages from one queue of the broker and settles each as its handling says, for as long as it is let.
 *
 * Promises: at most `workers` handlings at once, begun in the order of delivery; a consumer that the broker cancelled, or
 * whose connection was lost, is resumed once its handlings have ended; an interruption stops new messages first, lets the
 * handlings in flight end and be acked, and closes the channel last. Whatever is not settled comes again.
 */
import type { Channel, ConsumeMessage } from "amqplib"
import { Deferred, Effect, Exit, type Fiber, type SubscriptionRef } from "effect"
import { finish } from "../queue/delivery.ts"
import { ask, ConnectionFault, type Link, live, openChannel, pauseSeconds, quietly } from "./connection.ts"
import type { QueueMisdeclared } from "./queue-misdeclared.ts"

/** The consumers of one port. They leave before its connections do: what they have in flight must still be acked. */
export interface Consumers {
  readonly closing: Deferred.Deferred<void>
  readonly attached: Set<Deferred.Deferred<void>>
}

export const makeConsumers = Effect.acquireRelease(
  Effect.sync((): Consumers => ({ closing: Deferred.makeUnsafe(), attached: new Set() })),
  ({ attached, closing }) =>
    Effect.andThen(
      Deferred.succeed(closing, undefined),
      // Each leaves in bounded time: see `finish`.
      Effect.suspend(() => Effect.forEach([...attached], (left) => Deferred.await(left), { discard: true })),
    ),
)

/** `later`: back to the broker after a pause. */
export type Settling =
  | { readonly _tag: "done" }
  | {
      readonly _tag: "later"
      readonly why: string
      readonly pauseSeconds: number
    }

export interface ConsumerOptions<R> {
  readonly consumers: Consumers
  readonly links: SubscriptionRef.SubscriptionRef<Link | undefined>
  readonly queue: string
  readonly workers: number
  readonly declare: (link: Link) => Effect.Effect<void, ConnectionFault | QueueMisdeclared>
  readonly handle: (message: ConsumeMessage) => Effect.Effect<Settling, never, R>
}

export const consumeFrom = <R>(options: ConsumerOptions<R>): Effect.Effect<never, never, R> =>
  Effect.gen(function* () {
    for (let failures = 0; ; failures++) {
      const link = yield* live(options.links)
      const fault = yield* Effect.flip(
        attached(link, options, () => {
          failures = 0
        }),
      )
      if (Deferred.isDoneUnsafe(options.consumers.closing)) return yield* Effect.never
      const pause = yield* pauseSeconds(failures)
      const log = fault._tag === "QueueMisdeclared" ? Effect.logError : Effect.logWarning
      // A lost connection was told of once, for all that ran on it.
      if (!Deferred.isDoneUnsafe(link.lost))
        yield* log(`${options.queue}: not consuming: ${fault.message} (trying again in ${pause.toFixed(1)} s)`)
      yield* Effect.sleep(`${Math.ceil(pause * 1_000)} millis`)
    }
  })

const attached = <R>(link: Link, options: ConsumerOptions<R>, onUp: () => void) =>
  Effect.gen(function* () {
    const { consumers, queue, workers } = options
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const left = Deferred.makeUnsafe<void>()
        consumers.attached.add(left)
        return left
      }),
      (left) => {
        consumers.attached.delete(left)
        return Deferred.succeed(left, undefined)
      },
    )
    yield* options.declare(link)
    const { channel, lost } = yield* openChannel(`consume ${queue}`, () => link.connection.createChannel())
    // One consumer with `workers` unsettled messages, not one each: of several, a single-active-consumer queue feeds but one.
    yield* ask("prefetch", () => channel.prefetch(workers))
    const fork = Effect.runForkWith(yield* Effect.context<R>())
    const inFlight = new Set<Fiber.Fiber<void>>()
    const stopping = yield* Deferred.make<void>()

    const take = (message: ConsumeMessage | null) => {
      if (message === null) {
        const cause = new Error("the broker cancelled the consumer (was the queue deleted?)")
        return void Deferred.doneUnsafe(lost, Exit.fail(new ConnectionFault({ doing: `consume ${queue}`, cause })))
      }
      if (Deferred.isDoneUnsafe(stopping)) return // comes again once the channel is closed
      const flight = fork(settled(channel, message, queue, options.handle(message), stopping))
      inFlight.add(flight)
      flight.addObserver(() => inFlight.delete(flight))
    }

    yield* Effect.acquireRelease(
      ask(`consume ${queue}`, () => channel.consume(queue, take)),
      ({ consumerTag }) =>
        Effect.gen(function* () {
          yield* Deferred.succeed(stopping, undefined)
          yield* quietly(() => channel.cancel(consumerTag), lost)
          yield* finish(inFlight, queue)
        }),
    )
    onUp()
    yield* Effect.raceAllFirst([Deferred.await(lost), Deferred.await(link.lost), Deferred.await(consumers.closing)])
    return yield* new ConnectionFault({ doing: `consume ${queue}`, cause: new Error("this program closes") })
  }).pipe(
    Effect.scoped,
    Effect.catchDefect((cause) => Effect.fail(new ConnectionFault({ doing: `consume ${options.queue}`, cause }))),
  )

const settled = <R>(
  channel: Channel,
  message: ConsumeMessage,
  queue: string,
  handling: Effect.Effect<Settling, never, R>,
  stopping: Deferred.Deferred<void>,
): Effect.Effect<void, never, R> =>
  Effect.gen(function* () {
    const settling = yield* handling
    if (settling._tag === "done") return settle(() => channel.ack(message))
    yield* Effect.logInfo(`${queue}: a message comes again in ${settling.pauseSeconds} s: ${settling.why}`)
    // Without a pause a message that cannot be handled now would go round as fast as the broker can turn.
    yield* Effect.raceFirst(
      Effect.sleep(`${Math.ceil(settling.pauseSeconds * 1_000)} millis`),
      Deferred.await(stopping),
    )
    settle(() => channel.nack(message, false, true))
  })

/** Throws when the channel is gone; then the broker brings the message again by itself. */
const settle = (tell: () => void) => {
  try {
    tell()
  } catch {}
}
