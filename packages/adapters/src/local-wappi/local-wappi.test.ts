import { spawn } from "node:child_process"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { oggBase64 } from "../contracts/wappi.contract.ts"
import { readWebhook } from "../wappi/webhook.ts"
import { type LocalWappiSettings, startLocalWappi } from "./local-wappi.ts"
import { makeLocalWhatsApp } from "./local-whatsapp.ts"

const settings = { host: "127.0.0.1", token: "token-1", profileId: "a1b2c3d4-5e6f", seed: "local", now: Date.now }
const phone = "+77010000001"

type Json = Record<string, unknown>

const world = Effect.fnUntraced(function* (more: Partial<LocalWappiSettings> = {}) {
  const gateway = yield* startLocalWappi({ ...settings, ...more })
  const ask = (method: string, path: string, body?: unknown) =>
    Effect.promise(async () => {
      const separator = path.includes("?") ? "&" : "?"
      const address = path.startsWith("/api") ? `${path}${separator}profile_id=${settings.profileId}` : path
      const headers = { authorization: settings.token, "content-type": "application/json" }
      const sent = body === undefined ? null : JSON.stringify(body)
      const response = await fetch(gateway.url + address, { method, headers, body: sent })
      return { status: response.status, body: (await response.json()) as Json }
    })
  return {
    ...gateway,
    get: (path: string) => ask("GET", path),
    post: (path: string, body?: unknown) => ask("POST", path, body),
  }
})

/** Somebody who listens for webhooks. */
const listener = Effect.acquireRelease(
  Effect.promise(async () => {
    const got: Array<{ readonly method: string; readonly auth: string; readonly body: unknown }> = []
    const server = createServer(async (request, response) => {
      const chunks: Array<Buffer> = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const text = Buffer.concat(chunks).toString("utf8")
      const auth = request.headers.authorization ?? ""
      got.push({ method: request.method ?? "", auth, body: text === "" ? null : JSON.parse(text) })
      response.end("ok")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    return { got, server, url: `http://127.0.0.1:${port}/hook` }
  }),
  ({ server }) =>
    Effect.promise(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }),
)
const allTypes = ["incoming_message", "delivery_status", "outgoing_message_phone", "outgoing_message_api"]

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "local-wappi-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
)

