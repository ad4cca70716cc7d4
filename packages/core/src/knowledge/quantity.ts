/**
 * Every number-like claim of a text: sums, percents, durations, counts, clock times, dates, phones, links, in Russian and
 * simple Kazakh, in digits and in words. It promises to be total and linear, and to find what a reader would call a
 * figure. It leaves out numbers that are names (`1С`, `iPhone 15`, `24/7`, `№3`, `1)`), and says nothing about truth.
 */
import { contactsOf } from "./contact-text.ts"
import { moneyUnits } from "./currency.ts"
import type { Numeral, Token } from "./numeral.ts"
import { magnitudeAt, numberOf, numeralAt, round, tokensOf } from "./numeral.ts"
import type { Read } from "./quantity-shape.ts"
import { make, qualifierBefore } from "./quantity-shape.ts"
import { isMonth, readClock, readDate } from "./quantity-time.ts"
import { perAfter, perBefore, timeUnits, unitAt } from "./quantity-unit.ts"

export type QuantityKind =
  | "money"
  | "percent"
  | "duration"
  | "count"
  | "bare"
  | "clock"
  | "date"
  | "phone"
  | "link"
  | "email"

export type Qualifier = "from" | "to" | "about" | "over" | "under"

export interface Quantity {
  readonly kind: QuantityKind
  /** The number; minutes after midnight for `clock`; month × 100 + day (or the year) for `date`; NaN where `key` speaks. */
  readonly value: number
  /** The upper end of a range, otherwise null. `value` is then the lower. */
  readonly to: number | null
  /** `KZT`, `%`, `день`, the counted noun as written, `year` for a bare year; null for a bare number or a sum without currency. */
  readonly unit: string | null
  /** What it is for: `месяц`, `год`, `3 месяц`, `разово`, or the words behind `за`; null if not said. */
  readonly per: string | null
  readonly qualifier: Qualifier | null
  /** Working days, where the text says so. */
  readonly workingDays: boolean
  /** Compared instead of the value: a phone in E.164 or its digits, a link without protocol, an address in lower case. */
  readonly key: string
  readonly index: number
  /** As written, with qualifier, unit and per. */
  readonly text: string
}

const dash = /^[-–—‑]$/

/** Names of places in a building: their number is an address, not an amount. */
const adjective = /(?:ых|их|ого|его|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ыми|ими|ым|им)$/u

const nominative = /^(?!.*(?:ами|ями)$)\p{L}*(?:[аяыиуюе]|ый|ий|ой)(?: \p{L}+)?$/u

/** Behind a number these begin something else. */
const notCounted =
  /^(?:можно|нужно|будет|хватит|сделаем|привез[а-я]+|доставим|установим|подключим|приедем|отправим|[а-я]+(?:мся|тся|ться|шься)|и|а|но|или|в|во|на|за|из|от|до|по|с|со|к|ко|у|о|об|при|для|над|под|без|через|это|то|что|если|когда|не|ни|же|ли|бы|как|вместо|плюс|минус|утра|вечера|дня|ночи|также|либо|да|нет|вам|вас|мы|вы|он|она|включая|против|уже|ещё|еще|сейчас|так|там|тут|он|их|все|всё|есть|будет|только|максимум|минимум|примерно|подойдет|стоит|доставка|включительно|разово|единоразово|единовременно|ежемесячно|свыше|сверх|более|менее|больше|меньше|выше|ниже|иначе|далее|верн[её]м|вернем|вносите|вносим|оплатите|останется|получится|доплатите|при|около)$/u

/** Adverbs, short adjectives and verbs: nothing is counted in them. */
const uncountable =
  /(?:[аеуюя]ем|[аеуюя]ете|[аеуюя]ют|[ая]ет|енн?[аоы]|[аеиоуыяюь]шь|бесплатн[аы]|(?<!кил|фот|виде|пальт|кин|авт|мет|депо|меню)о)$/u

