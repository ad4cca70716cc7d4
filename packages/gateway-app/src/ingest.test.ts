import { assert, describe, it } from "@effect/vitest"
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import { Effect, Fiber } from "effect"
import { client, minute, noon, other, outgoing, profileId, second, type World, world } from "./gateway.fixture.ts"
import { ingest } from "./ingest.ts"
import { send } from "./send.ts"

const message = (id: string, more: Partial<WappiMessage> = {}): WappiMessage => ({
  id,
  chatId: "77010000001@c.us",
  fromMe: false,
  at: noon + second,
  type: "text",
  text: `текст ${id}`,
  fileName: "",
  isEdited: false,
  isDeleted: false,
  refersTo: "",
  sentFrom: "",
  senderName: "",
  contactInfo: null,
  ...more,
})
const seen = (w: World, messages: ReadonlyArray<WappiMessage>, via: "poll" | "webhook" = "poll") =>
  w.within(ingest(profileId, messages, via))
const events = (w: World) => w.told.map((body) => body.event)

describe("a message that both ways show", () => {
  it.effect("is stored and told once, the webhook being first", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      w.whatsapp.clientWrites(client, "раз")
      yield* w.webhook
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз"])
      assert.strictEqual((yield* w.repo.stats(noon)).messagesReceived, 1)
    }),
  )
  it.effect("is stored and told once, the poll being first, and the webhook coming twice", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.faults.set({ webhookTwice: true })
      w.clock.pass(second)
      w.whatsapp.clientWrites(client, "раз")
      yield* w.poll
      yield* w.webhook
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз"])
    }),
  )
  it.effect("is stored once when both come at the same time", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      for (let n = 0; n < 20; n++) w.whatsapp.clientWrites(client, `${n}`)
      yield* Effect.all([w.webhook, w.poll], { concurrency: 2 })
      yield* w.relay
      assert.lengthOf(w.texts(), 20)
    }),
  )
  it.effect("comes in by poll alone when the webhook loses it", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.faults.set({ webhookLost: true })
      w.clock.pass(second)
      w.whatsapp.clientWrites(client, "раз")
      yield* w.webhook
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["раз"])
    }),
  )
})

describe("who is not ours to read", () => {
  it.effect("is dropped: a group is not its digits, a status no client, a channel nobody", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const chats = ["120363000000000001@g.us", "77010000001-1600000000@g.us", "status@broadcast", "1@newsletter"]
      const told = yield* seen(
        w,
        chats.map((chatId, n) => message(`m${n}`, { chatId })),
      )
      assert.deepStrictEqual(told, { stored: 0, dropped: 4, unreadable: 0 })
      assert.lengthOf(yield* w.repo.pending(10), 0)
    }),
  )
  it.effect("is dropped when whitelisted, in whatever form the number is written, in both directions", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.repo.addToWhitelist(client, "жена", noon)
      const told = yield* seen(w, [
        message("a"),
        message("b", { chatId: "77010000001@s.whatsapp.net" }),
        message("c", { chatId: "77010000001:12@c.us" }),
        message("d", { fromMe: true }),
      ])
      assert.deepStrictEqual(told, { stored: 0, dropped: 4, unreadable: 0 })
      assert.lengthOf(yield* w.repo.pending(10), 0)
    }),
  )
  it.effect("includes the company's own three numbers from the first start on", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const told = yield* seen(
        w,
        ["77752837306", "77018855588", "77088098009"].map((digits, n) =>
          message(`m${n}`, { chatId: `${digits}@c.us` }),
        ),
      )
      assert.strictEqual(told.dropped, 3)
    }),
  )
  it.effect("is told of when the chat id cannot be read, and stops nothing", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const told = yield* seen(w, [message("a", { chatId: "???" }), message(""), message("b")])
      assert.deepStrictEqual(told, { stored: 1, dropped: 0, unreadable: 2 })
    }),
  )
})

describe("a message of a person", () => {
  it.effect("goes under one contact, however the number is written", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [
        message("a"),
        message("b", { chatId: "77010000001@s.whatsapp.net" }),
        message("c", { chatId: "77010000001:3@c.us" }),
      ])
      yield* w.relay
      assert.deepStrictEqual(
        w.told.map((body) => body.phone_number),
        [client, client, client],
      )
    }),
  )
  it.effect("of a hidden number keeps the whole id: it is no phone", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [message("a", { chatId: "77010000001@lid" })])
      yield* w.relay
      assert.strictEqual(w.told[0]?.phone_number, "77010000001@lid")
    }),
  )
  it.effect("brings along the name under which the chat knows it", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const contactInfo = { name: "Айгуль", full_name: "Айгуль Сериковна", business_name: null }
      yield* w.within(ingest(profileId, [message("a")], "poll", contactInfo))
      yield* seen(w, [message("b", { senderName: "aiko" })])
      yield* w.relay
      assert.deepStrictEqual(
        w.told.map((body) => (body.event === "message" ? body.contact_info.name : "")),
        ["Айгуль", "aiko"],
      )
    }),
  )
  it.effect("that is a voice note is announced, and given to the transcriber", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [message("a", { type: "ptt", text: "" })])
      yield* w.relay
      assert.deepInclude(w.told[0], { event: "message", content: "voice", is_voice: true, message_id: "a" })
      assert.deepInclude(w.voices[0], { message_id: "a", phone_number: client })
    }),
  )
})

