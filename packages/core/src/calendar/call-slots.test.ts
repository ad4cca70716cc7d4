import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { dayMs, hourMs, minuteMs } from "../time/instant.ts"
import { isoWithOffset } from "../time/wall-clock.ts"
import { bookingDaysMax, freeSlots, isBookable, noticeMinutes, slotMinutes, slotsToOffer } from "./call-slots.ts"
import type { WorkingHours } from "./working-hours.ts"
import { isOpen } from "./working-hours.ts"

const zone = "Asia/Almaty"
const hours: WorkingHours = {
  zone,
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: (date) => date === "2026-12-16",
}
const local = (text: string) => Date.parse(`${text.replace(" ", "T")}+05:00`)
const words = (slots: ReadonlyArray<number>) =>
  slots.map((at) => isoWithOffset(at, zone).slice(0, 16).replace("T", " "))
const now = local("2026-11-24 12:05")
const none: ReadonlySet<number> = new Set()

describe("a call", () => {
  it("may start at 10:00 or later and before 18:00, on a working day", () => {
    const may = (text: string) => isBookable(local(text), now, hours)
    assert.isTrue(may("2026-11-25 10:00"))
    assert.isTrue(may("2026-11-25 17:30"))
    assert.isFalse(may("2026-11-25 09:30"))
    assert.isFalse(may("2026-11-25 18:00"))
    assert.isFalse(may("2026-11-28 12:00"))
    assert.isFalse(may("2026-12-16 12:00"))
  })

  it("starts on the half hour, to the second", () => {
    const half = local("2026-11-25 10:30")
    assert.isTrue(isBookable(half, now, hours))
    for (const off of [1, 1000, minuteMs, 15 * minuteMs]) assert.isFalse(isBookable(half + off, now, hours), `${off}`)
  })

  it("starts neither in the past, nor too soon, nor too far ahead", () => {
    assert.isFalse(isBookable(local("2026-11-24 12:00"), now, hours))
    assert.isTrue(isBookable(local("2026-11-24 12:30"), now, hours))
    assert.isFalse(isBookable(local("2026-11-24 12:30"), local("2026-11-24 12:16"), hours))
    assert.isTrue(isBookable(local("2026-11-24 12:30"), local("2026-11-24 12:30") - noticeMinutes * minuteMs, hours))
    assert.isTrue(isBookable(local("2027-01-22 12:00"), now, hours))
    assert.isFalse(isBookable(local("2027-01-25 12:00"), now, hours))
  })
})

describe("the free slots", () => {
  it("are the nearest first, over night and weekend", () => {
    const friday = local("2026-11-27 16:40")
    assert.deepStrictEqual(words(freeSlots(friday, 4, friday, none, hours)), [
      "2026-11-27 17:00",
      "2026-11-27 17:30",
      "2026-11-30 10:00",
      "2026-11-30 10:30",
    ])
  })

  it("leave out what is taken", () => {
    const taken = new Set([local("2026-11-24 12:30"), local("2026-11-24 13:30")])
    assert.deepStrictEqual(words(freeSlots(now, 2, now, taken, hours)), ["2026-11-24 13:00", "2026-11-24 14:00"])
  })

  it("run out at the end of the booking time", () => {
    const all = freeSlots(now, 10_000, now, none, hours)
    assert.isBelow(all.length, bookingDaysMax * 16)
    assert.isAtMost(all.at(-1)!, now + bookingDaysMax * dayMs)
    assert.deepStrictEqual(freeSlots(now + 90 * dayMs, 3, now, none, hours), [])
  })

  it("are none when all are taken", () => {
    const all = freeSlots(now, 10_000, now, none, hours)
    assert.deepStrictEqual(freeSlots(now, 5, now, new Set(all), hours), [])
  })

  it("begin with the opening where that is not on the full hour", () => {
    const odd = { ...hours, opensMinute: 9 * 60 + 15 }
    const monday = local("2026-11-30 00:00")
    assert.deepStrictEqual(words(freeSlots(monday, 2, monday, none, odd)), ["2026-11-30 09:15", "2026-11-30 09:45"])
  })

  const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 60 * 24 * 60 }))
  it.prop("are always bookable, free, in order and complete", [Minutes, Minutes], ([minutes, ahead]) => {
    const at = local("2026-11-01 00:00") + minutes * minuteMs
    const from = at + ahead * minuteMs
    const taken = new Set(freeSlots(at, 6, at, none, hours).filter((_, index) => index % 2 === 0))
    const found = freeSlots(from, 8, at, taken, hours)
    for (const [index, slot] of found.entries()) {
      assert.isTrue(isBookable(slot, at, hours) && !taken.has(slot) && slot >= from)
      if (index > 0) assert.isAbove(slot, found[index - 1]!)
    }
    // Every half hour between, that is bookable and free, is there.
    const last = found.at(-1)
    if (last === undefined) return
    const grid = slotMinutes * minuteMs
    const missed = []
    for (let slot = Math.ceil(from / grid) * grid; slot < last; slot += grid)
      if (isBookable(slot, at, hours) && !taken.has(slot) && !found.includes(slot)) missed.push(slot)
    assert.deepStrictEqual(words(missed), [])
  })
})

describe("what is offered", () => {
  it("without a wish: two a day, two hours apart, over two days", () => {
    assert.deepStrictEqual(words(slotsToOffer(now, null, none, hours)), [
      "2026-11-24 12:30",
      "2026-11-24 14:30",
      "2026-11-25 10:00",
      "2026-11-25 12:00",
    ])
  })

  it("with a wish: the four nearest after it", () => {
    const wanted = local("2026-11-25 15:00")
    assert.deepStrictEqual(words(slotsToOffer(now, wanted, new Set([wanted]), hours)), [
      "2026-11-25 15:30",
      "2026-11-25 16:00",
      "2026-11-25 16:30",
      "2026-11-25 17:00",
    ])
  })

  it("is always open and to come, even for a wish in the past or at night", () => {
    for (const wanted of [now - dayMs, local("2026-11-28 23:00"), now + hourMs, null])
      for (const slot of slotsToOffer(now, wanted, none, hours)) assert.isTrue(isOpen(slot, hours) && slot > now)
  })
})