/** Everything up to here is linear: each token is looked at a bounded number of times. */
export const findQuantities = (text: string): ReadonlyArray<Quantity> => {
  const contacts = contactsOf(text)
  // Same length, so that indices stay true.
  let masked = text
  if (contacts.length > 0) {
    const parts: Array<string> = []
    let from = 0
    for (const contact of contacts) {
      parts.push(text.slice(from, contact.index), "\u0001".repeat(contact.text.length))
      from = contact.index + contact.text.length
    }
    parts.push(text.slice(from))
    masked = parts.join("")
  }
  const tokens = tokensOf(masked)
  const found: Array<Quantity> = []
  let at = 0
  // Where the last sum or count ends: what was said of it is not said of the next.
  let spokenTo = 0
  while (at < tokens.length) {
    const read = readAt(masked, tokens, at, spokenTo)
    if (read === null) {
      at++
      continue
    }
    if (read.quantity !== null)
      spokenTo = read.quantity.kind === "duration" ? spokenTo : read.quantity.index + read.quantity.text.length
    if (read.quantity !== null)
      found.push({
        ...read.quantity,
        text: text.slice(read.quantity.index, read.quantity.index + read.quantity.text.length),
      })
    at = Math.max(at + 1, read.next)
  }
  return [...found, ...contacts].sort((a, b) => a.index - b.index)
}

const isName = (text: string, tokens: ReadonlyArray<Token>, at: number, numeral: Numeral): boolean => {
  const token = tokens[at]!
  if (token.type !== "number") return false
  const before = tokens[at - 1]
  const after = tokens[at + 1]
  // `B2B`, `L25mm`, `Fit24`
  if (before?.type === "word" && before.end === token.index) return true
  if (
    before !== undefined &&
    (before.text === "_" || before.text === "№" || before.text === "#") &&
    token.index - before.end <= 1
  )
    return true
  if (
    before?.type === "word" &&
    /^(?:форма|формы|форме|форму|п|пп|ст|гл|рис|арт|артикул|версия|версии|модель|код|iso|гост|снип|линейка|серия|серии|вариант|варианте|варианта|шаг|шаге|шага|пункт|пункте|пункта|этап|этапе|способ|урок|блок)$/u.test(
      before.lower,
    ) &&
    token.index - before.end <= 2 &&
    // `форма 18 000 тг` is a price, `форма 910` a name.
    !numeral.grouped &&
    unitAt(text, tokens[numeral.next - 1]!.end)?.kind !== "money"
  )
    return true
  if (before?.text === "." && tokens[at - 2]?.type === "word" && /^(?:п|пп|ст|рис|арт)$/u.test(tokens[at - 2]!.lower))
    return true
  // `0-0-12`
  if (
    /^\d{1,2}-\d{1,2}-\d{1,2}(?![\d-])/.test(text.slice(token.index, token.index + 9)) ||
    (/\d-(?:\d{1,2}-)?$/.test(text.slice(Math.max(0, token.index - 4), token.index)) &&
      /\d{1,2}-\d{1,2}-\d{1,2}/.test(text.slice(Math.max(0, token.index - 6), token.end + 6)))
  )
    return true
  // `«Дом 300»`: a number within a name.
  const opening = text.slice(Math.max(0, token.index - 40), token.index)
  if (
    /«[^«»\n]*$/u.test(opening) &&
    /^\s*[^«\n]{0,20}»/u.test(text.slice(token.end, token.end + 24)) &&
    unitAt(text, token.end)?.kind !== "money"
  )
    return true
  // `2-комнатная`, `3-летний`
  if (/^-[а-яё]{5,}/iu.test(text.slice(token.end, token.end + 7)) && /^\d{1,3}$/.test(token.text)) return true
  // `24/7`, `50/50`, `2-в-1`, `4х4`
  if (after?.text === "/" && isFraction(token, after, tokens[at + 2])) return true
  if (before?.text === "/" && isFraction(tokens[at - 2], before, token)) return true
  if (/^24 на 7(?!\d)/.test(text.slice(token.index, token.index + 9))) return true
  if (
    before !== undefined &&
    /^[хx×*]$/iu.test(before.text) &&
    tokens[at - 2]?.type === "number" &&
    token.index - before.end <= 1
  )
    return true
  // `1500×1400`, `180 на 200` is a size.
  if (
    after !== undefined &&
    /^[хx×]$/iu.test(after.text) &&
    tokens[at + 2]?.type === "number" &&
    after.index - token.end <= 1
  )
    return true
  // `1С`, `3D`, `4K`: letters that touch the number and are no unit.
  if (after?.type === "word" && after.index === token.end) {
    if (/^(?:K|К)$/.test(after.text) && token.text.length === 1) return true
    if (unitAt(text, token.end) === null && magnitudeAt(text, tokens, at + 1) === null) return true
    if (/^[A-Z]{1,3}$/.test(after.text) && !/^(?:KZT|USD|RUB|EUR|GB|TB|MB|W|K)$/.test(after.text)) return true
  }
  // `iPhone 15`, `Wi-Fi 6`, `GPT-4`: a Latin name right before, and no unit behind. `Open space 8:00` is no such name.
  if (after?.text === ":" && after.index === token.end && /^\d\d(?!\d)/.test(text.slice(after.end, after.end + 3)))
    return false
  const joint =
    before?.text === "-" && before.end === token.index && before.index === tokens[at - 2]?.end ? tokens[at - 2] : before
  if (
    joint?.type === "word" &&
    /^[a-z]/iu.test(joint.text) &&
    token.index - joint.end <= 1 &&
    !numeral.grouped &&
    !numeral.scaled
  ) {
    const unit = unitAt(text, tokens[numeral.next - 1]!.end)
    // `iPhone 1–2 часа`
    const span = /^[–—-]\d{1,3}(?!\d)/.exec(text.slice(token.end, token.end + 5))
    if (span !== null && unitAt(text, token.end + span[0].length) !== null) return false
    if (
      unit === null &&
      listedUnit(text, tokens[numeral.next - 1]!.end, numeral.value) === null &&
      !(
        after?.type === "word" &&
        /^\p{Script=Cyrillic}/u.test(after.text) &&
        !notCounted.test(after.lower) &&
        after.text === after.lower
      )
    )
      // `Витамин D 9200` names no model.
      return numeral.value < (joint.text.length === 1 && joint === before ? 1000 : 10_000)
  }
  // `Форма-7`, `COVID-19`, `Газель-33`
  if (joint !== before && joint?.type === "word" && /^\p{Lu}/u.test(joint.text) && unitAt(text, token.end) === null)
    return true
  return false
}

