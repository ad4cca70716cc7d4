import { assert, describe, it } from "@effect/vitest"
import { instantOf } from "../time/wall-clock.ts"
import { currentDateTime, dateInWords, dayAndTime, inWords, inWordsKk, shortTime } from "./time-in-words.ts"

const zone = "Asia/Almaty"
const at = instantOf({ year: 2026, month: 11, day: 24, hour: 15, minute: 0 }, zone)
const nextYear = instantOf({ year: 2027, month: 1, day: 5, hour: 9, minute: 5 }, zone)

describe("a moment in words", () => {
  it("names the weekday", () => {
    assert.strictEqual(inWords(at, zone), "во вторник, 24 ноября, в 15:00")
    assert.strictEqual(dateInWords(at, zone), "во вторник, 24 ноября")
    assert.strictEqual(inWordsKk(at, zone), "сейсенбі, 24 қараша, сағат 15:00")
  })

  it("names the year when it is not the current one", () => {
    assert.strictEqual(inWords(nextYear, zone, at), "во вторник, 5 января 2027 года, в 09:05")
    assert.strictEqual(dateInWords(nextYear, zone, at), "во вторник, 5 января 2027 года")
    assert.strictEqual(inWordsKk(nextYear, zone, at), "сейсенбі, 2027 жылғы 5 қаңтар, сағат 09:05")
    assert.strictEqual(inWords(at, zone, at), "во вторник, 24 ноября, в 15:00")
  })

  it("has each weekday in its case", () => {
    const week = [0, 1, 2, 3, 4, 5, 6].map((days) => dateInWords(at + days * 86_400_000, zone).split(",")[0])
    const expected = "во вторник|в среду|в четверг|в пятницу|в субботу|в воскресенье|в понедельник"
    assert.strictEqual(week.join("|"), expected)
  })

  it("is short where there is little room", () => {
    assert.strictEqual(shortTime(nextYear, zone), "09:05")
    assert.strictEqual(
      dayAndTime(instantOf({ year: 2026, month: 10, day: 15, hour: 14, minute: 30 }, zone), zone),
      "15 октября в 14:30",
    )
  })

  it("tells the model what time it is, and where", () => {
    const then = instantOf({ year: 2025, month: 10, day: 5, hour: 14, minute: 30 }, zone)
    assert.strictEqual(currentDateTime(then, zone), "5 октября 2025, 14:30 (время Астаны)")
    assert.strictEqual(currentDateTime(then, "Europe/Berlin"), "5 октября 2025, 11:30 (Europe/Berlin)")
  })
})
