import { assert, describe, it } from "@effect/vitest"
import { ack, dead, QueuePort } from "@wa/core/ports/queue-port"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { clientMessage, eventually, outgoing, queueContract } from "../contracts/queue.contract.ts"
import { finishSecondsMax } from "../queue/delivery.ts"
import { layer, make } from "./in-process-queue.ts"

queueContract("the process itself", { subject: () => layer(), away: layer(), clock: "test" })

const now = { startImmediately: true } as const

describe("the in-process queue", () => {
  it.effect("confirms only when the consumer has acked", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      const gate = yield* Deferred.make<void>()
      yield* Effect.forkChild(
        queue.consume("incoming_messages", () => Effect.as(Deferred.await(gate), ack)),
        now,
      )
      const publishing = yield* Effect.forkChild(queue.publish("incoming_messages", clientMessage("m1")), now)
      yield* TestClock.adjust("1 hour")
      assert.isUndefined(publishing.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(publishing)
    }).pipe(Effect.provide(layer())),
  )

  it.effect("does not confirm a dead body that no undertaker acks, since nothing here would keep it", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      yield* Effect.forkChild(
        queue.consume("outgoing_messages", () => Effect.succeed(dead("no such chat"))),
        now,
      )
      const error = yield* Effect.flip(queue.publish("outgoing_messages", outgoing("o1")))
      assert.deepStrictEqual([error.reason, error.why], ["unavailable", "no such chat"])
    }).pipe(Effect.provide(layer())),
  )

  it.effect("fails the publishes that wait when their consumer leaves", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      const gate = yield* Deferred.make<void>()
      const consumer = yield* Effect.forkChild(
        queue.consume("incoming_messages", () => Effect.as(Deferred.await(gate), ack)),
        now,
      )
      const first = yield* Effect.forkChild(queue.publish("incoming_messages", clientMessage("m1")), now)
      const second = yield* Effect.forkChild(Effect.flip(queue.publish("incoming_messages", clientMessage("m2"))), now)
      yield* eventually(queue.depth("incoming_messages"), (waiting) => waiting === 1)
      const stopping = yield* Effect.forkChild(Fiber.interrupt(consumer), now)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(stopping)
      yield* Fiber.join(first)
      assert.strictEqual((yield* Fiber.join(second)).why, "its consumer stopped")
      assert.strictEqual(yield* queue.depth("incoming_messages"), 0)
    }).pipe(Effect.provide(layer())),
  )

  it.effect("waits no longer than its limit for a handler that does not end, and then refuses its body", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      const consumer = yield* Effect.forkChild(
        queue.consume("incoming_messages", () => Effect.never),
        now,
      )
      const publishing = yield* Effect.forkChild(
        Effect.flip(queue.publish("incoming_messages", clientMessage("m1"))),
        now,
      )
      yield* eventually(queue.depth("incoming_messages"), (waiting) => waiting === 0)
      const stopping = yield* Effect.forkChild(Fiber.interrupt(consumer), now)
      yield* TestClock.adjust(`${finishSecondsMax - 1} seconds`)
      assert.isUndefined(publishing.pollUnsafe())
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(stopping)
      assert.strictEqual((yield* Fiber.join(publishing)).reason, "unavailable")
    }).pipe(Effect.provide(layer())),
  )

  it.effect("kills the handler with its consumer when told to crash like that", () =>
    Effect.gen(function* () {
      const { port } = yield* make({ finishInFlight: false })
      const consumer = yield* Effect.forkChild(
        port.consume("incoming_messages", () => Effect.never),
        now,
      )
      const publishing = yield* Effect.forkChild(
        Effect.flip(port.publish("incoming_messages", clientMessage("m1"))),
        now,
      )
      yield* eventually(port.depth("incoming_messages"), (waiting) => waiting === 0)
      yield* Fiber.interrupt(consumer)
      assert.strictEqual((yield* Fiber.join(publishing)).reason, "unavailable")
    }),
  )

  it.effect("takes back what its publisher gave up before a worker began it", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      const gate = yield* Deferred.make<void>()
      const seen: Array<string> = []
      yield* Effect.forkChild(
        queue.consume("outgoing_messages", (body) =>
          Effect.gen(function* () {
            seen.push(body.outbound_id)
            yield* Deferred.await(gate)
            return ack
          }),
        ),
        now,
      )
      const first = yield* Effect.forkChild(queue.publish("outgoing_messages", outgoing("o1")), now)
      const second = yield* Effect.forkChild(queue.publish("outgoing_messages", outgoing("o2")), now)
      yield* eventually(queue.depth("outgoing_messages"), (waiting) => waiting === 1)
      yield* Fiber.interrupt(second)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      yield* queue.publish("outgoing_messages", outgoing("o3"))
      assert.deepStrictEqual(seen, ["o1", "o3"])
    }).pipe(Effect.provide(layer())),
  )

  it.effect("is full when as many publishes wait as the broker's queue would hold", () =>
    Effect.gen(function* () {
      const queue = yield* QueuePort
      yield* Effect.forkChild(
        queue.consume("voice_transcription", () => Effect.never),
        now,
      )
      const voice = (id: string) => {
        const { profile_id, phone_number, timestamp, contact_info } = clientMessage(id)
        return {
          version: 1,
          correlation_id: id,
          profile_id,
          phone_number,
          message_id: id,
          contact_info,
          timestamp,
        } as const
      }
      for (let i = 0; i < 1_001; i++) yield* Effect.forkChild(queue.publish("voice_transcription", voice(`v${i}`)), now)
      yield* eventually(queue.depth("voice_transcription"), (waiting) => waiting === 1_000)
      assert.strictEqual((yield* Effect.flip(queue.publish("voice_transcription", voice("v1001")))).reason, "full")
    }).pipe(Effect.provide(layer({ finishInFlight: false }))),
  )

  it.effect("fails when a test tells it to, and says that it is away while disconnected", () =>
    Effect.gen(function* () {
      const { disconnect, failNext, port, reconnect } = yield* make()
      yield* Effect.forkChild(
        port.consume("incoming_messages", () => Effect.succeed(ack)),
        now,
      )
      yield* failNext(1)
      assert.strictEqual(
        (yield* Effect.flip(port.publish("incoming_messages", clientMessage("m1")))).reason,
        "unavailable",
      )
      yield* port.publish("incoming_messages", clientMessage("m1"))
      yield* disconnect
      assert.isFalse(yield* port.isConnected)
      assert.isNull(yield* port.depth("incoming_messages"))
      assert.strictEqual(
        (yield* Effect.flip(port.publish("incoming_messages", clientMessage("m2")))).reason,
        "unavailable",
      )
      yield* reconnect
      yield* port.publish("incoming_messages", clientMessage("m2"))
    }),
  )
})
