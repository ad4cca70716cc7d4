/**
 * Sums that a seller may work out: a small closed search over prices on the table, numbers that were named and shares that
 * are granted; two steps at most, exact. It promises that a stated result which no such way reaches is not proved; not
 * that the way found is the one that was meant.
 */
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, wordsOf } from "../knowledge/wording.ts"
import type { Context, DraftView, Level } from "./claim-context.ts"
import { levelOfText } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { admits, isComparable, measured, perKey, sameNumber, unitKey } from "./figure.ts"
import { compare, namedBy } from "./naming.ts"
import type { Place } from "./place.ts"
import { isTimeUnit } from "./place.ts"
import { isOnTop } from "./rival.ts"
import { areasIn, overs } from "./talk.ts"
import { isElsewhere, isOnOtherDay } from "./weighing.ts"

interface Leaf {
  readonly value: number
  /** `от`: whatever comes of it is `от`, too; `до` likewise. */
  readonly open: boolean
  readonly cap: boolean
  readonly place: Place | null
  /** Stands in the draft itself. */
  readonly isOwn: boolean
  /** Where it stands in the draft. */
  readonly at: number
  readonly pers: ReadonlyArray<string>
}
interface Made extends Leaf {
  /** Where the draft's own figures stand that it is made of. */
  readonly uses: ReadonlyArray<number>
}
/** The same figure twice is no sum. */
const areOne = (one: Leaf, other: Leaf) =>
  one.isOwn && other.isOwn ? one.at === other.at : one.place !== null && one.place === other.place
/** What may be divided, and what a whole divides into. */
const divisionCue =
  /(?<!\p{L})(?:рассрочк\p{L}*|част\p{L}*|платеж\p{L}*|платёж\p{L}*|обходится|на каждого|с каждого|каждый|одн[ау]\s+\p{L}+\s+сто[ия]т|разбить|дел(?:ят|им|ить|ится)\p{L}*|раздел\p{L}*|по|выход\p{L}*|выйд\p{L}*|получ\p{L}*|равн\p{L}*|то есть|за (?:одн\p{L}*|занят\p{L}*|урок|штук\p{L}*|раз|шт)|половин\p{L}*|вдвое|в месяц|вместо|треть|экземпляр\p{L}*|штук\p{L}*|ежемесячн\p{L}*)(?!\p{L})/iu

const sumCue =
  /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|плюс|получ\p{L}*|выйд\p{L}*|выход\p{L}*|обойд\p{L}*|общ\p{L}*|составит|с уч[её]том|под ключ|комплект\p{L}*|барлығы|значит|то есть|ориентируйтесь|заложите|готовьте)(?!\p{L})|[+=]/iu
const differenceCue =
  /(?<!\p{L})(?:дешевле|дороже|выгод\p{L}*|эконом\p{L}*|разниц\p{L}*|скидк\p{L}*|меньше|больше|ниже|выше|остат\p{L}*|оста\p{L}+|доплат\p{L}*|минус|вместо|вычет\p{L}*|вычит\p{L}*|вычт\p{L}*|предоплат\p{L}*|тогда|без(?!\s+(?:переплат|процент|выходн|предоплат|лишн))|остальн\p{L}*|засчит\p{L}*|лишн\p{L}*|не хватает|добавить)(?!\p{L})/iu

const operandsMax = 14
const namedMax = 10

const same = (made: number, claim: Quantity) =>
  sameNumber(made, claim.value) ||
  (claim.qualifier === "about" && Math.abs(made - claim.value) < Math.max(0.5, claim.value * 0.001)) ||
  (!Number.isInteger(made) && Math.abs(made - claim.value) <= 0.5 && Number.isInteger(claim.value) && claim.value > 100)

/** Prices of the documents that the words around the claim name, none of them beaten by its like. */
const namedPrices = (
  claim: Quantity,
  context: Context,
  court: Court,
): ReadonlyArray<{ readonly leaf: Leaf; readonly isClear: boolean }> => {
  const pool = court.index.places.filter(
    (place) =>
      (place.quantity.kind === "money" || (place.quantity.kind === "bare" && place.quantity.value >= 100)) &&
      !place.isThreshold &&
      isComparable({ ...claim, kind: "money", unit: claim.unit ?? place.quantity.unit }, place.quantity),
  )
  const scored = pool
    .map((place) => {
      const nearby = namedBy(place, context.levels.slice(0, context.ownLevels), 0.5)
      return { place, nearby, score: namedBy(place, context.levels, 0.5) + 2 * nearby }
    })
    .filter((one) => one.score >= 0.6 || pool.length <= 2)
    .sort((one, other) => other.score - one.score)
    .slice(0, 40)
  // Two things named in one sentence are both meant: `механика дешевле автомата`.
  return scored
    .filter(
      ({ place, nearby }) =>
        !scored.some(
          ({ place: rival }) =>
            rival !== place &&
            rival.quantity.value !== place.quantity.value &&
            areLike(place, rival) &&
            !(isOnTop(rival) && !isOnTop(place)) &&
            compare(place, rival, context, nearby > 0.6 ? context.ownLevels : Number.POSITIVE_INFINITY) > 0,
        ),
    )
    .slice(0, namedMax)
    .filter(({ place }) => !isOnOtherDay(place, pool, context) && !isElsewhere(place, context))
    .flatMap(({ place, nearby }) =>
      leavesOf(place.quantity, place, false).map((leaf) => ({
        leaf,
        isClear:
          nearby >= 0.6 || pool.length <= 2 || namedBy(place, context.levels.slice(context.ownLevels), 0.9) >= 0.8,
      })),
    )
}

