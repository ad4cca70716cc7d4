import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { OtherSide, wappiContract } from "../contracts/wappi.contract.ts"
import { readWebhook } from "../wappi/webhook.ts"
import { makeFaults } from "./faults.ts"
import { makeLocalWhatsApp } from "./local-whatsapp.ts"
import * as MemoryWappi from "./memory-wappi.ts"

const subject = Layer.unwrap(
  Effect.sync(() => {
    const whatsapp = makeLocalWhatsApp({ now: Date.now, seed: "contract" })
    const faults = makeFaults()
    const port = MemoryWappi.layer({ whatsapp, faults, profileId: "a1b2c3d4-5e6f" })
    return Layer.merge(port, Layer.succeed(OtherSide, { whatsapp, faults }))
  }),
)
wappiContract("memory", subject)

/** A world on the test's clock. */
const world = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const whatsapp = makeLocalWhatsApp({ now: () => clock.currentTimeMillisUnsafe(), seed: "virtual" })
  const faults = makeFaults()
  const posted: Array<unknown> = []
  const post = (body: unknown) => void posted.push(body)
  const wappi = yield* MemoryWappi.make({ whatsapp, faults, profileId: "a1b2c3d4-5e6f", post })
  yield* TestClock.setTime(Date.parse("2026-11-20T09:00:00Z"))
  return { faults, posted, wappi, whatsapp }
})

describe("the port in memory", () => {
  it.effect("lets a saved send happen later on the virtual clock, once", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world
      faults.plan({ kind: "saved_for_later", endpoint: "send", sendsAfterMs: 1_200_000 })
      assert.strictEqual((yield* Effect.flip(wappi.send("+77010000001", "Раз")))._tag, "WappiOutcomeUnknown")
      yield* TestClock.adjust("19 minutes")
      assert.lengthOf(whatsapp.chat("+77010000001"), 0)
      yield* TestClock.adjust("41 minutes")
      const [message] = whatsapp.chat("+77010000001")
      assert.deepInclude(message, { text: "Раз", at: Date.parse("2026-11-20T09:20:00Z") })
    }),
  )
  it.effect("hangs no longer than the timeout", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world
      faults.plan({ kind: "hang", endpoint: "send", ms: 3_600_000, isDone: true })
      const sending = yield* Effect.forkChild(Effect.flip(wappi.send("+77010000001", "Раз")))
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* Fiber.join(sending))._tag, "WappiOutcomeUnknown")
      assert.lengthOf(whatsapp.chat("+77010000001"), 1)
    }),
  )
  it.effect("posts what happens once a webhook is registered, as often as the faults say", () =>
    Effect.gen(function* () {
      const { faults, posted, wappi, whatsapp } = yield* world
      whatsapp.clientWrites("+77010000001", "раз")
      yield* wappi.registerWebhook("http://here/hook", "secret-1")
      whatsapp.clientWrites("+77010000001", "два")
      faults.set({ webhookTwice: true })
      whatsapp.operatorWrites("+77010000001", "три")
      const told = posted.flatMap((body) => readWebhook(body).messages.map((message) => message.text))
      assert.deepStrictEqual(told, ["два", "три", "три"])
    }),
  )
  it.effect("repeats a run exactly from the same seed", () =>
    Effect.gen(function* () {
      const ids = Effect.map(world, ({ whatsapp }) => [
        whatsapp.clientWrites("+77010000001", "раз").id,
        whatsapp.sends("77010000001", "два").id,
      ])
      assert.deepStrictEqual(yield* ids, yield* ids)
    }),
  )
})
