import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { ack, type DeadMessage, dead, QueuePort, retry } from "@wa/core/ports/queue-port"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Redacted, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import { describeNeeds, needsRabbitmq, rabbitmqUrl } from "../contracts/needs.ts"
import { clientMessage, eventually, outgoing, queueContract, quiet, voice } from "../contracts/queue.contract.ts"
import {
  cleaning,
  deleteQueue,
  freshLayer,
  freshPrefix,
  names,
  queueLayer,
  sendRaw,
  wire,
  withChannel,
  withRawConsumer,
} from "./broker.fixture.ts"
import { layer } from "./rabbitmq-queue.ts"
import { declarationsOf, deliveryLimitDefault, limitsOf } from "./topology.ts"

const now = { startImmediately: true } as const
/** Nothing listens on the port of a closed door. */
const nowhere = Redacted.make("amqp://guest:guest@127.0.0.1:1")

const describeRabbitmq = await needsRabbitmq()

const testing = <A, E>(
  name: string,
  body: (prefix: string) => Effect.Effect<A, E, QueuePort | Scope.Scope>,
  options: Parameters<typeof queueLayer>[1] = {},
) =>
  it.live(
    name,
    () => {
      const prefix = freshPrefix()
      return quiet(Effect.provide(body(prefix), freshLayer(prefix, options)))
    },
    40_000,
  )

/** Collects what arrives, in the background. */
const collect = Effect.fnUntraced(function* (workers = 1) {
  const queue = yield* QueuePort
  const seen: Array<string> = []
  yield* Effect.forkScoped(
    queue.consume(
      "outgoing_messages",
      (body) =>
        Effect.sync(() => {
          seen.push(body.outbound_id)
          return ack
        }),
      { workers },
    ),
    now,
  )
  return seen
})

const undertaker = Effect.fnUntraced(function* <Q extends "incoming_messages" | "outgoing_messages">(name: Q) {
  const queue = yield* QueuePort
  const buried: Array<DeadMessage<Q>> = []
  yield* Effect.forkScoped(
    queue.consumeDead(name, (message) =>
      Effect.sync(() => {
        buried.push(message)
        return ack
      }),
    ),
    now,
  )
  return buried
})

