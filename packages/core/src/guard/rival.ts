/** Which figures of the documents may be meant instead of one another: of one sort, one scale and one term. */
import type { Quantity } from "../knowledge/quantity.ts"
import type { Place } from "./place.ts"

export const isYear = (one: Quantity) =>
  one.kind === "bare" && Number.isInteger(one.value) && one.value > 2000 && one.value < 2060
const inDays: Readonly<Record<string, number>> = {
  секунда: 1 / 86_400,
  минута: 1 / 1440,
  час: 1 / 24,
  день: 1,
  неделя: 7,
  месяц: 30,
  квартал: 90,
  год: 365,
}
export const isOfScale = (claim: Quantity, other: Quantity): boolean => {
  if (claim.kind !== "duration" || other.kind !== "duration") return true
  const ratio = (claim.value * (inDays[claim.unit ?? ""] ?? 1)) / (other.value * (inDays[other.unit ?? ""] ?? 1) || 1)
  return ratio < 120 && ratio > 1 / 120
}

/** Two weeks may be told where it is a month, but not where it is an hour. */
export const isOfDays = (one: Quantity) =>
  one.kind === "duration" && one.unit !== "час" && one.unit !== "минута" && one.unit !== "секунда"

/** A bare number may be what is claimed, but what it would be of is not sure enough to speak against a claim. */
export const isOfKind = (claim: Quantity, other: Quantity): boolean =>
  claim.kind === "money" || (claim.kind === "bare" && claim.value >= 100)
    ? other.kind === "money" || (other.kind === "bare" && other.value >= 100)
    : claim.kind === "bare"
      ? other.kind === "bare"
      : other.kind === claim.kind || (claim.kind === "clock" && other.kind === "bare")

const takenOff = /(?<!\p{L})(?:минус|скидк\p{L}*)(?!\p{L})/iu

/** A sum paid per hour is no rival of one paid per month; thresholds and prices are not rivals either. */
export const isRivalOf = (rival: Place, place: Place): boolean => {
  if (rival === place) return false
  if (place.quantity.kind === "money" && rival.isUnpriced) return false
  if (place.quantity.kind === "money" && place.isThreshold !== rival.isThreshold) return false
  // What comes on top is no price of a thing.
  if (rival.quantity.kind !== "percent" && isOnTop(rival) && !isOnTop(place)) return false
  // What is taken off is no price.
  if (rival.quantity.kind === "money" && takenOff.test(rival.near) && !takenOff.test(place.near)) return false
  return true
}

export const isOnTop = (place: Place): boolean =>
  /\+\s*$/u.test(place.line.text.slice(0, place.quantity.index)) || /^\+/u.test(place.quantity.text)

export const shares = (one: Place, other: Place) => {
  let count = 0
  for (const [token, weight] of one.tokens) if (weight >= 0.7 && (other.tokens.get(token) ?? 0) >= 0.5) count++
  return count
}
