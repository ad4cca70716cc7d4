import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryAgentRepo from "@wa/adapters/embedded/memory-agent-repo"
import { calendarTokenOf } from "@wa/adapters/http/plain-server"
import type { ContactKey } from "@wa/core/contact/contact-key"
import { type Command, defaultPolicy, type Event } from "@wa/core/conversation/conversation"
import { wakeUpAt } from "@wa/core/conversation/decide"
import type { KnowledgeDocument, UnreadableDocument } from "@wa/core/knowledge/document"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { type Denial, LlmDenied, LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { hourMs, secondMs } from "@wa/core/time/instant"
import { Context, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { FastifyInstance, InjectOptions } from "fastify"
import { AgentSettings } from "./agent-settings.ts"
import { applyEvent } from "./apply-event.ts"
import { type AgentServerOptions, agentServer } from "./http-server.ts"
import { receive } from "./inbox.ts"
import { nextStep } from "./next-step.ts"
import { openApi } from "./openapi.ts"

const zone = "Asia/Almaty"
/** A Monday. */
const noon = Date.UTC(2026, 10, 23, 7)
const key: ContactKey = { profileId: "a1b2c3d4-5e6f", phone: "+77010000001" }
const path = `/api/contacts/${key.profileId}/${encodeURIComponent(key.phone)}`
const policy = defaultPolicy({
  zone,
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: () => false,
})
const fact = {
  id: "f1",
  subject: "Тариф «Старт»",
  attribute: "цена",
  value: "15 000 ₸",
  unit: "KZT",
  file: "price.pdf",
  page: 2,
}

/** What the page of the interface loads. */
const docsFiles = [
  "/docs/",
  "/docs/json",
  "/docs/yaml",
  "/docs/static/index.html",
  "/docs/static/swagger-initializer.js",
]
  .concat("/docs/static/*")
  .map((path) => `get ${path}`)

const world = Effect.fnUntraced(function* (
  options: Partial<AgentServerOptions> = {},
  dailyTokenBudget: number | null = null,
) {
  yield* TestClock.setTime(noon)
  const store = MemoryAgentRepo.make()
  const queue = yield* InProcessQueue.make()
  const brain = { denial: null as Denial | null }
  const documents = {
    read: [] as ReadonlyArray<KnowledgeDocument>,
    unreadable: [] as ReadonlyArray<UnreadableDocument>,
  }
  const context = (yield* Effect.context<never>()).pipe(
    Context.add(AgentRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(KnowledgePort, {
      documents: Effect.sync(() => documents.read),
      unreadable: Effect.sync(() => documents.unreadable),
      facts: Effect.succeed([fact]),
      wholeText: Effect.succeed(""),
      search: () => Effect.succeed([]),
    }),
    Context.add(LlmPort, {
      name: "offline",
      denial: Effect.sync(() => brain.denial),
    } as unknown as LlmPort["Service"]),
    Context.add(AgentSettings, {
      policy,
      zone,
      maxContextMessages: 20,
      knowledgeBudgetChars: 60_000,
      touchesPerDay: 50,
      dailyTokenBudget,
    }),
  )
  const consoleFolder = mkdtempSync(join(tmpdir(), "console-"))
  writeFileSync(join(consoleFolder, "index.html"), "<!doctype html><title>page</title>")
  writeFileSync(join(consoleFolder, "page.js"), "export {}")
  const routes: Array<string> = []
  const server = agentServer(context, {
    adminToken: Redacted.make("admin-token"),
    corsOrigins: [],
    consoleFolder,
    extra: (made) =>
      void made.addHook("onRoute", ({ method, url }) => {
        for (const one of [method].flat())
          if (one !== "HEAD" && one !== "OPTIONS") routes.push(`${one.toLowerCase()} ${url}`)
      }),
    ...options,
  })
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      await server.close()
      rmSync(consoleFolder, { recursive: true })
    }),
  )
  const happen = (event: Event, thoughts: Record<string, unknown> = {}) =>
    applyEvent(key, () => event, { thoughts }).pipe(Effect.provideContext(context))
  const write = (id: string, text: string) =>
    receive({
      version: 1,
      correlation_id: id,
      profile_id: key.profileId,
      phone_number: key.phone,
      event: "message",
      message_id: id,
      message_text: text,
      is_voice: false,
      content: "text",
      contact_info: { name: "Айгуль", full_name: null, business_name: null },
      timestamp: new Date(noon).toISOString(),
    }).pipe(Effect.provideContext(context))
  return { server, store, queue, brain, documents, routes, happen, write, repo: store.repo }
})

