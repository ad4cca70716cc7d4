/**
 * The gateway's HTTP side: health, numbers, the webhook, the whitelist. It does not listen yet, so a test can `inject`
 * requests over a context made of fakes.
 * Promises: a webhook is answered 200 only once it is stored, since Wappi nowhere promises to post it again; without the
 * right secret in its path there is no webhook; no body makes anything fail. The numbers are no secret; the whitelist, and
 * stopping and resuming to send, need ADMIN_TOKEN.
 */
import cors from "@fastify/cors"
import { apiDocs } from "@wa/adapters/http/api-docs"
import { adminBy, isSameSecret, plainServer } from "@wa/adapters/http/plain-server"
import { normalisePhone } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import type { WappiPort } from "@wa/core/ports/wappi-port"
import { queueNames } from "@wa/core/queue/messages"
import { instantOf, wallTime } from "@wa/core/time/wall-clock"
import { Clock, type Context, Effect, Metric, Redacted } from "effect"
import { PrometheusMetrics } from "effect/observability"
import type { FastifyInstance, FastifyReply } from "fastify"
import { GatewaySettings } from "./gateway-settings.ts"
import type { GatewayHealth } from "./health.ts"
import { openApi } from "./openapi.ts"
import { receiveWebhook, rejectBody } from "./webhook.ts"

/** Voice notes may come whole, in base64. */
const bodyBytesMax = 25 * 1024 * 1024
const noteCharsMax = 200

type Services = GatewayRepo | WappiPort | QueuePort | LlmPort | GatewaySettings

export interface GatewayServerOptions {
  /** null: the webhook is closed, and polling is the only way in. */
  readonly webhookSecret: Redacted.Redacted | null
  readonly corsOrigins: ReadonlyArray<string>
  /** null: what needs it is closed. */
  readonly adminToken: Redacted.Redacted | null
  readonly health: GatewayHealth
  /** Called before the routes are made. */
  readonly extra?: (server: FastifyInstance) => void
}

