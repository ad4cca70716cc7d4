/**
 * Promises without figures: free of charge, included, gifts, discounts, guarantees, instalments, stock, licences. The
 * documents must make the same promise, of the same thing, and its condition must be told or met. What they charge for may
 * not be called free, thrown in or denied.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { GroundedClaim, UngroundedClaim } from "./claim.ts"
import type { Context } from "./claim-context.ts"
import { contextOf, promised } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { admits, measured, sameNumber, sameUnit } from "./figure.ts"
import { compare, namedBy } from "./naming.ts"
import type { Place } from "./place.ts"
import { beyondOf, isOver, wrongAddresses } from "./promise-scope.ts"
import type { Family } from "./promise-word.ts"
import { families, isFamily } from "./promise-word.ts"
import { headOf, joinWithout, mentionsIn, tokensIn } from "./segment.ts"

type Verdict = GroundedClaim | UngroundedClaim

const hedged =
  /(?<!\p{L})(?:уточн\p{L}*|узна(?:ю|ем|ть)|спрош\p{L}*|спросим|проверю|проверим|подскажет|расскажет|обсуд\p{L}*|не могу|не можем|не предусмотр\p{L}*|не предоставля\p{L}*|не обеща\p{L}*|не указан\p{L}*|нет информации|нет данных|данных нет|не знаю|не может|не могут|не буд\p{L}*|не дела\p{L}*|не даю|не даем|не даём|не действу\p{L}*|не вход\p{L}*|не распростран\p{L}*|не существ\p{L}*|оформляется|передам|нет|увы|к сожалению)(?!\p{L})/iu
const question = /\?\s*[\p{Extended_Pictographic}\s)]*$/u

const refusal = (text: string, detail: string): UngroundedClaim => ({ code: "ungrounded_promise", text, detail })

export const promisesOf = (court: Court): ReadonlyArray<Verdict> => {
  const found: Array<Verdict> = []
  for (const family of families) {
    let seen = 0
    for (const match of court.view.text.matchAll(family.pattern)) {
      if (++seen > 12) break
      const verdict = judge(family, match[0], match.index, court)
      if (verdict !== null) found.push(verdict)
    }
  }
  return [
    ...found,
    ...inclusionsOf(court),
    ...denialsOf(court),
    ...endlessOf(court),
    ...surchargesOf(court),
    ...sharesOf(court),
    ...ratiosOf(court),
    ...deferralsOf(court),
    ...wrongAddresses(court).map(({ text, line }) => refusal(text, `«${text}»: в документах «${line.slice(0, 120)}».`)),
  ]
}

const asClaim = (text: string, index: number, unit: string | null = promised): Quantity => ({
  kind: "count",
  value: Number.NaN,
  to: null,
  unit,
  per: null,
  qualifier: null,
  workingDays: false,
  key: "promise",
  index,
  text,
})

const clauseAt = (context: Context, text: string, from: number, to: number): string => {
  let start = context.sentence.index
  let end = context.sentence.end
  for (const match of context.sentence.text.matchAll(/[;()\n]|,(?=\s)|\s[—–]\s|(?<!\p{L})(?:а|но|зато)(?!\p{L})/giu)) {
    const at = context.sentence.index + match.index
    if (at < from) start = at + match[0].length
    else if (at >= to) {
      end = at
      break
    }
  }
  return text.slice(start, end)
}

const judge = (family: Family, text: string, index: number, court: Court): Verdict | null => {
  const { view } = court
  const context = contextOf(asClaim(text, index), view)
  const clause = clauseAt(context, view.text, index, index + text.length)
  const before = view.text.slice(Math.max(context.sentence.index, index - 30), index)
  if (
    family.name !== "everyday" &&
    (hedged.test(clause) || /(?<!\p{L})(?:не|без|нет|ни|до)\s+(?:\p{L}+\s+)?$/iu.test(before))
  )
    return null
  // An emoji may stand for a full stop.
  const pieces = context.sentence.text.split(/\p{Extended_Pictographic}/u)
  let pieceAt = context.sentence.index
  const piece =
    pieces.find((one) => {
      pieceAt += one.length + 2
      return pieceAt > index
    }) ?? context.sentence.text
  const isQuestion = question.test(piece)
  if (isQuestion && /(?<!\p{L})как(?:ой|ая|ую|ие|их|ого)\s+(?:\p{L}+\s+)?$/iu.test(before)) return null
  if (
    isQuestion &&
    family.mayBeAsked &&
    /(?<!\p{L})(?:важн\p{L}*|вы|вам|вас|нужн\p{L}*|интересу\p{L}*|рассматрива\p{L}*|ищете|хотите|планиру\p{L}*|посчита\p{L}*|рассчита\p{L}*|оформ\p{L}*|подготов\p{L}*|разбить|подобрать)(?!\p{L})/iu.test(
      piece,
    ) &&
    isKnownToDocuments(family, court)
  )
    return null
  const pass: GroundedClaim = { text, kind: "promise", basis: "fact", factId: null }
  if (court.input.chat.some((line) => line.from === "operator" && isFamily(family, line.text)))
    return { ...pass, basis: "chat" }
  // A discount with its percent, a guarantee with its term are judged as figures.
  const figures = view.quantities.filter(
    (one) => one.index >= context.sentence.index && one.index < context.sentence.end,
  )
  if (family.figure !== null && figures.some((one) => one.kind === family.figure)) return pass
  const granted = court.index.promises.filter((one) => one.families.includes(family.name) && !one.isDenied)
  if (granted.length === 0) {
    const isDenied = court.index.promises.some((one) => one.families.includes(family.name))
    if (isDenied && hedged.test(context.sentence.text)) return null
    if (
      !isDenied &&
      family.name === "discount" &&
      figures.some((one) => one.kind === "money" && court.settled.has(one.index)) &&
      /(?<!\p{L})(?:выгод|дешевл|эконом)/iu.test(context.sentence.text)
    )
      return pass
    return refusal(text, `Обещания «${text}» нет в документах${isDenied ? ": там сказано обратное" : ""}.`)
  }
  if (family.name === "instalment" && !isQuestion) {
    const beyond = granted.map((one) => beyondOf(one.place, context, court))
    const last = beyond.findIndex((one) => one !== null)
    if (last >= 0 && beyond.every((one) => one !== null))
      return refusal(
        text,
        `«${text}»: ${beyond[last]}, в документах «${granted[last]!.place.line.text.slice(0, 160)}».`,
      )
  }
  if (family.name === "everyday" || !family.ofThing) return pass
  const priced =
    family.name === "free" || family.name === "gift"
      ? court.index.places.filter(
          (place) =>
            (place.quantity.kind === "money" || place.quantity.kind === "percent") &&
            !place.isThreshold &&
            place.quantity.value > 0,
        )
      : family.name === "stock"
        ? court.index.promises.filter((one) => one.families.includes("to-order")).map((one) => one.place)
        : []
  const things = thingsIn(clause, family)
  const isOf = (place: Place, nameMin = 0.3, stems = things) =>
    stems.some((stem) => [...place.tokens].some(([token, weight]) => weight >= nameMin && likeness(token, stem) > 0))
  const named = things.length > 0 ? things : thingsIn(context.sentence.text, family)
  // `дарим коробку конфет`: what nobody named cannot be given away.
  if (family.name === "gift") {
    const given =
      /(?:дарим|подарим)\s+((?:\p{L}+\s+){0,2}\p{L}+)/iu.exec(clause)?.[1] ??
      /(\p{L}+)(?:\s+(?:будет|идёт|идет|получите))?(?:\s*[—–])?\s+в подарок/iu.exec(clause)?.[1] ??
      ""
    const gift = thingsIn(given, family).find(
      (stem) =>
        !granted.some(({ place }) =>
          [...place.tokens].some(([token, weight]) => weight >= 0.3 && likeness(token, stem) > 0),
        ),
    )
    if (gift !== undefined) return refusal(text, `«${text}»: такого подарка нет в документах.`)
  }
  // `первая неделя бесплатно` where it is a day.
  const spell =
    family.name === "free"
      ? /перв\p{L}+\s+(недел\p{L}*|день|месяц|час|заняти\p{L}|урок|визит)/iu.exec(clause)?.[1]
      : undefined
  if (
    spell !== undefined &&
    !granted.some(({ place }) =>
      [...place.tokens].some(([token, weight]) => weight >= 0.3 && likeness(token, stemOf(spell)) > 0),
    )
  )
    return refusal(text, `«${text}» в документах сказано о другом: «${granted[0]!.place.line.text.slice(0, 120)}».`)
  let detail = ""
  let isBeaten = false
  for (const one of [...granted].sort(
    (a, b) => namedBy(b.place, context.levels, 0.3) - namedBy(a.place, context.levels, 0.3),
  )) {
    const unmet = unmetCondition(one.place, family, court, things)
    // On a condition it is free, otherwise the price beside it holds: the condition decides.
    const rival = priced.find(
      (other) =>
        !(
          unmet.isConditional &&
          other.line.path.at(-1) === one.place.line.path.at(-1) &&
          Math.abs(other.line.block - one.place.line.block) <= 2
        ) &&
        !isToldElsewhere(other, court) &&
        isOf(other, 0.45, named) &&
        compare(
          one.place,
          other,
          context,
          other.line.block === one.place.line.block ? Number.POSITIVE_INFINITY : context.ownLevels,
        ) > 0,
    )
    if (rival !== undefined) {
      isBeaten = true
      if (detail === "") detail = `«${text}» сказано не о том: в документах «${rival.label}».`
      continue
    }
    if (family.strict && things.length > 0 && !isOf(one.place) && namedBy(one.place, context.levels, 0.45) === 0) {
      if (detail === "") detail = `«${text}» в документах сказано о другом: «${one.place.line.text.slice(0, 120)}».`
      continue
    }
    const beyond = beyondOf(one.place, context, court)
    if (beyond !== null) {
      if (detail === "") detail = `«${text}»: ${beyond}, в документах «${one.place.line.text.slice(0, 160)}».`
      if (isOf(one.place)) return refusal(text, detail)
      continue
    }
    if (unmet.line !== null) {
      if (isOf(one.place) || detail === "") detail = `«${text}» в документах с условием: «${unmet.line.slice(0, 160)}».`
      // The same thing free on a condition: another thing's freedom proves nothing.
      if (isOf(one.place)) return refusal(text, detail)
      continue
    }
    return pass
  }
  return isBeaten || detail !== "" ? refusal(text, detail) : pass
}

const discount = families.find((one) => one.name === "discount")!

const isKnownToDocuments = (family: Family, court: Court) =>
  court.index.promises.some((one) => one.families.includes(family.name) && !one.isDenied) ||
  isFamily(family, court.view.turn)

const isToldElsewhere = (place: Place, court: Court) =>
  court.view.quantities.some((one) => one.kind === place.quantity.kind && sameNumber(one.value, place.quantity.value))

const verbish = /(?:ть|ться|аем|яем|уем|им|ем|ет|ит|ют|ят|ут|ат|ла|ли|ло|ся|сь|[йие]те|ую|аю|яю|ишь|ешь)$/u
const thingsIn = (clause: string, family: Family): ReadonlyArray<string> =>
  wordsOf(clause)
    .filter(
      (word) =>
        word.text.length > 3 &&
        !isFamily(family, word.text) &&
        !verbish.test(word.text) &&
        !/^(?:klient|nov|polnost|summ|uslov|predlag|mesyac|god|den|perv|zakaz|konechn|oplat|soversh|absolut)/u.test(
          word.stem,
        ),
    )
    .map((word) => word.stem)

const anyway =
  /(?<!\p{L})(?:в любом случае|даже если|без (?:всяких |каких-либо |дополнительных )?условий|независимо от|при любо(?:м|й)|не имеет значения|значения не имеет|неважно|не важно|заказывать (?:ничего )?не нужно|ничего заказывать)(?!\p{L})/iu

const conditionPattern =
  /(?<!\p{L})(?:при|если|только|кто|кажд\p{L}+, кто|для(?!\s+вс)|владельц\p{L}*|в день|начиная)\s+((?:[^\s,;.()—–]+\s*){1,4})/giu

/** The line whose condition (a sum, an amount, `при …`, `если …`) the draft neither tells nor shows to be met. */
const unmetCondition = (
  place: Place,
  family: Family,
  court: Court,
  things: ReadonlyArray<string> = [],
): { readonly isConditional: boolean; readonly line: string | null } => {
  const { view } = court
  const line = place.line.text
  const quantities = findQuantities(line)
  const at = place.quantity.index
  const end = at + place.quantity.text.length
  // Its own clause: between the plain prices on either side.
  const isPlain = (one: Quantity) => one.kind === "money" && (one.qualifier === null || one.qualifier === "about")
  let from = 0
  let to = line.length
  for (const one of quantities) {
    if (!isPlain(one)) continue
    const oneEnd = one.index + one.text.length
    if (oneEnd <= at) from = Math.max(from, oneEnd)
    else if (one.index >= end) to = Math.min(to, one.index)
  }
  for (const match of line.matchAll(/[;]/g)) {
    if (match.index < at) from = Math.max(from, match.index + 1)
    else to = Math.min(to, match.index)
  }
  const isShare = place.quantity.kind === "percent"
  // `От 50 страниц 10 %, от 100 страниц 15 %`: each share between its neighbours, after its threshold or before it.
  if (isShare) {
    for (const one of quantities) {
      if (one.kind !== "percent") continue
      if (one.index + one.text.length <= at) from = Math.max(from, one.index + one.text.length)
      else if (one.index >= end) to = Math.min(to, one.index)
    }
    if (quantities.some((one) => one.index >= from && one.index < at && one.qualifier !== null)) to = end
  }
  const clause = line.slice(from, to)
  const toldStems = mentionsIn([
    ...tokensIn(joinWithout(view.text), { start: 0, end: view.text.length }, view.quantities),
    ...tokensIn(view.turn, { start: 0, end: view.turn.length }, view.turnQuantities),
    ...tokensIn(view.earlier, { start: 0, end: view.earlier.length }, findQuantities(view.earlier)),
  ])
  const spoken = wordsOf(`${view.text} ${view.turn}`).map((word) => word.stem)
  let isConditional = false
  const told = [...view.quantities, ...court.clientQuantities]
  for (const found of quantities) {
    // `в радиусе 50 км`; `при заказе от 50 000` is a sum without its currency.
    const one: Quantity =
      found.qualifier === null && /(?:радиус\p{L}*|пределах)\s+$/iu.test(line.slice(0, found.index))
        ? { ...found, qualifier: "to" }
        : found.kind === "bare" && found.value >= 1000
          ? { ...found, kind: "money" }
          : found
    // `Для комплекта 10 кВт`: of no other.
    if (one.qualifier === null && one.kind === "count" && one.index >= from && one.index < to) {
      const lead = line.slice(Math.max(0, one.index - 24), one.index)
      const named = told.filter((other) => other.kind === "count" && sameUnit(other.unit, one.unit))
      if (
        /(?<!\p{L})для\s+(?:\p{L}+\s+)?$/iu.test(lead) &&
        named.length > 0 &&
        !named.some((other) => sameNumber(other.value, one.value))
      )
        return { isConditional: true, line }
      continue
    }
    if (one.index < from || one.index >= to || one.qualifier === null || one.qualifier === "about") continue
    if (one.kind !== "money" && one.kind !== "count" && one.kind !== "duration") continue
    // `до 500 000 ₸` caps a share.
    if (isShare && one.kind === "money" && one.qualifier === "to") continue
    // `замена в течение 14 дней` is a term, no threshold.
    if (one.kind === "duration" && one.qualifier !== "to" && one.qualifier !== "from") continue
    const alike = told.filter((other) =>
      one.kind === "money"
        ? other.kind === "money" || (other.kind === "bare" && other.value >= 1000)
        : other.kind === one.kind &&
          (one.kind === "duration" ? measured(other).scale === measured(one).scale : sameUnit(other.unit, one.unit)),
    )
    const met =
      alike.some(
        (other) =>
          sameNumber(measured(other).value, measured(one).value) ||
          (other.qualifier === null && admits(one, measured(other).value)),
      ) ||
      (one.kind !== "money" && alike.length === 0 && court.clientNumbers.some((number) => admits(one, number))) ||
      (one.kind !== "money" && one.kind !== "count" && alike.length === 0)
    isConditional = true
    if (!met) return { isConditional, line }
  }
  const conditions = [...clause.matchAll(conditionPattern)].filter(
    (match) => !/\d/.test(match[1]!) && !/^\s*\d/.test(clause.slice(match.index + match[0].length)),
  )
  for (const condition of conditions) {
    const named = wordsOf(condition[1]!).filter((word) => !isFamily(family, word.text) && word.text.length > 2)
    // What is promised meets no condition: `при аренде на неделю доставка бесплатно`.
    const last = named.at(-1)
    const isThing =
      named.length > 1 &&
      from + condition.index < at &&
      things.some((stem) => last !== undefined && likeness(stem, last.stem) > 0)
    const words = isThing ? named.slice(0, -1) : named
    if (words.length === 0) continue
    isConditional = true
    // `При ремонте` is told by `если ремонтируете`.
    const isTold = words.some(
      (word) =>
        toldStems.of(word.stem) > 0 || (word.stem.length >= 5 && spoken.some((stem) => stem.startsWith(word.stem))),
    )
    if (!isTold) return { isConditional, line }
  }
  return { isConditional, line: isConditional && anyway.test(view.text) ? line : null }
}

