import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Metric } from "effect"
import type { Dependency, GatewayHealth, Health } from "./health.ts"
import { isUp, watchHealth } from "./watch-health.ts"

const up: Dependency = { state: "up", detail: "fine" }

/** A gateway whose parts are as the test says, and what the watch logs. */
const watched = () => {
  const dependencies: { -readonly [Name in keyof Health["dependencies"]]: Dependency } = {
    database: up,
    broker: up,
    wappi: up,
    poll: up,
    sending: up,
    webhook: up,
    voice: up,
  }
  const lines: Array<string> = []
  const noting = Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
  const health = { check: Effect.sync(() => ({ dependencies })) } as unknown as GatewayHealth
  const once = watchHealth(health) as Effect.Effect<void>
  const look = (times = 1) => once.pipe(Effect.repeat({ times: times - 1 }), Effect.provide(Logger.layer([noting])))
  return { dependencies, lines, look }
}

describe("the watch over the gateway's health", () => {
  it.effect("tells each change once, as an error what is down, with what to do", () =>
    Effect.gen(function* () {
      const { dependencies, lines, look } = watched()
      yield* look(3)
      assert.deepStrictEqual(lines, [])
      dependencies.voice = { state: "down", detail: "check GEMINI_API_KEY" }
      yield* look(5)
      assert.deepStrictEqual(lines.splice(0), ["Error voice is down: check GEMINI_API_KEY"])
      dependencies.voice = { state: "degraded", detail: "another stands in" }
      yield* look(5)
      assert.deepStrictEqual(lines.splice(0), ["Warn voice is degraded: another stands in"])
      dependencies.voice = up
      yield* look(5)
      assert.deepStrictEqual(lines, ["Info voice is up: fine"])
    }),
  )
  it.effect("tells nothing of what comes and goes, nor of what is not known", () =>
    Effect.gen(function* () {
      const { dependencies, lines, look } = watched()
      for (let n = 0; n < 6; n++) {
        dependencies.wappi = n % 2 === 0 ? { state: "down", detail: "close" } : up
        dependencies.poll = { state: "unknown", detail: "waiting" }
        yield* look()
      }
      assert.deepStrictEqual(lines, [])
      dependencies.wappi = { state: "down", detail: "close" }
      yield* look()
      dependencies.wappi = { state: "unknown", detail: "could not be asked" }
      yield* look()
      dependencies.wappi = { state: "down", detail: "close" }
      yield* look()
      assert.deepStrictEqual(lines, ["Error wappi is down: close"])
    }),
  )
  it.effect("shows each part as a number", () =>
    Effect.gen(function* () {
      const { dependencies, look } = watched()
      const value = Effect.map(Metric.value(isUp("broker")), (state) => state.value)
      yield* look()
      assert.strictEqual(yield* value, 1)
      dependencies.broker = { state: "down", detail: "not connected" }
      yield* look()
      assert.strictEqual(yield* value, 0)
    }),
  )
})