export const gatewayServer = (context: Context.Context<Services>, options: GatewayServerOptions): FastifyInstance => {
  const run = Effect.runPromiseWith(context)
  const server = plainServer({ bodyBytesMax, log: (effect) => void Effect.runForkWith(context)(effect) })
  const admin = adminBy(options.adminToken)
  options.extra?.(server)
  if (options.corsOrigins.length > 0) server.register(cors, { origin: [...options.corsOrigins] })

  server.get("/health", async (_request, reply) => {
    const checked = await run(options.health.check)
    return reply.code(checked.status === "healthy" ? 200 : 503).send(checked)
  })
  server.get("/stats", async (_request, reply) =>
    run(
      stats.pipe(
        Effect.map((numbers) => reply.send(numbers)),
        Effect.catchTag("StoreUnavailable", (error) => Effect.succeed(reply.code(503).send({ error: error.message }))),
      ),
    ),
  )
  server.get("/metrics", async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await run(metrics)),
  )
  server.get("/docs/openapi.json", async () => openApi)
  server.register(apiDocs(openApi))

  server.register(async (hook) => webhookRoutes(hook))
  server.register(async (api) => whitelistRoutes(api))
  server.register(async (api) => sendingRoutes(api))
  return server

  function webhookRoutes(hook: FastifyInstance) {
    // Whatever the content type says, it is read as JSON: gateways are careless with it.
    hook.removeAllContentTypeParsers()
    hook.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body))
    // Before the body is read: a stranger does not get to send 25 MB.
    hook.addHook<{ Params: { secret: string } }>("onRequest", async (request, reply) => {
      const { webhookSecret } = options
      const isRight = webhookSecret !== null && isSameSecret(request.params.secret ?? "", Redacted.value(webhookSecret))
      if (!isRight) return reply.code(404).send({ error: "not found" })
      // An empty or broken one would be refused before anybody looks at the body.
      request.raw.headers["content-type"] = "application/json"
    })
    // Too large, cut short, of no readable length: Fastify's own verdict, told and counted.
    hook.setErrorHandler(async (error: { statusCode?: number; message?: string }, request, reply) => {
      const status = error.statusCode ?? 500
      if (status < 400 || status >= 500) throw error
      const why = error.message ?? "bad request"
      await run(rejectBody("unreadable", why, Number(request.headers["content-length"]) || null))
      return reply.code(status).send({ error: why })
    })
    // Wappi may look whether the address answers.
    hook.get("/webhook/wappi/:secret", async () => ({ status: "ok" }))
    let isFirst = true
    hook.post<{ Body: string | null }>("/webhook/wappi/:secret", async (request, reply) => {
      // How Wappi brings the secret phrase is written nowhere; the names of the headers tell, and hold no secret.
      if (isFirst) {
        isFirst = false
        await run(Effect.logInfo("the first webhook came", { headers: Object.keys(request.headers).join(", ") }))
      }
      const body = parseJson(request.body ?? "")
      if (body === undefined) {
        await run(rejectBody("not_json", "it is not JSON", request.body?.length ?? 0))
        return reply.code(400).send({ error: "the body is not JSON" })
      }
      return run(
        receiveWebhook(body).pipe(
          Effect.map((answer) => reply.send(answer)),
          Effect.catchTag("StoreUnavailable", (error) =>
            Effect.as(
              Effect.logError(error.message),
              reply.code(503).header("retry-after", "10").send({ error: "not stored; send it again" }),
            ),
          ),
        ),
      )
    })
  }

  function sendingRoutes(api: FastifyInstance) {
    const answer = (reply: FastifyReply, change: Effect.Effect<unknown, StoreUnavailable, Services>) =>
      run(
        Effect.andThen(change, sendingState).pipe(
          Effect.map((state) => reply.send(state)),
          Effect.catchTag("StoreUnavailable", (error) =>
            Effect.succeed(reply.code(503).send({ error: error.message })),
          ),
        ),
      )
    api.get("/sending", async (_request, reply) => answer(reply, Effect.void))
    api.post<{ Body: unknown }>("/sending/stop", { onRequest: admin.only }, async (request, reply) => {
      const { detail } = (request.body ?? {}) as { readonly detail?: unknown }
      return answer(reply, stopByPerson(typeof detail === "string" ? detail.slice(0, noteCharsMax) : ""))
    })
    api.post("/sending/resume", { onRequest: admin.only }, async (_request, reply) => answer(reply, resumeByPerson))
  }

  function whitelistRoutes(api: FastifyInstance) {
    api.addHook("onRequest", admin.only)
    const withRepo = <A>(
      use: (repo: GatewayRepo["Service"], now: number) => Effect.Effect<A, { readonly message: string }>,
    ) =>
      Effect.gen(function* () {
        return yield* use(yield* GatewayRepo, yield* Clock.currentTimeMillis)
      })
    api.get("/api/whitelist", async () => run(withRepo((repo) => repo.whitelist)).then((numbers) => ({ numbers })))
    api.put<{ Params: { phone: string }; Body: unknown }>("/api/whitelist/:phone", async (request, reply) => {
      const phone = normalisePhone(request.params.phone)
      if (phone === null) return reply.code(400).send({ error: "no phone number such as +77010000001" })
      const { note } = (request.body ?? {}) as { readonly note?: unknown }
      const text = typeof note === "string" ? note.replaceAll("\0", "").toWellFormed().slice(0, noteCharsMax) : ""
      await run(withRepo((repo, now) => repo.addToWhitelist(phone, text, now)))
      return { phone, note: text }
    })
    api.delete<{ Params: { phone: string } }>("/api/whitelist/:phone", async (request, reply) => {
      const phone = normalisePhone(request.params.phone)
      const isGone = phone !== null && (await run(withRepo((repo) => repo.removeFromWhitelist(phone))))
      return isGone ? { phone } : reply.code(404).send({ error: "the number is not on the whitelist" })
    })
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const sendingState = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  const repo = yield* GatewayRepo
  const stop = yield* repo.sendingStop(profileId)
  return {
    is_stopped: stop !== null,
    stopped_at: stop === null ? null : new Date(stop.at).toISOString(),
    why: stop?.why ?? null,
    detail: stop?.detail ?? "",
    /** Messages that are stored here and have not left yet. */
    waiting: (yield* repo.stats(yield* Clock.currentTimeMillis)).sendsWaiting,
  }
})

const stopByPerson = Effect.fnUntraced(function* (detail: string) {
  const { profileId } = yield* GatewaySettings
  const at = yield* Clock.currentTimeMillis
  if (yield* (yield* GatewayRepo).stopSending(profileId, { at, why: "person", detail }))
    yield* Effect.logWarning("a person has stopped all sending", { detail })
})
const resumeByPerson = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  if (yield* (yield* GatewayRepo).resumeSending(profileId, yield* Clock.currentTimeMillis))
    yield* Effect.logWarning("a person has resumed sending: what waits leaves now, or is decided anew")
})

