import { assert, describe, it } from "@effect/vitest"
import { hours, local, zone } from "../conversation/chat.fixture.ts"
import { repeatedOf, review } from "../guard/guard.ts"
import { isKazakh, safeReply, safeTouch, unheardVoiceTexts } from "./safe-text.ts"

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
    assert.isTrue(isKazakh(safeTouch(2, "Бағасы қанша?")!))
  })

  it("of each touch is its own, and a number out of range is the nearest", () => {
    assert.strictEqual(new Set([1, 2, 3, 4, 5].map((touch) => safeTouch(touch, ""))).size, 5)
    assert.strictEqual(safeTouch(0, ""), safeTouch(1, ""))
    assert.strictEqual(safeTouch(9, ""), safeTouch(5, ""))
  })

  const heardOut = (clientText: string) => {
    const said: Array<string> = []
    // Chain after chain, until the last touch of one has nothing left.
    for (let touch = 1; ; touch = (touch % 5) + 1) {
      const text = safeTouch(touch, clientText, said)
      if (text !== null) said.push(text)
      else if (touch === 5) return said
    }
  }

  it("of a touch is never heard twice, nor nearly so, however many chains there are", () => {
    for (const [clientText, least] of [
      ["да", 15],
      ["иә, жарайды", 10],
    ] as const) {
      const said = heardOut(clientText)
      assert.strictEqual(said.length, least)
      for (const [n, text] of said.entries()) assert.isNull(repeatedOf(text, said.slice(0, n), "touch"), text)
      for (let touch = 1; touch <= 5; touch++) assert.isNull(safeTouch(touch, clientText, said))
    }
  })

  it("of a touch takes no leave before the last one", () => {
    const said: Array<string> = []
    for (let n = 0; n < 12; n++) said.push(safeTouch(1, "", said)!)
    assert.isNull(safeTouch(1, "", said))
    for (const text of said) assert.notMatch(text, /больше не|перестаю|прощаюсь/iu)
    assert.match(safeTouch(5, "", said)!, /Больше не буду/)
  })

  it("of a touch passes the guard", () => {
    for (const text of [...heardOut("да"), ...heardOut("иә, жарайды")]) {
      const { verdict } = review({
        draft: { text, facts: [], call: null, hand_over: null },
        kind: "touch",
        facts: [],
        knowledge: "",
        chat: [],
        now: local("2026-11-24 12:00"),
        zone,
        hours,
        freeSlots: [],
        bookedCall: null,
      })
      assert.strictEqual(verdict, "pass", text)
    }
  })

  it("claims nothing: no digit, no link, no promise of a time", () => {
    const all = [...unheardVoiceTexts]
    for (const text of ["да", "иә, жарайды"]) {
      all.push(...heardOut(text))
      const said: Array<string> = []
      for (let i = 0; i < 4; i++) said.push(safeReply(text, said))
      all.push(...said)
    }
    for (const text of all) {
      assert.notMatch(text, /\d|https?:|завтра|сегодня|тенге|₸|бесплатно|скидк/i)
    }
  })
})