const bearer = { authorization: "Bearer admin-token" }
const call = (server: FastifyInstance, request: InjectOptions) =>
  Effect.promise(() => server.inject(request)).pipe(
    Effect.map((answer) => ({
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      json: () => JSON.parse(answer.body),
    })),
  )
const get = (server: FastifyInstance, url: string, headers: Record<string, string> = bearer) =>
  call(server, { method: "GET", url, headers })

/** As the commands of a reply do it; `callAt` is what the conversation keeps. */
const book = (repo: AgentRepo["Service"], at: number, from?: number, callAt: number | null = at) =>
  repo.change(key, {}, ({ conversation }) => {
    const commands = [
      from === undefined
        ? ({ _tag: "BookCall", callAt: at, about: "" } as const)
        : ({ _tag: "MoveCall", from, callAt: at, about: "" } as const),
    ]
    return {
      conversation: { ...conversation, callAt },
      wakeUpAt: null,
      commands,
      at: noon,
      trace: { event: { _tag: "Released", at: noon }, commands, thoughts: {} },
    }
  })

/** The client asks, is judged a client, and gets one draft back and one sent. */
const aConversation = Effect.fnUntraced(function* (made: Effect.Success<ReturnType<typeof world>>) {
  yield* made.write("M1", "Сколько стоит?")
  yield* made.happen({ _tag: "WokeUp", at: noon + 8 * secondMs, touchesLeft: 50, outboundId: "o0" })
  yield* made.happen({
    _tag: "Classified",
    at: noon + 9 * secondMs,
    ticket: 1,
    verdict: "client",
    confidence: 0.9,
    reasoning: "спрашивает цену",
  })
  yield* made.happen({ _tag: "WokeUp", at: noon + 9 * secondMs, touchesLeft: 50, outboundId: "o1" })
  const drafted = (ticket: number, text: string, reasons: ReadonlyArray<string>): Event => ({
    _tag: "ReplyDrafted",
    at: noon + (9 + ticket) * secondMs,
    ticket,
    reviewed: { draft: { text, facts: ["f1"], call: null, hand_over: null }, reasons },
    outboundId: `out-${ticket}`,
    callAt: null,
    callAbout: "",
    isSlotFree: true,
    safeText: "Уточню у коллеги.",
  })
  yield* made.happen(drafted(2, "Стоит 10 ₸.", ["цены 10 ₸ нет в документах"]), { guard: "refuse", facts: [] })
  yield* made.happen(drafted(3, "Тариф «Старт» стоит 15 000 ₸.", []), { guard: "pass", facts: [fact] })
})