describeRabbitmq("RabbitMQ", () => {
  queueContract("RabbitMQ", {
    subject: () => freshLayer(),
    away: layer({ url: nowhere }),
    clock: "real",
  })

  describe("the queues on RabbitMQ", () => {
    testing("bury what does not decode, with the reason, and never show it to the handler", (prefix) =>
      Effect.gen(function* () {
        const seen = yield* collect()
        const buried = yield* undertaker("outgoing_messages")
        const { queue } = names(prefix, "outgoing_messages")
        yield* sendRaw(queue, "{ no json")
        yield* sendRaw(queue, JSON.stringify({ ...outgoing("o1"), version: 2 }))
        const port = yield* QueuePort
        yield* port.publish("outgoing_messages", outgoing("o2"))
        yield* eventually(
          Effect.sync(() => buried.length),
          (n) => n === 2,
        )
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 1,
        )
        assert.deepStrictEqual(seen, ["o2"])
        assert.deepStrictEqual(
          buried.map(({ body }) => body),
          [undefined, undefined],
        )
        assert.strictEqual(buried[0]?.raw, "{ no json")
        assert.match(buried[0]?.reason ?? "", /^undecodable: /)
        assert.include(buried[1]?.reason, "version")
        for (const { reason } of buried) assert.match(reason, /^.{1,180}$/)
      }),
    )

    testing(
      "keep a dead message where it was until it can be buried",
      (prefix) =>
        Effect.gen(function* () {
          const port = yield* QueuePort
          let calls = 0
          yield* Effect.forkScoped(
            port.consume("outgoing_messages", () => Effect.sync(() => (++calls === 1 ? ack : dead("no such chat")))),
            now,
          )
          yield* port.publish("outgoing_messages", outgoing("o1"))
          yield* eventually(
            Effect.sync(() => calls),
            (n) => n === 1,
          )
          yield* deleteQueue(names(prefix, "outgoing_messages").dead)
          yield* port.publish("outgoing_messages", outgoing("o2"))
          yield* eventually(
            Effect.sync(() => calls),
            (n) => n >= 3,
          )
          const buried = yield* undertaker("outgoing_messages")
          yield* eventually(
            Effect.sync(() => buried.length),
            (n) => n >= 1,
          )
          assert.deepStrictEqual(buried[0]?.body, outgoing("o2"))
        }),
      { deliveryLimit: 1_000 },
    )

    testing("keep what expired, as `expired`", (prefix) =>
      Effect.gen(function* () {
        const { queue } = names(prefix, "outgoing_messages")
        yield* sendRaw(queue, JSON.stringify(outgoing("o1")), { expiration: "100" })
        const buried = yield* undertaker("outgoing_messages")
        yield* eventually(
          Effect.sync(() => buried.length),
          (n) => n === 1,
        )
        assert.deepStrictEqual(buried[0]?.body, outgoing("o1"))
        assert.strictEqual(buried[0]?.reason, "expired")
      }),
    )

    testing(
      "keep what came too often, as `delivery_limit`",
      () =>
        Effect.gen(function* () {
          const port = yield* QueuePort
          let calls = 0
          yield* Effect.forkScoped(
            port.consume("incoming_messages", () => Effect.sync(() => retry(`call ${++calls}`))),
            now,
          )
          const buried = yield* undertaker("incoming_messages")
          yield* port.publish("incoming_messages", clientMessage("m1"))
          yield* eventually(
            Effect.sync(() => buried.length),
            (n) => n === 1,
          )
          assert.strictEqual(buried[0]?.reason, "delivery_limit")
          assert.deepStrictEqual(buried[0]?.body, clientMessage("m1"))
          assert.strictEqual(calls, 3)
        }),
      { deliveryLimit: 2 },
    )

    const rests: Array<number> = []
    testing(
      "let a message rest before it comes again, by how often it came",
      () =>
        Effect.gen(function* () {
          const port = yield* QueuePort
          let calls = 0
          yield* Effect.forkScoped(
            port.consume("incoming_messages", () => Effect.sync(() => (++calls < 4 ? retry("not now") : ack))),
            now,
          )
          yield* port.publish("incoming_messages", clientMessage("m1"))
          yield* eventually(
            Effect.sync(() => calls),
            (n) => n === 4,
          )
          assert.deepStrictEqual(rests, [0, 1, 2])
        }),
      {
        retryPauseSeconds: (redeliveries) => {
          rests.push(redeliveries)
          return 0
        },
      },
    )

    testing("refuse as full what does not fit, and lose nothing that they took", () =>
      Effect.gen(function* () {
        const port = yield* QueuePort
        const { lengthMax } = limitsOf.voice_transcription
        const outcomes = yield* Effect.forEach(
          Array.from({ length: lengthMax + 200 }, (_, i) => voice(`v${i}`)),
          (body) => Effect.result(port.publish("voice_transcription", body)),
          { concurrency: 50 },
        )
        const refused = outcomes.filter((outcome) => outcome._tag === "Failure")
        // The broker stops a little late: it counts what is under way afterwards.
        assert.isAtLeast(refused.length, 50)
        assert.deepStrictEqual([...new Set(refused.map(({ failure }) => failure.reason))], ["full"])
        const taken = outcomes.length - refused.length
        yield* eventually(port.depth("voice_transcription"), (waiting) => waiting === taken)
      }),
    )

    testing("say that a deleted queue is unroutable, and have it again for the next publish", (prefix) =>
      Effect.gen(function* () {
        const port = yield* QueuePort
        yield* deleteQueue(names(prefix, "outgoing_messages").queue)
        assert.isNull(yield* port.depth("outgoing_messages"))
        const error = yield* Effect.flip(port.publish("outgoing_messages", outgoing("o1")))
        assert.strictEqual(error.reason, "unroutable")
        yield* eventually(Effect.result(port.publish("outgoing_messages", outgoing("o1"))), Result.isSuccess)
        assert.strictEqual(yield* port.depth("outgoing_messages"), 1)
      }),
    )

    testing("are consumed on after the queue was deleted under its consumer", (prefix) =>
      Effect.gen(function* () {
        const port = yield* QueuePort
        const seen = yield* collect()
        yield* port.publish("outgoing_messages", outgoing("o1"))
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 1,
        )
        yield* deleteQueue(names(prefix, "outgoing_messages").queue)
        yield* eventually(Effect.result(port.publish("outgoing_messages", outgoing("o2"))), Result.isSuccess)
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 2,
        )
      }),
    )

    testing("carry both ids and a durable mark where the broker's own tools see them", (prefix) =>
      Effect.gen(function* () {
        const port = yield* QueuePort
        yield* port.publish("incoming_messages", clientMessage("m1"))
        const message = yield* withChannel((channel) => channel.get(names(prefix, "incoming_messages").queue))
        if (typeof message === "boolean") return assert.fail("nothing was published")
        const { contentType, correlationId, deliveryMode, messageId } = message.properties
        assert.deepStrictEqual(
          { contentType, correlationId, deliveryMode, messageId },
          { contentType: "application/json", correlationId: "correlation-1", deliveryMode: 2, messageId: "m1" },
        )
      }),
    )

    testing("give outgoing messages to one consumer at a time, and to the next when it leaves", (prefix) =>
      Effect.gen(function* () {
        const port = yield* QueuePort
        const first: Array<string> = []
        const second: Array<string> = []
        const consuming = yield* Effect.forkScoped(
          port.consume("outgoing_messages", ({ outbound_id }) =>
            Effect.sync(() => {
              first.push(outbound_id)
              return ack
            }),
          ),
          now,
        )
        yield* port.publish("outgoing_messages", outgoing("o0"))
        yield* eventually(
          Effect.sync(() => first.length),
          (n) => n === 1,
        )
        yield* withRawConsumer(names(prefix, "outgoing_messages").queue, (text) => second.push(text))
        for (let i = 1; i <= 10; i++) yield* port.publish("outgoing_messages", outgoing(`o${i}`))
        yield* eventually(
          Effect.sync(() => first.length),
          (n) => n === 11,
        )
        assert.deepStrictEqual(second, [])
        yield* Fiber.interrupt(consuming)
        yield* port.publish("outgoing_messages", outgoing("o11"))
        yield* eventually(
          Effect.sync(() => second.length),
          (n) => n === 1,
        )
      }),
    )

    it.live(
      "close only after the handlers in flight have ended and were acked",
      () => {
        const prefix = freshPrefix()
        return Effect.gen(function* () {
          const scope = yield* Scope.make()
          const first = Context.get(yield* Layer.buildWithScope(queueLayer(prefix), scope), QueuePort)
          const gate = yield* Deferred.make<void>()
          const told: Array<string> = []
          yield* Effect.forkScoped(
            first.consume("incoming_messages", () =>
              Effect.gen(function* () {
                told.push("begins")
                yield* Deferred.await(gate)
                // Handlers publish, too.
                yield* Effect.orDie(first.publish("voice_transcription", voice("v1")))
                told.push("ends")
                return ack
              }),
            ),
            now,
          )
          yield* first.publish("incoming_messages", clientMessage("m1"))
          yield* eventually(
            Effect.sync(() => told.length),
            (n) => n === 1,
          )
          const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), now)
          yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 150)))
          assert.isUndefined(closing.pollUnsafe())
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.join(closing)
          assert.deepStrictEqual(told, ["begins", "ends"])
          const port = Context.get(yield* Layer.build(queueLayer(prefix)), QueuePort)
          assert.strictEqual(yield* port.depth("incoming_messages"), 0)
          assert.strictEqual(yield* port.depth("voice_transcription"), 1)
        }).pipe(Effect.scoped, Effect.provide(cleaning(prefix)), quiet)
      },
      20_000,
    )

    it.live("let the undertaker put a message aside, so that it does not hold up the rest", () => {
      const prefix = freshPrefix()
      return Effect.gen(function* () {
        const port = yield* QueuePort
        for (const text of ["first", "second"]) yield* sendRaw(names(prefix, "outgoing_messages").dead, text)
        const seen: Array<string> = []
        yield* Effect.forkScoped(
          port.consumeDead("outgoing_messages", ({ raw, reason }) =>
            Effect.sync(() => {
              seen.push(`${raw}: ${reason}`)
              return seen.length === 1 ? dead("unreadable") : ack
            }),
          ),
          now,
        )
        yield* eventually(
          Effect.sync(() => seen.length),
          (n) => n === 3,
        )
        assert.deepStrictEqual(seen, ["first: unknown", "second: unknown", "first: unreadable"])
      }).pipe(Effect.scoped, Effect.provide(freshLayer(prefix, { unreadablePauseMillis: 300 })), quiet)
    })

    it.live(
      "set aside at once what no undertaker can read, count it, and bring it again after the pause",
      () => {
        const prefix = freshPrefix()
        const lines: Array<string> = []
        return Effect.gen(function* () {
          const port = yield* QueuePort
          const { dead: buried } = names(prefix, "outgoing_messages")
          for (let n = 0; n < 20; n++) yield* sendRaw(buried, `unreadable ${n}`)
          yield* sendRaw(buried, "readable")
          const seen: Array<string> = []
          yield* Effect.forkScoped(
            port.consumeDead("outgoing_messages", ({ raw, reason }) =>
              Effect.sync(() => {
                seen.push(raw)
                return raw === "readable" ? ack : dead(reason)
              }),
            ),
            now,
          )
          // With a pause of half a minute for each, the last one would come after ten minutes.
          yield* eventually(
            Effect.sync(() => seen.includes("readable")),
            (is) => is,
          )
          yield* eventually(port.unreadable("outgoing_messages"), (n) => n === 20)
          assert.strictEqual(yield* port.unreadable("incoming_messages"), 0)
          assert.lengthOf(seen, 21)
          yield* eventually(
            Effect.sync(() => seen.length),
            (n) => n >= 41,
          )
          assert.strictEqual(new Set(seen).size, 21, "nothing is lost, nothing else comes")
          assert.deepStrictEqual(
            lines.filter((line) => line.includes("unreadable")),
            [],
            "it comes round for ever, and must not be told of each time",
          )
        }).pipe(
          Effect.scoped,
          Effect.provide(freshLayer(prefix, { retryPauseSeconds: () => 30, unreadablePauseMillis: 4_000 })),
          Effect.provide(Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])),
        )
      },
      30_000,
    )

    it.live(
      "stop the start where a queue exists otherwise, and say which, how, and what to do",
      () => {
        const prefix = freshPrefix()
        const [, wanted] = declarationsOf("incoming_messages", prefix, deliveryLimitDefault)
        return Effect.gen(function* () {
          yield* withChannel((channel) =>
            channel.assertQueue(`${prefix}incoming_messages`, {
              durable: true,
              arguments: { ...wanted?.args, "x-message-ttl": 5_000 },
            }),
          )
          const error = yield* Effect.flip(Effect.scoped(Layer.build(queueLayer(prefix))))
          assert.strictEqual(error._tag, "QueueMisdeclared")
          assert.strictEqual(
            error.message,
            `RabbitMQ: the queue "${prefix}incoming_messages" already exists with another x-message-ttl ` +
              "(it has 5000, this program needs 86400000). An existing queue cannot be changed: let its consumers empty " +
              `it, then delete it (rabbitmqctl delete_queue "${prefix}incoming_messages") and start again.`,
          )
        }).pipe(Effect.provide(cleaning(prefix)), quiet)
      },
      20_000,
    )

    it.live(
      "stop the start where the queue is a classic one, as an older program may have left it",
      () => {
        const prefix = freshPrefix()
        return Effect.gen(function* () {
          yield* withChannel((channel) => channel.assertQueue(`${prefix}voice_transcription`, { durable: true }))
          const error = yield* Effect.flip(Effect.scoped(Layer.build(queueLayer(prefix))))
          assert.strictEqual(error._tag, "QueueMisdeclared")
          assert.include(error.message, `delete_queue "${prefix}voice_transcription"`)
        }).pipe(Effect.provide(cleaning(prefix)), quiet)
      },
      20_000,
    )

    it.live(
      "stop the start where the broker refuses the login, without repeating the password",
      () =>
        Effect.gen(function* () {
          const url = new URL(rabbitmqUrl)
          url.password = "wrong-secret"
          const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ url: Redacted.make(url.href) }))))
          assert.strictEqual(error._tag, "BrokerDenied")
          assert.include(error.message, "RABBITMQ_URL")
          assert.notInclude(error.message, url.password)
        }).pipe(quiet),
      20_000,
    )

    it.live("say that the virtual host may be missing, and go on trying", () => {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => void lines.push(String(message)))
      const url = new URL(rabbitmqUrl)
      url.pathname = "/no-such-virtual-host"
      return Effect.gen(function* () {
        assert.isFalse(yield* QueuePort.use((port) => port.isConnected))
        assert.isTrue(lines.some((line) => line.includes("virtual host") && line.includes("trying again")))
      }).pipe(Effect.provide(layer({ url: Redacted.make(url.href) })), Effect.provide(Logger.layer([logger])))
    })

    it.live("stop the start where the URL is none", () =>
      Effect.gen(function* () {
        for (const bad of ["localhost secret", "http://user:secret@localhost"]) {
          const error = yield* Effect.flip(Effect.scoped(Layer.build(layer({ url: Redacted.make(bad) }))))
          assert.strictEqual(error._tag, "BrokerDenied")
          assert.notInclude(error.message, "secret")
        }
      }).pipe(quiet),
    )

    it.live(
      "start without the broker, find it later, and tell no log the password",
      () => {
        const prefix = freshPrefix()
        const lines: Array<string> = []
        const logger = Logger.make(({ message }) => void lines.push(String(message)))
        return Effect.gen(function* () {
          const cable = yield* wire
          yield* cable.cut
          const url = Redacted.make(Redacted.value(cable.url))
          yield* Effect.gen(function* () {
            const port = yield* QueuePort
            const seen = yield* collect()
            assert.isFalse(yield* port.isConnected)
            assert.isNull(yield* port.depth("outgoing_messages"))
            const error = yield* Effect.flip(port.publish("outgoing_messages", outgoing("o1")))
            assert.strictEqual(error.reason, "unavailable")
            yield* cable.mend
            yield* eventually(port.isConnected, (is) => is)
            yield* port.publish("outgoing_messages", outgoing("o1"))
            yield* eventually(
              Effect.sync(() => seen.length),
              (n) => n === 1,
            )
          }).pipe(Effect.scoped, Effect.provide(queueLayer(prefix, { url })))
          const { password } = new URL(rabbitmqUrl)
          assert.isTrue(lines.some((line) => line.includes("trying again")))
          assert.isFalse(lines.some((line) => line.includes(`:${password}@`)))
        }).pipe(Effect.provide(cleaning(prefix)), Effect.provide(Logger.layer([logger])))
      },
      40_000,
    )

    it.live(
      "go on by themselves when the wire breaks: everything confirmed arrives",
      () => {
        const prefix = freshPrefix()
        return Effect.gen(function* () {
          const cable = yield* wire
          yield* Effect.gen(function* () {
            const port = yield* QueuePort
            const seen = yield* collect(2)
            const ids = Array.from({ length: 60 }, (_, i) => `o${i}`)
            const until = (id: string): Effect.Effect<void> =>
              Effect.catch(port.publish("outgoing_messages", outgoing(id)), () =>
                Effect.andThen(Effect.sleep("20 millis"), until(id)),
              )
            for (const [at, id] of ids.entries()) {
              if (at === 20) yield* cable.sever
              if (at === 40)
                yield* Effect.andThen(
                  cable.cut,
                  eventually(port.isConnected, (is) => !is),
                )
              if (at === 40) yield* cable.mend
              yield* until(id)
            }
            yield* eventually(
              Effect.sync(() => new Set(seen).size),
              (n) => n === ids.length,
            )
            assert.deepStrictEqual([...new Set(seen)].sort(), [...ids].sort())
          }).pipe(Effect.scoped, Effect.provide(queueLayer(prefix, { url: cable.url })))
        }).pipe(Effect.provide(cleaning(prefix)), quiet)
      },
      40_000,
    )

    it.live(
      "bring a message again whose handler was cut off from the broker, once that handler has ended",
      () => {
        const prefix = freshPrefix()
        return Effect.gen(function* () {
          const cable = yield* wire
          yield* Effect.gen(function* () {
            const port = yield* QueuePort
            const gate = yield* Deferred.make<void>()
            const told: Array<string> = []
            yield* Effect.forkScoped(
              port.consume("incoming_messages", () =>
                Effect.gen(function* () {
                  told.push("begins")
                  if (told.length === 1) yield* Deferred.await(gate)
                  told.push("ends")
                  return ack
                }),
              ),
              now,
            )
            yield* port.publish("incoming_messages", clientMessage("m1"))
            yield* eventually(
              Effect.sync(() => told.length),
              (n) => n === 1,
            )
            yield* cable.sever
            yield* eventually(port.isConnected, (is) => !is)
            yield* eventually(port.isConnected, (is) => is)
            assert.deepStrictEqual(told, ["begins"])
            yield* Deferred.succeed(gate, undefined)
            yield* eventually(
              Effect.sync(() => told.length),
              (n) => n === 4,
            )
            assert.deepStrictEqual(told, ["begins", "ends", "begins", "ends"])
          }).pipe(Effect.scoped, Effect.provide(queueLayer(prefix, { url: cable.url })))
        }).pipe(Effect.provide(cleaning(prefix)), quiet)
      },
      40_000,
    )

    it.effect(
      "give up after ten seconds on a broker that does not confirm",
      () => {
        const prefix = freshPrefix()
        return Effect.gen(function* () {
          const cable = yield* wire
          yield* Effect.gen(function* () {
            const port = yield* QueuePort
            yield* cable.stall
            const publishing = yield* Effect.forkChild(
              Effect.flip(port.publish("outgoing_messages", outgoing("o1"))),
              now,
            )
            yield* TestClock.adjust("9 seconds")
            assert.isUndefined(publishing.pollUnsafe())
            yield* TestClock.adjust("1 second")
            const error = yield* Fiber.join(publishing)
            assert.deepStrictEqual([error.reason, error.why], ["unavailable", "not confirmed within 10 s"])
            // Closing politely would wait for an answer on a clock that stands still.
            yield* cable.cut
            yield* eventually(port.isConnected, (is) => !is)
          }).pipe(Effect.scoped, Effect.provide(queueLayer(prefix, { url: cable.url })))
        }).pipe(Effect.provide(cleaning(prefix)), quiet)
      },
      20_000,
    )
  })
})

