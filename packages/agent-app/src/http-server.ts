/**
 * The agent's HTTP side: health, numbers, the page that people look at, and what that page asks. It does not listen yet, so
 * a test can `inject` requests over a context made of fakes.
 * Promises: nothing of a contact is shown or changed without ADMIN_TOKEN (as `Authorization: Bearer`, or as `?token=` on the
 * first visit, which leaves a cookie that no script can read); a person's click is an event like any other, decided by core.
 * Instants in JSON are epoch milliseconds, as in core.
 */
import cors from "@fastify/cors"
import files from "@fastify/static"
import { apiDocs } from "@wa/adapters/http/api-docs"
import { type Admin, adminBy, plainServer } from "@wa/adapters/http/plain-server"
import { type ContactKey, Correspondent } from "@wa/core/contact/contact-key"
import { normalisePhone } from "@wa/core/contact/phone"
import type { Event } from "@wa/core/conversation/conversation"
import * as Takeover from "@wa/core/conversation/takeover"
import { reasons as touchReasons } from "@wa/core/follow-up/touch-plan"
import { AgentRepo, type CallRow, type Contact } from "@wa/core/ports/agent-repo"
import type { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import type { QueuePort } from "@wa/core/ports/queue-port"
import { startOfDay, startOfNextDay } from "@wa/core/time/wall-clock"
import { Clock, type Context, Effect, Metric, type Redacted, Schema } from "effect"
import { PrometheusMetrics } from "effect/observability"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { AgentSettings } from "./agent-settings.ts"
import { applyEvent } from "./apply-event.ts"
import { callRoutes } from "./call-routes.ts"
import { checkHealth } from "./health.ts"
import { nextStep } from "./next-step.ts"
import { openApi } from "./openapi.ts"
import { type TouchBalance, touchBalances } from "./touch-balance.ts"

const bodyBytesMax = 64 * 1024
const contactsMax = 500
const messagesMax = 200
/** Asked for once a second while somebody looks. */
const tracesMax = 120
const callsMax = 500
const requestsMax = 200

type Services = AgentRepo | QueuePort | KnowledgePort | LlmPort | AgentSettings

export interface AgentServerOptions {
  /** null: what needs it is closed. */
  readonly adminToken: Redacted.Redacted | null
  readonly corsOrigins: ReadonlyArray<string>
  /** The page's files. */
  readonly consoleFolder: string
  /** Called before the routes are made, for the demo's own; `admin.only` is the hook that asks for the token. */
  readonly extra?: (server: FastifyInstance, admin: Admin) => void
}

/** The page brings all it needs; nothing foreign runs in it, and nothing foreign may frame it. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

export const agentServer = (context: Context.Context<Services>, options: AgentServerOptions): FastifyInstance => {
  const run = Effect.runPromiseWith(context)
  const server = plainServer({ bodyBytesMax, log: (effect) => void Effect.runForkWith(context)(effect) })
  const admin = adminBy(options.adminToken)
  server.addHook("onRequest", async (_request, reply) => {
    reply.header("content-security-policy", contentPolicy)
  })
  options.extra?.(server, admin)
  if (options.corsOrigins.length > 0) server.register(cors, { origin: [...options.corsOrigins] })

  /** A store that is away is 503, whatever was asked. */
  const answer = <A>(reply: FastifyReply, effect: Effect.Effect<A, { readonly message: string }, Services>) =>
    run(
      Effect.match(effect, {
        onSuccess: (value) => reply.send(value),
        onFailure: (error) => reply.code(503).send({ error: error.message }),
      }),
    )

  server.get("/health", async (_request, reply) => {
    const checked = await run(checkHealth)
    return reply.code(checked.status === "healthy" ? 200 : 503).send(checked)
  })
  server.get("/stats", async (_request, reply) => answer(reply, stats))
  server.get("/metrics", async (_request, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await run(metrics)),
  )
  server.get("/docs/openapi.json", async () => openApi)
  server.register(apiDocs(openApi))

  server.post<{ Body: unknown }>("/session", async (request, reply) => {
    const { token } = (request.body ?? {}) as { readonly token?: unknown }
    return typeof token === "string" && admin.isToken(token)
      ? reply.header("set-cookie", admin.cookie(request)).send({ ok: true })
      : reply.code(401).send({ error: "this is not ADMIN_TOKEN" })
  })
  server.register(async (page) => {
    page.addHook<{ Querystring: { token?: string } }>("onRequest", async (request, reply) => {
      const { token } = request.query
      // The token goes out of the address at once, so that it is neither bookmarked nor shown.
      if (typeof token === "string" && admin.isToken(token))
        return reply.header("set-cookie", admin.cookie(request)).redirect("/", 303)
    })
    await page.register(files, {
      root: options.consoleFolder,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply) => void reply.header("cache-control", "no-cache"),
    })
  })
  callRoutes(server, context, admin)
  server.register(async (api) => {
    api.addHook("onRequest", admin.only)
    apiRoutes(api)
  })
  return server

  function apiRoutes(api: FastifyInstance) {
    api.get("/api/contacts", async (_request, reply) =>
      answer(
        reply,
        Effect.gen(function* () {
          const { policy, zone } = yield* AgentSettings
          const now = yield* Clock.currentTimeMillis
          const contacts = yield* (yield* AgentRepo).contacts(contactsMax)
          return { now, zone, contacts: contacts.map((contact) => shownContact(contact, now, policy)) }
        }),
      ),
    )
    api.get<OfContact>("/api/contacts/:profile/:phone", async (request, reply) => {
      const key = keyOf(request)
      return key === null ? noContact(reply) : found(reply, detail(key))
    })
    api.get("/api/calls", async (_request, reply) =>
      answer(
        reply,
        Effect.gen(function* () {
          const { zone } = yield* AgentSettings
          const calls = yield* (yield* AgentRepo).calls(callsMax)
          return { now: yield* Clock.currentTimeMillis, zone, calls: calls.map(shownCall) }
        }),
      ),
    )
    api.get("/api/requests", async (_request, reply) =>
      answer(
        reply,
        Effect.gen(function* () {
          const requests = yield* (yield* AgentRepo).requests(requestsMax)
          return { requests: requests.map(({ key, ...request }) => ({ ...key, ...request })) }
        }),
      ),
    )
    api.post<{ Params: { id: string } }>("/api/requests/:id/done", async (request, reply) => {
      const id = Number(request.params.id)
      if (!Number.isSafeInteger(id)) return reply.code(404).send({ error: "no such open request" })
      return found(
        reply,
        Effect.gen(function* () {
          return (yield* (yield* AgentRepo).closeRequest(id)) ? { ok: true } : null
        }),
        "no such open request",
      )
    })

    const decided = (path: string, event: (request: FastifyRequest<OfContact>, at: number) => Event | null) =>
      api.post<OfContact>(`/api/contacts/:profile/:phone/${path}`, async (request, reply) => {
        const key = keyOf(request)
        if (key === null) return noContact(reply)
        const happened = (at: number) => event(request, at)
        if (happened(0) === null)
          return reply.code(400).send({ error: 'the body must be {"is_client": true or false}' })
        return found(
          reply,
          Effect.gen(function* () {
            const at = yield* Clock.currentTimeMillis
            const contact = yield* (yield* AgentRepo).contact(key)
            // An event would make a contact out of any number.
            if (contact === null) return null
            yield* applyEvent(key, () => happened(at), { thoughts: { by: "console" } })
            return yield* detail(key)
          }),
        )
      })
    decided("classify", ({ body }, at) => {
      const { is_client: isClient } = (body ?? {}) as { readonly is_client?: unknown }
      return typeof isClient === "boolean" ? { _tag: "PersonClassified", at, isClient } : null
    })
    decided("release", (_request, at) => ({ _tag: "Released", at }))
    decided("takeover", (_request, at) => ({ _tag: "PersonTookOver", at }))
  }

  function found<A>(
    reply: FastifyReply,
    effect: Effect.Effect<A | null, { readonly message: string }, Services>,
    missing = "no such contact",
  ) {
    return run(
      Effect.match(effect, {
        onSuccess: (value) => (value === null ? reply.code(404).send({ error: missing }) : reply.send(value)),
        onFailure: (error) => reply.code(503).send({ error: error.message }),
      }),
    )
  }
}