/** Two rows of a table, two lines of a list: only such compete for a name. */
const areLike = (one: Place, other: Place): boolean => {
  if (one.line.block === other.line.block) return true
  let common = 0
  for (const [token, weight] of one.tokens) if (weight >= 0.7 && (other.tokens.get(token) ?? 0) >= 0.7) common++
  return common > 0
}

const leavesOf = (quantity: Quantity, place: Place | null, isOwn: boolean): ReadonlyArray<Leaf> => {
  const leaf: Leaf = {
    value: quantity.value,
    open: quantity.qualifier === "from" || quantity.qualifier === "over" || quantity.to !== null,
    cap: quantity.qualifier === "to",
    place,
    isOwn,
    at: quantity.index,
    pers: place?.pers ?? (quantity.per === null ? [] : [quantity.per]),
  }
  return quantity.to === null ? [leaf] : [leaf, { ...leaf, value: quantity.to, open: false, cap: true }]
}

const halves: ReadonlyArray<readonly [number, RegExp]> = [
  [
    2,
    /(?<!\p{L})(?:половин\p{L}*|пополам|вдвое|вдвоем|вдвоём|двоих|обоих|оба|обе|пар[аыу]|двойн\p{L}*|туда и обратно|в обе стороны)(?!\p{L})/iu,
  ],
  [3, /(?<!\p{L})(?:треть|втрое|втроем|втроём|троих)(?!\p{L})/iu],
  [4, /(?<!\p{L})(?:четверть|вчетвером|четверых)(?!\p{L})/iu],
  [6, /(?<!\p{L})(?:полгода|полугод\p{L}*)(?!\p{L})/iu],
  [12, /(?<!\p{L})(?:год|года|году|годов\p{L}*)(?!\p{L})/iu],
  [7, /(?<!\p{L})(?:недел[яюи])(?!\p{L})/iu],
  [3, /(?<!\p{L})(?:квартал\p{L}*)(?!\p{L})/iu],
]

const bothWays = /(?<!\p{L})(?:туда и обратно|в обе стороны)(?!\p{L})/iu

/** `2 месяца в подарок`, `скидка 2 месяца` */
const savedMonths =
  /(\d{1,2}|один|два|три) месяц\p{L}* (?:бесплатн|в подарок)|(?:скидк\p{L}*|эконом\p{L}*)(?: в| [—–-])? (\d{1,2}|один|два|три) месяц/giu

/** A year has twelve months, or as many as the documents have one pay for. */
const isYearOf = (count: number, court: Court): boolean =>
  count === 12 ||
  new RegExp(
    `плат\\p{L}+[^.]{0,12} за ${count}(?!\\d)|(?<!\\d)${12 - count}\\s+месяц\\p{L}*\\s+(?:бесплатн|в подарок)|скидк\\p{L}*(?: в| [—–-])? ${12 - count}\\s+месяц`,
    "u",
  ).test(court.index.text)
const ofYear = /(?<!\p{L})(?:за|в)\s+(?:весь\s+)?год(?!\p{L})/iu

const termCue =
  /(?<!\p{L})(?:срок|готов|изготов|пошив|сшив|достав|привез|сдела|занима|займ[её]т|пут|будет|через|установ|монтаж|выполн)/iu

