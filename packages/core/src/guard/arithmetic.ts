/**
 * Sums that a seller may work out: a price times a number, sums, differences and discounts, exact and of operands that are
 * on the table. It promises nothing about sums that only happen to fit: operands are few and must be named.
 */
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemsOf } from "../knowledge/wording.ts"
import type { Context } from "./claim-context.ts"
import { sameNumber } from "./comparison.ts"
import type { Evidence, Index } from "./evidence.ts"
import type { Court } from "./weighing.ts"
import { best, marginMin, score } from "./weighing.ts"

const operandsMax = 12

/** Words that say: this is worked out. */
export const sumCue =
  /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|плюс|получ\p{L}*|выйд\p{L}*|выход\p{L}*|обойд\p{L}*|общ\p{L}*|составит|с уч[её]том|вс[её] вместе|барлығы)(?!\p{L})|[+=]/iu
const differenceCue =
  /(?<!\p{L})(?:дешевле|дороже|выгод\p{L}*|эконом\p{L}*|разниц\p{L}*|скидк\p{L}*|меньше|больше|ниже|выше|остат\p{L}*|оста\p{L}+|доплат\p{L}*|минус|вместо|вычет\p{L}*|предоплат\p{L}*)(?!\p{L})/iu

interface Operand {
  readonly value: number
  readonly per: string | null
  /** `от`: whatever is worked out from it is `от`, too. */
  readonly isOpen: boolean
  /** From how many pieces on it is the price. */
  readonly tier: number
}

/** Exact arithmetic whose operands are on the table: a price times a number the client or the draft named, sums, discounts. */
export const isArithmetic = (
  claim: Quantity,
  context: Context,
  court: Court,
  ownOperandsOnly: boolean,
  productsOnly = false,
): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare" && !(claim.kind === "count" && claim.value >= 1000)) return false
  const { view } = court
  const sentence = context.sentence.text
  // Only what has been found true may prove another.
  const others = view.quantities.filter((other) => other.index !== claim.index && court.settled.has(other.index))
  const own = others
    .filter((other) => other.kind === "money" || (other.kind === "bare" && other.value >= 100))
    .filter((other) => other.value !== claim.value || other.per !== claim.per)
    .flatMap((other): ReadonlyArray<Operand> => {
      const one = { value: other.value, per: other.per, isOpen: other.qualifier === "from", tier: 0 }
      return other.to === null ? [one] : [one, { ...one, value: other.to }]
    })
    .slice(0, operandsMax)
  const told = ownOperandsOnly ? [] : toldOf(claim, context, court).slice(0, operandsMax)
  const mayBeOpen = claim.qualifier === "from" || claim.qualifier === "over" || claim.qualifier === "about"
  const isReached = (made: Operand) =>
    (sameNumber(made.value, claim.value) ||
      // `примерно по 20 833 ₸`: a quotient rarely comes out even.
      (claim.qualifier === "about" && Math.abs(made.value - claim.value) < 0.5)) &&
    (!made.isOpen || mayBeOpen)
  const products = [...own, ...told].flatMap((price) => productsOf(price, claim, context, court))
  const percents = new Set(others.filter((other) => other.kind === "percent").map((other) => other.value))
  for (const evidence of court.said) if (evidence.quantity.kind === "percent") percents.add(evidence.quantity.value)
  const bases = [...own, ...told, ...products]
  const isDearer = surchargeCue.test(sentence)
  const parts = bases.flatMap((base) =>
    [...percents].flatMap((percent) => [
      { ...base, value: (base.value * (100 - percent)) / 100 },
      { ...base, value: (base.value * percent) / 100 },
      ...(isDearer ? [{ ...base, value: (base.value * (100 + percent)) / 100 }] : []),
    ]),
  )
  if (products.some(isReached) || parts.some(isReached)) return true
  if (productsOnly) return false
  // Sums and differences.
  const isCued = sumCue.test(sentence) || differenceCue.test(sentence)
  const terms = distinct([
    ...own,
    ...(own.length > 0 ? products.slice(0, 24) : []),
    ...(ownOperandsOnly || !isCued ? [] : told),
    ...(ownOperandsOnly
      ? []
      : court.said
          .filter((evidence) => evidence.quantity.kind === "money")
          .slice(0, 6)
          .map(operandOf)),
    ...(ownOperandsOnly ? [] : parts.slice(0, 12)),
    ...(ownOperandsOnly || !isCued ? [] : namedOf(context, court)),
  ])
  const isOpen = (...some: ReadonlyArray<Operand>) => some.some((one) => one.isOpen)
  for (const [a, one] of terms.entries())
    for (const [b, two] of terms.entries()) {
      if (b <= a) continue
      if (isReached({ ...one, value: one.value + two.value, isOpen: isOpen(one, two) })) return true
      if (sameNumber(Math.abs(one.value - two.value), claim.value)) return true
      for (const three of terms.slice(b + 1, operandsMax))
        if (isReached({ ...one, value: one.value + two.value + three.value, isOpen: isOpen(one, two, three) }))
          return true
    }
  return false
}

const surchargeCue = /\+\s?\d|(?<!\p{L})(?:наценк|надбавк|дороже|срочн|сверху)/iu