/** `24/7`, `2026/2027`; but `8 900 / 8 300` are two prices. */
const isFraction = (left: Token | undefined, slash: Token, right: Token | undefined): boolean =>
  left?.type === "number" &&
  right?.type === "number" &&
  left.end === slash.index &&
  right.index === slash.end &&
  [left, right].every((one) => /^(?:\d{1,3}|(?:19|20)\d\d)$/.test(one.text))

const invertedPattern =
  /(?:^|[\s(])(минут[а-я]?|час(?:а|ов|ика)?|дн(?:я|ей)|недел[ьи]|месяц(?:а|ев)|лет|год(?:а|иков))\s+(?:(?:за|через|на|в|по|до|около)\s+)?$/iu
const invertedUnit = (text: string, at: number) => {
  const match = invertedPattern.exec(text.slice(Math.max(0, at - 22), at))
  if (
    match === null ||
    /\d\s*(?:-|–)?\s*$/.test(text.slice(0, at - (match[0].length - match[0].search(/\S/))).slice(-4))
  )
    return null
  const unit = timeUnits.find(([, pattern]) => pattern.test(match[1]!))?.[0]
  return unit === undefined ? null : { kind: "duration" as const, unit, end: at, workingDays: false }
}

/** `28 000 (двадцать восемь тысяч) тенге`: contracts say a number twice. */
const unitBehindWords = (text: string, from: number) => {
  const words = spelled.exec(text.slice(from, from + 90))?.[0]
  return words === undefined ? null : unitAt(text, from + words.trimEnd().length)
}
const spelled =
  /^\s?\((?=[^)]*(?:тысяч|миллион|сот|сто|двест|трист|десят|дцать|сорок|девяност|один|одн|два|две|двух|три|тр[её]х|четыр|пят|шест|сем|восем|восьм|девят|мың|жүз|он|жиырма|отыз|қырық|елу|алпыс|жетпіс|сексен|тоқсан|бір|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз))[\p{L}\s-]{3,80}\)\s?/iu

