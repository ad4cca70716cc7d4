/**
 * The moment that a mention means, seen from now. Days are counted as whole numbers, so that no clock change can come
 * between two dates; a wall clock is asked for at the very end.
 */
import type { Instant } from "../time/instant.ts"
import { dayMs } from "../time/instant.ts"
import type { WallTime } from "../time/wall-clock.ts"
import { instantOf, wallTime } from "../time/wall-clock.ts"
import type { DaypartName, Edge, Part, Said } from "./call-time-grammar.ts"
import type { Clock, Mention } from "./call-time-mention.ts"

export type Grain = "minute" | "hour" | "daypart" | "day" | "week" | "month" | "year"

export interface Resolved {
  readonly at: Instant
  readonly grain: Grain
  readonly index: number
  readonly end: number
  readonly isPast: boolean
  readonly isNow: boolean
  readonly why: string
  readonly contradiction?: string | undefined
}

/** The moment of one mention; null if it names none that could be reckoned with. */
export const resolve = (mention: Mention, now: Instant, zone: string): Resolved | null => {
  const { index, end, isNow } = mention
  const why = [...mention.days, mention.daypart, mention.clock]
    .flatMap((part) => (part === undefined ? [] : [part.kind]))
    .join(" + ")
  if (isNow) return { at: now, grain: "minute", index, end, isPast: false, isNow, why: "now" }
  const where = mention.clock?.zone ?? zone
  const wall = wallTime(now, where)
  const span = mention.days.find((day) => day.kind === "shift")
  if (span !== undefined && span.ms !== 0 && mention.days.length === 1) {
    const at = addToWall(now, wall, span, where)
    return { at, grain: "minute", index, end, isPast: at < now, isNow, why: "from now" }
  }
  const moment = timeOf(mention)
  const isAhead = (day: number): boolean => moment === null || atDay(day, moment.until, where) >= now
  const day = mention.days.length === 0 ? bareTime(wall, isAhead) : dayOf(mention.days, wall, isAhead, moment !== null)
  if (day === null || day.day > farthestDay) return null
  const { grain, contradiction } = day
  if (moment === null) {
    const start = atDay(day.day, 0, where)
    const isToday = day.day === dayNumberOf(wall)
    return {
      at: isToday ? now : start,
      grain,
      index,
      end,
      isPast: day.isPast || (!isToday && start < now),
      isNow,
      why,
      contradiction,
    }
  }
  const at = atDay(day.day, moment.from, where)
  // A part of the day that has begun is still to be had.
  const from =
    moment.grain === "daypart" && !day.isPast && at < now && now < atDay(day.day, moment.until, where) ? now : at
  return { at: from, grain: moment.grain, index, end, isPast: day.isPast || from < now, isNow, why, contradiction }
}

const secondsOfDay = 86_400
/** Seconds after the midnight of a day, as the wall clock counts them. */
const atDay = (day: number, seconds: number, zone: string): Instant => {
  const date = new Date((day + Math.floor(seconds / secondsOfDay)) * dayMs)
  const second = seconds % secondsOfDay
  return instantOf(
    {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: Math.floor(second / 3600),
      minute: Math.floor((second % 3600) / 60),
      second: second % 60,
    },
    zone,
  )
}

const addToWall = (now: Instant, wall: WallTime, span: Extract<Said, { kind: "shift" }>, zone: string): Instant => {
  if (span.months === 0 && span.days === 0) return now + span.ms
  const second = wall.hour * 3600 + wall.minute * 60 + wall.second
  return atDay(addMonths(dayNumberOf(wall), span.months) + span.days, second, zone) + span.ms
}

interface TimeOfDay {
  /** Seconds after midnight; `until` is the last moment at which one may still say so. */
  readonly from: number
  readonly until: number
  readonly grain: Grain
}

const dayparts: Record<DaypartName, readonly [usualHour: number, untilHour: number]> = {
  morning: [10, 12],
  "before lunch": [11, 13],
  noon: [13, 15],
  day: [14, 18],
  "after lunch": [15, 19],
  evening: [18, 24],
  night: [23, 24],
}

const timeOf = ({ clock, daypart }: Mention): TimeOfDay | null => {
  if (clock !== undefined) {
    const from = hourOf(clock, daypart?.name) * 3600 + clock.minute * 60 + clock.second
    return { from, until: from, grain: clock.exact ? "minute" : "hour" }
  }
  if (daypart === undefined) return null
  const [usual, until] = dayparts[daypart.name]
  return { from: usual * 3600, until: until * 3600 - 1, grain: "daypart" }
}

