/**
 * The queues on RabbitMQ.
 *
 * Promises: a publish that succeeded is held durably by the broker; at least once, so handlers must bear a repeat; what
 * cannot be decoded, was called dead, expired or came too often lies in `<queue>.dead` with its reason until acked there.
 * Starts without the broker and finds it later: until then publishes fail at once and `isConnected` is false. Does not
 * start where the broker refuses the login (`BrokerDenied`) or a queue exists otherwise (`QueueMisdeclared`).
 * Does not promise order after a redelivery, nor across several workers.
 */
import { type DeadMessage, type Handled, NotPublished, QueuePort } from "@wa/core/ports/queue-port"
import type { BodyOf, QueueName } from "@wa/core/queue/messages"
import type { ConsumeMessage, Options } from "amqplib"
import { Clock, Effect, Layer, type Redacted, Result, SubscriptionRef } from "effect"
import { decode, encode, outcomeOf } from "../queue/delivery.ts"
import { ask, type BrokerDenied, keepConnected, type Link, openChannel } from "./connection.ts"
import { consumeFrom, makeConsumers, type Settling } from "./consumer.ts"
import { makePublisher } from "./publisher.ts"
import type { QueueMisdeclared } from "./queue-misdeclared.ts"
import {
  deadNameOf,
  declare,
  deliveryLimitDefault,
  unreadableNameOf,
  unreadablePauseMillisDefault,
} from "./topology.ts"

export interface RabbitmqOptions {
  readonly url: Redacted.Redacted
  /** How the broker's list of connections calls this program: `<name> publishes`, `<name> consumes`. */
  readonly connectionName?: string
  /** Before every queue's name, so that tests do not meet. */
  readonly prefix?: string
  readonly deliveryLimit?: number
  /** Workers of a consumer that names no number itself. Default 1. */
  readonly workers?: number
  /** How long a message that came back `redeliveries` times rests before it is offered again. Default 1, 2, 4, … 30. */
  readonly retryPauseSeconds?: (redeliveries: number) => number
  /** How long what no undertaker can read rests before it is offered again. Default one hour. */
  readonly unreadablePauseMillis?: number
}

/** Why a message is dead, in our words; where the broker buried it, `x-death` has the reason in its. */
export const reasonHeader = "x-reason"
/** Headers share one frame of limited size with everything else. */
const reasonLengthMax = 2_000

/**
 * A quorum queue (seen on 3.10) that is declared again in the moment of its deletion feeds its old consumers no more and never
 * cancels them. Consumers are told of a deletion at once, so that after this pause they are gone.
 */
const redeclareSeconds = 2

const retryPauseDefault = (redeliveries: number) => Math.min(2 ** redeliveries, 30)

