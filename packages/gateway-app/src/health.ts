/**
 * Whether the gateway can do its work now, asked of the things themselves.
 * The WhatsApp profile is asked at most once a minute (every ten seconds while it looks bad), and is told down only after
 * three bad answers in a row: Wappi reports short disconnections that heal by themselves. One that is not paid is down at
 * once: it stops without a notice, and no waiting heals it. A status request that fails says nothing about the profile, so
 * it is `unknown`, which is not red.
 */
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { type Denial, LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import type { Instant } from "@wa/core/time/instant"
import { dayMs, minuteMs, secondMs } from "@wa/core/time/instant"
import { Clock, Effect, Metric, Semaphore } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"

export interface Dependency {
  /** Degraded: it works, but a person should look; not red. */
  readonly state: "up" | "degraded" | "down" | "unknown"
  readonly detail: string
}
export interface Health {
  readonly status: "healthy" | "unhealthy"
  readonly dependencies: {
    readonly database: Dependency
    readonly broker: Dependency
    readonly wappi: Dependency
    readonly poll: Dependency
    /** Down: stopped, by WhatsApp's limit or by a person. */
    readonly sending: Dependency
    /** Degraded: Wappi does not post to us, although the settings ask for it. */
    readonly webhook: Dependency
    /** Whether voice notes are turned into words, as their last ones have shown. */
    readonly voice: Dependency
  }
  /** ISO 8601; null before the first poll that reached Wappi and the database. */
  readonly last_poll_at: string | null
  readonly checked_at: string
}

const probeSecondsMax = 3
/** An unpaid profile just stops, without a notice. */
const paymentSoonMs = 5 * dayMs
const paidDays = Metric.gauge("wa_gateway_profile_paid_days", {
  description: "Whole days that the Wappi profile is still paid for",
})
const profileFreshMs = 60 * secondMs
const profileDoubtedMs = 10 * secondMs
const badProbesMax = 3
/** A poller that has not come through for this long, or for ten of its intervals, is stuck. */
const pollSilenceMs = 2 * minuteMs

export interface GatewayHealth {
  readonly check: Effect.Effect<Health, never, GatewayRepo | QueuePort | WappiPort | LlmPort | GatewaySettings>
}

export const makeHealth = ({
  lastPollAt,
  webhook,
}: {
  readonly lastPollAt: Effect.Effect<number | null>
  readonly webhook: Effect.Effect<Dependency>
}): GatewayHealth => {
  let profile: (Dependency & { readonly at: Instant }) | null = null
  let badProbes = 0
  let warnedAt = Number.NEGATIVE_INFINITY
  let firstAskedAt: Instant | null = null
  const oneProbe = Semaphore.makeUnsafe(1).withPermits(1)

  const answerOf = Effect.gen(function* () {
    const { isHealthy, authorized, appStatus, paymentExpiresAt } = yield* (yield* WappiPort).profile
    const now = yield* Clock.currentTimeMillis
    const left = paymentExpiresAt === null ? null : paymentExpiresAt - now
    const days = left === null ? null : Math.max(0, Math.floor(left / dayMs))
    if (days !== null) yield* Metric.update(paidDays, days)
    const isSoon = left !== null && left > 0 && left < paymentSoonMs
    const isUnpaid = left !== null && left <= 0
    if ((isSoon || isUnpaid) && now - warnedAt >= dayMs) {
      warnedAt = now
      yield* isUnpaid
        ? Effect.logError(
            "the Wappi profile is not paid: it stops without a notice; pay it in the account at wappi.pro",
          )
        : Effect.logWarning("the Wappi profile must be paid soon: unpaid, it stops without a notice", { days })
    }
    const payment = isUnpaid ? ", not paid" : isSoon ? `, paid for ${days} more days` : ""
    const detail = `${authorized ? "authorised" : "not authorised"}, ${appStatus || "no app status"}${payment}`
    return { isBad: !isHealthy, isUnpaid, detail }
  }).pipe(
    Effect.catchTag("WappiDenied", (denied) =>
      Effect.succeed({ isBad: true, isUnpaid: false, detail: denied.message }),
    ),
    Effect.timeout(`${probeSecondsMax} seconds`),
    Effect.match({
      onSuccess: ({ isBad, isUnpaid, detail }): Dependency => {
        badProbes = isBad ? badProbes + 1 : 0
        if (isUnpaid) return { state: "down", detail }
        if (!isBad) return { state: "up", detail }
        return badProbes >= badProbesMax
          ? { state: "down", detail }
          : { state: "unknown", detail: `${detail}; bad answer ${badProbes} of ${badProbesMax}` }
      },
      onFailure: (error): Dependency => ({
        state: "unknown",
        detail: `the profile could not be asked: ${error.message}`,
      }),
    }),
  )

  const probeProfile = oneProbe(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const freshMs = profile?.state === "up" ? profileFreshMs : profileDoubtedMs
      if (profile === null || now - profile.at >= freshMs) profile = { ...(yield* answerOf), at: now }
      return { state: profile.state, detail: profile.detail } satisfies Dependency
    }),
  )

  const database = Effect.gen(function* () {
    yield* (yield* GatewayRepo).ping
  }).pipe(
    Effect.timeout(`${probeSecondsMax} seconds`),
    Effect.match({
      onSuccess: (): Dependency => ({ state: "up", detail: "answers" }),
      onFailure: (error): Dependency => ({ state: "down", detail: error.message }),
    }),
  )

  const sending = Effect.gen(function* () {
    const { profileId } = yield* GatewaySettings
    const stop = yield* (yield* GatewayRepo).sendingStop(profileId)
    if (stop === null) return { state: "up", detail: "messages may leave" } satisfies Dependency as Dependency
    const why = stop.why === "person" ? "by a person" : "WhatsApp limited the number"
    return {
      state: "down",
      detail: `stopped since ${iso(stop.at)}: ${why}${stop.detail === "" ? "" : ` (${stop.detail})`}; a person resumes it`,
    } satisfies Dependency
  }).pipe(
    Effect.timeout(`${probeSecondsMax} seconds`),
    Effect.catch((error) => Effect.succeed<Dependency>({ state: "unknown", detail: error.message })),
  )

  const voice = Effect.gen(function* () {
    const { denial, name } = yield* LlmPort
    return dependencyOf(yield* denial, name)
  })

  const broker = Effect.gen(function* () {
    return yield* (yield* QueuePort).isConnected
  }).pipe(
    Effect.timeoutOrElse({ duration: `${probeSecondsMax} seconds`, orElse: () => Effect.succeed(false) }),
    Effect.map(
      (is): Dependency => (is ? { state: "up", detail: "connected" } : { state: "down", detail: "not connected" }),
    ),
  )

  const poll = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    firstAskedAt ??= now
    const last = yield* lastPollAt
    const { pollingInterval } = yield* GatewaySettings
    const silenceMax = Math.max(pollSilenceMs, 10 * pollingInterval * secondMs)
    if (now - (last ?? firstAskedAt) > silenceMax)
      return {
        at: last,
        state: "down",
        detail: last === null ? "no poll has succeeded yet" : `the last successful poll was at ${iso(last)}`,
      } as const
    return last === null
      ? ({ at: last, state: "unknown", detail: "waiting for the first poll" } as const)
      : ({ at: last, state: "up", detail: `the last successful poll was at ${iso(last)}` } as const)
  })

  const check = Effect.gen(function* () {
    const [ofDatabase, ofBroker, ofWappi, ofPoll, ofSending, ofWebhook, ofVoice] = yield* Effect.all(
      [database, broker, probeProfile, poll, sending, webhook, voice],
      { concurrency: "unbounded" },
    )
    const dependencies = {
      database: ofDatabase,
      broker: ofBroker,
      wappi: ofWappi,
      poll: { state: ofPoll.state, detail: ofPoll.detail },
      sending: ofSending,
      webhook: ofWebhook,
      voice: ofVoice,
    }
    const isRed = Object.values(dependencies).some(({ state }) => state === "down")
    return {
      status: isRed ? "unhealthy" : "healthy",
      dependencies,
      last_poll_at: ofPoll.at === null ? null : iso(ofPoll.at),
      checked_at: iso(yield* Clock.currentTimeMillis),
    } satisfies Health as Health
  })

  return { check }
}

const dependencyOf = (denial: Denial | null, name: string): Dependency => {
  if (denial === null) return { state: "up", detail: name }
  const { error, standIn } = denial
  return standIn === null
    ? { state: "down", detail: `${error.message}; until then voice notes are not heard` }
    : { state: "degraded", detail: `${error.message}; ${standIn} stands in` }
}

const iso = (at: Instant): string => new Date(at).toISOString()
