/**
 * How far a promise of the documents reaches: a share or a promise holds only on its conditions, in its places, until its
 * end and not for what it leaves out. A draft that claims it beyond is refused.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import { wallTime } from "../time/wall-clock.ts"
import type { Context } from "./claim-context.ts"
import { isCity } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { daysIn } from "./days.ts"
import type { Place } from "./place.ts"

const nounsOf = (text: string) =>
  wordsOf(text)
    .filter((word) => word.text.length > 2)
    .map((word) => word.stem)

const exclusions: ReadonlyArray<RegExp> = [
  /(?<!\p{L})кроме\s+((?:[«"]?\p{L}+[»"]?(?:\s*,\s*|\s+и\s+|\s+)?){1,4})/giu,
  /(?<!\p{L})(?:на|для|с)\s+((?:\p{L}+\s+(?:и\s+)?){1,4}?)(?:к ним\s+|эта\s+)?(?:скидк\p{L}*\s+|акци\p{L}*\s+|гаранти\p{L}\s+|рассрочк\p{L}*\s+)?(?:не\s+(?:действ|распростран|дела|вход|предостав)\p{L}*|нет(?!\p{L}))/giu,
  /не\s+(?:на|для)\s+((?:\p{L}+\s*){1,2})/giu,
  /(?:^|[.;]\s)((?:\p{L}+\s+){1,3})(?:под\s+)?(?:гаранти\p{L}|скидк\p{L}|акци\p{L})\s+не\s+(?:покрыва|распростран|попада|подлеж)\p{L}*/giu,
]
/** What the paragraph leaves out: `кроме ботулинотерапии`, `на коронки не действует`. */
const excludedBy = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  exclusions.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) =>
      match[1]!
        .split(/,|\s+и\s+/u)
        .map((phrase) => nounsOf(phrase).filter((stem) => !generic.has(stem)))
        .filter((stems) => stems.length > 0),
    ),
  )
const generic = new Set(["скидка", "акция", "все", "другие", "остальные", "оплата", "цена", "заказ"].map(stemOf))

/** The line and what its paragraph says of the same promise. */
const around = (place: Place): string => {
  const { text, whole } = place.line
  const at = whole.indexOf(text)
  return (at < 0 ? text : whole.slice(at, at + text.length + 120)).slice(0, 2000)
}

const mentions = (text: string, phrases: ReadonlyArray<ReadonlyArray<string>>): boolean => {
  const said = nounsOf(text)
  return phrases.some((stems) => stems.every((stem) => said.some((other) => likeness(stem, other) > 0)))
}

const placePattern = /(?<!\p{L})(?:в|во|до|из|по)\s+(\p{Lu}\p{Ll}{3,}(?:-\p{Lu}\p{Ll}+)?)/gu
const noTown =
  /^(?:понедел|вторник|сред|четверг|пятниц|суббот|воскрес|январ|феврал|март|апрел|ма[йяе]|июн|июл|август|сентябр|октябр|ноябр|декабр|казахстан)/iu
const townsIn = (text: string): ReadonlyArray<string> => [
  ...nounsOf(text).filter(isCity),
  ...[...text.matchAll(placePattern)].filter((match) => !noTown.test(match[1]!)).map((match) => stemOf(match[1]!)),
]

/** Places named by the draft's sentence, otherwise by the client. */
const whereOf = (context: Context, court: Court): ReadonlyArray<string> => {
  const own = townsIn(context.sentence.text)
  return own.length > 0 ? own : nounsOf(court.view.turn).filter(isCity)
}

const local = /(?<!\p{L})(?:по городу|в черте|в городе|по област)/iu
const elsewhereIsPaid = /(?<!\p{L})(?:за город|за пределы|регион|други[ехм]|област|иначе|межгород)|\d/iu

/** The words of the promise itself: from the last sum or stop to the next comma. */
const clauseOf = (place: Place): string => {
  const start = Math.max(0, place.quantity.index - 400)
  const text = place.line.text.slice(start, start + 1000)
  const at = place.quantity.index - start
  const end = at + place.quantity.text.length
  const sums = findQuantities(text).filter((one) => one.kind === "money" && one.qualifier === null)
  const from = Math.max(
    ...[...text.slice(0, at).matchAll(/[;.]\s/g)].map((match) => match.index),
    ...sums.filter((one) => one.index < at).map((one) => one.index + one.text.length),
    0,
  )
  const length = text.slice(end).search(/[,;]|\.\s/)
  return text.slice(from, length < 0 ? text.length : end + length)
}

