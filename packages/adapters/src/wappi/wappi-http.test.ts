import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { Effect, Fiber, Layer, Logger, Random, Redacted, References } from "effect"
import { FetchHttpClient, HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { oggBase64 } from "../contracts/wappi.contract.ts"
import type { Endpoint } from "../local-wappi/faults.ts"
import { type LocalWappi, startLocalWappi } from "../local-wappi/local-wappi.ts"
import * as WappiHttp from "./wappi-http.ts"

const profileId = "a1b2c3d4-5e6f"
const token = "token-1"
const phone = "+77010000001"
const chatId = "77010000001@c.us"
const page = { limit: 20, offset: 0 }

/** For tests that provoke warnings. */
const quiet = Logger.layer([])

const client = (baseUrl: string, more: Partial<WappiHttp.Settings> = {}) =>
  WappiHttp.make({
    baseUrl,
    token: Redacted.make(token),
    profileId,
    minGapMs: 0,
    retryPauseMs: 1,
    timeoutMs: 5000,
    ...more,
  }).pipe(Effect.provide(FetchHttpClient.layer))

const world = Effect.fnUntraced(function* (more: Partial<WappiHttp.Settings> = {}) {
  const gateway = yield* startLocalWappi({ host: "127.0.0.1", token, profileId, seed: "http", now: Date.now })
  const wappi = yield* client(gateway.url, more)
  return { ...gateway, wappi, calls: (endpoint: Endpoint) => callsOf(gateway, endpoint).length }
})
const callsOf = (gateway: LocalWappi, endpoint: Endpoint) =>
  gateway.requests().filter((request) => request.endpoint === endpoint)

const html = { status: 502, headers: { "content-type": "text/html" }, body: "<html><h1>502 Bad Gateway</h1></html>" }

describe("every call", () => {
  it.live("carries the bare token and the profile", () =>
    Effect.gen(function* () {
      const { wappi, requests } = yield* world()
      yield* wappi.listChats(page).pipe(Effect.withSpan("a poll"))
      const [request] = requests()
      assert.deepStrictEqual(
        [request?.headers["authorization"], request?.query["profile_id"], request?.method],
        [token, profileId, "POST"],
      )
      assert.doesNotHaveAnyKeys(request?.headers, ["traceparent", "b3"])
    }),
  )
  it.live("is refused for a wrong token or profile, and names which", () =>
    Effect.gen(function* () {
      const { url, requests } = yield* world()
      const stranger = yield* client(url, { token: Redacted.make("wrong") })
      assert.deepInclude(yield* Effect.flip(stranger.profile), {
        _tag: "WappiDenied",
        mend: "WAPPI_TOKEN",
        status: 401,
      })
      const lost = yield* client(url, { profileId: "00000000-0000" })
      const error = yield* Effect.flip(lost.send(phone, "Раз"))
      assert.deepInclude(error, { _tag: "WappiDenied", mend: "WAPPI_PROFILE_ID", status: 400 })
      // A denial is not tried again.
      assert.lengthOf(requests(), 2)
    }),
  )
  it.live("waits for the one before it, and a read for the gap as well", () =>
    Effect.gen(function* () {
      const { faults, concurrencyMax, requests, wappi } = yield* world({ minGapMs: 30 })
      faults.set({ slowMs: 5 })
      const reads = [1, 2, 3].map(() => wappi.listMessages(chatId, page))
      yield* Effect.all([...reads, wappi.send(phone, "Раз")], { concurrency: "unbounded" })
      assert.strictEqual(concurrencyMax(), 1)
      const at = requests()
        .filter((request) => request.endpoint === "messages")
        .map((request) => request.at)
      // One millisecond of slack: the two ends are two clocks' roundings.
      assert.isAtLeast(at[1]! - at[0]!, 34)
      assert.isAtLeast(at[2]! - at[1]!, 34)
    }),
  )
  it.live("leaves no number, text or token in the log", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make(({ message }) => void lines.push(JSON.stringify(message)))
      const { faults, wappi } = yield* world()
      faults.plan({ kind: "status_error", endpoint: "send", detail: "cannot write to 77010000001@c.us now" })
      const failing = Effect.flip(wappi.send(phone, "тайные слова"))
      const told = yield* Effect.andThen(wappi.listMessages(chatId, page), failing).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Debug"),
      )
      const all = lines.join("\n")
      assert.include(all, "7701***0001")
      assert.notMatch(all + told.message, /77010000001|тайные|token-1/)
    }),
  )
})