interface OfContact {
  Params: { profile: string; phone: string }
  Body: unknown
}

const isCorrespondent = Schema.is(Correspondent)
const keyOf = (request: FastifyRequest<OfContact>): ContactKey | null => {
  const { profile, phone } = request.params
  const named = isCorrespondent(phone) ? phone : normalisePhone(phone)
  return named === null || profile.includes("\0") ? null : { profileId: profile, phone: named }
}
const noContact = (reply: FastifyReply) => reply.code(404).send({ error: "no such contact" })

const shownContact = (contact: Contact, now: number, policy: AgentSettings["Service"]["policy"]) => {
  const { conversation, info, key } = contact
  const { takeover, classification } = conversation
  return {
    ...key,
    name: info.name ?? info.full_name ?? info.business_name,
    info,
    class: contact.isClient === null ? "unknown" : contact.isClient ? "client" : "not_client",
    confidence: contact.confidence,
    reasoning: contact.reasoning,
    classifiedBy: classification._tag === "Known" ? classification.by : null,
    isOptedOut: conversation.isOptedOut,
    takenUntil: takeover._tag === "Taken" && Takeover.isSilent(takeover, now) ? takeover.until : null,
    takenBy: takeover._tag === "Taken" && Takeover.isSilent(takeover, now) ? takeover.by : null,
    callAt: conversation.callAt,
    lastMessageAt: contact.lastMessageAt,
    createdAt: contact.createdAt,
    wakeUpAt: contact.wakeUpAt,
    next: nextStep(conversation, policy),
  }
}
const shownCall = ({ key, ...call }: CallRow) => ({ ...key, ...call })

