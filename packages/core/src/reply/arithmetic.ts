/**
 * Sums that a seller may work out: a price times a number, sums, differences and discounts, exact and of operands that are
 * on the table. It promises nothing about sums that only happen to fit: operands are few and must be named.
 */
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness } from "../knowledge/wording.ts"
import type { Context } from "./claim-context.ts"
import { sameNumber } from "./comparison.ts"
import type { Index } from "./evidence.ts"
import type { Court } from "./weighing.ts"
import { best, marginMin, score } from "./weighing.ts"

const operandsMax = 12

/** Words that say: this is worked out. */
export const sumCue =
  /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|плюс|получ\p{L}*|выйд\p{L}*|выход\p{L}*|обойд\p{L}*|общ\p{L}*|составит|с уч[её]том|вс[её] вместе|барлығы)(?!\p{L})|[+=]/iu
const differenceCue =
  /(?<!\p{L})(?:дешевле|дороже|выгод\p{L}*|эконом\p{L}*|разниц\p{L}*|скидк\p{L}*|меньше|больше|ниже|выше|остат\p{L}*|оста\p{L}+|доплат\p{L}*|минус|вместо|вычет\p{L}*|предоплат\p{L}*)(?!\p{L})/iu

/** Exact arithmetic whose operands are on the table: a price times a number the client or the draft named, sums, discounts. */
export const isArithmetic = (claim: Quantity, context: Context, court: Court, ownOperandsOnly: boolean): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare" && !(claim.kind === "count" && claim.value >= 1000)) return false
  const { view, index } = court
  const others = view.quantities.filter((other) => other.index !== claim.index)
  const isSum = (other: Quantity) => other.kind === "money" || (other.kind === "bare" && other.value >= 100)
  const mine = others.filter(isSum).filter((other) => other.value !== claim.value || other.per !== claim.per)
  const prices: Array<{ readonly value: number; readonly per: string | null }> = mine.flatMap((other) => [
    { value: other.value, per: other.per },
    ...(other.to === null ? [] : [{ value: other.to, per: other.per }]),
  ])
  const own = prices.length
  if (!ownOperandsOnly) {
    const pool = index.evidence.filter(
      (evidence) =>
        evidence.quantity.kind === "money" &&
        (claim.unit === null || claim.kind === "count" || evidence.quantity.unit === claim.unit),
    )
    const judged = score(pool, context)
    const top = best(judged)
    if (top !== null && (top.score > 0 || pool.length === 1))
      for (const one of judged)
        if (one.score >= top.score - marginMin)
          prices.push({
            value: one.evidence.quantity.value,
            per: one.evidence.quantity.per ?? [...one.evidence.per][0] ?? null,
          })
    for (const evidence of court.said)
      if (evidence.quantity.kind === "money")
        prices.push({ value: evidence.quantity.value, per: evidence.quantity.per })
  }
  const bounded = prices.slice(0, operandsMax)
  const value = claim.value
  const lastClient = view.turn
  const counts = new Set<number>()
  for (const number of [...numbersIn(view.text.replace(claim.text, " ")), ...court.clientNumbers])
    if (Number.isInteger(number) && number >= 2 && number <= 1000) counts.add(number)
  const sentence = context.sentence.text
  const yearly =
    claim.per === "год" ||
    claim.per === "12 месяц" ||
    /(?<!\p{L})(?:год|годов\p{L}*|12 мес\p{L}*)(?!\p{L})/iu.test(`${sentence} ${lastClient}`)
  if (/(?<!\p{L})полгода(?!\p{L})/iu.test(`${sentence} ${lastClient}`)) counts.add(6)
  if (/(?<!\p{L})(?:вдвоем|вдвоём|обоих|оба|обе)(?!\p{L})/iu.test(`${sentence} ${lastClient}`)) counts.add(2)
  const derived: Array<number> = []
  for (const price of bounded) {
    const isYearOfMonths = price.per === "месяц" || price.per === null
    if (yearly && isYearOfMonths) derived.push(price.value * 12)
    for (const count of counts) {
      // `Блок из 10 тренировок` has its own price.
      if (hasOwnPrice(count, context, index)) continue
      // A month's price times months is no price per month.
      if (
        claim.per !== null &&
        price.per !== null &&
        claim.per !== price.per &&
        !(claim.per === "год" && count === 12) &&
        claim.per !== `${count} ${price.per}`
      )
        continue
      if (claim.per === "год" && price.per === "месяц" && count !== 12) continue
      derived.push(price.value * count)
      if (
        /(?:рассрочк|част|платеж|платёж|на каждого|с каждого|разбить|делить|раздел|по\s|выходит|получается|равн)/iu.test(
          sentence,
        ) &&
        price.per === null
      )
        derived.push(price.value / count)
    }
    if (claim.per === "месяц" && price.per === "год") derived.push(price.value / 12)
  }
  const percents = new Set(others.filter((other) => other.kind === "percent").map((other) => other.value))
  for (const evidence of court.said) if (evidence.quantity.kind === "percent") percents.add(evidence.quantity.value)
  const bases = [...bounded.map((price) => price.value), ...derived]
  const discounted: Array<number> = []
  for (const percent of percents)
    for (const base of bases) discounted.push((base * (100 - percent)) / 100, (base * percent) / 100)
  const reached = [...derived, ...discounted]
  if (reached.some((number) => sameNumber(number, value))) return true
  // Sums and differences of what stands in the draft itself.
  const terms = [
    ...new Set([
      ...prices
        .slice(0, own)
        .slice(0, operandsMax)
        .map((price) => price.value),
      ...(own > 0 ? derived.slice(0, 24) : []),
    ]),
  ]
  const named = ownOperandsOnly ? [] : prices.slice(own, operandsMax).map((price) => price.value)
  const cued = sumCue.test(sentence) || differenceCue.test(sentence) ? named : []
  const rest = ownOperandsOnly
    ? terms
    : [
        ...new Set([
          ...terms,
          ...cued,
          ...court.said
            .filter((evidence) => evidence.quantity.kind === "money")
            .slice(0, 6)
            .map((evidence) => evidence.quantity.value),
          ...discounted.slice(0, 12),
        ]),
      ]
  for (let a = 0; a < rest.length; a++)
    for (let b = a + 1; b < rest.length; b++) {
      if (sameNumber(rest[a]! + rest[b]!, value) || sameNumber(Math.abs(rest[a]! - rest[b]!), value)) return true
      for (let c = b + 1; c < Math.min(rest.length, operandsMax); c++)
        if (sameNumber(rest[a]! + rest[b]! + rest[c]!, value)) return true
    }
  const evidenceTerms = ownOperandsOnly
    ? []
    : index.evidence.filter(
        (evidence) =>
          evidence.quantity.kind === "money" &&
          evidence.name.length > 0 &&
          evidence.name.every((stem) =>
            [...context.words].some(([word, weight]) => weight >= 0.15 && likeness(stem, word) > 0),
          ),
      )
  for (let a = 0; a < Math.min(operandsMax, evidenceTerms.length); a++)
    for (let b = a + 1; b < Math.min(operandsMax, evidenceTerms.length); b++) {
      if (
        /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|плюс|с учетом|с учётом|и то и другое|комплект\p{L}*|общ\p{L}*)(?!\p{L})/iu.test(
          sentence,
        ) &&
        sameNumber(evidenceTerms[a]!.quantity.value + evidenceTerms[b]!.quantity.value, value)
      )
        return true
    }
  return false
}

const hasOwnPrice = (count: number, context: Context, index: Index): boolean =>
  context.clause.has(`#${count}`) &&
  index.evidence.some(
    (evidence) =>
      evidence.quantity.kind === "money" &&
      evidence.words.has(`#${count}`) &&
      evidence.name.some(
        (stem) => !stem.startsWith("#") && [...context.clause].some((word) => likeness(word, stem) > 0),
      ),
  )
