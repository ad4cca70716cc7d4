/**
 * The queues inside one process. A publish counts as confirmed only when its consumer has acked: the publisher's outbox row
 * stays the only durable copy, and a crash loses nothing, because nothing is kept here.
 *
 * Promises: bodies of one queue start in the order of their publishes (with several workers they run side by side);
 * every publish ends: acked, or `NotPublished` once the handler refused it, the consumer went away or the queue is full.
 * Does not promise: redelivery. `retry`, and `dead` that no `consumeDead` handler acks, fail the publish, and the
 * publisher publishes again. A handler that publishes to its own queue with one worker waits for itself for ever.
 * Never sleeps, so it runs on a virtual clock.
 */
import type { DeadMessage, Handled } from "@wa/core/ports/queue-port"
import { NotPublished, QueuePort } from "@wa/core/ports/queue-port"
import type { BodyOf, QueueName } from "@wa/core/queue/messages"
import { queueNames } from "@wa/core/queue/messages"
import { type Context, Deferred, Effect, Exit, Fiber, Layer, Queue } from "effect"
import { decode, encode, finish, outcomeOf } from "../queue/delivery.ts"

/** As many as the broker's queues hold. The publishers wait, so this bounds how many may wait at once. */
const waitingMax = { incoming_messages: 10_000, outgoing_messages: 5_000, voice_transcription: 1_000 } as const

export interface InProcessQueueOptions {
  /** Workers of a consumer that names no number itself. Default 1. */
  readonly workers?: number
  /** False: a handler in flight dies with its consumer, as in a crash. Default true: it may finish. */
  readonly finishInFlight?: boolean
}

export interface InProcessQueue {
  readonly port: QueuePort["Service"]
  /** From now on publishes fail as unavailable, as with a broker that is away. What is in flight goes on. */
  readonly disconnect: Effect.Effect<void>
  readonly reconnect: Effect.Effect<void>
  /** The next `count` publishes fail as unavailable. */
  readonly failNext: (count: number) => Effect.Effect<void>
}

interface Entry {
  readonly body: unknown
  readonly raw: string
  readonly settled: Deferred.Deferred<void, NotPublished>
}

type DeadHandler = (message: DeadMessage<QueueName>) => Effect.Effect<Handled>

interface Lane {
  readonly entries: Queue.Queue<Entry>
  /** Published, not yet taken by a worker. */
  readonly waiting: Set<Entry>
  readonly deadHandlers: Array<DeadHandler>
  consumers: number
}

