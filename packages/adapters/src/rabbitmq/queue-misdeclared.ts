/** Apart, because both the connection and what is declared on it must know it. */
import { Schema } from "effect"

/** Fatal: the queue exists otherwise than this program needs it, and only a person may decide to delete it. */
export class QueueMisdeclared extends Schema.TaggedError<QueueMisdeclared>()("QueueMisdeclared", {
  queue: Schema.String,
  argument: Schema.String,
  existing: Schema.String,
  wanted: Schema.String,
}) {
  override get message() {
    return (
      `RabbitMQ: the queue "${this.queue}" already exists with another ${this.argument} ` +
      `(it has ${this.existing}, this program needs ${this.wanted}). An existing queue cannot be changed: ` +
      `let its consumers empty it, then delete it (rabbitmqctl delete_queue "${this.queue}") and start again.`
    )
  }
}
