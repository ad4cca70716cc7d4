/**
 * Which parts of a text belong together: a list of times shares its day, a time may stand before its day or open the next
 * sentence, a weekday may repeat a date. Promises each part to be in one mention only, in the order of the text; a mention
 * that is ruled out ("завтра не могу") is left out.
 */
import type { Part } from "./call-time-grammar.ts"
import { readAt } from "./call-time-grammar.ts"
import { fold } from "./call-time-words.ts"

export type Clock = Extract<Part, { kind: "clock" }>
type Daypart = Extract<Part, { kind: "daypart" }>

export interface Mention {
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

export const mentionsOf = (text: string): ReadonlyArray<Mention> => {
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