/** Numbers that may multiply or divide: said in the draft or by the client, or written in the line of the price. */
const countsFor = (claim: Quantity, context: Context, court: Court): ReadonlyArray<number> => {
  const counts = new Set<number>()
  const put = (value: number) => {
    if (value > 1 && value <= 2000) counts.add(value)
  }
  // A term multiplies nothing, nor does the number in a name: `15–20 рабочих дней`, `М400`.
  let told = court.view.text
  for (const one of [...court.view.quantities].reverse())
    if (
      one === claim ||
      one.index === claim.index ||
      (one.kind === "duration" &&
        (one.workingDays || one.to !== null) &&
        termCue.test(court.view.text.slice(Math.max(0, one.index - 40), one.index)))
    )
      told = `${told.slice(0, one.index)}${" . ".padEnd(one.text.length)}${told.slice(one.index + one.text.length)}`
  for (const number of numbersIn(told.replace(/(?<!\p{L})\p{Lu}-?\d+/gu, " ").replace(/(\d)-(?=\d)/g, "$1 - ")))
    put(number)
  for (const number of court.clientNumbers) put(number)
  // `Баннер 3×2 м`, `комната 3 на 4`: its area.
  for (const area of areasIn(`${court.view.text}\n${court.view.turn}\n${court.view.earlier}`)) put(area)
  for (const over of overs(court)) put(over)
  const said = `${court.view.text}\n${court.view.turn}\n${court.view.lastBot}\n${court.view.earlier}`
  for (const [value, pattern] of halves) if (pattern.test(said)) put(value)
  for (const match of said.matchAll(/(?<!\p{L})(дв(?:у|ой)|тр[её]|тро|четыр[её]|пяти|шести)[хй]?(?=\p{L}{4})/giu))
    put(
      match[1]!.toLowerCase().startsWith("дв")
        ? 2
        : match[1]!.toLowerCase().startsWith("тр")
          ? 3
          : match[1]!.toLowerCase().startsWith("ч")
            ? 4
            : match[1]!.toLowerCase() === "пяти"
              ? 5
              : 6,
    )
  // `платите за 10 месяцев`, `2 месяца в подарок`
  for (const match of court.index.text.matchAll(/плат\p{L}+ (?:только )?за (\d{1,2})(?!\d)/gu)) put(Number(match[1]))
  for (const match of `${court.index.text} ${said}`.matchAll(savedMonths))
    put(12 - (numbersIn(match[1] ?? match[2]!)[0] ?? 1))
  if (/комплект/iu.test(said) && /шин|колес|колёс|резин/iu.test(said)) put(4)
  // `0-0-12`
  for (const match of `${court.view.text} ${court.index.text}`.matchAll(/(?<!\d)0-0-(\d{1,2})(?!\d)/g))
    if (/рассроч|част|платеж|в месяц|0-0/iu.test(context.sentence.text)) put(Number(match[1]))
  return [...counts].slice(0, 40)
}

/** Whether another line sells this many at a price of its own: `пакет из 10 — 60 000`, `от 5 бутылей по 1 000`. */
const hasOwnPrice = (leaf: Leaf, count: number, court: Court): boolean => {
  const place = leaf.place
  if (place === null) return false
  return court.index.places.some((other) => {
    if (
      other === place ||
      other.quantity.kind !== "money" ||
      other.quantity.value === place.quantity.value ||
      other.isThreshold ||
      !areLike(other, place)
    )
      return false
    return other.bounds.some((bound) => {
      const mine = place.bounds.find((one) => one.unit === bound.unit)
      if (mine === undefined || bound.quantity.qualifier !== "from") return false
      return (
        admits(bound.quantity, count) &&
        (!admits(mine.quantity, count) || measured(bound.quantity).value > measured(mine.quantity).value) &&
        sameButFor(place, other)
      )
    })
  })
}
/** The same thing at another number: the names differ in numbers only. */
const sameButFor = (one: Place, other: Place) => {
  for (const [token, weight] of one.tokens)
    if (weight >= 0.8 && !token.startsWith("#") && (other.tokens.get(token) ?? 0) < 0.3) return false
  return true
}

/** Whether the price is for another number of them, and its row has one for this. */
const isOfOtherTier = (place: Place, count: number, court: Court): boolean => {
  const bound = place.bounds.find(
    (one) => one.quantity.kind === "count" && (one.quantity.to !== null || one.quantity.qualifier === "from"),
  )
  if (bound === undefined || admits(bound.quantity, count)) return false
  const isTold = [...court.view.quantities, ...court.view.turnQuantities].some(
    (one) =>
      one.kind === "count" && one.value === count && (unitKey(one.unit ?? "") === bound.unit || bound.unit === "штука"),
  )
  if (!isTold) return false
  return court.index.places.some(
    (other) =>
      other !== place &&
      other.line.block === place.line.block &&
      other.quantity.kind === place.quantity.kind &&
      sameButFor(place, other) &&
      other.bounds.some((one) => one.unit === bound.unit && isRanged(one.quantity) && admits(one.quantity, count)),
  )
}
const isRanged = (one: Quantity) => one.to !== null || one.qualifier !== null

/** `поштучно было бы 90 000`, `вместо 60 000`: what nobody pays, so that a package may cost less. */
const supposed =
  /(?<!\p{L})(?:поштучно|по отдельности|по одно(?:й|му)|отдельно|вместо|против|(?:было|вышло|стоило|получилось|обошлось) бы)(?!\p{L})[^.;!?]*$/iu