describe("an own message", () => {
  it.effect("that came back before the send was answered is no human", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      // The webhook is handed over while the call still waits for its answer.
      w.faults.plan({ kind: "hang", endpoint: "send", ms: 20_000, isDone: true })
      const webhook = yield* Effect.forkChild(Effect.andThen(Effect.yieldNow, w.webhook))
      yield* w.within(send(outgoing("a", "Здравствуйте!")))
      yield* Effect.andThen(Effect.yieldNow, w.webhook)
      yield* Fiber.join(webhook)
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(events(w), ["delivery"])
      assert.deepStrictEqual(w.reports(), ["a sent null"])
    }),
  )
  it.effect("whose id the gateway did not tell is known by its words, white space aside", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = outgoing("a", "Добрый день!  Чем помочь?")
      yield* w.repo.beginSend(body, noon)
      yield* w.repo.beginCall("a", 0, noon)
      yield* w.repo.settleSend("a", "sent", null, noon, null)
      yield* seen(w, [message("echo", { fromMe: true, text: "Добрый день! Чем помочь?" })])
      yield* w.relay
      assert.notInclude(events(w), "operator_message")
      assert.strictEqual((yield* w.repo.sendOf(profileId, client, "echo", "", noon))?.messageId, "echo")
    }),
  )
  it.effect("of the same words to somebody else is a human's", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* w.within(send(outgoing("a", "Здравствуйте!")))
      w.clock.pass(second)
      w.whatsapp.operatorWrites(other, "Здравствуйте!")
      yield* w.poll
      yield* w.relay
      assert.sameMembers(events(w), ["delivery", "operator_message"])
    }),
  )
  it.effect("from the phone is a human's, and so is one of a CRM through the same API", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      w.whatsapp.operatorWrites(client, "Пишу с телефона")
      w.whatsapp.sends("77010000001", "Пишу из CRM")
      yield* w.webhook
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(events(w), ["operator_message", "operator_message"])
    }),
  )
  it.effect("that is a reaction or a system line is nobody talking", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [
        message("a", { fromMe: true, type: "reaction", text: "👍" }),
        message("b", { fromMe: true, type: "system" }),
      ])
      yield* w.relay
      assert.deepStrictEqual(w.told, [])
      assert.strictEqual((yield* w.repo.lastWritten(profileId, client)).operatorAt, null)
    }),
  )
})

describe("an edit", () => {
  const edits = (w: World) =>
    w.told.flatMap((body) => (body.event === "edited" ? [`${body.message_id}: ${body.message_text}`] : []))

  it.effect("of a known message is told under its first id, once, whichever way it is seen", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      const first = w.whatsapp.clientWrites(client, "Сколько стоит?")
      yield* w.webhook
      w.clock.pass(minute)
      w.whatsapp.clientEdits(first.id, "Сколько стоит доставка?")
      yield* w.webhook
      w.whatsapp.clientWrites(client, "?")
      yield* w.poll
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(edits(w), [`${first.id}: Сколько стоит доставка?`])
      assert.deepStrictEqual(w.texts(), ["Сколько стоит?", "?"])
    }),
  )
  it.effect("of a message that nobody saw is the message", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      const first = w.whatsapp.clientWrites(client, "Сколько?")
      w.whatsapp.clientEdits(first.id, "Сколько стоит доставка?")
      yield* w.poll
      yield* w.webhook
      yield* w.relay
      assert.deepStrictEqual(w.texts(), ["Сколько стоит доставка?"])
      assert.strictEqual(w.told[0]?.event === "message" ? w.told[0].message_id : "", first.id)
    }),
  )
  it.effect("of a message that quotes another one is not an edit of what it quotes", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [message("ours", { fromMe: true, text: "15 000 ₸" }), message("asked")])
      yield* seen(w, [message("quoting", { refersTo: "asked", isEdited: true, text: "а за два?" })])
      yield* seen(w, [message("quoting", { refersTo: "asked", isEdited: true, text: "а за три?" })])
      yield* w.relay
      assert.deepStrictEqual(edits(w), ["quoting: а за три?"])
      assert.deepStrictEqual(w.texts(), ["текст asked", "а за два?"])
    }),
  )
  it.effect("of an own message says nothing to the agent", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [message("ours", { fromMe: true, text: "Здравствуте" })])
      yield* seen(w, [message("ours", { fromMe: true, isEdited: true, text: "Здравствуйте" })])
      yield* w.relay
      assert.deepStrictEqual(events(w), ["operator_message"])
    }),
  )
})

describe("a message that was taken back", () => {
  it.effect("is told as deleted, once", () =>
    Effect.gen(function* () {
      const w = yield* world({ withWebhook: true })
      w.clock.pass(second)
      const first = w.whatsapp.clientWrites(client, "ой")
      yield* w.webhook
      w.whatsapp.clientDeletes(first.id)
      yield* w.webhook
      w.whatsapp.clientWrites(client, "Здравствуйте")
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(events(w), ["message", "deleted", "message"])
    }),
  )
  it.effect("before anybody saw it is nobody's business", () =>
    Effect.gen(function* () {
      const w = yield* world()
      w.clock.pass(second)
      w.whatsapp.clientDeletes(w.whatsapp.clientWrites(client, "ой").id)
      yield* w.poll
      yield* w.relay
      assert.deepStrictEqual(w.told, [])
    }),
  )
  it.effect("and quoted another one leaves that one alone", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* seen(w, [message("a"), message("b", { refersTo: "a" })], "webhook")
      yield* seen(w, [message("b", { refersTo: "a", isDeleted: true, text: "" })], "webhook")
      yield* w.relay
      const gone = w.told.flatMap((body) => (body.event === "deleted" ? [body.message_id] : []))
      assert.deepStrictEqual(gone, ["b"])
    }),
  )
})
