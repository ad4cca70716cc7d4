/**
 * The agent's workers over memory, with a model that says what the test tells it to, on a clock that the test moves. What
 * was published for the gateway is kept in `sent`.
 */
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryAgentRepo from "@wa/adapters/embedded/memory-agent-repo"
import { makeVirtualClock } from "@wa/adapters/runtime/virtual-clock"
import type { ContactKey } from "@wa/core/contact/contact-key"
import { defaultPolicy, type Policy } from "@wa/core/conversation/conversation"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import {
  type Answer,
  type Draft,
  type LlmError,
  LlmPort,
  LlmUnavailable,
  type ReplyRequest,
  type TouchRequest,
  type Verdict,
} from "@wa/core/ports/llm-port"
import { ack, type Handled, QueuePort } from "@wa/core/ports/queue-port"
import type { IncomingBody, OutgoingBody } from "@wa/core/queue/messages"
import { Clock, Context, Effect, References } from "effect"
import { AgentSettings } from "./agent-settings.ts"
import { wakeNext } from "./conversation-worker.ts"
import { receive } from "./inbox.ts"
import { publishNext } from "./outbox.ts"

export const zone = "Asia/Almaty"
export const profileId = "a1b2c3d4-5e6f"
/** Monday noon in Almaty. */
export const noon = Date.UTC(2026, 10, 23, 7)
export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour
export const key: ContactKey = { profileId, phone: "+77010000001" }
export const other: ContactKey = { profileId, phone: "+77010000002" }
export const hours = {
  zone,
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: () => false,
}

const fact = {
  id: "f1",
  subject: "Тариф «Старт»",
  attribute: "цена",
  value: "15 000 ₸ в месяц",
  unit: "KZT",
  file: "price.pdf",
  page: 1,
}
const usage = { promptTokens: 100, cachedTokens: 0, outputTokens: 20, model: "scripted" }
export const answerOf = <A>(value: A): Answer<A> => ({ value, usage, promptHash: "p1" })
export const draft = (text: string, more: Partial<Draft> = {}): Draft => ({
  text,
  facts: [],
  call: null,
  hand_over: null,
  ...more,
})
export const overloaded = new LlmUnavailable({ kind: "overload", retryAfterMs: null, detail: "high demand" })

/** Each different, because nobody may repeat himself. */
export const plainReplies = [
  "Здравствуйте! Расскажите, пожалуйста, какую задачу вы хотите решить?",
  "Понимаю вас. Подскажите, что в этой задаче для вас важнее всего?",
  "Спасибо, что рассказали. Как вы справляетесь с этим сейчас?",
  "Хорошо, давайте разберёмся вместе. Что мешает вам больше всего?",
]

type Thinks<Q, A> = (request: Q) => Effect.Effect<A, LlmError>