const rabbitmqctl = (...args: ReadonlyArray<string>) =>
  Effect.promise(() => promisify(execFile)("rabbitmqctl", ["-q", ...args]).then(({ stdout }) => stdout))

const canControl = await Effect.runPromise(rabbitmqctl("version")).then(
  () => true,
  () => false,
)

/** Publishes and consumes through what `trouble` does to the broker, and tells what arrived. */
const through = (trouble: (connectionName: string) => Effect.Effect<void>) => {
  const prefix = freshPrefix()
  const connectionName = `${prefix}wa`
  return Effect.gen(function* () {
    const port = yield* QueuePort
    const seen = yield* collect(2)
    const until = (id: string): Effect.Effect<void> =>
      Effect.catch(port.publish("outgoing_messages", outgoing(id)), () =>
        Effect.andThen(Effect.sleep("50 millis"), until(id)),
      )
    yield* until("o1")
    yield* trouble(connectionName)
    yield* until("o2")
    yield* eventually(
      Effect.sync(() => seen),
      (ids) => ids.includes("o1") && ids.includes("o2"),
      40,
    )
    yield* eventually(port.isConnected, (is) => is, 40)
  }).pipe(Effect.scoped, Effect.provide(freshLayer(prefix, { connectionName })), quiet)
}

/** Pid and heartbeat of the connections of that name. */
const ownConnections = (connectionName: string) =>
  Effect.map(rabbitmqctl("list_connections", "pid", "timeout", "client_properties"), (out) =>
    out.split("\n").flatMap((line) => (line.includes(connectionName) ? [line.split("\t").slice(0, 2)] : [])),
  )

