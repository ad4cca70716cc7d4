import { assert, describe, it } from "vitest"
import * as Words from "../public/words.js"

const zone = "Asia/Almaty"
const hour = 3_600_000
/** A Monday, 12:00 in Almaty. */
const noon = Date.UTC(2026, 10, 23, 7)

describe("a moment in words", () => {
  it("is told from the day of the zone", () => {
    assert.strictEqual(Words.when(noon + 3 * hour, noon, zone), "сегодня в 15:00")
    assert.strictEqual(Words.when(noon + 13 * hour, noon, zone), "завтра, вт, в 01:00")
    assert.strictEqual(Words.when(noon - 24 * hour, noon, zone), "вчера, вс, в 12:00")
    assert.strictEqual(Words.when(noon + 96 * hour, noon, zone), "пт, 27 ноября, в 12:00")
    assert.match(Words.when(noon + 60 * 24 * hour, noon, zone), /^пт, 22 января 2027/)
  })

  it("has a length with the right ending", () => {
    const told = [8_000, 90_000, 59 * 60_000, hour, 23.5 * hour, 24 * hour, 48 * hour, 125 * hour, 21 * 24 * hour]
    assert.deepStrictEqual(told.map(Words.lasting), [
      "8 с",
      "2 мин",
      "59 мин",
      "1 ч",
      "23 ч 30 мин",
      "1 день",
      "2 дня",
      "5 дней 5 ч",
      "21 день",
    ])
    assert.strictEqual(Words.until(noon, noon), "сейчас")
    assert.strictEqual(Words.until(noon + 8000, noon), "через 8 с")
  })
})

describe("codes in words", () => {
  it("are shown as they are when they are not known", () => {
    assert.strictEqual(Words.stopReason("a_new_reason"), "a_new_reason")
    assert.strictEqual(Words.outcome("handed_over:constructor"), "передано человеку: constructor")
    assert.strictEqual(Words.event({ _tag: "SomethingNew" }).title, "SomethingNew")
    assert.strictEqual(Words.command({ _tag: "SomethingNew" }, noon, zone), "SomethingNew")
    assert.strictEqual(
      Words.nextStep({ why: "something_new", touch: null }, { class: "client" }, null).title,
      "something_new",
    )
  })

  it("tell how a client's message ended", () => {
    assert.strictEqual(Words.outcome(null), "ещё без ответа")
    assert.strictEqual(Words.outcome("ignored:not_client"), "без ответа: это не клиент")
    assert.strictEqual(Words.outcome("handed_over:too_late"), "передано человеку: отвечать уже поздно")
  })

  it("show a number as people write it, and a hidden one as hidden", () => {
    assert.strictEqual(Words.phone("+77010000001"), "+7 701 000 00 01")
    assert.strictEqual(Words.phone("+4915112345678"), "+4915112345678")
    assert.strictEqual(Words.phone("100000000000001@lid"), "100000000000001 (номер скрыт)")
  })
})
