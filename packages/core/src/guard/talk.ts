/** Figures that claim nothing of the company: the client's own given back, multipliers, questions about his affairs. */
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { Basis } from "./claim.ts"
import type { Context } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { admits, measured, sameNumber, sameUnit } from "./figure.ts"

export const denial = /(?<!\p{L})(?:не|нет|ни|вместо|к сожалению|никак|увы)(?!\p{L})/iu

const aboutClient =
  /(?<!\p{L})(?:у вас|вы|вам|вас|ваш\p{L}*|планируете|нужно|нужны|нужен|потребуется|хотите|интересует|рассматриваете|сколько|скольки|будете|берете|готовы)(?!\p{L})/iu
const asksService =
  /(?<!\p{L})(?:стоит|цен\p{L}*|стоимость|оформ\p{L}*|скидк\p{L}*|доставим|привез[её]м|сделаем|установим|гарант\p{L}*)/iu
const promises =
  /(?<!\p{L})(?:скидк\p{L}*|гарант\p{L}*|бесплатн\p{L}*|подар\p{L}*|рассрочк\p{L}*|возвра\p{L}*|верн\p{L}*)/iu
const ofTerm =
  /(?<!\p{L})(?:дела\p{L}*|сдела\p{L}*|достав\p{L}*|привез\p{L}*|готов\p{L}*|займ\p{L}*|заним\p{L}*|длит\p{L}*|срок\p{L}*|успе\p{L}*|уложим\p{L}*|хватит|почин\p{L}*|заказать|заказыва\p{L}*|заявк\p{L}*|почист\p{L}*|отремонт\p{L}*|изготов\p{L}*|получите|отдад\p{L}*|будет готов\p{L}*|приед\p{L}*|длится|храним|хранит\p{L}*)(?!\p{L})/iu
const budget =
  /(?<!\p{L})(?:бюджет\p{L}*|в пределах|в рамках|уклад\p{L}*|уложи\p{L}*|ваш\p{L}*|вы (?:сказали|писали|назвали|указали|упомянули|говорили|платите|тратите|теряете))\s+(?:\p{L}+\s+){0,3}$|(?<!\p{L})(?:при|от|с|на|до)\s+(?:\p{L}{4,}\s+){0,2}(?:на\s+|в\s+)?$|(?<!\p{L})для\s+$|(?:авто|машин|квартир|дом|объект)\p{L}*\s+за\s+$/iu

const isScaled = /тыс|млн|миллион/iu

const granting =
  /(?<!\p{L})(?:сдела(?:ем|ю)|да[дё]им|да[её]м|предоставим|пойд[её]м навстречу|снизим|уступим)(?!\p{L})/iu

const isQuestion = (text: string) => /\?\s*[\p{Extended_Pictographic}\s)»"]*$/u.test(text)

