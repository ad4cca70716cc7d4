/**
 * Whether two figures say the same: kind, value, `от` and `до`, working days, and what a sum is paid per. It does not ask
 * what they are said of.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { Evidence } from "./evidence.ts"
import { timeUnitNames } from "./evidence.ts"

export const sameNumber = (one: number, other: number) => Math.abs(one - other) < 1e-6 * Math.max(1, Math.abs(one))

const inMinutes: Readonly<Record<string, number>> = { секунда: 1 / 60, минута: 1, час: 60, день: 1440, неделя: 10_080 }

const inMonths: Readonly<Record<string, number>> = { месяц: 1, квартал: 3, год: 12 }

/** Durations in one measure; months and days are not comparable. */
export const measured = (
  quantity: Quantity,
): { readonly value: number; readonly to: number | null; readonly scale: string } => {
  if (quantity.kind !== "duration") return { value: quantity.value, to: quantity.to, scale: "" }
  const minutes = inMinutes[quantity.unit ?? ""]
  const factor = minutes ?? inMonths[quantity.unit ?? ""] ?? 1
  return {
    value: quantity.value * factor,
    to: quantity.to === null ? null : quantity.to * factor,
    scale: minutes === undefined ? "months" : "minutes",
  }
}

export const nounStems = (unit: string | null): ReadonlyArray<string> => {
  const stems = wordsOf(unit ?? "").map((word) => word.stem)
  return stems.length > 0 || unit === null ? stems : [stemOf(unit)]
}
/** `до 15 гостей` says what `до 15 детей` says, unless it names whom. */
const anyPerson = /^(?:chelovek|mest)/u
const person = /^(?:chelovek|detsk|vzrosl|uchenik|student|sotrudnik|uchastnik|rebenk)/u

/** The counted thing is among the words of the evidence. */
const speaksOfNoun = (claim: Quantity, evidence: Evidence): boolean => {
  const nouns = nounStems(claim.unit)
  const noun = nouns.at(-1)
  if (noun === undefined) return claim.unit === evidence.quantity.unit
  const own = evidence.quantity.kind === "count" ? nounStems(evidence.quantity.unit) : []
  if (own.length > 0)
    return own.some((stem) =>
      nouns.some(
        (other) =>
          likeness(stem, other) > 0 ||
          (anyPerson.test(stem) && person.test(other)) ||
          (anyPerson.test(other) && person.test(stem)),
      ),
    )
  for (const stem of evidence.words.keys()) if (nouns.some((other) => likeness(stem, other) > 0)) return true
  return false
}

export const isComparable = (claim: Quantity, evidence: Evidence): boolean => {
  const other = evidence.quantity
  switch (claim.kind) {
    case "money":
      return (
        (other.kind === "money" && other.unit === claim.unit) ||
        (other.kind === "bare" && other.value >= 10 && other.value * 20 >= claim.value)
      )
    case "percent":
      return other.kind === "percent"
    case "duration":
      return other.kind === "duration" || (other.kind === "bare" && evidence.words.has(stemOf(claim.unit ?? "")))
    case "count":
      if (claim.value >= 1000 && other.kind === "money" && !speaksOfNoun(claim, evidence)) return isPriceLike(claim)
      return (other.kind === "count" || other.kind === "bare") && speaksOfNoun(claim, evidence)
    case "bare":
      return (
        other.kind === "bare" ||
        other.kind === "money" ||
        other.kind === "count" ||
        other.kind === "percent" ||
        (other.kind === "date" && other.unit === "year")
      )
    case "clock":
      return other.kind === "clock"
    case "date":
      return other.kind === "date" && other.unit === claim.unit
    default:
      return false
  }
}

/** `9 900 ежемесячно`: an adverb was taken for a noun. */
const isPriceLike = (claim: Quantity) => /(?:но|ах|ий|ая|ой)$|^(?:за|можно|нужно|станет|выйдет)/u.test(claim.unit ?? "")

type Fit = "yes" | "terms" | "no"

/** `Около 15 тысяч` is a fair way to say 14 900; `около 15 000 ₸` looks exact. */
const isRounded = (round: number, exact: number) =>
  Math.abs(round - exact) <= 0.02 * exact && round % (exact >= 10_000 ? 1000 : 100) === 0

