import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Correspondent } from "./contact-key.ts"
import { chatIdOf, maskPhone, normalisePhone, Phone, readChatId, recipientOf } from "./phone.ts"

describe("a number that a person typed", () => {
  it("is the same contact however it is written", () => {
    for (const text of [
      "+7 701 234-56-78",
      "8 (701) 234-56-78",
      "87012345678",
      "77012345678",
      "7012345678",
      "+7(701)234.56.78",
      " 7 701 234 56 78 ",
      "\u202a+7 701 234 56 78\u202c",
      "\u2066+77012345678\u2069",
      "+7\u00a0701\u00a0234\u00a056\u00a078",
    ])
      assert.strictEqual(normalisePhone(text), "+77012345678", text)
  })

  it("of another country keeps its country", () => {
    assert.strictEqual(normalisePhone("+996 555 123 456"), "+996555123456")
    assert.strictEqual(normalisePhone("998901234567"), "+998901234567")
    assert.strictEqual(normalisePhone("+1 212 555 0123"), "+12125550123")
    assert.strictEqual(normalisePhone("9161234567"), "+79161234567")
  })

  it("is none when it is too short, too long, impossible, or holds letters", () => {
    for (const text of ["", "12345", "+7 701", "1234567890123456", "доб. 12345678", "7701234567a", "+0000000000"])
      assert.isNull(normalisePhone(text), text)
  })

  const Digits = Schema.String.check(Schema.isPattern(/^[0-9 ()+.-]{0,20}$/))
  it.prop("never becomes anything but E.164, and stays what it became", [Digits], ([text]) => {
    const phone = normalisePhone(text)
    if (phone === null) return
    assert.isTrue(Schema.is(Phone)(phone), phone)
    assert.strictEqual(normalisePhone(phone), phone)
  })
})

describe("a chat id", () => {
  it("names a person, with or without a device, on either server, in any case", () => {
    for (const id of [
      "77012345678@c.us",
      "77012345678@s.whatsapp.net",
      "77012345678:12@s.whatsapp.net",
      "77012345678.0:3@s.whatsapp.net",
      "77012345678@C.US",
      "77012345678",
      "\u202a77012345678\u202c@c.us",
    ])
      assert.deepStrictEqual(readChatId(id), { kind: "person", phone: "+77012345678" }, id)
  })

  it("of a group, a broadcast, a status or a newsletter names nobody to answer", () => {
    assert.strictEqual(readChatId("120363041234567890@g.us").kind, "group")
    assert.strictEqual(readChatId("77012345678-1600000000@g.us").kind, "group")
    assert.strictEqual(readChatId("status@broadcast").kind, "broadcast")
    assert.strictEqual(readChatId("123456@broadcast").kind, "broadcast")
    assert.strictEqual(readChatId("120363041234567890@newsletter").kind, "newsletter")
  })

  it("of a hidden number is kept whole, never stripped to digits", () => {
    assert.deepStrictEqual(readChatId("77012345678@lid"), { kind: "hidden", id: "77012345678@lid" })
    assert.isTrue(Schema.is(Correspondent)("77012345678@lid"))
    assert.strictEqual(readChatId("@lid").kind, "unreadable")
  })

  it("of a server we do not know, or of no number, is unreadable", () => {
    for (const id of ["", "@c.us", "hello@c.us", "77012345678@example.org", "0@s.whatsapp.net"])
      assert.strictEqual(readChatId(id).kind, "unreadable", id)
  })

  it("and the recipient are made from a contact", () => {
    assert.strictEqual(chatIdOf("+77012345678"), "77012345678@c.us")
    assert.strictEqual(recipientOf("+77012345678"), "77012345678")
    assert.deepStrictEqual(readChatId(chatIdOf("+77012345678")), { kind: "person", phone: "+77012345678" })
  })
})

describe("a masked number", () => {
  it("is enough to recognise and too little to call", () => {
    assert.strictEqual(maskPhone("+77012345678"), "+7701***5678")
    assert.strictEqual(maskPhone("77012345678"), "7701***5678")
    assert.strictEqual(maskPhone("+7701"), "***")
  })
})
