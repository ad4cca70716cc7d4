/**
 * Whatever is posted to the webhook, against a real database: nothing of it is answered 5xx, each thing ends stored or
 * rejected with a reason, and what is stored can be relayed. A memory refuses nothing, a database does.
 */
import { assert, it } from "@effect/vitest"
import { describeNeeds, postgresUrl, reachable } from "@wa/adapters/contracts/needs"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import { layerFreshDatabase } from "@wa/adapters/postgres/database.fixture"
import * as GatewayRepoSql from "@wa/adapters/postgres/gateway-repo-sql"
import { migrateGateway } from "@wa/adapters/postgres/migrations"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { bodyOf } from "@wa/core/queue/messages"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import type { FastifyInstance } from "fastify"
import { GatewaySettings } from "./gateway-settings.ts"
import { makeHealth } from "./health.ts"
import { gatewayServer } from "./http-server.ts"

const profileId = "a1b2c3d4-5e6f"
const now = Date.now()
const seconds = Math.floor(now / 1000)
const path = "/webhook/wappi/s3cret"

const server = Effect.gen(function* () {
  const queue = yield* InProcessQueue.make()
  const repo = yield* GatewayRepo
  yield* repo.beganAt(profileId, now - 3_600_000)
  const context = (yield* Effect.context<never>()).pipe(
    Context.add(GatewayRepo, repo),
    Context.add(QueuePort, queue.port),
    Context.add(WappiPort, {} as unknown as WappiPort["Service"]),
    Context.add(LlmPort, {} as unknown as LlmPort["Service"]),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 5,
      sendPerMinute: 20,
      dailyTokenBudget: null,
      zone: "Asia/Almaty",
      webhook: null,
    }),
  )
  const made = gatewayServer(context, {
    webhookSecret: Redacted.make("s3cret"),
    corsOrigins: [],
    adminToken: null,
    health: makeHealth({ lastPollAt: Effect.succeed(now), webhook: Effect.succeed({ state: "up", detail: "" }) }),
  })
  yield* Effect.addFinalizer(() => Effect.promise(() => made.close()))
  return made
})
const repository = GatewayRepoSql.layer.pipe(
  Layer.provide(Layer.effectDiscard(migrateGateway())),
  Layer.provide(layerFreshDatabase),
)

const post = (to: FastifyInstance, payload: string | Buffer, headers: Record<string, string> = {}) =>
  Effect.promise(() =>
    to.inject({ method: "POST", url: path, headers: { "content-type": "application/json", ...headers }, payload }),
  ).pipe(Effect.map((answer) => ({ status: answer.statusCode, json: () => JSON.parse(answer.body) })))
