/**
 * When the company is open. Hours are the wall clock of one zone, half-open: at `opens` we are open, at `closes` we are not.
 * Rule C1 of docs/RULES.md.
 */
import type { Instant } from "../time/instant.ts"
import { instantOf, wallTime } from "../time/wall-clock.ts"

export interface WorkingHours {
  /** IANA name, such as `Asia/Almaty`. */
  readonly zone: string
  /** Minutes after local midnight, `600` is 10:00. */
  readonly opensMinute: number
  /** Minutes after local midnight, exclusive; later than `opensMinute`. */
  readonly closesMinute: number
  /** ISO weekdays, 1 is Monday. At least one. */
  readonly weekdays: ReadonlyArray<number>
  /** Whether `YYYY-MM-DD` in `zone` is a public holiday. Must answer `false` for at least one open weekday a year. */
  readonly isHoliday: (date: string) => boolean
}

const dateText = (year: number, month: number, day: number): string =>
  new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)

const weekdayOf = (date: string): number => {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay()
  return day === 0 ? 7 : day
}

/** Whether anybody works on the local day `YYYY-MM-DD`. */
export const isWorkingDate = (date: string, hours: WorkingHours): boolean =>
  hours.weekdays.includes(weekdayOf(date)) && !hours.isHoliday(date)

export const isWorkingDay = (at: Instant, hours: WorkingHours): boolean => {
  const wall = wallTime(at, hours.zone)
  return isWorkingDate(dateText(wall.year, wall.month, wall.day), hours)
}

export const isOpen = (at: Instant, hours: WorkingHours): boolean => {
  const wall = wallTime(at, hours.zone)
  const minute = wall.hour * 60 + wall.minute
  return (
    minute >= hours.opensMinute &&
    minute < hours.closesMinute &&
    isWorkingDate(dateText(wall.year, wall.month, wall.day), hours)
  )
}

/** A year and a day: a calendar closed for longer than that is a mistake of the settings. */
const daysAheadMax = 367

/**
 * The first moment at or after `at` when we are open: `at` itself, or an opening. Saturday 12:00 gives Monday 10:00.
 * A calendar without any open day within a year throws a RangeError: the settings are checked at the start.
 */
export const nextOpening = (at: Instant, hours: WorkingHours): Instant => {
  if (isOpen(at, hours)) return at
  const wall = wallTime(at, hours.zone)
  for (let ahead = 0; ahead <= daysAheadMax; ahead++) {
    if (!isWorkingDate(dateText(wall.year, wall.month, wall.day + ahead), hours)) continue
    const opening = openingOn(wall.year, wall.month, wall.day + ahead, hours)
    if (opening >= at) return opening
  }
  throw new RangeError(`no working day within ${daysAheadMax} days`)
}

const openingOn = (year: number, month: number, day: number, hours: WorkingHours): Instant =>
  instantOf({ year, month, day, hour: 0, minute: hours.opensMinute }, hours.zone)
