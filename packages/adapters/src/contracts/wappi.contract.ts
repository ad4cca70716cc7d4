/** What every WappiPort does, whatever stands behind it: the suite that each adapter's test calls over its own layer. */
import { assert, layer } from "@effect/vitest"
import { WappiPort, type WappiReadError } from "@wa/core/ports/wappi-port"
import { Context, Effect, type Layer } from "effect"
import type { Faults } from "../local-wappi/faults.ts"
import type { LocalWhatsApp } from "../local-wappi/local-whatsapp.ts"

/** The WhatsApp on the other side of the port, and what may go wrong on the way. */
export class OtherSide extends Context.Service<
  OtherSide,
  { readonly whatsapp: LocalWhatsApp; readonly faults: Faults }
>()("contracts/OtherSide") {}

/** The first bytes of an Ogg file, enough to be recognised. */
export const oggBase64 = Buffer.from("OggS\0\x02 a voice note").toString("base64")

const page = { limit: 50, offset: 0 }

export const wappiContract = <E>(adapter: string, subject: Layer.Layer<WappiPort | OtherSide, E>) =>
  layer(subject, { excludeTestServices: true })(`WappiPort on ${adapter}`, (it) => {
    it.effect("lists the chats, the one that was written to last first", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        whatsapp.clientWrites("+77010000101", "первый", { name: "Айгуль" })
        const last = whatsapp.clientWrites("+77010000102", "второй")
        const chats = yield* (yield* WappiPort).listChats({ limit: 2, offset: 0 })
        assert.deepStrictEqual(
          chats.map((chat) => chat.chatId),
          ["77010000102@c.us", "77010000101@c.us"],
        )
        assert.deepStrictEqual(
          [chats[0]?.lastMessageId, chats[0]?.lastMessageAt, chats[0]?.contactInfo.name, chats[1]?.contactInfo.name],
          [last.id, Math.floor(last.at / 1000) * 1000, null, "Айгуль"],
        )
      }),
    )
    it.effect("pages through the chats and ends on an empty page", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        whatsapp.clientWrites("+77010000103", "раз")
        whatsapp.clientWrites("+77010000104", "два")
        const wappi = yield* WappiPort
        const second = yield* wappi.listChats({ limit: 1, offset: 1 })
        assert.deepStrictEqual(
          second.map((chat) => chat.chatId),
          ["77010000103@c.us"],
        )
        assert.deepStrictEqual(yield* wappi.listChats({ limit: 10, offset: 500 }), [])
      }),
    )
    it.effect("lists a chat's messages, newest first, also within one second", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        const ids = ["а", "б", "в"].map((text) => whatsapp.clientWrites("+77010000105", text).id)
        const messages = yield* (yield* WappiPort).listMessages("77010000105@c.us", page)
        assert.deepStrictEqual(
          messages.map((message) => [message.id, message.text, message.type, message.fromMe]),
          [
            [ids[2]!, "в", "text", false],
            [ids[1]!, "б", "text", false],
            [ids[0]!, "а", "text", false],
          ],
        )
      }),
    )
    it.effect("finds nothing in the chat of a stranger", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* (yield* WappiPort).listMessages("77019999999@c.us", page), [])
      }),
    )
    it.effect("sends a text, tells its id, and finds it in the chat as sent by the API", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const id = yield* wappi.send("+77010000106", "Здравствуйте!")
        const messages = yield* wappi.listMessages("77010000106@c.us", page)
        assert.deepStrictEqual(
          messages.map((message) => [message.id, message.text, message.fromMe, message.sentFrom]),
          [[id, "Здравствуйте!", true, "api"]],
        )
      }),
    )
    it.effect("sends the same text twice when told twice", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const first = yield* wappi.send("+77010000107", "Алло")
        const second = yield* wappi.send("+77010000107", "Алло")
        assert.notStrictEqual(first, second)
        assert.lengthOf((yield* OtherSide).whatsapp.chat("+77010000107"), 2)
      }),
    )
    it.effect("replies in the chat of the quoted message", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        const question = whatsapp.clientWrites("+77010000108", "Сколько стоит?")
        const id = yield* (yield* WappiPort).reply(question.id, "Десять")
        const answer = whatsapp.chat("+77010000108").at(-1)
        assert.deepStrictEqual([answer?.id, answer?.refersTo, answer?.text], [id ?? "", question.id, "Десять"])
      }),
    )
    it.effect("answers a hidden number by a reply", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        const wappi = yield* WappiPort
        const hidden = whatsapp.clientWrites("", "Кто я?", { chatId: "100000000000001@lid" })
        yield* wappi.reply(hidden.id, "Не знаю")
        const messages = yield* wappi.listMessages("100000000000001@lid", page)
        assert.deepStrictEqual(
          messages.map((message) => message.text),
          ["Не знаю", "Кто я?"],
        )
      }),
    )
    it.effect("refuses for good to send to what is no number, or nothing at all, and sends nothing", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const before = whatsapp.sentByApi().length
        const wrong = [
          wappi.send("", "Привет"),
          wappi.send("77010000109", "Привет"),
          wappi.send("+87010000109", "Привет"),
          wappi.send("100000000000001@lid", "Привет"),
          wappi.send("+77010000109", " \n"),
          wappi.reply("", "Привет"),
          wappi.reply("нет такого", ""),
        ]
        for (const one of wrong) {
          const error = yield* Effect.flip(one)
          assert.strictEqual(error._tag === "WappiRefused" && error.permanent, true)
        }
        assert.strictEqual(whatsapp.sentByApi().length, before)
      }),
    )
    it.effect("refuses pages that are none", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const wrong = [
          wappi.listChats({ limit: 0, offset: 0 }),
          wappi.listChats({ limit: 10, offset: -1 }),
          wappi.listMessages("", page),
          wappi.listMessages("77010000105@c.us", { limit: 1.5, offset: 0 }),
        ]
        for (const one of wrong) {
          assert.strictEqual(
            (yield* Effect.flip(Effect.asVoid<unknown, WappiReadError, never>(one)))._tag,
            "WappiRefused",
          )
        }
      }),
    )
    it.effect("finds one message by its id, and null for one that is unknown", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const one = whatsapp.clientWrites("+77010000110", "Вот", { name: "Ержан" })
        const found = yield* wappi.message(one.id)
        assert.deepStrictEqual(
          [found?.text, found?.chatId, found?.contactInfo?.name],
          ["Вот", "77010000110@c.us", "Ержан"],
        )
        assert.isNull(yield* wappi.message("3A00"))
      }),
    )
    it.effect("marks one message read, or all of its chat, and may be told again", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const [first, second] = ["раз", "два", "три"].map((text) => whatsapp.clientWrites("+77010000111", text))
        const ticks = () => whatsapp.chat("+77010000111").map((message) => message.tick)
        yield* wappi.markRead(second!.id, false)
        assert.deepStrictEqual(ticks(), ["delivered", "read", "delivered"])
        yield* wappi.markRead(first!.id, true)
        yield* wappi.markRead(first!.id, true)
        assert.deepStrictEqual(ticks(), ["read", "read", "read"])
      }),
    )
    it.effect("shows that it types", () =>
      Effect.gen(function* () {
        const { whatsapp } = yield* OtherSide
        yield* (yield* WappiPort).typing("+77010000112")
        assert.isTrue(whatsapp.isTyping("77010000112@c.us"))
      }),
    )
    it.effect("downloads a voice note, and refuses for good a file that is gone", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const voice = whatsapp.clientWrites("+77010000113", "", { audioBase64: oggBase64 })
        const file = yield* wappi.downloadMedia(voice.id)
        assert.deepStrictEqual([file.mimeType, Buffer.from(file.bytes).toString("base64")], ["audio/ogg", oggBase64])
        const [listed] = yield* wappi.listMessages("77010000113@c.us", page)
        assert.deepStrictEqual([listed?.type, listed?.text], ["ptt", ""])
        const text = whatsapp.clientWrites("+77010000113", "это не файл")
        const error = yield* Effect.flip(wappi.downloadMedia(text.id))
        assert.strictEqual(error._tag === "WappiRefused" && error.permanent, true)
      }),
    )
    it.effect("shows an edit and a deletion in the chat", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const [kept, gone] = ["в 15:00", "глупость"].map((text) => whatsapp.clientWrites("+77010000114", text))
        whatsapp.clientEdits(kept!.id, "в 16:00")
        whatsapp.clientDeletes(gone!.id)
        const messages = yield* wappi.listMessages("77010000114@c.us", page)
        assert.deepStrictEqual(
          messages.map((message) => [message.id, message.text, message.isEdited, message.isDeleted]),
          [
            [gone!.id, "", false, true],
            [kept!.id, "в 16:00", true, false],
          ],
        )
      }),
    )
    it.effect("tells a reaction from a message, and a person's word from the API's", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        const typed = whatsapp.operatorWrites("+77010000115", "Это я, Марат")
        const reaction = whatsapp.clientReacts("+77010000115", typed.id, "👍")
        const messages = yield* wappi.listMessages("77010000115@c.us", page)
        assert.deepStrictEqual(
          messages.map((message) => [message.id, message.type, message.text, message.refersTo, message.sentFrom]),
          [
            [reaction.id, "reaction", "👍", typed.id, "phone"],
            [typed.id, "text", "Это я, Марат", "", "phone"],
          ],
        )
      }),
    )
    it.effect("tells whether messages flow", () =>
      Effect.gen(function* () {
        const { profile } = yield* WappiPort
        const { faults } = yield* OtherSide
        assert.deepInclude(yield* profile, { isHealthy: true, authorized: true, appStatus: "open", loggedOutAt: null })
        faults.set({ appStatus: "connecting" })
        assert.deepInclude(yield* profile, { isHealthy: false, authorized: true })
        faults.set({ appStatus: "open", authorized: false })
        assert.deepInclude(yield* profile, { isHealthy: false, authorized: false })
        faults.clear()
      }),
    )
    it.effect("does not know what became of a send whose connection broke, whether or not it was done", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp, faults } = yield* OtherSide
        for (const isDone of [true, false]) {
          faults.plan({ kind: "drop", endpoint: "send", isDone })
          assert.strictEqual((yield* Effect.flip(wappi.send("+77010000116", "Раз")))._tag, "WappiOutcomeUnknown")
        }
        assert.lengthOf(whatsapp.chat("+77010000116"), 1)
      }),
    )
    it.effect("knows that a send over the limit was not taken, and when to try again", () =>
      Effect.gen(function* () {
        const wappi = yield* WappiPort
        const { whatsapp, faults } = yield* OtherSide
        faults.plan({ kind: "http", endpoint: "send", status: 429, headers: { "retry-after": "7" } })
        const error = yield* Effect.flip(wappi.send("+77010000117", "Раз"))
        assert.deepInclude(error, { _tag: "WappiRefused", permanent: false, retryAfterMs: 7000 })
        assert.lengthOf(whatsapp.chat("+77010000117"), 0)
      }),
    )
    it.effect("names the setting to mend", () =>
      Effect.gen(function* () {
        const { listChats } = yield* WappiPort
        const { faults } = yield* OtherSide
        const body = JSON.stringify({ detail: "profile_id error" })
        const wrong = [
          [{ status: 401 }, "WAPPI_TOKEN"],
          [{ status: 400, body }, "WAPPI_PROFILE_ID"],
          [{ status: 402 }, "payment"],
        ] as const
        for (const [answer, mend] of wrong) {
          faults.plan({ kind: "http", endpoint: "chats", ...answer })
          assert.deepInclude(yield* Effect.flip(listChats(page)), { _tag: "WappiDenied", mend })
        }
      }),
    )
    it.effect("registers a webhook for all that the agent lives on", () =>
      Effect.gen(function* () {
        const { registerWebhook, webhookUrl } = yield* WappiPort
        const { whatsapp } = yield* OtherSide
        assert.isNull(yield* webhookUrl)
        yield* registerWebhook("http://127.0.0.1:9/hook", "secret-1")
        assert.strictEqual(yield* webhookUrl, "http://127.0.0.1:9/hook")
        const { url, auth, types } = whatsapp.webhook()
        assert.deepStrictEqual([url, auth], ["http://127.0.0.1:9/hook", "secret-1"])
        assert.includeMembers([...types], ["incoming_message", "outgoing_message_phone", "delivery_status"])
        assert.strictEqual((yield* Effect.flip(registerWebhook("куда-то", "")))._tag, "WappiRefused")
        whatsapp.setWebhook({ url: "" })
      }),
    )
  })
