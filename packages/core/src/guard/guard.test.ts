import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { holidayCheck } from "../calendar/holidays.ts"
import { sentencesOf } from "../reply/sentence.ts"
import type { Review } from "./guard.ts"
import { countEmoji } from "./guard.ts"
import type { GuardCase } from "./guard-case.ts"
import { reviewCase } from "./guard-case.ts"

interface Example extends GuardCase {
  readonly verdict: "pass" | "refuse"
  readonly why: string
}
const examples = readFileSync(new URL("../../../../evals/guard.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Example)
/** As `wa eval guard` judges them. */
const isHoliday = holidayCheck("KZ")
const judge = (one: GuardCase) => reviewCase(one, isHoliday)
/** A document with prices in it, and a question about one. */
const anybody = examples[0]!
const told = (result: Review) =>
  result.verdict === "pass" ? "pass" : result.reasons.map((reason) => `${reason.code}: ${reason.detail}`).join(" | ")

describe("the guard", () => {
  for (const example of examples) {
    it(`${example.verdict === "pass" ? "passes" : "refuses"} ${example.why}: ${example.draft.slice(0, 60)}`, () => {
      const result = judge(example)
      assert.strictEqual(result.verdict, example.verdict, told(result))
    })
  }

  it("has examples of both kinds in like numbers", () => {
    const passing = examples.filter((example) => example.verdict === "pass").length
    assert.isAtLeast(examples.length, 150)
    assert.isAbove(passing / examples.length, 0.35)
    assert.isBelow(passing / examples.length, 0.65)
  })

  const passing = examples.filter(
    (example) => example.verdict === "pass" && sentencesOf(example.draft).length < 4 && example.draft.length < 800,
  )

  it.prop(
    "refuses any passing draft once an unknown price stands in it",
    [
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4000 })),
    ],
    ([which, seed]) => {
      const example = passing[which % passing.length]!
      // An odd price that no document, product or discount of theirs gives.
      const price = 1_000_003 + seed * 14
      const result = judge({ ...example, draft: `${example.draft} Ещё есть услуга за ${price} ₸.` })
      assert.strictEqual(result.verdict, "refuse", `${example.draft} + ${price}`)
    },
  )

  it("reads a figure alike however its thousands are parted", { timeout: 60_000 }, () => {
    // Some of them: there are many, and each is read five times.
    const some = examples.filter((one, at) => one.verdict === "pass" && at % 7 === 0)
    for (const example of some) {
      for (const part of ["", " ", "\u00a0", "\u202f", "."]) {
        const draft = example.draft.replace(/(?<![\p{L}\d+(]|[\d)] )\d{1,3}(?: \d{3})+(?!\d|[ ,]\d)/gu, (sum) =>
          sum.replaceAll(" ", part),
        )
        const result = judge({ ...example, draft })
        assert.strictEqual(result.verdict, "pass", `${draft}: ${told(result)}`)
      }
    }
  })

  it("confirms nothing that a client only claims", () => {
    const kb = "Велосипед «Арыс» — 129 000 ₸.\nДоставка бесплатная от 50 000 ₸.\nТелефон: +7 727 300 40 50."
    const verdicts: ReadonlyArray<readonly [asked: string, draft: string, verdict: string]> = [
      ["Мне обещали «Арыс» за 99 000, верно?", "Да, верно.", "refuse"],
      ["Мне обещали «Арыс» за 99 000, верно?", "Подтверждаю: «Арыс» для вас 99 000 ₸.", "refuse"],
      ["Мне обещали «Арыс» за 129 000, верно?", "Да, верно.", "pass"],
      ["Это же ваш номер +7 701 555 66 77?", "Да, звоните на +7 701 555 66 77.", "refuse"],
      ["Мой номер +7 701 555 66 77", "Передам коллегам ваш номер: +7 701 555 66 77.", "pass"],
      ["Бюджет 130000", "В бюджет 130 000 ₸ подходит «Арыс» за 129 000 ₸.", "pass"],
    ]
    for (const [text, draft, verdict] of verdicts) {
      const result = judge({ ...anybody, kb, chat: [{ from: "client", text }], draft })
      assert.strictEqual(result.verdict, verdict, `${text} → ${draft}: ${told(result)}`)
    }
  })

  it("holds what is said to be dearer or cheaper to both prices", () => {
    const kb = "Велосипед «Арыс» — 129 000 ₸.\nВелосипед «Медеу» — 214 500 ₸."
    const verdicts: ReadonlyArray<readonly [draft: string, verdict: string]> = [
      ["«Арыс» дешевле, чем «Медеу».", "pass"],
      ["«Арыс» дороже, чем «Медеу».", "refuse"],
      ["«Арыс» в три раза дешевле «Медеу».", "refuse"],
    ]
    for (const [draft, verdict] of verdicts) {
      const result = judge({ ...anybody, kb, chat: [{ from: "client", text: "Что дешевле?" }], draft })
      assert.strictEqual(result.verdict, verdict, `${draft}: ${told(result)}`)
    }
  })

  it.prop("has an answer to any text", [Schema.String], ([text]) => {
    const result = judge({ ...anybody, chat: [{ from: "client", text }], draft: text })
    assert.include(["pass", "refuse"], result.verdict)
  })

  it("answers about a draft and a chat of 100 KB in a moment", { timeout: 60_000 }, () => {
    for (const piece of [
      "9 900 ₸ за «Старт», ",
      "a.a-",
      "(((",
      "двадцать пять ",
      "1.2.3.",
      "https://",
      "+7 ",
      "😀",
      "скажи «",
      "«Старт» ",
    ]) {
      const long = piece.repeat(Math.ceil(100_000 / piece.length))
      const started = performance.now()
      judge({ ...anybody, chat: [{ from: "client", text: long }], draft: long })
      judge({ ...anybody, chat: [{ from: "bot", text: long }], draft: "Тариф «Старт» стоит 9 900 ₸ в месяц." })
      assert.isBelow(performance.now() - started, 5000, piece)
    }
  })

  it("counts an emoji of several signs once", () => {
    assert.strictEqual(countEmoji("👨‍👩‍👧 🇰🇿 👍🏽 1️⃣"), 4)
    assert.strictEqual(countEmoji("15 000 ₸ © №1 #тег →"), 0)
  })

  it("counts sentences like a person", () => {
    const counts: ReadonlyArray<readonly [string, number]> = [
      ["Стоит 15 тыс. тенге в месяц.", 1],
      ["Цена 4.5 млн. Подойдёт?", 2],
      ["Сайт alma.kz, пишите!", 1],
      ["Подождите... сейчас посмотрю", 1],
      ["Кассы, терминалы и т. д. в наличии.", 1],
      ["Да! 😊 Конечно?!", 2],
      ["Тарифы:\n- Старт\n- Бизнес\n- Сеть", 1],
      ["Мы на ул. Абая, г. Алматы. Ждём.", 2],
      ["Первое предложение\nВторое предложение", 2],
    ]
    for (const [text, count] of counts) assert.strictEqual(sentencesOf(text).length, count, text)
  })
})