describe("the agent's API", () => {
  it.effect("shows nothing of a contact without the token", () =>
    Effect.gen(function* () {
      const { server, write } = yield* world()
      yield* write("M1", "Сколько стоит?")
      for (const url of ["/api/contacts", path, "/api/calls", "/api/requests", "/calls.ics", "/calls/1.ics"])
        for (const headers of [
          {},
          { authorization: "Bearer wrong" },
          { authorization: "admin-token" },
          { cookie: "wa_console=admin-token" },
          { cookie: "wa_console=" },
        ] as Array<Record<string, string>>) {
          const answer = yield* get(server, url, headers)
          assert.strictEqual(answer.status, 401, url)
          assert.notInclude(answer.text, "7701")
        }
      for (const action of ["classify", "release", "takeover"])
        assert.strictEqual((yield* call(server, { method: "POST", url: `${path}/${action}`, payload: {} })).status, 401)
      assert.strictEqual((yield* call(server, { method: "POST", url: "/api/calls/1/cancel" })).status, 401)
    }),
  )

  it.effect("gives a calendar the calls, and opens it nothing else", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const at = noon + 3 * hourMs
      yield* book(repo, at)
      const token = calendarTokenOf("admin-token")
      const feed = yield* get(server, `/calls.ics?token=${token}`, {})
      assert.strictEqual(feed.status, 200)
      assert.strictEqual(feed.headers["content-type"], "text/calendar; charset=utf-8")
      assert.include(feed.text, "DTSTART:20261123T100000Z")
      assert.strictEqual((yield* get(server, "/calls.ics?token=admin-token", {})).text, feed.text)
      assert.strictEqual((yield* get(server, "/calls.ics")).text, feed.text)
      assert.include((yield* get(server, `/calls/1.ics?token=${token}`, {})).text, "METHOD:PUBLISH")
      for (const url of ["/calls/2.ics", "/calls/0.ics", "/calls/x.ics", "/calls/99999999999.ics"])
        assert.strictEqual((yield* get(server, url)).status, 404, url)
      for (const url of ["/calls.ics?token=", "/calls.ics?token=wrong", "/calls.ics?token=a&token=b", "/calls/1.ics"])
        assert.strictEqual((yield* get(server, url, {})).status, 401, url)
      assert.strictEqual((yield* get(server, `/api/calls?token=${token}`, {})).status, 401)
      assert.strictEqual((yield* get(server, "/api/calls", { authorization: `Bearer ${token}` })).status, 401)
      assert.strictEqual((yield* get(server, `/?token=${token}`, {})).headers["set-cookie"], undefined)
    }),
  )

  it.effect("lets a person cancel a call that lies ahead, once, and tells the calendar", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      yield* book(repo, noon + 3 * hourMs)
      const cancel = (id: unknown) => call(server, { method: "POST", url: `/api/calls/${id}/cancel`, headers: bearer })
      for (const id of [2, "x", "1.5"]) assert.strictEqual((yield* cancel(id)).status, 404)
      const done = yield* cancel(1)
      assert.deepInclude(done.json(), { is: "cancelled" })
      assert.deepInclude(done.json().call, { phone: key.phone, status: "cancelled", sequence: 1 })
      assert.isNull((yield* repo.contact(key))!.conversation.callAt)
      assert.deepStrictEqual(yield* repo.takenSlots(key.profileId, noon), [])
      assert.deepInclude((yield* repo.traces(key, 1))[0]!.thoughts, { by: "console" })
      const again = yield* cancel(1)
      assert.deepStrictEqual([again.status, again.json().is], [409, "cancelled_before"])
      assert.include((yield* get(server, "/calls.ics")).text, "STATUS:CANCELLED")
      assert.include((yield* get(server, "/calls/1.ics")).text, "METHOD:CANCEL")
    }),
  )

  it.effect("cancels no call that was moved meanwhile, is over, or is not the conversation's", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const cancel = (id: number) =>
        Effect.map(call(server, { method: "POST", url: `/api/calls/${id}/cancel`, headers: bearer }), (answer) => [
          answer.status,
          answer.json().is,
          answer.json().call.id,
        ])
      yield* book(repo, noon + 3 * hourMs)
      yield* book(repo, noon + 4 * hourMs, noon + 3 * hourMs)
      assert.deepStrictEqual(yield* cancel(1), [409, "moved", 2])
      // The row is there, the conversation knows nothing of it.
      yield* book(repo, noon + 5 * hourMs, undefined, null)
      assert.deepStrictEqual(yield* cancel(3), [409, "changed", 3])
      yield* TestClock.setTime(noon + 6 * hourMs)
      assert.deepStrictEqual(yield* cancel(2), [409, "over", 2])
      assert.strictEqual((yield* repo.calls(10)).filter((one) => one.status === "cancelled").length, 0)
    }),
  )

  it.effect("is closed while no token is set", () =>
    Effect.gen(function* () {
      for (const adminToken of [null, Redacted.make("")]) {
        const { server } = yield* world({ adminToken })
        for (const given of ["", "null", "undefined"]) {
          assert.strictEqual((yield* get(server, "/api/contacts", { authorization: `Bearer ${given}` })).status, 401)
          assert.strictEqual((yield* get(server, `/?token=${given}`, {})).headers["set-cookie"], undefined)
        }
      }
    }),
  )

  it.effect("lists contacts with what is known and what comes next", () =>
    Effect.gen(function* () {
      const made = yield* world()
      yield* made.write("M1", "Сколько стоит?")
      const told = (yield* get(made.server, "/api/contacts")).json()
      assert.deepInclude(told, { now: noon, zone })
      assert.strictEqual(told.contacts.length, 1)
      assert.deepInclude(told.contacts[0], {
        ...key,
        name: "Айгуль",
        class: "unknown",
        takenUntil: null,
        next: { at: noon + 8 * secondMs, why: "turn_over", touch: null },
      })
    }),
  )

  it.effect("tells of one contact everything that was thought", () =>
    Effect.gen(function* () {
      const made = yield* world()
      yield* aConversation(made)
      const told = (yield* get(made.server, path)).json()
      assert.deepInclude(told.contact, { class: "client", confidence: 0.9, reasoning: "спрашивает цену" })
      assert.deepStrictEqual(
        told.messages.map(({ from, text }: { from: string; text: string }) => `${from}: ${text}`),
        ["client: Сколько стоит?", "bot: Тариф «Старт» стоит 15 000 ₸."],
      )
      const [last, refused] = told.traces
      assert.deepInclude(last.thoughts, { guard: "pass", facts: [fact] })
      assert.deepStrictEqual(refused.event.reviewed.reasons, ["цены 10 ₸ нет в документах"])
      assert.strictEqual(told.contact.next.why, "touch")
      assert.strictEqual(told.contact.next.touch, 1)
      assert.strictEqual(told.followUps[0].nextTouchAt, told.contact.next.at)
      const first = told.traces.at(-1)
      assert.strictEqual(first.thoughts.intent, "none")
      assert.isString(first.thoughts.rule)
    }),
  )

  it.effect("finds a contact by whatever form of its number, and says 404 to others", () =>
    Effect.gen(function* () {
      const { server, write, repo } = yield* world()
      yield* write("M1", "Сколько стоит?")
      assert.strictEqual((yield* get(server, `/api/contacts/${key.profileId}/87010000001`)).status, 200)
      for (const phone of ["%2B77010000002", "nobody", "%00", "1@lid"]) {
        assert.strictEqual((yield* get(server, `/api/contacts/${key.profileId}/${phone}`)).status, 404)
        const taken = {
          method: "POST",
          url: `/api/contacts/${key.profileId}/${phone}/takeover`,
          headers: bearer,
        } as const
        assert.strictEqual((yield* call(server, taken)).status, 404)
      }
      assert.strictEqual((yield* repo.contacts(10)).length, 1)
    }),
  )

  it.effect("takes a person's verdict, and refuses what is none", () =>
    Effect.gen(function* () {
      const { server, write } = yield* world()
      yield* write("M1", "Сколько стоит?")
      const classify = (payload: object) =>
        call(server, { method: "POST", url: `${path}/classify`, headers: bearer, payload })
      for (const wrong of [{}, { is_client: "yes" }, { is_client: null }, []])
        assert.strictEqual((yield* classify(wrong)).status, 400)
      const told = (yield* classify({ is_client: false })).json()
      assert.deepInclude(told.contact, { class: "not_client", classifiedBy: "person" })
      assert.strictEqual(told.messages[0].outcome, "ignored:not_client")
      assert.deepInclude(told.traces[0], { thoughts: { by: "console" } })
    }),
  )

  it.effect("silences the bot in a chat, and gives the chat back", () =>
    Effect.gen(function* () {
      const { server, write } = yield* world()
      yield* write("M1", "Сколько стоит?")
      const act = (action: string) => call(server, { method: "POST", url: `${path}/${action}`, headers: bearer })
      const taken = (yield* act("takeover")).json()
      assert.deepInclude(taken.contact, {
        takenUntil: noon + 12 * hourMs,
        takenBy: "operator",
        next: { at: noon + 12 * hourMs, why: "takeover_ends", touch: null },
      })
      assert.strictEqual((yield* act("release")).json().contact.takenUntil, null)
    }),
  )

  it.effect("closes a request once", () =>
    Effect.gen(function* () {
      const made = yield* world()
      yield* made.write("M1", "Сколько стоит?")
      yield* made.happen({ _tag: "WokeUp", at: noon + 13 * hourMs, touchesLeft: 50, outboundId: "o0" })
      const [request] = (yield* get(made.server, "/api/requests")).json().requests
      assert.deepInclude(request, { ...key, why: "too_late" })
      const done = { method: "POST", url: `/api/requests/${request.id}/done`, headers: bearer } as const
      assert.strictEqual((yield* call(made.server, done)).status, 200)
      assert.strictEqual((yield* call(made.server, done)).status, 404)
      assert.strictEqual((yield* call(made.server, { ...done, url: "/api/requests/x/done" })).status, 404)
    }),
  )

  it.effect("says 503 while the store is away", () =>
    Effect.gen(function* () {
      const { server, store } = yield* world()
      yield* store.disconnect
      for (const url of ["/api/contacts", path, "/api/calls", "/stats", "/health"])
        assert.strictEqual((yield* get(server, url)).status, 503, url)
      assert.strictEqual((yield* get(server, "/metrics")).status, 200)
    }),
  )
})

