/**
 * The terms of what is offered: for whom, on what, how much ahead, in how many parts, with what else, at what surcharge, and
 * what is given back. A draft that tells an offer beyond its terms is refused with the line that sets them.
 */
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, wordsOf } from "../knowledge/wording.ts"
import { affirmationsOf, contradiction, has, hedged, nounsOf } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { Court } from "./court.ts"
import { admits, measured, sameNumber } from "./figure.ts"

/** `Скидки не суммируются`, told together. */
const combinedOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const rule = court.index.lines.find((line) =>
    /(?:скидк|акци|предложени)\p{L}*[^.;]{0,30}не\s+(?:суммир|складыва|объединя|совмеща)/iu.test(line.text),
  )
  if (rule === undefined) return []
  return court.view.sentences.flatMap((sentence) =>
    /(?<!\p{L})(?:обе|оба|обеих|сразу две|и ещ[её]|плюс|вместе|дополнительно|сложи\p{L}*|суммиру\p{L}*)(?!\p{L})/iu.test(
      sentence.text,
    ) &&
    (sentence.text.match(/(?<!\p{L})(?:скидк\p{L}*|бесплатн\p{L}*|в подарок)|\d\s?%/giu)?.length ?? 0) >= 2 &&
    !hedged.test(sentence.text)
      ? [contradiction(sentence.text, rule.text)]
      : [],
  )
}

/** Those whom an offer is for. */
const audiences: ReadonlyArray<RegExp> = [
  /(?<!\p{L})пенсион/iu,
  /(?<!\p{L})студент/iu,
  /(?<!\p{L})школьник/iu,
  /(?<!\p{L})именинник|дн(?:я|ю|ём|ем|ень) рождени/iu,
  /(?<!\p{L})многодетн/iu,
  /(?<!\p{L})втор(?:ому|ого|ой|ым) реб[её]н/iu,
  /(?<!\p{L})инвалид|особыми потребност/iu,
  /(?<!\p{L})ветеран/iu,
  /(?<!\p{L})постоянн\p{L}+ (?:клиент|покупател|гост)/iu,
  /(?<!\p{L})нов(?:ым|ых|ому|ого|ые|ый) (?:клиент|покупател|гост|ученик)/iu,
  /(?<!\p{L})физ(?:ическ\p{L}+\s)?\s?лиц|частн\p{L}+ лиц/iu,
  /(?<!\p{L})(?:ТОО|юр(?:идическ\p{L}+\s)?\s?лиц|организаци(?:й|ям|ями)|компани(?:й|ям|ями))/iu,
  /(?<!\p{L})ИП(?!\p{L})/u,
  /(?<!\p{L})(?:врач|медик|учител|педагог|военн)\p{L}*/iu,
]

const offers: ReadonlyArray<RegExp> = [
  /(?<!\p{L})(?:скидк|скидок)|[-−–]\s?\d+\s?%/iu,
  /(?<!\p{L})рассрочк/iu,
  /(?<!\p{L})отсрочк/iu,
  /(?<!\p{L})бесплатн/iu,
]

/** `Пенсионерам скидка 15 %` where it is for students. */
const audienceOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    if (hedged.test(sentence.text) || /\?\s*$/.test(sentence.text)) return []
    const told = audiences.filter((one) => one.test(sentence.text))
    const own = told.length > 0 ? told : audiences.filter((one) => one.test(court.view.turn))
    if (own.length === 0) return []
    return offers.flatMap((offer) => {
      if (!offer.test(sentence.text)) return []
      const lines = court.index.lines.filter(
        (line) => offer.test(line.text) && audiences.some((one) => one.test(line.text)),
      )
      const open = court.index.lines.some(
        (line) => offer.test(line.text) && !audiences.some((one) => one.test(line.text)),
      )
      const isFor = own.some((one) => lines.some((line) => one.test(line.text)))
      return lines.length === 0 || isFor || (open && offer !== offers[0])
        ? []
        : [contradiction(sentence.text, lines[0]!.text)]
    })
  })

const half = /(?<!\p{L})половин\p{L}*(?!\p{L})/iu

const ahead = /(?<!\p{L})(?:предоплат\p{L}*|аванс\p{L}*|впер[её]д)(?!\p{L})/iu

