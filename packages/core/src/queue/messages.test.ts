import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { bodyOf, IncomingBody, OutgoingBody, queueNames, VoiceBody } from "./messages.ts"

const envelope = { version: 1, correlation_id: "c1", profile_id: "p1", phone_number: "+77012345678" }
const timestamp = "2026-11-24T12:00:00+05:00"
const info = { name: "Айгуль", full_name: null, business_name: null }
const message = {
  ...envelope,
  event: "message",
  message_id: "m1",
  message_text: "Сколько стоит?",
  is_voice: false,
  content: "text",
  contact_info: info,
  timestamp,
}
const incoming: ReadonlyArray<Record<string, unknown>> = [
  message,
  { ...message, content: "transcript", is_voice: true, message_text: "[ТРАНСКРИБАЦИЯ] сколько стоит" },
  { ...message, phone_number: "123456@lid", message_text: "" },
  { ...envelope, event: "operator_message", message_id: "m2", message_text: "Здравствуйте!", timestamp },
  { ...envelope, event: "edited", message_id: "m1", message_text: "Сколько длится?", timestamp },
  { ...envelope, event: "deleted", message_id: "m1", message_text: "", timestamp },
  { ...envelope, event: "delivery", outbound_id: "o1", status: "expired", reason: null, message_id: null, timestamp },
]
const outgoing = {
  ...envelope,
  outbound_id: "o1",
  message_text: "Курс стоит 90 000 тенге.",
  reply_to_message_id: null,
  mark_as_read: true,
  kind: "reply",
  decided_at: timestamp,
  known_operator_at: null,
  known_client_at: timestamp,
}
const voice = { ...envelope, message_id: "v1", contact_info: info, timestamp }

/** As a broker carries it: written as JSON, read back, decoded, encoded. */
const carried = (schema: typeof IncomingBody | typeof OutgoingBody | typeof VoiceBody, body: unknown): unknown =>
  Schema.encodeUnknownSync(schema as typeof IncomingBody)(
    Schema.decodeUnknownSync(schema as typeof IncomingBody)(JSON.parse(JSON.stringify(body))),
  )
const isRead = (schema: typeof IncomingBody | typeof OutgoingBody | typeof VoiceBody, body: unknown): boolean =>
  Result.isSuccess(Schema.decodeUnknownResult(schema as typeof IncomingBody)(body))

describe("a body of a queue", () => {
  it("is carried and read back as it was", () => {
    for (const body of incoming) assert.deepStrictEqual(carried(IncomingBody, body), body)
    assert.deepStrictEqual(carried(OutgoingBody, outgoing), outgoing)
    assert.deepStrictEqual(carried(VoiceBody, voice), voice)
  })

  it("may hold more than we know, so that an older reader survives a newer writer", () => {
    assert.isTrue(isRead(IncomingBody, { ...message, colour: "red" }))
  })

  it("without any one of its fields is not read", () => {
    for (const body of incoming)
      for (const field of Object.keys(body)) {
        const { [field]: _, ...rest } = body
        assert.isFalse(isRead(IncomingBody, rest), `${body["event"]} without ${field}`)
      }
    for (const field of Object.keys(outgoing)) {
      const { [field as keyof typeof outgoing]: _, ...rest } = outgoing
      assert.isFalse(isRead(OutgoingBody, rest), field)
    }
  })

  it("of another version, of no contact, of an unknown kind, or of nonsense is not read", () => {
    for (const wrong of [
      { version: 2 },
      { phone_number: "120363041234567890@g.us" },
      { phone_number: "77012345678" },
      { phone_number: "@lid" },
      { profile_id: "" },
      { message_id: "" },
      { correlation_id: "" },
      { event: "typing" },
      { content: "smell" },
      { timestamp: "вчера" },
      { timestamp: 1_795_000_000 },
      { message_text: null },
    ])
      assert.isFalse(isRead(IncomingBody, { ...message, ...wrong }), JSON.stringify(wrong))
    for (const wrong of [null, undefined, 7, "{}", [], {}]) assert.isFalse(isRead(IncomingBody, wrong))
  })

  it("to be sent says something, and is a reply or a touch", () => {
    assert.isFalse(isRead(OutgoingBody, { ...outgoing, message_text: "" }))
    assert.isFalse(isRead(OutgoingBody, { ...outgoing, kind: "broadcast" }))
    assert.isFalse(isRead(OutgoingBody, { ...outgoing, outbound_id: "" }))
  })

  it("is known for every queue", () => {
    assert.deepStrictEqual(Object.keys(bodyOf).sort(), [...queueNames].sort())
  })
})
