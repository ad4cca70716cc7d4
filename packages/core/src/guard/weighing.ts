/**
 * Which place of the documents a claim means. A claim is of the wrong subject only if the words around it name another
 * figure better than every place that has the claimed one; of wrong terms if it says the figure otherwise than they do.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, wordsOf } from "../knowledge/wording.ts"
import type { UngroundedClaim, UngroundedCode } from "./claim.ts"
import type { Context } from "./claim-context.ts"
import { isCity } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { countDays } from "./days.ts"
import { admits, fit, isComparable, measured, sameNumber, sameUnit } from "./figure.ts"
import { compare, namedBy } from "./naming.ts"
import type { Place } from "./place.ts"
import { isOfDays, isOfKind, isOfScale, isRivalOf, isYear, shares } from "./rival.ts"
import { isNaming } from "./segment.ts"
import { termsOf } from "./terms.ts"
import { isRanged, tierOf } from "./tier.ts"

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
        countDays(rival.days) < countDays(place.days || 127) &&
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
