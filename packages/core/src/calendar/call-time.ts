/**
 * The moment that a Russian or simple Kazakh phrase names: "в следующий вторник в три часа дня", "ертең сағат 15:00-де".
 *
 * Promises: total on any string, linear in its length, never a moment before `now`, and the wall clock of an IANA zone (a
 * skipped wall time moves forward). How it reads what people leave out:
 * - a date without a year, a day of the month, a time without a day lie ahead; a weekday named on that very day is today only
 *   with a time still to come, otherwise in a week; "следующий вторник" is that of the next calendar week;
 * - an hour of 1 to 7 without minutes is of the afternoon ("завтра в 3" is 15:00), as is 1:00 to 5:59 when written without a
 *   leading zero ("3:30" is 15:30, "03:30" is the night, "7:30" the morning); 8 to 12 stand as said;
 * - a part of the day is given a usual hour (утром 10, до обеда 11, в обед 13, днём 14, после обеда 15, вечером 18, ночью 23);
 * - a day stands for its first moment, or for now if it is today; "на следующей неделе", "через месяц", "в следующем году"
 *   stand for the same day then: look at `grain`, and ask `startOf` for the beginning of the period.
 * It does not promise that a time was meant as an agreement, nor that it lies in working hours.
 */
import type { Instant } from "../time/instant.ts"
import { instantOf, wallTime } from "../time/wall-clock.ts"
import { mentionsOf } from "./call-time-mention.ts"
import type { Grain, Resolved } from "./call-time-moment.ts"
import { resolve } from "./call-time-moment.ts"

export type { Grain } from "./call-time-moment.ts"

export interface TimeRead {
  readonly at: Instant | null
  readonly grain: Grain | null
  /** The parts that were read, such as `weekday + clock`; or why there is none. */
  readonly why: string
}

export interface TimeFound {
  readonly at: Instant
  readonly grain: Grain
  /** Where it stands in the text, and the words themselves. */
  readonly index: number
  readonly text: string
  readonly isPast: boolean
  /** Set when the words disagree, such as "в среду, 24 ноября" of a Tuesday. `at` then follows the date. */
  readonly contradiction?: string
}

/** The moment at or after `now` that `text` names; of several the first of the most exact ones. */
export const readTime = (text: string, now: Instant, zone: string): TimeRead => {
  const mentions = resolveAll(text, now, zone)
  const ahead = mentions.filter((mention) => !mention.isPast)
  const told = ahead.filter((mention) => !mention.isNow)
  const among = told.length > 0 ? told : ahead
  const best = among.reduce<Resolved | undefined>(
    (first, mention) => (first === undefined || rank(mention.grain) < rank(first.grain) ? mention : first),
    undefined,
  )
  if (best !== undefined) {
    const doubt = best.contradiction === undefined ? "" : `; contradiction: ${best.contradiction}`
    return { at: best.at, grain: best.grain, why: best.why + doubt }
  }
  const past = mentions[0]
  return { at: null, grain: null, why: past === undefined ? "no time named" : `past: ${past.why}` }
}

/** Every moment that `text` names, in its order, the past ones too. "Сейчас" is none: it promises nothing. */
export const findTimes = (text: string, now: Instant, zone: string): ReadonlyArray<TimeFound> =>
  resolveAll(text, now, zone)
    .filter((mention) => !mention.isNow)
    .map(({ at, grain, index, end, isPast, contradiction }) => ({
      at,
      grain,
      index,
      text: text.slice(index, end),
      isPast,
      ...(contradiction === undefined ? {} : { contradiction }),
    }))

/** The first moment of the day, week (Monday), month or year that `at` lies in; `at` itself for finer grains. */
export const startOf = (grain: Grain, at: Instant, zone: string): Instant => {
  const wall = wallTime(at, zone)
  const midnight = (year: number, month: number, day: number) =>
    instantOf({ year, month, day, hour: 0, minute: 0 }, zone)
  switch (grain) {
    case "minute":
    case "hour":
    case "daypart":
      return at
    case "day":
      return midnight(wall.year, wall.month, wall.day)
    case "week":
      return midnight(wall.year, wall.month, wall.day - wall.weekday + 1)
    case "month":
      return midnight(wall.year, wall.month, 1)
    case "year":
      return midnight(wall.year, 1, 1)
  }
}

/** A clock time is better than a part of the day, and that is better than a day. */
const rank = (grain: Grain): number =>
  grain === "minute" || grain === "hour" ? 0 : grain === "daypart" ? 1 : grain === "day" ? 2 : grain === "week" ? 3 : 4

const resolveAll = (text: string, now: Instant, zone: string): ReadonlyArray<Resolved> => {
  const resolved: Array<Resolved> = []
  for (const mention of mentionsOf(text)) {
    const said = resolve(mention, now, zone)
    if (said !== null) resolved.push(said)
  }
  return resolved
}
