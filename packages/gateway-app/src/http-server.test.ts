import { assert, describe, it } from "@effect/vitest"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryGatewayRepo from "@wa/adapters/embedded/memory-gateway-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { type Denial, LlmDenied, LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { WappiDenied, WappiPort, type WappiProfile, type WappiReadError, WappiRefused } from "@wa/core/ports/wappi-port"
import type { OutgoingBody } from "@wa/core/queue/messages"
import { Context, Effect, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { FastifyInstance, InjectOptions } from "fastify"
import { GatewaySettings } from "./gateway-settings.ts"
import { type Dependency, makeHealth } from "./health.ts"
import { type GatewayServerOptions, gatewayServer } from "./http-server.ts"
import { openApi } from "./openapi.ts"

const profileId = "a1b2c3d4-5e6f"
const noon = Date.UTC(2026, 10, 23, 7)
const client = "+77010000001"

const healthyProfile: WappiProfile = {
  isHealthy: true,
  authorized: true,
  appStatus: "open",
  phone: "77020000000",
  paymentExpiresAt: null,
  loggedOutAt: null,
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

/** The server over memory, at noon, with a profile that answers what the test says. */
const world = Effect.fnUntraced(function* (options: Partial<GatewayServerOptions> = {}) {
  yield* TestClock.setTime(noon)
  const store = MemoryGatewayRepo.make()
  const queue = yield* InProcessQueue.make()
  const webhook = { seen: { state: "up", detail: "Wappi posts to us" } as Dependency }
  const model = { denial: null as Denial | null }
  const wappi = { answer: Effect.succeed(healthyProfile) as Effect.Effect<WappiProfile, WappiReadError>, asked: 0 }
  const context = (yield* Effect.context<never>()).pipe(
    Context.add(GatewayRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(WappiPort, {
      profile: Effect.suspend(() => {
        wappi.asked++
        return wappi.answer
      }),
    } as unknown as WappiPort["Service"]),
    Context.add(LlmPort, {
      name: "scripted",
      denial: Effect.sync(() => model.denial),
    } as unknown as LlmPort["Service"]),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 5,
      sendPerMinute: 20,
      dailyTokenBudget: null,
      zone: "Asia/Almaty",
      webhook: null,
    }),
  )
  const poll = { at: (noon - 2000) as number | null }
  const routes: Array<string> = []
  const server = gatewayServer(context, {
    webhookSecret: Redacted.make("s3cret"),
    corsOrigins: [],
    adminToken: Redacted.make("admin-token"),
    health: makeHealth({
      lastPollAt: Effect.sync(() => poll.at),
      webhook: Effect.sync(() => webhook.seen),
    }),
    extra: (made) =>
      void made.addHook("onRoute", ({ method, url }) => {
        for (const one of [method].flat())
          if (one !== "HEAD" && one !== "OPTIONS") routes.push(`${one.toLowerCase()} ${url}`)
      }),
    ...options,
  })
  yield* Effect.addFinalizer(() => Effect.promise(() => server.close()))
  // The beginning: what was written before is not read.
  yield* store.repo.beganAt(profileId, noon - 60_000)
  return { server, store, queue, wappi, model, webhook, poll, routes, repo: store.repo }
})

const call = (server: FastifyInstance, request: InjectOptions) =>
  Effect.promise(() => server.inject(request)).pipe(
    Effect.map((answer) => ({
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      json: () => JSON.parse(answer.body),
    })),
  )
const post = (server: FastifyInstance, body: unknown, secret = "s3cret", headers: Record<string, string> = {}) =>
  call(server, {
    method: "POST",
    url: `/webhook/wappi/${secret}`,
    headers: { "content-type": "application/json", ...headers },
    payload: typeof body === "string" ? body : JSON.stringify(body),
  })

const bearer = { authorization: "Bearer admin-token" }
const incoming = (more: Record<string, unknown> = {}) => ({
  wh_type: "incoming_message",
  profile_id: profileId,
  id: "3A0011223344",
  type: "chat",
  body: "Сколько стоит?",
  from: "77010000001@c.us",
  to: "77020000000@c.us",
  chatId: "77010000001@c.us",
  senderName: "Айгуль",
  time: noon / 1000,
  is_me: false,
  ...more,
})
const delivery = (status: string, more: Record<string, unknown> = {}) => ({
  messages: {
    wh_type: "delivery_status",
    profile_id: profileId,
    id: "OUR1",
    chat_id: "77010000001@c.us",
    status,
    time: noon / 1000,
    ...more,
  },
})
const outgoing: OutgoingBody = {
  version: 1,
  correlation_id: "c1",
  profile_id: profileId,
  phone_number: client,
  outbound_id: "o1",
  message_text: "Тариф стоит 15 000 ₸ в месяц.",
  reply_to_message_id: null,
  mark_as_read: true,
  kind: "reply",
  decided_at: new Date(noon).toISOString(),
  known_operator_at: null,
  known_client_at: null,
}

describe("the webhook", () => {
  it.effect("stores a message once and says so", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const first = yield* post(server, { messages: [incoming()] })
      assert.strictEqual(first.status, 200)
      assert.deepStrictEqual(first.json(), { stored: 1, noted: 0, rejected: [] })
      assert.strictEqual((yield* post(server, { messages: [incoming()] })).json().stored, 0)
      const [relayed] = yield* repo.pending(10)
      assert.strictEqual(relayed?.body.phone_number, client)
    }),
  )

  it.effect("reads JSON under a wrong content type, too", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8"])
        assert.strictEqual(
          (yield* post(server, { messages: [] }, "s3cret", { "content-type": type })).status,
          200,
          type,
        )
    }),
  )

  it.effect("answers 503 while the store is away, and takes the same message afterwards", () =>
    Effect.gen(function* () {
      const { server, store } = yield* world()
      yield* store.disconnect
      assert.strictEqual((yield* post(server, { messages: [incoming()] })).status, 503)
      yield* store.reconnect
      assert.strictEqual((yield* post(server, { messages: [incoming()] })).json().stored, 1)
    }),
  )

  it.effect("does not exist under a wrong secret, nor while none is set", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      assert.strictEqual((yield* post(server, { messages: [incoming()] }, "wrong")).status, 404)
      assert.strictEqual((yield* call(server, { method: "GET", url: "/webhook/wappi/wrong" })).status, 404)
      const closed = yield* world({ webhookSecret: null })
      for (const secret of ["", "null", "undefined", "s3cret"])
        assert.strictEqual((yield* post(closed.server, { messages: [incoming()] }, secret)).status, 404)
      assert.strictEqual((yield* closed.repo.pending(10)).length, 0)
    }),
  )

  it.effect("tells whoever looks that the address is right", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      assert.strictEqual((yield* call(server, { method: "GET", url: "/webhook/wappi/s3cret" })).status, 200)
    }),
  )

  it.effect("refuses what is no JSON, and what is larger than 25 MB", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      for (const body of ["", "{", "messages=1", "\u0000"]) assert.strictEqual((yield* post(server, body)).status, 400)
      assert.strictEqual((yield* post(server, `"${"a".repeat(26 * 1024 * 1024)}"`)).status, 413)
    }),
  )

  it.effect("rejects with its reason what it recognises and cannot use, and stores the rest", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const answer = yield* post(server, {
        messages: [
          incoming({ profile_id: "ffff-0000" }),
          incoming({ id: "2", chatId: "nobody", from: "nobody" }),
          { wh_type: "incoming_call", profile_id: profileId },
          7,
          incoming({ id: "3" }),
        ],
      })
      assert.strictEqual(answer.status, 200)
      const { stored, rejected } = answer.json()
      assert.strictEqual(stored, 1)
      assert.strictEqual(rejected.length, 4)
      assert.include(rejected.join("\n"), "ffff-0000")
    }),
  )

  it.effect("takes a message without a profile id for ours", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      assert.strictEqual((yield* post(server, { messages: [incoming({ profile_id: undefined })] })).json().stored, 1)
    }),
  )

  it.effect("reports a message of ours that was not delivered, once", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      yield* repo.beginSend(outgoing, noon)
      yield* repo.beginCall("o1", 0, noon)
      yield* repo.settleSend("o1", "sent", "OUR1", noon, null)
      for (const status of ["undelivered", "error"])
        assert.strictEqual((yield* post(server, delivery(status))).json().noted, 1)
      const reports = (yield* repo.pending(10)).map(({ body }) => body)
      assert.strictEqual(reports.length, 1)
      assert.deepInclude(reports[0], {
        event: "delivery",
        outbound_id: "o1",
        status: "undeliverable",
        message_id: "OUR1",
      })
    }),
  )

  it.effect("does not take a failure for news that comes after the message was read", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      yield* repo.beginSend(outgoing, noon)
      yield* repo.beginCall("o1", 0, noon)
      yield* repo.settleSend("o1", "sent", "OUR1", noon, null)
      for (const status of ["read", "delivered", "undelivered", "error"]) yield* post(server, delivery(status))
      assert.deepStrictEqual(yield* repo.pending(10), [])
    }),
  )

  it.effect("knows a failed message by its id, whatever chat the event names", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      yield* repo.beginSend(outgoing, noon)
      yield* repo.beginCall("o1", 0, noon)
      yield* repo.settleSend("o1", "sent", "OUR1", noon, null)
      yield* post(server, delivery("error", { chat_id: undefined, to: undefined }))
      assert.strictEqual((yield* repo.pending(10)).length, 1)
    }),
  )

  it.effect("settles a send in doubt that was not delivered", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      yield* repo.beginSend(outgoing, noon)
      yield* repo.beginCall("o1", 0, noon)
      yield* repo.settleSend("o1", "in_doubt", "OUR1", noon, null)
      yield* post(server, delivery("undelivered"))
      assert.strictEqual((yield* repo.openSends(profileId)).length, 0)
      assert.strictEqual((yield* repo.pending(10)).length, 1)
    }),
  )

  it.effect("leaves alone what other people's messages came to", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      // Blank as it is, its text must not pass for that of an event, which has none.
      yield* repo.beginSend({ ...outgoing, message_text: " " }, noon)
      yield* repo.beginCall("o1", 0, noon)
      yield* post(server, delivery("undelivered", { id: "THEIRS" }))
      yield* post(server, delivery("read", { id: "THEIRS" }))
      assert.strictEqual((yield* repo.openSends(profileId)).length, 1)
      assert.strictEqual((yield* repo.pending(10)).length, 0)
    }),
  )
})

