import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Instant } from "../time/instant.ts"
import { dayMs, minuteMs } from "../time/instant.ts"
import { instantOf, isoWithOffset } from "../time/wall-clock.ts"
import { findTimes, readTime, startOf } from "./call-time.ts"
import { inWords, inWordsKk } from "./time-in-words.ts"

const zone = "Asia/Almaty"
const wall = (text: string, of = zone): Instant => {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number)
  return instantOf({ year: year ?? 0, month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 }, of)
}
/** A Monday. */
const now = wall("2026-11-23 10:00")
const shown = (at: Instant | null): string =>
  at === null ? "nothing" : isoWithOffset(at, zone).slice(0, 16).replace("T", " ")
const read = (text: string, from: Instant = now): string => shown(readTime(text, from, zone).at)

const table = (title: string, rows: ReadonlyArray<readonly [phrase: string, expected: string]>): void => {
  describe(title, () => {
    for (const [phrase, expected] of rows) {
      it(`reads "${phrase.replaceAll("\n", " ⏎ ")}" as ${expected}`, () => {
        assert.strictEqual(read(phrase).slice(0, expected.length), expected)
      })
    }
  })
}

table("a day and a time", [
  ["давайте завтра в 15:00", "2026-11-24 15:00"],
  ["завтра в 3", "2026-11-24 15:00"],
  ["послезавтра в 3 дня", "2026-11-25 15:00"],
  ["в два часа дня завтра", "2026-11-24 14:00"],
  ["завтра вечером в 7", "2026-11-24 19:00"],
  ["завтра утром, часов в девять", "2026-11-24 09:00"],
  ["завтра в 7:30", "2026-11-24 07:30"],
  ["завтра в 03:30", "2026-11-24 03:30"],
  ["завтра в 3:30", "2026-11-24 15:30"],
  ["завтра 15", "2026-11-24 15:00"],
  ["завтра в час", "2026-11-24 13:00"],
  ["завтра\nв 15:00", "2026-11-24 15:00"],
  ["Завтра. Можно в 15:00", "2026-11-24 15:00"],
  ["можно позвонить мне завтра после 17?", "2026-11-24 17:00"],
  ["завтра в полночь", "2026-11-25 00:00"],
  ["завтра с 14 до 16", "2026-11-24 14:00"],
  ["завтра с двух до трёх", "2026-11-24 14:00"],
  ["завтра между 2 и 3", "2026-11-24 14:00"],
])

table("a weekday", [
  ["в понедельник", "2026-11-30"],
  ["в понедельник в 15:00", "2026-11-23 15:00"],
  ["в понедельник в 9:00", "2026-11-30 09:00"],
  ["в пт в 11.30", "2026-11-27 11:30"],
  ["во вторник, часов в одиннадцать", "2026-11-24 11:00"],
  ["в следующий вторник", "2026-12-01"],
  ["в эту пятницу в 16:00", "2026-11-27 16:00"],
  ["на следующей неделе в среду в 11", "2026-12-02 11:00"],
  ["в среду на следующей неделе", "2026-12-02"],
  ["через неделю в четверг", "2026-12-03"],
  ["в следующем месяце во вторник", "2026-12-01"],
  ["в пятницу после обеда", "2026-11-27 15:00"],
])

table("a date", [
  ["25 ноября в 12", "2026-11-25 12:00"],
  ["25.11 в 16-00", "2026-11-25 16:00"],
  ["25/11 в 16.00", "2026-11-25 16:00"],
  ["25.11.2026", "2026-11-25"],
  ["01.12.26 14:30", "2026-12-01 14:30"],
  ["2026-11-25T15:00", "2026-11-25 15:00"],
  ["2026-11-25T15:00:00Z", "2026-11-25 20:00"],
  ["двадцать пятого ноября в три часа дня", "2026-11-25 15:00"],
  ["25-го в 11", "2026-11-25 11:00"],
  ["15 числа", "2026-12-15"],
  ["25 числа следующего месяца", "2026-12-25"],
  ["10 мая", "2027-05-10"],
  ["29 февраля", "2028-02-29"],
  ["с 10 по 22 декабря", "2026-12-10"],
  ["в декабре", "2026-12-01"],
  ["в конце месяца", "2026-11-30"],
  ["в начале следующей недели", "2026-11-30"],
])