/** `Бесплатно по Алматы` promises nothing to Talgar. */
const isElsewhere = (place: Place, context: Context, court: Court): boolean => {
  const where = whereOf(context, court)
  if (where.length === 0) return false
  const clause = clauseOf(place)
  const there = townsIn(clause)
  const alike = (one: string, other: string) => likeness(one, other) > 0
  if (there.length > 0)
    return !where.some((town) => there.some((other) => alike(town, other))) && elsewhereIsPaid.test(around(place))
  return (
    local.test(clause) &&
    where.every((town) => ![...court.index.vocabulary].some((known) => alike(known, town))) &&
    elsewhereIsPaid.test(around(place))
  )
}

const ended = (quantity: Quantity, text: string, court: Court): boolean => {
  if (quantity.kind !== "date" || quantity.unit === "year" || quantity.to !== null) return false
  if (quantity.qualifier !== "to" && !/(?<!\p{L})(?:до|по)\s+$/iu.test(text.slice(0, quantity.index))) return false
  const { month, day } = wallTime(court.input.now, court.input.zone)
  const past = month * 100 + day - quantity.value
  // An end of last month is over; one of half a year ago is the coming one.
  return past > 0 && past < 600
}

/** `Раннее бронирование до 1 апреля`, told on the sixth. */
export const isOver = (place: Place, court: Court): boolean => {
  const start = Math.max(0, place.quantity.index - 400)
  const text = place.line.text.slice(start, start + 1000)
  const at = place.quantity.index - start
  const from = Math.max(text.lastIndexOf(";", at), text.lastIndexOf(". ", at), 0)
  return findQuantities(text).some(
    (one) =>
      one.index >= from &&
      one.index < at + 60 &&
      one.index <= at + place.quantity.text.length + 24 &&
      ended(one, text, court) &&
      !/[;.]/.test(text.slice(Math.min(one.index, at), Math.max(one.index, at)).replace(/\d\.\d/g, "")),
  )
}

const titlesIn = (text: string) =>
  [...text.matchAll(/[«"“]([^»"”\n]{2,40})[»"”]/gu)].map((match) => match[1]!.toLowerCase())

/** `На тарифе «Сеть» круглосуточно` says nothing of «Лавка», which the documents know as well. */
const isOfAnother = (place: Place, context: Context, court: Court): boolean => {
  const mine = titlesIn(context.sentence.text).filter((title) => court.index.text.includes(title))
  const clause = clauseOf(place)
  const theirs = titlesIn(clause)
  return mine.length > 0 && theirs.length > 0 && !mine.some((title) => place.line.text.toLowerCase().includes(title))
}

/** A shut branch, or that of another city, told as the way to us. */
export const wrongAddresses = (court: Court): ReadonlyArray<{ readonly text: string; readonly line: string }> => {
  const { view, index } = court
  const known = index.lines.filter((line) => /\p{Lu}/u.test(line.text) && line.text.length < 600)
  return view.sentences.flatMap((sentence) => {
    if (/(?<!\p{L})(?:закрыт|переехал|раньше|(?:больше|уже) не|стар(?:ый|ом|ого)|нет)/iu.test(sentence.text)) return []
    return [...sentence.text.matchAll(/(?<!\p{L})на\s+(\p{Lu}\p{L}{4,})/gu)].flatMap((match) => {
      const street = match[1]!.toLowerCase()
      const line = known.find((one) => one.text.toLowerCase().includes(street.slice(0, -1)))
      if (line === undefined) return []
      const part = line.text.split(/(?<=[.;])\s/u).filter((one) => one.toLowerCase().includes(street.slice(0, -1)))
      return part.length > 0 && part.every((one) => /(?<!\p{L})(?:закрыт|переехал|больше не работает)/iu.test(one))
        ? [{ text: match[0], line: part[0]! }]
        : []
    })
  })
}

/** Why the promise at `place` does not reach what the draft says; null if it does. */
export const beyondOf = (place: Place, context: Context, court: Court): string | null => {
  const left = excludedBy(around(place))
  if (left.length > 0 && !/(?<!\p{L})(?:кроме|не)(?!\p{L})/iu.test(context.sentence.text)) {
    const isTold = court.view.sentences.some(
      (one) => mentions(one.text, left) && /(?<!\p{L})(?:кроме|не|без)(?!\p{L})/iu.test(one.text),
    )
    if (mentions(context.sentence.text, left) || (!isTold && mentions(court.view.turn, left))) return "исключение"
  }
  // `Кроме пятницы — воскресенья`
  const days = [...around(place).matchAll(/(?<!\p{L})кроме\s+([^.;)]{2,40})/giu)].reduce(
    (mask, match) => mask | daysIn(match[1]!),
    0,
  )
  const told = context.days || context.daysBefore
  if (days !== 0 && told !== 0 && (told & days) === told) return "не в эти дни"
  if (isOfAnother(place, context, court)) return "сказано о другом"
  if (isElsewhere(place, context, court)) return "другое место"
  return isOver(place, court) ? "срок прошёл" : null
}