/** `на 3 или 6 месяцев`: the unit stands once, behind the last of them. */
const listedUnit = (text: string, from: number, value: number) => {
  const rest = text.slice(from, from + 48)
  const list = listPattern.exec(rest)
  if (list === null || unitAt(text, from) !== null) return null
  const behind = from + list[0].trimEnd().length
  // `1 и 15 числа`
  if (/^\s+числ[аоу]?(?!\p{L})/iu.test(text.slice(behind, behind + 8)))
    return { kind: "count" as const, unit: "числа", end: behind, workingDays: false }
  const unit = unitAt(text, behind)
  return unit === null || (unit.kind === "money" && value < 100) ? null : unit
}
const listPattern =
  /^(?:, \d{1,3}(?: \d{3})*(?=[, ])){0,4} (?:или|и|либо) \d{1,3}(?:[ \u00a0\u202f]?\d{3})*(?:[.,]\d{1,2})?(?!\d)/u

const isListMark = (text: string, token: Token): boolean => {
  if (token.type !== "number" || !/^\d{1,2}$/.test(token.text)) return false
  const before = text.slice(Math.max(0, token.index - 7), token.index)
  // `два варианта: 1) сразу, 2) частями`, `1️⃣`
  if (/^\ufe0f?\u20e3/.test(text.slice(token.end, token.end + 2))) return true
  if (
    /^\)\s/.test(text.slice(token.end, token.end + 2)) &&
    /[\s:;,—–-]$/.test(before) &&
    !/\([^)]*$/.test(text.slice(Math.max(0, token.index - 40), token.index))
  )
    return true
  if (/:\s$/.test(before) && token.text === "1" && /^\.\s/.test(text.slice(token.end, token.end + 2))) return true
  const opensLine = /\n[^\S\n]*$/.test(before) || (token.index <= 6 && /^\s*$/.test(before))
  return opensLine && /^[.)]\s/.test(text.slice(token.end, token.end + 2))
}

