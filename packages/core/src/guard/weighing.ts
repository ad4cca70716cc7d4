/**
 * Which place of the documents a claim means. A claim is of the wrong subject only if the words around it name another
 * figure better than every place that has the claimed one; of wrong terms if it says the figure otherwise than they do.
 */
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { Instant } from "../time/instant.ts"
import type { UngroundedClaim, UngroundedCode } from "./claim.ts"
import type { Context, DraftView } from "./claim-context.ts"
import { isCity } from "./claim-context.ts"
import { admits, fit, isComparable, measured, perKey, sameNumber, sameUnit, unitKey } from "./figure.ts"
import { compare, namedBy, valueOn } from "./naming.ts"
import type { Index, Place } from "./place.ts"
import { isTimeUnit } from "./place.ts"
import { isNaming } from "./segment.ts"

export interface GroundingInput {
  readonly text: string
  readonly facts: ReadonlyArray<Fact>
  readonly knowledge: string
  readonly chat: ReadonlyArray<ChatLine>
  readonly now: Instant
  readonly zone: string
  readonly hours: WorkingHours
  readonly freeSlots: ReadonlyArray<Instant>
  readonly bookedCall: Instant | null
}

export interface Court {
  readonly index: Index
  readonly view: DraftView
  readonly input: GroundingInput
  /** Figures of our own earlier messages. */
  readonly said: ReadonlyArray<Place>
  readonly clientQuantities: ReadonlyArray<Quantity>
  readonly clientNumbers: ReadonlyArray<number>
  /** Claims found true so far, by where they stand, with the place they rest on. */
  readonly settled: ReadonlyMap<number, Place | null>
}

export type Weighed =
  | { readonly kind: "grounded"; readonly place: Place }
  | { readonly kind: "wrong"; readonly problem: UngroundedClaim; readonly rival: Place | null }
  | { readonly kind: "nowhere" }

/** `вместо 20 000`, `против 65 000`: a figure told for contrast needs to exist, not to be of the subject. */
export const isContrast = (context: Context): boolean =>
  /(?<!\p{L})(?:вместо|против|а не|обычн\p{L}+|было|раньше|без скидки|по отдельности|помесячн\p{L}*|полн\p{L}+ цен\p{L}*|(?:меньше|больше|дешевле|дороже|выше|ниже),? чем)\s+(?:\p{L}+\s+){0,2}$/iu.test(
    context.before,
  )

const isHeaded = (rival: Place, context: Context): boolean => {
  const heads = wordsOf(rival.near).filter((word) => isNaming(word.stem) && !nothingOwn.test(word.stem))
  return heads.length === 0 || heads.slice(0, 2).some((word) => (context.levels[0]?.mentions.of(word.stem) ?? 0) > 0)
}

const thresholdCue =
  /(?<!\p{L})(?:при|от|до|сумм\p{L}*|заказ\p{L}*|больше|выше|порог\p{L}*|начиная|покупк\p{L}*|чек\p{L}*|минимальн\p{L}*|минимум)(?!\p{L})/iu

const wrong = (code: UngroundedCode, claim: Quantity, detail: string, rival: Place | null = null): Weighed => ({
  kind: "wrong",
  problem: { code, text: claim.text, detail },
  rival,
})

