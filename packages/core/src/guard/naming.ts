/** Of two places in the documents, which one do the words around a claim name? */
import type { Quantity } from "../knowledge/quantity.ts"
import type { Context, Level } from "./claim-context.ts"
import { admits, measured, unitKey } from "./figure.ts"
import type { Bound, Place } from "./place.ts"

/** Below this a difference of names means nothing. */
const marginMin = 0.25
/** Only what a place is called counts against another, not what else its paragraph says. */
const nameMin = 0.4

/** What both are called tells them not apart. */
const sharedMin = 0.5

const slight = new Set(["mesyac", "god", "den", "chas", "nedel", "#1", "chelovek", "nash", "ves", "rabot"])
/** What a thing is sold by names it no more. */
const ofUnit = new Set(["shtuk", "sht", "kg", "metr", "par", "raz", "minut", "m2", "kv", "litr"])
/** A unit of time or sale, or a number: alone they name nothing of another paragraph. */
const isThin = (token: string) => ofUnit.has(token) || slight.has(token) || token.startsWith("#")

const weightOf = (token: string) => (ofUnit.has(token) ? 0.2 : slight.has(token) ? 0.5 : 1)

export const valueOn = (unit: string, one: Quantity): number | null => {
  if (one.to !== null || one.unit === null) return null
  if (one.kind === "duration") return measured(one).scale === unit ? measured(one).value : null
  return one.kind === "count" && unitKey(one.unit) === unit ? one.value : null
}

/** Vests are pieces: `от 100 единиц` admits 110 of them. */
const piecesOf = (unit: string, one: Quantity): number | null =>
  unit === "штука" && one.kind === "count" && one.to === null && one.unit !== null && !measures.has(unitKey(one.unit))
    ? one.value
    : null

const measures = new Set(["м2", "м3", "м", "км", "кг", "г", "л", "человек", "сотрудник", "занятие"])

const isRange = (bound: Bound) => bound.quantity.to !== null || bound.quantity.qualifier !== null
const tightness = (bound: Bound) =>
  bound.quantity.qualifier === "from" || bound.quantity.qualifier === "over"
    ? measured(bound.quantity).value
    : bound.quantity.to !== null
      ? Number.POSITIVE_INFINITY
      : -1

/** How the amounts told fall into `41–60 м²`, `от 5 бутылей`: 1 where only the rival admits them, −1 where only the place. */
const byBounds = (place: Place, rival: Place, level: Level): number => {
  for (const theirs of rival.bounds) {
    const mine = place.bounds.find((bound) => bound.unit === theirs.unit)
    if (mine === undefined || (!isRange(theirs) && !isRange(mine))) continue
    for (const one of level.quantities) {
      const value = valueOn(theirs.unit, one) ?? piecesOf(theirs.unit, one)
      if (value === null) continue
      // A bound told is no amount: `от 5 бутылей`.
      if (one.qualifier !== null) {
        const told = (bound: Bound) => bound.quantity.qualifier === one.qualifier && bound.quantity.value === one.value
        if (told(theirs) !== told(mine)) return told(theirs) ? 1 : -1
        continue
      }
      const inTheirs = admits(theirs.quantity, measured({ ...one }).value)
      const inMine = admits(mine.quantity, measured({ ...one }).value)
      if (inTheirs !== inMine) return inTheirs ? 1 : -1
      if (inTheirs && tightness(theirs) !== tightness(mine)) return tightness(theirs) > tightness(mine) ? 1 : -1
    }
  }
  return 0
}

/** `Алматы` is no mention of `Алматинская область` where the other is called just so. */
const mentioned = (token: string, level: Level, other: Place): number => {
  const like = level.mentions.of(token)
  return like > 0 && like < 1 && (other.tokens.get(level.mentions.by(token)!) ?? 0) >= sharedMin ? 0 : like
}