/** Everything that tells what the system thought of one contact; null when it is unknown. */
const detail = Effect.fnUntraced(function* (key: ContactKey) {
  const repo = yield* AgentRepo
  const { policy, zone } = yield* AgentSettings
  const now = yield* Clock.currentTimeMillis
  const contact = yield* repo.contact(key)
  if (contact === null) return null
  const messages = yield* repo.history(key, messagesMax, { withUnsent: true })
  const traces = yield* repo.traces(key, tracesMax)
  const chains = yield* repo.followUps(key)
  const calls = yield* repo.calls(callsMax)
  const requests = yield* repo.requests(requestsMax)
  const isOurs = (of: { readonly key: ContactKey }) => of.key.profileId === key.profileId && of.key.phone === key.phone
  return {
    now,
    zone,
    policy: {
      silenceHours: policy.silenceHours,
      takeoverHours: policy.takeoverHours,
      classifyAfterMessages: policy.classifyAfterMessages,
    },
    contact: shownContact(contact, now, policy),
    conversation: contact.conversation,
    messages,
    /** Newest first. */
    traces: traces.map(({ key: _key, ...trace }) => trace),
    followUps: chains.map(({ key: _key, ...chain }) => chain),
    calls: calls.filter(isOurs).map(shownCall),
    requests: requests.filter(isOurs).map(({ key: _key, ...request }) => request),
  }
})

const stats = Effect.gen(function* () {
  const repo = yield* AgentRepo
  const { zone } = yield* AgentSettings
  const now = yield* Clock.currentTimeMillis
  const today = startOfDay(now, zone)
  const counted = yield* repo.stats(today)
  return {
    /** All contacts. */
    contacts: {
      client: counted.contacts.client,
      not_client: counted.contacts.notClient,
      unknown: counted.contacts.unknown,
    },
    /** Of client messages since `since`; `open` have none yet. */
    outcomes: counted.outcomes,
    open: counted.open,
    replies: counted.replies,
    touches: counted.touches,
    /** Of the touches due today, by profile: what was due is what was sent, stopped, moved to another day, or still waits. */
    touch_balance: yield* touchBalances(today, startOfNextDay(now, zone)),
    calls: counted.calls,
    tokens: counted.tokens,
    next_wake_up_at: isoOrNull(yield* repo.nextWakeUpAt),
    model: (yield* LlmPort).name,
    since: new Date(today).toISOString(),
  }
})
const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

const gauge = (name: string, description: string) => Metric.gauge(`wa_agent_${name}`, { description })
const gauges = {
  open: gauge("open_messages", "Client messages without an outcome yet"),
  replies: gauge("replies_today", "Replies since midnight"),
  touches: gauge("touches_today", "Follow-up touches since midnight"),
  calls: gauge("calls_today", "Calls booked since midnight"),
  tokens: gauge("tokens_today", "Tokens used since midnight"),
}
const contactsOf = (className: string) =>
  Metric.gauge("wa_agent_contacts", { description: "Contacts by class", attributes: { class: className } })
const outcomesOf = (outcome: string) =>
  Metric.gauge("wa_agent_outcomes_today", {
    description: "How client messages ended since midnight",
    attributes: { outcome },
  })

const touchesDueOf = (fate: string, reason: string) =>
  Metric.gauge("wa_agent_touches_due_today", {
    description: "What became of the touches due today",
    attributes: { fate, reason },
  })

/** The program's own counters, and the numbers of `/stats` as gauges; those stay as they were while the store is away. */
const metrics = Effect.gen(function* () {
  const numbers = yield* stats
  yield* Metric.update(gauges.open, numbers.open)
  yield* Metric.update(gauges.replies, numbers.replies)
  yield* Metric.update(gauges.touches, numbers.touches)
  yield* Metric.update(gauges.calls, numbers.calls)
  yield* Metric.update(gauges.tokens, numbers.tokens)
  for (const [name, count] of Object.entries(numbers.contacts)) yield* Metric.update(contactsOf(name), count)
  const all = (pick: (balance: TouchBalance) => number | undefined) =>
    numbers.touch_balance.reduce((sum, balance) => sum + (pick(balance) ?? 0), 0)
  yield* Metric.update(
    touchesDueOf("sent", "drafted"),
    all((one) => one.sent - one.by_template),
  )
  yield* Metric.update(
    touchesDueOf("sent", "template"),
    all((one) => one.by_template),
  )
  yield* Metric.update(
    touchesDueOf("waiting", ""),
    all((one) => one.waiting),
  )
  // Each reason every day, or yesterday's numbers would stand.
  for (const fate of ["stopped", "moved"] as const)
    for (const reason of touchReasons[fate])
      yield* Metric.update(
        touchesDueOf(fate, reason),
        all((one) => one[fate][reason]),
      )
  for (const [name, count] of Object.entries(numbers.outcomes)) yield* Metric.update(outcomesOf(name), count)
}).pipe(
  Effect.catchTag("StoreUnavailable", (error) => Effect.logWarning(error.message)),
  Effect.andThen(PrometheusMetrics.format()),
)
