/**
 * The gateway's workers over memory, on a clock that whoever sleeps moves himself: what a real day takes is tested at once.
 * What the agent was told is kept; what the world does at a moment is planned with `at`.
 */
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryGatewayRepo from "@wa/adapters/embedded/memory-gateway-repo"
import { makeFaults } from "@wa/adapters/local-wappi/faults"
import { type LocalWhatsApp, makeLocalWhatsApp } from "@wa/adapters/local-wappi/local-whatsapp"
import * as MemoryWappi from "@wa/adapters/local-wappi/memory-wappi"
import { makeVirtualClock } from "@wa/adapters/runtime/virtual-clock"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { type Answer, type LlmError, LlmPort, type Transcript } from "@wa/core/ports/llm-port"
import { ack, type Handled, QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import type { IncomingBody, OutgoingBody, VoiceBody } from "@wa/core/queue/messages"
import { Clock, Context, Effect, References } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { makePoller } from "./poll.ts"
import { relayOnce } from "./relay.ts"
import { receiveWebhook } from "./webhook.ts"

export const profileId = "a1b2c3d4-5e6f"
/** Monday noon in Almaty. */
export const noon = Date.UTC(2026, 10, 23, 7)
export const client = "+77010000001"
export const other = "+77010000002"
export const second = 1000
export const minute = 60 * second

const heard = (text: string): Answer<Transcript> => ({
  value: { text, language: "ru", confidence: 0.95 },
  usage: { promptTokens: 10, cachedTokens: 0, outputTokens: 5, model: "scripted" },
  promptHash: null,
})

export const world = Effect.fnUntraced(function* (
  options: {
    readonly sendPerMinute?: number
    readonly withWebhook?: boolean
    readonly dailyTokenBudget?: number
    readonly webhook?: GatewaySettings["Service"]["webhook"]
    /** What was in the chats an hour before the beginning. */
    readonly before?: (whatsapp: LocalWhatsApp) => void
  } = {},
) {
  const clock = makeVirtualClock(noon - 60 * minute)
  const whatsapp = makeLocalWhatsApp({ now: clock.now, seed: "gateway" })
  options.before?.(whatsapp)
  clock.pass(60 * minute)
  const faults = makeFaults()
  const store = MemoryGatewayRepo.make()
  const queue = yield* InProcessQueue.make({ finishInFlight: false })
  const posted: Array<unknown> = []
  const wappi = yield* MemoryWappi.make({
    whatsapp,
    faults,
    profileId,
    post: (body) => void posted.push(body),
  })
  const calls: Array<string> = []
  const counted: WappiPort["Service"] = {
    ...wappi,
    listMessages: (chatId, page) => {
      calls.push(`messages ${chatId} ${page.offset}`)
      return wappi.listMessages(chatId, page)
    },
    listChats: (page) => {
      calls.push(`chats ${page.offset}`)
      return wappi.listChats(page)
    },
    send: (to, text) => {
      calls.push(`send ${to}`)
      return wappi.send(to, text)
    },
    reply: (messageId, text) => {
      calls.push(`reply ${messageId}`)
      return wappi.reply(messageId, text)
    },
  }
  const model = {
    asked: 0,
    answer: Effect.suspend(() => Effect.succeed(heard("Сколько стоит доставка?"))) as Effect.Effect<
      Answer<Transcript>,
      LlmError
    >,
  }
  const services = Context.empty().pipe(
    Context.add(Clock.Clock, clock.clock),
    Context.add(References.MinimumLogLevel, "None" as const),
    Context.add(WappiPort, counted),
    Context.add(GatewayRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(LlmPort, {
      name: "scripted",
      denial: Effect.succeed(null),
      transcribe: () =>
        Effect.suspend(() => {
          model.asked++
          return model.answer
        }),
    } as unknown as LlmPort["Service"]),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 5,
      sendPerMinute: options.sendPerMinute ?? 20,
      dailyTokenBudget: options.dailyTokenBudget ?? null,
      zone: "Asia/Almaty",
      webhook: options.webhook ?? null,
    }),
  )
  const within = Effect.provideContext(services)
  const told: Array<IncomingBody> = []
  const voices: Array<VoiceBody> = []
  /** What the two readers of the queues answer; a test may replace it. */
  const agent = { answer: (_body: IncomingBody): Handled => ack, voice: (_body: VoiceBody): Handled => ack }
  yield* Effect.forkScoped(
    Effect.all(
      [
        queue.port.consume("incoming_messages", (body) =>
          Effect.sync(() => {
            told.push(body)
            return agent.answer(body)
          }),
        ),
        queue.port.consume("voice_transcription", (body) =>
          Effect.sync(() => {
            voices.push(body)
            return agent.voice(body)
          }),
        ),
      ],
      { concurrency: "unbounded" },
    ),
  )
  yield* Effect.yieldNow
  const newPoller = Effect.map(makePoller.pipe(within), (poller) => within(poller.once))
  let poll = yield* newPoller
  if (options.withWebhook === true) yield* wappi.registerWebhook("https://gateway.example/webhook", "s3cret")
  // The beginning: what was written before is not read.
  yield* store.repo.beganAt(profileId, noon)

  return {
    clock,
    whatsapp,
    faults,
    store,
    repo: store.repo,
    queue,
    calls,
    model,
    told,
    voices,
    agent,
    within,
    poll: Effect.suspend(() => poll),
    /** What is in memory only is gone. */
    restart: Effect.map(newPoller, (fresh) => {
      poll = fresh
    }),
    relay: within(relayOnce),
    /** Hands over what was posted until now. */
    webhook: Effect.suspend(() =>
      Effect.forEach(posted.splice(0), (body) => within(receiveWebhook(body)), { discard: true }),
    ),
    ingested: Effect.suspend(() =>
      within(
        Effect.andThen(
          relayOnce,
          Effect.sync(() => told),
        ),
      ),
    ),
    texts: () => told.flatMap((body) => (body.event === "message" ? [body.message_text] : [])),
    reports: () =>
      told.flatMap((body) => (body.event === "delivery" ? [`${body.outbound_id} ${body.status} ${body.reason}`] : [])),
    /** Texts of ours that the client got, oldest first. */
    received: (phone = client) => whatsapp.chat(phone).flatMap((one) => (one.sentFrom === "api" ? [one.text] : [])),
    calledMessages: () => calls.filter((call) => call.startsWith("messages")),
  }
})
export type World = Effect.Success<ReturnType<typeof world>>

export const voiceOf = (message: { readonly id: string; readonly at: number }): VoiceBody => ({
  version: 1,
  correlation_id: message.id,
  profile_id: profileId,
  phone_number: client,
  message_id: message.id,
  contact_info: { name: null, full_name: null, business_name: null },
  timestamp: new Date(message.at).toISOString(),
})

export const outgoing = (outboundId: string, text: string, more: Partial<OutgoingBody> = {}): OutgoingBody => ({
  version: 1,
  correlation_id: outboundId,
  profile_id: profileId,
  phone_number: client,
  outbound_id: outboundId,
  message_text: text,
  reply_to_message_id: null,
  mark_as_read: false,
  kind: "reply",
  decided_at: new Date(noon).toISOString(),
  known_operator_at: null,
  known_client_at: null,
  ...more,
})