describe("a read", () => {
  for (const [name, fault] of [
    ["an HTML page of a proxy", { kind: "http", ...html }],
    ["a 200 with status error", { kind: "status_error" }],
    ["a broken connection", { kind: "drop", isDone: false }],
    ["a 200 that is no JSON", { kind: "http", status: 200, body: "ok" }],
    ["a command saved for later", { kind: "saved_for_later", sendsAfterMs: null }],
    [
      "a driver that is not ready",
      { kind: "http", status: 400, body: '{"status":"error","detail":"Driver not ready"}' },
    ],
    ["an answer of nothing", { kind: "http", status: 200, body: "{}" }],
  ] as const) {
    it.live(`is tried again after ${name}, and three times at most`, () =>
      Effect.gen(function* () {
        const { faults, wappi, whatsapp, calls } = yield* world()
        whatsapp.clientWrites(phone, "раз")
        faults.plan({ ...fault, endpoint: "messages", times: 2 })
        assert.lengthOf(yield* wappi.listMessages(chatId, page), 1)
        assert.strictEqual(calls("messages"), 3)
        faults.plan({ ...fault, endpoint: "messages", times: null })
        const error = yield* Effect.flip(wappi.listMessages(chatId, page))
        assert.deepInclude(error, { _tag: "WappiRefused", permanent: false })
        assert.strictEqual(calls("messages"), 6)
      }),
    )
  }
  it.live("that hangs longer than the timeout is given up and tried again", () =>
    Effect.gen(function* () {
      const { faults, wappi, calls } = yield* world({ timeoutMs: 40 })
      faults.plan({ kind: "hang", endpoint: "chats", ms: 2000, isDone: false })
      yield* wappi.listChats(page)
      assert.strictEqual(calls("chats"), 2)
    }),
  )
  it.live("is not tried again when that cannot help, but once with bare digits", () =>
    Effect.gen(function* () {
      const { faults, wappi, requests, calls } = yield* world()
      faults.plan({ kind: "http", endpoint: "messages", status: 404, times: null })
      const error = yield* Effect.flip(wappi.listMessages(chatId, page))
      assert.deepInclude(error, { _tag: "WappiRefused", permanent: true, status: 404 })
      assert.deepStrictEqual(
        requests().map((request) => request.query["chat_id"]),
        [chatId, "77010000001"],
      )
      yield* Effect.flip(wappi.listMessages("100000000000001@lid", page))
      assert.strictEqual(calls("messages"), 3)
    }),
  )
  it.live("hands a long Retry-After to the caller instead of waiting for it", () =>
    Effect.gen(function* () {
      const { faults, wappi, calls } = yield* world()
      faults.plan({ kind: "http", endpoint: "chats", status: 429, headers: { "retry-after": "120" } })
      const error = yield* Effect.flip(wappi.listChats(page))
      assert.deepInclude(error, { _tag: "WappiRefused", status: 429, retryAfterMs: 120_000, permanent: false })
      assert.strictEqual(calls("chats"), 1)
    }),
  )
  it.live("discards the answers that two processes get crossed, whole, and asks again", () =>
    Effect.gen(function* () {
      const { faults, url, wappi, whatsapp, calls } = yield* world()
      whatsapp.clientWrites(phone, "моё")
      whatsapp.clientWrites("+77010000002", "чужое")
      faults.set({ crossedAnswers: true })
      const second = yield* client(url)
      const reads = [wappi.listMessages(chatId, page), second.listMessages("77010000002@c.us", page)]
      const both = yield* Effect.forEach(reads, Effect.result, { concurrency: "unbounded" })
      // Crossed each time, both give up; in no case does one see the other's words.
      const seen = both.map((one) => (one._tag === "Success" ? one.success.map((message) => message.text) : []))
      assert.notInclude(seen[0]!, "чужое")
      assert.notInclude(seen[1]!, "моё")
      assert.isAbove(calls("messages"), 2)
    }).pipe(Effect.provide(quiet)),
  )
  it.live("of one process is never crossed, since it is alone", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp, calls } = yield* world()
      whatsapp.clientWrites(phone, "моё")
      whatsapp.clientWrites("+77010000002", "чужое")
      faults.set({ crossedAnswers: true })
      const both = [wappi.listMessages(chatId, page), wappi.listMessages("77010000002@c.us", page)]
      const [mine, other] = yield* Effect.all(both, { concurrency: "unbounded" })
      assert.deepStrictEqual([mine?.[0]?.text, other?.[0]?.text, calls("messages")], ["моё", "чужое", 2])
    }),
  )
  it.live("sees through a single crossed answer", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp, calls } = yield* world()
      const mine = whatsapp.clientWrites(phone, "моё", { audioBase64: oggBase64 })
      whatsapp.clientWrites("+77010000002", "чужое")
      faults.plan({ kind: "crossed", endpoint: "messages", times: 2 }, { kind: "crossed", endpoint: "message" })
      const messages = yield* wappi.listMessages(chatId, page)
      assert.deepStrictEqual(
        messages.map((message) => message.text),
        ["моё"],
      )
      assert.strictEqual((yield* wappi.message(mine.id))?.id, mine.id)
      assert.deepStrictEqual([calls("messages"), calls("message")], [3, 2])
    }).pipe(Effect.provide(quiet)),
  )
  it.live("falls back to GET for the list of chats, and stays with it", () =>
    Effect.gen(function* () {
      const { faults, wappi, requests } = yield* world()
      faults.plan({ kind: "http", endpoint: "chats", status: 405 })
      yield* wappi.listChats(page)
      yield* wappi.listChats(page)
      assert.deepStrictEqual(
        requests().map((request) => request.method),
        ["POST", "GET", "GET"],
      )
    }),
  )
  it.live("bears null lists, null elements, absent fields, zero times and the other suffix", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      whatsapp.clientWrites(phone, "раз", { name: "Айгуль" })
      faults.set({ nullLists: true })
      assert.deepStrictEqual(yield* wappi.listChats(page), [])
      assert.deepStrictEqual(yield* wappi.listMessages(chatId, page), [])
      faults.set({
        nullLists: false,
        nullElements: true,
        bareFields: true,
        zeroTimes: true,
        idSuffix: "s.whatsapp.net",
      })
      const [chat] = yield* wappi.listChats(page)
      assert.deepInclude(chat, { chatId: "77010000001@s.whatsapp.net", lastMessageAt: 0, isGroup: false })
      const messages = yield* wappi.listMessages(chat!.chatId, page)
      assert.deepStrictEqual(
        messages.map((message) => message.text),
        ["раз"],
      )
      // The answer's suffix need not be that of the question.
      assert.lengthOf(yield* wappi.listMessages(chatId, page), 1)
    }),
  )
  it.live("shows a message that arrived between two pages once, and none twice in a page", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      for (const text of ["1", "2", "3", "4"]) whatsapp.clientWrites(phone, text)
      faults.set({ arrivesBetweenPages: { from: phone, text: "5" } })
      const first = yield* wappi.listMessages(chatId, { limit: 2, offset: 0 })
      const second = yield* wappi.listMessages(chatId, { limit: 2, offset: 2 })
      const texts = [first, second].map((messages) => messages.map((message) => message.text))
      // The page has shifted: a pager must overlap. The port hides nothing and invents nothing.
      assert.deepStrictEqual(texts, [
        ["4", "3"],
        ["3", "2"],
      ])
    }),
  )
  it.live("keeps the order of messages that tell one second", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      for (const text of ["1", "2", "3"]) whatsapp.clientWrites(phone, text)
      faults.set({ sameSecond: true })
      const messages = yield* wappi.listMessages(chatId, page)
      assert.strictEqual(new Set(messages.map((message) => message.at)).size, 1)
      assert.strictEqual(messages.map((message) => message.text).join(""), "321")
    }),
  )
  it.live("puts the newest first though the answer does not", () =>
    Effect.gen(function* () {
      let now = Date.parse("2026-11-20T09:00:00Z")
      const { url, whatsapp } = yield* startLocalWappi({
        host: "127.0.0.1",
        token,
        profileId,
        now: () => {
          now -= 60_000
          return now
        },
      })
      const wappi = yield* client(url)
      for (const text of ["3", "2", "1"]) whatsapp.clientWrites(phone, text)
      const messages = yield* wappi.listMessages(chatId, page)
      assert.strictEqual(messages.map((message) => message.text).join(""), "321")
    }),
  )
  it.live("that stalls or breaks in the middle of its answer is given up in time and tried again", () =>
    Effect.gen(function* () {
      let calls = 0
      const server = createServer((_request, response) => {
        calls++
        response.writeHead(200, { "content-type": "application/json", "content-length": "999" })
        response.write('{"status":"done"')
        if (calls === 2) setImmediate(() => response.destroy())
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
        () => Effect.sync(() => server.close().closeAllConnections()),
      )
      const wappi = yield* client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { timeoutMs: 50 })
      const error = yield* Effect.flip(wappi.listChats(page))
      assert.deepStrictEqual([calls, error.message], [3, "Wappi list chats: no answer gave up after 50 ms"])
      assert.strictEqual((yield* Effect.flip(wappi.send(phone, "Раз")))._tag, "WappiOutcomeUnknown")
      assert.strictEqual(calls, 4)
    }),
  )
  it.live("reads media with the body as an object or as null, and the caption as the text", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      const media = { base64: Buffer.from("\xff\xd8\xff\xe0", "latin1").toString("base64"), mimeType: "image/jpeg" }
      whatsapp.clientWrites(phone, "вот такой", { type: "image", media, fileName: "a.jpg" })
      for (const mediaBodyIsObject of [true, false]) {
        faults.set({ mediaBodyIsObject })
        const [message] = yield* wappi.listMessages(chatId, page)
        assert.deepInclude(message, { type: "image", text: "вот такой", fileName: "a.jpg" })
      }
    }),
  )
})