const hourOf = (clock: Clock, part: DaypartName | undefined): number => {
  const { hour } = clock
  if (hour > 12 || hour === 0) return hour
  const isNoon = hour === 12
  switch (clock.half ?? halfOfDaypart(part, hour)) {
    case "утра":
      return isNoon ? 0 : hour
    case "дня":
      return isNoon || hour >= 9 ? hour : hour + 12
    case "вечера":
      return isNoon ? 24 : hour + 12
    case "ночи":
      return isNoon ? 24 : hour >= 8 ? hour + 12 : hour
    case undefined:
      return clock.fixed ? hour : hour + 12
  }
}

const halfOfDaypart = (part: DaypartName | undefined, hour: number) => {
  switch (part) {
    case undefined:
      return undefined
    case "morning":
    case "before lunch":
      return hour === 12 ? undefined : "утра"
    case "noon":
    case "day":
    case "after lunch":
      return "дня"
    case "evening":
      return hour < 4 ? undefined : "вечера"
    case "night":
      return "ночи"
  }
}

interface Day {
  readonly day: number
  readonly grain: Grain
  readonly isPast: boolean
  readonly contradiction?: string | undefined
}

/** Days are counted from 1970-01-01, a Thursday. */
const dayNumber = (year: number, month: number, day: number): number =>
  Math.round(Date.UTC(year, month - 1, day) / dayMs)
const dayNumberOf = (wall: { readonly year: number; readonly month: number; readonly day: number }): number =>
  dayNumber(wall.year, wall.month, wall.day)
const farthestDay = dayNumber(2300, 1, 1)
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1
const mondayOf = (day: number): number => day - weekdayOf(day) + 1
const dateOf = (day: number) => {
  const date = new Date(day * dayMs)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
const lastOfMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The same day of another month, or its last day. */
const addMonths = (day: number, months: number): number => {
  if (months === 0) return day
  const from = dateOf(day)
  const first = dateOf(dayNumber(from.year, from.month + months, 1))
  return dayNumber(first.year, first.month, Math.min(from.day, lastOfMonth(first.year, first.month)))
}

const bareTime = (wall: WallTime, isAhead: (day: number) => boolean): Day => {
  const today = dayNumberOf(wall)
  return { day: isAhead(today) ? today : today + 1, grain: "day", isPast: false }
}

const onEdge = (first: number, last: number, edge: Edge): number =>
  edge === "start" ? first : edge === "end" ? last : first + Math.floor((last - first) / 2)

const pick = <K extends Said["kind"]>(parts: ReadonlyArray<Part>, kind: K): Extract<Part, { kind: K }> | undefined =>
  parts.find((part): part is Extract<Part, { kind: K }> => part.kind === kind)

const dayOf = (
  parts: ReadonlyArray<Part>,
  wall: WallTime,
  isAhead: (day: number) => boolean,
  hasTime: boolean,
): Day | null => {
  const today = dayNumberOf(wall)
  const weekday = pick(parts, "weekday")
  const relative = pick(parts, "relative day")
  const date = pick(parts, "date")
  const checked = (day: number, grain: Grain = "day"): Day => {
    const wrongWeekday = weekday !== undefined && weekdayOf(day) !== weekday.weekday
    const wrongRelative = relative !== undefined && today + relative.days !== day
    const contradiction = [
      ...(wrongWeekday
        ? [`${isoDate(day)} is a ${weekdayNames[weekdayOf(day)]}, not a ${weekdayNames[weekday.weekday]}`]
        : []),
      ...(wrongRelative
        ? [`${isoDate(day)} is not ${relativeNames[relative.days + 2] ?? `in ${relative.days} days`}`]
        : []),
    ].join("; ")
    return { day, grain, isPast: day < today, contradiction: contradiction === "" ? undefined : contradiction }
  }
  if (date !== undefined) {
    const day = dateAhead(date, parts, wall, isAhead, weekday?.weekday)
    return day === null ? null : checked(day)
  }
  if (relative !== undefined) return checked(today + relative.days)

  const shift = pick(parts, "shift")
  const period = pick(parts, "period")
  const month = pick(parts, "month")
  const year = pick(parts, "year")
  if (weekday !== undefined) {
    const inWeek = weekday.weekday - 1
    if (period?.unit === "week") return checked(mondayOf(today) + 7 * period.ahead + inWeek)
    if (shift !== undefined) return checked(mondayOf(addMonths(today, shift.months) + shift.days) + inWeek)
    const monthStart =
      period?.unit === "month"
        ? monthFirst(wall, period.ahead)
        : month === undefined
          ? undefined
          : monthAhead(month, wall)
    if (monthStart !== undefined) {
      const from = Math.max(monthStart, today)
      return checked(from + ((weekday.weekday - weekdayOf(from) + 7) % 7))
    }
    switch (weekday.which) {
      case "this":
        return checked(mondayOf(today) + inWeek)
      case "next":
        return checked(mondayOf(today) + 7 + inWeek)
      case "last":
        return checked(today - 7 + ((weekday.weekday - weekdayOf(today) + 7) % 7))
      case "upcoming": {
        const days = (weekday.weekday - weekdayOf(today) + 7) % 7
        return checked(today + (days > 0 || (hasTime && isAhead(today)) ? days : 7))
      }
    }
  }
  if (shift !== undefined) {
    const day = addMonths(today, shift.months) + shift.days
    return checked(day, shift.days !== 0 ? "day" : shift.months % 12 === 0 ? "year" : "month")
  }
  if (period !== undefined) return checked(periodDay(period, wall), period.unit === "quarter" ? "month" : period.unit)
  if (month !== undefined) {
    const first = monthAhead(month, wall)
    const { year: of, month: number } = dateOf(first)
    const day =
      month.edge === undefined ? first : onEdge(first, dayNumber(of, number, lastOfMonth(of, number)), month.edge)
    const isCurrent = of === wall.year && number === wall.month
    return checked(isCurrent ? Math.max(day, today) : day, "month")
  }
  if (year !== undefined) return checked(year.year === wall.year ? today : dayNumber(year.year, 1, 1), "year")
  return null
}

const isoDate = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)
const weekdayNames = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
const relativeNames = ["the day before yesterday", "yesterday", "today", "tomorrow", "the day after tomorrow"]