const inclusive =
  /(?<!\p{L})(?:вместе с(?:о)?|включая|в том числе)\s+(?:\p{L}+(?:ым|им|ой|ей)\s+)?(\p{L}{4,})(?=[\s,.!—–-])|(?<!\p{L})(\p{L}{4,})\s+(?:у нас\s+)?(?:уже\s+|тоже\s+|также\s+|сразу\s+)?(?:входит|входят|внутри|включ[её]н[аоы]?|в подарок|в\s+(?:цене|стоимости|сумме|пут[её]вке|комплекте|тарифе|пакете))(?!\p{L})/giu
/** `внутри панели, крепёж и счётчик`, `в цену входят …` */
const listing =
  /(?<!\p{L})(?:внутри|вход[ия]т|включает|включены)\s*:?\s+((?:[\p{L}-]+(?:\s+[\p{L}-]+){0,2}(?:,\s+|\s+и\s+)){1,7}[\p{L}-]+(?:\s+[\p{L}-]+)?)/giu

/** `Вместе с монтажом`, `доставка входит`: what the documents sell apart is not thrown in. */
const inclusionsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const found: Array<UngroundedClaim> = []
  const text = court.view.text.slice(0, 2000)
  const listed = [...text.matchAll(listing)].flatMap((match) =>
    match[1]!.split(/,|\s+и\s+/u).flatMap((item) => {
      const last = item.trim().split(/\s+/).at(-1) ?? ""
      return last.length < 4 || /^(?:а|в|во|на|к|по|для|с|со|от|до|и|но|он|она|они)\s/iu.test(item.trim())
        ? []
        : [{ index: match.index, 0: item.trim(), 1: undefined, 2: last }]
    }),
  )
  for (const match of [...text.matchAll(inclusive), ...listed]) {
    const noun = stemOf(match[1] ?? match[2]!)
    // `Панели, крепёж (монтаж на крышу)`: told of it without a sum.
    if (
      new RegExp(
        `\\([^()\\d]*(?<!\\p{L})${(match[1] ?? match[2]!).toLowerCase().replaceAll("ё", "е")}[^()\\d]*\\)`,
        "u",
      ).test(court.index.text)
    )
      continue
    if (
      /^(?:skidk|predoplat|rassroch|garant|oplat|summ|takzh|tozh|uzh|nedel|mesyac|god|den|chas|metr|kilometr|litr|shtuk|chelovek|minut)/u.test(
        noun,
      )
    )
      continue
    const context = contextOf(asClaim(match[0], match.index, null), court.view)
    if (hedged.test(clauseAt(context, court.view.text, match.index, match.index + match[0].length))) continue
    if (
      match[2] !== undefined &&
      /(?<!\p{L})(?:в|на|к|за|от|из|для|по|с|у)\s+$/iu.test(court.view.text.slice(0, match.index))
    )
      continue
    if (court.index.text.includes(match[0].toLowerCase().replaceAll("ё", "е").trim())) continue
    const speaks = (place: Place) =>
      wordsOf(`${place.near} ${place.line.head} ${headOf(place.line.text)}`).some(
        (word) => likeness(word.stem, noun) > 0,
      )
    const apart = court.index.places.filter(
      (place) =>
        (place.quantity.kind === "money" || place.quantity.kind === "percent") &&
        !place.isThreshold &&
        place.quantity.value > 0 &&
        speaks(place) &&
        !/скидк/iu.test(place.near),
    )
    if (apart.length === 0) continue
    const granted = court.index.promises
      .filter((one) => one.families.includes("included") || one.families.includes("free"))
      .map((one) => one.place)
      .filter((place) => [...place.tokens].some(([token, weight]) => weight >= 0.3 && likeness(token, noun) > 0))
    const isGranted = granted.some(
      (place) =>
        !apart.some((rival) => rival.line.block === place.line.block && compare(place, rival, context) > 0) &&
        !/(?<!\p{L})не\s+вход/iu.test(place.near),
    )
    if (isGranted) continue
    // A total that holds both is no gift.
    if (match[1] !== undefined) {
      const sums = court.view.quantities.filter(
        (one) => one.kind === "money" && one.index >= context.sentence.index && one.index < context.sentence.end,
      )
      const named = sums.map((sum) => court.settled.get(sum.index)).filter((place) => place !== undefined)
      if (
        sums.some((sum) => !court.index.places.some((place) => sameNumber(place.quantity.value, sum.value))) ||
        named.some((place) => place !== null && speaks(place))
      )
        continue
    }
    found.push(refusal(match[0], `«${match[0]}»: в документах это оплачивается отдельно: «${apart[0]!.label}».`))
  }
  return found
}