describe("the page", () => {
  it.effect("comes with a policy that lets nothing foreign run", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const page = yield* get(server, "/", {})
      assert.strictEqual(page.status, 200)
      assert.include(page.text, "<title>page</title>")
      const contentPolicy = String(page.headers["content-security-policy"])
      assert.include(contentPolicy, "script-src 'self';")
      assert.notInclude(contentPolicy, "unsafe")
      assert.strictEqual(page.headers["cache-control"], "no-cache")
      assert.strictEqual((yield* get(server, "/page.js", {})).status, 200)
    }),
  )

  it.effect("takes the token from the address once, and leaves a cookie that does not tell it", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const first = yield* get(server, "/?token=admin-token", {})
      assert.strictEqual(first.status, 303)
      assert.strictEqual(first.headers.location, "/")
      const cookie = String(first.headers["set-cookie"])
      assert.match(cookie, /HttpOnly/)
      assert.match(cookie, /SameSite=Strict/)
      assert.notInclude(cookie, "admin-token")
      const session = { cookie: `other=1; ${cookie.split(";")[0]}` }
      assert.strictEqual((yield* get(server, "/api/contacts", session)).status, 200)
      assert.strictEqual((yield* get(server, "/?token=wrong", {})).headers["set-cookie"], undefined)
    }),
  )

  it.effect("exchanges the token for the cookie when it is typed in", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const type = (token: unknown) => call(server, { method: "POST", url: "/session", payload: { token } })
      assert.strictEqual((yield* type("wrong")).status, 401)
      assert.strictEqual((yield* type(["admin-token"])).status, 401)
      assert.match(String((yield* type("admin-token")).headers["set-cookie"]), /^wa_console=/)
    }),
  )

  it.effect("may use its cookie, and a page on another port may not", () =>
    Effect.gen(function* () {
      const { server, write } = yield* world()
      yield* write("M1", "Сколько стоит?")
      const cookie = String((yield* get(server, "/?token=admin-token", {})).headers["set-cookie"]).split(";")[0]!
      const takeover = (origin: string) =>
        call(server, { method: "POST", url: `${path}/takeover`, headers: { cookie, origin, host: "localhost:8001" } })
      assert.strictEqual((yield* takeover("http://localhost:3000")).status, 403)
      assert.strictEqual((yield* takeover("null")).status, 403)
      assert.strictEqual((yield* takeover("http://localhost:8001")).status, 200)
    }),
  )
})