const monthFirst = (wall: WallTime, ahead: number): number => dayNumber(wall.year, wall.month + ahead, 1)

/** The first day of the named month: this year's until it is over, unless the year is told. */
const monthAhead = (month: Extract<Said, { kind: "month" }>, wall: WallTime): number => {
  const year =
    month.year ??
    (month.month < wall.month || (month.ahead === 1 && month.month === wall.month) ? wall.year + 1 : wall.year)
  return dayNumber(year, month.month, 1)
}

const periodDay = (period: Extract<Said, { kind: "period" }>, wall: WallTime): number => {
  const today = dayNumberOf(wall)
  const { unit, ahead, edge } = period
  const isLater = (day: number) => (ahead === 0 ? Math.max(day, today) : day)
  if (unit === "week") {
    const monday = mondayOf(today) + 7 * ahead
    return edge === undefined ? today + 7 * ahead : isLater(onEdge(monday, monday + 4, edge))
  }
  const months = unit === "month" ? 1 : unit === "quarter" ? 3 : 12
  if (edge === undefined) return addMonths(today, months * ahead)
  const firstMonth = unit === "month" ? wall.month : unit === "quarter" ? wall.month - ((wall.month - 1) % 3) : 1
  const first = dayNumber(wall.year, firstMonth + months * ahead, 1)
  const next = dayNumber(wall.year, firstMonth + months * (ahead + 1), 1)
  return isLater(onEdge(first, next - 1, edge))
}

const yearsSearched = 8
const monthsSearched = 3

/** A day of a month: of the year that was told, or the next one to come. */
const dateAhead = (
  date: Extract<Said, { kind: "date" }>,
  parts: ReadonlyArray<Part>,
  wall: WallTime,
  isAhead: (day: number) => boolean,
  weekday: number | undefined,
): number | null => {
  const today = dayNumberOf(wall)
  const period = pick(parts, "period")
  if (date.month === undefined) {
    const start = period?.unit === "month" ? period.ahead : 0
    const isFixed = period?.unit === "month"
    for (let ahead = start; ahead <= start + monthsSearched; ahead++) {
      const { year, month } = dateOf(monthFirst(wall, ahead))
      if (date.day > lastOfMonth(year, month)) continue
      const day = dayNumber(year, month, date.day)
      if (isFixed || day > today || (day === today && isAhead(day))) return day
    }
    return null
  }
  const valid = (year: number): number | null =>
    date.day <= lastOfMonth(year, date.month ?? 1) ? dayNumber(year, date.month ?? 1, date.day) : null
  if (date.year !== undefined) return valid(date.year)
  if (period?.unit === "year") return valid(wall.year + period.ahead)
  const days: Array<number> = []
  for (let year = wall.year; year <= wall.year + yearsSearched && days.length < 2; year++) {
    const day = valid(year)
    if (day !== null) days.push(day)
  }
  const [first, second] = days
  if (first === undefined) return null
  if (first >= today || second === undefined) return first
  // "вторник, 24 ноября" on the 25th: the weekday tells that last Tuesday is meant, not a day in a year.
  return weekday !== undefined && weekdayOf(first) === weekday && weekdayOf(second) !== weekday ? first : second
}
