import { assert, describe, it } from "@effect/vitest"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryGatewayRepo from "@wa/adapters/embedded/memory-gateway-repo"
import { makeFaults } from "@wa/adapters/local-wappi/faults"
import { makeLocalWhatsApp } from "@wa/adapters/local-wappi/local-whatsapp"
import * as MemoryWappi from "@wa/adapters/local-wappi/memory-wappi"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { LlmPort } from "@wa/core/ports/llm-port"
import { ack, QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import type { IncomingBody } from "@wa/core/queue/messages"
import { Clock, Context, Effect, Fiber, Metric, References } from "effect"
import { TestClock } from "effect/testing"
import { client, minute, noon, outgoing, profileId } from "./gateway.fixture.ts"
import { makeGateway } from "./gateway.ts"
import { GatewaySettings } from "./gateway-settings.ts"
import { isUp } from "./watch-health.ts"

/** All workers at once on the test's clock: here nobody who sleeps moves it. */
const world = Effect.gen(function* () {
  yield* TestClock.setTime(noon)
  const clock = yield* Clock.Clock
  const whatsapp = makeLocalWhatsApp({ now: () => clock.currentTimeMillisUnsafe(), seed: "workers" })
  const faults = makeFaults()
  const store = MemoryGatewayRepo.make()
  const queue = yield* InProcessQueue.make({ finishInFlight: false })
  const told: Array<IncomingBody> = []
  const heard = { transcribe: Effect.never as ReturnType<LlmPort["Service"]["transcribe"]> }
  const services = (yield* Effect.context<never>()).pipe(
    Context.add(References.MinimumLogLevel, "None" as const),
    Context.add(WappiPort, yield* MemoryWappi.make({ whatsapp, faults, profileId })),
    Context.add(GatewayRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(LlmPort, {
      name: "scripted",
      denial: Effect.succeed(null),
      transcribe: () => heard.transcribe,
    } as unknown as LlmPort["Service"]),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 5,
      sendPerMinute: 20,
      dailyTokenBudget: null,
      zone: "Asia/Almaty",
      webhook: null,
    }),
  )
  yield* Effect.forkScoped(
    queue.port.consume("incoming_messages", (body) =>
      Effect.sync(() => {
        told.push(body)
        return ack
      }),
    ),
  )
  const gateway = yield* makeGateway.pipe(Effect.provideContext(services))
  const running = yield* Effect.forkScoped(gateway.run.pipe(Effect.provideContext(services)))
  yield* TestClock.adjust("1 second")
  const health = Effect.provideContext(gateway.health.check, services)
  return { faults, health, heard, queue, running, store, told, whatsapp }
})
const texts = (told: ReadonlyArray<IncomingBody>) =>
  told.flatMap((body) => (body.event === "message" ? [body.message_text] : []))

describe("the gateway's workers together", () => {
  it.effect("notice that the profile is logged out although nobody asks", () =>
    Effect.gen(function* () {
      const { faults } = yield* world
      const value = Effect.map(Metric.value(isUp("wappi")), (state) => state.value)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* value, 1)
      faults.set({ authorized: false })
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual(yield* value, 0)
      faults.set({ authorized: true })
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* value, 1)
    }),
  )
  it.effect("bring a client's message to the agent within the interval, and the answer to the client", () =>
    Effect.gen(function* () {
      const { health, queue, store, told, whatsapp } = yield* world
      whatsapp.clientWrites(client, "Здравствуйте")
      yield* TestClock.adjust("7 seconds")
      assert.deepStrictEqual(texts(told), ["Здравствуйте"])
      assert.isAtLeast(Date.parse((yield* health).last_poll_at!), noon)
      const clientAt = (yield* store.repo.lastWritten(profileId, client)).clientAt!
      yield* queue.port.publish(
        "outgoing_messages",
        outgoing("a", "Добрый день!", { known_client_at: new Date(clientAt).toISOString() }),
      )
      yield* TestClock.adjust("7 seconds")
      assert.deepStrictEqual(
        whatsapp.sentByApi().map((message) => message.text),
        ["Добрый день!"],
      )
      assert.strictEqual(told.at(-1)?.event, "delivery")
    }),
  )
  it.effect("give back what was published minutes before they started: people may have decided otherwise since", () =>
    Effect.gen(function* () {
      const { queue, told, whatsapp } = yield* world
      for (const [id, at] of [
        ["old", noon - 3 * minute],
        ["fresh", noon - minute],
      ] as const)
        yield* queue.port.publish("outgoing_messages", outgoing(id, id, { published_at: new Date(at).toISOString() }))
      yield* TestClock.adjust("5 minutes")
      const body = outgoing("later", "later", { published_at: new Date(noon + minute).toISOString() })
      yield* queue.port.publish("outgoing_messages", body)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        whatsapp.chat(client).map((message) => message.text),
        ["fresh", "later"],
      )
      const reports = told.flatMap((one) => (one.event === "delivery" ? [`${one.outbound_id} ${one.status}`] : []))
      assert.deepStrictEqual(reports, ["old expired", "fresh sent", "later sent"])
    }),
  )
  it.effect("let no slow voice note hold up the words of others", () =>
    Effect.gen(function* () {
      const { told, whatsapp } = yield* world
      whatsapp.clientWrites(client, "", { audioBase64: "T2dnUwAAAA==" })
      yield* TestClock.adjust("10 seconds")
      whatsapp.clientWrites("+77010000002", "Сколько стоит?")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(texts(told), ["[голосовое сообщение]", "Сколько стоит?"])
    }),
  )
  it.effect("outlive a bad token, a gateway that is away, and a database that is away", () =>
    Effect.gen(function* () {
      const { faults, running, store, told, whatsapp } = yield* world
      faults.plan({ kind: "http", status: 401, times: 3 }, { kind: "http", status: 502, times: 3 })
      yield* TestClock.adjust("30 seconds")
      yield* store.disconnect
      yield* TestClock.adjust("30 seconds")
      yield* store.reconnect
      whatsapp.clientWrites(client, "Здравствуйте")
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(texts(told), ["Здравствуйте"])
      assert.isUndefined(running.pollUnsafe())
      yield* Fiber.interrupt(running)
    }),
  )
  it.effect("look by themselves for what is in doubt", () =>
    Effect.gen(function* () {
      const { faults, queue, told, whatsapp } = yield* world
      faults.plan({ kind: "http", endpoint: "send", status: 502 })
      yield* queue.port.publish("outgoing_messages", outgoing("a", "раз"))
      yield* TestClock.adjust("2 minutes")
      assert.lengthOf(whatsapp.sentByApi(), 1)
      assert.deepInclude(told.at(-1), { event: "delivery", status: "sent", outbound_id: "a" })
    }),
  )
})