describe("a send", () => {
  for (const [name, fault, sent] of [
    ["an HTML page of a proxy", { kind: "http", ...html }, 0],
    ["a 500 after it was done", { kind: "http", status: 500, isDone: true }, 1],
    ["a 200 that is no JSON", { kind: "http", status: 200, body: "<html>", isDone: true }, 1],
    ["a 200 that says nothing", { kind: "http", status: 200, body: "{}", isDone: true }, 1],
    ["a hang with the send done", { kind: "hang", ms: 2000, isDone: true }, 1],
    ["a hang with nothing done", { kind: "hang", ms: 2000, isDone: false }, 0],
    ["a broken connection", { kind: "drop", isDone: true }, 1],
    ["a command saved for later", { kind: "saved_for_later", sendsAfterMs: null }, 0],
  ] as const) {
    it.live(`is not repeated after ${name}: the outcome is unknown`, () =>
      Effect.gen(function* () {
        const { faults, wappi, whatsapp, calls } = yield* world({ timeoutMs: 100 })
        const question = whatsapp.clientWrites(phone, "?")
        faults.plan({ ...fault, endpoint: "send" }, { ...fault, endpoint: "reply" })
        assert.strictEqual((yield* Effect.flip(wappi.send(phone, "Раз")))._tag, "WappiOutcomeUnknown")
        assert.strictEqual((yield* Effect.flip(wappi.reply(question.id, "Два")))._tag, "WappiOutcomeUnknown")
        assert.deepStrictEqual([calls("send"), calls("reply")], [1, 1])
        assert.lengthOf(whatsapp.sentByApi(), sent * 2)
      }),
    )
  }
  for (const [name, fault, permanent] of [
    ["a 429 without a time", { kind: "http", status: 429 }, false],
    ["a 200 with status error", { kind: "status_error" }, false],
    ["a driver that is not ready", { kind: "http", status: 400, body: '{"detail":"Driver not ready"}' }, false],
    ["a 400", { kind: "http", status: 400, body: '{"detail":"recipient error"}' }, true],
    ["a 404", { kind: "http", status: 404 }, true],
    ["a redirection", { kind: "http", status: 302, headers: { location: "https://elsewhere.example/" } }, true],
  ] as const) {
    it.live(`was not taken after ${name}, and is not repeated in here`, () =>
      Effect.gen(function* () {
        const { faults, wappi, whatsapp, calls } = yield* world()
        faults.plan({ ...fault, endpoint: "send" })
        const error = yield* Effect.flip(wappi.send(phone, "Раз"))
        assert.deepInclude(error, { _tag: "WappiRefused", permanent, retryAfterMs: null })
        assert.strictEqual(calls("send"), 1)
        assert.lengthOf(whatsapp.sentByApi(), 0)
      }),
    )
  }
  it.live("was not taken when nobody listens", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(
        Effect.map(startLocalWappi({ host: "127.0.0.1", token, profileId, now: Date.now }), (gateway) => gateway.url),
      )
      const wappi = yield* client(url)
      const error = yield* Effect.flip(wappi.send(phone, "Раз"))
      assert.deepInclude(error, { _tag: "WappiRefused", permanent: false })
      assert.include(error.message, "ECONNREFUSED")
    }),
  )
  it.live("that was saved for later happens later, once", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      faults.plan({ kind: "saved_for_later", endpoint: "send", sendsAfterMs: 5 })
      const done = new Promise<void>((resolve) => {
        whatsapp.subscribe((happening) => (happening.what === "wrote" ? resolve() : undefined))
      })
      const error = yield* Effect.flip(wappi.send(phone, "Раз"))
      assert.match(error.message, /TaskID: [0-9a-f-]{36}/)
      yield* Effect.promise(() => done)
      assert.deepStrictEqual(
        (yield* wappi.listMessages(chatId, page)).map((message) => message.text),
        ["Раз"],
      )
    }),
  )
  it.live("is accepted when no id is told", () =>
    Effect.gen(function* () {
      const { faults, wappi } = yield* world()
      faults.plan({ kind: "http", endpoint: "send", status: 200, body: '{"status":"Success"}' })
      assert.isNull(yield* wappi.send(phone, "Раз"))
    }),
  )
})

