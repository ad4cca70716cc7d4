/**
 * The whole system inside one process on a virtual clock: the same apps, over adapters that live in memory. Nothing here
 * decides anything; it moves time to the next moment at which something happens, and lets the workers do what is due.
 */

import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryAgentRepo from "@wa/adapters/embedded/memory-agent-repo"
import * as MemoryGatewayRepo from "@wa/adapters/embedded/memory-gateway-repo"
import { type LocalWhatsApp, makeLocalWhatsApp } from "@wa/adapters/local-wappi/local-whatsapp"
import * as MemoryWappi from "@wa/adapters/local-wappi/memory-wappi"
import type { VirtualClock } from "@wa/adapters/runtime/virtual-clock"
import { policyOf, type Settings } from "@wa/adapters/settings/settings"
import { AgentSettings } from "@wa/agent-app/agent-settings"
import { applyEvent } from "@wa/agent-app/apply-event"
import { wakeNext } from "@wa/agent-app/conversation-worker"
import { receive } from "@wa/agent-app/inbox"
import { publishNext } from "@wa/agent-app/outbox"
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Event } from "@wa/core/conversation/conversation"
import { AgentRepo, type StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { dayMs } from "@wa/core/time/instant"
import { GatewaySettings } from "@wa/gateway-app/gateway-settings"
import { makePoller } from "@wa/gateway-app/poll"
import { relayOnce } from "@wa/gateway-app/relay"
import { reviewDoubts, send } from "@wa/gateway-app/send"
import { transcribe } from "@wa/gateway-app/transcribe"
import { Clock, Context, Effect, References } from "effect"
import type { ScriptedBrain } from "./scripted-brain.ts"

export const profileId = "simulated"
/** A simulation that is not done by then is cut off: the chain of five touches takes 54 days. */
export const daysAfterMax = 60
/** More rounds than any conversation needs: a loop would be a defect, and must end with a word. */
const roundsMax = 200_000

export interface World {
  readonly whatsapp: LocalWhatsApp
  readonly agent: AgentRepo["Service"]
  readonly gateway: GatewayRepo["Service"]
  /** Says what happens inside the agent itself, as its console would. */
  readonly tell: (key: ContactKey, event: Event) => Effect.Effect<unknown, StoreUnavailable>
  readonly setBroker: (isUp: boolean) => void
  readonly setDatabase: (isUp: boolean) => void
  /** Lets the workers do what is due, then moves on to the next moment, until nothing is left before `until`. */
  readonly runUntil: (until: number) => Effect.Effect<void>
}

export const makeWorld = Effect.fnUntraced(function* (given: {
  readonly clock: VirtualClock
  readonly settings: Settings
  readonly isHoliday: (date: string) => boolean
  readonly knowledge: KnowledgePort["Service"]
  readonly knowledgeTag: Context.Key<KnowledgePort, KnowledgePort["Service"]>
  readonly brain: ScriptedBrain
}) {
  const { clock, settings } = given
  const whatsapp = makeLocalWhatsApp({ now: clock.now, seed: "simulation" })
  const agent = MemoryAgentRepo.make({ timezone: settings.TIMEZONE })
  const gateway = MemoryGatewayRepo.make()
  const queue = yield* InProcessQueue.make({ finishInFlight: false })
  const services = Context.empty().pipe(
    Context.add(Clock.Clock, clock.clock),
    Context.add(References.MinimumLogLevel, "None" as const),
    Context.add(WappiPort, yield* MemoryWappi.make({ whatsapp, profileId })),
    Context.add(AgentRepo, agent.repo),
    Context.add(GatewayRepo, gateway.repo),
    Context.add(QueuePort, queue.port),
    Context.add(LlmPort, given.brain.port),
    Context.add(given.knowledgeTag, given.knowledge),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 1,
      dailyTokenBudget: null,
      sendPerMinute: settings.SEND_PER_MINUTE,
      zone: settings.TIMEZONE,
      webhook: null,
    }),
    Context.add(AgentSettings, {
      policy: policyOf(settings, given.isHoliday),
      zone: settings.TIMEZONE,
      maxContextMessages: settings.MAX_CONTEXT_MESSAGES,
      knowledgeBudgetChars: settings.KNOWLEDGE_BUDGET_CHARS,
      touchesPerDay: settings.TOUCHES_PER_DAY,
      dailyTokenBudget: null,
    }),
  )
  const poller = yield* makePoller.pipe(Effect.provideContext(services))
  yield* Effect.forkScoped(
    Effect.all(
      [
        queue.port.consume("incoming_messages", receive),
        queue.port.consume("outgoing_messages", send),
        queue.port.consume("voice_transcription", transcribe),
      ],
      { concurrency: "unbounded" },
    ).pipe(Effect.provideContext(services)),
  )
  yield* Effect.yieldNow

  // What is away stays away until the world says otherwise, so a failure only ends the round.
  const round = Effect.gen(function* () {
    let done = (yield* poller.once) + (yield* relayOnce)
    while (yield* wakeNext) done++
    return done + (yield* publishNext)
  }).pipe(
    Effect.catchTags({
      StoreUnavailable: () => Effect.succeed(0),
      WappiRefused: () => Effect.succeed(0),
      WappiDenied: () => Effect.succeed(0),
      LlmDenied: () => Effect.succeed(0),
    }),
  )
  const doubts = reviewDoubts.pipe(Effect.orElseSucceed(() => 0))
  const wakeUp = Effect.orElseSucceed(agent.repo.nextWakeUpAt, () => null)

  const runUntil = (until: number) =>
    Effect.gen(function* () {
      for (let rounds = 0; rounds < roundsMax; rounds++) {
        // What was planned for this very moment happens before anybody works.
        clock.advanceTo(clock.now())
        if ((yield* round) > 0) continue
        const open = yield* doubts
        const now = clock.now()
        const due = [clock.nextAt(), yield* wakeUp, open > 0 ? now + 10_000 : null].filter(
          (at) => at !== null && at > now,
        ) as Array<number>
        const next = Math.min(until, ...due)
        if (next <= now) return
        clock.advanceTo(next)
      }
      return yield* Effect.die(new Error(`the simulation did not settle in ${roundsMax} rounds`))
    }).pipe(Effect.provideContext(services))

  return {
    whatsapp,
    agent: agent.repo,
    gateway: gateway.repo,
    tell: (key, event) =>
      Effect.provideContext(
        applyEvent(key, () => event),
        services,
      ),
    setBroker: (isUp) => Effect.runSync(isUp ? queue.reconnect : queue.disconnect),
    setDatabase: (isUp) => {
      Effect.runSync(isUp ? agent.reconnect : agent.disconnect)
      Effect.runSync(isUp ? gateway.reconnect : gateway.disconnect)
    },
    runUntil,
  } satisfies World
})

export const endOf = (last: number): number => last + daysAfterMax * dayMs