const multiplied = (
  leaf: Leaf,
  counts: ReadonlyArray<number>,
  claim: Quantity,
  context: Context,
  court: Court,
): ReadonlyArray<Made> => {
  const made: Array<Made> = []
  const lineCounts =
    leaf.place === null
      ? []
      : leaf.place.bounds.map((bound) => bound.quantity.value).filter((value) => value > 1 && value <= 2000)
  const monthly = leaf.pers.includes("месяц")
  // What has a price per month is not divided into months.
  const isSoldSo =
    claim.per !== null &&
    leaf.place !== null &&
    court.index.places.some(
      (other) =>
        other !== leaf.place &&
        other.line === leaf.place!.line &&
        other.quantity.kind === "money" &&
        other.pers.includes(perKey(claim.per!)),
    )
  const mayDivide =
    (divisionCue.test(context.sentence.text) || (claim.per !== null && !isTimeUnit(perKey(claim.per)))) && !isSoldSo
  const isSupposed = supposed.test(context.before.slice(-60))
  // The parts of what was just told are its own: `стоит 165 000, в рассрочку три платежа по …`.
  const isPartOfTold =
    !leaf.isOwn &&
    court.view.quantities.some(
      (one) =>
        one.kind === "money" &&
        one.index >= context.sentence.index &&
        one.index < claim.index &&
        court.settled.has(one.index),
    )
  for (const count of new Set([...counts, ...lineCounts])) {
    if (count === 12 && leaf.pers.some((per) => per === "год")) {
      made.push({ ...leaf, value: leaf.value / 12, uses: [leaf.at] })
      continue
    }
    if ((monthly || !leaf.pers.includes("год")) && ofYear.test(context.near) && !isYearOf(count, court)) continue
    // `50–99 — 4 400` is no price for forty.
    if (leaf.place !== null && isOfOtherTier(leaf.place, count, court)) continue
    if (claim.per === "год" && monthly && count !== 12 && count !== 10 && count !== 11) continue
    if (
      claim.per !== null &&
      isTimeUnit(claim.per) &&
      monthly &&
      claim.per === "месяц" &&
      count === 12 &&
      leaf.isOwn &&
      !/(?:рассроч|част|платеж|выход|получ|то есть)/iu.test(context.sentence.text)
    )
      continue
    if (isSupposed || !hasOwnPrice(leaf, count, court))
      made.push({ ...leaf, value: leaf.value * count, uses: [leaf.at] })
    if (mayDivide && !isPartOfTold) made.push({ ...leaf, value: leaf.value / count, uses: [leaf.at] })
  }
  return made
}

const shared = (leaf: Leaf, percents: ReadonlyArray<Share>, isDearer: boolean): ReadonlyArray<Made> =>
  percents.flatMap(({ value, cap, isAdded }) => [
    { ...leaf, value: (leaf.value * value) / 100, cap: leaf.cap || cap, uses: [leaf.at] },
    { ...leaf, value: (leaf.value * (100 - value)) / 100, open: leaf.open || cap, uses: [leaf.at] },
    ...(isDearer || isAdded ? [{ ...leaf, value: (leaf.value * (100 + value)) / 100, uses: [leaf.at] }] : []),
  ])

const dearer =
  /\+\s?\d|(?<!\p{L})(?:наценк|надбавк|доплат|дороже|срочн|сверху|плюс|выходн|праздн|воскресень|суббот|ночн|обслужив|ндс|монтаж|комисси|сервис|сбор|добав|всего|итого|вместе)/iu

interface Share {
  readonly value: number
  readonly cap: boolean
  /** `+30 %`, `дороже на 10 %`: comes on top. */
  readonly isAdded: boolean
}
const onTop = /(?:\+\s*|(?:дороже|наценк\p{L}*|надбавк\p{L}*|плюс)\s+(?:на\s+|в\s+)?)$/iu

const percentsFor = (context: Context, court: Court): ReadonlyArray<Share> => {
  const percents = new Map<string, Share>()
  const put = (value: number, cap: boolean, isAdded = false) =>
    percents.set(`${value}`, { value, cap, isAdded: isAdded || percents.get(`${value}`)?.isAdded === true })
  for (const place of court.index.places)
    if (
      place.quantity.kind === "percent" &&
      namedBy(place, context.levels, 0.55) > 0.6 &&
      // `Монтаж 10 % от стоимости комплекта` is no share of a kit asked for without it.
      headsOf(place).every((head) => context.levels.some((level) => level.mentions.of(head) > 0))
    )
      put(
        place.quantity.value,
        place.quantity.qualifier === "to",
        onTop.test(place.line.text.slice(0, place.quantity.index)) || /^\+/.test(place.quantity.text),
      )
  for (const place of court.said)
    if (place.quantity.kind === "percent") put(place.quantity.value, place.quantity.qualifier === "to")
  for (const one of court.view.quantities)
    if (one.kind === "percent" && court.settled.has(one.index)) put(one.value, one.qualifier === "to")
  return [...percents.values()].slice(0, 12)
}

/** What a share is for, where its line says so in one word: `Монтаж 10 %`. */
const headsOf = (place: Place): ReadonlyArray<string> => {
  const lead = /^(\p{Lu}\p{L}{3,})\s*(?:[—–:-]\s*)?$/u.exec(place.line.text.slice(0, place.quantity.index))
  const isOfOther = /^[^.;]{0,6}от\s+(?:стоимост|цен|сумм)/iu.test(
    place.line.text.slice(place.quantity.index + place.quantity.text.length),
  )
  return lead === null || !isOfOther ? [] : wordsOf(lead[1]!).map((word) => word.stem)
}

/** `итого`, `вместе`: the total of everything just told. */
const totalCue =
  /(?<!\p{L})(?:вместе|итого|всего|в сумме|общ\p{L}+ (?:сумм\p{L}*|стоимост\p{L}*)|барлығы)(?!\p{L})[^.!?]{0,40}$/iu

/** `Блок из 10 тренировок` has a price of its own. */
const isPackage = /(?<!\p{L})(?:блок|пакет|абонемент|набор|сет|комплект|курс)\p{L}*\s+(?:из|на)\s/iu

