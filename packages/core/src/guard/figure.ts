/** Whether two figures are the same number of the same sort, and what a sum is paid per. Not what they are said of. */
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"

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

/** One name for a unit, however it is called: of measure, of sale, of time. */
const units: ReadonlyArray<readonly [string, RegExp]> = [
  ["месяц", /^(?:мес|месяц\p{L}*|ай|айына)$/u],
  ["год", /^(?:год|года|году|лет|жыл\p{L}*)$/u],
  ["день", /^(?:день|дня|дней|дн|дни|сут|сутки|суток|күн\p{L}*|ноч\p{L}*|түн\p{L}*)$/u],
  ["час", /^(?:час|часа|часов|ч|сағат\p{L}*)$/u],
  ["минута", /^(?:мин|минут\p{L}*)$/u],
  ["неделя", /^(?:нед|недел\p{L}*|апта\p{L}*)$/u],
  ["квартал", /^квартал\p{L}*$/u],
  [
    "человек",
    /^(?:чел|человек\p{L}*|гост\p{L}*|персон\p{L}*|адам\p{L}*|участник\p{L}*|люд\p{L}*|взросл\p{L}*|пассажир\p{L}*|ребен\p{L}*|дет(?:и|ей|ям)|мест[оа]?|зрител\p{L}*)$/u,
  ],
  ["штука", /^(?:шт|штук\p{L}*|дана\p{L}*|единиц\p{L}*|экземпляр\p{L}*|экз|один|одну|одно)$/u],
  ["м2", /^(?:м²|м2|квадрат\p{L}*|кв|квм)$/u],
  ["м3", /^(?:м³|м3|куб\p{L}*)$/u],
  ["м", /^(?:м|метр\p{L}*|пм|пог|погонн\p{L}*)$/u],
  ["км", /^(?:км|километр\p{L}*)$/u],
  ["кг", /^(?:кг|kg|кило|килограмм\p{L}*)$/u],
  ["г", /^(?:г|гр|грамм\p{L}*)$/u],
  ["л", /^(?:л|литр\p{L}*)$/u],
  [
    "занятие",
    /^(?:зан|занят\p{L}*|урок\p{L}*|тренировк\p{L}*|тренировок|сабақ\p{L}*|посещен\p{L}*|визит\p{L}*|сеанс\p{L}*|раз|раза)$/u,
  ],
  ["сотрудник", /^(?:сотрудник\p{L}*|работник\p{L}*|пользовател\p{L}*)$/u],
]
const keys = new Map<string, string>()
export const unitKey = (unit: string): string => {
  const known = keys.get(unit)
  if (known !== undefined) return known
  const words = unit
    .toLowerCase()
    .replaceAll("ё", "е")
    .replace(/(?:кв|пог|п)\.\s?м\.?/u, (all) => (all.startsWith("кв") ? "м2" : "м"))
    .replaceAll(".", " ")
    .trim()
    .split(/\s+/)
  let key = ""
  for (const word of [...words].reverse()) {
    key = units.find(([, pattern]) => pattern.test(word))?.[0] ?? ""
    if (key !== "") break
  }
  if (key === "") key = stemOf(words.at(-1) ?? unit)
  if (keys.size > 20_000) keys.clear()
  keys.set(unit, key)
  return key
}

export const timeUnits: ReadonlySet<string> = new Set([
  "секунда",
  "минута",
  "час",
  "день",
  "неделя",
  "месяц",
  "квартал",
  "год",
])

const aliases: Readonly<Record<string, string>> = {
  "12 месяц": "год",
  "1 месяц": "месяц",
  "1 год": "год",
  "24 час": "день",
  "7 день": "неделя",
  "3 месяц": "квартал",
}
/** `6 месяц`, `час`, `штука` */
export const perKey = (per: string): string => {
  if (per === "разово") return per
  const many = /^(\d+) (.+)$/.exec(per)
  const key = many === null ? unitKey(per) : `${many[1]} ${unitKey(many[2]!)}`
  return aliases[key] ?? key
}

const isMoneyLike = (quantity: Quantity) => quantity.kind === "money" || quantity.kind === "bare"

export const sameUnit = (one: string | null, other: string | null): boolean => {
  if (one === other) return true
  if (one === null || other === null) return false
  if (unitKey(one) === unitKey(other)) return true
  const mine = wordsOf(one).map((word) => word.stem)
  return wordsOf(other).some((word) => mine.some((stem) => likeness(stem, word.stem) > 0))
}