const distinct = (operands: ReadonlyArray<Operand>): ReadonlyArray<Operand> => [
  ...new Map(operands.map((one) => [`${one.value} ${one.isOpen}`, one])).values(),
]

const operandOf = (evidence: Evidence): Operand => ({
  value: evidence.quantity.value,
  per: evidence.quantity.per ?? [...evidence.per][0] ?? null,
  isOpen: evidence.quantity.qualifier === "from",
  tier: evidence.tier,
})

/** The prices that the words of the claim point to, and those we told before. */
const toldOf = (claim: Quantity, context: Context, court: Court): ReadonlyArray<Operand> => {
  const pool = court.index.evidence.filter(
    ({ quantity }) =>
      quantity.kind === "money" && (claim.unit === null || claim.kind === "count" || quantity.unit === claim.unit),
  )
  const judged = score(pool, context)
  const top = best(judged)
  const pointed =
    top !== null && (top.score > 0 || pool.length === 1)
      ? judged.filter((one) => one.score >= top.score - marginMin).map((one) => operandOf(one.evidence))
      : []
  // What the client asks about, whatever the clause speaks of.
  const asked = new Map(stemsOf(court.view.turn).map((stem) => [stem, 1] as const))
  const byTurn = asked.size === 0 ? [] : score(pool, { ...context, words: asked, clause: new Set(asked.keys()) })
  const topAsked = best(byTurn)
  const wanted =
    topAsked !== null && topAsked.score > 0
      ? byTurn.filter((one) => one.score >= topAsked.score - marginMin).map((one) => operandOf(one.evidence))
      : []
  return [
    ...pointed,
    ...(wanted.length <= 4 ? wanted : []),
    ...court.said.filter(({ quantity }) => quantity.kind === "money").map(operandOf),
  ]
}

/** The prices of everything whose name stands near the claim. */
const namedOf = (context: Context, court: Court): ReadonlyArray<Operand> =>
  court.index.evidence
    .filter(
      (evidence) =>
        evidence.quantity.kind === "money" &&
        !evidence.isThreshold &&
        evidence.name.length > 0 &&
        evidence.name.every((stem) =>
          [...context.words].some(([word, weight]) => weight >= 0.15 && likeness(stem, word) > 0),
        ),
    )
    .slice(0, operandsMax)
    .map(operandOf)

const productsOf = (price: Operand, claim: Quantity, context: Context, court: Court): ReadonlyArray<Operand> => {
  const sentence = context.sentence.text
  const said = `${sentence} ${court.view.turn}`
  const counts = new Set<number>()
  for (const number of [...numbersIn(court.view.text.replace(claim.text, " ")), ...court.clientNumbers])
    if (Number.isInteger(number) && number >= 2 && number <= 1000) counts.add(number)
  if (/(?<!\p{L})полгода(?!\p{L})/iu.test(said)) counts.add(6)
  if (/(?<!\p{L})(?:вдвоем|вдвоём|обоих|оба|обе)(?!\p{L})/iu.test(said)) counts.add(2)
  const products: Array<Operand> = []
  const yearly =
    claim.per === "год" ||
    claim.per === "12 месяц" ||
    /(?<!\p{L})(?:год|годов\p{L}*|12 мес\p{L}*)(?!\p{L})/iu.test(said)
  if (yearly && (price.per === "месяц" || price.per === null)) products.push({ ...price, value: price.value * 12 })
  if (claim.per === "месяц" && price.per === "год") products.push({ ...price, value: price.value / 12 })
  for (const count of counts) {
    // `Блок из 10 тренировок` has its own price; the price from a hundred pieces on is not that of thirty.
    if (count < price.tier || hasOwnPrice(count, context, court.index)) continue
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
    products.push({ ...price, value: price.value * count })
    if (
      /(?:рассрочк|част|платеж|платёж|на каждого|с каждого|разбить|делить|раздел|(?<!\p{L})по\s|выходит|получается|равн|то есть|за (?:одн|занят|урок|штук|раз))/iu.test(
        sentence,
      ) &&
      (price.per === null || claim.per !== null)
    )
      products.push({ ...price, value: price.value / count })
  }
  // `2 месяца в подарок` of twelve.
  const gift = /(\d{1,2}|один|два|три)\s+месяц\p{L}*\s+(?:в подарок|бесплатн\p{L}*)/iu.exec(said)
  if (gift !== null && yearly && (price.per === "месяц" || price.per === null))
    products.push({ ...price, value: price.value * (12 - (numbersIn(gift[1]!)[0] ?? 1)) })
  return products
}

const hasOwnPrice = (count: number, context: Context, index: Index): boolean => {
  if (!context.clause.has(`#${count}`)) return false
  const things = [...context.clause].filter((stem) => !stem.startsWith("#") && stem !== "cen")
  return index.evidence.some((evidence) => {
    if (evidence.quantity.kind !== "money" || !evidence.words.has(`#${count}`)) return false
    const isOf = (stems: Iterable<string>, stem: string) => [...stems].some((one) => likeness(one, stem) > 0)
    return (
      evidence.name.some((stem) => !stem.startsWith("#") && isOf(things, stem)) ||
      (things.length > 0 && things.every((thing) => isOf(evidence.words.keys(), thing)))
    )
  })
}