export const weigh = (claim: Quantity, context: Context, court: Court): Weighed => {
  const all = court.index.places.filter((place) => isComparable(claim, place.quantity))
  // `при заказе от 30 000` is no price, whatever costs as much.
  const isBound = claim.qualifier !== null || thresholdCue.test(context.gap)
  let alike = all.filter((place) => fit(claim, place.quantity) !== "no" && (!place.isThreshold || isBound))
  let rivals = court.index.places.filter(
    (place) =>
      fit(claim, place.quantity) === "no" &&
      !place.isThreshold &&
      isOfKind(claim, place.quantity) &&
      (isComparable(claim, place.quantity) || (isOfDays(claim) && isOfDays(place.quantity))),
  )
  if (alike.length === 0) {
    // What we told before may be told again of the same thing.
    const said = court.said.filter((place) => isComparable(claim, place.quantity))
    alike = said.filter((place) => fit(claim, place.quantity) !== "no")
    if (alike.length === 0) return { kind: "nowhere" }
    rivals = said.filter((place) => fit(claim, place.quantity) === "no")
  }
  if (claim.kind === "duration" || claim.kind === "clock" || claim.kind === "count") {
    // The two ends of `с 9:00 до 18:00` are no rivals, nor are minutes and days.
    rivals = rivals.filter(
      (place) => claim.kind !== "clock" || claim.qualifier === null || place.quantity.qualifier === claim.qualifier,
    )
  }
  // A bound told as it is written: only another bound of its own list may be meant instead.
  if (
    claim.kind === "count" &&
    claim.qualifier !== null &&
    alike.some((place) => place.quantity.qualifier === claim.qualifier && sameUnit(place.quantity.unit, claim.unit))
  )
    rivals = rivals.filter(
      (rival) =>
        rival.quantity.qualifier === claim.qualifier &&
        alike.some(
          (place) =>
            rival.line.block === place.line.block ||
            shares(rival, place) > 0 ||
            (rival.line.path.at(-1) === place.line.path.at(-1) && Math.abs(rival.line.block - place.line.block) <= 3),
        ),
    )
  // A year of a date is no price; thirty years are no rival of four days.
  rivals = rivals.filter((place) => !isYear(place.quantity) && isOfScale(claim, place.quantity))
  // A span is told as it is written or not at all: only rows like its own may be meant instead.
  if (claim.to !== null && claim.kind !== "money")
    rivals = rivals.filter(
      (rival) =>
        rival.quantity.to !== null &&
        alike.some((place) => rival.line.block === place.line.block || shares(rival, place) > 0),
    )
  const contrast = isContrast(context)
  // What another claim of the draft says is named for that one's sake.
  const others = court.view.quantities.filter((other) => other.index !== claim.index)
  const rested = new Set(court.settled.values())
  const isTold = (place: Place) =>
    rested.has(place) ||
    others.some((other) => isComparable(other, place.quantity) && fit(other, place.quantity) !== "no")
  // Documents in Russian name little of a sentence in Kazakh: only the words beside the figure are asked.
  const levelsMax = isKazakh(context.sentence.text) ? 2 : Number.POSITIVE_INFINITY
  let beaten: Place | null = null
  const unbeaten = contrast
    ? alike
    : alike.filter((place) => {
        let better: Place | null = null
        let most = 0
        for (const rival of rivals) {
          if (!isRivalOf(rival, place)) continue
          // What has its own figure in the draft is named for that: only its first word right here counts.
          if (isTold(rival) && rival.line.block !== place.line.block && !isHeaded(rival, context)) continue
          const lead = compare(place, rival, context, isTold(rival) ? 1 : levelsMax)
          if (lead > most) {
            most = lead
            better = rival
          }
        }
        if (better !== null) beaten ??= better
        return better === null
      })
  // Said by us before of what is still spoken of.
  const repeated =
    unbeaten.length > 0 ||
    // `А детский?` — `Детский стоит …`: its own sentence speaks of another thing than that.
    (beaten !== null &&
      alike.every(
        (place) =>
          place.line.path.at(-1) === beaten!.line.path.at(-1) &&
          Math.abs(place.line.block - beaten!.line.block) <= 1 &&
          compare(place, beaten!, context, context.ownLevels) > 0,
      ))
      ? undefined
      : court.said.find(
          (place) =>
            isComparable(claim, place.quantity) &&
            fit(claim, place.quantity) === "yes" &&
            !court.said.some(
              (rival) =>
                isComparable(claim, rival.quantity) &&
                fit(claim, rival.quantity) === "no" &&
                compare(place, rival, context, 1) > 0,
            ),
        )
  if (repeated !== undefined && claim.kind === "money") return { kind: "grounded", place: repeated }
  if (unbeaten.length === 0)
    return wrong(
      "wrong_subject",
      claim,
      `«${claim.text}» сказано не о том: в документах это «${alike[0]!.label}»${beaten === null ? "" : `, а здесь речь о «${(beaten as Place).label}»`}.`,
      beaten,
    )
  const meant = unbeaten.filter(
    (place) => !isOfOtherDeal(place, rivals, context) && !isOutOfNames(place, rivals, context),
  )
  if (meant.length === 0 && !contrast)
    return wrong("wrong_subject", claim, `«${claim.text}» в документах сказано о другом: «${unbeaten[0]!.label}».`)
  const dayly = (contrast ? unbeaten : meant).filter((place) => !isOnOtherDay(place, rivals, context))
  if (dayly.length === 0)
    return wrong("wrong_subject", claim, `«${claim.text}» в документах в другие дни: «${unbeaten[0]!.label}».`)
  const local = dayly.filter((place) => !isElsewhere(place, context) && !isOnOtherRoute(place, rivals, context))
  if (local.length === 0 && !contrast)
    return wrong(
      "wrong_subject",
      claim,
      `«${claim.text}» сказано не о том месте: в документах это «${dayly[0]!.label}».`,
    )
  const ordered = [...(contrast ? dayly : local)].sort(
    (one, other) => namedBy(other, context.levels) - namedBy(one, context.levels),
  )
  if (!contrast) {
    const foreign = foreignName(claim, context, ordered, court)
    if (foreign !== null)
      return wrong(
        "wrong_subject",
        claim,
        `«${claim.text}» в документах сказано не о «${foreign}»: «${ordered[0]!.label}».`,
      )
  }
  const scoped = contrast
    ? ordered
    : ordered.filter(
        (place) =>
          !isBeyondScope(claim, place, context, court) &&
          !isOfPair(place, rivals, context) &&
          !isOfList(claim, place, rivals, context, court),
      )
  if (scoped.length === 0)
    return wrong(
      "wrong_subject",
      claim,
      `«${claim.text}» в документах сказано не обо всём этом: «${ordered[0]!.label}».`,
    )
  let detail = ""
  const top = ordered[0]!
  for (const place of scoped) {
    // A place that the words name less than another with this figure lends its terms to nothing.
    if (place !== top && compare(place, top, context) > 0) continue
    const problem = contrast ? null : (tierOf(claim, place, context, court) ?? termsOf(claim, place, rivals, context))
    if (problem === null) return { kind: "grounded", place }
    if (detail === "") detail = problem
  }
  return wrong("wrong_terms", claim, detail)
}

