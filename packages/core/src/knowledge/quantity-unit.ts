/** What a number counts, and what it is paid per: money, time, measures, `за человека`, `/мес`. */
import { moneyUnits } from "./currency.ts"
import { numerals } from "./numeral.ts"

export const timeUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["секунда", /^(?:сек(?:унд\p{L}*)?)(?!\p{L})/iu],
  ["минута", /^(?:мин(?:ут\p{L}*)?)(?!\p{L})/iu],
  ["час", /^(?:час(?:а|ов|у|ам|ами|ах)?|ч|сағат\p{L}*)(?!\p{L})/iu],
  ["день", /^(?:дн(?:я|ей|ю|ям|ями|ях|и|ем)?|день|сут(?:ки|ок|кам|ками|ках)?|күн\p{L}*)(?!\p{L})/iu],
  ["неделя", /^(?:нед(?:ел\p{L}*)?|апта\p{L}*)(?!\p{L})/iu],
  ["месяц", /^(?:мес(?:яц\p{L}*)?|ай(?:ға|да)?)(?!\p{L})/iu],
  ["квартал", /^(?:квартал\p{L}*)(?!\p{L})/iu],
  ["год", /^(?:год(?:а|у|ом|ам|ами|ов|ы)?|лет|жыл\p{L}*)(?!\p{L})/iu],
]

/** What a sum may be per, in words and in forms that attach: `/мес`. */
const perUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["минута", /^мин(?:ут\p{L}*)?$/iu],
  ["час", /^(?:час(?:а|ов)?|ч)$/iu],
  ["день", /^(?:день|дня|дней|сут(?:ки|ок)?|дн)$/iu],
  ["неделя", /^нед(?:ел\p{L}*)?$/iu],
  ["месяц", /^мес(?:яц\p{L}*)?$/iu],
  ["квартал", /^квартал\p{L}*$/iu],
  ["год", /^(?:год(?:а|у)?|лет)$/iu],
]

const measures =
  /^(?:м²|м2|кв\.?\s?м\.?|м³|м3|куб\.?\s?м\.?|км\/ч|км|кг|мг|гр|г|мл|л|см|мм|м|шт|тонн\p{L}*|т|мбит\/с|мбит|гбит|гб|мб|тб|квт|вт|ватт|°c|°|градус\p{L}*|дюйм\p{L}*|gb|mb|tb|mah|мач|w|kg|км²|сот(?:ок|ки|ка)?|га|px)(?![\p{L}\d])/iu

export const unitAt = (
  text: string,
  from: number,
): {
  readonly kind: "money" | "percent" | "duration" | "count"
  readonly unit: string
  readonly end: number
  readonly workingDays: boolean
} | null => {
  const space = /^[ \u00a0\u202f\u2009]{0,2}/.exec(text.slice(from, from + 3))![0].length
  const rest = text.slice(from + space, from + space + 60)
  const start = from + space
  for (const [unit, pattern] of moneyUnits) {
    const match = pattern.exec(rest)
    if (match !== null) return { kind: "money", unit, end: start + match[0].length, workingDays: false }
  }
  const percent = /^(?:%|процент\p{L}*|пайыз\p{L}*)/iu.exec(rest)
  if (percent !== null) return { kind: "percent", unit: "%", end: start + percent[0].length, workingDays: false }
  const days = /^(рабоч|жұмыс|календарн|банковск|полн|астрономическ|академическ|ак\.|раб\.)\p{L}*\s+/iu.exec(rest)
  const skipped = days?.[0].length ?? 0
  for (const [unit, pattern] of timeUnits) {
    const match = pattern.exec(rest.slice(skipped))
    if (match !== null) {
      return {
        kind: "duration",
        unit,
        end: start + skipped + match[0].length,
        workingDays: /^(рабоч|жұмыс|банковск|раб\.)/iu.test(days?.[1] ?? ""),
      }
    }
  }
  const measure = measures.exec(rest)
  if (measure !== null)
    return { kind: "count", unit: measure[0].toLowerCase(), end: start + measure[0].length, workingDays: false }
  return null
}

const perPattern =
  /^(?:\s*[/\\]\s*|\s+(?:в|за|с|на|из расчета на)\s+(?:один\s+|одн(?:ого|у|ой|о)\s+|1\s+|кажд(?:ый|ую|ого|ой|ое)\s+)?)((?:кв\.?\s?)?[\p{L}]+[²³2]?)(?:\.(?=\s*[\p{Ll},;)]))?/iu

const perTimesPattern = /^\s+(?:за|на)\s+(\d{1,3}|\p{L}+)\s+(\p{L}+)/iu

