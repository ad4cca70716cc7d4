import { assert, describe, it } from "@effect/vitest"
import { holidayCheck } from "./holidays.ts"

const kz = holidayCheck("KZ")

const weekdayHolidays = (check: (date: string) => boolean, year: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += 86_400_000) {
    const day = new Date(ms)
    const date = day.toISOString().slice(0, 10)
    if (day.getUTCDay() !== 0 && day.getUTCDay() !== 6 && check(date)) found.push(date.slice(5))
  }
  return found
}

describe("the public holidays of Kazakhstan", () => {
  // The weekdays off of each year by the Ministry of Labour's production calendar, without days moved by decree.
  const off: Record<number, string> = {
    2024: "01-01 01-02 03-08 03-21 03-22 03-25 05-01 05-07 05-09 07-08 08-30 10-25 12-16",
    2025: "01-01 01-02 01-07 03-10 03-21 03-24 03-25 05-01 05-07 05-09 06-06 07-07 09-01 10-27 12-16",
    2026: "01-01 01-02 01-07 03-09 03-23 03-24 03-25 05-01 05-07 05-11 05-27 07-06 10-26 12-16",
    2027: "01-01 01-04 01-07 03-08 03-15 03-22 03-23 03-24 05-03 05-07 05-10 07-06 10-25 12-16",
  }
  for (const [year, expected] of Object.entries(off)) {
    it(`leaves the right weekdays free in ${year}`, () => {
      assert.strictEqual(weekdayHolidays(kz, Number(year)).join(" "), expected)
    })
  }

  it("gives nothing back for Christmas or Kurban Ait on a Sunday", () => {
    assert.isTrue(kz("2024-01-07"))
    assert.isFalse(kz("2024-01-08"))
    assert.isTrue(kz("2024-06-16"))
    assert.isFalse(kz("2024-06-17"))
  })

  it("gives back both days of a New Year that is a whole weekend", () => {
    assert.deepStrictEqual(weekdayHolidays(kz, 2028).slice(0, 3), ["01-03", "01-04", "01-07"])
  })

  it("has no Constitution Day in 2026, on neither date", () => {
    for (const date of ["2026-03-15", "2026-03-16", "2026-08-30", "2026-08-31"]) assert.isFalse(kz(date), date)
  })
})

describe("holidays of other countries", () => {
  it("knows those of Germany", () => {
    assert.isTrue(holidayCheck("de")("2026-10-03"))
    assert.isFalse(holidayCheck("DE")("2026-10-05"))
  })

  it("has none for none", () => {
    assert.deepStrictEqual(weekdayHolidays(holidayCheck("none"), 2026), [])
  })

  it("refuses a country that nobody knows, by name", () => {
    for (const country of ["XX", "", "Kazakhstan", "kz-ala"]) {
      assert.throws(() => holidayCheck(country), RangeError, `"${country}"`)
    }
  })

  it("answers false to what is no date", () => {
    assert.isFalse(kz(""))
    assert.isFalse(kz("soon"))
  })
})