describe("the agent's server", () => {
  it.effect("is healthy when database and broker answer, and names the one that does not", () =>
    Effect.gen(function* () {
      const { server, queue } = yield* world()
      assert.strictEqual((yield* get(server, "/health", {})).status, 200)
      yield* queue.disconnect
      const told = yield* get(server, "/health", {})
      assert.strictEqual(told.status, 503)
      assert.strictEqual(told.json().dependencies.broker.state, "down")
      assert.strictEqual(told.json().dependencies.database.state, "up")
    }),
  )

  it.effect("is not red, but degraded, while it has no document to answer from", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const told = yield* get(server, "/health", {})
      assert.strictEqual(told.status, 200)
      assert.deepStrictEqual(told.json().dependencies.knowledge, {
        state: "degraded",
        detail: "no documents, 0 unreadable",
      })
    }),
  )

  it.effect("is degraded while a document cannot be read, and names it", () =>
    Effect.gen(function* () {
      const { server, documents } = yield* world()
      const knowledge = Effect.map(get(server, "/health", {}), (told) => [
        told.status,
        told.json().dependencies.knowledge,
      ])
      documents.read = [{ file: "terms.pdf", pages: 1, blocks: [] }]
      assert.deepStrictEqual(yield* knowledge, [200, { state: "up", detail: "1 documents read, 0 unreadable" }])
      documents.unreadable = [{ file: "prices.pdf", reason: "corrupt", why: "файл повреждён" }]
      assert.deepStrictEqual(yield* knowledge, [
        200,
        { state: "degraded", detail: "1 documents read, 1 unreadable: prices.pdf" },
      ])
    }),
  )

  it.effect(
    "is degraded while a second model stands in for one that refuses every call, and red when none answers",
    () =>
      Effect.gen(function* () {
        const { server, brain } = yield* world()
        const asked = () => get(server, "/health", {})
        assert.deepStrictEqual((yield* asked()).json().dependencies.model, { state: "up", detail: "offline" })
        const error = new LlmDenied({ mend: "GEMINI_API_KEY", detail: "API key not valid" })
        brain.denial = { error, standIn: "gpt-5-mini" }
        const helped = yield* asked()
        assert.strictEqual(helped.status, 200)
        assert.deepStrictEqual(helped.json().dependencies.model, {
          state: "degraded",
          detail: "the model refuses every call; check GEMINI_API_KEY: API key not valid; gpt-5-mini stands in",
        })
        brain.denial = { error, standIn: null }
        assert.strictEqual((yield* asked()).status, 503)
      }),
  )

  it.effect("is degraded from the spent budget of tokens until the next day", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world({}, 1_000)
      const model = Effect.map(get(server, "/health", {}), (told) => [
        told.status,
        told.json().dependencies.model.state,
      ])
      const spend = (promptTokens: number) =>
        repo.recordUsage({ at: noon, key, task: "reply", model: "m", promptTokens, cachedTokens: 0, outputTokens: 0 })
      yield* spend(999)
      assert.deepStrictEqual(yield* model, [200, "up"])
      yield* spend(1)
      assert.deepStrictEqual(yield* model, [200, "degraded"])
      yield* TestClock.setTime(noon + 12 * hourMs)
      assert.deepStrictEqual(yield* model, [200, "up"])
    }),
  )

  it.effect("counts contacts by class, outcomes, replies and tokens", () =>
    Effect.gen(function* () {
      const made = yield* world()
      yield* aConversation(made)
      yield* made.repo.recordUsage({
        at: noon,
        key,
        task: "reply",
        model: "m",
        promptTokens: 100,
        cachedTokens: 0,
        outputTokens: 20,
      })
      const told = (yield* get(made.server, "/stats", {})).json()
      assert.deepInclude(told, {
        contacts: { client: 1, not_client: 0, unknown: 0 },
        outcomes: { answered: 1 },
        replies: 1,
        tokens: 120,
        model: "offline",
      })
      const metrics = (yield* get(made.server, "/metrics", {})).text
      assert.match(metrics, /^wa_agent_contacts\{class="client"\} 1$/m)
      assert.match(metrics, /^wa_agent_outcomes_today\{outcome="answered"\} 1$/m)
    }),
  )

  it.effect("balances the touches that were due today, by profile, and each day anew", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const plan = (phone: string, commands: ReadonlyArray<Command>, at = noon) =>
        repo.change({ ...key, phone: phone as ContactKey["phone"] }, {}, ({ conversation }) => ({
          conversation,
          wakeUpAt: null,
          commands,
          at,
          trace: { event: { _tag: "Released", at }, commands, thoughts: {} },
        }))
      const start = { _tag: "StartChain", dueAt: noon + hourMs } as const
      for (const phone of ["+77010000011", "+77010000012", "+77010000013", "+77010000014"])
        yield* plan(phone, [start], noon - 24 * hourMs)
      yield* plan("+77010000011", [
        { _tag: "Send", outboundId: "t1", kind: "touch", touch: 1, text: "Вопросы?", messageIds: [], isSafe: true },
        { _tag: "AdvanceChain", touch: 2, dueAt: noon + 72 * hourMs, lastTouchAt: noon },
      ])
      yield* plan("+77010000012", [{ _tag: "StopChain", reason: "client_responded", lastTouchAt: null }])
      yield* plan("+77010000013", [
        { _tag: "AdvanceChain", touch: 1, dueAt: noon + 25 * hourMs, lastTouchAt: null, why: "daily_cap" },
      ])
      const today = {
        profile: key.profileId,
        eligible: 4,
        sent: 1,
        by_template: 1,
        waiting: 1,
        stopped: { client_responded: 1 },
        moved: { daily_cap: 1 },
      }
      assert.deepStrictEqual((yield* get(server, "/stats", {})).json().touch_balance, [today])
      const metric = (labels: string) =>
        Effect.map(
          get(server, "/metrics", {}),
          ({ text }) => new RegExp(`^wa_agent_touches_due_today\\{${labels}\\} (\\d+)$`, "m").exec(text)?.[1],
        )
      assert.strictEqual(yield* metric('fate="moved",reason="daily_cap"'), "1")
      assert.strictEqual(yield* metric('fate="sent",reason="template"'), "1")
      assert.strictEqual(yield* metric('fate="stopped",reason="opted_out"'), "0")
      yield* TestClock.setTime(noon + 24 * hourMs)
      const [tomorrow] = (yield* get(server, "/stats", {})).json().touch_balance
      assert.deepInclude(tomorrow, { eligible: 1, waiting: 1, stopped: {}, moved: {} })
      assert.strictEqual(yield* metric('fate="moved",reason="daily_cap"'), "0")
    }),
  )

  it.effect("says 404 in JSON to what it does not know", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      for (const url of ["/nothing", "/../package.json", "/%2e%2e/%2e%2e/etc/passwd", "/api/nothing"])
        assert.deepStrictEqual((yield* get(server, url)).json(), { error: "not found" }, url)
    }),
  )

  it.effect("says what is wrong with an address that cannot be decoded in the same form", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const answer = yield* get(server, "/api/contacts/profile/%E0%A4%A")
      assert.deepStrictEqual([answer.status, Object.keys(answer.json())], [400, ["error"]])
    }),
  )

  it.effect("has the routes that its OpenAPI document tells, and no other but the page's files", () =>
    Effect.gen(function* () {
      const { server, routes } = yield* world()
      yield* Effect.promise(async () => server.ready())
      const documented = Object.entries(openApi.paths).flatMap(([url, operations]) =>
        Object.keys(operations)
          .filter((name) => name !== "parameters")
          .map((method) => `${method} ${url.replace(/\{(\w+)\}/g, ":$1")}`),
      )
      const files = ["get /", "get /index.html", "get /page.js", ...docsFiles]
      assert.deepStrictEqual([...new Set(routes)].filter((route) => !files.includes(route)).sort(), documented.sort())
    }),
  )
})