const withoutNumbers = (level: Level): Level => ({
  ...level,
  mentions: { ...level.mentions, of: (token) => (token.startsWith("#") ? 0 : level.mentions.of(token)) },
})

/** Where the addends of a total begin: in its sentence, or in the one before, or in the list before. */
const addendsFrom = (claim: Quantity, context: Context, court: Court): number => {
  const opens = !court.view.quantities.some(
    (one) =>
      (one.kind === "money" || (one.kind === "bare" && one.value >= 100)) &&
      one.index >= context.sentence.index &&
      one.index < claim.index,
  )
  if (!opens) return context.sentence.index
  const before = court.view.sentences.filter((one) => one.index < context.sentence.index)
  let at = before.length - 1
  while (at > 0 && isItem.test(before[at]!.text) && isItem.test(before[at - 1]!.text)) at--
  return before[at]?.index ?? context.sentence.index
}
const isItem = /^\s*(?:[•·*–—-]|\d[.)])\s/u

/** Addends told right before a total that the total leaves out: `2 900, 9 800 и 600, вместе 12 700`. */
const leavesOut = (uses: ReadonlyArray<number>, claim: Quantity, context: Context, court: Court): boolean => {
  if (!totalCue.test(context.before)) return false
  const cue =
    context.sentence.index +
    context.before.search(/(?<!\p{L})(?:вместе|итого|всего|в сумме|общ\p{L}+ (?:сумм|стоимост)|барлығы)/iu)
  const from = addendsFrom(claim, context, court)
  const told = court.view.quantities.filter(
    (one) =>
      (one.kind === "money" || (one.kind === "bare" && one.value >= 100)) &&
      one.index >= from &&
      one.index < cue &&
      one.index < claim.index,
  )
  if (uses.filter((at) => told.some((one) => one.index === at)).length < 2) return false
  return told.some((one) => {
    if (uses.includes(one.index)) return false
    const lead = court.view.text.slice(Math.max(from, one.index - 40), one.index)
    const trail = court.view.text.slice(one.index, one.index + one.text.length + 12)
    // A price of one piece, a contrast or an option is no addend.
    return (
      one.per === null &&
      one.to === null &&
      one.qualifier === null &&
      !told.some(
        (sum) =>
          uses.includes(sum.index) &&
          sum.index > one.index &&
          told.some((other) => other !== one && sameNumber(other.value + one.value, sum.value)),
      ) &&
      !/(?<!\p{L})(?:по|вместо|против|если|без|от|обычн\p{L}*|скидк\p{L}*|экономи\p{L}*|при заказе)\s+(?:\p{L}+\s+){0,2}$/iu.test(
        lead,
      ) &&
      !/за (?:шт|един|кажд|одн)|\/\s?шт/iu.test(trail) &&
      !told.some(
        (other) =>
          other.index > one.index &&
          other.value > one.value &&
          Number.isInteger(other.value / one.value) &&
          other.value / one.value <= 200 &&
          uses.includes(other.index),
      )
    )
  })
}

const addOn = /(?<!\p{L})(?:с|со|плюс|и)\s+\p{L}{4,}/giu
const hasAddOn = (text: string) => text.search(addOn) >= 0
/** `Кварцвинил 80 м² с укладкой`: the thing alone. */
const withoutAddOns = (view: DraftView): Level => levelOfText(view.turn.replace(addOn, " "))

