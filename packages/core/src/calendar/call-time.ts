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
import { dayMs } from "../time/instant.ts"
import type { WallTime } from "../time/wall-clock.ts"
import { instantOf, wallTime } from "../time/wall-clock.ts"
import type { DaypartName, Edge, Part, Said } from "./call-time-grammar.ts"
import { readAt } from "./call-time-grammar.ts"
import { fold } from "./call-time-words.ts"

export type Grain = "minute" | "hour" | "daypart" | "day" | "week" | "month" | "year"

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

// --- from parts to mentions ---

type Clock = Extract<Part, { kind: "clock" }>
type Daypart = Extract<Part, { kind: "daypart" }>

interface Mention {
  days: ReadonlyArray<Part>
  clock?: Clock | undefined
  daypart?: Daypart | undefined
  isNow: boolean
  index: number
  end: number
  sentence: number
  /** The day was taken from an earlier mention. */
  isInherited: boolean
  /** The time stood before its day: "в 11:00 во вторник". */
  isTimeFirst: boolean
  /** The day is being told again: "завтра в 15:00 (вторник, 24 ноября)". */
  isConfirmed: boolean
}

/** How far into the next sentence a time still belongs to the day before it: "Завтра. Давайте, например, в 15:00". */
const leadMax = 24
/** How much of a long sentence around a part is looked at. */
const sentenceAroundMax = 300

const wordStart = /(?<![\p{L}\d])[\p{L}\d+]/gu

interface Sentence {
  readonly start: number
  readonly end: number
}