const due = "(?:пред|пере|до)?оплат|аванс|задат|залог|депозит|наценк|надбавк|комисси|доплат|штраф|взнос"
const denied = new RegExp(
  `(?<!\\p{L})за\\s+(срочност\\p{L}*|доставк\\p{L}*|выезд\\p{L}*|монтаж\\p{L}*|установк\\p{L}*|выходн\\p{L}*)\\s+(?:ничего\\s+)?не\\s+(?:добавля\\p{L}*|доплачива\\p{L}*|бер[её]м|плат\\p{L}*)|(?<!\\p{L})(?:без|не (?:нуж\\p{L}*|требуется|бер[её]м|понадобится)|нет)\\s+(?:никак\\p{L}+\\s+)?((?:${due})\\p{L}*)(?:\\s+за\\s+(\\p{L}+))?|(?<!\\p{L})((?:${due})\\p{L}*)(?:\\s+за\\s+(\\p{L}+))?\\s+(?:мы\\s+)?(?:нет|не (?:нуж\\p{L}*|требуется|бер[её]м|предусмотрен\\p{L}*))(?!\\p{L})`,
  "giu",
)

/** `Предоплаты нет` where the documents ask for half. */
const denialsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const found: Array<UngroundedClaim> = []
  for (const match of court.view.text.slice(0, 2000).matchAll(denied)) {
    const noun = (match[1] ?? match[2] ?? match[4])!.toLowerCase()
    if (/^(?:пере)?оплат/u.test(noun)) continue
    const context = contextOf(asClaim(match[0], match.index), court.view)
    // `Без предоплаты не начинаем`, `с собственников не берём, её платит арендатор`.
    const rest = context.sentence.text.slice(match.index - context.sentence.index + match[0].length)
    if (/^без/iu.test(match[0]) && /^[^.;!?]{0,60}(?<!\p{L})не\s/iu.test(rest)) continue
    if (/^[^.;!?]{0,40}(?:плат[ия]т|оплачива|бер[её]м с|только с)/iu.test(rest)) continue
    const reason = match[3] ?? match[5]
    const stems = [stemOf(noun), ...(reason === undefined ? [] : [stemOf(reason)])]
    const root = noun.slice(0, 5)
    if (
      court.index.lines.some(
        (line) =>
          new RegExp(
            `(?:без|нет|не (?:нужн|треб|бер))\\p{L}*\\s+${root}|${root}\\p{L}*\\s+(?:нет(?!\\p{L})|не (?:нужн|треб|бер))`,
            "iu",
          ).test(line.text) && !/(?<!\p{L})(?:если|при|кроме|только)(?!\p{L})/iu.test(line.text),
      )
    )
      continue
    const contrary = court.index.places.find(
      (place) =>
        (place.quantity.kind === "percent" ||
          place.quantity.kind === "money" ||
          (place.quantity.kind === "bare" && place.quantity.value >= 100)) &&
        place.quantity.value > 0 &&
        [...place.tokens].some(
          ([token, weight]) =>
            weight >= 0.5 &&
            stems.some((stem) => likeness(token, stem) > 0 || (stem.length > 5 && token.startsWith(stem.slice(0, 5)))),
        ) &&
        !/скидк/iu.test(place.near),
    )
    // `30 000 один раз, но при договоре на год взнос не берём`
    if (contrary !== undefined && court.view.quantities.some((one) => sameNumber(one.value, contrary.quantity.value)))
      continue
    // `Предоплата: одни сутки при брони`
    const asked = court.index.lines.find((line) =>
      new RegExp(`^\\P{L}*${root}\\p{L}*\\s*[:—–-]\\s*(?!нет|не\\s|без)`, "iu").test(line.text),
    )
    const against = contrary?.label ?? asked?.text.slice(0, 120)
    if (against !== undefined)
      found.push(refusal(match[0], `«${match[0]}»: в документах сказано обратное: «${against}».`))
  }
  return found
}