/** The place that a proof rests on, or null where none is found. */
export const derive = (
  claim: Quantity,
  context: Context,
  court: Court,
  ownOnly: boolean,
  mayDivide = true,
): { readonly place: Place | null } | null => {
  const { view } = court
  const sentence = context.sentence.text
  const claimOpen =
    claim.qualifier === "from" ||
    claim.qualifier === "over" ||
    claim.qualifier === "about" ||
    /(?<!\p{L})(?:минимум|начина\p{L}*|не менее|примерно|ориентир\p{L}*|самы[ейх]\s+\p{L}+)(?!\p{L})/iu.test(sentence)
  const claimCap =
    claim.qualifier === "to" ||
    claim.qualifier === "about" ||
    /(?<!\p{L})(?:максимум|может составить|примерно)(?!\p{L})/iu.test(sentence)
  const mayFrom = claim.qualifier !== "from" && claim.qualifier !== "to"
  // `минимум 2 часа, то есть от 40 000`
  const isLeast =
    claim.qualifier === "from" &&
    view.quantities.some(
      (one) =>
        one.qualifier === "from" &&
        (one.kind === "count" || one.kind === "duration") &&
        one.index < claim.index &&
        court.settled.has(one.index),
    )
  const isReached = (one: Leaf) =>
    same(one.value, claim) &&
    (!one.open || claimOpen || one.cap) &&
    (!one.cap || claimCap || one.open) &&
    (mayFrom || isLeast || one.open || one.cap)
  const own = view.quantities
    .filter(
      (other) =>
        other.index !== claim.index &&
        (other.kind === "money" ||
          (other.kind === "bare" &&
            (other.value >= 100 || court.settled.get(other.index)?.quantity.kind === "money"))) &&
        court.settled.has(other.index),
    )
    .filter((other) => other.value !== claim.value)
    .flatMap((other) => leavesOf(other, court.settled.get(other.index) ?? null, true))
    .slice(0, operandsMax)
  const scored = ownOnly ? [] : namedPrices(claim, context, court)
  // The number of pieces names no other thing that is called by a number: `4 коробки` and `бумага А4`.
  const numberless =
    ownOnly || isPackage.test(context.near)
      ? []
      : namedPrices(claim, { ...context, levels: context.levels.map(withoutNumbers) }, court)
          .filter((one) => one.isClear)
          .map((one) => one.leaf)
  // What the same row asks otherwise: `поштучно было бы 90 000`, `вместо 384 000 по месячной цене`.
  const siblings =
    !ownOnly && supposed.test(context.before.slice(-60))
      ? court.index.places
          .filter(
            (place) =>
              (place.quantity.kind === "money" || (place.quantity.kind === "bare" && place.quantity.value >= 100)) &&
              own.some((leaf) => leaf.place !== null && leaf.place !== place && leaf.place.line === place.line),
          )
          .slice(0, namedMax)
          .flatMap((place) => leavesOf(place.quantity, place, false))
      : []
  const named = [...scored.map((one) => one.leaf), ...numberless, ...siblings]
  // What its own sentence or the question names clearly.
  const strong = scored.filter((one) => one.isClear).map((one) => one.leaf)
  // A sum or a difference is of all that its sentence names: `масло и фильтр — 20 800`.
  const isDifference = differenceCue.test(sentence)
  const isJoint = /(?<!\p{L})(?:и|с|со|плюс)\s+\p{L}/iu.test(context.gap)
  const isCued = sumCue.test(sentence) || isDifference || isJoint
  const wide =
    ownOnly || !isCued
      ? []
      : namedPrices(claim, { ...context, levels: context.levels.slice(context.ownLevels - 1), ownLevels: 1 }, court)
          .filter((one) => one.isClear)
          .map((one) => one.leaf)
  // `60 %, то есть 156 000`: of what was asked about, with what comes with it and without.
  const asked = ownOnly
    ? []
    : [context.levels.slice(context.ownLevels), ...(hasAddOn(view.turn) ? [[withoutAddOns(view)]] : [])]
        .flatMap((levels) => namedPrices(claim, { ...context, levels, ownLevels: 0 }, court))
        .filter((one) => one.isClear)
        .map((one) => one.leaf)
  const told = ownOnly
    ? []
    : court.said
        .filter((place) => place.quantity.kind === "money")
        .slice(-8)
        .flatMap((place) => leavesOf(place.quantity, place, false))
  const client = ownOnly
    ? []
    : court.clientQuantities
        .filter((one) => (one.kind === "money" || one.kind === "bare") && one.value >= 1000)
        .slice(0, 4)
        .flatMap((one) => leavesOf(one, null, false))
  const counts = countsFor(claim, context, court)
  const percents = percentsFor(context, court)
  const isDearer = dearer.test(sentence) || dearer.test(view.text)
  const single = (leaf: Leaf): Made => ({ ...leaf, uses: [leaf.at] })
  const base = [...own, ...named, ...(isPackage.test(context.near) ? [] : asked), ...told]
  const products = base.flatMap((leaf) => multiplied(leaf, counts, claim, context, court))
  const parts = [...own, ...strong, ...asked, ...told, ...client].flatMap((leaf) => shared(leaf, percents, isDearer))
  // A share of a price is not multiplied further; a reduced price is.
  const reduced = [...own, ...strong].flatMap((leaf) => shared(leaf, percents, isDearer).slice(1))
  // Only of what is told or clearly named: two free factors reach too much.
  const sure = [...own, ...strong, ...told]
  const small = counts.filter((count) => count <= 31)
  const twice = sure.flatMap((leaf) =>
    small.flatMap((one) =>
      (one === 2 && bothWays.test(sentence) ? counts : small)
        .filter((two) => !(leaf.pers.includes("месяц") && ofYear.test(context.near) && !isYearOf(one * two, court)))
        .map((two) => ({ ...leaf, value: leaf.value * one * two })),
    ),
  )
  const deep = [
    ...twice,
    ...sure
      .flatMap((leaf) => multiplied(leaf, counts, claim, context, court))
      .flatMap((leaf) => shared(leaf, percents, isDearer)),
    ...reduced.flatMap((leaf) => multiplied(leaf, counts, claim, context, court)),
  ]
  const found = (made: ReadonlyArray<Leaf>) =>
    made.find(
      (one) =>
        isReached(one) &&
        (mayDivide ||
          !own.some(
            (leaf) => leaf.value > claim.value && leaf.at === one.at && leaf.place?.quantity.value !== leaf.value,
          )),
    )
  // A total after its addends is theirs alone.
  const isTotal =
    totalCue.test(context.before) &&
    own.filter(
      (leaf) =>
        leaf.at >= addendsFrom(claim, context, court) &&
        leaf.at < claim.index &&
        !/(?<!\p{L})(?:по|вместо|против)\s+$/iu.test(view.text.slice(0, leaf.at)),
    ).length >= 2
  const direct = isTotal ? found(parts) : (found(products) ?? found(parts) ?? found(deep))
  if (direct !== undefined && !(direct.open && !claimOpen)) return { place: direct.place }
  const unique = (some: ReadonlyArray<Made>) => [
    ...new Map(some.map((one) => [`${one.value} ${one.open} ${one.at}`, one])).values(),
  ]
  const ownTerms = unique([
    ...own.map(single),
    ...(own.length > 0 ? own.flatMap((leaf) => multiplied(leaf, counts, claim, context, court)) : []),
    ...own.flatMap((leaf) => shared(leaf, percents, isDearer)),
  ]).slice(0, 120)
  // `По отдельности эти зоны стоят 28 000`: of those that were asked about.
  const isOfAsked = /(?<!\p{L})(?:эти|отдельно|отдельности|все|вс[её])(?!\p{L})/iu.test(sentence)
  // `Две сетки` are no price of one.
  const docTerms =
    (isCued || own.length > 0) && !isTotal
      ? unique(
          [...strong, ...wide, ...told, ...(isOfAsked ? asked : [])]
            .filter((leaf) => !isOfMany(leaf, context, court))
            .map(single),
        )
      : []
  const docMade =
    isCued && !isTotal
      ? unique([
          ...strong.flatMap((leaf) => multiplied(leaf, counts, claim, context, court)),
          ...strong.flatMap((leaf) => shared(leaf, percents, isDearer)),
        ]).slice(0, 60)
      : []
  // `Первый класс 20 000, каждый следующий +8 000`: of two or three of them.
  const following = [...strong, ...own, ...asked].flatMap((leaf) => {
    const { place } = leaf
    if (place === null) return []
    const next = court.index.places.find(
      (other) =>
        other.line === place.line && other.quantity.kind === "money" && other.quantity.index > place.quantity.index,
    )
    return next !== undefined && isFollowing.test(next.near)
      ? counts
          .filter((count) => count <= 31)
          .map((count) => ({ place, value: leaf.value + next.quantity.value * (count - 1) }))
      : []
  })
  const summed = following.find((one) => sameNumber(one.value, claim.value))
  if (summed !== undefined) return { place: summed.place }
  const plain = [...own.map(single), ...docTerms].slice(0, 24)
  const terms = [...ownTerms, ...docTerms, ...docMade].slice(0, 200)
  const ok = (value: number, some: ReadonlyArray<Made>) => {
    const made: Leaf = {
      ...some[0]!,
      value,
      open: some.some((one) => one.open && !one.cap),
      cap: some.some((one) => one.cap),
    }
    return (
      isReached(made) &&
      !leavesOut(
        some.flatMap((one) => one.uses.filter(() => one.isOwn)),
        claim,
        context,
        court,
      )
    )
  }
  for (const one of plain)
    for (const two of terms) {
      if (one === two || areOne(one, two)) continue
      if (ok(one.value + two.value, [one, two])) return { place: one.place ?? two.place }
      if (isDifference && same(Math.abs(one.value - two.value), claim) && mayFrom)
        return { place: one.place ?? two.place }
    }
  // `Прививка и чип двум котам`: two named things, as many of each.
  if (isJoint)
    for (let a = 0; a < strong.length; a++)
      for (let b = a + 1; b < strong.length; b++)
        for (const count of small) {
          const [one, two] = [strong[a]!, strong[b]!]
          if (one.place === two.place || one.open || two.open) continue
          if (sameNumber((one.value + two.value) * count, claim.value)) return { place: one.place }
        }
  if (!isCued) return null
  for (let a = 0; a < ownTerms.length; a++)
    for (let b = a + 1; b < ownTerms.length; b++) {
      const [one, two] = [ownTerms[a]!, ownTerms[b]!]
      if (areOne(one, two)) continue
      if (ok(one.value + two.value, [one, two])) return { place: one.place }
      if (isDifference && same(Math.abs(one.value - two.value), claim) && mayFrom) return { place: one.place }
    }
  for (let a = 0; a < plain.length; a++)
    for (let b = a + 1; b < plain.length; b++)
      for (const three of terms) {
        const [one, two] = [plain[a]!, plain[b]!]
        if (areOne(one, two) || areOne(one, three) || areOne(two, three)) continue
        if (ok(one.value + two.value + three.value, [one, two, three])) return { place: one.place }
      }
  for (let a = 0; a < plain.length; a++)
    for (let b = a + 1; b < plain.length; b++)
      for (let c = b + 1; c < plain.length; c++)
        for (let d = c + 1; d < Math.min(plain.length, operandsMax); d++) {
          const four = [plain[a]!, plain[b]!, plain[c]!, plain[d]!]
          if (
            ok(
              four.reduce((sum, one) => sum + one.value, 0),
              four,
            )
          )
            return { place: four[0]!.place }
        }
  return null
}