const readAt = (text: string, tokens: ReadonlyArray<Token>, at: number, spokenTo: number): Read | null => {
  const token = tokens[at]!
  const dated = readDate(text, tokens, at)
  if (dated !== null) return dated
  const half = token.type === "word" ? /^пол(года|часа|дня|месяца|тора)$/u.exec(token.lower) : null
  if (half !== null && half[1] !== "тора") {
    const [value, unit] =
      half[1] === "года"
        ? [6, "месяц"]
        : half[1] === "часа"
          ? [30, "минута"]
          : half[1] === "дня"
            ? [12, "час"]
            : [15, "день"]
    return {
      quantity: make(
        "duration",
        value as number,
        null,
        unit as string,
        null,
        qualifierBefore(text, tokens, at),
        text,
        tokens,
        at,
        token.end,
      ),
      next: at + 1,
    }
  }
  // `за сутки`, `за неделю`, `через месяц`, `в течение дня`: one of them, said without the number.
  if (token.type === "word" && /^(сутки|суток|неделю|недели|месяц|месяца|год|года|час|часа|дня)$/u.test(token.lower)) {
    const before = tokens[at - 1]
    const isWithin = before?.lower === "течение" && tokens[at - 2]?.lower === "в"
    const isWhole = /^цел(?:ый|ую|ые|ого|ых)$/u.test(before?.lower ?? "")
    const isAccusative = /^(?:сутки|неделю|месяц|год|час)$/u.test(token.lower)
    if (isWithin || isWhole || (isAccusative && (before?.lower === "через" || before?.lower === "за"))) {
      const after = text.slice(token.end, token.end + 14)
      const previous = tokens[at - 2]
      const paid =
        /^\s*(?:[—–-]\s*)?(?:\d|это|выйд|получ|стоит)/iu.test(after) ||
        previous?.type === "number" ||
        /^[₸₽$€%]$/.test(previous?.text ?? "") ||
        /^(тенге|тг|оплат\p{L}*|плат\p{L}*|рублей|сразу|скидк\p{L}*|вперед|тысяч\p{L}*|итого|всего)$/u.test(
          previous?.lower ?? "",
        )
      const rest = text.slice(token.end, token.end + 80).split(/[.!?](?=\s|$)|\n/)[0]!
      const isTalk =
        before?.lower !== "за" &&
        /(?:ответ|уточн|сообщ|напиш|верн|напомн|свя[зж]|созвон|позвон|набер)/iu.test(
          text.slice(Math.max(0, token.index - 60), token.end + 60),
        )
      if (!paid && !isTalk && !/[₸₽$€]|тенге|тг|руб/iu.test(rest)) {
        const unit = timeUnits.find(([, pattern]) => pattern.test(token.lower))![0]
        const toTwo = /^-(?:два|две|другой|другую)(?!\p{L})/u.exec(after)
        const end = token.end + (toTwo?.[0].length ?? 0)
        return {
          quantity: make(
            "duration",
            1,
            toTwo === null ? null : 2,
            unit,
            null,
            null,
            text,
            tokens,
            isWithin ? at - 2 : at - 1,
            end,
          ),
          next: at + (toTwo === null ? 1 : 3),
        }
      }
    }
    return null
  }
  const prefix = token.type === "mark" && /^[$€₸₽£¥]$/.test(token.text) ? token : null
  const start = prefix === null ? at : at + 1
  if (prefix !== null && tokens[start]?.type !== "number") return null
  const numeral = numeralAt(text, tokens, start)
  if (numeral === null) return null
  const head = tokens[start]!
  if (isListMark(text, head)) return { quantity: null, next: start + 1 }
  if (prefix === null && isName(text, tokens, start, numeral)) return { quantity: null, next: start + 1 }
  const borrowed = prefix === null ? listedUnit(text, tokens[numeral.next - 1]!.end, numeral.value) : null
  const isHour =
    borrowed?.unit === "час" && /(?:^|[\s(])(?:в|к|с|до)\s$/iu.test(text.slice(Math.max(0, head.index - 3), head.index))
  const clock = prefix === null && (borrowed === null || isHour) ? readClock(text, tokens, start, numeral) : null
  if (clock !== null) return clock
  // Ordinals and `на 100 %`.
  const tail = tokens[numeral.next]
  if (!numeral.words && tail?.text === "-" && tail.index === tokens[numeral.next - 1]!.end) {
    const ending = tokens[numeral.next + 1]
    if (
      ending?.type === "word" &&
      ending.index === tail.end &&
      /^(?:й|я|е|го|му|ый|ая|ое|ом|ой|ую|ым|ю|ые|ых)$/u.test(ending.lower)
    )
      return { quantity: null, next: numeral.next + 2 }
  }
  if (
    numeral.value === 100 &&
    /^на\s+все\s+$|^на\s+$/iu.test(text.slice(Math.max(0, head.index - 7), head.index).replace(/^.*?(?=на\s)/iu, "")) &&
    /^\s*(?:%|процент\p{L}*)?\s+(?:уверен|соглас|прав|готов|понима|поня)/iu.test(
      text.slice(tokens[numeral.next - 1]!.end, tokens[numeral.next - 1]!.end + 24),
    )
  ) {
    return { quantity: null, next: numeral.next }
  }

  let value = numeral.value
  let to: number | null = null
  let next = numeral.next
  let endAt = tokens[next - 1]!.end
  let isShy = numeral.shy
  const ownUnit =
    prefix === null
      ? (unitAt(text, endAt) ??
        unitBehindWords(text, endAt) ??
        (borrowed === null ? null : { ...borrowed, end: endAt }))
      : {
          kind: "money" as const,
          unit: moneyUnits.find(([, unit]) => unit.test(prefix.text))?.[0] ?? prefix.text,
          end: endAt,
          workingDays: false,
        }
  let unit = ownUnit
  // `минут за 15`, `часа два`
  const inverted = unit === null && value < 100 ? invertedUnit(text, head.index) : null
  if (inverted !== null) unit = { ...inverted, end: endAt }
  // `три и более ключей`
  const isMore = unit === null ? /^\s+и\s+более(?=[\s,.;)]|$)/iu.exec(text.slice(endAt, endAt + 16)) : null
  if (isMore !== null) {
    endAt += isMore[0].length
    while (next < tokens.length && tokens[next]!.index < endAt) next++
    unit = unitAt(text, endAt)
    isShy = false
  }
  if (unit !== null) endAt = unit.end
  // A range: `10–15 дней`, `10 000 ₸ – 20 000 ₸`, `от 10 до 20`, `два-три`.
  let afterUnit = next
  while (afterUnit < tokens.length && tokens[afterUnit]!.index < endAt) afterUnit++
  const link = tokens[afterUnit]
  const isAbove = /^-?(?:ден|дан|тен|тан|нен|нан)\s+(?:жоғары|бастап|артық|көп)/u.test(text.slice(endAt, endAt + 16))
  const opened = qualifierBefore(text, tokens, at) ?? (isAbove || isMore !== null ? "from" : null)
  const isDash = link !== undefined && dash.test(link.text) && link.index - endAt <= 1
  const isUpTo = link?.lower === "до" && opened === "from" && link.index - endAt <= 2
  if (isDash || isUpTo) {
    let second = afterUnit + 1
    let secondPrefix = false
    if (tokens[second]?.type === "mark" && /^[$€₸₽£¥]$/.test(tokens[second]!.text)) {
      second++
      secondPrefix = true
    }
    const upper =
      second < tokens.length && tokens[second]!.index - link.end <= 1 ? numeralAt(text, tokens, second) : null
    if (upper !== null) {
      const upperEnd = tokens[upper.next - 1]!.end
      const upperUnit = secondPrefix ? ownUnit : unitAt(text, upperEnd)
      const same = ownUnit === null || (upperUnit !== null && upperUnit.unit === ownUnit.unit)
      // `10–15 тысяч` scales both ends.
      const low =
        !numeral.scaled && upper.scaled && value < upper.value / 100
          ? round((value * upper.value) / baseOf(text, tokens, second, upper))
          : value
      // `на двоих — 30 000 ₸`, `X10 — 139 990 ₸`: a spaced dash leads on more often than it spans.
      const spans = isUpTo || link.index === endAt || (!numeral.words && low * 20 >= upper.value)
      if (same && spans && low < upper.value) {
        value = low
        to = upper.value
        next = upper.next
        unit = upperUnit ?? inverted
        endAt = upperUnit?.end ?? upperEnd
        isShy = false
      }
    }
  }
  // `31 декабря 2026 г.` is no weight.
  const isYearShort =
    unit?.unit === "г" && tokens[at - 1]?.type === "word" && isMonth(tokens[at - 1]!.lower) && to === null
  if ((unit?.unit === "год" || isYearShort) && !numeral.words && /^(?:19|20)\d\d$/.test(head.text)) {
    return { quantity: make("date", numeral.value, to, "year", null, opened, text, tokens, at, endAt), next: next + 1 }
  }
  let kind: QuantityKind = unit?.kind ?? "bare"
  let unitName = unit?.unit ?? null
  let nounEnd = endAt
  if (unit === null) {
    const noun = nounAt(tokens, next)
    // Thousands are counted in a genitive: `4800 биохимия 9800` is a price and the next line of the list.
    if (noun !== null && !(value >= 1000 && value % 10 === 0 && nominative.test(noun.text))) {
      kind = "count"
      unitName = noun.text
      nounEnd = noun.end
      // A sum in thousands behind a price word needs no currency: `стоит 15 тысяч`.
    }
    if (kind === "bare" && !numeral.words && /^(?:19|20)\d\d$/.test(head.text) && isYear(text, head)) {
      return { quantity: make("date", numeral.value, null, "year", null, null, text, tokens, at, head.end), next }
    }
  }
  if (isShy && unit?.kind !== "money" && unit?.kind !== "duration" && unit?.kind !== "percent")
    return { quantity: null, next: Math.max(next, at + 1) }
  if (isShy && unit?.kind === "duration" && unit.unit === "минута")
    return { quantity: null, next: Math.max(next, at + 1) }
  // `два вопроса`, `в двух словах`, `три шага`: talk, not a figure about the company.
  if (
    kind === "count" &&
    unitName !== null &&
    value <= 5 &&
    /^(?:вопрос|слов|момент|нюанс|секунд|детал|минутк|вариант|строч|предложени(?:е|я)$|уточнени|момента|мысл|причин|шаг|сценар|тип|вид|способ)/iu.test(
      unitName,
    )
  ) {
    return { quantity: null, next }
  }
  if (
    kind === "count" &&
    numeral.words &&
    unitName !== null &&
    /^(?:раз[а]?|момент\p{L}*|сторон\p{L}*|стороны|обе|других|другие)$/iu.test(unitName) &&
    value < 5
  )
    return { quantity: null, next }
  if (kind === "bare" && numeral.words && !numeral.scaled && value < 11) return { quantity: null, next }
  const perFrom = kind === "count" ? nounEnd : endAt
  const paid = perAfter(text, perFrom)
  // A term is not paid for in pieces: `1 год на монтаж`.
  // Nor is a share: `0 % на 6 месяцев` tells a term of its own.
  const isTerm =
    paid !== null &&
    (kind === "duration" ? !timeUnits.some(([name]) => name === paid.per) : kind === "percent" && /\d/.test(paid.per))
  const per = isTerm ? null : paid
  const floor = Math.max(spokenTo, clauseStart(text, tokens, at))
  const before = per === null && (kind === "money" || kind === "bare") ? perBefore(text, token.index, floor) : null
  const end = per?.end ?? perFrom
  while (next < tokens.length && tokens[next]!.index < end) next++
  return {
    quantity: make(
      kind,
      value,
      to,
      unitName,
      per?.per ?? before,
      opened,
      text,
      tokens,
      at,
      end,
      unit?.workingDays ?? false,
    ),
    next,
  }
}

