import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { readWebhook } from "./webhook.ts"

const incoming = {
  wh_type: "incoming_message",
  profile_id: "a1b2c3d4-5e6f",
  id: "3A0011223344",
  type: "chat",
  body: "Здравствуйте, сколько стоит?",
  from: "77010000001@c.us",
  to: "77020000000@c.us",
  chatId: "77010000001@c.us",
  whatsapp_chat_id: "100000000000001@lid",
  senderName: "aiko",
  contact_name: "Айгуль",
  contact_last_name: "С.",
  timestamp: "2026-11-20T12:00:00+03:00",
  time: 1795165200,
  caption: null,
  from_where: "phone",
  is_edited: false,
  is_me: false,
  isReply: false,
  stanza_id: "",
}
const at = 1_795_165_200_000
const one = (more: Record<string, unknown>) => readWebhook({ messages: [{ ...incoming, ...more }] })
const first = (more: Record<string, unknown>) => one(more).messages[0]

describe("a webhook", () => {
  it("brings a client's message in our words", () => {
    assert.deepStrictEqual(one({}), {
      messages: [
        {
          id: "3A0011223344",
          chatId: "77010000001@c.us",
          fromMe: false,
          at,
          type: "text",
          text: "Здравствуйте, сколько стоит?",
          fileName: "",
          isEdited: false,
          isDeleted: false,
          refersTo: "",
          sentFrom: "phone",
          senderName: "aiko",
          contactInfo: { name: "Айгуль", full_name: "Айгуль С.", business_name: null },
          profileId: "a1b2c3d4-5e6f",
        },
      ],
      deliveries: [],
      profileEvents: [],
      rejected: [],
    })
  })
  it("takes a number in the place of a name for none", () => {
    const shown = "\u202a+7 701 222 33 44\u202c"
    const read = first({ contact_name: shown, contact_last_name: "", senderName: "aiko" })
    assert.deepInclude(read?.contactInfo, { name: "aiko" })
    assert.strictEqual(first({ senderName: shown })?.senderName, "")
  })
  it("may hold its message as an object, be a text, and lack what is optional", () => {
    const { wh_type, id, body, from, time } = incoming
    const bare = { wh_type, id, body, from, time }
    for (const read of [readWebhook({ messages: bare }), readWebhook(JSON.stringify({ messages: [bare] }))]) {
      assert.deepInclude(read.messages[0], { id, chatId: from, at, type: "text", text: body, profileId: null })
    }
  })
  it("reads the time from either field, in seconds, milliseconds or words", () => {
    assert.strictEqual(first({ time: "1795165200" })?.at, at)
    assert.strictEqual(first({ time: at })?.at, at)
    assert.strictEqual(first({ time: 0 })?.at, at)
    assert.strictEqual(first({ time: null, timestamp: "2026-11-20T12:00:00.123456789+03:00" })?.at, at + 123)
  })
  it("names own messages by who sent them, echoes among incoming ones included", () => {
    const own = { from: "77020000000@c.us", to: "77010000001@c.us", chatId: "", is_me: undefined }
    const typed = first({ ...own, wh_type: "outgoing_message_phone" })
    assert.deepInclude(typed, { fromMe: true, sentFrom: "phone", chatId: "77010000001@c.us" })
    assert.deepInclude(first({ ...own, wh_type: "outgoing_message_api" }), { fromMe: true, sentFrom: "api" })
    assert.deepInclude(first({ ...own, is_me: true }), { fromMe: true, chatId: "77010000001@c.us" })
  })
  it("never takes a file for words", () => {
    const base64 = "T2dnUwACAAAAAAAAAAB".repeat(40)
    assert.deepInclude(first({ type: "ptt", body: base64, mimetype: "audio/ogg" }), { type: "ptt", text: "" })
    assert.deepInclude(first({ type: "image", body: base64, caption: "вот" }), { text: "вот" })
    assert.deepInclude(first({ type: "новое", body: base64, file_link: "https://fs.example/1" }), { text: "" })
    assert.deepInclude(first({ type: "document", body: { fileName: "счёт.pdf", caption: "счёт" } }), {
      text: "счёт",
      fileName: "счёт.pdf",
    })
    assert.deepInclude(first({ type: "vcard", body: "BEGIN:VCARD" }), { text: "" })
  })
  it("tells edits, deletions, reactions and pressed buttons", () => {
    const edit = first({ id: "3AFF", is_edited: true, stanza_id: "3A0011223344", body: "в 16:00" })
    assert.deepInclude(edit, { id: "3AFF", isEdited: true, refersTo: "3A0011223344", text: "в 16:00" })
    assert.isTrue(first({ is_deleted: true })?.isDeleted)
    assert.deepInclude(first({ type: "reaction", body: "", stanza_id: "3A1" }), {
      type: "reaction",
      text: "",
      refersTo: "3A1",
    })
    assert.strictEqual(first({ type: "buttons_response", body: "", selectedButtonId: "Да" })?.text, "Да")
  })
  it("leaves nothing in a text that a database refuses", () => {
    assert.strictEqual(first({ body: "а\u0000б\ud800" })?.text, "аб\ufffd")
  })
  it("tells deliveries, by message or by task, and a ban in any case", () => {
    const delivery = {
      wh_type: "delivery_status",
      id: "3EB0",
      chat_id: "77010000001@c.us",
      status: "Read",
      time: 1795165200,
    }
    assert.deepStrictEqual(readWebhook({ messages: delivery }).deliveries, [
      { profileId: null, messageId: "3EB0", chatId: "77010000001@c.us", status: "read", taskId: "", at },
    ])
    const ban = { wh_type: "delivery_status", status: "temporary ban" }
    assert.strictEqual(readWebhook({ messages: ban }).deliveries[0]?.status, "temporary ban")
    assert.lengthOf(readWebhook({ messages: { ...delivery, id: null } }).rejected, 1)
    assert.lengthOf(readWebhook({ messages: { ...delivery, status: 5n } }).rejected, 1)
  })
  it("tells what became of the profile", () => {
    const lost = {
      wh_type: "authorization_status",
      profile_id: "p",
      status: "offline",
      reason: "logout",
      phone: "77020000000",
    }
    assert.deepStrictEqual(readWebhook({ messages: [lost] }).profileEvents, [
      { profileId: "p", kind: "authorization", status: "offline", reason: "logout", phone: "+77020000000", at: null },
    ])
  })
  it("takes the good messages among the bad, and says why of each bad one", () => {
    const bad = [null, 7, "текст", [], {}, { ...incoming, id: "" }, { ...incoming, time: "вчера", timestamp: {} }]
    const unknown = [{ wh_type: "incoming_call" }, { wh_type: "нечто" }, { ...incoming, wh_type: 5 }]
    const read = readWebhook({ messages: [...bad, incoming, ...unknown] })
    assert.lengthOf(read.messages, 1)
    assert.lengthOf(read.rejected, bad.length + unknown.length)
    for (const { why } of read.rejected) assert.match(why, /\S+ \S+/)
    assert.lengthOf(readWebhook({ messages: [{ ...incoming, chatId: null, from: 5, to: {} }] }).messages, 1)
    assert.lengthOf(readWebhook({ messages: [{ ...incoming, chatId: null, from: null }] }).rejected, 1)
  })
  it("recognises in the payloads of other gateways that they are not ours", () => {
    const foreign = [
      undefined,
      null,
      "",
      "не JSON",
      42,
      [incoming],
      {},
      { messages: null },
      { messages: "текст" },
      { typeWebhook: "incomingMessageReceived", idMessage: "F7A", senderData: { chatId: "77010000001@c.us" } },
      { event: "message", session: "default", payload: { id: "false_77010000001@c.us_AAA", body: "hi" } },
      { event: "messages.upsert", data: { key: { remoteJid: "77010000001@s.whatsapp.net" }, message: {} } },
      { object: "whatsapp_business_account", entry: [{ changes: [{ value: { messages: [{ id: "wamid.1" }] } }] }] },
      { messages: [{ messageId: "guid", channelId: "c", chatType: "whatsapp", text: "hi", status: "inbound" }] },
    ]
    for (const body of foreign) {
      const read = readWebhook(body)
      assert.lengthOf(read.messages, 0)
      assert.lengthOf(read.rejected, 1, JSON.stringify(body))
    }
  })

  const Anything = Schema.Union([
    Schema.Null,
    Schema.String,
    Schema.Number,
    Schema.Boolean,
    Schema.Array(Schema.Int),
    Schema.Struct({ id: Schema.String }),
  ])
  const Element = Schema.Struct({
    wh_type: Schema.Union([Schema.Literals(["incoming_message", "delivery_status", "outgoing_message_api"]), Anything]),
    id: Anything,
    type: Anything,
    body: Anything,
    chatId: Anything,
    chat_id: Anything,
    from: Anything,
    to: Anything,
    time: Anything,
    timestamp: Anything,
    status: Anything,
    caption: Anything,
    is_me: Anything,
    stanza_id: Anything,
    contact_name: Anything,
    reply_message: Anything,
  })
  it.prop(
    "ends each element of any shape as exactly one thing",
    [Schema.Array(Schema.Union([Element, Anything]))],
    ([elements]) => {
      const { deliveries, messages, profileEvents, rejected } = readWebhook({ messages: elements })
      assert.strictEqual(messages.length + deliveries.length + profileEvents.length + rejected.length, elements.length)
      for (const message of messages)
        assert.isTrue(message.id !== "" && message.chatId !== "" && Number.isInteger(message.at))
    },
  )
})