/** What other gateways post, in the shapes that their documentation shows. */
const strangers: Record<string, unknown> = {
  "Green-API": {
    typeWebhook: "incomingMessageReceived",
    instanceData: { idInstance: 1101000001, wid: "77020000000@c.us", typeInstance: "whatsapp" },
    timestamp: 1795165200,
    idMessage: "F7AEC1B7086ECDC7E6E45923F5EDB825",
    senderData: { chatId: "77010000001@c.us", sender: "77010000001@c.us", senderName: "Aigul" },
    messageData: { typeMessage: "textMessage", textMessageData: { textMessage: "Hello" } },
  },
  WAHA: {
    id: "evt_01aaaaaaaaaaaaaaaaaaaaaaaa",
    event: "message",
    session: "default",
    me: { id: "77020000000@c.us", pushName: "Shop" },
    payload: {
      id: "false_77010000001@c.us_AAAA",
      timestamp: 1795165200,
      from: "77010000001@c.us",
      fromMe: false,
      body: "Hi",
    },
  },
  Evolution: {
    event: "messages.upsert",
    instance: "shop",
    data: {
      key: { remoteJid: "77010000001@s.whatsapp.net", fromMe: false, id: "BAE5" },
      message: { conversation: "Hi" },
      messageTimestamp: 1795165200,
    },
    apikey: "none",
  },
  "Meta Cloud": {
    object: "whatsapp_business_account",
    entry: [
      {
        id: "1",
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "77020000000", phone_number_id: "2" },
              messages: [
                { from: "77010000001", id: "wamid.AAA", timestamp: "1795165200", text: { body: "Hi" }, type: "text" },
              ],
            },
          },
        ],
      },
    ],
  },
  "another one with messages": {
    messages: [{ key: { remoteJid: "77010000001@s.whatsapp.net", id: "BAE5" }, message: { conversation: "Hi" } }],
  },
}

