/** All of the gateway's workers at once, over whatever stands behind its ports. */
import { keepGoing } from "@wa/adapters/runtime/keep-going"
import { setAside } from "@wa/adapters/runtime/set-aside"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { LlmPort } from "@wa/core/ports/llm-port"
import { type NotPublished, QueuePort } from "@wa/core/ports/queue-port"
import type { WappiDenied, WappiPort, WappiRefused } from "@wa/core/ports/wappi-port"
import { Clock, Effect, Semaphore } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { type GatewayHealth, makeHealth } from "./health.ts"
import { makePoller } from "./poll.ts"
import { relayQueue } from "./relay.ts"
import { returnExpired, reviewDoubts, send } from "./send.ts"
import { giveUpOnVoice, transcribe } from "./transcribe.ts"
import { watchHealth, watchMs } from "./watch-health.ts"
import { makeWebhookAddress, webhookLookMs } from "./webhook-address.ts"

const voiceWorkers = 2
/** A client waits: what a queue refused is offered again soon. */
const relayPauseMaxMs = 5_000

export interface GatewayWorkers {
  /** Runs until interrupted. */
  readonly run: Effect.Effect<
    never,
    StoreUnavailable | NotPublished | WappiDenied | WappiRefused,
    GatewayRepo | WappiPort | QueuePort | LlmPort | GatewaySettings
  >
  readonly health: GatewayHealth
}

/** Once at the start: a stop outlives the process, and whoever restarts it may wonder why nothing leaves. */
const sayIfStopped = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  const stop = yield* (yield* GatewayRepo).sendingStop(profileId)
  if (stop !== null)
    yield* Effect.logError("sending is stopped: nothing leaves until a person resumes it (wa sending resume)", {
      since: new Date(stop.at).toISOString(),
      why: stop.why,
    })
}).pipe(Effect.catchTag("StoreUnavailable", (error) => Effect.logWarning(error.message)))

export const makeGateway = Effect.gen(function* () {
  const { pollingInterval } = yield* GatewaySettings
  const poller = yield* makePoller
  const queue = yield* QueuePort
  const startedAt = yield* Clock.currentTimeMillis
  const webhook = yield* makeWebhookAddress
  const health = makeHealth({ lastPollAt: poller.lastSuccessAt, webhook: webhook.state })
  const watch = watchHealth(health)
  // One send at a time, whoever asks for it: the throttle and the ledger rely on it.
  const oneAtATime = (yield* Semaphore.make(1)).withPermits(1)
  const run = Effect.all(
    [
      sayIfStopped,
      keepGoing("webhook", Effect.as(webhook.once, 0), { idleMs: webhookLookMs, pauseMaxMs: webhookLookMs }),
      keepGoing("watch", Effect.as(watch, 0), { idleMs: watchMs }),
      keepGoing("poll", Effect.as(poller.once, 0), { idleMs: pollingInterval * 1000 }),
      // Apart: in one process a voice note counts as taken only once it is transcribed.
      keepGoing("relay", relayQueue("incoming_messages"), { idleMs: 300, pauseMaxMs: relayPauseMaxMs }),
      keepGoing("voice relay", relayQueue("voice_transcription"), { idleMs: 300, pauseMaxMs: relayPauseMaxMs }),
      keepGoing("doubts", Effect.as(oneAtATime(reviewDoubts), 0), { idleMs: 10_000 }),
      queue.consume("outgoing_messages", (body) => oneAtATime(send(body, startedAt)), { workers: 1 }),
      queue.consume("voice_transcription", transcribe, { workers: voiceWorkers }),
      queue.consumeDead("outgoing_messages", (message) => oneAtATime(returnExpired(message))),
      queue.consumeDead("voice_transcription", (message) =>
        message.body === undefined ? setAside("voice_transcription", message) : giveUpOnVoice(message.body),
      ),
    ],
    { concurrency: "unbounded", discard: true },
  ).pipe(Effect.andThen(Effect.never))
  return { run, health } satisfies GatewayWorkers
})