export const world = Effect.fnUntraced(function* (
  options: {
    readonly policy?: Partial<Policy>
    readonly dailyTokenBudget?: number | null
    readonly touchesPerDay?: number
    readonly at?: number
  } = {},
) {
  const clock = makeVirtualClock(options.at ?? noon)
  const store = MemoryAgentRepo.make({ timezone: zone })
  const queue = yield* InProcessQueue.make({ finishInFlight: false })
  const policy = { ...defaultPolicy(hours), ...options.policy }
  let said = 0
  const brain = {
    asked: [] as Array<"classify" | "reply" | "touch">,
    requests: [] as Array<ReplyRequest>,
    classify: (() => Effect.succeed({ verdict: "client", confidence: 0.95, reasoning: "спрашивает цену" })) as Thinks<
      unknown,
      Verdict
    >,
    reply: (() => Effect.sync(() => draft(plainReplies[said++ % plainReplies.length]!))) as Thinks<ReplyRequest, Draft>,
    touch: ((request) => Effect.succeed(draft(`Здравствуйте! ${touchWords[request.touch - 1]}`))) as Thinks<
      TouchRequest,
      Draft
    >,
  }
  const services = Context.empty().pipe(
    Context.add(Clock.Clock, clock.clock),
    Context.add(References.MinimumLogLevel, "None" as const),
    Context.add(AgentRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(KnowledgePort, {
      documents: Effect.succeed([]),
      unreadable: Effect.succeed([]),
      facts: Effect.succeed([fact]),
      wholeText: Effect.succeed("Тариф «Старт»: 15 000 ₸ в месяц."),
      search: () => Effect.succeed([]),
    }),
    Context.add(LlmPort, {
      name: "scripted",
      denial: Effect.succeed(null),
      classify: (request) => {
        brain.asked.push("classify")
        return Effect.map(brain.classify(request), answerOf)
      },
      draftReply: (request) => {
        brain.asked.push("reply")
        brain.requests.push(request)
        return Effect.map(brain.reply(request), answerOf)
      },
      draftTouch: (request) => {
        brain.asked.push("touch")
        return Effect.map(brain.touch(request), answerOf)
      },
      transcribe: () => Effect.die("the agent hears nothing"),
    }),
    Context.add(AgentSettings, {
      policy,
      zone,
      maxContextMessages: 20,
      knowledgeBudgetChars: 60_000,
      touchesPerDay: options.touchesPerDay ?? 50,
      dailyTokenBudget: options.dailyTokenBudget ?? null,
    }),
  )
  const within = Effect.provideContext(services)
  /** For workers that all run at once, on a clock that none of them moves. */
  const onClock = (given: Clock.Clock) => Effect.provideContext(Context.add(services, Clock.Clock, given))
  const sent: Array<OutgoingBody> = []
  const gateway = { answer: (_body: OutgoingBody): Handled => ack }
  yield* Effect.forkScoped(
    queue.port.consume("outgoing_messages", (body) =>
      Effect.sync(() => {
        sent.push(body)
        return gateway.answer(body)
      }),
    ),
  )
  yield* Effect.yieldNow

  let ids = 0
  const tell = (body: IncomingBody) => within(receive(body))
  const messageOf = (text: string, more: Partial<Extract<IncomingBody, { event: "message" }>> = {}): IncomingBody => {
    const messageId = more.message_id ?? `m${++ids}`
    return {
      version: 1,
      correlation_id: messageId,
      profile_id: profileId,
      phone_number: key.phone,
      event: "message",
      message_id: messageId,
      message_text: text,
      is_voice: false,
      content: "text",
      contact_info: { name: "Айгуль", full_name: null, business_name: null },
      timestamp: new Date(clock.now()).toISOString(),
      ...more,
    }
  }
  const wake = within(
    Effect.gen(function* () {
      let woken = 0
      while (yield* wakeNext) woken++
      return woken
    }),
  )
  const publish = within(
    Effect.gen(function* () {
      let published = 0
      for (let n = yield* publishNext; n > 0; n = yield* publishNext) published += n
      return published
    }),
  )
  return {
    clock,
    store,
    repo: store.repo,
    queue,
    policy,
    brain,
    gateway,
    sent,
    within,
    onClock,
    tell,
    messageOf,
    writes: (text: string, more: Partial<Extract<IncomingBody, { event: "message" }>> = {}) =>
      tell(messageOf(text, more)),
    operator: (text = "Я сам", of = key) =>
      tell({
        version: 1,
        correlation_id: `o${++ids}`,
        profile_id: profileId,
        phone_number: of.phone,
        event: "operator_message",
        message_id: `o${ids}`,
        message_text: text,
        timestamp: new Date(clock.now()).toISOString(),
      }),
    edited: (messageId: string, text: string, event: "edited" | "deleted" = "edited") =>
      tell({
        version: 1,
        correlation_id: messageId,
        profile_id: profileId,
        phone_number: key.phone,
        event,
        message_id: messageId,
        message_text: text,
        timestamp: new Date(clock.now()).toISOString(),
      }),
    reported: (
      outboundId: string,
      status: Extract<IncomingBody, { event: "delivery" }>["status"],
      reason: string | null = null,
    ) =>
      tell({
        version: 1,
        correlation_id: outboundId,
        profile_id: profileId,
        phone_number: key.phone,
        event: "delivery",
        outbound_id: outboundId,
        status,
        reason,
        message_id: status === "sent" ? `W-${outboundId}` : null,
        timestamp: new Date(clock.now()).toISOString(),
      }),
    /** Lets the workers do what is due now; answers how many conversations woke up. */
    wake,
    /** Moves on to the next wake-up, if there is one, and lets the workers do what is due then. */
    wakeNextDue: Effect.gen(function* () {
      const next = yield* store.repo.nextWakeUpAt
      if (next !== null && next > clock.now()) clock.pass(next - clock.now())
      return yield* wake
    }),
    publish,
    texts: () => sent.map((body) => body.message_text),
    history: (of = key) => store.repo.history(of, 100, { withUnsent: true }),
    outcomes: Effect.map(store.repo.history(key, 100, { withUnsent: true }), (messages) =>
      messages.flatMap((one) => (one.from === "client" ? [`${one.messageId} ${one.outcome}`] : [])),
    ),
    requests: Effect.map(store.repo.requests(100), (requests) => requests.map((request) => request.why)),
  }
})
export type World = Effect.Success<ReturnType<typeof world>>

const touchWords = [
  "Остались ли у вас вопросы?",
  "Удалось ли всё посмотреть?",
  "Актуальна ли ещё эта тема?",
  "Когда вам удобнее продолжить разговор?",
  "Напишите, когда вопрос снова станет важным.",
]