describe("the local gateway", () => {
  it.live("answers in the vendor's envelope, with Moscow's time and upper-case hex ids", () =>
    Effect.gen(function* () {
      const { post } = yield* world({ now: () => Date.parse("2026-11-20T09:00:00.500Z") })
      const { body } = yield* post("/api/sync/message/send", { recipient: "77010000001", body: "Раз" })
      assert.deepInclude(body, { status: "done", timestamp: 1_795_165_200, time: "2026-11-20T12:00:00+03:00" })
      assert.match(String(body["message_id"]), /^3EB0[0-9A-F]{16}$/)
      assert.match(String(body["task_id"]), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    }),
  )
  it.live("takes chats/get by GET and POST, with a filter or an empty body, and ignores the limit with show_all", () =>
    Effect.gen(function* () {
      const { get, post, whatsapp } = yield* world()
      for (const last of [1, 2, 3]) whatsapp.clientWrites(`+7701000000${last}`, "раз")
      const ids = (answer: { body: Json }) =>
        (answer.body["dialogs"] as ReadonlyArray<Json>).map((chat) => chat["phone"])
      assert.deepStrictEqual(ids(yield* get("/api/sync/chats/get?limit=1&offset=1")), ["77010000002"])
      assert.lengthOf(ids(yield* post("/api/sync/chats/get?limit=1&show_all=true")), 3)
      const filter = { filter: { ids: ["77010000003", "7701000000[1]"] } }
      assert.deepStrictEqual(ids(yield* post("/api/sync/chats/get?limit=9", filter)), ["77010000003", "77010000001"])
      assert.lengthOf(ids(yield* post("/api/sync/chats/get?limit=9", [])), 3)
    }),
  )
  it.live("sends later what is sent by the queue, and tells of it by the task", () =>
    Effect.gen(function* () {
      const { get, post, whatsapp } = yield* world()
      const wrote = new Promise<void>((resolve) => {
        whatsapp.subscribe((happening) => (happening.what === "wrote" ? resolve() : undefined))
      })
      const sent = { recipient: "77010000001", body: "Позже" }
      const { body } = yield* post("/api/async/message/send?timeout_from=0&timeout_to=1", sent)
      assert.notProperty(body, "message_id")
      yield* Effect.promise(() => wrote)
      const { task } = (yield* get(`/api/task/get?task_id=${body["task_id"]}`)).body as { task: Json }
      const [message] = whatsapp.chat(phone)
      assert.deepInclude(task["response"], { message_id: message?.id })
      const history = (yield* get("/api/sync/messages/history")).body["detail"] as ReadonlyArray<Json>
      assert.deepInclude(history[0], { id: message?.id, message: "Позже", recipient: "77010000001@c.us" })
    }),
  )
  it.live("takes a send to 8…, and lets nothing arrive", () =>
    Effect.gen(function* () {
      const { post, whatsapp } = yield* world()
      const { status } = yield* post("/api/sync/message/send", { recipient: "87010000001", body: "Раз" })
      assert.strictEqual(status, 200)
      assert.lengthOf(whatsapp.chat(phone), 0)
      assert.strictEqual(whatsapp.sentByApi()[0]?.tick, "pending")
    }),
  )
  it.live("lets nothing be sent while logged out or unpaid", () =>
    Effect.gen(function* () {
      const { faults, get, post, whatsapp } = yield* world()
      const send = post("/api/sync/message/send", { recipient: "77010000001", body: "Раз" })
      faults.set({ authorized: false })
      assert.deepInclude((yield* send).body, { detail: "Not authorized in whatsapp" })
      faults.set({ authorized: true, paymentExpiresAt: "2020-01-01T00:00:00Z" })
      assert.strictEqual((yield* send).status, 402)
      assert.strictEqual((yield* get("/api/sync/get/status")).status, 200)
      assert.lengthOf(whatsapp.sentByApi(), 0)
    }),
  )
})

describe("its webhooks", () => {
  it.live("tell a message, an answer and its ticks in order, with the secret, in shapes that we can read", () =>
    Effect.gen(function* () {
      const hook = yield* listener
      const { post, webhooksDrained, whatsapp } = yield* world()
      yield* post(`/api/webhook/url/set?url=${encodeURIComponent(hook.url)}&auth=secret-1`)
      yield* post("/api/webhook/types/set", allTypes)
      const question = whatsapp.clientWrites(phone, "Сколько?", { name: "Айгуль" })
      const { body } = yield* post("/api/sync/message/reply", { message_id: question.id, body: "Десять" })
      whatsapp.clientEdits(question.id, "Почём?")
      yield* webhooksDrained
      const told = hook.got.map((one) => readWebhook(one.body))
      assert.isTrue(hook.got.every((one) => one.auth === "secret-1"))
      assert.deepStrictEqual(
        told
          .flatMap(({ messages }) => messages)
          .map(({ text, fromMe, isEdited, refersTo }) => [text, fromMe, isEdited, refersTo]),
        [
          ["Сколько?", false, false, ""],
          ["Десять", true, false, question.id],
          ["Почём?", false, true, question.id],
        ],
      )
      assert.deepStrictEqual(
        told.flatMap(({ deliveries }) => deliveries).map(({ messageId, status }) => [messageId, status]),
        ["pending", "delivered", "read"].map((status) => [String(body["message_id"]), status]),
      )
      assert.lengthOf(
        told.flatMap(({ rejected }) => rejected),
        0,
      )
    }),
  )
  it.live("come only of the types that were asked for", () =>
    Effect.gen(function* () {
      const hook = yield* listener
      const { post, webhooksDrained, whatsapp } = yield* world()
      yield* post(`/api/webhook/url/set?url=${encodeURIComponent(hook.url)}`)
      whatsapp.operatorWrites(phone, "Это я")
      yield* webhooksDrained
      // The vendor's default lacks own messages.
      assert.isTrue(hook.got.every((one) => readWebhook(one.body).messages.length === 0))
    }),
  )
  it.live("come twice, swapped, as an object, or not at all, when the faults say so", () =>
    Effect.gen(function* () {
      const hook = yield* listener
      const { faults, webhooksDrained, whatsapp } = yield* world()
      whatsapp.setWebhook({ url: hook.url, types: allTypes })
      const texts = () =>
        hook.got.splice(0).flatMap((one) => readWebhook(one.body).messages.map((message) => message.text))
      const write = Effect.sync(() => ["1", "2", "3"].map((text) => whatsapp.clientWrites(phone, text)))
      faults.set({ webhookTwice: true })
      yield* Effect.andThen(write, webhooksDrained)
      assert.deepStrictEqual(texts(), ["1", "1", "2", "2", "3", "3"])
      faults.set({ webhookTwice: false, webhookOutOfOrder: true })
      yield* Effect.andThen(write, webhooksDrained)
      assert.deepStrictEqual(texts(), ["2", "1", "3"])
      faults.set({ webhookOutOfOrder: false, webhookAsObject: true })
      yield* Effect.andThen(write, webhooksDrained)
      assert.isFalse(hook.got.some((one) => Array.isArray((one.body as Json)["messages"])))
      assert.deepStrictEqual(texts(), ["1", "2", "3"])
      faults.set({ webhookLost: true })
      yield* Effect.andThen(write, webhooksDrained)
      assert.deepStrictEqual(texts(), [])
    }),
  )
  it.live("come before the send's answer, and the address is probed, when the faults say so", () =>
    Effect.gen(function* () {
      const hook = yield* listener
      const { faults, post } = yield* world()
      faults.set({ webhookBeforeAnswer: true, webhookProbe: true })
      yield* post(`/api/webhook/url/set?url=${encodeURIComponent(hook.url)}`)
      yield* post("/api/webhook/types/set", allTypes)
      yield* post("/api/sync/message/send", { recipient: "77010000001", body: "Раз" })
      assert.isTrue(hook.got.some((one) => readWebhook(one.body).messages[0]?.text === "Раз"))
      assert.isTrue(hook.got.some((one) => one.method === "GET"))
    }),
  )
  it.live("tell of a ban", () =>
    Effect.gen(function* () {
      const hook = yield* listener
      const { faults, post, webhooksDrained, whatsapp } = yield* world()
      whatsapp.setWebhook({ url: hook.url, types: allTypes })
      faults.set({ fateOfSends: "temporary ban" })
      yield* post("/api/sync/message/send", { recipient: "77010000001", body: "Раз" })
      yield* webhooksDrained
      const statuses = hook.got.flatMap((one) => readWebhook(one.body).deliveries.map(({ status }) => status))
      assert.deepStrictEqual(statuses, ["pending", "temporary ban"])
    }),
  )
})

describe("the phones", () => {
  it.live("write, speak, edit, delete, and show what was answered with its ticks", () =>
    Effect.gen(function* () {
      const { get, post } = yield* world({ clientsReadAtOnce: false })
      const written = yield* post("/phone/messages", { from: "8 (701) 000-00-01", text: "Алло", name: "Айгуль" })
      yield* post("/phone/messages", { from: phone, audioBase64: oggBase64 })
      yield* post("/phone/edit", { id: written.body["id"], text: "Алло?" })
      yield* post("/api/sync/message/send", { recipient: "77010000001", body: "Да" })
      yield* post("/api/sync/message/mark/read?mark_all=true", { message_id: written.body["id"] })
      yield* post("/phone/operator", { to: phone, text: "Это Марат" })
      yield* post("/api/sync/chat/typing/start", { recipient: "77010000001" })
      const { body } = yield* get("/phone/chats/+77010000001")
      assert.deepInclude(body, { name: "Айгуль", isTyping: true })
      assert.deepStrictEqual(
        (body["messages"] as ReadonlyArray<Json>).map((m) => [
          m["text"],
          m["type"],
          m["fromMe"],
          m["sentFrom"],
          m["tick"],
        ]),
        [
          ["Алло?", "chat", false, "phone", "read"],
          ["", "ptt", false, "phone", "read"],
          ["Да", "chat", true, "api", "delivered"],
          ["Это Марат", "chat", true, "phone", "delivered"],
        ],
      )
      yield* post("/phone/delete", { id: written.body["id"] })
      const chats = (yield* get("/phone/chats")).body as unknown as ReadonlyArray<Json>
      assert.deepInclude(chats[0], { phone, name: "Айгуль", lastText: "Это Марат", unread: 0 })
    }),
  )
  it.live("say in one line what is wrong", () =>
    Effect.gen(function* () {
      const { post } = yield* world()
      const wrong = [
        ["/phone/messages", { from: "кто-то", text: "Раз" }, /^from must be a phone number/],
        ["/phone/messages", { from: phone, text: " " }, /^text is missing$/],
        ["/phone/messages", { from: phone, text: 5 }, /^text must be a text$/],
        ["/phone/messages", { from: phone, text: "а", type: "telegram" }, /^type must be one of/],
        ["/phone/messages", [], /^the body must be a JSON object$/],
        ["/phone/edit", { id: "3A", text: "б" }, /^there is no message 3A/],
        ["/phone/operator", { text: "б" }, /^to is missing$/],
        ["/phone/faults", { switches: { nosuch: true } }, /^there is no switch nosuch$/],
        ["/phone/faults", { switches: { authorized: "no" } }, /must be a boolean$/],
        ["/phone/faults", { planned: [{ kind: "fire" }] }, /^a planned fault's kind/],
      ] as const
      for (const [path, body, why] of wrong) {
        const answer = yield* post(path, body)
        assert.strictEqual(answer.status, 400)
        assert.match(String(answer.body["error"]), why)
      }
    }),
  )
  it.live("switch faults on and off", () =>
    Effect.gen(function* () {
      const { get, post, whatsapp } = yield* world()
      const planned = [{ kind: "http", endpoint: "send", status: 502, times: 1 }]
      yield* post("/phone/faults", { planned, switches: { operatorWritesOnTyping: "Я сам" } })
      assert.deepInclude((yield* get("/phone/faults")).body, { planned })
      const send = post("/api/sync/message/send", { recipient: "77010000001", body: "Раз" })
      assert.deepStrictEqual([(yield* send).status, (yield* send).status], [502, 200])
      yield* post("/api/sync/chat/typing/start", { recipient: "77010000001" })
      yield* post("/api/sync/chat/typing/start", { recipient: "77010000001" })
      assert.deepStrictEqual(
        whatsapp.chat(phone).map((message) => message.text),
        ["Раз", "Я сам"],
      )
      yield* post("/phone/faults", { clear: true, switches: { appStatus: "connecting" } })
      assert.deepInclude((yield* get("/api/sync/get/status")).body, { app_status: "connecting" })
    }),
  )
})

describe("the journal", () => {
  const startOfNodeMillisMax = 60_000
  it.live(
    "outlives a kill in the middle of writing, with no id given twice",
    () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "whatsapp.jsonl")
        const program = `
        import { makeLocalWhatsApp } from ${JSON.stringify(new URL("./local-whatsapp.ts", import.meta.url).href)}
        const whatsapp = makeLocalWhatsApp({ now: Date.now, journalFile: ${JSON.stringify(file)} })
        for (let left = 100_000; left > 0; left--) {
          process.stdout.write(whatsapp.clientWrites("+77010000001", "раз").id + "\\n")
          await new Promise(setImmediate) // a full pipe drains only between turns
        }`
        const answered = yield* Effect.callback<ReadonlyArray<string>>((resume) => {
          const child = spawn(process.execPath, ["--input-type=module", "-e", program])
          let text = ""
          child.stdout.on("data", (chunk) => {
            text += String(chunk)
            if (text.length > 20_000) child.kill("SIGKILL")
          })
          child.on("close", () => resume(Effect.succeed(text.split("\n").slice(0, -1))))
          return Effect.sync(() => void child.kill("SIGKILL"))
        })
        assert.isAbove(answered.length, 500)
        const reborn = makeLocalWhatsApp({ now: Date.now, journalFile: file })
        const kept = new Set(reborn.chat(phone).map((message) => message.id))
        assert.isTrue(answered.every((id) => kept.has(id)))
        const next = reborn.clientWrites(phone, "два")
        assert.isFalse(kept.has(next.id))
        reborn.close()
      }),
    startOfNodeMillisMax,
  )
  it.live("cuts off a torn last line, and does not start on a broken one", () =>
    Effect.gen(function* () {
      const file = join(yield* folder, "whatsapp.jsonl")
      const open = () => makeLocalWhatsApp({ now: Date.now, journalFile: file })
      const before = open()
      const message = before.clientWrites(phone, "раз")
      before.close()
      appendFileSync(file, '{"what":"wrote","mess')
      const after = open()
      assert.deepStrictEqual(after.chat(phone), [message])
      const second = after.clientWrites(phone, "два")
      after.close()
      const again = open()
      assert.deepStrictEqual(again.chat(phone), [message, second])
      again.close()
      const lines = readFileSync(file, "utf8").split("\n")
      writeFileSync(file, [lines[0], "{", ...lines.slice(1)].join("\n"))
      assert.throws(open, /^line 2 of the journal .* is broken/)
      const error = yield* Effect.flip(Effect.scoped(startLocalWappi({ ...settings, journalFile: file })))
      assert.match(error.message, /^The local stand-in for WhatsApp cannot start: line 2/)
    }),
  )
  it.live("keeps ticks, edits, the webhook and sends that were put off", () =>
    Effect.gen(function* () {
      const journalFile = join(yield* folder, "whatsapp.jsonl")
      const read = yield* Effect.scoped(
        Effect.gen(function* () {
          const { post, whatsapp } = yield* world({ journalFile })
          const message = whatsapp.clientWrites(phone, "раз")
          whatsapp.clientEdits(message.id, "два")
          whatsapp.markRead(message.id, true)
          whatsapp.setWebhook({ url: "http://127.0.0.1:9/hook" })
          yield* post("/api/async/message/send?timeout_from=600", { recipient: "77010000001", body: "Позже" })
          return whatsapp.chat(phone)
        }),
      )
      const { whatsapp } = yield* world({ journalFile })
      assert.deepStrictEqual(whatsapp.chat(phone), read)
      assert.deepInclude(whatsapp.chat(phone)[0], { text: "два", isEdited: true, tick: "read" })
      assert.strictEqual(whatsapp.webhook().url, "http://127.0.0.1:9/hook")
      const [task] = whatsapp.unsentTasks()
      assert.strictEqual(whatsapp.runTask(task!.id)?.text, "Позже")
      assert.isNull(whatsapp.runTask(task!.id))
    }),
  )
})
