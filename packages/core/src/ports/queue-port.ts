import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import * as Schema from "effect/Schema"
import type { BodyOf, QueueName } from "../queue/messages.ts"

/** Not confirmed: full, unroutable, or the broker is away. It may have been taken all the same; publish it again. */
export class NotPublished extends Schema.TaggedError<NotPublished>()("NotPublished", {
  queue: Schema.String,
  reason: Schema.Literals(["full", "unroutable", "unavailable"]),
  why: Schema.String,
}) {
  override get message() {
    return `${this.queue}: not published (${this.reason}): ${this.why}`
  }
}

/** How a consumer ends a message. `retry` puts it back (a broker counts, and buries it after its delivery limit). */
export type Handled =
  | { readonly _tag: "ack" }
  | { readonly _tag: "retry"; readonly why: string }
  | { readonly _tag: "dead"; readonly why: string }

export const ack: Handled = { _tag: "ack" }
export const retry = (why: string): Handled => ({ _tag: "retry", why })
export const dead = (why: string): Handled => ({ _tag: "dead", why })

/** A message that was buried, with why: undecodable, poison, or too old. `body` is undefined when it does not decode. */
export interface DeadMessage<Q extends QueueName> {
  readonly body: BodyOf<Q> | undefined
  readonly raw: string
  readonly reason: string
}

/**
 * At least once: a handler may see the same body again, and must bear it.
 */
export class QueuePort extends Context.Service<
  QueuePort,
  {
    /** Succeeds when the broker holds the message durably (embedded: when its consumer has acked). */
    readonly publish: <Q extends QueueName>(queue: Q, body: BodyOf<Q>) => Effect<void, NotPublished>
    /** Runs until interrupted; a handler that dies counts as `retry`. Undecodable bodies never reach the handler. */
    readonly consume: <Q extends QueueName, R>(
      queue: Q,
      handler: (body: BodyOf<Q>) => Effect<Handled, never, R>,
      options?: { readonly workers?: number },
    ) => Effect<never, never, R>
    /**
     * Takes what was buried, oldest first, and hands it over; acked messages are gone. What the handler calls dead itself is
     * set aside, holds nobody up, and is offered again rarely. Runs until interrupted.
     */
    readonly consumeDead: <Q extends QueueName, R>(
      queue: Q,
      handler: (message: DeadMessage<Q>) => Effect<Handled, never, R>,
    ) => Effect<never, never, R>
    /** Messages waiting, or null when the broker cannot be asked now. */
    readonly depth: (queue: QueueName) => Effect<number | null>
    /** Messages that were set aside because no handler can read them, or null when the broker cannot be asked now. */
    readonly unreadable: (queue: QueueName) => Effect<number | null>
    readonly isConnected: Effect<boolean>
  }
>()("core/ports/QueuePort") {}