const perAdverb =
  /^[\s,(]*(ежемесячно|ежегодно|ежедневно|еженедельно|помесячно|разово|единоразово|единовременно|однократно|айына|жылына|күніне|навсегда|месячн\p{L}*|годов\p{L}*|p\.?m\.?|per month)(?!\p{L})/iu

const adverbs: ReadonlyArray<readonly [string, RegExp]> = [
  ["месяц", /^(ежемесячн|помесячн|айына|месячн|p\.?m|per month)/iu],
  ["год", /^(ежегодн|жылына|годов)/iu],
  ["день", /^(ежедневн|күніне)/iu],
  ["неделя", /^еженедельн/iu],
  ["разово", /^(разов|единоразов|единовременн|однократн|навсегда)/iu],
]

const adverbUnit = (word: string) => adverbs.find(([, pattern]) => pattern.test(word))?.[0] ?? word

/** What is said to be paid for in units of: not `в Алматы` or `за границу`, which are places. */
const perNouns =
  /^(человек|чел|гост|персон|участник|штук|шт|единиц|пар|м²|м2|м|кв|квадрат|метр|километр|км|кг|килограмм|литр|л|тонн|куб|занят|урок|сеанс|визит|прием|процедур|ноч|ночь|смен|касс|пользовател|сотрудник|точк|номер|зуб|ученик|ребен|взросл|групп|курс|модул|проект|машин|авто|заказ|доставк|поездк|час|коробк|упаковк|комплект|порци|блюд|страниц|слов|лист|экземпляр|филиал|магазин|мест|рейс|выезд|услуг|раз|адам|посещен|тренировк|вечер|утро|пару|шин|мешок|ветк|лист|камер|бутыл|консультац|установк|мес|аппарат|устройств|лиценз|контакт|сообщен|минут|день|сут|недел|год|месяц|квартал|документ|договор|копи|створк|датчик|пост|ролик|полис|анализ|показател|канал|этаж|букет|издели|один|одно)/iu

export const perAfter = (text: string, from: number): { readonly per: string; readonly end: number } | null => {
  const rest = text.slice(from, from + 48)
  const adverb = perAdverb.exec(rest)
  if (adverb !== null) return { per: adverbUnit(adverb[1]!), end: from + adverb[0].length }
  const times = perTimesPattern.exec(rest)
  if (times !== null) {
    const n = /^\d/.test(times[1]!) ? Number(times[1]) : numerals.get(times[1]!.toLowerCase())
    const unit = perUnits.find(([, pattern]) => pattern.test(times[2]!))?.[0]
    if (n !== undefined && unit !== undefined)
      return { per: n === 1 ? unit : `${n} ${unit}`, end: from + times[0].length }
  }
  const half = /^\s+(?:за|на|в)\s+(полгода|пол\s?года|полчаса|сутки)(?!\p{L})/iu.exec(rest)
  if (half !== null)
    return {
      per: half[1]!.startsWith("сут") ? "день" : half[1] === "полчаса" ? "30 минута" : "6 месяц",
      end: from + half[0].length,
    }
  const match = perPattern.exec(rest)
  if (match === null) return null
  const word = match[1]!.toLowerCase().replaceAll("ё", "е")
  // `18 000 / оригинал 38 000` are two prices.
  const attached = /^[/\\]/.test(match[0])
  // `с доставкой`, `с монтажом`: what is included, not what is paid for.
  if (/^\s+с\s/iu.test(match[0]) && /(?:ом|ем|ой|ей|ью|ами|ями)$/u.test(word)) return null
  const unit = perUnits.find(([, pattern]) => pattern.test(word))?.[0]
  if (unit !== undefined) return { per: unit, end: from + match[0].length }
  if (attached || perNouns.test(word)) return { per: word, end: from + match[0].length }
  return null
}

/** `ежемесячно 9 900`, `в год выйдет 118 800`, `за человека — 5 000`, within the clause before the number. */
const perBeforePattern =
  /(?:^|\s)(?:(?:в|за|на)\s+(месяц|год|день|сутки|неделю|час|квартал|человека|полгода|(?:\d{1,2}|два|две|двое|три|трое|четыре|пять|шесть|семь|десять|двенадцать)\s+(?:месяц\p{L}*|год\p{L}*|дн\p{L}*|сут\p{L}*|недел\p{L}*|час\p{L}*))|(ежемесячн\p{L}*|ежегодн\p{L}*|ежедневн\p{L}*|помесячн\p{L}*|месячн\p{L}*|годов\p{L}*|разов\p{L}*|единоразов\p{L}*|единовременн\p{L}*|айына|жылына))(?=[\s,:—–-])[^.!?;\n\d]{0,40}$/iu

export const perBefore = (text: string, from: number, floor: number): string | null => {
  const before = text.slice(Math.max(floor, from - 60), from)
  const match = perBeforePattern.exec(before)
  // `рассрочка на 6 месяцев при сумме от 100 000 ₸`, `…, иначе 10 000 ₸`: the term is another thing's.
  if (
    match === null ||
    /(?<!\p{L})(?:при|без|иначе|по|кроме|дальше|далее|затем|потом)(?!\p{L})|,/iu.test(
      match[0]
        .trimStart()
        .replace(/^\S+\s+\S+/u, "")
        .replace(/,\s*$/u, ""),
    )
  )
    return null
  if (match[2] !== undefined) return adverbUnit(match[2])
  const phrase = match[1]!.toLowerCase()
  if (phrase === "полгода") return "6 месяц"
  const [count, noun] = phrase.split(/\s+/)
  const unit = perUnits.find(([, pattern]) => pattern.test(noun ?? count!))?.[0]
  if (noun === undefined) return unit ?? count!
  const n = /^\d/.test(count!) ? Number(count) : numerals.get(count!)
  return unit === undefined || n === undefined ? null : `${n} ${unit}`
}