const isYear = (one: Quantity) =>
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
const isOfScale = (claim: Quantity, other: Quantity): boolean => {
  if (claim.kind !== "duration" || other.kind !== "duration") return true
  const ratio = (claim.value * (inDays[claim.unit ?? ""] ?? 1)) / (other.value * (inDays[other.unit ?? ""] ?? 1) || 1)
  return ratio < 120 && ratio > 1 / 120
}

/** Two weeks may be told where it is a month, but not where it is an hour. */
const isOfDays = (one: Quantity) =>
  one.kind === "duration" && one.unit !== "час" && one.unit !== "минута" && one.unit !== "секунда"

/** A bare number may be what is claimed, but what it would be of is not sure enough to speak against a claim. */
const isOfKind = (claim: Quantity, other: Quantity): boolean =>
  claim.kind === "money" || (claim.kind === "bare" && claim.value >= 100)
    ? other.kind === "money" || (other.kind === "bare" && other.value >= 100)
    : claim.kind === "bare"
      ? other.kind === "bare"
      : other.kind === claim.kind || (claim.kind === "clock" && other.kind === "bare")

/** A sum paid per hour is no rival of one paid per month; thresholds and prices are not rivals either. */
const takenOff = /(?<!\p{L})(?:минус|скидк\p{L}*)(?!\p{L})/iu