/** Whether the claim says what the evidence says; `terms`: the figure is right, `от` or `до` is not. */
export const fit = (claim: Quantity, evidence: Evidence): Fit => {
  const mine = measured(claim)
  const other = measured(evidence.quantity)
  const strict =
    claim.kind === "money" || claim.kind === "percent" || (claim.kind === "bare" && evidence.quantity.kind === "money")
  if (claim.kind === "duration" && evidence.quantity.kind === "duration" && mine.scale !== other.scale) return "no"
  const days: Fit =
    claim.kind === "duration" &&
    claim.unit === "день" &&
    evidence.quantity.unit === "день" &&
    claim.workingDays !== evidence.quantity.workingDays
      ? "terms"
      : "yes"
  if (claim.kind === "clock" || claim.kind === "date")
    return sameNumber(mine.value, other.value) || (other.to !== null && sameNumber(mine.value, other.to)) ? "yes" : "no"
  if (mine.to !== null) {
    if (other.to !== null) return sameNumber(mine.value, other.value) && sameNumber(mine.to, other.to) ? days : "no"
    return "no"
  }
  const said = claim.qualifier
  if (other.to !== null) {
    if (claim.kind === "count" && mine.value >= other.value && mine.value <= other.to) return "yes"
    if (sameNumber(mine.value, other.value)) return said === "from" ? days : "terms"
    if (sameNumber(mine.value, other.to)) return said === "to" || claim.kind === "duration" ? days : "terms"
    return "no"
  }
  if (!sameNumber(mine.value, other.value))
    return (claim.kind === "money" || claim.kind === "bare") &&
      said === "about" &&
      /тыс|мың/iu.test(claim.text) &&
      isRounded(mine.value, other.value)
      ? "yes"
      : "no"
  switch (evidence.quantity.qualifier) {
    case null:
      return said === "over" || said === "under" ? "terms" : days
    case "from":
      return said === "from" || said === "over" ? days : said === null && claim.kind === "count" ? days : "terms"
    case "to":
      return said === "to" || said === "under" ? days : said === null && !strict ? days : "terms"
    case "over":
      return said === "to" || said === "under" ? "terms" : days
    case "under":
      return said === "from" || said === "over" ? "terms" : days
    case "about":
      return said === "over" || said === "under" ? "terms" : days
  }
}

const perAlias: Readonly<Record<string, string>> = {
  "12 месяц": "год",
  "1 месяц": "месяц",
  "1 год": "год",
  "24 час": "день",
  "7 день": "неделя",
  "3 месяц": "квартал",
}

export const perKey = (per: string) => perAlias[per] ?? per

/** Units of sale: a page is no document, a pair no piece. */
const countedBy =
  /^(?:документ|страниц|лист|копи|штук|шт|пар|комплект|упаковк|коробк|человек|гост|занят|урок|визит|створк|окно|метр|м²|м2|кг|километр|км|машин|зуб|канал)/iu
const strictPer = /^(?:человек|чел|гост|персон|м²|м2|кв|кг|час|смен|касс|точк|сотрудник|пользовател|метр|км)/iu

export const perFits = (claim: Quantity, evidence: Evidence): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare" && claim.kind !== "count") return true
  if (claim.per === null) return true
  const mine = perKey(claim.per)
  const theirs = evidence.quantity.per === null ? null : perKey(evidence.quantity.per)
  const isTime = timeUnitNames.has(mine) || /^\d/.test(mine)
  if (theirs === mine) return true
  if (theirs === null && claim.kind === "money" && evidence.terms.has(mine)) return true
  if (evidence.quantity.kind === "duration") return true
  if (theirs === null && evidence.tierUnit !== null && evidence.periods.has(mine)) return true
  if (claim.kind === "count" && theirs === null && evidence.periods.has(mine)) return true
  if (evidence.per.has(mine)) return theirs === null || !timeUnitNames.has(theirs)
  if (mine === "разово") return theirs === null && !evidence.per.has("месяц")
  if (theirs !== null && !isTime && !timeUnitNames.has(theirs) && likeness(stemOf(theirs), stemOf(mine)) > 0)
    return true
  if (theirs !== null && !isTime && !timeUnitNames.has(theirs) && countedBy.test(mine) && countedBy.test(theirs))
    return false
  const stem = stemOf(mine.split(" ").at(-1) ?? mine)
  const inWords = [...evidence.words.keys()].some((word) => likeness(word, stem) > 0)
  if (/^\d/.test(mine)) return theirs === null && inWords && evidence.words.has(`#${mine.split(" ")[0]}`)
  if (isTime) return theirs === null && inWords
  if (inWords) return true
  if (theirs !== null) return false
  return !strictPer.test(mine)
}

/** `до 5 касс` admits three of them. */
export const admits = (rule: Quantity, claim: Quantity): boolean => {
  const value = measured(claim).value
  const bound = measured(rule)
  if (bound.to !== null) return value >= bound.value && value <= bound.to
  if (rule.qualifier === "to") return value <= bound.value
  if (rule.qualifier === "from" || rule.qualifier === "over") return value >= bound.value
  return false
}