table("a time alone", [
  ["в 15:00", "2026-11-23 15:00"],
  ["в 9:30", "2026-11-24 09:30"],
  ["в 3", "2026-11-23 15:00"],
  ["в половине третьего", "2026-11-23 14:30"],
  ["пол десятого", "2026-11-24 09:30"],
  ["полпервого", "2026-11-23 12:30"],
  ["без пятнадцати три", "2026-11-23 14:45"],
  ["четверть пятого", "2026-11-23 16:15"],
  ["десять минут пятого", "2026-11-23 16:10"],
  ["в третьем часу", "2026-11-23 14:00"],
  ["к шести вечера", "2026-11-23 18:00"],
  ["часа в 4", "2026-11-23 16:00"],
  ["в 16 ч 20 мин", "2026-11-23 16:20"],
  ["в пятнадцать тридцать", "2026-11-23 15:30"],
  ["17ч", "2026-11-23 17:00"],
  ["в 16:00 по Москве", "2026-11-23 18:00"],
  ["до обеда", "2026-11-23 11:00"],
  ["вечером", "2026-11-23 18:00"],
])

table("a length from now", [
  ["через полчаса", "2026-11-23 10:30"],
  ["через полтора часа", "2026-11-23 11:30"],
  ["через 2 часа 30 минут", "2026-11-23 12:30"],
  ["часа через два", "2026-11-23 12:00"],
  ["через неделю в 9:30", "2026-11-30 09:30"],
  ["через 2-3 дня", "2026-11-25"],
  ["через месяц", "2026-12-23"],
  ["через 1,5 часа", "2026-11-23 11:30"],
])

table("Kazakh", [
  ["ертең сағат үште", "2026-11-24 15:00"],
  ["бүгін сағат 15:00-де", "2026-11-23 15:00"],
  ["ертен сагат 3те", "2026-11-24 15:00"],
  ["бүрсігүні түстен кейін", "2026-11-25 15:00"],
  ["келесі аптада сейсенбіде сағат 10-да", "2026-12-01 10:00"],
  ["ертең кешкі сағат 7-де", "2026-11-24 19:00"],
  ["25 қарашада сағат 14:00-де", "2026-11-25 14:00"],
  ["жарты сағаттан соң", "2026-11-23 10:30"],
  ["сағат 3 жарымда", "2026-11-23 15:30"],
])

table("what is ruled out or beside the point", [
  ["завтра не могу, давайте в пятницу в 11", "2026-11-27 11:00"],
  ["не завтра, а послезавтра в 12", "2026-11-25 12:00"],
  ["Спасибо, сегодня посмотрел, созвонимся завтра в 11", "2026-11-24 11:00"],
  ["Сейчас занят, наберите в 16", "2026-11-23 16:00"],
])

describe("phrases without a moment to come", () => {
  for (const phrase of [
    "сегодня в 9:00",
    "вчера в 15:00",
    "в прошлую среду",
    "неделю назад",
    "прошлой ночью",
    "25 ноября 2024",
    "курс 12.11",
    "температура 10.1",
    "скидка до 10%",
    "версия 2.10",
    "15 000 тг",
    "8 701 234 56 78",
    "+7 (701) 234-56-78",
    "2 медовика",
    "нас 10 менеджеров",
    "в 10 раз дороже",
    "в 5 городах",
    "2 раза в неделю",
    "1000 тг в час",
    "сколько стоит за месяц?",
    "Добрый вечер!",
    "работаем с 10:00 до 18:00",
    "Пн–Пт с 10:00 до 18:00",
    "24/7",
    "31 февраля",
    "в 25:00",
    "заказ №1512",
    "пункт 3.12 договора",
    "соотношение 1:10",
    "в ближайшие дни",
    "когда-нибудь потом",
    "рахмет",
    "",
  ]) {
    it(`finds none in "${phrase}"`, () => {
      const { at, grain } = readTime(phrase, now, zone)
      assert.deepStrictEqual([shown(at), grain], ["nothing", null])
    })
  }

  it("tells a past time from no time", () => {
    assert.strictEqual(readTime("вчера в 15:00", now, zone).why, "past: relative day + clock")
    assert.strictEqual(readTime("спасибо", now, zone).why, "no time named")
  })
})