describe("ticks and typing", () => {
  it.live("may be repeated, and are", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp, calls } = yield* world()
      const message = whatsapp.clientWrites(phone, "раз")
      const fault = { kind: "http", status: 503, times: 2 } as const
      faults.plan({ ...fault, endpoint: "mark_read" }, { ...fault, endpoint: "typing" })
      yield* wappi.markRead(message.id, true)
      yield* wappi.typing(phone)
      assert.deepStrictEqual([calls("mark_read"), calls("typing")], [3, 3])
      assert.strictEqual(whatsapp.message(message.id)?.tick, "read")
    }),
  )
})

describe("a file", () => {
  const heard = Effect.fnUntraced(function* () {
    const all = yield* world()
    return { ...all, voice: all.whatsapp.clientWrites(phone, "", { audioBase64: oggBase64 }) }
  })
  it.live("comes by link or in the answer, and is refused for good when neither is there", () =>
    Effect.gen(function* () {
      const { faults, wappi, voice, calls } = yield* heard()
      for (const mediaAs of ["file_link", "file_b64"] as const) {
        faults.set({ mediaAs })
        const file = yield* wappi.downloadMedia(voice.id)
        assert.strictEqual(Buffer.from(file.bytes).toString("base64"), oggBase64)
      }
      faults.set({ mediaAs: "neither" })
      assert.deepInclude(yield* Effect.flip(wappi.downloadMedia(voice.id)), { permanent: true })
      assert.strictEqual(calls("download"), 3)
    }),
  )
  it.live("is asked for anew when its link fails for a moment", () =>
    Effect.gen(function* () {
      const { faults, wappi, voice, calls } = yield* heard()
      faults.plan({ kind: "http", endpoint: "file", status: 503 })
      assert.strictEqual((yield* wappi.downloadMedia(voice.id)).mimeType, "audio/ogg")
      assert.strictEqual(calls("download"), 2)
    }),
  )
  it.live("is asked for anew when its link is late or has expired, and so is a file that is not known yet", () =>
    Effect.gen(function* () {
      for (const endpoint of ["file", "download"] as const)
        for (const status of endpoint === "file" ? [403, 404, 410] : [404]) {
          const { faults, wappi, voice } = yield* heard()
          faults.plan({ kind: "http", endpoint, status, times: 2 })
          assert.strictEqual((yield* wappi.downloadMedia(voice.id)).mimeType, "audio/ogg")
          faults.plan({ kind: "http", endpoint, status, times: null })
          assert.deepInclude(yield* Effect.flip(wappi.downloadMedia(voice.id)), { status, permanent: false })
        }
    }),
  )
  it.live("that WhatsApp says is gone is refused for good, at once", () =>
    Effect.gen(function* () {
      const { faults, wappi, voice, calls } = yield* heard()
      faults.plan({ kind: "http", endpoint: "download", status: 400, body: '{"detail":"download media error"}' })
      assert.deepInclude(yield* Effect.flip(wappi.downloadMedia(voice.id)), { permanent: true })
      assert.strictEqual(calls("download"), 1)
    }),
  )
  it.live("is told by its bytes, not by its claim", () =>
    Effect.gen(function* () {
      const { wappi, whatsapp } = yield* world()
      const table = { base64: Buffer.from("a,b\n1,2").toString("base64"), mimeType: "image/webp" }
      const sticker = whatsapp.clientWrites(phone, "", { type: "sticker", media: table })
      assert.strictEqual((yield* wappi.downloadMedia(sticker.id)).mimeType, "application/octet-stream")
      const pdf = { base64: Buffer.from("%PDF-1.7 …").toString("base64"), mimeType: "application/octet-stream" }
      const price = whatsapp.clientWrites(phone, "", { type: "document", media: pdf, fileName: "прайс.pdf" })
      assert.deepInclude(yield* wappi.downloadMedia(price.id), { mimeType: "application/pdf", fileName: "прайс.pdf" })
    }),
  )
  it.live("larger than twenty megabytes is refused for good", () =>
    Effect.gen(function* () {
      const { faults, wappi, whatsapp } = yield* world()
      const huge = { base64: Buffer.alloc(WappiHttp.mediaBytesMax + 1).toString("base64"), mimeType: "audio/ogg" }
      const voice = whatsapp.clientWrites(phone, "", { type: "ptt", media: huge })
      for (const mediaAs of ["file_link", "file_b64"] as const) {
        faults.set({ mediaAs })
        assert.deepInclude(yield* Effect.flip(wappi.downloadMedia(voice.id)), { permanent: true })
      }
    }),
  )
})

