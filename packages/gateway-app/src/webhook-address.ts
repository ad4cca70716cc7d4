/**
 * Keeps Wappi posting to us, when the settings ask for that. Registered at the start; afterwards looked at now and then, and
 * registered anew when Wappi has forgotten it. An address of somebody else's is left to him and told: he may be the newer
 * gateway, and two that take it from each other in turns would both miss messages. Polling is the net under all of it.
 */
import { WappiPort, type WappiReadError } from "@wa/core/ports/wappi-port"
import { minuteMs } from "@wa/core/time/instant"
import { Effect, Redacted } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import type { Dependency } from "./health.ts"

/** Between two looks. */
export const webhookLookMs = 10 * minuteMs

export interface WebhookAddress {
  readonly once: Effect.Effect<void, WappiReadError, WappiPort>
  /** As it was last seen. */
  readonly state: Effect.Effect<Dependency>
}

export const makeWebhookAddress = Effect.gen(function* () {
  const { webhook } = yield* GatewaySettings
  if (webhook === null) {
    const detail = "not set, polling alone"
    return {
      once: Effect.void,
      state: Effect.succeed({ state: "up", detail }),
    } satisfies WebhookAddress as WebhookAddress
  }
  const url = Redacted.value(webhook.url)
  let state: Dependency = { state: "unknown", detail: "not registered yet" }
  let isRegistered = false

  const register = Effect.gen(function* () {
    yield* (yield* WappiPort).registerWebhook(url, Redacted.value(webhook.secret))
    isRegistered = true
    state = { state: "up", detail: "Wappi posts to us" }
    yield* Effect.logInfo("the webhook is registered")
  }).pipe(
    Effect.catch((error) => {
      state = { state: "degraded", detail: `not registered, polling goes on: ${error.message}` }
      return Effect.logWarning(`the webhook is ${state.detail}`)
    }),
  )
  const once = Effect.gen(function* () {
    if (!isRegistered) return yield* register
    const told = yield* (yield* WappiPort).webhookUrl
    if (told === null) {
      yield* Effect.logWarning("Wappi posts to nobody any more; the webhook is registered anew")
      return yield* register
    }
    state = isSame(told, url)
      ? { state: "up", detail: "Wappi posts to us" }
      : {
          state: "degraded",
          detail: `Wappi posts to another address, at ${placeOf(told)}, polling goes on; if it is to be ours, restart the gateway`,
        }
  })
  return { once, state: Effect.sync(() => state) } satisfies WebhookAddress as WebhookAddress
})

const isSame = (one: string, other: string): boolean => plain(one) === plain(other)
const plain = (url: string): string => {
  try {
    return decodeURIComponent(new URL(url).href).replace(/\/+$/, "")
  } catch {
    return url
  }
}

/** The rest of it may be a secret. */
const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : "an unreadable address")
