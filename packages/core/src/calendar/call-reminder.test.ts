import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { hours, local, zone } from "../conversation/chat.fixture.ts"
import { review } from "../guard/guard.ts"
import { dayMs, hourMs, minuteMs } from "../time/instant.ts"
import { isoWithOffset } from "../time/wall-clock.ts"
import { openMoment, remindAt, reminderText } from "./call-reminder.ts"
import { freeSlots } from "./call-slots.ts"
import { isOpen } from "./working-hours.ts"

const when = (callAt: string, bookedAt: string, callReminderMinutes = 60): string | null => {
  const at = remindAt(local(callAt), local(bookedAt), { hours, callReminderMinutes })
  return at === null ? null : isoWithOffset(at, zone).slice(0, 16).replace("T", " ")
}

describe("the moment to remind of a call", () => {
  it("is so long before it", () => {
    assert.strictEqual(when("2026-11-24 15:00", "2026-11-23 12:00"), "2026-11-24 14:00")
    assert.strictEqual(when("2026-11-24 15:00", "2026-11-23 12:00", 15), "2026-11-24 14:45")
    assert.strictEqual(when("2026-11-24 15:00", "2026-11-20 12:00", 1440), "2026-11-23 15:00")
  })
  it("is none while the setting is 0, nor for who booked later than that", () => {
    assert.isNull(when("2026-11-24 15:00", "2026-11-23 12:00", 0))
    assert.isNull(when("2026-11-24 15:00", "2026-11-24 14:00"))
    assert.isNull(when("2026-11-24 15:00", "2026-11-24 14:30"))
    assert.strictEqual(when("2026-11-24 15:00", "2026-11-24 13:59"), "2026-11-24 14:00")
  })
  it("waits for the opening where that still gives notice", () => {
    assert.strictEqual(when("2026-11-24 10:30", "2026-11-23 12:00"), "2026-11-24 10:00")
  })
  it("falls back to the last half hour before the closing for the first call of a day", () => {
    assert.strictEqual(when("2026-11-24 10:00", "2026-11-23 12:00"), "2026-11-23 17:30")
    // Monday's first call: Friday; over two days off: the day before them.
    assert.strictEqual(when("2026-11-23 10:00", "2026-11-19 12:00"), "2026-11-20 17:30")
    assert.strictEqual(when("2026-12-18 10:00", "2026-12-10 12:00"), "2026-12-15 17:30")
    assert.isNull(when("2026-11-23 10:00", "2026-11-21 12:00"), "booked on Saturday: Friday is over")
  })
  it("that was slept through waits for the next opening, and not beyond the call", () => {
    const call = local("2026-11-24 10:30")
    assert.strictEqual(openMoment(local("2026-11-24 08:00"), call, hours), local("2026-11-24 10:00"))
    assert.strictEqual(openMoment(local("2026-11-24 10:29"), call, hours), local("2026-11-24 10:29"))
    assert.isNull(openMoment(call, call, hours))
    assert.isNull(openMoment(local("2026-11-24 08:00"), local("2026-11-24 10:00"), hours))
  })

  const Minutes = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2880 }))
  const Slot = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 500 }))
  it.prop(
    "lies in working hours, after the booking and before the call, and the guard has nothing against the words",
    [Minutes, Slot],
    ([callReminderMinutes, n]) => {
      const bookedAt = local("2026-11-20 19:13")
      const callAt = freeSlots(bookedAt, 501, bookedAt, new Set(), hours)[n]!
      const at = remindAt(callAt, bookedAt, { hours, callReminderMinutes })
      if (at === null) return
      assert.isTrue(isOpen(at, hours))
      assert.isAbove(at, bookedAt)
      assert.isAtMost(
        at,
        callAt - 15 * minuteMs < at ? callAt - callReminderMinutes * minuteMs : callAt - 15 * minuteMs,
      )
      for (const isKazakh of [false, true]) {
        const text = reminderText(callAt, at, zone, isKazakh)
        const { verdict } = review({
          draft: { text, facts: [], call: null, hand_over: null },
          kind: "reply",
          facts: [],
          knowledge: "",
          chat: [],
          now: at,
          zone,
          hours,
          freeSlots: [],
          bookedCall: callAt,
        })
        assert.strictEqual(verdict, "pass", text)
      }
    },
  )
})

describe("the words of the reminder", () => {
  const call = local("2026-11-24 15:00")
  it("name weekday, date and time, and today or tomorrow where it is", () => {
    assert.strictEqual(
      reminderText(call, call - hourMs, zone, false),
      "Напоминаем: сегодня, во вторник, 24 ноября, в 15:00 созвон; если планы изменились, напишите, и мы перенесём.",
    )
    assert.match(
      reminderText(call, call - dayMs, zone, false),
      /^Напоминаем: завтра, во вторник, 24 ноября, в 15:00 созвон/,
    )
    assert.match(
      reminderText(call, call - 2 * dayMs, zone, false),
      /^Напоминаем: во вторник, 24 ноября, в 15:00 созвон/,
    )
  })
  it("are Kazakh for who agreed in Kazakh", () => {
    assert.strictEqual(
      reminderText(call, call - hourMs, zone, true),
      "Еске саламыз: қоңырауымыздың уақыты — бүгін, сейсенбі, 24 қараша, сағат 15:00; ыңғайсыз болса, осында жаза салыңыз.",
    )
  })
  it("are held by the guard where no such call is on record", () => {
    const text = reminderText(call, call - hourMs, zone, false)
    const about = (bookedCall: number | null) =>
      review({
        draft: { text, facts: [], call: null, hand_over: null },
        kind: "reply",
        facts: [],
        knowledge: "",
        chat: [],
        now: call - hourMs,
        zone,
        hours,
        freeSlots: [],
        bookedCall,
      }).verdict
    assert.strictEqual(about(call), "pass")
    assert.strictEqual(about(call + hourMs), "refuse")
    assert.strictEqual(about(null), "refuse")
  })
})
