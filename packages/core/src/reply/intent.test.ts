import { assert, describe, it } from "@effect/vitest"
import { examples, notOptOuts, optOuts } from "./intent.examples.ts"
import { type Intent, readIntent } from "./intent.ts"

const all = Object.entries(examples).flatMap(([intent, texts]) =>
  texts.map((text) => ({ text, intent: intent as Intent })),
)
const worded = [...all.map(({ text }) => text), ...optOuts, ...notOptOuts].filter((text) => /\p{L}/u.test(text))

describe("the reply intent", () => {
  for (const [intent, texts] of Object.entries(examples)) {
    it(`reads ${texts.length} replies that mean ${intent}`, () => {
      const wrong = texts.map((text) => ({ text, ...readIntent(text) })).filter((reading) => reading.intent !== intent)
      assert.deepStrictEqual(wrong, [])
    })
  }

  it("keeps the words of the plan as its floor", () => {
    const floor: Record<string, ReadonlyArray<string>> = {
      yes: ["да", "согласен", "готов", "давайте", "хорошо", "ок"],
      no: ["нет", "не надо", "не интересно", "не сейчас", "откажусь"],
      uncertain: ["посмотрю", "подумаю", "может быть", "возможно"],
    }
    for (const [intent, texts] of Object.entries(floor)) {
      for (const text of texts) assert.strictEqual(readIntent(text).intent, intent, text)
    }
  })

  it("hears no answer in words that only contain one", () => {
    const traps =
      `когда сроки интернет уроки около кабинет нетология дата удача неудача продажа города вода данные среда команда адаптер
       задача скидка подарок заказ срок окно рынок звонок ролик порок ботинок браслет монета планета карета нетто магнетизм
       кабинета анкета ракета табурет туалет билет окунь докладная кокос океан локон блокнот сдача аренда погода`.split(
        /\s+/,
      )
    assert.isAbove(traps.length, 30)
    const heard = traps.map((text) => ({ text, ...readIntent(text) })).filter(({ intent }) => intent !== "none")
    assert.deepStrictEqual(heard, [])
  })

  it("names the rule and the words it fired on", () => {
    assert.strictEqual(readIntent("Спасибо, не надо!").rule, 'no:not-needed "не надо"')
    assert.strictEqual(readIntent("хорошо, я подумаю").rule, 'uncertain:will-think "подумаю"')
    assert.strictEqual(readIntent("где вы?").rule, "none:no-answer")
  })
})

describe("the wish to be left alone", () => {
  it("is heard, and is a no", () => {
    const missed = optOuts.map((text) => ({ text, ...readIntent(text) })).filter((r) => !r.optOut || r.intent !== "no")
    assert.deepStrictEqual(missed, [])
  })

  it("is not heard in smaller requests", () => {
    const misheard = notOptOuts.map((text) => ({ text, ...readIntent(text) })).filter((reading) => reading.optOut)
    assert.deepStrictEqual(misheard, [])
  })

  it("leaves a request limited in time uncertain", () => {
    for (const text of ["не пишите до понедельника", "пока не пишите, я на совещании"]) {
      assert.strictEqual(readIntent(text).intent, "uncertain", text)
    }
  })
})

describe("any reading", () => {
  const meaning = (text: string) => {
    const { intent, optOut } = readIntent(text)
    return { intent, optOut }
  }

  it("is the same in capitals, between spaces, with emoji behind", () => {
    for (const text of worded) {
      for (const other of [text.toUpperCase(), `  \n${text}\t `, `${text} 🙂`, `${text} 👍`, `${text}🙏🙏`]) {
        assert.deepStrictEqual(meaning(other), meaning(text), other)
      }
    }
  })

  it("is the same with full stops, exclamation marks and brackets behind", () => {
    for (const text of worded.filter((text) => !text.includes("?"))) {
      for (const end of ["!", "...", "))", " !!!"])
        assert.deepStrictEqual(meaning(text + end), meaning(text), text + end)
    }
  })

  it("is the same twice, without ё, and with Latin letters that look alike", () => {
    for (const text of worded) {
      assert.deepStrictEqual(readIntent(text), readIntent(text))
      assert.deepStrictEqual(meaning(text.replaceAll("ё", "е")), meaning(text), text)
    }
    assert.strictEqual(readIntent("дa").intent, "yes")
  })

  it("exists for any string", () => {
    const alphabet = [
      "да",
      "нет",
      "не",
      "но",
      " ",
      ",",
      "?",
      "👍",
      "\u0000",
      "\ud800",
      "ё",
      "a",
      "1",
      "\n",
      "пишите",
      "-",
    ]
    let seed = 7
    for (let round = 0; round < 2000; round++) {
      let text = ""
      for (let length = round % 12; length > 0; length--) {
        seed = (seed * 1103515245 + 12345) % 2147483648
        text += alphabet[seed % alphabet.length]
      }
      const { intent, rule, optOut } = readIntent(text)
      assert.include(["yes", "no", "uncertain", "none"], intent)
      assert.isTrue(rule.startsWith(`${intent}:`), rule)
      if (optOut) assert.strictEqual(intent, "no")
    }
  })

  it("takes time linear in the length", () => {
    const spent = (text: string) => {
      const from = performance.now()
      readIntent(text)
      return performance.now() - from
    }
    for (const piece of [
      "да ",
      "не ",
      "а",
      "не пишите ",
      "нет, но ",
      "интереснно ",
      "-",
      "?",
      "5 ",
      "интересно, как ",
    ]) {
      const short = Math.max(spent(piece.repeat(Math.ceil(25_000 / piece.length))), 20)
      const long = spent(piece.repeat(Math.ceil(100_000 / piece.length)))
      // Four times the text: squared time would be sixteen times as long.
      assert.isBelow(long, short * 11, piece)
    }
  })
})