export const make = (options: InProcessQueueOptions = {}): Effect.Effect<InProcessQueue> =>
  Effect.gen(function* () {
    const lanes = {} as Record<QueueName, Lane>
    for (const name of queueNames)
      lanes[name] = { entries: yield* Queue.unbounded<Entry>(), waiting: new Set(), deadHandlers: [], consumers: 0 }
    let isUp = true
    let failing = 0

    const publish = Effect.fn("QueuePort.publish")(function* <Q extends QueueName>(queue: Q, body: BodyOf<Q>) {
      const refused = (reason: NotPublished["reason"], why: string) => new NotPublished({ queue, reason, why })
      const lane = lanes[queue]
      if (!isUp) return yield* refused("unavailable", "the queue is disconnected")
      if (failing > 0) {
        failing -= 1
        return yield* refused("unavailable", "told to fail")
      }
      // Through text and back, so that a consumer sees here exactly what it would see behind a broker.
      const raw = yield* Effect.mapError(encode(queue, body), (error) => refused("unroutable", error.message))
      const decoded = yield* Effect.mapError(decode(queue, raw), (error) => refused("unroutable", error.message))
      if (lane.consumers === 0) return yield* refused("unavailable", "nobody consumes this queue")
      if (lane.waiting.size >= waitingMax[queue]) return yield* refused("full", `${lane.waiting.size} are waiting`)
      const entry: Entry = { body: decoded, raw, settled: Deferred.makeUnsafe() }
      lane.waiting.add(entry)
      Queue.offerUnsafe(lane.entries, entry)
      // A publisher that gives up takes back what no worker has begun.
      yield* Effect.onInterrupt(Deferred.await(entry.settled), () => Effect.sync(() => lane.waiting.delete(entry)))
    })

    const settle = (queue: QueueName, entry: Entry, handled: Handled) =>
      Effect.gen(function* () {
        const refusal = handled._tag === "ack" ? undefined : yield* refusalOf(queue, entry, handled)
        Deferred.doneUnsafe(entry.settled, refusal === undefined ? Exit.void : Exit.fail(refusal))
      })

    const refusalOf = (queue: QueueName, entry: Entry, handled: Exclude<Handled, { _tag: "ack" }>) =>
      Effect.gen(function* () {
        const refused = (why: string) => new NotPublished({ queue, reason: "unavailable", why })
        if (handled._tag === "retry") return refused(handled.why)
        const bury = lanes[queue].deadHandlers[0]
        if (bury === undefined) return refused(handled.why)
        const dead = { body: entry.body as BodyOf<QueueName>, raw: entry.raw, reason: handled.why }
        const taken = yield* outcomeOf(bury(dead))
        return taken._tag === "ack" ? undefined : refused(`${handled.why}; not buried: ${taken.why}`)
      })

    const consume = <Q extends QueueName, R>(
      queue: Q,
      handler: (body: BodyOf<Q>) => Effect.Effect<Handled, never, R>,
      { workers = options.workers ?? 1 }: { readonly workers?: number } = {},
    ): Effect.Effect<never, never, R> => {
      const lane = lanes[queue]
      const handle = (entry: Entry) =>
        outcomeOf(handler(entry.body as BodyOf<Q>)).pipe(
          Effect.flatMap((handled) => settle(queue, entry, handled)),
          Effect.onInterrupt(() => settle(queue, entry, stopped)),
        )
      const worker = Effect.forever(
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const entry = yield* restore(Queue.take(lane.entries))
            if (!lane.waiting.delete(entry)) return
            // A fiber of its own: stopping the worker must not stop the handler, nor make its inside uninterruptible.
            const flight = yield* Effect.forkDetach(handle(entry), { startImmediately: true })
            yield* Effect.onInterrupt(restore(Fiber.await(flight)), () =>
              options.finishInFlight === false ? Fiber.interrupt(flight) : finish([flight], queue),
            )
          }),
        ),
      )
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          lane.consumers += 1
        }),
        () =>
          Effect.all(
            Array.from({ length: Math.max(1, workers) }, () => worker),
            { concurrency: "unbounded" },
          ),
        () =>
          Effect.sync(() => {
            lane.consumers -= 1
            if (lane.consumers > 0) return
            for (const entry of lane.waiting)
              Deferred.doneUnsafe(
                entry.settled,
                Exit.fail(new NotPublished({ queue, reason: "unavailable", why: stopped.why })),
              )
            lane.waiting.clear()
          }),
      ) as Effect.Effect<never, never, R>
    }

    const consumeDead = <Q extends QueueName, R>(
      queue: Q,
      handler: (message: DeadMessage<Q>) => Effect.Effect<Handled, never, R>,
    ): Effect.Effect<never, never, R> =>
      Effect.contextWith((context: Context.Context<R>) => {
        const bury: DeadHandler = (message) => Effect.provideContext(handler(message as DeadMessage<Q>), context)
        const handlers = lanes[queue].deadHandlers
        return Effect.acquireUseRelease(
          Effect.sync(() => handlers.push(bury)),
          () => Effect.never,
          () => Effect.sync(() => handlers.splice(handlers.indexOf(bury), 1)),
        )
      })

    return {
      port: QueuePort.of({
        publish,
        consume,
        consumeDead,
        depth: (queue) => Effect.sync(() => (isUp ? lanes[queue].waiting.size : null)),
        // What cannot be read is refused to its publisher, who keeps it.
        unreadable: () => Effect.succeed(0),
        isConnected: Effect.sync(() => isUp),
      }),
      disconnect: Effect.sync(() => {
        isUp = false
      }),
      reconnect: Effect.sync(() => {
        isUp = true
      }),
      failNext: (count) =>
        Effect.sync(() => {
          failing = count
        }),
    }
  })

const stopped = { _tag: "retry", why: "its consumer stopped" } as const

export const layer = (options?: InProcessQueueOptions): Layer.Layer<QueuePort> =>
  Layer.effect(
    QueuePort,
    Effect.map(make(options), ({ port }) => port),
  )