describe("how exactly a phrase tells the time", () => {
  for (const [phrase, grain] of [
    ["завтра в 15:00", "minute"],
    ["завтра в три", "hour"],
    ["завтра утром", "daypart"],
    ["завтра", "day"],
    ["на следующей неделе", "week"],
    ["в декабре", "month"],
    ["в 2027 году", "year"],
  ] as const) {
    it(`is "${grain}" for "${phrase}"`, () => assert.strictEqual(readTime(phrase, now, zone).grain, grain))
  }

  it("leads to the beginning of the period", () => {
    const { at, grain } = readTime("в следующем месяце", now, zone)
    assert.strictEqual(shown(at), "2026-12-23 00:00")
    assert.strictEqual(shown(startOf(grain ?? "day", at ?? 0, zone)), "2026-12-01 00:00")
    assert.strictEqual(shown(startOf("week", wall("2026-11-29 23:00"), zone)), "2026-11-23 00:00")
    assert.strictEqual(shown(startOf("minute", now + 1, zone)), "2026-11-23 10:00")
  })

  it("takes today for from now on", () => {
    assert.strictEqual(readTime("сегодня", now + 1, zone).at, now + 1)
  })
})

describe("all times of a draft", () => {
  const found = (text: string) =>
    findTimes(text, now, zone).map(
      (time) => `${shown(time.at)}${time.isPast ? " past" : ""}${time.contradiction === undefined ? "" : " !"}`,
    )

  it("are each given their own day", () => {
    assert.deepStrictEqual(found("могу предложить вторник, 24 ноября, в 15:00 или среду в 11:00"), [
      "2026-11-24 15:00",
      "2026-11-25 11:00",
    ])
  })

  it("share the day of their sentence", () => {
    const three = ["2026-11-24 11:00", "2026-11-24 12:00", "2026-11-24 15:30"]
    assert.deepStrictEqual(found("во вторник в 11:00, 12:00 или 15:30"), three)
    assert.deepStrictEqual(found("Завтра в 11, 12 или 15?"), [
      "2026-11-24 11:00",
      "2026-11-24 12:00",
      "2026-11-24 15:00",
    ])
  })

  it("may stand before their days", () => {
    assert.deepStrictEqual(found("в 11:00 во вторник или в 15:00 в среду"), ["2026-11-24 11:00", "2026-11-25 15:00"])
  })

  it("include past ones, marked", () => {
    assert.deepStrictEqual(found("Вчера в 15:00 вы писали, а во вторник, 17 ноября, я отвечал"), [
      "2026-11-22 15:00 past",
      "2026-11-17 00:00 past",
    ])
  })

  it("are told where they stand, in the words of the text", () => {
    const text = "Ждём ЁЛКУ завтра в 15:00!"
    const [time] = findTimes(text, now, zone)
    assert.strictEqual(time?.text, "завтра в 15:00")
    assert.strictEqual(text.slice(time?.index), "завтра в 15:00!")
  })

  it("show a weekday that is not the date's", () => {
    const [time] = findTimes("в среду, 24 ноября, в 12:00", now, zone)
    assert.strictEqual(shown(time?.at ?? null), "2026-11-24 12:00")
    assert.strictEqual(time?.contradiction, "2026-11-24 is a Tuesday, not a Wednesday")
    assert.deepStrictEqual(found("завтра, 25 ноября, в 16:00"), ["2026-11-25 16:00 !"])
    assert.deepStrictEqual(found("завтра в 15:00 (среда, 24 ноября)"), ["2026-11-24 15:00 !"])
  })

  it("are not the opening hours, the prices or the terms", () => {
    const text = "Работаем с 10:00 до 18:00. Тариф «Профи 2.0» — 25 000 тг, срок 3 дня. Созвонимся завтра в 11:00?"
    assert.deepStrictEqual(found(text), ["2026-11-24 11:00"])
  })
})