describe("the webhook, given nonsense", () => {
  for (const [gateway, body] of Object.entries(strangers))
    it.effect(`rejects what ${gateway} posts, with a reason`, () =>
      Effect.gen(function* () {
        const { server, repo } = yield* world()
        const answer = yield* post(server, body)
        assert.strictEqual(answer.status, 200)
        assert.isAbove(answer.json().rejected.length, 0)
        assert.strictEqual((yield* repo.pending(10)).length, 0)
      }),
    )

  const Leaf = Schema.Union([
    Schema.Null,
    Schema.Boolean,
    Schema.Finite,
    Schema.String,
    Schema.Literals([
      "incoming_message",
      "outgoing_message_phone",
      "outgoing_message_api",
      "delivery_status",
      "authorization_status",
      "undelivered",
      "temporary ban",
      "77010000001@c.us",
      "77010000001@lid",
      profileId,
    ]),
  ])
  const keys =
    "wh_type id type body from to chatId chat_id profile_id time timestamp status is_me is_edited is_deleted stanza_id task_id"
  const Element = Schema.Record(Schema.Literals(keys.split(" ")), Schema.Union([Leaf, Schema.Array(Leaf)]))
  const half = (one: Record<string, unknown>) =>
    // Half of the keys stay as a real message has them: pure nonsense is turned away at the first door.
    ({ ...incoming(), ...Object.fromEntries(Object.entries(one).filter(([key]) => key.length % 2 === 0)) })

  it.effect.prop(
    "answers every JSON with 200, whatever it is",
    [Schema.Array(Schema.Union([Element, Leaf])), Leaf],
    ([elements, leaf]) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { server } = yield* world()
          const bodies = [
            leaf,
            elements,
            { messages: leaf },
            { messages: elements[0] },
            { messages: elements },
            {
              messages: elements
                .filter((one) => typeof one === "object" && one !== null)
                .map((one) => half(one as never)),
            },
          ]
          for (const body of bodies) {
            const answer = yield* post(server, JSON.stringify(body ?? null))
            assert.strictEqual(answer.status, 200, JSON.stringify(body))
          }
        }),
      ),
    { arbitrary: { runs: 60 } },
  )
})