/** `10 мешков` is no mention of `коробка 10 кг`. */
const isOtherAmount = (token: string, place: Place, rival: Place, level: Level): boolean => {
  if (!token.startsWith("#")) return false
  const value = Number(token.slice(1))
  const bounds = rival.bounds.filter((bound) => bound.quantity.value === value || bound.quantity.to === value)
  if (bounds.length === 0 || bounds.some((bound) => bound.unit === "штука")) return false
  const told = level.quantities.filter((one) => one.value === value || one.to === value)
  // 200 l are within `100–300 л` as well as on the edge of `200–600 л`.
  if (
    place.bounds.some(
      (bound) =>
        isRange(bound) && told.some((one) => valueOn(bound.unit, one) !== null && admits(bound.quantity, value)),
    )
  )
    return true
  return (
    told.length > 0 &&
    told.every(
      (one) =>
        one.kind !== "bare" && !bounds.some((bound) => valueOn(bound.unit, { ...one, to: null, value }) !== null),
    )
  )
}

/**
 * Positive: the words name the rival rather than the place; negative: the place; 0: they tell them not apart. With
 * `levelsMax` only the nearest words are asked.
 */
export const compare = (place: Place, rival: Place, context: Context, levelsMax = Number.POSITIVE_INFINITY): number => {
  const against: Array<readonly [string, number]> = []
  const inFavour: Array<readonly [string, number]> = []
  for (const [token, weight] of rival.tokens) {
    const theirs = place.tokens.get(token) ?? 0
    if (weight >= nameMin && theirs < sharedMin)
      against.push([token, (weight - theirs) * weightOf(token) * (theirs >= 0.3 ? 0.5 : 1)])
  }
  for (const [token, weight] of place.tokens) {
    const theirs = rival.tokens.get(token) ?? 0
    if (theirs < sharedMin && weight > theirs + 0.1) inFavour.push([token, (weight - theirs) * weightOf(token)])
  }
  // Two figures of one line share its head: what is told further off names neither.
  // All that leads to the claim.
  const lead = context.levels[context.ownLevels - 2]
  const isWhollyNamed =
    lead !== undefined && against.length > 0 && against.every(([token]) => mentioned(token, lead, place) > 0)
  const isNear = place.line === rival.line && namedBy(place, context.levels.slice(0, 2), 0.9) > 0.4 && !isWhollyNamed
  const last = isNear ? 2 : levelsMax
  // Rows of one list differ in a number only: `Дом 100`, `Дом 300`.
  const areAlike =
    place.line.block === rival.line.block ||
    [...place.tokens].some(
      ([token, weight]) => weight >= 0.7 && !isThin(token) && (rival.tokens.get(token) ?? 0) >= 0.7,
    )
  const heads = against
    .filter(([token]) => !isThin(token) && (rival.tokens.get(token) ?? 0) >= 0.9)
    .map(([token]) => token)
  let at = 0
  for (const level of context.levels) {
    if (at >= Math.min(last, levelsMax)) break
    if (level.mentions.size > 0) {
      let difference = byBounds(place, rival, level)
      let isThick = areAlike
      for (const [token, weight] of against) {
        const like = isOtherAmount(token, place, rival, level) ? 0 : mentioned(token, level, place)
        difference += weight * like
        if (like > 0 && !isThin(token)) isThick = true
      }
      if (!isThick && difference > 0) difference = 0
      // In the chat `тара есть` does not name `Залог за тару`.
      if (difference > 0 && at >= context.ownLevels && !areAlike && heads.length > 1) {
        const said = heads.map((token) => mentioned(token, level, place) > 0)
        if (said[0] !== true && said.filter((one) => one).length * 2 <= said.length) difference = 0
      }
      for (const [token, weight] of inFavour) difference -= weight * mentioned(token, level, rival)
      // The further the words, the clearer they must be.
      if (Math.abs(difference) > (at < context.ownLevels ? marginMin : 2 * marginMin)) return difference
    }
    at++
  }
  return 0
}

/** How much of a place's own name is told, in its own sentence or further. */
export const namedBy = (place: Place, levels: ReadonlyArray<Level>, nameFrom = 0.7): number => {
  let sum = 0
  for (const [token, weight] of place.tokens) {
    if (weight < nameFrom) continue
    let best = 0
    for (const level of levels) best = Math.max(best, level.mentions.of(token))
    sum += best * weight * weightOf(token)
  }
  return sum
}
