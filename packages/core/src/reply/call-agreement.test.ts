import { assert, describe, it } from "@effect/vitest"
import type { ChatLine } from "../ports/llm-port.ts"
import { callAgreement } from "./call-agreement.ts"

const zone = "Asia/Almaty"
const local = (text: string) => Date.parse(`${text.replace(" ", "T")}+05:00`)
const tuesday = local("2026-11-24 12:00")
const chat = (...lines: ReadonlyArray<readonly [ChatLine["from"], string]>): ReadonlyArray<ChatLine> =>
  lines.map(([from, text], index) => ({ from, text, at: tuesday + index * 60_000 }))
const agrees = (callAt: string, lines: ReadonlyArray<ChatLine>) =>
  callAgreement(local(callAt), lines, zone).length === 0

describe("a client agrees to a call", () => {
  it("who named the time", () => {
    assert.isTrue(agrees("2026-11-25 15:00", chat(["client", "Давайте завтра в 15:00"])))
  })

  it("who named it a few messages ago", () => {
    const lines = chat(["client", "Позвоните завтра в 15:00"], ["bot", "Как вас зовут?"], ["client", "Айгуль"])
    assert.isTrue(agrees("2026-11-25 15:00", lines))
  })

  it("who says yes to the only time we offered", () => {
    const lines = chat(["bot", "Удобно завтра в 15:00?"], ["client", "да, давайте"])
    assert.isTrue(agrees("2026-11-25 15:00", lines))
  })

  it("who chooses one of the offered hours, or days", () => {
    const offer = ["bot", "Можно завтра в 11:00 или завтра в 15:00. Что удобнее?"] as const
    assert.isTrue(agrees("2026-11-25 11:00", chat(offer, ["client", "давайте в 11"])))
  })
})

describe("a client does not agree to a call", () => {
  it("who said nothing of a time", () => {
    const reasons = callAgreement(local("2026-11-25 15:00"), chat(["client", "Сколько стоит курс?"]), zone)
    assert.strictEqual(reasons.length, 1)
    assert.include(reasons[0], "не называл и не подтверждал")
  })

  it("who named another time", () => {
    assert.isFalse(agrees("2026-11-25 15:00", chat(["client", "Давайте завтра в 16:00"])))
  })

  it("who says yes to one of two offers", () => {
    const lines = chat(["bot", "Завтра в 11:00 или в 15:00?"], ["client", "да, давайте"])
    assert.isFalse(agrees("2026-11-25 15:00", lines))
  })

  it("who is not sure, or says no", () => {
    for (const text of ["я подумаю", "нет, спасибо"])
      assert.isFalse(agrees("2026-11-25 15:00", chat(["bot", "Удобно завтра в 15:00?"], ["client", text])))
  })

  it("because the bot proposed it: an offer is no booking", () => {
    assert.isFalse(agrees("2026-11-25 15:00", chat(["client", "Здравствуйте"], ["bot", "Созвонимся завтра в 15:00?"])))
  })
})
