import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { dayMs, hourMs, minuteMs } from "./instant.ts"
import { instantOf, isoWithOffset, localDate, offsetMs, wallTime } from "./wall-clock.ts"

const berlin = "Europe/Berlin"
const almaty = "Asia/Almaty"

describe("the wall clock", () => {
  it("knows when Almaty went from +06 to +05", () => {
    const change = Date.UTC(2024, 1, 29, 18)
    assert.strictEqual(offsetMs(change - 1, almaty), 6 * hourMs)
    assert.strictEqual(offsetMs(change, almaty), 5 * hourMs)
    assert.strictEqual(isoWithOffset(change - 1000, almaty), "2024-02-29T23:59:59+06:00")
    assert.strictEqual(isoWithOffset(change, almaty), "2024-02-29T23:00:00+05:00")
  })

  it("counts Monday as 1 and Sunday as 7", () => {
    assert.strictEqual(wallTime(Date.UTC(2026, 10, 23, 12), almaty).weekday, 1)
    assert.strictEqual(wallTime(Date.UTC(2026, 10, 22, 12), almaty).weekday, 7)
  })

  it("tells the day of the zone", () => {
    assert.strictEqual(localDate(Date.UTC(2026, 10, 23, 19), almaty), "2026-11-24")
    assert.strictEqual(localDate(Date.UTC(2026, 10, 23, 19), "America/New_York"), "2026-11-23")
  })

  it("moves a time in a gap forward by the gap", () => {
    const at = instantOf({ year: 2026, month: 3, day: 29, hour: 2, minute: 30 }, berlin)
    assert.strictEqual(isoWithOffset(at, berlin), "2026-03-29T03:30:00+02:00")
  })

  it("takes the first of two in an overlap", () => {
    const at = instantOf({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }, berlin)
    assert.strictEqual(isoWithOffset(at, berlin), "2026-10-25T02:30:00+02:00")
    const last = instantOf({ year: 2024, month: 2, day: 29, hour: 23, minute: 30 }, almaty)
    assert.strictEqual(isoWithOffset(last, almaty), "2024-02-29T23:30:00+06:00")
  })

  it("lets a day run over its month and a minute over its hour", () => {
    const at = instantOf({ year: 2026, month: 12, day: 32, hour: 0, minute: 630 }, almaty)
    assert.strictEqual(isoWithOffset(at, almaty), "2027-01-01T10:30:00+05:00")
  })

  it("writes offsets west of Greenwich and of half hours", () => {
    const at = Date.UTC(2026, 0, 1)
    assert.strictEqual(isoWithOffset(at, "America/St_Johns"), "2025-12-31T20:30:00-03:30")
    assert.strictEqual(isoWithOffset(at, "Asia/Kolkata"), "2026-01-01T05:30:00+05:30")
  })

  it("refuses a zone that does not exist", () => {
    assert.throws(() => offsetMs(0, "Asia/Atlantis"), RangeError)
  })

  const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 * 366 * 24 * 60 }))
  it.prop(
    "read and set again is the same moment, or the same wall time an hour earlier where it is told twice",
    [Minutes],
    ([minutes]) => {
      const at = Date.UTC(2020, 0, 1) + minutes * minuteMs
      for (const zone of [almaty, berlin, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]) {
        const wall = wallTime(at, zone)
        const again = instantOf(wall, zone)
        assert.deepStrictEqual(wallTime(again, zone), wall)
        if (again !== at) {
          assert.isBelow(again, at)
          assert.isBelow(offsetMs(at + dayMs, zone), offsetMs(at - dayMs, zone))
        }
        assert.strictEqual(Date.parse(isoWithOffset(at, zone)), at)
      }
    },
    { arbitrary: { runs: 300 } },
  )
})