/** `Предоплата половина` where it is 70 %. */
const halvesOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    if (!half.test(sentence.text) || !ahead.test(sentence.text)) return []
    const rules = court.index.lines.filter((line) => ahead.test(line.text))
    const shares = rules.flatMap((line) => findQuantities(line.text).filter((one) => one.kind === "percent"))
    return shares.length > 0 && !shares.some((one) => one.value === 50) && !rules.some((line) => half.test(line.text))
      ? [contradiction(sentence.text, rules[0]!.text)]
      : []
  })

const instalment = /(?<!\p{L})(?:рассрочк|0-0-\d)/iu

/** `Рассрочка на 12 месяцев` where it is for three; `без переплаты` where that term costs more. */
const instalmentsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const wholes = index.lines.map((line) => (line.whole === "" ? line.text : line.whole))
  const rules = [...new Set(wholes.filter((text) => instalment.test(text)))]
  const monthsIn = (text: string) => [
    ...findQuantities(text.replace(/0-0-(\d{1,2})/g, "$1 месяцев")).filter(
      (one) => one.kind === "duration" && measured(one).scale === "months",
    ),
    // `на 3, 6 или 12 месяцев`
    ...[...text.matchAll(/(\d{1,2})(?=(?:,\s*\d{1,2})*\s*(?:,|и|или|либо)\s*\d{1,2}\s*мес)/giu)].flatMap((match) =>
      findQuantities(`${match[1]} месяцев`),
    ),
  ]
  const terms = rules.flatMap((text) =>
    /0-0-\d/.test(text)
      ? [...text.matchAll(/0-0-(\d{1,2})/g)].flatMap((match) => findQuantities(`${match[1]} месяцев`))
      : monthsIn(text),
  )
  if (terms.length === 0) return []
  return view.sentences.flatMap((sentence) => {
    if (
      !instalment.test(sentence.text) ||
      hedged.test(sentence.text.replace(/без\s+\p{L}+/giu, " ")) ||
      /\?\s*$/.test(sentence.text)
    )
      return []
    return monthsIn(sentence.text).flatMap((one) => {
      const value = measured(one).value
      // A year of a subscription is no term of its instalments.
      const lead = sentence.text.slice(Math.max(0, one.index - 40), one.index)
      if (!/(?:рассрочк|0-0-|kaspi|каспи|част|плат)/iu.test(`${lead}${one.text}`)) return []
      if (!terms.some((term) => admits(term, value))) return [contradiction(`рассрочка ${one.text}`, rules[0]!)]
      if (!/без\s+(?:переплат|процент|удорож)/iu.test(sentence.text)) return []
      const dear = rules
        .flatMap((text) => text.split(/[;,](?!\d)|\.\s|\n/u))
        .find(
          (part) =>
            monthsIn(part).some((term) => sameNumber(measured(term).value, value)) &&
            /\d\s?%/u.test(part) &&
            !/(?<!\d)0\s?%/u.test(part),
        )
      return dear === undefined ? [] : [contradiction(`рассрочка ${one.text} без переплаты`, dear)]
    })
  })
}

const refunding = /(?<!\p{L})(?:верн[её]м|возвраща(?:ем|ется|ются)|возврат)(?!\p{L})/iu

/** `Задаток вернём полностью` where on some condition it is not returned, and the condition is not told. */
const refundsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const rules = index.lines.filter((line) => /не\s+возвра/iu.test(line.text))
  return view.sentences.flatMap((sentence) => {
    if (
      !refunding.test(sentence.text) ||
      hedged.test(sentence.text.replace(/(?<!\p{L})не\s+отмен/giu, " ")) ||
      /\?\s*$/.test(sentence.text)
    )
      return []
    const stems = wordsOf(sentence.text).map((word) => word.stem)
    const rule = rules.find(
      (line) =>
        nounsOf(line.text).some(
          (stem) => /^(?:predoplat|zadat|vznos|depozit|bron|zalog|oplat|dengi|deneg)/u.test(stem) && has(stems, stem),
        ) &&
        // The condition told, and the client not within it.
        !findQuantities(line.text).some(
          (one) =>
            one.kind === "duration" &&
            view.quantities.some(
              (other) => other.kind === "duration" && sameNumber(measured(other).value, measured(one).value),
            ),
        ),
    )
    return rule === undefined ? [] : [contradiction(sentence.text, rule.text)]
  })
}

const dearerFor: ReadonlyArray<RegExp> = [
  /(?<!\p{L})мужчин|(?<!\p{L})мужск/iu,
  /(?<!\p{L})срочн/iu,
  /(?<!\p{L})ноч(?:ь|н)/iu,
]