export const asTalk = (claim: Quantity, context: Context, court: Court, isNowhere: boolean): Basis | null => {
  const sentence = context.sentence.text
  const question = isQuestion(sentence)
  const isSame = (other: Quantity) =>
    other.kind === "bare" || claim.kind === "bare"
      ? sameNumber(other.value, claim.value)
      : (other.kind === claim.kind ||
          // `130000 бюджет`
          (claim.kind === "money" && other.kind === "count" && other.value >= 1000)) &&
        sameNumber(measured(other).value, measured(claim).value)
  const byClient =
    court.clientQuantities.some(isSame) ||
    ((claim.kind === "count" || claim.kind === "bare" || claim.kind === "duration") &&
      court.clientNumbers.some((number) => sameNumber(number, claim.value)))
  const refused =
    denial.test(context.near) ||
    /(?<!\p{L})(?:не (?:получится|сможем|можем|могу|обещ\p{L}*)|обещать не)(?!\p{L})/iu.test(sentence)
  const { settled } = court
  // `Например, если рынок даёт 100 000`: supposed, and what is made of it is judged.
  if (
    claim.kind === "money" &&
    /(?<!\p{L})(?:например|допустим|скажем|предположим),?\s+если\s[^.,!?]*$/iu.test(context.before)
  )
    return "talk"
  // `один месяц в подарок` is judged as a promise.
  if (
    (claim.kind === "duration" || claim.kind === "count") &&
    claim.value === 1 &&
    /(?<!\p{L})(?:подар\p{L}*|бесплатн\p{L}*)(?!\p{L})/iu.test(context.near) &&
    !(claim.kind === "duration" && /цел\p{L}+/iu.test(claim.text))
  )
    return "talk"
  // `за год это 120 000`, `на 2 ночи — 68 000`, `четыре субботы — 48 000`: the sum is what is judged.
  const nextSum = court.view.quantities.find(
    (other) =>
      (other.kind === "money" || (other.kind === "bare" && other.value >= 1000)) &&
      other.index > claim.index &&
      other.index < context.sentence.end &&
      !/[;.!?]/.test(court.view.text.slice(claim.index + claim.text.length, other.index)),
  )
  const previousSum = court.view.quantities.findLast(
    (other) =>
      other.kind === "money" &&
      other.index < claim.index &&
      other.index >= context.sentence.index &&
      claim.index - other.index - other.text.length < 24,
  )
  if (claim.kind === "duration") {
    const per = previousSum?.per
    if (previousSum !== undefined && per !== null && previousSum.index + previousSum.text.length > claim.index)
      return "arithmetic"
    const lead = court.view.text.slice(Math.max(0, claim.index - 12), claim.index)
    if (
      nextSum !== undefined &&
      settled.has(nextSum.index) &&
      !ofTerm.test(context.near) &&
      !/течение/iu.test(context.near + claim.text) &&
      !promises.test(context.near) &&
      (/(?<!\p{L})(?:за|на|в)\s+$/iu.test(lead) ||
        /^(?:за|на)\s/iu.test(claim.text) ||
        nextSum.index - claim.index - claim.text.length <= 14)
    )
      return "arithmetic"
    if (
      previousSum !== undefined &&
      settled.has(previousSum.index) &&
      /^\s*(?:за|на)?\s*$/iu.test(court.view.text.slice(previousSum.index + previousSum.text.length, claim.index))
    )
      return "arithmetic"
  }
  if (byClient) {
    // The client's bound is not ours: `тиражом от 1 000`.
    if (
      claim.kind === "count" &&
      claim.qualifier === "to" &&
      !question &&
      !refused &&
      !court.clientQuantities.some((other) => isSame(other) && other.qualifier === "to") &&
      court.index.places.some(
        ({ quantity }) =>
          quantity.kind === "count" && quantity.qualifier === "to" && sameUnit(quantity.unit, claim.unit),
      )
    )
      return null
    if (
      claim.kind === "count" &&
      claim.qualifier === "from" &&
      !/(?:ами|ями|ом|ем|ью)$/u.test((claim.unit ?? "").split(" ")[0]!) &&
      !question &&
      !refused &&
      !court.clientQuantities.some((other) => isSame(other) && other.qualifier === "from")
    )
      return null
    if (claim.kind === "clock" || claim.kind === "date") return "chat"
    // `Не хочется вас терять: сделаем минус 10 %` declines nothing.
    if (refused && !(claim.kind === "percent" && granting.test(context.near))) return "chat"
    if (claim.kind === "percent") return null
    // `Всё так, 99 тысяч`
    if (claim.kind === "money" || (claim.kind === "bare" && claim.value >= 1000 && isScaled.test(claim.text)))
      return budget.test(context.before) ||
        claim.qualifier === "to" ||
        /^с\s/iu.test(claim.text) ||
        (question && !asksService.test(sentence))
        ? "chat"
        : null
    if (claim.kind === "duration")
      return (ofTerm.test(context.near) || promises.test(context.near) || /^(?:за|через)\s/iu.test(claim.text)) &&
        !aboutClient.test(context.near) &&
        !isOfSpan(claim, court)
        ? null
        : promises.test(context.gap) && !isOfSpan(claim, court)
          ? null
          : "chat"
    if (
      claim.kind === "count" ||
      (claim.value >= 100 && /^\s+\p{Ll}{3,}(?:ов|ев|ей|ий|ек|ок|ам|ами)(?!\p{L})/u.test(context.after))
    )
      return "chat"
    return promises.test(context.near) && !/(?<!\p{L})(?:на|для|за|при)\s+$/iu.test(context.before) ? null : "chat"
  }
  if (
    question &&
    !asksService.test(sentence) &&
    (claim.kind === "count" || claim.kind === "duration" || (claim.kind === "bare" && claim.value < 100)) &&
    aboutClient.test(sentence)
  )
    return "talk"
  if (claim.kind === "count" || (claim.kind === "bare" && claim.value < 100)) {
    if (
      claim.qualifier === null &&
      claim.value <= 100 &&
      nextSum !== undefined &&
      settled.has(nextSum.index) &&
      nextSum.index - claim.index - claim.text.length <= 30 &&
      court.view.quantities.some(
        (one) => one.index === nextSum.index && court.settled.get(one.index)?.quantity.value !== one.value,
      )
    )
      return "arithmetic"
    if (claim.qualifier === null && claim.value > 1 && isFactor(claim, context, court)) return "arithmetic"
    // `Объём суммируется, 700 шт`: of what the client named.
    const parts = court.clientQuantities.filter((one) => one.kind === "count").map((one) => one.value)
    if (
      claim.kind === "count" &&
      parts.length >= 2 &&
      sameNumber(
        parts.reduce((sum, one) => sum + one, 0),
        claim.value,
      )
    )
      return "chat"
    if (areasIn(`${court.view.turn}\n${court.view.text}`).some((area) => sameNumber(area, claim.value)))
      return "arithmetic"
    if (isNowhere && claim.value <= 31 && claim.qualifier === null) {
      // `Три документа обойдутся в 27 000`: the sum is what is judged.
      const sum = court.view.quantities.find(
        (one) => one.kind === "money" && one.index > claim.index && one.index < context.sentence.end,
      )
      if (
        sum !== undefined &&
        settled.has(sum.index) &&
        settled.get(sum.index)?.quantity.value !== sum.value &&
        Number.isInteger(sum.value / claim.value)
      )
        return "arithmetic"
      if (overs(court).has(claim.value)) return "arithmetic"
      if (claim.value <= 12) return listed(claim, context, court)
    }
  }
  return null
}