/**
 * A count out of counts: `20 хлыстов по 11,7 м это 234 м`, `300 км в сутки, за 10 суток 3 000 км`, and what is over that:
 * `лишние 200 км`.
 */
export const isCountOf = (claim: Quantity, context: Context, court: Court): boolean => {
  if (claim.kind !== "count" || claim.to !== null || claim.unit === null || claim.value < 2) return false
  const unit = unitKey(claim.unit)
  const isAmount = (one: Quantity) => one.kind === "count" || one.kind === "duration"
  const own = court.view.quantities.filter(
    (one) =>
      isAmount(one) &&
      one.index !== claim.index &&
      one.index >= context.sentence.index &&
      one.index < claim.index &&
      court.settled.has(one.index),
  )
  const said = [...own, ...court.clientQuantities.filter(isAmount)].slice(0, operandsMax)
  const isAlike = (one: Quantity) => one.kind === "count" && one.unit !== null && unitKey(one.unit) === unit
  const rates = court.index.places.filter(
    (place) =>
      isAlike(place.quantity) &&
      place.pers.length > 0 &&
      place.quantity.to === null &&
      namedBy(place, context.levels.slice(0, context.ownLevels), 0.5) >= 0.6,
  )
  const isOver =
    /(?<!\p{L})(?:лишн\p{L}*|сверх|остал\p{L}*|остан\p{L}*|не хватает|ещ[её]|разниц\p{L}*)(?!\p{L})/iu.test(
      `${context.before} ${context.after.slice(0, 24)}`,
    )
  return said.some(
    (one) =>
      rates.some(
        (rate) =>
          rate.pers.includes(perKey(one.unit ?? "")) && sameNumber(rate.quantity.value * one.value, claim.value),
      ) ||
      own.some((other) => other !== one && isAlike(other) && sameNumber(one.value * other.value, claim.value)) ||
      (isOver &&
        isAlike(one) &&
        [
          ...own,
          ...court.view.quantities.filter((other) => other.index < claim.index && court.settled.has(other.index)),
        ].some((other) => isAlike(other) && sameNumber(Math.abs(one.value - other.value), claim.value))),
  )
}