const always =
  /(?<!\p{L})(?:всегда|постоянно действу\p{L}*|в любой момент|в любое время|без ограничений|навсегда|неограниченн\p{L}*|пожизненн\p{L}*|бессрочн\p{L}*)(?!\p{L})/giu
const bounded =
  /(?<!\p{L})(?:скидк\p{L}*|бесплатн\p{L}*|гарант\p{L}*|верн\p{L}*|возврат\p{L}*|отмен\p{L}*|акци\p{L}*|рассрочк\p{L}*)(?!\p{L})|%/iu
/** `Скидка действует всегда`: an offer without the end that the documents give it. */
const endlessOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  [...court.view.text.matchAll(always)].flatMap((match) => {
    const sentence = court.view.sentences.findLast((one) => one.index <= match.index)
    if (sentence === undefined || !bounded.test(sentence.text) || /\?\s*$/.test(sentence.text)) return []
    const root = match[0]
      .toLowerCase()
      .replaceAll("ё", "е")
      .replace(/(?<=(?:пожизненн|бессрочн|неограниченн))\p{L}*$/u, "")
    return court.index.text.includes(root) ? [] : [refusal(match[0], `«${match[0]}»: такого в документах нет.`)]
  })

const ratio =
  /(?<!\p{L})(?:за\s+полцены|полцены|(?:в\s+|на\s+)?половин\p{L}+\s+(?:цен\p{L}*|стоимост\p{L}*)|скидк\p{L}*\s+(?:в\s+|на\s+)?(?:половин\p{L}*|вполовину|треть|четверть|наполовину)|в?двое\s+(?:дешевле|меньше|выгоднее)|втрое\s+(?:дешевле|меньше)|(?:двойн|тройн)\p{L}+\s+(?:цен\p{L}*|стоимост\p{L}*|сумм\p{L}*)|[XVIХ]+\s+процент\p{L}*)(?!\p{L})/giu