describe("clock changes", () => {
  it("follow the zone's own rules: Almaty moved from +06 to +05 on 2024-03-01", () => {
    const before = wall("2024-02-29 12:00")
    assert.strictEqual(
      isoWithOffset(readTime("сегодня в 15:00", before, zone).at ?? 0, zone),
      "2024-02-29T15:00:00+06:00",
    )
    assert.strictEqual(
      isoWithOffset(readTime("завтра в 15:00", before, zone).at ?? 0, zone),
      "2024-03-01T15:00:00+05:00",
    )
  })

  it("move a skipped time forward", () => {
    const { at } = readTime("завтра в 02:30", wall("2026-03-28 12:00", "Europe/Berlin"), "Europe/Berlin")
    assert.strictEqual(isoWithOffset(at ?? 0, "Europe/Berlin"), "2026-03-29T03:30:00+02:00")
  })
})

describe("any text", () => {
  const words =
    "завтра сегодня вчера послезавтра в во на с до по через неделю недели 2 3 5 12 15 15:00 9:30 3:30 25.11 31.12 01.01.2027 ноября февраля 29 вторник среду следующий прошлую эту утром вечером ночью утра дня вечера часа часов час минут половина третьего без четверти три полчаса месяц году 2027 2024 следующем конце числа , . и или - ( ) \n сағат үште ертең кейін не могу полночь Москве назад".split(
      " ",
    )
  const zones = ["Asia/Almaty", "Europe/Berlin", "America/New_York"] as const
  const Picks = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: words.length - 1 })))
  const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 6 * 366 * 24 * 60 }))

  it.prop(
    "never gives a past moment, and marks past mentions as past",
    [Picks, Minutes],
    ([picks, minutes]) => {
      const text = picks.map((pick) => words[pick]).join(" ")
      const from = Date.UTC(2022, 0, 1) + minutes * minuteMs
      for (const of of zones) {
        const { at } = readTime(text, from, of)
        assert.isTrue(at === null || at >= from, text)
        for (const time of findTimes(text, from, of)) assert.strictEqual(time.isPast, time.at < from, text)
      }
    },
    { arbitrary: { runs: 300 } },
  )

  it.prop(
    "that inWords produced reads back",
    [Minutes, Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 * 24 * 60 }))],
    ([minutes, ahead]) => {
      // After the change of 2024, which told the last hour of February twice.
      const from = wall("2024-03-02 00:00") + minutes * minuteMs
      const at = from + ahead * minuteMs
      assert.strictEqual(read(inWords(at, zone, from), from), shown(at), inWords(at, zone, from))
      assert.strictEqual(read(inWordsKk(at, zone, from), from), shown(at), inWordsKk(at, zone, from))
    },
    { arbitrary: { runs: 300 } },
  )

  it("of any characters is answered", () => {
    for (const text of [
      "\u0000",
      "\ud83d",
      "İ в 15:00",
      "🙂 завтра в 15:00",
      "((((",
      "в\u00a015:00",
      "9999999999999999:99",
    ]) {
      const { at } = readTime(text, now, zone)
      assert.isTrue(at === null || at >= now)
    }
    assert.strictEqual(read("🙂 завтра в 15:00"), "2026-11-24 15:00")
  })

  it("of 100 KB takes a time that grows with its length only", () => {
    for (const piece of [
      " ",
      "1",
      "завтра в 15:00 или ",
      "через 2 часа в 15:00 ",
      "(",
      "+",
      "1.1.",
      "с 10 до 12 по 5 часов и 3 минуты ",
      "в 1-",
    ]) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length))
      const started = performance.now()
      findTimes(text, now, zone)
      // Some 0.2 s on a laptop; a quadratic rule would take minutes.
      assert.isBelow(performance.now() - started, 5000, piece)
    }
  })
})

describe("the same phrase later", () => {
  it("moves with the clock", () => {
    assert.strictEqual(read("в пятницу в 11", now + 7 * dayMs), "2026-12-04 11:00")
    assert.strictEqual(read("25.11", now + 3 * dayMs), "2027-11-25 00:00")
  })
})