/** Ends of sentences: a full stop only before a new beginning, so that "25.11" and "окт. 2026" stay whole. */
const sentencesOf = (text: string): ReadonlyArray<Sentence> => {
  const sentences: Array<Sentence> = []
  let start = 0
  for (const match of text.matchAll(
    /[!?\n;…]+|(?<!(?<![\p{L}])(?:г|ч|в|т|янв|фев|авг|сент|сен|окт|нояб|ноя|дек|мин|пн|вт|ср|чт|пт|сб|вс))\.(?=[ ]{1,3}[\p{Lu}«"(\d]|[ ]*$)/gu,
  )) {
    sentences.push({ start, end: match.index })
    start = match.index + match[0].length
  }
  sentences.push({ start, end: text.length })
  return sentences
}

const betweenDays = /^[ ,()"«»:.-]{0,6}(?:(?:а именно|это|то есть|примерно|где-то|в|во|на|к|с|после|до)[ ]{1,3}){0,2}$/
const betweenDayAndTime = /^[ ,()"«».:-]{0,6}(?:(?:на|в|во|к|с|и|уже|это|только|лучше|или)[ ]{1,3}){0,2}$/
const conjunction = /(?:^|[ ,])(?:или|либо|и|а|но|может)(?= |$)/

const mentionsOf = (text: string): ReadonlyArray<Mention> => {
  const folded = fold(text)
  const sentences = sentencesOf(folded === text ? text : text.replace(/[\u00a0\t]/g, " "))
  const mentions: Array<Mention> = []
  let sentence = 0
  let hasDay = false
  let last: Part | undefined
  let current: Mention | undefined
  const open = (
    mention: Omit<Mention, "sentence" | "isNow" | "isInherited" | "isTimeFirst" | "isConfirmed"> & Partial<Mention>,
  ) => {
    current = { isNow: false, isInherited: false, isTimeFirst: false, isConfirmed: false, sentence, ...mention }
    mentions.push(current)
  }

  const take = (part: Part): void => {
    const here = current !== undefined && current.sentence === sentence ? current : undefined
    const between = here === undefined ? "" : folded.slice(here.end, part.index)
    switch (part.kind) {
      case "now":
        open({ days: [], index: part.index, end: part.end, isNow: true })
        return
      case "clock":
      case "daypart": {
        const set = part.kind === "clock" ? { clock: part } : { daypart: part }
        if (here === undefined || here.isNow || isSpan(here.days)) {
          // "Завтра" and, as the next message or sentence, "в 15:00".
          const lead = part.index - (sentences[sentence]?.start ?? 0)
          const earlier = current
          if (
            here === undefined &&
            earlier !== undefined &&
            earlier.sentence === sentence - 1 &&
            earlier.days.length > 0 &&
            !isSpan(earlier.days) &&
            earlier.clock === undefined &&
            lead <= leadMax
          ) {
            Object.assign(earlier, set, { end: part.end, sentence })
          } else open({ days: [], index: part.index, end: part.end, ...set })
          return
        }
        const isChoice = conjunction.test(between)
        if (part.kind === "clock") {
          if (here.clock === undefined && !(here.daypart !== undefined && isChoice)) {
            Object.assign(here, set, { end: part.end })
            return
          }
          // "в 9 и 10 вечера": the half of the day is of both.
          if (here.clock !== undefined && here.clock.half === undefined && part.half !== undefined && isNear(between)) {
            if (!here.clock.exact && here.clock.hour <= 12 && here.daypart === undefined)
              here.clock = { ...here.clock, half: part.half }
          }
          open({
            days: here.days,
            index: part.index,
            end: part.end,
            clock: part,
            isInherited: true,
            isTimeFirst: here.isTimeFirst,
          })
          return
        }
        if (
          here.daypart === undefined &&
          !isChoice &&
          (here.clock === undefined || (here.clock.half === undefined && betweenDayAndTime.test(between)))
        ) {
          Object.assign(here, set, { end: part.end })
        } else
          open({
            days: here.days,
            index: part.index,
            end: part.end,
            daypart: part,
            isInherited: true,
            isTimeFirst: here.isTimeFirst,
          })
        return
      }
      default: {
        if (here === undefined || here.isNow) {
          open({ days: [part], index: part.index, end: part.end })
          return
        }
        const hasTime = here.clock !== undefined || here.daypart !== undefined
        const isNew = here.days.every((day) => day.kind !== part.kind) && !isSpan([part]) && !isSpan(here.days)
        const isNearby = betweenDays.test(between)
        const isConfirming = here.isConfirmed || /^[ ,]{0,3}\([^)]{0,3}$/.test(between)
        if (
          isNew &&
          isNearby &&
          here.days.length > 0 &&
          (!hasTime || here.isTimeFirst || isConfirming) &&
          !here.isInherited
        ) {
          here.days = [...here.days, part]
          here.end = part.end
          here.isConfirmed = hasTime && isConfirming
        } else if (
          hasTime &&
          isNearby &&
          !isSpan([part]) &&
          (here.days.length === 0 || (here.isInherited && here.isTimeFirst))
        ) {
          here.days = [part]
          here.end = part.end
          here.isInherited = false
          here.isTimeFirst = true
        } else if (
          isNew &&
          here.days.length > 0 &&
          part.kind === "period" &&
          part.unit === "week" &&
          !here.isInherited &&
          /^[ ,]{0,3}$/.test(between)
        ) {
          // "в среду в 15:00 на следующей неделе"
          here.days = [...here.days, part]
          here.end = part.end
        } else open({ days: [part], index: part.index, end: part.end })
      }
    }
  }

  wordStart.lastIndex = 0
  for (let match = wordStart.exec(folded); match !== null; match = wordStart.exec(folded)) {
    const index = match.index
    while (sentence < sentences.length - 1 && index >= (sentences[sentence + 1]?.start ?? 0)) {
      sentence++
      hasDay = false
      last = undefined
    }
    const bounds = sentences[sentence] ?? { start: 0, end: text.length }
    const isNext =
      last !== undefined && /^[ ,]{0,3}(?:(?:или|либо|и) )?$/.test(folded.slice(last.end, index).slice(0, 12))
    const read = readAt({
      text: folded,
      index,
      before: isNext ? last : undefined,
      hasDay,
      isAlone: (end) =>
        /^[ "«(]{0,3}$/.test(folded.slice(bounds.start, Math.min(index, bounds.start + 8))) &&
        index - bounds.start < 8 &&
        bounds.end - end < 8 &&
        /^[ "».,)]*$/.test(folded.slice(end, bounds.end)),
      sentence: () =>
        folded.slice(
          Math.max(bounds.start, index - sentenceAroundMax),
          Math.min(bounds.end, index + sentenceAroundMax),
        ),
    })
    if (read === null) continue
    for (const said of read.said) {
      const part: Part = { ...said, index, end: read.end }
      take(part)
      last = part
      if (part.kind !== "clock" && part.kind !== "daypart" && part.kind !== "now") hasDay = true
    }
    wordStart.lastIndex = Math.max(read.end, index + 1)
  }
  return mentions.filter((mention) => !isRefused(mention, folded))
}

/** "через 2 часа" is a moment by itself; no clock time joins it. */
const isSpan = (days: ReadonlyArray<Part>): boolean => days.some((day) => day.kind === "shift" && day.ms !== 0)
const isNear = (between: string): boolean => /^ {0,3}(?:,|и|или|либо|-)? {0,3}(?:в )?$/.test(between)

const refusedBefore = /(?:^|[ ,.!?(])(?:не|кроме|только не)(?: (?:в|во|на|к|с))? {0,3}$/
const refusedAfter =
  /^ {0,3},?(?: {0,3}(?:я|мы|мне|нам|у меня|у нас|уже|точно|вообще|к сожалению|увы|никак|вряд ли|тоже|совсем),?){0,3} {0,3}(?:не (?:могу|можем|смогу|сможем|сможет|получ\p{L}*|удобно|подход\p{L}*|подойд\p{L}*|выйдет|выходит|буду|будет|работа\p{L}*|вариант|надо|нужно|успе\p{L}*)|никак|нельзя|занят\p{L}*|неудобно|нет времени|невозможно|отпада\p{L}*|вряд ли|болмайды|бос емес|бола алма\p{L}*)/u

/** "завтра не могу", "не в среду": named only to be ruled out. */
const isRefused = (mention: Mention, folded: string): boolean =>
  (!mention.isInherited && refusedBefore.test(folded.slice(Math.max(0, mention.index - 16), mention.index))) ||
  refusedAfter.test(folded.slice(mention.end, mention.end + 60))

// --- from mentions to moments ---

interface Resolved {
  readonly at: Instant
  readonly grain: Grain
  readonly index: number
  readonly end: number
  readonly isPast: boolean
  readonly isNow: boolean
  readonly why: string
  readonly contradiction?: string | undefined
}

const resolveAll = (text: string, now: Instant, zone: string): ReadonlyArray<Resolved> => {
  const resolved: Array<Resolved> = []
  for (const mention of mentionsOf(text)) {
    const said = resolve(mention, now, zone)
    if (said !== null) resolved.push(said)
  }
  return resolved
}

const resolve = (mention: Mention, now: Instant, zone: string): Resolved | null => {
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