describe("the health of the gateway", () => {
  const health = Effect.fnUntraced(function* (server: FastifyInstance) {
    const answer = yield* call(server, { method: "GET", url: "/health" })
    return { code: answer.status, ...answer.json() }
  })

  it.effect("is good when everything answers", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      const told = yield* health(server)
      assert.strictEqual(told.code, 200)
      assert.strictEqual(told.status, "healthy")
      assert.strictEqual(told.last_poll_at, new Date(noon - 2000).toISOString())
      assert.deepStrictEqual(Object.keys(told.dependencies), [
        "database",
        "broker",
        "wappi",
        "poll",
        "sending",
        "webhook",
        "voice",
      ])
      assert.notInclude(JSON.stringify(told), "7702000")
    }),
  )

  it.effect("is bad while the database or the broker is away, and names which", () =>
    Effect.gen(function* () {
      const { server, store, queue } = yield* world()
      yield* store.disconnect
      const first = yield* health(server)
      assert.deepInclude(first, { code: 503, status: "unhealthy" })
      assert.strictEqual(first.dependencies.database.state, "down")
      assert.strictEqual(first.dependencies.broker.state, "up")
      yield* store.reconnect
      yield* queue.disconnect
      const second = yield* health(server)
      assert.deepInclude(second, { code: 503 })
      assert.strictEqual(second.dependencies.broker.state, "down")
    }),
  )

  it.effect("asks the profile once a minute, however often it is asked itself", () =>
    Effect.gen(function* () {
      const { server, wappi } = yield* world()
      for (let i = 0; i < 5; i++) yield* health(server)
      assert.strictEqual(wappi.asked, 1)
      yield* TestClock.adjust("60 seconds")
      yield* health(server)
      assert.strictEqual(wappi.asked, 2)
    }),
  )

  it.effect("tells days ahead that the profile must be paid", () =>
    Effect.gen(function* () {
      const { server, wappi } = yield* world()
      const paidFor = (days: number) => {
        wappi.answer = Effect.succeed({ ...healthyProfile, paymentExpiresAt: noon + days * 86_400_000 })
      }
      paidFor(20)
      assert.notInclude((yield* health(server)).dependencies.wappi.detail, "paid")
      yield* TestClock.adjust("61 seconds")
      paidFor(3.5)
      const soon = yield* health(server)
      assert.deepInclude(soon.dependencies.wappi, { state: "up" })
      assert.include(soon.dependencies.wappi.detail, "paid for 3 more days")
      const metrics = yield* call(server, { method: "GET", url: "/metrics" })
      assert.match(metrics.text, /^wa_gateway_profile_paid_days 3$/m)
    }),
  )

  it.effect("is bad at once while the profile is not paid, and good within seconds of the payment", () =>
    Effect.gen(function* () {
      const { server, wappi } = yield* world()
      wappi.answer = Effect.succeed({ ...healthyProfile, paymentExpiresAt: noon })
      const unpaid = yield* health(server)
      assert.strictEqual(unpaid.code, 503)
      assert.deepStrictEqual(unpaid.dependencies.wappi, { state: "down", detail: "authorised, open, not paid" })
      assert.strictEqual(unpaid.dependencies.sending.state, "up")
      yield* TestClock.adjust("10 seconds")
      wappi.answer = Effect.succeed({ ...healthyProfile, paymentExpiresAt: noon + 30 * 86_400_000 })
      assert.deepInclude(yield* health(server), { code: 200 })
    }),
  )

  it.effect("is bad only after three bad answers of the profile in a row", () =>
    Effect.gen(function* () {
      const { server, wappi, poll } = yield* world()
      wappi.answer = Effect.succeed({ ...healthyProfile, isHealthy: false, appStatus: "close" })
      const states: Array<string> = []
      for (let i = 0; i < 3; i++) {
        poll.at = null
        states.push((yield* health(server)).dependencies.wappi.state)
        yield* TestClock.adjust("10 seconds")
      }
      assert.deepStrictEqual(states, ["unknown", "unknown", "down"])
      wappi.answer = Effect.succeed(healthyProfile)
      assert.strictEqual((yield* health(server)).dependencies.wappi.state, "up")
    }),
  )

  it.effect("does not hold a failed question against the profile, but a refused token", () =>
    Effect.gen(function* () {
      const { server, wappi } = yield* world()
      wappi.answer = Effect.fail(
        new WappiRefused({ what: "profile", status: 502, detail: "bad gateway", retryAfterMs: null, permanent: false }),
      )
      for (let i = 0; i < 5; i++) {
        assert.deepInclude(yield* health(server), { code: 200 })
        yield* TestClock.adjust("10 seconds")
      }
      wappi.answer = Effect.fail(new WappiDenied({ status: 401, detail: "wrong token", mend: "WAPPI_TOKEN" }))
      for (let i = 0; i < 3; i++) {
        yield* health(server)
        yield* TestClock.adjust("10 seconds")
      }
      const told = yield* health(server)
      assert.strictEqual(told.dependencies.wappi.state, "down")
      assert.include(told.dependencies.wappi.detail, "WAPPI_TOKEN")
    }),
  )

  it.effect("is bad while the model refuses every voice note, and names the setting to mend", () =>
    Effect.gen(function* () {
      const { server, model } = yield* world()
      const error = new LlmDenied({ mend: "GEMINI_API_KEY", detail: "API key not valid" })
      model.denial = { error, standIn: null }
      const told = yield* health(server)
      assert.strictEqual(told.code, 503)
      assert.strictEqual(told.dependencies.voice.state, "down")
      assert.match(told.dependencies.voice.detail, /check GEMINI_API_KEY: API key not valid/)
      model.denial = { error, standIn: "gpt-5-mini" }
      const helped = yield* health(server)
      assert.deepInclude(helped, { code: 200, status: "healthy" })
      assert.strictEqual(helped.dependencies.voice.state, "degraded")
      assert.include(helped.dependencies.voice.detail, "gpt-5-mini stands in")
      model.denial = null
      assert.deepInclude((yield* health(server)).dependencies.voice, { state: "up" })
    }),
  )

  it.effect("is not red, but degraded, while Wappi posts to somebody else: polling goes on", () =>
    Effect.gen(function* () {
      const { server, webhook } = yield* world()
      webhook.seen = { state: "degraded", detail: "Wappi posts to another address" }
      const told = yield* health(server)
      assert.deepInclude(told, { code: 200, status: "healthy" })
      assert.deepStrictEqual(told.dependencies.webhook, webhook.seen)
    }),
  )

  it.effect("is bad once polling has been silent for two minutes", () =>
    Effect.gen(function* () {
      const { server, poll } = yield* world()
      poll.at = null
      assert.strictEqual((yield* health(server)).dependencies.poll.state, "unknown")
      yield* TestClock.adjust("121 seconds")
      assert.deepInclude(yield* health(server), { code: 503 })
      poll.at = noon + 120_000
      assert.deepInclude(yield* health(server), { code: 200 })
    }),
  )

  it.effect("turns red when WhatsApp limits the number, until a person resumes", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      assert.deepInclude((yield* health(server)).dependencies.sending, { state: "up" })
      yield* post(server, delivery("temporary ban", { id: "" }))
      const red = yield* health(server)
      assert.deepInclude(red, { code: 503 })
      assert.match(
        red.dependencies.sending.detail,
        /^stopped since 2026-11-23T07:00:00.000Z: WhatsApp limited the number/,
      )
      yield* TestClock.adjust("1 hour")
      yield* post(server, delivery("delivered", { time: noon / 1000 + 3600 }))
      assert.strictEqual((yield* health(server)).dependencies.sending.state, "down")
      yield* call(server, { method: "POST", url: "/sending/resume", headers: bearer })
      assert.strictEqual((yield* health(server)).dependencies.sending.state, "up")
    }),
  )
})

