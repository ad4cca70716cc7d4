/** `«А» дороже «Б»`: held to what the documents say of both, where they say one price, or one weight, of each. */
import { numbersIn } from "../knowledge/numeral.ts"
import { contradiction } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { Court } from "./court.ts"
import type { Place } from "./place.ts"

const compared =
  /[«"“]([^»"”]{2,40})[»"”][^.!?«»]{0,60}?(?<!\p{L})(дороже|дешевле|тяжелее|легче)(?!\p{L})(?:,?\s+чем)?[^.!?«»]{0,20}[«"“]([^»"”]{2,40})[»"”]/giu

/** Of `в полтора раза`, which is always rounded. */
const ratioSlack = 0.15

const stem = (name: string) =>
  name
    .trim()
    .toLowerCase()
    .slice(0, Math.max(4, name.trim().length - 1))

/** The one figure of its sort on the lines that bear the name, or null. */
const figureOf = (name: string, court: Court, isOfSort: (place: Place) => boolean): Place | null => {
  const found = court.index.places.filter(
    (place) => place.line.text.toLowerCase().includes(stem(name)) && !place.isThreshold && isOfSort(place),
  )
  return new Set(found.map((place) => place.quantity.value)).size === 1 ? found[0]! : null
}

const isPrice = ({ quantity }: Place) => quantity.kind === "money" && quantity.to === null

const isWeight = ({ quantity }: Place) => quantity.kind === "count" && quantity.unit === "кг" && quantity.to === null

export const comparisonsOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  [...court.view.text.matchAll(compared)].flatMap((match) => {
    const word = match[2]!.toLowerCase()
    const sort = word === "дороже" || word === "дешевле" ? isPrice : isWeight
    const one = figureOf(match[1]!, court, sort)
    const other = figureOf(match[3]!, court, sort)
    if (one === null || other === null || /(?<!\p{L})не\s/iu.test(match[0])) return []
    const isMore = word === "дороже" || word === "тяжелее"
    // `В три раза дешевле`
    const times = /(?<!\p{L})в\s+([\p{L}\d,.]+)\s+раза?(?!\p{L})/iu.exec(match[0])?.[1]
    const factor = times === undefined ? undefined : numbersIn(times)[0]
    const [less, more] = [one.quantity.value, other.quantity.value].toSorted((a, b) => a - b)
    if (factor !== undefined && factor > 1 && Math.abs(more! / less! / factor - 1) > ratioSlack)
      return [contradiction(match[0], `${one.label}; ${other.label}`)]
    return one.quantity.value > other.quantity.value === isMore && one.quantity.value !== other.quantity.value
      ? []
      : [contradiction(match[0], `${one.label}; ${other.label}`)]
  })