/** `Скидка в половину`, `за полцены`: a share told in words. A comparison of two true sums is arithmetic. */
const ratiosOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  [...court.view.text.matchAll(ratio)].flatMap((match) => {
    const context = contextOf(asClaim(match[0], match.index), court.view)
    if (hedged.test(context.sentence.text)) return []
    const sums = court.view.quantities.filter(
      (one) =>
        one.index >= context.sentence.index &&
        one.index < context.sentence.end &&
        (one.kind === "money" || one.kind === "percent") &&
        court.settled.has(one.index),
    )
    const isKnown =
      court.index.text.search(ratio) >= 0 ||
      (/полов|полцен|двое/iu.test(match[0]) &&
        court.index.places.some((place) => place.quantity.kind === "percent" && place.quantity.value === 50))
    return sums.length > 0 || isKnown ? [] : [refusal(match[0], `«${match[0]}»: такого в документах нет.`)]
  })

const deferral =
  /(?<!\p{L})(?:(?:за|о)?плат\p{L}+|рассчита\p{L}+)\s+(?:\p{L}+\s+){0,2}(?:при получении|после получения|потом|после)(?!\p{L})/iu
const upFront =
  /(?<!\p{L})(?:предоплат|аванс|вперед|вперёд|оплат\p{L}*[^.;]{0,20}\s(?:до|перед) (?:отправк|отгрузк|выдач)|наложенн\p{L}+ платеж\p{L}+ не)/iu

