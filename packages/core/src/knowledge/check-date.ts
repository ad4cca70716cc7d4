/**
 * What a document promises until a day that is over: `акция до 1 марта 2025`, `цены на 2024 год`. Only dates with a year
 * count, since a day without one comes every year; a beginning (`с 12 января 2025`), a document's own date and history are
 * no promises.
 */
import { monthsKk } from "../calendar/time-in-words.ts"
import type { Finding } from "./check-finding.ts"
import { quoteOf } from "./check-finding.ts"
import type { KnowledgeDocument } from "./document.ts"

/** A calendar day, the last one for a month or a year named alone. */
interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

export interface Today {
  readonly year: number
  readonly month: number
  readonly day: number
}

const months = [
  "январ",
  "феврал",
  "март",
  "апрел",
  "ма",
  "июн",
  "июл",
  "август",
  "сентябр",
  "октябр",
  "ноябр",
  "декабр",
]
const monthWord =
  "(январ[ьяе]|феврал[ьяе]|март[ае]?|апрел[ьяе]|ма[йяе]|июн[ьяе]|июл[ьяе]|август[ае]?|сентябр[ьяе]|октябр[ьяе]|ноябр[ьяе]|декабр[ьяе])"
const year = "(20\\d\\d)"
const datePattern = new RegExp(
  [
    `(?<![\\d.])(\\d{1,2})[./](\\d{1,2})[./](20\\d\\d|\\d\\d)(?![\\d])`,
    `(?<!\\d)(20\\d\\d)-(\\d\\d)-(\\d\\d)(?!\\d)`,
    `(?<![\\d\\p{L}])(?:(\\d{1,2})(?:-?го)?\\s+)?${monthWord}\\s+${year}(?!\\d)`,
    `(?<![\\d.\\p{L}])${year}(?=\\s*(?:г(?:ода?|\\.)?)(?!\\p{L}))`,
    `(?<!\\d)${year}\\s+жылд\\p{L}*\\s+(\\d{1,2})\\s+(${monthsKk.join("|")})\\p{L}*\\s+дейін`,
  ].join("|"),
  "giu",
)

interface Found {
  readonly day: Day
  readonly index: number
  readonly text: string
  readonly isYearAlone: boolean
  readonly isUntil: boolean
}

const datesOf = (line: string): ReadonlyArray<Found> =>
  [...line.matchAll(datePattern)].flatMap((match): ReadonlyArray<Found> => {
    const [text, d1, m1, y1, y2, m2, d2, d3, month3, y3, y4, y5, d5, month5] = match
    const found = (y: number, m: number, d: number, isYearAlone = false, isUntil = false): ReadonlyArray<Found> =>
      m >= 1 && m <= 12 && d >= 1 && d <= 31
        ? [{ day: { year: y, month: m, day: d }, index: match.index, text, isYearAlone, isUntil }]
        : []
    if (y1 !== undefined) return found(Number(y1) < 100 ? 2000 + Number(y1) : Number(y1), Number(m1), Number(d1))
    if (y2 !== undefined) return found(Number(y2), Number(m2), Number(d2))
    if (y3 !== undefined) return found(Number(y3), monthOf(month3!), d3 === undefined ? 31 : Number(d3))
    if (y4 !== undefined) return found(Number(y4), 12, 31, true)
    return found(Number(y5), 1 + monthsKk.indexOf(month5!.toLowerCase()), Number(d5), false, true)
  })
const monthOf = (word: string): number => {
  const lower = word.toLowerCase()
  // `ма` begins March, too.
  return lower.startsWith("март") ? 3 : 1 + months.findIndex((start) => lower.startsWith(start))
}

const isPast = (day: Day, today: Today): boolean =>
  day.year !== today.year
    ? day.year < today.year
    : day.month !== today.month
      ? day.month < today.month
      : day.day < today.day

const offer =
  /акци|скидк|спецпредложени|специальн\p{L}* (?:цен|предлож)|распродаж|промокод|бонус|подар|розыгрыш|успей|жеңілдік/iu
const validity = /действу|действит|актуал|годен|годн|срок|в силе|принима|продл|набор|запис|регистрац|старт|начал/iu
const priceList = /(?:прайс\p{L}*|цен[аыу]|тариф\p{L}*|прейскурант|расценк\p{L}*|каталог|стоимость|расписание|график)/iu
/** Before a date: until it. */
const until = /(?:^|[\s(«–—-])(?:до|по|не позднее|включительно до)\s*$/iu
const since = /(?:^|[\s(])(?:с|от|со|начиная с|утвержд\p{L}*|основан\p{L}*|лиценз\p{L}*[^.]{0,40})\s*$/iu
/** Of the past on purpose. */
const history =
  /основан|создан|работаем с|на рынке|получил|выдан|лиценз|свидетельств|сертифик|регистрац\p{L}* №|договор\p{L}* №|приказ|закон|гост|итоги|истори|был[аио]?(?!\p{L})|утвержд|ред\.|редакци/iu

const linesMax = 2000
const lineCharsMax = 2000

export const pastDatesOf = (documents: ReadonlyArray<KnowledgeDocument>, today: Today): ReadonlyArray<Finding> =>
  documents.flatMap((document) =>
    document.blocks.flatMap((block) =>
      block.text
        .split(/\n|(?<=[.!?])\s+(?=[«"\p{Lu}])/u)
        .slice(0, linesMax)
        .flatMap((sentence): ReadonlyArray<Finding> => {
          const line = sentence.slice(0, lineCharsMax)
          const past = datesOf(line).find((found) => isPast(found.day, today) && isPromise(line, found))
          if (past === undefined) return []
          const about = offer.test(line) ? "Предложение закончилось" : "Срок прошёл"
          return [
            {
              kind: "past_date",
              weight: "mend",
              message: `${past.isYearAlone || /^\p{L}/u.test(past.text) ? "Устарело" : about}: ${past.text.trim()}`,
              places: [{ file: document.file, page: block.page, quote: quoteOf(line, past.text) }],
            },
          ]
        }),
    ),
  )

const isPromise = (line: string, { index, text, isYearAlone, isUntil }: Found): boolean => {
  const before = line.slice(0, index)
  if (isUntil) return true
  if (since.test(before)) return false
  if (until.test(before))
    return isYearAlone ? offer.test(line) || validity.test(line) : !/(?:работал|основан)/iu.test(before)
  // `1–15 марта 2025`, `с 1 по 15 марта 2025`
  const isRange = /\d{1,2}\s*[–—-]\s*$/u.test(before)
  if (history.test(line)) return false
  if (offer.test(line))
    return !isYearAlone || /(?:акци\p{L}*|скидк\p{L}*|предложени\p{L}*|распродаж\p{L}*)\s+(?:на\s+)?$/iu.test(before)
  if (isRange && validity.test(line)) return true
  // `Цены на ноябрь 2025`, `Прайс-лист 2024 года`; a full day is the document's own date.
  const isHead = priceList.test(before) && before.length < headCharsMax
  return (
    isHead && (isYearAlone || /^\p{L}/u.test(text)) && (/(?:^|\s)на\s+$/iu.test(before) || priceListRight.test(before))
  )
}
const headCharsMax = 60
const priceListRight = new RegExp(`${priceList.source}(?:-лист\\p{L}*)?[\\s,:(«–—-]{1,3}$`, "iu")
