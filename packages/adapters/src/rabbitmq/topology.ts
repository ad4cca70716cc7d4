/**
 * The queues of the broker: three of them, and behind each one for its dead, and one for the dead that nobody can read:
 * there they cost nothing, can be seen and counted, and are offered again every hour, to a later version perhaps. Declared anew on every connect, which changes
 * nothing where they already exist as they should be.
 *
 * Promises: expiry, overflow, refusal and the delivery limit lose nothing, a message goes to `<name>.dead` and stays there.
 * One broker node survives its own crash; it is not available meanwhile (quorum queues need three nodes for that).
 * Works with RabbitMQ 3.10 and newer. Source: docs of quorum queues, "Dead lettering", at-least-once.
 */
import { type QueueName, queueNames } from "@wa/core/queue/messages"
import type { Channel, ChannelModel } from "amqplib"
import { Effect } from "effect"
import { ask, type ConnectionFault, openChannel } from "./connection.ts"
import { QueueMisdeclared } from "./queue-misdeclared.ts"

const hour = 3_600_000
export const limitsOf: { readonly [Q in QueueName]: { readonly ttlMillis: number; readonly lengthMax: number } } = {
  incoming_messages: { ttlMillis: 24 * hour, lengthMax: 10_000 },
  outgoing_messages: { ttlMillis: 1 * hour, lengthMax: 5_000 },
  voice_transcription: { ttlMillis: 2 * hour, lengthMax: 1_000 },
}

/** Redeliveries of one message before the broker buries it. RabbitMQ 4 has this number by itself, 3.10 has none. */
export const deliveryLimitDefault = 20
/** What is dead must never be dropped, and RabbitMQ 4 drops at the 20th redelivery where no other limit is set. */
const deadDeliveryLimit = 2_147_483_647

export const deadNameOf = (queue: string) => `${queue}.dead`
export const unreadableNameOf = (queue: string) => `${queue}.unreadable`
/** How long what nobody can read rests before it is offered to the undertaker again. */
export const unreadablePauseMillisDefault = hour

interface Declaration {
  readonly queue: string
  readonly args: Record<string, unknown>
}

/** The dead queue first: from its first moment on, a queue has where to bury. */
export const declarationsOf = (
  name: QueueName,
  prefix: string,
  deliveryLimit: number,
  unreadablePauseMillis: number = unreadablePauseMillisDefault,
): ReadonlyArray<Declaration> => [
  {
    queue: deadNameOf(prefix + name),
    args: { "x-queue-type": "quorum", "x-delivery-limit": deadDeliveryLimit },
  },
  {
    queue: prefix + name,
    args: {
      "x-queue-type": "quorum",
      "x-message-ttl": limitsOf[name].ttlMillis,
      "x-max-length": limitsOf[name].lengthMax,
      "x-overflow": "reject-publish",
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": deadNameOf(prefix + name),
      "x-dead-letter-strategy": "at-least-once",
      "x-delivery-limit": deliveryLimit,
      // One phone: a second gateway stands by instead of sending beside the first.
      ...(name === "outgoing_messages" ? { "x-single-active-consumer": true } : {}),
    },
  },
  {
    // Nobody consumes it: the broker itself brings back what has rested. Without a length, so that nothing is refused.
    queue: unreadableNameOf(prefix + name),
    args: {
      "x-queue-type": "quorum",
      "x-message-ttl": unreadablePauseMillis,
      "x-overflow": "reject-publish",
      "x-dead-letter-exchange": "",
      "x-dead-letter-routing-key": deadNameOf(prefix + name),
      "x-dead-letter-strategy": "at-least-once",
    },
  },
]

/** On a channel of its own, because a refusal closes the channel. */
export const declare = Effect.fnUntraced(function* (
  connection: ChannelModel,
  prefix: string,
  deliveryLimit: number,
  unreadablePauseMillis: number,
  names: ReadonlyArray<QueueName> = queueNames,
) {
  const channel = yield* openChannel("declare queues", () => connection.createChannel())
  for (const { args, queue } of names.flatMap((name) =>
    declarationsOf(name, prefix, deliveryLimit, unreadablePauseMillis),
  ))
    yield* Effect.mapError(declareOne(channel.channel, queue, args), (fault) => misdeclared(fault) ?? fault)
}, Effect.scoped)

const declareOne = (channel: Channel, queue: string, args: Record<string, unknown>) =>
  ask(`declare ${queue}`, () => channel.assertQueue(queue, { durable: true, arguments: args }))

/** `… inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '5' of type 'long' but current is …` */
const misdeclared = ({ cause }: ConnectionFault) => {
  const text = cause instanceof Error ? cause.message : String(cause)
  const match =
    /inequivalent arg '([^']+)' for queue '(.+?)' in vhost .*?: received (.+?) but current is (.+?)"?$/.exec(text)
  if (match === null) return undefined
  const [, argument = "", queue = "", wanted = "", existing = ""] = match
  return new QueueMisdeclared({ queue, argument, existing: toldValue(existing), wanted: toldValue(wanted) })
}

const toldValue = (told: string) => /the value '([^']*)'/.exec(told)?.[1] ?? told.replaceAll("'", "")