/** `Оплатите всё при получении` where the documents ask for money first. */
const deferralsOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    const match = deferral.exec(sentence.text)
    if (match === null || hedged.test(sentence.text) || question.test(sentence.text) || upFront.test(court.view.text))
      return []
    if (/остат|остальн|вторую|доплат|%/iu.test(sentence.text)) return []
    const asked = court.index.lines.find(
      (line) => upFront.test(line.text) && !/без предоплат|предоплат\p{L}* (?:нет|не )/iu.test(line.text),
    )
    return asked === undefined || /(?:оплат\p{L}*|рассч\p{L}*)\s+(?:при|после) получени/iu.test(court.index.text)
      ? []
      : [refusal(match[0], `«${match[0]}»: в документах «${asked.text.slice(0, 120)}».`)]
  })

const ofDiscount = /(?<!\p{L})(?:скидк|скидок|минус|дешевле|выгод|эконом|акци|бронирован)|[-−–]\s?\d+\s?%/iu

/** A true share or sum, told beyond its conditions, to those it leaves out, or after its end. */
const sharesOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view } = court
  return view.quantities.flatMap((claim) => {
    const isGuarantee =
      claim.kind === "duration" && /(?<!\p{L})гаранти/iu.test(contextOf(claim, court.view).sentence.text)
    if (claim.kind !== "percent" && claim.kind !== "money" && !isGuarantee) return []
    const place = court.settled.get(claim.index)
    if (place === undefined || place === null || place.source !== "text") return []
    const context = contextOf(claim, court.view)
    if (hedged.test(context.near) || question.test(context.sentence.text)) return []
    const told = (detail: string) => [
      refusal(claim.text, `«${claim.text}»: ${detail}, в документах «${place.line.text.slice(0, 160)}».`),
    ]
    if (isGuarantee) {
      // `10 лет в любом случае` where in some case it is five.
      const other = anyway.test(view.text)
        ? court.index.places.find(
            (one) =>
              one !== place &&
              one.quantity.kind === "duration" &&
              /гаранти/iu.test(one.line.text) &&
              !sameNumber(measured(one.quantity).value, measured(place.quantity).value) &&
              conditionPattern.test(`${one.line.text} `.replace(/(?<!\p{L})без\s/giu, "если ")) &&
              [...place.tokens].some(
                ([token, weight]) =>
                  weight >= 0.9 && token !== "god" && token !== "garant" && (one.tokens.get(token) ?? 0) >= 0.9,
              ),
          )
        : undefined
      conditionPattern.lastIndex = 0
      if (other !== undefined) return told(`бывает и иначе: «${other.line.text.slice(0, 100)}»`)
      const beyond = beyondOf(place, context, court)
      return beyond !== null && !/\?\s*$/.test(context.sentence.text)
        ? told(beyond)
        : anyway.test(view.text) && unmetCondition(place, discount, court).isConditional
          ? told("условие не названо")
          : []
    }
    // `Первое занятие 1 500 (кроме реформера)`
    if (
      claim.kind === "money" &&
      /(?<!\p{L})кроме\s/iu.test(place.line.text.slice(place.quantity.index)) &&
      beyondOf(place, context, court) === "исключение"
    )
      return told("исключение")
    if (claim.kind === "money") return isOver(place, court) ? told("срок прошёл") : []
    // `Срочно +50 %, кроме апостиля`
    if (/(?<!\p{L})кроме\s/iu.test(place.line.text) && beyondOf(place, context, court) === "исключение")
      return told("исключение")
    if (!ofDiscount.test(context.sentence.text) || !ofDiscount.test(place.line.text)) return []
    const beyond = beyondOf(place, context, court)
    if (beyond !== null) return told(beyond)
    return unmetCondition(place, discount, court).line === null ? [] : told("условие не названо")
  })
}