describe("stopping and resuming to send", () => {
  const stop = { method: "POST", url: "/sending/stop", payload: { detail: "отпуск" } } as const
  const resume = { method: "POST", url: "/sending/resume" } as const
  const state = (server: FastifyInstance) =>
    Effect.map(call(server, { method: "GET", url: "/sending" }), (answer) => answer.json())

  it.effect("is for who has the token", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      assert.strictEqual((yield* call(server, stop)).status, 401)
      assert.isNull(yield* repo.sendingStop(profileId))
      assert.strictEqual((yield* call(server, { ...stop, headers: bearer })).status, 200)
      assert.strictEqual((yield* call(server, resume)).status, 401)
      assert.deepInclude(yield* repo.sendingStop(profileId), { why: "person", detail: "отпуск" })
    }),
  )

  it.effect("shows in the numbers, with what waits", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const free = { is_stopped: false, stopped_at: null, why: null, detail: "", waiting: 0 }
      assert.deepStrictEqual(yield* state(server), free)
      yield* call(server, { ...stop, headers: bearer })
      yield* repo.beginSend(outgoing, noon)
      const stopped = {
        is_stopped: true,
        stopped_at: new Date(noon).toISOString(),
        why: "person",
        detail: "отпуск",
        waiting: 1,
      }
      assert.deepStrictEqual(yield* state(server), stopped)
      assert.deepStrictEqual((yield* call(server, { method: "GET", url: "/stats" })).json().sending, stopped)
      const metrics = yield* call(server, { method: "GET", url: "/metrics" })
      assert.match(metrics.text, /^wa_gateway_sending_stopped 1$/m)
      assert.match(metrics.text, /^wa_gateway_sends_waiting 1$/m)
      assert.deepInclude((yield* call(server, { ...resume, headers: bearer })).json(), { is_stopped: false })
      yield* call(server, { method: "GET", url: "/metrics" })
      assert.match((yield* call(server, { method: "GET", url: "/metrics" })).text, /^wa_gateway_sending_stopped 0$/m)
    }),
  )

  it.effect("says 503 while the store is away", () =>
    Effect.gen(function* () {
      const { server, store } = yield* world()
      yield* store.disconnect
      for (const request of [stop, resume])
        assert.strictEqual((yield* call(server, { ...request, headers: bearer })).status, 503)
    }),
  )

  it.effect("takes news of a ban from before the resumption for old", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const ban = delivery("temporary ban", { id: "" })
      yield* post(server, ban)
      yield* TestClock.adjust("1 hour")
      yield* call(server, { ...resume, headers: bearer })
      yield* post(server, ban)
      assert.isNull(yield* repo.sendingStop(profileId))
      yield* TestClock.adjust("1 minute")
      yield* post(server, delivery("temporary ban", { id: "", time: noon / 1000 + 3660 }))
      assert.deepInclude(yield* repo.sendingStop(profileId), { why: "temporary_ban" })
    }),
  )
})

