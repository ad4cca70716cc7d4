import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { freeSlots } from "../calendar/call-slots.ts"
import type { WorkingHours } from "../calendar/working-hours.ts"
import { documentOfText, factsOf } from "../knowledge/facts.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import { minuteMs } from "../time/instant.ts"
import { documents, examples, type GuardExample } from "./guard.examples.ts"
import { examples as homes } from "./guard.examples-homes.ts"
import { examples as known } from "./guard.examples-known.ts"
import { examples as last } from "./guard.examples-last.ts"
import { examples as offices } from "./guard.examples-offices.ts"
import { examples as people } from "./guard.examples-people.ts"
import { examples as plain } from "./guard.examples-plain.ts"
import { examples as services } from "./guard.examples-services.ts"
import { examples as trade } from "./guard.examples-trade.ts"
import type { GuardInput, Review } from "./guard.ts"
import { countEmoji, review } from "./guard.ts"
import { reviewCase } from "./guard-case.ts"
import { sentencesOf } from "./sentence.ts"

const zone = "Asia/Almaty"
const hours: WorkingHours = {
  zone,
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: () => false,
}
const facts = Object.fromEntries(
  Object.entries(documents).map(([name, text]) => [name, factsOf(documentOfText(text, `${name}.txt`))]),
)
const speakers = { К: "client", Б: "bot", О: "operator" } as const

const inputOf = (example: Omit<GuardExample, "verdict" | "why">): GuardInput => {
  const now = Date.parse(example.now ?? "2026-11-23T11:10+05:00")
  const lines = example.chat.split("\n").filter((line) => line !== "")
  const chat = lines.map(
    (line, at): ChatLine => ({
      from: speakers[line[0] as keyof typeof speakers],
      text: line.slice(3),
      at: now - (lines.length - at) * minuteMs,
    }),
  )
  const bookedCall = example.booked === undefined ? null : Date.parse(example.booked)
  const taken = new Set([Date.parse("2026-11-24T16:00+05:00"), ...(bookedCall === null ? [] : [bookedCall])])
  return {
    draft: {
      text: example.draft,
      facts: [],
      call: example.booked === undefined ? null : { action: "book", at: example.booked },
      hand_over: null,
    },
    kind: example.kind ?? "reply",
    facts: facts[example.kb]!,
    knowledge: documents[example.kb],
    chat,
    now,
    zone,
    hours,
    freeSlots: freeSlots(now, 100, now, taken, hours),
    bookedCall,
  }
}
const told = (result: Review) =>
  result.verdict === "pass" ? "pass" : result.reasons.map((reason) => `${reason.code}: ${reason.detail}`).join(" | ")

describe("the guard", () => {
  for (const example of examples) {
    it(`${example.verdict === "pass" ? "passes" : "refuses"} ${example.why}: ${example.draft.slice(0, 60)}`, () => {
      const result = review(inputOf(example))
      assert.strictEqual(result.verdict, example.verdict, told(result))
    })
  }

  for (const example of [...known, ...services, ...offices, ...people, ...trade, ...homes, ...last, ...plain]) {
    it(`${example.verdict === "pass" ? "passes" : "refuses"} ${example.why}: ${example.draft.slice(0, 60)}`, () => {
      const result = reviewCase(example, () => false)
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
      const result = review(inputOf({ ...example, draft: `${example.draft} Ещё есть услуга за ${price} ₸.` }))
      assert.strictEqual(result.verdict, "refuse", `${example.draft} + ${price}`)
    },
  )

  it("reads a figure alike however its thousands are parted", () => {
    for (const example of examples.filter((one) => one.verdict === "pass")) {
      for (const part of ["", " ", "\u00a0", "\u202f", "."]) {
        const draft = example.draft.replace(/(?<=(?<!\d)\d{1,3}) (?=\d{3}(?!\d)(?! \d\d))/g, part)
        const result = review(inputOf({ ...example, draft }))
        assert.strictEqual(result.verdict, "pass", `${draft}: ${told(result)}`)
      }
    }
  })

  it.prop("has an answer to any text", [Schema.String], ([text]) => {
    const result = review(inputOf({ kb: "kassa", chat: `К: ${text.replaceAll("\n", " ")}`, draft: text }))
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
      review(inputOf({ kb: "kassa", chat: `К: ${long}`, draft: long }))
      review(inputOf({ kb: "kassa", chat: `Б: ${long}`, draft: "Тариф «Старт» стоит 9 900 ₸ в месяц." }))
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