const counted = (from: FastifyInstance) =>
  Effect.map(
    Effect.promise(() => from.inject({ method: "GET", url: "/metrics" })),
    ({ body }) =>
      [...body.matchAll(/^wa_gateway_webhook_rejected_total\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0),
  )

let lastId = 0
const incoming = (more: Record<string, unknown> = {}) => ({
  wh_type: "incoming_message",
  profile_id: profileId,
  id: `3A${String(++lastId).padStart(18, "0")}`,
  type: "chat",
  body: "Сколько стоит?",
  from: "77010000001@c.us",
  to: "77020000000@c.us",
  chatId: "77010000001@c.us",
  senderName: "Айгуль",
  time: seconds,
  is_me: false,
  ...more,
})
const messages = (...list: ReadonlyArray<unknown>) => ({ messages: list })
const delivery = (more: Record<string, unknown> = {}) => ({
  messages: {
    wh_type: "delivery_status",
    profile_id: profileId,
    id: "OUR1",
    chat_id: "77010000001@c.us",
    status: "read",
    ...more,
  },
})
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`
const megabytes = (n: number) => "QUJD".repeat((n * 1024 * 1024) / 4)
const twin = incoming()

/** What is posted, and how it ends. */
const stored: Record<string, unknown> = {
  "a text": messages(incoming()),
  "a single object": { messages: incoming() },
  "a voice note with a link": messages(
    incoming({ type: "ptt", body: "", file_link: "https://fs.example/a.ogg", mimetype: "audio/ogg" }),
  ),
  "a voice note in base64": messages(
    incoming({ type: "ptt", body: "T2dnUwAAAA==", mimetype: "audio/ogg; codecs=opus" }),
  ),
  "a picture of 18 MB in base64": messages(
    incoming({ type: "image", body: megabytes(18), mimetype: "image/jpeg", caption: "наш участок" }),
  ),
  "a file of 18 MB that says it is text": messages(incoming({ body: megabytes(18) })),
  "a document with a very long name": messages(
    incoming({ type: "document", file_name: "д".repeat(100_000), mimetype: "application/pdf" }),
  ),
  "a location": messages(
    incoming({ type: "location", body: null, location: { latitude: 43.2, longitude: 76.9, description: "" } }),
  ),
  "a contact card": messages(
    incoming({ type: "vcard", body: "BEGIN:VCARD", contact: { display_name: "Иван", phone: "77010000009" } }),
  ),
  "a poll": messages(incoming({ type: "poll", body: "Когда?", poll_options: ["сегодня", null, 5] })),
  "a vote": messages(incoming({ type: "poll_vote", body: { x: 1 }, selected_poll_variant: ["сегодня"] })),
  "a button": messages(incoming({ type: "buttons_response", body: "", selectedButtonId: "да" })),
  "a list": messages(incoming({ type: "list_response", body: null, selected_list_id: "1" })),
  "a sticker": messages(incoming({ type: "sticker", body: "UklGRg==", mimetype: "image/webp" })),
  "a reaction": messages(incoming({ type: "reaction", body: "👍", stanza_id: "3A00" })),
  "a reaction taken back": messages(incoming({ type: "reaction", body: "", stanza_id: "3A00" })),
  "a system line": messages(incoming({ type: "system", body: "" })),
  "a type that nobody knows": messages(incoming({ type: "hologram", body: "?" })),
  "a type named like a property of every object": messages(incoming({ type: "constructor", body: "" })),
  "a type of a megabyte": messages(incoming({ type: "x".repeat(1_000_000) })),
  "no type": messages(incoming({ type: undefined })),
  "an empty text": messages(incoming({ body: "" })),
  "a text that is null": messages(incoming({ body: null })),
  "a text that is a number": messages(incoming({ body: 15000 })),
  "a text that is an object": messages(incoming({ body: { text: "Здравствуйте" } })),
  "a text that is a list": messages(incoming({ body: ["Здравствуйте"] })),
  "a text of a megabyte": messages(incoming({ body: "а".repeat(1_000_000) })),
  "NUL, half a surrogate and bidi marks": messages(
    incoming({ body: "a\u0000b\ud800c\u202e", senderName: "\u202a+7 701\u202c\u0000" }),
  ),
  "a name of a megabyte": messages(incoming({ senderName: "и".repeat(1_000_000), contact_name: { a: 1 } })),
  "an id that is a number": messages(incoming({ id: 1234567890 + lastId })),
  "a chat id of the newer form": messages(incoming({ chatId: "77010000001@s.whatsapp.net", from: null })),
  "a chat id with a device": messages(incoming({ chatId: "77010000001:12@s.whatsapp.net" })),
  "a hidden number": messages(incoming({ chatId: "100000000000001@lid", from: "100000000000001@lid" })),
  "no chat id but a sender": messages(incoming({ chatId: undefined })),
  "no profile": messages(incoming({ profile_id: undefined })),
  "time as text": messages(incoming({ time: String(seconds), timestamp: null })),
  "time in milliseconds": messages(incoming({ time: now })),
  "time only as RFC 3339 with nanoseconds": messages(
    incoming({ time: 0, timestamp: new Date(now).toISOString().replace("Z", "123456+00:00") }),
  ),
  "a message of the far future": messages(incoming({ time: 4_000_000_000 })),
  "an own message from the phone": messages(
    incoming({ wh_type: "outgoing_message_phone", from: "77020000000@c.us", to: "77010000001@c.us", is_me: undefined }),
  ),
  "an own message of a CRM": messages(
    incoming({ wh_type: "outgoing_message_api", task_id: "t", wappi_bot_id: "b", is_me: undefined }),
  ),
  "an own message echoed as incoming": messages(incoming({ is_me: true })),
  "an edit of what was never seen": messages(incoming({ is_edited: true, stanza_id: "3AUNSEEN" })),
  "an edit that names a megabyte": messages(incoming({ is_edited: true, stanza_id: "s".repeat(1_000_000) })),
  "null elements around a message": messages(null, incoming(), null),
  "unknown keys everywhere": { ...messages(incoming({ zz: { deep: [1, 2] }, ["__proto__x"]: 1 })), extra: true },
  "a thousand messages": { messages: Array.from({ length: 1000 }, () => incoming()) },
  "quotes and SQL": messages(incoming({ body: "'; DROP TABLE message_logs; --", senderName: "'\"\\" })),
}
const noted: Record<string, unknown> = {
  "a delivery": delivery(),
  "a delivery in a list": messages(delivery().messages),
  "a delivery of nobody's message": delivery({ id: "THEIRS", status: "error" }),
  "a delivery with a task only": delivery({ id: "", task_id: "t1" }),
  "a delivery of a word nobody knows": delivery({ status: "teleported" }),
  "an authorization": messages({
    wh_type: "authorization_status",
    profile_id: profileId,
    status: "offline",
    reason: "logout from api",
  }),
  "an application status": { messages: { wh_type: "application_status", profile_id: profileId, status: 5 } },
}
const leftOut: Record<string, unknown> = {
  null: null,
  "a number": 5,
  "a text": "hello",
  "an empty list": [],
  "a list": [incoming()],
  "an empty object": {},
  "messages null": { messages: null },
  "messages a text": { messages: "hello" },
  "messages in messages": { messages: [[incoming()]] },
  "an element that is a number": messages(5),
  "no wh_type": messages(incoming({ wh_type: undefined })),
  "an unknown wh_type": messages(incoming({ wh_type: "incoming_hologram" })),
  "a wh_type that is an object": messages(incoming({ wh_type: {} })),
  "an incoming call": { messages: { wh_type: "incoming_call", type: "missed_call", number: "77010000001" } },
  "no id": messages(incoming({ id: undefined })),
  "an id that is an object": messages(incoming({ id: {} })),
  "an id of a megabyte": messages(incoming({ id: "A".repeat(1_000_000) })),
  "no chat at all": messages(incoming({ chatId: undefined, from: undefined, to: undefined })),
  "a chat of a megabyte": messages(incoming({ chatId: `${"1".repeat(1_000_000)}@lid` })),
  "a hidden number with blanks in it": messages(incoming({ chatId: "10 00@lid" })),
  "a chat of another messenger": messages(incoming({ chatId: "123@telegram" })),
  "no time": messages(incoming({ time: undefined, timestamp: undefined })),
  "a time of 1970": messages(incoming({ time: 5, timestamp: "вчера" })),
  "another profile": messages(incoming({ profile_id: "ffffffff-0000" })),
  "a profile that is an object": messages(incoming({ profile_id: "x".repeat(500_000) })),
  "a delivery without a status": delivery({ status: undefined }),
  "a delivery without a message": delivery({ id: undefined }),
  "a delivery of a megabyte": delivery({ id: "A".repeat(1_000_000), status: "error" }),
}
const unreadable: Record<string, string | Buffer> = {
  nothing: "",
  "half a body": JSON.stringify(messages(incoming())).slice(0, 80),
  "a form": "messages=1&a=b",
  HTML: "<html><body>502</body></html>",
  "invalid UTF-8": Buffer.concat([Buffer.from('{"messages": '), Buffer.from([0xff, 0xfe, 0xc3, 0x28])]),
  "bytes of a picture": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
}

const hasPostgres = await reachable(new URL(postgresUrl).hostname, Number(new URL(postgresUrl).port) || 5432)

describeNeeds("PostgreSQL", hasPostgres)("the webhook, over a database", () => {
  it.live(
    "ends everything that is posted as stored, noted or rejected with a reason, and never in an error",
    () =>
      Effect.gen(function* () {
        const to = yield* server
        const repo = yield* GatewayRepo
        assert.isAtLeast(Object.keys({ ...stored, ...noted }).length + Object.keys(leftOut).length, 80)
        for (const [name, body] of Object.entries(stored)) {
          const answer = yield* post(to, JSON.stringify(body))
          assert.strictEqual(answer.status, 200, name)
          assert.isAbove(answer.json().stored, 0, `${name}: ${JSON.stringify(answer.json())}`)
        }
        for (const [name, body] of Object.entries(noted)) {
          const answer = yield* post(to, JSON.stringify(body))
          assert.strictEqual(answer.status, 200, name)
          assert.deepInclude(answer.json(), { stored: 0, noted: 1, rejected: [] }, name)
        }
        for (const [name, body] of Object.entries(leftOut)) {
          const before = yield* counted(to)
          const answer = yield* post(to, JSON.stringify(body))
          assert.strictEqual(answer.status, 200, name)
          const { rejected, ...rest } = answer.json()
          assert.deepStrictEqual(rest, { stored: 0, noted: 0 }, name)
          if (name === "an empty list" || Array.isArray(body)) assert.isAbove(rejected.length, 0, name)
          else assert.isAbove(rejected.length, 0, name)
          for (const why of rejected) assert.isBelow(why.length, 300, name)
          assert.isAbove(yield* counted(to), before, `${name}: counted`)
        }
        for (const [name, body] of Object.entries(unreadable)) {
          const before = yield* counted(to)
          assert.strictEqual((yield* post(to, body)).status, 400, name)
          assert.isAbove(yield* counted(to), before, `${name}: counted`)
        }
        // Deep nesting, under a key that nobody reads, and alone.
        assert.include([200, 400], (yield* post(to, nested(200_000))).status)
        assert.include([200, 400], (yield* post(to, `{"messages": ${nested(200_000)}}`)).status)
        const before = yield* counted(to)
        assert.strictEqual((yield* post(to, JSON.stringify(megabytes(26)))).status, 413)
        assert.isAbove(yield* counted(to), before, "too large: counted")
        for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/xml", "", ";;;", "json"])
          assert.strictEqual(
            (yield* post(to, JSON.stringify(messages(incoming())), { "content-type": type })).status,
            200,
          )
        assert.strictEqual((yield* Effect.promise(() => to.inject({ method: "GET", url: path }))).statusCode, 200)
        // Twice, at once, and later things before earlier ones.
        const twins = yield* Effect.all(
          Array.from({ length: 8 }, () => post(to, JSON.stringify(messages(twin, twin)))),
          { concurrency: 8 },
        )
        assert.deepStrictEqual(twins.map((one) => one.json().stored).sort(), [0, 0, 0, 0, 0, 0, 0, 1])
        const late = incoming({ time: seconds - 60 })
        yield* post(
          to,
          JSON.stringify(
            messages(incoming({ ...late, id: `${late.id}E`, is_edited: true, stanza_id: late.id, body: "исправлено" })),
          ),
        )
        yield* post(to, JSON.stringify(messages(late)))
        // Whatever was stored can be told to the agent.
        let told = 0
        for (let rows = yield* repo.pending(500); rows.length > 0; rows = yield* repo.pending(500))
          for (const { id, queue, body } of rows) {
            yield* Schema.decodeUnknownEffect(bodyOf[queue] as Schema.Codec<unknown>)(JSON.parse(JSON.stringify(body)))
            assert.isBelow(JSON.stringify(body).length, 500_000)
            yield* repo.markQueued(id, now)
            told++
          }
        assert.isAtLeast(told, 1040)
      }).pipe(Effect.scoped, Effect.provide(repository)),
    180_000,
  )
})