describe("the numbers of the gateway", () => {
  it.effect("tell today's messages, the queues and what waits", () =>
    Effect.gen(function* () {
      const { server } = yield* world()
      yield* post(server, { messages: [incoming()] })
      const told = (yield* call(server, { method: "GET", url: "/stats" })).json()
      assert.deepInclude(told, {
        messages_received_today: 1,
        messages_sent_today: 0,
        voice_transcribed_today: 0,
        pending: 1,
      })
      assert.deepStrictEqual(Object.keys(told.queues), [
        "incoming_messages",
        "outgoing_messages",
        "voice_transcription",
      ])
      assert.deepStrictEqual(told.intake_gaps_today, { webhook_only: 1, poll_only: 0 })
      assert.strictEqual(told.since, "2026-11-22T19:00:00.000Z")
      const metrics = yield* call(server, { method: "GET", url: "/metrics" })
      assert.match(metrics.text, /^wa_gateway_messages_received_today 1$/m)
      assert.match(metrics.text, /^wa_gateway_queue_depth\{queue="incoming_messages"\} \d+$/m)
    }),
  )

  it.effect("say 503 while the store is away, and the metrics still answer", () =>
    Effect.gen(function* () {
      const { server, store } = yield* world()
      yield* store.disconnect
      assert.strictEqual((yield* call(server, { method: "GET", url: "/stats" })).status, 503)
      assert.strictEqual((yield* call(server, { method: "GET", url: "/metrics" })).status, 200)
    }),
  )
})

