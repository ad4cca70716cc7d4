import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Instant } from "../time/instant.ts"
import { hourMs, minuteMs, secondMs } from "../time/instant.ts"
import { instantOf, isoWithOffset } from "../time/wall-clock.ts"
import { holidayCheck } from "./holidays.ts"
import type { WorkingHours } from "./working-hours.ts"
import { isOpen, isWorkingDate, isWorkingDay, nextOpening } from "./working-hours.ts"

const zone = "Asia/Almaty"
const hours: WorkingHours = {
  zone,
  opensMinute: 10 * 60,
  closesMinute: 18 * 60,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: holidayCheck("KZ"),
}
const wall = (text: string, of = zone): Instant => {
  const [year, month, day, hour, minute] = text.split(/\D/).map(Number)
  return instantOf({ year: year ?? 0, month: month ?? 1, day: day ?? 1, hour: hour ?? 0, minute: minute ?? 0 }, of)
}
const opening = (text: string, of: WorkingHours = hours): string =>
  isoWithOffset(nextOpening(wall(text, of.zone), of), of.zone)

describe("working hours", () => {
  it("begin at the opening and end before the closing", () => {
    const opens = wall("2026-11-24 10:00")
    const closes = wall("2026-11-24 18:00")
    assert.isTrue(isOpen(opens, hours))
    assert.isFalse(isOpen(opens - 1, hours))
    assert.isTrue(isOpen(closes - 1, hours))
    assert.isFalse(isOpen(closes, hours))
    assert.isTrue(isOpen(closes - secondMs, hours))
  })

  it("leave out weekends and holidays", () => {
    assert.isFalse(isOpen(wall("2026-11-28 12:00"), hours))
    assert.isFalse(isOpen(wall("2026-12-16 12:00"), hours))
    assert.isFalse(isWorkingDate("2026-12-16", hours))
    assert.isTrue(isWorkingDate("2026-12-17", hours))
    assert.isFalse(isWorkingDate("2026-11-29", hours))
  })

  it("belong to the day of their own zone", () => {
    // Friday 20:30 in London is Saturday 01:30 in Almaty.
    const at = wall("2026-11-27 20:30", "Europe/London")
    assert.isFalse(isWorkingDay(at, hours))
    assert.isTrue(isWorkingDay(at, { ...hours, zone: "Europe/London" }))
  })
})

describe("the next opening", () => {
  it("is now while we are open", () => {
    assert.strictEqual(opening("2026-11-24 17:59"), "2026-11-24T17:59:00+05:00")
  })

  it("of Saturday noon is Monday at ten", () => {
    assert.strictEqual(opening("2026-11-28 12:00"), "2026-11-30T10:00:00+05:00")
  })

  it("of Friday's closing is Monday at ten", () => {
    assert.strictEqual(opening("2026-11-27 18:00"), "2026-11-30T10:00:00+05:00")
  })

  it("of an early morning is the same day, of an evening the next", () => {
    assert.strictEqual(opening("2026-11-24 03:00"), "2026-11-24T10:00:00+05:00")
    assert.strictEqual(opening("2026-11-24 23:59"), "2026-11-25T10:00:00+05:00")
  })

  it("goes over holidays and the days given back for them", () => {
    assert.strictEqual(opening("2026-12-15 18:00"), "2026-12-17T10:00:00+05:00")
    assert.strictEqual(opening("2026-03-20 18:00"), "2026-03-26T10:00:00+05:00")
    assert.strictEqual(opening("2026-12-31 18:00"), "2027-01-05T10:00:00+05:00")
  })

  it("is the wall clock's ten before and after Almaty left +06", () => {
    assert.strictEqual(opening("2024-02-29 09:00"), "2024-02-29T10:00:00+06:00")
    assert.strictEqual(opening("2024-02-29 18:00"), "2024-03-01T10:00:00+05:00")
    const night = nextOpening(wall("2024-02-29 18:00"), hours) - wall("2024-02-29 18:00")
    assert.strictEqual(night, 17 * hourMs)
  })

  it("moves with a summer time", () => {
    const berlin = { ...hours, zone: "Europe/Berlin", isHoliday: () => false }
    assert.strictEqual(opening("2026-03-27 18:00", berlin), "2026-03-30T10:00:00+02:00")
    assert.strictEqual(opening("2026-10-23 18:00", berlin), "2026-10-26T10:00:00+01:00")
  })

  it("is refused for a calendar that never opens", () => {
    assert.throws(() => nextOpening(wall("2026-11-24 12:00"), { ...hours, isHoliday: () => true }), RangeError)
  })

  const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 * 366 * 24 * 60 }))
  const calendars = [
    hours,
    { ...hours, zone: "Europe/Berlin" },
    { ...hours, weekdays: [6], opensMinute: 0, closesMinute: 24 * 60 },
  ]
  it.prop(
    "is open, is not before the moment, is its own next opening, and nothing is open before it",
    [Minutes],
    ([minutes]) => {
      const at = Date.UTC(2023, 0, 1) + minutes * minuteMs
      for (const of of calendars) {
        const opens = nextOpening(at, of)
        assert.isAtLeast(opens, at)
        assert.isTrue(isOpen(opens, of))
        assert.strictEqual(nextOpening(opens, of), opens)
        for (let between = at; between < opens; between += 17 * minuteMs) assert.isFalse(isOpen(between, of))
        if (opens > at) assert.isFalse(isOpen(opens - 1, of))
      }
    },
    { arbitrary: { runs: 100 } },
  )
})
