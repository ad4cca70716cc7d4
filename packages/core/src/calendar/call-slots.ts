/**
 * The times at which a call may be booked. Code offers them; the model may only choose among them.
 * A call starts in working hours, in the future, on the slot grid, and no two calls of a profile share a slot.
 * Rules C2 to C4 of docs/RULES.md.
 */
import type { Instant } from "../time/instant.ts"
import { dayMs, minuteMs } from "../time/instant.ts"
import { instantOf, wallTime } from "../time/wall-clock.ts"
import type { WorkingHours } from "./working-hours.ts"
import { isOpen, nextOpening } from "./working-hours.ts"

/** Length of a slot, and the distance between two starts. */
export const slotMinutes = 30
/** Nobody is called sooner than this after asking. */
export const noticeMinutes = 15
/** Nobody books further ahead than this. */
export const bookingDaysMax = 60

/** Whether a call could start at `at`, were nobody else booked: open, on the grid, neither past nor too far. */
export const isBookable = (at: Instant, now: Instant, hours: WorkingHours): boolean => {
  const wall = wallTime(at, hours.zone)
  return (
    at % minuteMs === 0 &&
    wall.second === 0 &&
    (wall.hour * 60 + wall.minute - hours.opensMinute) % slotMinutes === 0 &&
    at >= now + noticeMinutes * minuteMs &&
    at <= now + bookingDaysMax * dayMs &&
    isOpen(at, hours)
  )
}

/** The first `count` free slots at or after `from`, nearest first. `taken` are the starts of the booked calls. */
export const freeSlots = (
  from: Instant,
  count: number,
  now: Instant,
  taken: ReadonlySet<Instant>,
  hours: WorkingHours,
): ReadonlyArray<Instant> => {
  const found: Array<Instant> = []
  let at = nextOpening(Math.max(from, now + noticeMinutes * minuteMs), hours)
  while (found.length < count && at <= now + bookingDaysMax * dayMs) {
    const wall = wallTime(at, hours.zone)
    const minute = wall.hour * 60 + wall.minute
    const onGrid =
      hours.opensMinute +
      Math.ceil((minute + (wall.second > 0 || at % minuteMs > 0 ? 1 : 0) - hours.opensMinute) / slotMinutes) *
        slotMinutes
    const slot = instantOf({ year: wall.year, month: wall.month, day: wall.day, hour: 0, minute: onGrid }, hours.zone)
    if (isBookable(slot, now, hours) && !taken.has(slot)) found.push(slot)
    at = nextOpening(Math.max(slot, at) + slotMinutes * minuteMs, hours)
  }
  return found
}

/** A handful to offer: around `wanted` when the client named a time, else the nearest two of the next two days. */
export const slotsToOffer = (
  now: Instant,
  wanted: Instant | null,
  taken: ReadonlySet<Instant>,
  hours: WorkingHours,
): ReadonlyArray<Instant> => {
  const near = freeSlots(wanted ?? now, 48, now, taken, hours)
  if (wanted !== null) return near.slice(0, 4)
  const offered: Array<Instant> = []
  for (const slot of near) {
    const sameDay = offered.filter((one) => wallTime(one, hours.zone).day === wallTime(slot, hours.zone).day)
    const last = sameDay.at(-1)
    if (sameDay.length < 2 && (last === undefined || slot - last >= 2 * 60 * minuteMs)) offered.push(slot)
    if (offered.length === 4) break
  }
  return offered
}