export const make = Effect.fnUntraced(function* (options: RabbitmqOptions) {
  const {
    connectionName = "wa",
    deliveryLimit = deliveryLimitDefault,
    prefix = "",
    retryPauseSeconds = retryPauseDefault,
    unreadablePauseMillis = unreadablePauseMillisDefault,
    url,
  } = options
  const declareAll = (link: Link) => declare(link.connection, prefix, deliveryLimit, unreadablePauseMillis)

  const [publishers, links] = yield* Effect.all(
    [
      keepConnected({
        url,
        connectionName: `${connectionName} publishes`,
        build: (link) => Effect.andThen(declareAll(link), makePublisher(link)),
      }),
      // Each consumer declares its own queue when it begins, and again should it have been deleted.
      keepConnected({ url, connectionName: `${connectionName} consumes`, build: (link) => Effect.succeed(link) }),
    ],
    { concurrency: 2 },
  )

  // Made after the connections, therefore released before them.
  const consumers = yield* makeConsumers
  const scope = yield* Effect.scope
  let isDeclaringSoon = false
  /** Somebody deleted a queue under way; a later publish shall find it again. */
  const declareSoon = (link: Link) =>
    Effect.suspend(() => {
      if (isDeclaringSoon) return Effect.void
      isDeclaringSoon = true
      return Effect.sleep(`${redeclareSeconds} seconds`).pipe(
        Effect.andThen(Effect.ignore(declareAll(link))),
        Effect.ensuring(
          Effect.sync(() => {
            isDeclaringSoon = false
          }),
        ),
      )
    })

  const send = (queue: string, content: Buffer, properties: Options.Publish) =>
    Effect.suspend(() => {
      const publisher = SubscriptionRef.getUnsafe(publishers)
      if (publisher === undefined)
        return Effect.fail(new NotPublished({ queue, reason: "unavailable", why: "RabbitMQ is not connected" }))
      return Effect.tapError(publisher.send(queue, content, properties), ({ reason }) =>
        reason === "unroutable" ? Effect.forkIn(declareSoon(publisher.link), scope) : Effect.void,
      )
    })

  const publish = Effect.fn("QueuePort.publish")(function* <Q extends QueueName>(queue: Q, body: BodyOf<Q>) {
    const raw = yield* Effect.mapError(
      encode(queue, body),
      (error) => new NotPublished({ queue, reason: "unroutable", why: error.message }),
    )
    const now = yield* Clock.currentTimeMillis
    yield* send(prefix + queue, Buffer.from(raw), {
      contentType: "application/json",
      contentEncoding: "utf-8",
      correlationId: body.correlation_id,
      messageId: "outbound_id" in body ? body.outbound_id : body.message_id,
      timestamp: Math.floor(now / 1_000),
      type: queue,
    })
  })

  /** True once the dead queue holds it: only then may the original be acked. */
  const bury = (queue: QueueName, message: ConsumeMessage, why: string, where = deadNameOf(prefix + queue)) =>
    send(where, message.content, {
      ...identityOf(message),
      headers: { ...message.properties.headers, [reasonHeader]: why.slice(0, reasonLengthMax) },
    }).pipe(
      Effect.andThen(
        // What is set aside comes round for ever: whoever could not read it has told of it, once.
        where === deadNameOf(prefix + queue)
          ? Effect.logWarning(`${queue}: a message was buried in ${where}: ${why}`)
          : Effect.logDebug(`${queue}: a message was set aside in ${where}: ${why}`),
      ),
      Effect.as(true),
      Effect.catch((error) => Effect.as(Effect.logWarning(`${queue}: not buried: ${error.message}`), false)),
    )

  const later = (message: ConsumeMessage, why: string): Settling => ({
    _tag: "later",
    why,
    pauseSeconds: retryPauseSeconds(countIn(message, "x-delivery-count")),
  })

  const declareFor = (queue: QueueName) => (link: Link) =>
    declare(link.connection, prefix, deliveryLimit, unreadablePauseMillis, [queue])

  const consume = <Q extends QueueName, R>(
    queue: Q,
    handler: (body: BodyOf<Q>) => Effect.Effect<Handled, never, R>,
    { workers = options.workers ?? 1 }: { readonly workers?: number } = {},
  ) =>
    consumeFrom<R>({
      consumers,
      links,
      queue: prefix + queue,
      workers: Math.max(1, workers),
      declare: declareFor(queue),
      handle: (message) =>
        Effect.gen(function* () {
          const buried = (why: string) =>
            Effect.map(bury(queue, message, why), (isKept) => (isKept ? done : later(message, why)))
          const body = yield* Effect.result(decode(queue, message.content.toString("utf8")))
          if (Result.isFailure(body)) return yield* buried(`undecodable: ${inOneLine(body.failure.message)}`)
          const handled = yield* outcomeOf(handler(body.success))
          if (handled._tag === "ack") return done
          return handled._tag === "dead" ? yield* buried(handled.why) : later(message, handled.why)
        }),
    })

  const consumeDead = <Q extends QueueName, R>(
    queue: Q,
    handler: (message: DeadMessage<Q>) => Effect.Effect<Handled, never, R>,
  ) =>
    consumeFrom<R>({
      consumers,
      links,
      queue: deadNameOf(prefix + queue),
      workers: 1,
      declare: declareFor(queue),
      handle: (message) =>
        Effect.gen(function* () {
          const raw = message.content.toString("utf8")
          const body = yield* Effect.result(decode(queue, raw))
          const dead = { body: Result.isSuccess(body) ? body.success : undefined, raw, reason: reasonOf(message) }
          const handled = yield* outcomeOf(handler(dead))
          if (handled._tag === "ack") return done
          if (handled._tag === "retry") return later(message, handled.why)
          // Dead even for the undertaker: out of the way, so that it does not hold up the others.
          const isKept = yield* bury(queue, message, handled.why, unreadableNameOf(prefix + queue))
          return isKept ? done : later(message, handled.why)
        }),
    })

  const waitingIn = (queue: string) =>
    Effect.gen(function* () {
      const link = SubscriptionRef.getUnsafe(links)
      if (link === undefined) return null
      // A channel of its own: asking for a queue that is gone closes the channel.
      const { channel } = yield* openChannel("depth", () => link.connection.createChannel())
      return (yield* ask("depth", () => channel.checkQueue(queue))).messageCount
    }).pipe(
      Effect.scoped,
      Effect.catch(() => Effect.succeed(null)),
    )

  const depth = (queue: QueueName) => waitingIn(prefix + queue)
  const unreadable = (queue: QueueName) => waitingIn(unreadableNameOf(prefix + queue))

  const isConnected = Effect.sync(() => {
    const publisher = SubscriptionRef.getUnsafe(publishers)
    return publisher !== undefined && !publisher.link.isBlocked() && SubscriptionRef.getUnsafe(links) !== undefined
  })

  return QueuePort.of({ publish, consume, consumeDead, depth, unreadable, isConnected })
})

const lineLengthMax = 160
/** What a schema says may be a page long; its beginning names the place. */
const inOneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim()
  return line.length > lineLengthMax ? `${line.slice(0, lineLengthMax)}…` : line
}

const done: Settling = { _tag: "done" }

const identityOf = ({ properties }: ConsumeMessage): Options.Publish => ({
  contentType: properties.contentType,
  contentEncoding: properties.contentEncoding,
  correlationId: properties.correlationId,
  messageId: properties.messageId,
  timestamp: properties.timestamp,
  type: properties.type,
})

const countIn = ({ properties }: ConsumeMessage, header: string) => Number(properties.headers?.[header] ?? 0) || 0

const reasonOf = ({ properties: { headers } }: ConsumeMessage): string =>
  String(headers?.[reasonHeader] ?? headers?.["x-death"]?.[0]?.reason ?? "unknown")

export const layer = (options: RabbitmqOptions): Layer.Layer<QueuePort, QueueMisdeclared | BrokerDenied> =>
  Layer.effect(QueuePort, make(options))