/** Figures of one sort may be held against each other: sums with sums, hours with hours, касс with касс. */
export const isComparable = (claim: Quantity, other: Quantity): boolean => {
  if (claim.kind === "money")
    return other.kind === "money"
      ? other.unit === claim.unit
      : other.kind === "bare" && (other.value >= 100 || claim.value < 100)
  if (claim.kind === "bare")
    return isMoneyLike(other) || ((other.kind === "count" || other.kind === "duration") && claim.value < 1000)
  if (claim.kind === "count") {
    if (other.kind === "count") return sameUnit(claim.unit, other.unit) || unitKey(claim.unit ?? "") === "штука"
    if (other.kind === "bare") return true
    return other.kind === "money" && claim.value >= 1000
  }
  if (claim.kind === "duration")
    return (
      (other.kind === "duration" &&
        (measured(claim).scale === measured(other).scale || measured(other).scale === "")) ||
      (other.kind === "bare" && other.value < 1000)
    )
  // `вс до 15` beside other hours.
  if (claim.kind === "clock" && other.kind === "bare")
    return other.value <= 24 && (other.qualifier === "to" || other.qualifier === "from")
  return claim.kind === other.kind
}

export type Fit = "yes" | "terms" | "no"

const isOtherEnd = (one: Quantity["qualifier"], other: Quantity["qualifier"]) =>
  (one === "from" && other === "to") || (one === "to" && other === "from")

/** Whether the claim says the figure of the documents, and whether it keeps its `от`, `до`, ends and working days. */
export const fit = (claim: Quantity, place: Quantity): Fit => {
  const mine = measured(claim)
  const unit = claim.value === 0 ? 1 : mine.value / claim.value
  const theirs =
    place.kind === "bare" && claim.kind === "duration"
      ? { ...measured(claim), value: place.value * unit, to: place.to === null ? null : place.to * unit }
      : measured(place)
  if (claim.kind === "clock" && place.kind === "bare") return sameNumber(claim.value, place.value * 60) ? "yes" : "no"
  // `Заезд с 12:00` where it is `выезд до 12:00`.
  if (claim.kind === "clock" && isOtherEnd(claim.qualifier, place.qualifier)) return "no"
  if (claim.kind === "clock" || claim.kind === "date")
    return sameNumber(mine.value, theirs.value) || (theirs.to !== null && sameNumber(mine.value, theirs.to))
      ? "yes"
      : "no"
  const days: Fit =
    claim.kind === "duration" &&
    claim.unit === "день" &&
    place.unit === "день" &&
    claim.workingDays !== place.workingDays
      ? "terms"
      : "yes"
  if (mine.to !== null) {
    if (theirs.to !== null) return sameNumber(mine.value, theirs.value) && sameNumber(mine.to, theirs.to) ? days : "no"
    return "no"
  }
  const said = claim.qualifier
  if (theirs.to !== null) {
    if (claim.kind === "count" && mine.value >= theirs.value && mine.value <= theirs.to) return "yes"
    if (sameNumber(mine.value, theirs.value)) return said === "from" ? days : "terms"
    if (sameNumber(mine.value, theirs.to)) return said === "to" ? days : "terms"
    return "no"
  }
  if (!sameNumber(mine.value, theirs.value)) return "no"
  const isStrict = claim.kind === "money" || claim.kind === "percent" || claim.kind === "bare"
  switch (place.qualifier) {
    case null:
      return said === "over" || said === "under" || ((said === "from" || said === "to") && isStrict) ? "terms" : days
    case "from":
    case "over":
      return said === "to" || said === "under" ? "terms" : said === null && isStrict ? "terms" : days
    case "to":
    case "under":
      return said === "from" || said === "over" ? "terms" : said === null && isStrict ? "terms" : days
    case "about":
      return said === "over" || said === "under" ? "terms" : days
  }
}

/** `до 5 касс` admits three of them. */
export const admits = (rule: Quantity, value: number): boolean => {
  const bound = measured(rule)
  if (bound.to !== null) return value >= bound.value && value <= bound.to
  if (rule.qualifier === "to") return value <= bound.value
  if (rule.qualifier === "under") return value < bound.value
  if (rule.qualifier === "from") return value >= bound.value
  if (rule.qualifier === "over") return value > bound.value
  return sameNumber(value, bound.value)
}