describe("the pauses between tries", () => {
  /** Answers each call with the next of the list, and notes when it came. */
  const scripted = (answers: ReadonlyArray<Response>) => {
    const times: Array<number> = []
    const http = HttpClient.make((request) =>
      Effect.clockWith((clock) =>
        Effect.sync(() => {
          const answer = answers[times.length] ?? Response.json({ status: "done", dialogs: [] })
          times.push(clock.currentTimeMillisUnsafe())
          return HttpClientResponse.fromWeb(request, answer.clone())
        }),
      ),
    )
    const port = WappiHttp.layer({ baseUrl: "http://gateway", token: Redacted.make(token), profileId })
    return { times, port: port.pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, http))) }
  }
  const pausesAt = (chance: number) =>
    Effect.gen(function* () {
      const { times, port } = scripted([new Response("", { status: 503 }), new Response("", { status: 503 })])
      const asking = WappiPort.use((wappi) => wappi.listChats(page)).pipe(
        Effect.provide(port),
        Effect.provideService(Random.Random, { nextDoubleUnsafe: () => chance, nextIntUnsafe: () => 0 }),
      )
      const fiber = yield* Effect.forkChild(asking)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(fiber)
      return [times[1]! - times[0]!, times[2]! - times[1]!]
    })
  it.effect("double from 500 ms, shortened or stretched by up to a half", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* pausesAt(0), [250, 500])
      assert.deepStrictEqual(yield* pausesAt(0.5), [500, 1000])
      assert.deepStrictEqual(yield* pausesAt(1), [750, 1500])
    }),
  )
  it.effect("are never shorter than Retry-After, in seconds or as a date", () =>
    Effect.gen(function* () {
      const limited = (retryAfter: string) =>
        new Response("{}", { status: 429, headers: { "retry-after": retryAfter } })
      yield* TestClock.setTime(Date.parse("2026-11-23T00:00:00Z"))
      const { times, port } = scripted([limited("9"), limited("Mon, 23 Nov 2026 00:00:20 GMT")])
      const fiber = yield* Effect.forkChild(WappiPort.use((wappi) => wappi.listChats(page)).pipe(Effect.provide(port)))
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(
        times.map((time) => time - times[0]!),
        [0, 9000, 20_000],
      )
    }),
  )
})