const isRivalOf = (rival: Place, place: Place): boolean => {
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

const shares = (one: Place, other: Place) => {
  let count = 0
  for (const [token, weight] of one.tokens) if (weight >= 0.7 && (other.tokens.get(token) ?? 0) >= 0.5) count++
  return count
}

const buying = /(?<!\p{L})(?:купить|купите|покупк\p{L}*|продаж\p{L}*|прода[её]м|приобрести|приобрет\p{L}*)(?!\p{L})/iu
const renting = /(?<!\p{L})(?:аренд\p{L}*|прокат\p{L}*|напрокат|взять на|помесячно)(?!\p{L})/iu
/** `Кулер купить за 5 000` where that is its rent, and it has a price. */
const isOfOtherDeal = (place: Place, rivals: ReadonlyArray<Place>, context: Context): boolean =>
  place.quantity.kind !== "percent" &&
  (place.tokens.get("arend") ?? 0) >= 0.7 &&
  buying.test(context.sentence.text) &&
  !renting.test(context.sentence.text) &&
  rivals.some((rival) => (rival.tokens.get("arend") ?? 0) < 0.3 && shares(rival, place) > 0)

const nameSpan = /(?<![\p{L}\d])(\p{Lu}{1,2})(\d{1,4})\s?[–—-]\s?(?:\p{Lu}{1,2})?(\d{1,4})(?!\d)/u
/** `R19` for the row `R13–R15`, where another row has it. */
const isOutOfNames = (place: Place, rivals: ReadonlyArray<Place>, context: Context): boolean => {
  const span = nameSpan.exec(place.near)
  if (span === null) return false
  const told = [
    ...context.sentence.text.matchAll(new RegExp(`(?<![\\p{L}\\d])${span[1]}-?(\\d{1,4})(?!\\d)`, "gu")),
  ].map((match) => Number(match[1]))
  const holds = (one: RegExpExecArray | null, value: number) =>
    one !== null && one[1] === span[1] && value >= Number(one[2]) && value <= Number(one[3])
  return (
    told.length > 0 &&
    !told.some((value) => holds(span, value)) &&
    told.some((value) =>
      rivals.some((rival) => holds(nameSpan.exec(rival.near), value) || rival.near.includes(`${span[1]}${value}`)),
    )
  )
}

/** Every word that names the one names the other. */
const isSameThing = (rival: Place, place: Place): boolean =>
  [...place.tokens].every(
    ([token, weight]) =>
      weight < 0.8 ||
      token.startsWith("#") ||
      /^(?:budn|vyhodn|ezhednevn)/u.test(token) ||
      (rival.tokens.get(token) ?? 0) >= 0.3,
  )

const bits = (mask: number) => mask.toString(2).replaceAll("0", "").length

export const isOnOtherDay = (place: Place, rivals: ReadonlyArray<Place>, context: Context): boolean => {
  // `ежедневно до 19, вс до 15`: the narrower rule holds on its day.
  if (
    context.days !== 0 &&
    place.quantity.kind === "clock" &&
    rivals.some(
      (rival) =>
        rival.line.block === place.line.block &&
        rival.line !== place.line &&
        place.days !== 0 &&
        isSameThing(rival, place) &&
        rival.days !== 0 &&
        (rival.days & context.days) === context.days &&
        bits(rival.days) < bits(place.days || 127) &&
        rival.quantity.qualifier === place.quantity.qualifier,
    )
  )
    return true
  if (place.days === 0) return false
  if (/(?<!\p{L})не\s+(?:действ|распростран|предусмотр|дела|быва)/iu.test(context.sentence.text)) return false
  if (context.days !== 0) return (context.days & place.days) === 0
  const told = context.daysBefore
  if (told === 0) return false
  return (
    (told & place.days) === 0 &&
    (place.quantity.kind === "percent" || rivals.some((rival) => (rival.days & told) !== 0 && shares(rival, place) > 0))
  )
}

export const isElsewhere = (place: Place, context: Context): boolean => {
  const said = wordsOf(context.near)
    .map((word) => word.stem)
    .filter(isCity)
  if (said.length === 0 || place.isThreshold || place.quantity.qualifier === "from") return false
  const theirs = [...place.tokens].filter(([, weight]) => weight >= 0.5).map(([token]) => token)
  return theirs.some(isCity) && !theirs.some((one) => said.some((other) => likeness(one, other) > 0))
}

/** `Алматы – Астана` for the price of `Алматы – Шымкент`: a rival of its sort has every town that is told. */
const isOnOtherRoute = (place: Place, rivals: ReadonlyArray<Place>, context: Context): boolean => {
  const said = [
    ...new Set(
      wordsOf(context.gap)
        .map((word) => word.stem)
        .filter(isCity),
    ),
  ]
  if (said.length === 0 || place.isThreshold || place.quantity.qualifier === "from") return false
  const goes = (one: Place) =>
    said.every((town) => [...one.tokens].some(([token, weight]) => weight >= 0.5 && likeness(token, town) > 0))
  const areOfSort = (rival: Place) =>
    said.length > 1 ||
    shares(rival, place) > 0 ||
    (rival.line.path.at(-1) === place.line.path.at(-1) && Math.abs(rival.line.block - place.line.block) <= 3)
  return !goes(place) && rivals.some((rival) => goes(rival) && areOfSort(rival))
}

const everything =
  /(?<!\p{L})(?:на|для|по)\s+(?:абсолютно\s+)?(?:вс[её]|всех|всем|всю|весь|люб\p{L}+|обе|оба|обоих|кажд\p{L}+)(?!\p{L})/iu
const ofAll = /(?<!\p{L})(?:вс[её]|всех|всем|всю|весь|люб\p{L}+|кажд\p{L}+|обе|оба)(?!\p{L})/iu
const nameless = /^(?:garant|skidk|srok|predoplat|cen|god|mesyac|den|nedel)/u

/** `Скидка 15% на всё` where it is on one thing, `скидка 10 % на коронки` where it is on another. */
const isBeyondScope = (claim: Quantity, place: Place, context: Context, court: Court): boolean => {
  const isGuarantee = claim.kind === "duration" && /гарант/iu.test(place.line.text)
  if (claim.kind !== "percent" && !isGuarantee) return false
  const line = place.line.text
  const onto =
    /^.{0,40}?(?:^|[\s:,])(?:на|для)\s+(\p{L}{4,}(?:\s+\p{L}{4,})?)/iu.exec(isGuarantee ? place.near : "") ??
    /(?:скидк\p{L}*|гаранти\p{L}*|%|лет|год\p{L}*|мес\p{L}*)\s+(?:скидк\p{L}*\s+)?(?:на|для)\s+(\p{L}{4,}(?:\s+\p{L}{4,})?)/iu.exec(
      line,
    )
  if (everything.test(context.gap) && !ofAll.test(line) && onto !== null) {
    const own = wordsOf(onto[1]!)
      .map((word) => word.stem)
      .filter((stem) => !nameless.test(stem))
    if (
      own.length > 0 &&
      !own.some((stem) => context.levels.slice(0, context.ownLevels).some((level) => level.mentions.of(stem) > 0))
    )
      return true
  }
  if (claim.kind !== "percent") return false
  if (
    /втор(?:ой|ого|ому|ую|ая)/iu.test(line) &&
    /(?<!\p{L})(?:обе|оба|обоих|обеих|двоих|двух|вс[её])(?!\p{L})/iu.test(context.sentence.text) &&
    !/втор/iu.test(context.sentence.text)
  )
    return true
  const said = /^(?:\s*скидк\p{L}+)?\s+на\s+(?:\p{L}+(?:ую|ый|ой|ые|ое)\s+)?(\p{L}{4,})/u.exec(context.after)
  if (said === null || onto === null) return false
  const thing = wordsOf(said[1]!)[0]?.stem
  if (thing === undefined || nameless.test(thing)) return false
  const own = wordsOf(line).map((word) => word.stem)
  if (own.some((stem) => likeness(stem, thing) > 0)) return false
  const isKnown =
    court.index.vocabulary.has(thing) || [...court.index.vocabulary].some((stem) => likeness(stem, thing) > 0)
  return isKnown && ![...place.tokens].some(([token, weight]) => weight >= 0.7 && likeness(token, thing) > 0)
}

/** `5 лет на профиль, фурнитуру и монтаж` where the mounting has a term of its own, and it is not told. */
const isOfList = (
  claim: Quantity,
  place: Place,
  rivals: ReadonlyArray<Place>,
  context: Context,
  court: Court,
): boolean =>
  claim.kind === "duration" &&
  /гаранти/iu.test(context.sentence.text) &&
  rivals.some((rival) => {
    if (
      rival.line !== place.line ||
      court.view.quantities.some(
        (one) => one.kind === "duration" && sameNumber(measured(one).value, measured(rival.quantity).value),
      )
    )
      return false
    const own = [...rival.tokens].filter(
      ([token, weight]) =>
        weight >= 0.9 &&
        !/^(?:god|mesyac|garant)$/u.test(token) &&
        !token.startsWith("#") &&
        (place.tokens.get(token) ?? 0) < 0.5,
    )
    const list =
      /(?:(?<!\p{L})на|:)\s+((?:\p{L}+(?:\s+\p{L}+)?,\s+(?:на\s+)?)*\p{L}+\s+и\s+(?:на\s+)?\p{L}+)/iu.exec(
        context.sentence.text,
      )?.[1] ?? ""
    const said = wordsOf(list).map((word) => word.stem)
    return own.length > 0 && own.every(([token]) => said.some((stem) => likeness(stem, token) > 0))
  })

/** `На панели и инвертор 25 лет` where the documents give the inverter ten: two names, one figure. */
const isOfPair = (place: Place, rivals: ReadonlyArray<Place>, context: Context): boolean => {
  const has = (one: Place, stem: string, least: number) =>
    [...one.tokens].some(([token, weight]) => weight >= least && likeness(token, stem) > 0)
  for (const pair of `${context.near}`.matchAll(/(\p{L}{4,30})\s+и\s+(?:на\s+|для\s+)?(\p{L}{4,30})/gu)) {
    const stems = [wordsOf(pair[1]!)[0]?.stem, wordsOf(pair[2]!)[0]?.stem]
    for (const [mine, theirs] of [stems, [...stems].reverse()]) {
      if (mine === undefined || theirs === undefined || !has(place, mine, 0.9) || has(place, theirs, 0.3)) continue
      if (rivals.some((rival) => has(rival, theirs, 0.9) && !has(rival, mine, 0.5))) return true
    }
  }
  return false
}

/** The client's three tills on a tariff for one: the limit of what is named does not admit them. */
export const isBeyondLimit = (claim: Quantity, context: Context, court: Court): Place | null => {
  if (claim.kind !== "count" && claim.kind !== "duration") return null
  if (
    /(?<!\p{L})(?:не|нет|сверх|больше|дополнительн\p{L}*|ещ[её]|к сожалению)(?!\p{L})/iu.test(context.sentence.text) ||
    /\?\s*$/.test(context.sentence.text)
  )
    return null
  const own = context.levels.slice(0, context.ownLevels)
  const units = new Set(wordsOf(claim.unit ?? "").map((word) => word.stem))
  const names = (place: Place) =>
    [...place.tokens].reduce(
      (sum, [token, weight]) =>
        weight < 0.5 || units.has(token) || token.startsWith("#")
          ? sum
          : sum + weight * Math.max(...own.map((level) => level.mentions.of(token))),
      0,
    )
  const fully = (place: Place) => {
    const named = [...place.tokens].filter(
      ([token, weight]) => weight >= 0.9 && !units.has(token) && !token.startsWith("#"),
    )
    return (
      named.length > 0 &&
      named.filter(([token]) => own.some((level) => level.mentions.of(token) > 0)).length >= 0.6 * named.length
    )
  }
  const all = court.index.places.filter(
    (place) => place.quantity.kind === claim.kind && isComparable(claim, place.quantity),
  )
  const limits = all.filter(
    (place) =>
      (place.quantity.qualifier === "to" ||
        place.quantity.qualifier === "under" ||
        place.quantity.to !== null ||
        // `«Один» — 1 касса` beside `«Три» — до 3 касс`.
        (place.quantity.qualifier === null &&
          all.some(
            (other) =>
              other.quantity.value > place.quantity.value && isRanged(other.quantity) && shares(other, place) > 0,
          )) ||
        (place.quantity.qualifier === "from" && place.quantity.kind === "duration")) &&
      place.quantity.per === null &&
      !/^.{0,24}\sв\s+(?:день|час|сутки|смену|неделю)/iu.test(place.line.text.slice(place.quantity.index)) &&
      names(place) >= 0.9 &&
      fully(place),
  )
  const best = limits.filter((place) => !limits.some((rival) => rival !== place && compare(place, rival, context) > 0))
  const value = measured(claim).value
  return best.length > 0 &&
    best.every((place) => !admits(place.quantity, value)) &&
    !all.some((place) => names(place) >= 0.9 && admits(place.quantity, value))
    ? best[0]!
    : null
}

const verbish = /(?:ть|ться|ем|им|ет|ит|ют|ят|ут|ат|ла|ли|ло|ся|сь|йте|ите|ую|аю|яю|ишь|ешь|шь)$/u

const nothingOwn = /^(?:tarif|paket|kurs|abonement|tovar|uslug|zakaz|raboch|oplat|dostavk)/u
const isOfEverything = (place: Place): boolean =>
  ![...place.tokens].some(
    ([token, weight]) =>
      weight >= 0.7 &&
      !token.startsWith("#") &&
      !nothingOwn.test(token) &&
      isNaming(token) &&
      !/^(?:den|mesyac|god|chas|nedel)$/u.test(token),
  )
export const isKazakh = (text: string): boolean => (text.match(/[әғқңөұүһі]/giu)?.length ?? 0) >= 3

/** The client asks of what no document knows, and the draft gives it the figure of something else. */
const foreignName = (claim: Quantity, context: Context, places: ReadonlyArray<Place>, court: Court): string | null => {
  if (claim.kind !== "money" && claim.kind !== "percent" && claim.kind !== "duration") return null
  if (isKazakh(context.sentence.text)) return null
  // Another line is called by the very words beside the claim, and this one by none of all that was said.
  if (!places.some((place) => namedBy(place, context.levels, 0.35) > 0.2)) {
    const head = wordsOf(context.near.replace(claim.text.trim(), " ")).find(
      (word) =>
        word.text.length >= 5 &&
        !verbish.test(word.text) &&
        isNaming(word.stem) &&
        !nothingOwn.test(word.stem) &&
        // `Срок 4–6 рабочих дней` is of everything.
        !places.every((place) => isOfEverything(place)) &&
        court.index.lines.some((line) =>
          wordsOf(line.text.slice(0, 40))
            .slice(0, 2)
            .some((first) => likeness(first.stem, word.stem) > 0),
        ),
    )
    if (head !== undefined) return head.text
  }
  if (places.some((place) => namedBy(place, context.levels.slice(0, context.ownLevels + 1), 0.6) > 0.3)) return null
  const asked = new Set(wordsOf(court.view.turn).map((word) => word.stem))
  const strange = wordsOf(context.gap).find(
    (word) =>
      word.text.length >= 4 &&
      !verbish.test(word.text) &&
      asked.has(word.stem) &&
      !isCity(word.stem) &&
      !court.index.vocabulary.has(word.stem) &&
      ![...court.index.vocabulary].some((known) => likeness(known, word.stem) > 0),
  )
  return strange?.text ?? null
}

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
const tierOf = (claim: Quantity, place: Place, context: Context, court: Court): string | null => {
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
const isRanged = (one: Quantity) => one.qualifier !== null || one.to !== null

const minimal =
  /(?<!\p{L})(?:минимальн\p{L}*|минимум|не менее|не меньше|начина\p{L}*|стартует|самы[ейх]\s+(?:доступн|недорог|просто)\p{L}*|хотя бы)(?!\p{L})/iu
const maximal =
  /(?<!\p{L})(?:максимальн\p{L}*|максимум|не более|не больше|предел\p{L}*|вмеща\p{L}*|зависит|размер определяет)(?!\p{L})/iu
const exactly = /(?<!\p{L})(?:ровно|гарантированн\p{L}*|точно|всегда|фиксированн\p{L}*)(?!\p{L})/iu
const whole =
  /(?<!\p{L})(?:вес[ьь]\s+(?:учебный\s+)?\p{L}{3,}|полный курс|курс целиком|целиком|разово|единоразов\p{L}*|единовременн\p{L}*|навсегда|за вс[её](?!\p{L})|бессрочн\p{L}*|одним платежом|без абонентской платы)(?!\p{L})/iu
const forAll = /^[^.,;!?()]{0,24}(?<!\p{L})за\s+вс(?:ю|е|ё|ех|его)(?!\p{L})/iu
const manyPattern =
  /(?<![\p{L}\d])(?!(?<=(?:от|до|свыше|более|больше)\s)\d{1,3}\s+(?!сут|дн|день|мес|час|недел|лет|год))(?:(?:за|на)\s+)?(\d{1,3}|дв(?:а|е|ое|оих|ух)|тр(?:и|ое|оих|[её]х)|четыр\p{L}{1,2}|пят\p{L}{1,2}|шест\p{L}|сем\p{L}|восем\p{L}|девят\p{L}|десят\p{L})\s+(\p{L}[\p{L}²]*)(?:\s+\p{L}+)?\s*(?:[—–-]|это|выйд\p{L}*|стоит|стоят|обойд\p{L}*(?:\s+\p{L}+)?|получ\p{L}*|составит|за)(?:\s+в)?\s*(?:это\s+)?$/iu

/** Null where the claim keeps the terms of the place; otherwise what is amiss. */
const termsOf = (claim: Quantity, place: Place, rivals: ReadonlyArray<Place>, context: Context): string | null => {
  const said = fit(claim, place.quantity)
  const rule = place.quantity.qualifier
  const nearText = `${context.gap}`
  if (said === "terms") {
    const isStart =
      claim.qualifier === "from" &&
      rule === null &&
      minimal.test(nearText) &&
      !rivals.some(
        (rival) =>
          rival.quantity.kind === "money" &&
          rival.line.block === place.line.block &&
          rival.quantity.value < place.quantity.value,
      )
    const isMinimum =
      claim.qualifier === "from" && rule === null && claim.to === null && isLeastOf(place, rivals, context, -1)
    const isMaximum =
      claim.qualifier === "to" && rule === null && claim.to === null && isLeastOf(place, rivals, context, 1)
    const isElsewise =
      (claim.qualifier === null &&
        (rule === "from" ||
          rule === "over" ||
          (place.quantity.to !== null && sameNumber(measured(claim).value, measured(place.quantity).value))) &&
        minimal.test(nearText)) ||
      (claim.qualifier === null && rule === "to" && maximal.test(context.sentence.text)) ||
      (claim.qualifier === "to" &&
        (rule === "over" || rule === "from") &&
        ((claim.kind !== "money" && /(?<!\p{L})(?:не|без|бесплатн\p{L}*)(?!\p{L})/iu.test(context.sentence.text)) ||
          // `Собак тяжелее 30 кг не принимаем`
          /(?<!\p{L})не\s+\p{L}+/iu.test(place.line.text))) ||
      // `Меньше 15 м²` of `от 15 м² бесплатно, меньше — 2 000`.
      (claim.qualifier === "under" &&
        rule === "from" &&
        /(?<!\p{L})(?:меньше|менее|иначе|до)(?!\p{L})/iu.test(place.line.text)) ||
      // The bound itself, met: `при сумме 150 000` for `от 150 000`.
      place.isThreshold ||
      (claim.qualifier === "about" && rule !== "under")
    if (!isStart && !isMinimum && !isMaximum && !isElsewise)
      return `«${claim.text}» сказано иначе, чем в документах: «${place.label}». Не теряйте и не добавляйте «от», «до» и «рабочих».`
  }
  if (claim.qualifier === null && rule === "to" && exactly.test(nearText))
    return `«${claim.text}»: в документах «${place.label}», это предел.`
  if (claim.kind !== "money" && claim.kind !== "bare") return null
  const period = `«${claim.text}»: в документах это «${place.label}», за другой срок или единицу.`
  const times = place.pers.filter(isTimeUnit)
  // `С человека` where it is for two.
  if (
    claim.per !== null &&
    perKey(claim.per) === "человек" &&
    /(?<!\p{L})(?:за|на)\s+(?:двоих|двух|троих|тр[её]х|четверых|семью|группу|номер|пару|компанию)(?!\p{L})/iu.test(
      `${place.near} ${place.line.text} ${place.line.path.join(" ")}`,
    ) &&
    !place.pers.includes("человек")
  )
    return period
  // `3 200 в месяц за все камеры` where it is for each.
  if (times.length < place.pers.length && forAll.test(claim.text + context.after)) return period
  if (claim.per === null) {
    // `За год отчётность обойдётся в 25 000` of a month's price.
    if (
      times.includes("месяц") &&
      !times.includes("год") &&
      /(?<!\p{L})за\s+(?:весь\s+|целый\s+)?год(?!\p{L})[^.;!?\d]*$/iu.test(context.before)
    )
      return period
    if (
      times.length > 0 &&
      whole.test(context.gap) &&
      !/(?<!\p{L})(?:в месяц|в час|в сутки|за (?:час|месяц|сутки|день))(?!\p{L})/iu.test(context.sentence.text)
    )
      return period
    if (
      place.pers.includes("человек") &&
      /(?<!\p{L})(?:для|на)\s+(?:двоих|троих|четверых|пятерых|всех|[2-9]\s+(?:человек|гост|персон)\p{L}*)\s*(?:[—–-]|это|выйд\p{L}*|стоит|обойд\p{L}*(?:\s+в)?)\s*$/iu.test(
        context.before,
      )
    )
      return period
    const many = manyPattern.exec(context.before)
    if (many !== null && place.pers.includes(perKey(many[2]!)) && !/(?<!\p{L})по\s+$/iu.test(context.before))
      return period
    return null
  }
  // `Одна туфля 4 000`, told of a pair.
  if (
    perKey(claim.per) === unitKey("пара") &&
    /(?<!\p{L})одн(?:а|у|ой|ого|им|ин)?\s+\p{L}+|(?<!\d)1\s?шт/iu.test(place.near)
  )
    return period
  const several = manyPattern.exec(context.before)
  if (
    several !== null &&
    !isTimeUnit(perKey(several[2]!)) &&
    place.pers.includes(perKey(several[2]!)) &&
    !/(?<!\p{L})по\s+$/iu.test(context.before)
  )
    return period
  const mine = perKey(claim.per)
  if (place.pers.length === 0) {
    if (!isTimeUnit(mine) || mine === "разово") return null
    // A row that sells a month may be called so; a plain price may not.
    const said = `${place.near} ${place.line.text} ${place.line.path.join(" ")} ${place.label}`
    const told =
      findQuantities(said).some((one) => one.kind === "duration" && perKey(`${one.value} ${one.unit}`) === mine) ||
      place.bounds.some(
        ({ quantity }) =>
          quantity.kind === "duration" && (quantity.value === 1 || quantity.to !== null || quantity.qualifier !== null),
      ) ||
      ([...place.tokens.keys()].some((token) => likeness(token, perStem(mine)) > 0) &&
        // `За сезон (6 месяцев)` is no price per month.
        wordsOf(
          findQuantities(said).reduce(
            (rest, one) => (one.kind === "duration" ? rest.replace(one.text, " ") : rest),
            said,
          ),
        ).some((word) => likeness(word.stem, perStem(mine)) > 0))
    return told || mine === "раз" ? null : period
  }
  if (place.pers.includes(mine)) return null
  if (mine === "разово" && [...place.tokens.keys()].some((token) => likeness(token, "razov") > 0)) return null
  if (mine === "разово") return times.some((unit) => unit === "месяц" || unit === "год") ? period : null
  if (isTimeUnit(mine)) {
    if (times.length > 0) return period
    return [...place.tokens.keys()].some((token) => likeness(token, perStem(mine)) > 0) ||
      place.bounds.some((bound) => bound.quantity.kind === "duration")
      ? null
      : period
  }
  // `за человека` where it is `за пару`; `за курс` of a monthly fee is left to the words.
  const own = place.pers.filter((unit) => !isTimeUnit(unit))
  if (own.length === 0) return times.length > 0 && /^(?:vecher|den|smen|vizit|занятие|kurs)/u.test(mine) ? period : null
  if ([...place.tokens.keys()].some((token) => likeness(token, perStem(mine)) > 0)) return null
  // A bottle is a piece.
  if (mine === "штука" ? own.every((unit) => pieces.has(unit)) : pieces.has(mine) && own.includes("штука")) return null
  return strictUnits.has(mine) && own.some((unit) => strictUnits.has(unit)) ? period : null
}

const pieces = new Set(
  [
    "пара",
    "окно",
    "дверь",
    "зуб",
    "комната",
    "страница",
    "сторона",
    "комплект",
    "упаковка",
    "машина",
    "камера",
    "секция",
    "бутыль",
    "створка",
  ].map(unitKey),
)
const strictUnits = new Set(["человек", "штука", "м2", "м3", "м", "км", "кг", "л", "занятие", "сотрудник", ...pieces])
const stemsOfUnits: Readonly<Record<string, string>> = {
  месяц: "mesyac",
  год: "god",
  день: "den",
  час: "chas",
  неделя: "nedel",
  человек: "chelovek",
}
const perStem = (per: string) => stemsOfUnits[per.split(" ").at(-1)!] ?? wordsOf(per).at(-1)?.stem ?? per

/** `от 9 900` of several prices that the words do not tell apart, if none of them is less. */
const isLeastOf = (place: Place, rivals: ReadonlyArray<Place>, context: Context, sign: 1 | -1): boolean => {
  const open = rivals.filter(
    (rival) =>
      isRivalOf(rival, place) &&
      (shares(place, rival) > 0 || place.line.block === rival.line.block) &&
      compare(place, rival, context) === 0,
  )
  return open.length > 0 && open.every((rival) => (rival.quantity.value - place.quantity.value) * sign < 0)
}
