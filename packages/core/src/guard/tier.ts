/** Prices that hold for so many: whether the amount told is within the bounds of the price, and another one is for it. */
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import type { Context } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { admits, isComparable, measured, sameNumber, unitKey } from "./figure.ts"
import { valueOn } from "./naming.ts"
import type { Place } from "./place.ts"
import { shares } from "./rival.ts"

/** `Бесплатно до 40 км, дальше 5 000`: the price is for what is over the bound. */
const beyondBound = /(?<!\p{L})(?:дальше|далее|иначе|сверх|свыше|больше)(?!\p{L})/iu

const overTold = /(?<!\p{L})(?:добав\p{L}*|дополнительн\p{L}*|сверх|доплат\p{L}*|следующ\p{L}*)(?!\p{L})/iu

/** Fifty suits are fifty pieces. */
const isPieces = (unit: string, one: Quantity): boolean =>
  unit === "штука" &&
  one.kind === "count" &&
  one.to === null &&
  one.value >= 2 &&
  !/^(?:м|м2|м3|кг|г|л|см|мм|км|т)$/u.test(unitKey(one.unit ?? ""))

/** `от 5 бутылей по 1 150` said of one bottle: the amount told is not within the bounds of the price. */
export const tierOf = (claim: Quantity, place: Place, context: Context, court: Court): string | null => {
  if (claim.kind !== "money" && claim.kind !== "percent" && claim.kind !== "bare") return null
  for (const bound of place.bounds) {
    if (bound.quantity.qualifier === null && bound.quantity.to === null) continue
    const own = context.levels.slice(0, context.ownLevels)
    const told = own.flatMap((level) =>
      level.quantities.flatMap((one) =>
        one.to !== null &&
        one.qualifier === null &&
        !admits(bound.quantity, one.to) &&
        !admits(bound.quantity, one.value)
          ? (valueOn(bound.unit, { ...one, to: null }) ?? [])
          : one.qualifier === null &&
              (one.kind !== "duration" || (one.unit === "год") === (bound.quantity.unit === "год"))
            ? (valueOn(bound.unit, one) ?? (isPieces(bound.unit, one) ? one.value : []))
            : [],
      ),
    )
    if (
      /(?<!\p{L})(?:один|одн\p{L}{1,3})\s/iu.test(context.near) &&
      wordsOf(context.near).some((word) => word.stem === bound.unit)
    )
      told.push(1)
    if (
      bound.quantity.kind === "duration" &&
      told.length === 0 &&
      /(?<!\p{L})на\s+(?:один\s+|1\s+)?месяц(?!\p{L})/iu.test(`${context.sentence.text} ${court.view.turn}`) &&
      measured(bound.quantity).scale === "months"
    )
      told.push(1)
    const isTold =
      own.some((level) =>
        level.quantities.some((one) => one.value === bound.quantity.value && one.qualifier !== null),
      ) ||
      // `350 ₸ за первые три и по 50 ₸ за ещё две`
      (/(?<!\p{L})(?:перв\p{L}+|ещ[её]|сверх|следующ\p{L}+)(?!\p{L})/iu.test(context.sentence.text) &&
        numbersIn(context.sentence.text).includes(bound.quantity.value))
    if (!isTold && told.length > 0 && !told.some((value) => admits(bound.quantity, value)))
      return `«${claim.text}»: в документах с условием «${bound.quantity.text}»: «${place.label}».`
  }
  // `При заказе от 6 бутылей`, told to one who takes two.
  const rule = /^[^.;]{0,24}?(?<!\p{L})при\s+(?:\p{L}+\s+){0,2}(?=от\s+\d)/iu.exec(
    place.line.text.slice(place.quantity.index + place.quantity.text.length),
  )
  if (rule !== null && claim.kind === "money") {
    const at = place.quantity.index + place.quantity.text.length + rule[0].length
    const bound = findQuantities(place.line.text).find((one) => one.index >= at - 3 && one.index <= at + 3)
    const asked =
      bound === undefined || bound.kind === "money"
        ? []
        : court.view.turnQuantities.filter(
            (one) => isComparable(one, bound) && one.kind === bound.kind && one.qualifier === null,
          )
    if (
      bound !== undefined &&
      asked.length > 0 &&
      !asked.some((one) => admits(bound, measured(one).value)) &&
      !court.view.quantities.some((one) => sameNumber(one.value, bound.value))
    )
      return `«${claim.text}»: в документах с условием «${bound.text}»: «${place.label}».`
  }
  // The client's 27 kg for the row `до 10 кг`, where another row is for so many.
  for (const bound of place.bounds) {
    if (!isRanged(bound.quantity) || beyondBound.test(place.near) || overTold.test(court.view.text)) continue
    const own = context.levels.slice(0, context.ownLevels).flatMap((level) => level.quantities)
    if (own.some((one) => valueOn(bound.unit, one) !== null)) continue
    const told = court.view.turnQuantities.filter(
      (one) => one.qualifier === null && one.to === null && valueOn(bound.unit, one) !== null,
    )
    if (told.length !== 1 || admits(bound.quantity, valueOn(bound.unit, told[0]!)!)) continue
    if (
      court.index.places.some(
        (other) =>
          other !== place &&
          other.quantity.kind === place.quantity.kind &&
          (other.line.block === place.line.block || shares(other, place) > 0) &&
          other.bounds.some(
            (one) =>
              one.unit === bound.unit && isRanged(one.quantity) && admits(one.quantity, valueOn(bound.unit, told[0]!)!),
          ),
      )
    )
      return `«${claim.text}»: в документах с условием «${bound.quantity.text}»: «${place.label}».`
  }
  const better = betterTier(place, context, court)
  return better === null ? null : `«${claim.text}»: при таком количестве в документах «${better.label}».`
}

/** `90 тг; от 100 шт — 70 тг`, told of 120: another price of the same row is for that many. */
const betterTier = (place: Place, context: Context, court: Court): Place | null => {
  if (place.quantity.kind !== "money" || place.bounds.some((bound) => isRanged(bound.quantity))) return null
  const own = context.levels.slice(0, context.ownLevels).flatMap((level) => level.quantities)
  const counts = (own.some((one) => one.kind === "count") ? own : court.view.turnQuantities).filter(
    (one) => one.kind === "count" && one.qualifier === null && one.to === null,
  )
  return (
    court.index.places.find(
      (other) =>
        other !== place &&
        other.quantity.kind === "money" &&
        (other.line === place.line || (other.line.block === place.line.block && /^\s*от\s+\d/iu.test(other.near))) &&
        other.bounds.some(
          (bound) =>
            bound.quantity.qualifier === "from" &&
            bound.quantity.kind === "count" &&
            counts.some(
              (one) =>
                (valueOn(bound.unit, one) !== null || isPieces(bound.unit, one)) && admits(bound.quantity, one.value),
            ),
        ) &&
        other.quantity.value < place.quantity.value,
    ) ?? null
  )
}
export const isRanged = (one: Quantity) => one.qualifier !== null || one.to !== null
