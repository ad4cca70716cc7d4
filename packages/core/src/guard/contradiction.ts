/**
 * What a draft affirms against a line of the documents: a thing they deny, sell apart or allow only so, hours when they are closed. It
 * promises that what it refuses stands against the line that it names; not that it finds every contradiction, for it
 * compares words and not meanings.
 */
import { addressParts } from "../knowledge/address.ts"
import { stemOf, stemsOf } from "../knowledge/wording.ts"
import type { Clause } from "./affirmation.ts"
import { affirmationsOf, contradiction, general, has, heldIn, inside } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import { isCity } from "./claim-context.ts"
import type { Court } from "./court.ts"
import type { Limits } from "./denial.ts"
import { limitsIn, outside } from "./denial.ts"
import { featureOfAnother, ofHaving } from "./feature.ts"
import { admits, measured, sameUnit } from "./figure.ts"
import { openingHoursOf } from "./opening-hours.ts"

/** Whether the clause names the thing: the words that nothing affirmed shares, or all of them. */
const names = (
  clause: Clause,
  thing: ReadonlyArray<string>,
  { verb, act }: { readonly verb: string | null; readonly act?: string },
  limits: Limits,
): boolean => {
  const met = thing.filter((stem) => has(clause.stems, stem))
  if (met.length === 0) return false
  // `Выкупим ваш кондиционер`, of which they say everything but that.
  if (act !== undefined && act.length >= 4 && met.length === thing.length) {
    const acts = (stems: Iterable<string>) => [...stems].some((stem) => stem.startsWith(act))
    if (acts(clause.stems) && !acts(limits.affirmed)) return true
  }
  const isOwn = met.some((stem) => !has(limits.affirmed, stem))
  if (verb !== null && !has(clause.stems, verb)) return false
  return isOwn ? met.length * 2 >= thing.length : met.length === thing.length && thing.length >= 2
}

const abroad =
  /(?<!\p{L})(?:Герман|Росси|Москв|Кыргыз|Бишкек|Узбекистан|Ташкент|США|Америк|Турци|Стамбул|Кита(?:й|я|е|ю)|ОАЭ|Дубай|Европ|Польш|Коре|Минск|Беларус)/u

const sending = /(?<!\p{L})(?:отправ|достав|вез[её]м|привез|перевез|пошл|вышл)/iu

const contrary: ReadonlyArray<readonly [string, string]> = [
  ["ochn", "onlain"],
  ["oflain", "onlain"],
  ["onlain", "ochn"],
]

/** `Мы в Астане, ул. Сатпаева, 88` where that street is in Almaty. */
const wrongCityOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    const keys = addressParts(sentence.text).map((part) => part.key)
    const said = stemsOf(sentence.text).filter(isCity)
    if (keys.length === 0 || said.length !== 1) return []
    const lines = court.index.lines.filter(
      (line) => [...line.stems].some(isCity) && addressParts(line.text).some((part) => keys.includes(part.key)),
    )
    return lines.length > 0 && !lines.some((line) => has(line.stems, said[0]!))
      ? [contradiction(sentence.text, lines[0]!.text)]
      : []
  })

/** `Без сахара не готовим`: then nothing is told to be without it. */
const withoutOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.index.lines.flatMap((line) =>
    [
      ...line.text.matchAll(
        /(?<!\p{L})без\s+(\p{L}{4,})(?:\s+(?:личности|и\s+без\s+(\p{L}{4,})))?\s+не\s+\p{L}+(?:[её]м|им|ю|у)(?!\p{L})/giu,
      ),
    ].flatMap((match) =>
      [match[1], match[2]].flatMap((word) => {
        if (word === undefined) return []
        const root = /^(?:документ|удостоверени|паспорт)/iu.test(word)
          ? "(?:документ|удостоверени|паспорт)"
          : word.slice(0, Math.max(4, word.length - 2)).toLowerCase()
        const sentence = court.view.sentences.find(
          (one) =>
            new RegExp(`(?<!\\p{L})без\\s?${root}`, "iu").test(one.text) &&
            !/(?<!\p{L})не(?!\p{L})/iu.test(one.text) &&
            !/\?\s*$/.test(one.text),
        )
        return sentence === undefined ? [] : [contradiction(sentence.text, line.text)]
      }),
    ),
  )

/** `Комплект «Фермер» (без насоса)`: its pump is no part of it. */
const missingPartsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const held = affirmationsOf(court.view).flatMap((clause) =>
    inside.test(clause.text) ? [{ clause, stems: stemsOf(heldIn(clause.text)) }] : [],
  )
  if (held.length === 0) return []
  const texts = [...court.settled.values()].flatMap((place) =>
    place === null || place.quantity.kind === "percent" ? [] : [place.line.text, ...place.line.path],
  )
  return [...new Set(texts)].flatMap((text) =>
    [...text.matchAll(/(?<!\p{L})без\s+(\p{L}{4,})/giu)].flatMap((match) => {
      const part = stemOf(match[1]!)
      const found = held.find((one) => has(one.stems, part))
      return found === undefined ? [] : [contradiction(found.clause.text, text)]
    }),
  )
}

