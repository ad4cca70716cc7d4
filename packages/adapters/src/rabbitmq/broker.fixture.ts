/** For tests: queues that nobody else uses, what the port cannot do itself, and a wire to the broker that can be cut. */
import { createServer, connect as netConnect, type Socket } from "node:net"
import { type QueueName, queueNames } from "@wa/core/queue/messages"
import amqp, { type ConfirmChannel } from "amqplib"
import { Effect, Layer, Redacted } from "effect"
import { rabbitmqUrl } from "../contracts/needs.ts"
import { layer, type RabbitmqOptions } from "./rabbitmq-queue.ts"
import { deadNameOf, unreadableNameOf } from "./topology.ts"

const run = `test-${process.pid}-${Date.now().toString(36)}`
let used = 0
export const freshPrefix = () => `${run}-${++used}.`

/** A channel beside the port's, for raw messages and for looking. */
export const withChannel = <A>(
  use: (channel: ConfirmChannel) => Promise<A>,
  url: string = rabbitmqUrl,
): Effect.Effect<A> =>
  Effect.promise(async () => {
    const connection = await amqp.connect(url)
    connection.on("error", () => {})
    try {
      const channel = await connection.createConfirmChannel()
      channel.on("error", () => {})
      return await use(channel)
    } finally {
      await connection.close().catch(() => {})
    }
  })

/** A consumer that is not ours, for the life of the scope; it is registered when this returns. */
export const withRawConsumer = (queue: string, see: (text: string) => void) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const connection = await amqp.connect(rabbitmqUrl)
      connection.on("error", () => {})
      const channel = await connection.createChannel()
      channel.on("error", () => {})
      await channel.consume(queue, (message) => {
        if (message === null) return
        see(message.content.toString())
        channel.ack(message)
      })
      return connection
    }),
    (connection) => Effect.promise(() => connection.close()),
  )

export const sendRaw = (queue: string, text: string, options: { readonly expiration?: string } = {}) =>
  withChannel(async (channel) => {
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true, ...options })
    await channel.waitForConfirms()
  })

export const deleteQueue = (queue: string) => withChannel((channel) => channel.deleteQueue(queue))

const deleteQueues = (prefix: string) =>
  withChannel(async (channel) => {
    for (const name of queueNames) {
      await channel.deleteQueue(prefix + name)
      await channel.deleteQueue(deadNameOf(prefix + name))
      await channel.deleteQueue(unreadableNameOf(prefix + name))
    }
  })

/** Deletes the prefix's queues once whatever was built on it is closed. */
export const cleaning = (prefix: string) => Layer.effectDiscard(Effect.addFinalizer(() => deleteQueues(prefix)))

export const fast = { retryPauseSeconds: () => 0.01 } as const

export const queueLayer = (prefix: string, options: Partial<RabbitmqOptions> = {}) =>
  layer({ url: Redacted.make(rabbitmqUrl), prefix, ...fast, ...options })

export const freshLayer = (prefix = freshPrefix(), options: Partial<RabbitmqOptions> = {}) =>
  queueLayer(prefix, options).pipe(Layer.provide(cleaning(prefix)))

export const names = (prefix: string, name: QueueName) => ({ queue: prefix + name, dead: deadNameOf(prefix + name) })

/** A wire to the broker. `cut` breaks it and refuses new connections, `stall` lets bytes pile up unheard. */
export const wire = Effect.acquireRelease(
  Effect.promise(async () => {
    const broker = new URL(rabbitmqUrl)
    const sockets = new Set<Socket>()
    let isCut = false
    let isStalled = false
    const server = createServer((near) => {
      if (isCut) return void near.destroy()
      const far = netConnect(Number(broker.port) || 5672, broker.hostname)
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(from)
        from.on("error", () => to.destroy())
        from.on("close", () => {
          sockets.delete(from)
          to.destroy()
        })
        from.on("data", (bytes) => void (isStalled || to.write(bytes)))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const url = new URL(rabbitmqUrl)
    url.hostname = "127.0.0.1"
    url.port = String(typeof address === "object" ? address?.port : 0)
    const sever = () => {
      for (const socket of sockets) socket.destroy()
    }
    return {
      url: Redacted.make(url.href),
      sever: Effect.sync(sever),
      cut: Effect.sync(() => {
        isCut = true
        sever()
      }),
      mend: Effect.sync(() => {
        isCut = false
      }),
      stall: Effect.sync(() => {
        isStalled = true
      }),
      close: () => {
        sever()
        server.close()
      },
    }
  }),
  (made) => Effect.sync(made.close),
)
