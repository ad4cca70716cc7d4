import { assert, describe, it } from "@effect/vitest"
import { isKazakh, safeReply, safeTouch, unheardVoiceText } from "./safe-text.ts"

describe("a safe sentence", () => {
  it("is another one while there is one that the chat has not heard", () => {
    const said: Array<string> = []
    for (let i = 0; i < 4; i++) said.push(safeReply("Сколько стоит?", said))
    assert.strictEqual(new Set(said).size, 4)
    assert.strictEqual(safeReply("Сколько стоит?", said), said.at(-1))
  })

  it("is Kazakh for who writes Kazakh", () => {
    assert.isTrue(isKazakh(safeReply("Бағасы қанша?", [])))
    assert.isFalse(isKazakh(safeReply("Сколько стоит?", [])))
    assert.isTrue(isKazakh(safeTouch(2, "Бағасы қанша?")))
  })

  it("of each touch is its own, and a number out of range is the nearest", () => {
    assert.strictEqual(new Set([1, 2, 3, 4, 5].map((touch) => safeTouch(touch, ""))).size, 5)
    assert.strictEqual(safeTouch(0, ""), safeTouch(1, ""))
    assert.strictEqual(safeTouch(9, ""), safeTouch(5, ""))
  })

  it("claims nothing: no digit, no link, no promise of a time", () => {
    const all = [unheardVoiceText]
    for (const text of ["да", "иә, жарайды"]) {
      for (let touch = 1; touch <= 5; touch++) all.push(safeTouch(touch, text))
      const said: Array<string> = []
      for (let i = 0; i < 4; i++) said.push(safeReply(text, said))
      all.push(...said)
    }
    for (const text of all) {
      assert.notMatch(text, /\d|https?:|завтра|сегодня|тенге|₸|бесплатно|скидк/i)
    }
  })
})
