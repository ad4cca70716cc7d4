import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { findQuantities } from "./quantity.ts"

/** `kind value[..to] unit /per qualifier`, or the key of a contact. */
const read = (text: string) =>
  findQuantities(text).map((q) =>
    q.key !== ""
      ? `${q.kind} ${q.key}`
      : [
          q.kind,
          q.to === null ? q.value : `${q.value}..${q.to}`,
          q.unit,
          q.per === null ? null : `/${q.per}`,
          q.qualifier,
          q.workingDays ? "working" : null,
        ]
          .filter((part) => part !== null)
          .join(" "),
  )

describe("figures in a text", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["Стоит 15 000 ₸ в месяц", ["money 15000 KZT /месяц"]],
    ["15000тг", ["money 15000 KZT"]],
    ["до 31 декабря 2026 г. по 200 г.", ["date 1231", "date 2026 year", "count 200 г"]],
    ["15.000 ₸ и 15,000 тг", ["money 15000 KZT", "money 15000 KZT"]],
    ["15 тыс. тенге", ["money 15000 KZT"]],
    ["15к за человека", ["bare 15000 /человека"]],
    ["28 000 (двадцать восемь тысяч) тенге, 52 000 (елу екі мың) теңге", ["money 28000 KZT", "money 52000 KZT"]],
    ["в течение 3 (трёх) рабочих дней", ["duration 3 день working"]],
    ["2 (большой) тенге", ["bare 2"]],
    ["полторы тысячи тенге", ["money 1500 KZT"]],
    ["сто двадцать пять тысяч тенге в год", ["money 125000 KZT /год"]],
    ["до двухсот тысяч тенге", ["money 200000 KZT to"]],
    ["1,5 млн тенге", ["money 1500000 KZT"]],
    ["2 млн 300 тыс. тенге", ["money 2300000 KZT"]],
    ["от 10 000 до 20 000 ₸", ["money 10000..20000 KZT"]],
    ["10–15 тысяч тенге", ["money 10000..15000 KZT"]],
    ["$200 или 5000 руб", ["money 200 USD", "money 5000 RUB"]],
    ["990 ₸/мес", ["money 990 KZT /месяц"]],
    ["за 3 месяца выйдет 29 700 ₸", ["duration 3 месяц", "money 29700 KZT /3 месяц"]],
    ["айына 9 900 теңге", ["money 9900 KZT /месяц"]],
    ["бес мың теңге", ["money 5000 KZT"]],
    ["скидка 10%", ["percent 10 %"]],
    [
      "14 дней, две недели, за сутки, полгода",
      ["duration 14 день", "duration 2 неделя", "duration 1 день", "duration 6 месяц"],
    ],
    ["не более 3 рабочих дней", ["duration 3 день to working"]],
    ["2-3 дня, два-три дня", ["duration 2..3 день", "duration 2..3 день"]],
    ["до 5 касс, не менее 10 человек", ["count 5 касс to", "count 10 человек from"]],
    ["3 раза в неделю", ["count 3 раза /неделя"]],
    ["на двоих — 30 000 ₸", ["money 30000 KZT"]],
    ["в 15:00, с 10 до 18, в 3 часа дня", ["clock 900", "clock 600 from", "clock 1080 to", "clock 900"]],
    ["на 3 или 6 месяцев", ["duration 3 месяц", "duration 6 месяц"]],
    ["минут за 15", ["duration 15 минута"]],
    ["за час-два", ["duration 1..2 час"]],
    ["в течение недели", ["duration 1 неделя"]],
    ["iPhone S22 62 000 ₸", ["money 62000 KZT"]],
    ["15 000 ₸-ден жоғары", ["money 15000 KZT from"]],
    ["25 ноября, 25.11.2026, в 2026 году", ["date 1125", "date 1125", "date 2026 year"]],
    ["+7 (701) 234-56-78 или 8 701 234 56 78", ["phone +77012345678", "phone +77012345678"]],
    [
      "сайт alma.kz, https://ex.com/a?b=1, mail@ex.kz, @alma_kz",
      ["link alma.kz", "link ex.com/a?b=1", "email mail@ex.kz", "link @alma_kz"],
    ],
  ]
  for (const [text, expected] of cases)
    it(`are read in «${text}»`, () => assert.deepStrictEqual(read(text), [...expected]))

  for (const text of [
    "1С",
    "работаем 24/7",
    "Wi-Fi 6",
    "iPhone 15",
    "B2B",
    "№3",
    "1) первое\n2. второе",
    "один вопрос",
    "пару минут",
    "на 100% уверен",
    "тариф «Дом 300»",
    "рассрочка 0-0-12",
    "во-первых, в двух словах",
    "3-й этап",
    "2-комнатная квартира",
    "два варианта: 1) сразу, 2) частями",
    "вариант 1 и вариант 2",
  ]) {
    it(`are not names or talk: «${text}»`, () => assert.deepStrictEqual(read(text), []))
  }

  it.prop("are found in any text, in order and where they stand", [Schema.String], ([text]) => {
    let last = -1
    for (const quantity of findQuantities(text)) {
      assert.isAtLeast(quantity.index, last)
      assert.strictEqual(text.slice(quantity.index, quantity.index + quantity.text.length), quantity.text)
      last = quantity.index
    }
  })

  it("are found in 100 KB in a moment", { timeout: 60_000 }, () => {
    for (const piece of [
      "1",
      "1 ",
      "1.2.3.",
      "a.a-",
      "+7 7",
      "двадцать пять ",
      "«1",
      "x@",
      "10-",
      "$",
      "в 5 ",
      "https://a",
      "9 900 ₸ в месяц, ",
    ]) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length))
      const started = performance.now()
      findQuantities(text)
      assert.isBelow(performance.now() - started, 3000, piece)
    }
  })
})