/** What the upper end of a range was before its magnitude. */
const baseOf = (_text: string, tokens: ReadonlyArray<Token>, at: number, numeral: Numeral) => {
  const token = tokens[at]!
  return token.type === "number"
    ? numberOf(token.text)
    : numeral.value / (numeral.value >= 1e9 ? 1e9 : numeral.value >= 1e6 ? 1e6 : 1e3)
}

const clauseStart = (text: string, tokens: ReadonlyArray<Token>, at: number) => {
  let back = at - 1
  let steps = 0
  while (back >= 0 && steps < 12 && tokens[back]!.type !== "number" && !/^[.!?;]$/.test(tokens[back]!.text)) {
    back--
    steps++
  }
  // A number that belongs to the phrase itself (`за 3 месяца выйдет`) may stay.
  if (
    back >= 0 &&
    tokens[back]!.type === "number" &&
    /(?:за|на)\s+$/iu.test(text.slice(Math.max(0, tokens[back]!.index - 4), tokens[back]!.index))
  )
    return Math.max(0, tokens[back]!.index - 4)
  return back < 0 ? 0 : tokens[back]!.end
}

const nounAt = (tokens: ReadonlyArray<Token>, at: number): { readonly text: string; readonly end: number } | null => {
  const first = tokens[at]
  const last = tokens[at - 1]
  if (
    first === undefined ||
    last === undefined ||
    first.type !== "word" ||
    first.index - last.end > 2 ||
    first.index === last.end
  )
    return null
  if (!/^\p{Script=Cyrillic}/u.test(first.text) || notCounted.test(first.lower) || first.lower.length < 2) return null
  if (/^\p{Lu}/u.test(first.text) || uncountable.test(first.lower)) return null
  const second = tokens[at + 1]
  if (
    adjective.test(first.lower) &&
    second?.type === "word" &&
    second.index - first.end <= 1 &&
    /^\p{Script=Cyrillic}/u.test(second.text) &&
    !notCounted.test(second.lower)
  ) {
    return { text: `${first.lower} ${second.lower}`, end: second.end }
  }
  return { text: first.lower, end: first.end }
}

const isYear = (text: string, token: Token) => {
  const before = text.slice(Math.max(0, token.index - 12), token.index)
  const after = text.slice(token.end, token.end + 8)
  return (
    /^\s*(?:год|г\.|гг|жыл)/iu.test(after) ||
    (/(?:^|\s)(?:с|в|к|от|до|на|©)\s$/iu.test(before) && /^\s*(?:[.,!?;)\n—–-]|$)/.test(after))
  )
}