describe("the next step of a conversation", () => {
  it.effect("is the one that the timer is set to, whatever happens", () =>
    Effect.gen(function* () {
      const made = yield* world()
      const check = (why: string | null) =>
        Effect.gen(function* () {
          const { conversation } = (yield* made.repo.contact(key))!
          const next = nextStep(conversation, policy)
          assert.strictEqual(next?.at ?? null, wakeUpAt(conversation, policy))
          assert.strictEqual(next?.why ?? null, why)
        })
      yield* made.write("M1", "Здравствуйте")
      yield* check("turn_over")
      yield* made.happen({ _tag: "WokeUp", at: noon + 8 * secondMs, touchesLeft: 50, outboundId: "o" })
      yield* check("model_answer")
      yield* made.happen({
        _tag: "ModelFailed",
        at: noon + 9 * secondMs,
        ticket: 1,
        kind: "overload",
        retryAfterMs: null,
        detail: "",
      })
      yield* check("model_retry")
      yield* made.happen({ _tag: "WokeUp", at: noon + 60 * secondMs, touchesLeft: 50, outboundId: "o" })
      yield* made.happen({
        _tag: "Classified",
        at: noon + 61 * secondMs,
        ticket: 2,
        verdict: "unknown",
        confidence: 0.5,
        reasoning: "",
      })
      yield* check("evidence")
      yield* made.happen({ _tag: "PersonTookOver", at: noon + 70 * secondMs })
      yield* check("takeover_ends")
      yield* made.happen({ _tag: "Released", at: noon + 80 * secondMs })
      yield* check(null)
    }),
  )
})

describe("the page of the interface", () => {
  it.effect("brings all that it loads, and lets nothing foreign in", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const page = yield* call(server, { method: "GET", url: "/docs" })
      assert.strictEqual(page.status, 200)
      assert.match(String(page.headers["content-type"]), /^text\/html/)
      assert.match(String(page.headers["content-security-policy"]), /^default-src 'none'; script-src 'self';/)
      const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
      assert.isAtLeast(links.length, 5)
      for (const url of links) {
        assert.match(url, /^\/docs\/static\//)
        assert.strictEqual((yield* call(server, { method: "GET", url })).status, 200, url)
      }
      assert.deepStrictEqual((yield* call(server, { method: "GET", url: "/docs/json" })).json(), openApi)
    }),
  )
})