describe("the gateway's whitelist", () => {
  it.effect("is shown and changed with the token only", () =>
    Effect.gen(function* () {
      const { server, repo } = yield* world()
      const put = { method: "PUT", url: "/api/whitelist/87010000001", payload: { note: "семья" } } as const
      assert.strictEqual((yield* call(server, put)).status, 401)
      assert.strictEqual((yield* call(server, { ...put, headers: { authorization: "Bearer wrong" } })).status, 401)
      assert.isFalse(yield* repo.isWhitelisted(client))
      assert.deepStrictEqual((yield* call(server, { ...put, headers: bearer })).json(), {
        phone: client,
        note: "семья",
      })
      assert.isTrue(yield* repo.isWhitelisted(client))
      assert.isFalse((yield* post(server, { messages: [incoming()] })).json().stored === 1)
      const remove = { method: "DELETE", url: `/api/whitelist/${encodeURIComponent(client)}`, headers: bearer } as const
      assert.strictEqual((yield* call(server, remove)).status, 200)
      assert.strictEqual((yield* call(server, remove)).status, 404)
    }),
  )

  it.effect("is closed while no token is set", () =>
    Effect.gen(function* () {
      const { server } = yield* world({ adminToken: null })
      for (const authorization of ["Bearer null", "Bearer undefined", "Bearer ", ""])
        assert.strictEqual(
          (yield* call(server, { method: "GET", url: "/api/whitelist", headers: { authorization } })).status,
          401,
        )
    }),
  )
})

describe("the gateway's server", () => {
  it.effect("says 404 in JSON, and keeps its insides to itself", () =>
    Effect.gen(function* () {
      const { server, store } = yield* world()
      const lost = yield* call(server, { method: "GET", url: "/nothing/here" })
      assert.strictEqual(lost.status, 404)
      assert.deepStrictEqual(lost.json(), { error: "not found" })
      yield* store.disconnect
      const broken = yield* call(server, {
        method: "GET",
        url: "/api/whitelist",
        headers: { authorization: "Bearer admin-token" },
      })
      assert.strictEqual(broken.status, 500)
      assert.notMatch(broken.text, /disconnected|\.ts|at /)
    }),
  )

  it.effect("lets other pages read it only where they are named", () =>
    Effect.gen(function* () {
      const { server } = yield* world({ corsOrigins: ["https://shop.example"] })
      const ask = (origin: string) => call(server, { method: "GET", url: "/health", headers: { origin } })
      assert.strictEqual(
        (yield* ask("https://shop.example")).headers["access-control-allow-origin"],
        "https://shop.example",
      )
      assert.notStrictEqual(
        (yield* ask("https://evil.example")).headers["access-control-allow-origin"],
        "https://evil.example",
      )
    }),
  )

  it.effect("has the routes that its OpenAPI document tells, and no other", () =>
    Effect.gen(function* () {
      const { server, routes } = yield* world()
      yield* Effect.promise(async () => server.ready())
      const documented = Object.entries(openApi.paths).flatMap(([path, operations]) =>
        Object.keys(operations)
          .filter((key) => key !== "parameters")
          .map((method) => `${method} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
      )
      const told = [...new Set(routes)].filter((route) => !docsFiles.includes(route))
      assert.deepStrictEqual(told.sort(), documented.sort())
      assert.deepStrictEqual((yield* call(server, { method: "GET", url: "/docs/openapi.json" })).json(), openApi)
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