/** `Для мужчин +30 %`: the plain price told to a man. */
const surchargesFor = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const said = `${view.text} ${view.turn}`
  const prices = view.quantities.filter((one) => {
    const place = court.settled.get(one.index)
    return one.kind === "money" && place !== undefined && place !== null && place.source === "text"
  })
  if (prices.length === 0 || /(?<!\p{L})(?:не срочн|несрочн)/iu.test(said)) return []
  return dearerFor.flatMap((pattern) => {
    if (!pattern.test(said)) return []
    const rule = index.lines.find(
      (line) =>
        pattern.test(line.text) &&
        /\+\s?\d{1,3}\s?%|(?:наценк|надбавк|дороже|выше)\p{L}*[^.;]{0,12}\d{1,3}\s?%/iu.test(line.text),
    )
    if (rule === undefined) return []
    const [share] = findQuantities(rule.text).filter((one) => one.kind === "percent")
    if (share === undefined || view.quantities.some((one) => one.kind === "percent" && one.value === share.value))
      return []
    // Told that it is not done so.
    if (pattern.test(view.text) && !affirmationsOf(view).some((clause) => pattern.test(clause.text))) return []
    // Neither a price of its own for him, nor the dearer one told.
    const isPlain = prices.every((one) => {
      const place = court.settled.get(one.index)!
      return (
        sameNumber(place.quantity.value, one.value) &&
        !pattern.test(place.near) &&
        !pattern.test(place.line.text) &&
        !place.line.path.some((head) => pattern.test(head))
      )
    })
    return isPlain ? [contradiction(prices[0]!.text, rule.text)] : []
  })
}

/** `Скидка на ковры`, taken off a sofa: what it is worked out of is not what the discount is on. */
const discountedOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view } = court
  const sums = view.quantities.filter((one) => one.kind === "money" || (one.kind === "bare" && one.value >= 100))
  return view.quantities.flatMap((share) => {
    const rule = share.kind === "percent" ? court.settled.get(share.index) : undefined
    if (rule === undefined || rule === null || rule.source !== "text") return []
    const scope = /(?:%|скидк\p{L}*)\s+(?:скидк\p{L}+\s+)?на\s+(?:перв\p{L}+\s+)?((?:[\p{L}«»-]+\s*){1,3})/iu.exec(
      rule.line.text.slice(Math.max(0, rule.quantity.index - 12)),
    )
    if (scope === null) return []
    const things = nounsOf(scope[1]!.split(/(?<!\p{L})(?:при|от|для|до|по|за|если|в)\s/u)[0]!).filter(
      (stem) => !scopeless.test(stem),
    )
    if (things.length === 0) return []
    const base = sums.find((one) => {
      const place = court.settled.get(one.index)
      return (
        place !== undefined &&
        place !== null &&
        // A price or so many of it, no total of several things.
        Number.isInteger(one.value / place.quantity.value) &&
        sums.some((less) => sameNumber(less.value, (one.value * (100 - share.value)) / 100))
      )
    })
    const place = base === undefined ? undefined : court.settled.get(base.index)
    if (place === undefined || place === null) return []
    // What the discount is on is another row of the documents.
    if (
      !court.index.places.some(
        (one) =>
          one !== rule &&
          things.some((stem) => [...one.tokens].some(([token, weight]) => weight >= 0.45 && likeness(token, stem) > 0)),
      )
    )
      return []
    const isOf = things.some((stem) =>
      [...place.tokens].some(([token, weight]) => weight >= 0.15 && likeness(token, stem) > 0),
    )
    return isOf ? [] : [contradiction(`${share.text} от ${base!.text}`, rule.line.text)]
  })
}

const scopeless =
  /^(?:vtor|odn|procedur|punkt|ves|vs|zakaz|pokupk|uslug|rabot|tovar|material|izdeli|summ|chek|polotn|prais|stoimost|pervy|perv|poseshen|oplat|abonement|kurs|paket|tarif|obuch)/u

/** Every offer of the draft that goes beyond its terms. */
export const offerTermsOf = (court: Court): ReadonlyArray<UngroundedClaim> => [
  ...combinedOf(court),
  ...audienceOf(court),
  ...halvesOf(court),
  ...instalmentsOf(court),
  ...refundsOf(court),
  ...surchargesFor(court),
  ...discountedOf(court),
]