/** `Официанты — 12 000 ₸ за смену`, told to be in a price, where no line has them within one. */
const pricedApart = (holding: ReadonlyArray<string>, court: Court): string | null => {
  const head = holding.find((stem) => !general.test(stem))
  if (head === undefined) return null
  const own = court.index.lines.filter((line) => has(line.stems, head))
  if (own.length !== 1) return null
  const [line] = own
  const place = court.index.places.find((one) => one.line === line && one.quantity.kind === "money")
  const lead = place === undefined ? "" : line!.text.slice(0, place.quantity.index)
  return stemsOf(lead).length === 1 && has(stemsOf(lead), head) ? line!.text : null
}

export const contradictionsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const limits = limitsIn(court.index)
  const { view } = court
  const found: Array<UngroundedClaim> = [
    ...openingHoursOf(court),
    ...wrongCityOf(court),
    ...withoutOf(court),
    ...missingPartsOf(court),
  ]
  const spoken = stemsOf(`${view.text}\n${view.turn}\n${view.earlier}`)
  const rarity = (stem: string) =>
    limits.lines.filter((one) => (stem.startsWith("#") ? one.text.includes(stem.slice(1)) : has(one.stems, stem)))
      .length
  for (const clause of affirmationsOf(view)) {
    for (const one of limits.denied) {
      const { things, only, line } = one
      if (
        only !== undefined &&
        ![...view.quantities, ...view.turnQuantities].some(
          (told) =>
            told.kind === only.kind &&
            (told.kind === "duration"
              ? measured(told).scale === measured(only).scale
              : sameUnit(told.unit, only.unit)) &&
            admits(only, measured(told).value),
        )
      )
        continue
      if (
        things.some((thing) =>
          only === undefined ? names(clause, thing, one, limits) : thing.some((stem) => has(clause.stems, stem)),
        )
      )
        found.push(contradiction(clause.text, line))
    }
    if (abroad.test(clause.text) && sending.test(clause.text)) {
      const rule = limits.lines.find((line) =>
        /(?<!\p{L})(?:за\s+(?:границу|рубеж|пределы\s+(?:Казахстана|РК))|в\s+другие\s+страны)[^.;]{0,20}не\s/iu.test(
          line.text,
        ),
      )
      if (rule !== undefined) found.push(contradiction(clause.text, rule.text))
    }
    if (inside.test(clause.text)) {
      const holding = stemsOf(heldIn(clause.text))
      for (const { things, line } of limits.apart)
        if (
          things.some((thing) => thing.every((stem) => has(holding, stem))) &&
          !things.some((thing) =>
            limits.lines.some(
              (one) =>
                !outside.test(one.text) &&
                (inside.test(one.text) || one.text.includes("(") || one.text.split(", ").length > 3) &&
                one.text !== line &&
                thing.every((stem) => has(one.stems, stem)),
            ),
          )
        )
          found.push(contradiction(clause.text, line))
      const priced = pricedApart(holding, court)
      if (priced !== null) found.push(contradiction(clause.text, priced))
    }
    const feature = featureOfAnother(clause, court)
    if (feature !== null) found.push(contradiction(clause.text, feature))
    for (const { frame, to, isOfHaving, line } of limits.only) {
      const own = frame.filter((stem) => has(clause.stems, stem))
      if (own.length * 2 < frame.length || (isOfHaving && !ofHaving.test(clause.text))) continue
      // What half the document speaks of is not limited by one line of it.
      if (/только/iu.test(clause.text)) continue
      if (
        to.some((stem) =>
          contrary.some(([one, other]) => stem.startsWith(one) && clause.stems.some((said) => said.startsWith(other))),
        )
      ) {
        found.push(contradiction(clause.text, line))
        continue
      }
      if (!own.some((stem) => rarity(stem) <= 2)) continue
      // Of `автономный комплект` it is the first word that tells it from others.
      const least = Math.min(...to.map(rarity))
      const numbers = to.filter((stem) => stem.startsWith("#"))
      if (numbers.length > 0) {
        if (!numbers.some((stem) => spoken.includes(stem))) found.push(contradiction(clause.text, line))
        continue
      }
      const telling = to.filter((stem) => rarity(stem) === least)
      // `На фиксированном месте`: an adjective tells it from other places.
      const must = telling.length > 1 && telling.length === to.length ? telling.slice(0, 1) : telling
      if (!must.some((stem) => has(spoken, stem))) found.push(contradiction(clause.text, line))
    }
  }
  return found
}