/** `семь раз по 12 000 вышло бы 84 000`, `12 мешков по 2 700, всего 32 400`: the product that is told is what is judged. */
const isFactor = (claim: Quantity, context: Context, court: Court): boolean => {
  const sums = court.view.quantities.filter(
    (one) =>
      (one.kind === "money" || (one.kind === "bare" && one.value >= 100)) &&
      one.index > claim.index &&
      one.index < context.sentence.end &&
      court.settled.has(one.index),
  )
  return sums.some((piece) =>
    sums.some((total) => total.index > piece.index && sameNumber(piece.value * claim.value, total.value)),
  )
}

/** `3×2`, `3 на 4`: their areas. */
export const areasIn = (text: string): ReadonlyArray<number> =>
  [
    ...text.matchAll(
      /(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:[×xх*]|на)\s?(\d{1,3}(?:[.,]\d{1,2})?)(?![\d.,]*\d)/giu,
    ),
  ].map((match) => Number(match[1]!.replace(",", ".")) * Number(match[2]!.replace(",", ".")))

/** The client's ten days, where the documents rule on `7–13 дней`. */
const isOfSpan = (claim: Quantity, court: Court): boolean =>
  court.index.places.some(
    ({ quantity }) =>
      quantity.kind === "duration" &&
      quantity.to !== null &&
      measured(quantity).scale === measured(claim).scale &&
      admits(quantity, measured(claim).value),
  )

/** Twelve people on a tariff for ten: two are over it. */
export const overs = (court: Court): ReadonlySet<number> => {
  const caps = court.index.places
    .filter(
      (place) => place.quantity.kind === "count" && (place.quantity.qualifier === "to" || place.quantity.to !== null),
    )
    .map((place) => place.quantity.to ?? place.quantity.value)
  const numbers = [
    ...court.clientNumbers,
    ...court.clientQuantities.filter((one) => one.kind === "count").map((one) => one.value),
  ]
  return new Set(numbers.flatMap((number) => caps.map((cap) => number - cap)).filter((over) => over > 0 && over <= 100))
}

/** `У нас три тарифа: «Старт», «Бизнес» и «Про»`, `есть два зала`, `оба варианта`. */
const listed = (claim: Quantity, context: Context, court: Court): Basis | null => {
  const after = court.view.text.slice(claim.index + claim.text.length, context.sentence.end)
  const list = /^[^.!?]*?[:—–]\s*([^.!?]+)/u.exec(after)?.[1]
  if (
    list !== undefined &&
    list.split(/,|;|\s+и\s+|\s+или\s+|\n/u).filter((item) => /\p{L}/u.test(item)).length === claim.value
  )
    return "fact"
  if ((context.sentence.text.match(/«[^»]+»/g) ?? []).length === claim.value) return "fact"
  const noun = wordsOf(claim.unit ?? "").at(-1)?.stem
  if (noun === undefined) return null
  const general = [
    "вариант",
    "тариф",
    "способ",
    "формат",
    "пакет",
    "зал",
    "вид",
    "модель",
    "размер",
    "направление",
    "группа",
    "курс",
    "услуга",
    "филиал",
    "платеж",
    "часть",
    "день",
    "ребенок",
    "комплект",
  ].map(stemOf)
  const heads = new Set(
    court.index.lines
      .filter((line) => [...line.stems].some((stem) => likeness(stem, noun) > 0))
      .map((line) => line.text),
  )
  if (heads.size === claim.value) return "fact"
  const sums = court.view.quantities.filter((one) => one.kind === "money" && one.index > claim.index).length
  return general.some((stem) => likeness(stem, noun) > 0) && sums === claim.value ? "fact" : null
}
