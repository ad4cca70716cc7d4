/** Whether a claim keeps the terms of its place: its `от` and `до`, its period, its unit, for one or for all. */

import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, wordsOf } from "../knowledge/wording.ts"
import type { Context } from "./claim-context.ts"
import { fit, measured, perKey, sameNumber, unitKey } from "./figure.ts"
import { compare } from "./naming.ts"
import type { Place } from "./place.ts"
import { isTimeUnit } from "./place.ts"
import { isRivalOf, shares } from "./rival.ts"

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
export const termsOf = (
  claim: Quantity,
  place: Place,
  rivals: ReadonlyArray<Place>,
  context: Context,
): string | null => {
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
