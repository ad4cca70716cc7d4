/** The least that is sold: `минимум 2 часа`, `минимальный заказ — 100 шт`. */
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import { has, hedged, nounsOf } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { Court } from "./court.ts"
import { measured, sameNumber, sameUnit } from "./figure.ts"

const leastPattern =
  /(?<!\p{L})(?:минимальн\p{L}+\s+((?:\p{L}+\s*){0,4}?)(?:[—–:-]\s*)?|(?:минимум|не менее|не меньше)\s+(?:чем\s+)?)(?=\d)/giu

/** `Минимум 2 часа`, `минимальный заказ — 100 шт`: less is told or asked for, and the least is not named. */
export const belowLeastOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const said = [...view.quantities, ...view.turnQuantities]
  const claimed = view.sentences.filter((one) => !hedged.test(one.text) && !/\?\s*$/.test(one.text))
  if (claimed.length === 0) return []
  const stems = wordsOf(`${claimed.map((one) => one.text).join(" ")} ${view.turn}`).map((word) => word.stem)
  return index.lines.flatMap((line) => {
    const found: Array<UngroundedClaim> = []
    for (const match of line.text.matchAll(leastPattern)) {
      const at = match.index + match[0].length
      const least = findQuantities(line.text).find((one) => one.index <= at && one.index + one.text.length > at)
      if (least === undefined || least.unit === null || said.some((one) => sameNumber(one.value, least.value))) continue
      // Whose least it is: the thing before it, or an order of anything.
      const lead = line.text.slice(0, match.index)
      const things = nounsOf(`${lead} ${match[1] ?? ""}`)
      const isHeading = [...court.settled.values()].some(
        (place) => place?.line.path.some((head) => line.text.startsWith(head)) === true,
      )
      const isOfAll = isHeading || things.length === 0 || /(?<!\p{L})заказ\p{L}*\s*$/iu.test(match[1]?.trim() ?? "")
      if (
        !isOfAll &&
        ![...court.settled.values()].some((place) => place?.line.text === line.text) &&
        !(
          things.slice(0, 2).every((stem) => has(stems, stem)) &&
          things.filter((stem) => has(stems, stem)).length * 3 >= things.length
        )
      )
        continue
      const told = (isHeading ? view.turnQuantities.filter((one) => !/^дет/iu.test(one.unit ?? "")) : said).find(
        (one) =>
          one.qualifier === null &&
          one.to === null &&
          one.value > 0 &&
          (least.kind === "money"
            ? one.kind === "money" &&
              court.settled.get(one.index)?.quantity.value !== one.value &&
              view.quantities.includes(one) &&
              lead.length > 0 &&
              (!isOfAll || court.settled.get(one.index)?.line.text === line.text)
            : one.kind === least.kind &&
              sameUnit(one.unit, least.unit) &&
              (one.kind !== "duration" || measured(one).scale === measured(least).scale)) &&
          measured(one).value < measured(least).value,
      )
      const isHour =
        least.kind === "duration" &&
        least.unit === "час" &&
        least.value > 1 &&
        /(?<!\p{L})на\s+(?:один\s+)?час(?:ик)?(?!\p{L})/iu.test(`${view.text} ${view.turn}`)
      if (told !== undefined || isHour)
        found.push({
          code: "wrong_terms",
          text: told?.text ?? "на час",
          detail: `«${told?.text ?? "на час"}»: в документах есть наименьшее: «${line.text.slice(0, 140)}».`,
        })
    }
    return found
  })
}
