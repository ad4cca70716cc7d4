/**
 * The one reminder of a booked call: when it is due, and what it says.
 * It leaves in working hours only. Where its moment lies outside, it moves to the next opening, if that still leaves some
 * notice, or else back to the last half hour before the closing. Who booked later than that is not reminded of what he has
 * just said. Rules C9 and C10 of docs/RULES.md.
 */
import type { Instant } from "../time/instant.ts"
import { dayMs, minuteMs } from "../time/instant.ts"
import { instantOf, localDate, wallTime } from "../time/wall-clock.ts"
import { noticeMinutes, slotMinutes } from "./call-slots.ts"
import { inWords, inWordsKk } from "./time-in-words.ts"
import { isOpen, isWorkingDay, nextOpening, type WorkingHours } from "./working-hours.ts"

export interface Policy {
  readonly hours: WorkingHours
  /** So long before the call; 0: nobody is reminded. */
  readonly callReminderMinutes: number
}

/** When to remind of a call that was agreed on at `bookedAt`; null: never. */
export const remindAt = (callAt: Instant, bookedAt: Instant, policy: Policy): Instant | null => {
  if (policy.callReminderMinutes <= 0) return null
  const ahead = callAt - Math.round(policy.callReminderMinutes * minuteMs)
  if (ahead <= bookedAt) return null
  const at = openMoment(ahead, callAt, policy.hours) ?? beforeClosing(ahead, policy.hours)
  return at !== null && at > bookedAt ? at : null
}

/** `at` itself, or the opening to which a reminder that is late may still wait; null: too late to remind of anything. */
export const openMoment = (at: Instant, callAt: Instant, hours: WorkingHours): Instant | null => {
  if (at >= callAt) return null
  if (isOpen(at, hours)) return at
  const opening = nextOpening(at, hours)
  return opening + noticeMinutes * minuteMs <= callAt ? opening : null
}

/** Longer than any row of holidays. */
const daysBackMax = 30

const beforeClosing = (at: Instant, hours: WorkingHours): Instant | null => {
  for (let back = 0; back <= daysBackMax; back++) {
    const wall = wallTime(at, hours.zone)
    const moment = instantOf(
      { ...wall, day: wall.day - back, hour: 0, minute: hours.closesMinute - slotMinutes, second: 0 },
      hours.zone,
    )
    if (moment <= at && isWorkingDay(moment, hours) && isOpen(moment, hours)) return moment
  }
  return null
}

/** One sentence in the language in which the call was agreed on. */
export const reminderText = (callAt: Instant, now: Instant, zone: string, isKazakh: boolean): string => {
  const day = dayWord(callAt, now, zone, isKazakh)
  return isKazakh
    ? `Еске саламыз: қоңырауымыздың уақыты — ${day}${inWordsKk(callAt, zone, now)}; ыңғайсыз болса, осында жаза салыңыз.`
    : `Напоминаем: ${day}${inWords(callAt, zone, now)} созвон; если планы изменились, напишите, и мы перенесём.`
}

const dayWord = (callAt: Instant, now: Instant, zone: string, isKazakh: boolean): string => {
  const date = localDate(callAt, zone)
  if (date === localDate(now, zone)) return isKazakh ? "бүгін, " : "сегодня, "
  return date === localDate(now + dayMs, zone) ? (isKazakh ? "ертең, " : "завтра, ") : ""
}