// rabbitmqctl runs only beside the broker and as its user, so CI's broker in a container may do without these.
if (canControl) {
  describeRabbitmq("RabbitMQ, closed by its operator", () => {
    it.live(
      "is connected to again after both connections were closed, which bear the program's name",
      () =>
        through((connectionName) =>
          Effect.gen(function* () {
            const own = yield* eventually(ownConnections(connectionName), ({ length }) => length === 2)
            for (const [pid = "", heartbeatSeconds] of own) {
              assert.strictEqual(heartbeatSeconds, "15")
              yield* rabbitmqctl("close_connection", pid, "a test")
            }
          }),
        ),
      60_000,
    )
  })
}

const outages = process.env["WA_BROKER_OUTAGE_TESTS"] === "1"
if (outages) {
  describeNeeds("rabbitmqctl", canControl)("RabbitMQ, away for seconds (everybody's!)", () => {
    it.live(
      "is found again after stop_app and start_app",
      () =>
        through(() =>
          Effect.ensuring(rabbitmqctl("stop_app"), Effect.orDie(rabbitmqctl("start_app"))).pipe(Effect.asVoid),
        ),
      90_000,
    )
    it.live(
      "is found again after close_all_connections",
      () => through(() => Effect.asVoid(rabbitmqctl("close_all_connections", "a test"))),
      60_000,
    )
  })
}