const severalPattern =
  /(?<![\p{L}\d])(\d{1,3}|дв[ае]|дво(?:е|их)|тр(?:и|ое|[её]х)|четыр\p{L}{1,2}|пять|шесть|семь|восемь|девять|десять)\s+((?:\p{L}+\s+){0,2}?\p{L}{4,})/giu
/** Whether the words say several of the thing that the price is of. */
const isOfMany = (leaf: Leaf, context: Context, court: Court): boolean => {
  if (leaf.place === null || leaf.isOwn) return false
  const names = [...leaf.place.tokens]
    .filter(([token, weight]) => weight >= 0.9 && !token.startsWith("#"))
    .map(([token]) => token)
  return [...context.sentence.text.matchAll(severalPattern)].some((match) => {
    const number = numbersIn(match[1]!)[0] ?? 1
    return (
      number >= 2 &&
      unitKey(match[2]!.split(/\s+/)[0]!) !== "месяц" &&
      wordsOf(match[2]!).some((word) => names.some((name) => likeness(name, word.stem) > 0)) &&
      !court.index.places.some(
        (place) =>
          place !== leaf.place &&
          place.line === leaf.place!.line &&
          place.bounds.some((bound) => bound.quantity.value === number),
      )
    )
  })
}

const isFollowing = /(?<!\p{L})(?:кажд\p{L}+\s+(?:следующ|дополнительн|последующ)\p{L}*|следующ\p{L}+|сверх)(?!\p{L})/iu

/** A named price times a number that was said. */
export const isProductOf = (claim: Quantity, place: Place, context: Context, court: Court): boolean =>
  place.quantity.kind !== "count" &&
  place.quantity.to === null &&
  place.quantity.qualifier === null &&
  countsFor(claim, context, court).some(
    (count) =>
      Number.isInteger(count) &&
      sameNumber(place.quantity.value * count, claim.value) &&
      !hasOwnPrice(leavesOf(place.quantity, place, false)[0]!, count, court),
  )

/** `80 000 вместо 90 000, экономия 11 %`: whether the share fits the sums it compares; null where it compares none. */
export const isShareOfSaving = (claim: Quantity, context: Context, court: Court): boolean | null => {
  if (
    claim.kind !== "percent" ||
    !/(?<!\p{L})(?:эконом\p{L}*|выгод\p{L}*|дешевле|дороже|разниц\p{L}*)[^.;!?\d]{0,30}$/iu.test(context.before)
  )
    return null
  const sums = court.view.quantities.filter(
    (one) =>
      (one.kind === "money" || (one.kind === "bare" && one.value >= 100)) &&
      one.to === null &&
      one.index >= context.sentence.index &&
      one.index < claim.index,
  )
  if (sums.length < 2 || !sums.every((one) => court.settled.has(one.index))) return null
  return sums.some((less) =>
    sums.some(
      (more) =>
        more.value > less.value &&
        [more.value, less.value].some(
          (base) =>
            Math.abs(((more.value - less.value) / base) * 100 - claim.value) <= (claim.qualifier === null ? 0.6 : 2),
        ),
    ),
  )
}

/** `остальные 40 %` of 60 %. */
export const isRestOfPercent = (claim: Quantity, court: Court): boolean =>
  claim.kind === "percent" &&
  court.view.quantities.some(
    (one) =>
      one !== claim &&
      one.kind === "percent" &&
      court.settled.has(one.index) &&
      sameNumber(one.value + claim.value, 100),
  )