const stats = Effect.gen(function* () {
  const repo = yield* GatewayRepo
  const queue = yield* QueuePort
  const { zone } = yield* GatewaySettings
  const now = yield* Clock.currentTimeMillis
  const today = instantOf({ ...wallTime(now, zone), hour: 0, minute: 0, second: 0 }, zone)
  const counted = yield* repo.stats(today)
  const depths = yield* Effect.forEach(queueNames, (name) => queue.depth(name), { concurrency: "unbounded" })
  const unreadable = yield* Effect.forEach(queueNames, (name) => queue.unreadable(name), { concurrency: "unbounded" })
  return {
    messages_received_today: counted.messagesReceived,
    messages_sent_today: counted.messagesSent,
    voice_transcribed_today: counted.voiceTranscribed,
    /** Used for voice notes; the agent counts them, too. */
    tokens: counted.tokens,
    /** Stored, not yet given to the broker. */
    pending: counted.pending,
    /** Messages waiting; null while the broker cannot be asked. */
    queues: Object.fromEntries(queueNames.map((name, i) => [name, depths[i] ?? null])),
    /** Messages that nobody can read, set aside; a person should look. */
    unreadable: Object.fromEntries(queueNames.map((name, i) => [name, unreadable[i] ?? null])),
    /** What one way in saw and the other one did not. */
    sending: yield* sendingState,
    intake_gaps_today: { webhook_only: counted.seenByWebhookOnly, poll_only: counted.seenByPollOnly },
    since: new Date(today).toISOString(),
  }
})

const gauge = (name: string, description: string) => Metric.gauge(`wa_gateway_${name}`, { description })
const gauges = {
  received: gauge("messages_received_today", "Client messages stored since midnight"),
  sent: gauge("messages_sent_today", "Messages sent since midnight"),
  transcribed: gauge("voice_transcribed_today", "Voice notes transcribed since midnight"),
  pending: gauge("pending", "Messages stored and not yet given to the broker"),
  tokens: gauge("tokens_today", "Tokens used for voice notes since midnight"),
  sendsWaiting: gauge("sends_waiting", "Messages that are stored and have not left yet"),
  sendingStopped: gauge("sending_stopped", "1 while nothing may leave, until a person resumes it"),
  webhookOnly: gauge("seen_by_webhook_only_today", "Messages that polling has not seen"),
  pollOnly: gauge("seen_by_poll_only_today", "Messages that the webhook did not bring"),
}
const depthOf = (queue: string) =>
  Metric.gauge("wa_gateway_queue_depth", { description: "Messages waiting in a queue", attributes: { queue } })

const unreadableIn = (queue: string) =>
  Metric.gauge("wa_gateway_unreadable", {
    description: "Messages that nobody can read, set aside",
    attributes: { queue },
  })

/** The program's own counters, and the numbers of `/stats` as gauges; those stay as they were while the store is away. */
const metrics = Effect.gen(function* () {
  const numbers = yield* stats
  yield* Metric.update(gauges.received, numbers.messages_received_today)
  yield* Metric.update(gauges.sent, numbers.messages_sent_today)
  yield* Metric.update(gauges.transcribed, numbers.voice_transcribed_today)
  yield* Metric.update(gauges.pending, numbers.pending)
  yield* Metric.update(gauges.tokens, numbers.tokens)
  yield* Metric.update(gauges.sendsWaiting, numbers.sending.waiting)
  yield* Metric.update(gauges.sendingStopped, numbers.sending.is_stopped ? 1 : 0)
  yield* Metric.update(gauges.webhookOnly, numbers.intake_gaps_today.webhook_only)
  yield* Metric.update(gauges.pollOnly, numbers.intake_gaps_today.poll_only)
  for (const [name, depth] of Object.entries(numbers.queues))
    if (depth !== null) yield* Metric.update(depthOf(name), depth)
  for (const [name, count] of Object.entries(numbers.unreadable))
    if (count !== null) yield* Metric.update(unreadableIn(name), count)
}).pipe(
  Effect.catchTag("StoreUnavailable", (error) => Effect.logWarning(error.message)),
  Effect.andThen(PrometheusMetrics.format()),
)