/** A surcharge on certain days that the price told for such a day leaves out. */
const surchargesOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view } = court
  const told = view.daysAt(0, view.text.length) || view.turnDays
  if (told === 0) return []
  const extra = court.index.lines.find(
    (line) =>
      line.days !== 0 &&
      (line.days & told) === told &&
      /(?<!\p{L})(?:надбавк|наценк|доплат|дороже)|\+\s?\d+\s?%/iu.test(line.text) &&
      findQuantities(line.text).some((one) => one.kind === "percent"),
  )
  if (extra === undefined) return []
  const percents = findQuantities(extra.text).filter((one) => one.kind === "percent")
  if (view.quantities.some((one) => one.kind === "percent" && percents.some((other) => other.value === one.value)))
    return []
  const plain = view.quantities.filter((one) => {
    if (one.kind !== "money" || one.per !== null) return false
    const place = court.settled.get(one.index)
    return (
      place !== undefined &&
      place !== null &&
      sameNumber(place.quantity.value, one.value) &&
      place.source === "text" &&
      place.days === 0 &&
      place.quantity.kind === "money"
    )
  })
  if (
    plain.length === 0 ||
    view.quantities.some(
      (one) =>
        one.kind === "money" &&
        percents.some((percent) =>
          plain.some((base) => sameNumber(one.value, (base.value * (100 + percent.value)) / 100)),
        ),
    )
  )
    return []
  if (/(?<!\p{L})(?:будн|надбавк|наценк|доплат)/iu.test(view.text)) return []
  return [refusal(plain[0]!.text, `«${plain[0]!.text}» без надбавки этих дней: «${extra.text.slice(0, 120)}».`)]
}
