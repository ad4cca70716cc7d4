import { assert, describe, it } from "@effect/vitest"
import { WappiRefused } from "@wa/core/ports/wappi-port"
import { Effect, Redacted } from "effect"
import { world } from "./gateway.fixture.ts"
import { makeWebhookAddress } from "./webhook-address.ts"

const ours = "https://gateway.example/webhook/wappi/s3cret"
const made = Effect.fnUntraced(function* (
  webhook: { url: string; secret: string } | null = { url: ours, secret: "x" },
) {
  const w = yield* world({
    webhook: webhook && { url: Redacted.make(webhook.url), secret: Redacted.make(webhook.secret) },
  })
  const address = yield* w.within(makeWebhookAddress)
  return { ...w, address, once: w.within(address.once), url: () => w.whatsapp.webhook().url }
})

describe("the address that Wappi posts to", () => {
  it.effect("is registered at the start when the settings name it, and not touched otherwise", () =>
    Effect.gen(function* () {
      const { address, once, url } = yield* made()
      yield* once
      assert.strictEqual(url(), ours)
      assert.deepInclude(yield* address.state, { state: "up" })
      const unwanted = yield* made(null)
      yield* unwanted.once
      assert.strictEqual(unwanted.url(), "")
      assert.deepStrictEqual(yield* unwanted.address.state, { state: "up", detail: "not set, polling alone" })
    }),
  )
  it.effect("that could not be registered is tried again, and until then a person is told", () =>
    Effect.gen(function* () {
      const { faults, address, once, url } = yield* made()
      faults.plan({ kind: "http", endpoint: "webhook", status: 502 })
      yield* once
      assert.strictEqual(url(), "")
      assert.deepInclude(yield* address.state, { state: "degraded" })
      yield* once
      assert.strictEqual(url(), ours)
      assert.deepInclude(yield* address.state, { state: "up" })
    }),
  )
  it.effect("is registered anew when Wappi has forgotten it", () =>
    Effect.gen(function* () {
      const { address, once, url, whatsapp } = yield* made()
      yield* once
      whatsapp.setWebhook({ url: "" })
      yield* once
      assert.strictEqual(url(), ours)
      assert.deepInclude(yield* address.state, { state: "up" })
    }),
  )
  it.effect(
    "is left to whoever took it, and told without a secret of either: two programs must not fight over it",
    () =>
      Effect.gen(function* () {
        const { address, once, url, whatsapp } = yield* made()
        yield* once
        whatsapp.setWebhook({ url: "https://another.example/hook?key=hidden" })
        yield* once
        yield* once
        assert.include(url(), "another.example")
        const { detail, state } = yield* address.state
        assert.strictEqual(state, "degraded")
        assert.include(detail, "https://another.example")
        assert.notMatch(detail, /hidden|s3cret/)
      }),
  )
  it.effect("is the same address however it is written", () =>
    Effect.gen(function* () {
      const { address, once, url, whatsapp } = yield* made({
        url: "https://gateway.example/webhook/wappi/a%2Fb",
        secret: "",
      })
      yield* once
      whatsapp.setWebhook({ url: "https://GATEWAY.example:443/webhook/wappi/a/b/" })
      yield* once
      assert.include(url(), "GATEWAY")
      assert.deepInclude(yield* address.state, { state: "up" })
    }),
  )
  it.effect("stays as it was last seen while Wappi cannot be asked", () =>
    Effect.gen(function* () {
      const { address, once, faults } = yield* made()
      yield* once
      faults.plan({ kind: "http", endpoint: "webhook", status: 404 })
      assert.instanceOf(yield* Effect.flip(once), WappiRefused)
      assert.deepInclude(yield* address.state, { state: "up" })
    }),
  )
})
