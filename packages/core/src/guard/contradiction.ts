/**
 * What a draft affirms against a line of the documents: a thing they deny, sell apart or allow only so, a closed day. It
 * promises that what it refuses stands against the line that it names; not that it finds every contradiction, for it
 * compares words and not meanings.
 */
import { addressParts } from "../knowledge/address.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { stemOf, stemsOf } from "../knowledge/wording.ts"
import type { Clause } from "./affirmation.ts"
import { affirmationsOf, contradiction, general, has, hedged, heldIn, inside } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import { isCity } from "./claim-context.ts"
import { daysIn, everyDay } from "./days.ts"
import type { Limits } from "./denial.ts"
import { limitsIn, outside } from "./denial.ts"
import { featureOfAnother, ofHaving } from "./feature.ts"
import { admits, measured, sameUnit } from "./figure.ts"
import type { Court } from "./weighing.ts"

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

const visits =
  /(?<!\p{L})(?:работа(?:ем|ет|ют)|открыт\p{L}*|подходите|приходите|приезжайте|заезжайте|забрать|забирайте|жд[её]м|примем|принимаем|прие(?:дем|дет|хать)|подъезжайте)(?!\p{L})/iu

const daily = /(?<!\p{L})(?:ежедневно|без выходных|каждый день|круглосуточн\p{L}*|24\/7)(?!\p{L})/iu

const daysCount = (mask: number) => mask.toString(2).replaceAll("0", "").length

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

/** `В понедельник ателье открыто` where it is open from Tuesday on. */
const closedDaysOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const hours = index.lines.filter(
    (line) =>
      line.days !== 0 &&
      !/заявк|заказ/iu.test(line.text) &&
      findQuantities(line.text).some((one) => one.kind === "clock"),
  )
  // `7:30–14:00, воскресенье выходной`
  const openIn = (text: string) => {
    const shut = [...text.matchAll(/(?:[\p{L}–—-]+(?:,|\sи)?\s+){1,3}(?:[—–-]\s*)?выходной(?!\p{L})/giu)].reduce(
      (mask, match) => mask | daysIn(match[0].replace(/выходной/giu, "")),
      0,
    )
    const told = daysIn(text.replace(/выходной/giu, "")) & ~shut
    return told === 0 ? everyDay & ~shut : told
  }
  const isDaily = index.lines.some((line) => daily.test(line.text))
  const open = isDaily ? everyDay : hours.reduce((mask, line) => mask | openIn(line.text), 0)
  if (open === 0 || hours.length === 0) return []
  // `Пн–пт 9:00–20:00, вс 10:00–15:00`: the hours of each day.
  const spans = hours.flatMap((line) =>
    line.text.split(/[;,\n]|\.\s/u).flatMap((part) => {
      const clocks = findQuantities(part).filter((one) => one.kind === "clock")
      const days = daysIn(part)
      const [from, to] = [clocks[0], clocks.at(-1)]
      if (days === 0 || from === undefined || to === undefined) return []
      // `В воскресенье до 15:00`
      if (clocks.length === 1) return from.qualifier === "to" ? [{ days, from: 0, to: to.value, line }] : []
      return to.value <= from.value ? [] : [{ days, from: from.value, to: to.value, line }]
    }),
  )
  return view.sentences.flatMap((sentence) => {
    const said = daysIn(sentence.text)
    if (
      said !== 0 &&
      (said & open) === said &&
      /(?<!\p{L})(?:закрыт\p{L}*|не работаем|выходной)(?!\p{L})/iu.test(sentence.text) &&
      !/\d|обед|\?/u.test(sentence.text) &&
      !index.lines.some((line) => /закрыт|не работа|выходн|кроме|перерыв|праздн/iu.test(line.text))
    )
      return [contradiction(sentence.text, hours[0]!.text)]
    if (visits.test(sentence.text) && !hedged.test(sentence.text) && !/звон/iu.test(sentence.text)) {
      const covering = spans.filter((span) => said !== 0 && (span.days & said) === said)
      // What is said of Sunday alone goes before what is said of every day.
      const fewest = Math.min(...covering.map((span) => daysCount(span.days)))
      const own = covering.filter((span) => daysCount(span.days) === fewest)
      const late = view.quantities.find(
        (one) =>
          one.kind === "clock" &&
          one.qualifier === null &&
          one.index >= sentence.index &&
          one.index < sentence.end &&
          own.length > 0 &&
          !own.some((span) => one.value >= span.from && one.value <= span.to),
      )
      if (late !== undefined) return [contradiction(sentence.text, own[0]!.line.text)]
    }
    if (!visits.test(sentence.text) || hedged.test(sentence.text) || /звон/iu.test(sentence.text)) return []
    const days = daysIn(sentence.text)
    return days !== 0 && (days & open) === 0 ? [contradiction(sentence.text, hours[0]!.text)] : []
  })
}

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
    ...closedDaysOf(court),
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
