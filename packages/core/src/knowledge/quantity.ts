/**
 * Every number-like claim of a text: sums, percents, durations, counts, clock times, dates, phones, links, in Russian and
 * simple Kazakh, in digits and in words. It promises to be total and linear, and to find what a reader would call a
 * figure. It leaves out numbers that are names (`1С`, `iPhone 15`, `24/7`, `№3`, `1)`), and says nothing about truth.
 */
import { normalisePhone } from "../contact/phone.ts"

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

const moneyUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["KZT", /^(?:₸|тнг|тг|тенге|теңге\p{L}*|kzt|т₸)(?!\p{L})/iu],
  ["RUB", /^(?:₽|руб(?:л\p{L}{1,3})?|rub|р\.)(?!\p{L})/iu],
  ["USD", /^(?:\$|usd|долл\p{L}*|бакс\p{L}*|у\.\s?е\.?)(?!\p{L})/iu],
  ["EUR", /^(?:€|eur|евро)(?!\p{L})/iu],
  ["KGS", /^(?:сом|сома|сомов|kgs)(?!\p{L})/iu],
  ["UZS", /^(?:сум|сумов|uzs)(?!\p{L})/iu],
  ["CNY", /^(?:¥|юан\p{L}*|cny)(?!\p{L})/iu],
]
const timeUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["секунда", /^(?:сек(?:унд\p{L}*)?)(?!\p{L})/iu],
  ["минута", /^(?:мин(?:ут\p{L}*)?)(?!\p{L})/iu],
  ["час", /^(?:час(?:а|ов|у|ам|ами|ах)?|ч|сағат\p{L}*)(?!\p{L})/iu],
  ["день", /^(?:дн(?:я|ей|ю|ям|ями|ях|и|ем)?|день|сут(?:ки|ок|кам|ками|ках)|күн\p{L}*)(?!\p{L})/iu],
  ["неделя", /^(?:нед(?:ел\p{L}*)?|апта\p{L}*)(?!\p{L})/iu],
  ["месяц", /^(?:мес(?:яц\p{L}*)?|ай(?:ға|да)?)(?!\p{L})/iu],
  ["квартал", /^(?:квартал\p{L}*)(?!\p{L})/iu],
  ["год", /^(?:год(?:а|у|ом|ам|ами|ов|ы)?|лет|жыл\p{L}*)(?!\p{L})/iu],
]
/** What a sum may be per, in words and in forms that attach: `/мес`. */
const perUnits: ReadonlyArray<readonly [string, RegExp]> = [
  ["минута", /^мин(?:ут\p{L}*)?$/iu],
  ["час", /^(?:час(?:а|ов)?|ч)$/iu],
  ["день", /^(?:день|дня|дней|сут(?:ки|ок)|дн)$/iu],
  ["неделя", /^нед(?:ел\p{L}*)?$/iu],
  ["месяц", /^мес(?:яц\p{L}*)?$/iu],
  ["квартал", /^квартал\p{L}*$/iu],
  ["год", /^(?:год(?:а|у)?|лет)$/iu],
]
const measures =
  /^(?:м²|м2|кв\.?\s?м\.?|м³|м3|куб\.?\s?м\.?|км\/ч|км|кг|мг|гр|г|мл|л|см|мм|м|шт|тонн\p{L}*|т|мбит\/с|мбит|гбит|гб|мб|тб|квт|вт|ватт|°c|°|градус\p{L}*|дюйм\p{L}*|gb|mb|tb|mah|мач|w|kg|км²|сот(?:ок|ки|ка)?|га|px)(?![\p{L}\d])/iu

const magnitudes: ReadonlyArray<readonly [number, RegExp]> = [
  [1e9, /^(?:млрд\.?|миллиард\p{L}*)(?!\p{L})/iu],
  [1e6, /^(?:млн\.?|миллион\p{L}*|лям\p{L}*|млн)(?!\p{L})/iu],
  [1e3, /^(?:тыс\.?|тысяч\p{L}{0,3}|тыщ\p{L}*|мың\p{L}*|т\.\s?(?=₸|тг|тенге)|штук(?=\s+тенге)|к|k)(?!\p{L})/iu],
]

const numerals = new Map<string, number>()
const say = (value: number, forms: string) => {
  for (const form of forms.split(" ")) numerals.set(form, value)
}
say(2, "два две двух двум двумя двое двоих екі")
say(3, "три трех трем тремя трое троих үш")
say(4, "четыре четырех четырем четырьмя четверо четверых төрт")
say(5, "пять пяти пятью пятеро пятерых бес")
say(6, "шесть шести шестью алты")
say(7, "семь семи семью жеті")
say(8, "восемь восьми восемью сегіз")
say(9, "девять девяти девятью тоғыз")
say(10, "десять десяти десятью")
say(11, "одиннадцать одиннадцати")
say(12, "двенадцать двенадцати")
say(13, "тринадцать тринадцати")
say(14, "четырнадцать четырнадцати")
say(15, "пятнадцать пятнадцати")
say(16, "шестнадцать шестнадцати")
say(17, "семнадцать семнадцати")
say(18, "восемнадцать восемнадцати")
say(19, "девятнадцать девятнадцати")
say(20, "двадцать двадцати двадцатью жиырма")
say(30, "тридцать тридцати тридцатью отыз")
say(40, "сорок сорока қырық")
say(50, "пятьдесят пятидесяти пятьюдесятью елу")
say(60, "шестьдесят шестидесяти шестьюдесятью алпыс")
say(70, "семьдесят семидесяти семьюдесятью жетпіс")
say(80, "восемьдесят восьмидесяти сексен")
say(90, "девяносто девяноста тоқсан")
say(100, "сто ста жүз")
say(200, "двести двухсот двумстам двумястами")
say(300, "триста трехсот тремстам")
say(400, "четыреста четырехсот")
say(500, "пятьсот пятисот пятьюстами")
say(600, "шестьсот шестисот")
say(700, "семьсот семисот")
say(800, "восемьсот восьмисот")
say(900, "девятьсот девятисот")
/** Said alone they are no claim (`один вопрос`, `пару слов`): only with a unit of money or time, or before a magnitude. */
const shy = new Map<string, number>([
  ["один", 1],
  ["одна", 1],
  ["одно", 1],
  ["одного", 1],
  ["одной", 1],
  ["одну", 1],
  ["одним", 1],
  ["одном", 1],
  ["бір", 1],
  ["полтора", 1.5],
  ["полторы", 1.5],
  ["полутора", 1.5],
  ["пара", 2],
  ["пару", 2],
  ["парой", 2],
  ["ноль", 0],
  ["нуля", 0],
])

interface Token {
  readonly type: "number" | "word" | "mark"
  readonly text: string
  readonly lower: string
  readonly index: number
  readonly end: number
}

const tokenPattern =
  /\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,3}(?:\.\d{3})+(?![.,]?\d)(?:,\d{1,2}(?!\d))?|\d{1,3}(?:,\d{3})+(?![.,]?\d)|\d+(?:[.,]\d+)?|\p{L}[\p{L}\p{M}]*|[^\s\p{L}\d]/gu

const tokensOf = (text: string): Array<Token> => {
  const tokens: Array<Token> = []
  for (const match of text.matchAll(tokenPattern)) {
    const piece = match[0]
    const type = /^\d/.test(piece) ? "number" : /^\p{L}/u.test(piece) ? "word" : "mark"
    tokens.push({
      type,
      text: piece,
      lower: type === "word" ? piece.toLowerCase().replaceAll("ё", "е") : piece,
      index: match.index,
      end: match.index + piece.length,
    })
  }
  return tokens
}

const numberOf = (digits: string): number => {
  const compact = digits.replace(/[ \u00a0\u202f\u2009]/g, "")
  if (/^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?$/.test(compact))
    return Number(compact.replaceAll(".", "").replace(",", "."))
  if (/^[1-9]\d{0,2}(?:,\d{3})+$/.test(compact)) return Number(compact.replaceAll(",", ""))
  return Number(compact.replace(",", "."))
}

const linkPattern =
  /(?<![\p{L}\d_@.\-/])(?:https?:\/\/|www\.)[^\s<>"'«»()]{2,2000}|(?<![\p{L}\d_@.\-/])[\p{L}\d][\p{L}\d-]{0,62}(?:\.[\p{L}\d-]{1,63}){0,5}\.(?:kz|ru|com|net|org|io|me|app|store|shop|info|biz|online|site|pro|link|рф|қаз|ai|dev|su|by|uz|kg|cc|ly|gg|co|tv|xyz|eu|de|us|uk|cn|tr|top|club|live|team|page|space|website|tech|cloud|click)(?:\/[^\s<>"'«»()]{0,2000})?(?![\p{L}\d@])|(?<![\p{L}\d_.@/])@[a-z\d_][a-z\d_.]{2,40}/giu
const emailPattern = /(?<![\p{L}\d_.+-])[\p{L}\d_.+-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,5}/giu
const phonePattern =
  /(?<![\d\p{L}.,+])(?:[78][\s\u00a0-]?\(?\d{4}\)?[\s\u00a0-]?\d{2}[\s\u00a0-]\d{2}[\s\u00a0-]\d{2}|\+\s?\d[\d\s()\u00a0.\-–‑]{7,22}\d|[78][\s\u00a0\-–(]{0,3}\d{3}[\s\u00a0)\-–]{0,3}\d{3}[\s\u00a0\-–]{0,2}\d{2}[\s\u00a0\-–]{0,2}\d{2}|\(\d{3,4}\)[\s\u00a0]?\d{2,3}[\s\u00a0-]?\d{2}[\s\u00a0-]?\d{2}|7\d{2}[\s\u00a0-]\d{3}[\s\u00a0-]\d{2}[\s\u00a0-]\d{2}|\d{2,3}-\d{2}-\d{2})(?!\d)/gu

const linkKey = (link: string) =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/[/.,!?;:)]+$/, "")

const contactsOf = (text: string): Array<Quantity> => {
  const found: Array<Quantity> = []
  const taken: Array<readonly [number, number]> = []
  let last = -1
  const add = (kind: "phone" | "link" | "email", written: string, index: number, key: string) => {
    taken.push([index, index + written.length])
    found.push({
      kind,
      value: Number.NaN,
      to: null,
      unit: null,
      per: null,
      qualifier: null,
      workingDays: false,
      key,
      index,
      text: written,
    })
  }
  for (const match of text.matchAll(emailPattern)) {
    const written = match[0].replace(/[.,!?;:]+$/, "")
    add("email", written, match.index, written.toLowerCase())
  }
  const emails = taken.slice()
  let at = 0
  for (const match of text.matchAll(linkPattern)) {
    while (at < emails.length && emails[at]![1] <= match.index) at++
    if (at < emails.length && emails[at]![0] < match.index + match[0].length) continue
    const written = match[0].replace(/[.,!?;:]+$/, "")
    add("link", written, match.index, linkKey(written))
  }
  taken.sort((a, b) => a[0] - b[0])
  at = 0
  const beforePhones = taken.slice()
  for (const match of text.matchAll(phonePattern)) {
    while (at < beforePhones.length && beforePhones[at]![1] <= match.index) at++
    if (at < beforePhones.length && beforePhones[at]![0] < match.index + match[0].length) continue
    if (match.index < last) continue
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 12)
    const digits = match[0].replace(/\D/g, "")
    // `8 500 000 00 00 тенге` is nobody's telephone.
    if (moneyUnits.some(([, unit]) => unit.test(behind.trimStart())) || /^\s*(?:млн|тыс)/iu.test(behind)) continue
    if (digits.length > 7 && digits.length < 10) continue
    last = match.index + match[0].length
    add("phone", match[0], match.index, (digits.length >= 10 ? normalisePhone(match[0]) : null) ?? digits)
  }
  return found.sort((a, b) => a.index - b.index)
}

const months: ReadonlyArray<RegExp> = [
  /^(?:янв(?:ар\p{L}*)?|қаңтар\p{L}*)$/u,
  /^(?:фев(?:рал\p{L}*)?|ақпан\p{L}*)$/u,
  /^(?:мар(?:т\p{L}{0,2})?|наурыз\p{L}*)$/u,
  /^(?:апр(?:ел\p{L}*)?|сәуір\p{L}*)$/u,
  /^(?:ма[йяе]|мамыр\p{L}*)$/u,
  /^(?:июн\p{L}{0,2}|маусым\p{L}*)$/u,
  /^(?:июл\p{L}{0,2}|шілде\p{L}*)$/u,
  /^(?:авг(?:уст\p{L}{0,2})?|тамыз\p{L}*)$/u,
  /^(?:сен(?:т(?:ябр\p{L}*)?)?|қыркүйек\p{L}*)$/u,
  /^(?:окт(?:ябр\p{L}*)?|қазан\p{L}*)$/u,
  /^(?:ноя(?:б(?:р\p{L}*)?)?|қараша\p{L}*)$/u,
  /^(?:дек(?:абр\p{L}*)?|желтоқсан\p{L}*)$/u,
]
const monthOf = (word: string) => months.findIndex((month) => month.test(word)) + 1

const qualifiers: ReadonlyMap<string, Qualifier> = new Map([
  ["от", "from"],
  ["с", "from"],
  ["минимум", "from"],
  ["мин", "from"],
  ["≥", "from"],
  ["до", "to"],
  ["максимум", "to"],
  ["макс", "to"],
  ["≤", "to"],
  ["около", "about"],
  ["примерно", "about"],
  ["порядка", "about"],
  ["приблизительно", "about"],
  ["почти", "about"],
  ["где-то", "about"],
  ["~", "about"],
  ["≈", "about"],
  ["более", "over"],
  ["больше", "over"],
  ["свыше", "over"],
  [">", "over"],
  ["дольше", "over"],
  ["менее", "under"],
  ["меньше", "under"],
  ["<", "under"],
  ["быстрее", "under"],
  ["дешевле", "under"],
  ["дороже", "over"],
])

const dash = /^[-–—‑]$/
/** Names of places in a building: their number is an address, not an amount. */
const adjective = /(?:ых|их|ого|его|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ыми|ими|ым|им)$/u
/** Behind a number these begin something else. */
const notCounted =
  /^(?:и|а|но|или|в|во|на|за|из|от|до|по|с|со|к|ко|у|о|об|при|для|над|под|без|через|это|то|что|если|когда|не|ни|же|ли|бы|как|вместо|плюс|минус|утра|вечера|дня|ночи|также|либо|да|нет|вам|вас|мы|вы|он|она|включая|против|уже|ещё|еще|сейчас|так|там|тут|он|их|все|всё|есть|будет|только|максимум|минимум|примерно|подойдет|стоит|доставка|включительно)$/u

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

interface Read {
  /** Null: a number that is no claim. */
  readonly quantity: Quantity | null
  readonly next: number
}

interface Numeral {
  readonly value: number
  readonly next: number
  readonly shy: boolean
  readonly grouped: boolean
  readonly words: boolean
  readonly scaled: boolean
}

/** Every plain number of a text, said in any way: what a client may have named as a quantity. Years and thousands included. */
export const numbersIn = (text: string): ReadonlyArray<number> => {
  const tokens = tokensOf(text)
  const numbers: Array<number> = []
  for (let at = 0; at < tokens.length; at++) {
    const numeral = numeralAt(text, tokens, at)
    if (numeral === null) continue
    numbers.push(numeral.value)
    at = Math.max(at, numeral.next - 1)
  }
  return numbers
}

const gapMax = 3
const near = (left: Token, right: Token) => right.index - left.end <= gapMax

/** Reads the magnitude that begins at token `at`, if any. */
const magnitudeAt = (
  text: string,
  tokens: ReadonlyArray<Token>,
  at: number,
): { readonly factor: number; readonly next: number } | null => {
  const token = tokens[at]
  if (token === undefined || token.type !== "word") return null
  const rest = text.slice(token.index, token.index + 20)
  for (const [factor, pattern] of magnitudes) {
    const match = pattern.exec(rest)
    if (match === null) continue
    const dot = tokens[at + 1]
    return { factor, next: match[0].includes(".") && dot?.text === "." ? at + 2 : at + 1 }
  }
  return null
}

const numeralAt = (text: string, tokens: ReadonlyArray<Token>, at: number): Numeral | null => {
  const first = tokens[at]
  if (first === undefined) return null
  if (first.type === "number") {
    let value = numberOf(first.text)
    let next = at + 1
    let scaled = false
    const ending = tokens[next]
    // `5-ти`, `25-го`, `3-х`
    if (ending?.text === "-" && ending.index === first.end) {
      const tail = tokens[next + 1]
      if (tail?.type === "word" && tail.index === ending.end && /^(?:ти|х|ех|ми|м|мя)$/u.test(tail.lower)) next += 2
    }
    const magnitude = magnitudeAt(text, tokens, next)
    if (magnitude !== null && near(tokens[next - 1]!, tokens[next]!)) {
      value *= magnitude.factor
      next = magnitude.next
      scaled = true
      const more = tokens[next]
      if (more?.type === "number" && near(tokens[next - 1]!, more) && magnitude.factor > 1000) {
        const smaller = magnitudeAt(text, tokens, next + 1)
        if (smaller !== null && smaller.factor < magnitude.factor) {
          value += numberOf(more.text) * smaller.factor
          next = smaller.next
        }
      }
    }
    return {
      value: round(value),
      next,
      shy: false,
      grouped: /[ \u00a0\u202f\u2009.,]\d{3}/.test(first.text),
      words: false,
      scaled,
    }
  }
  if (first.type !== "word") return null
  let total = 0
  let current = 0
  let last = Number.POSITIVE_INFINITY
  let isShy = true
  let scaled = false
  let count = 0
  let next = at
  for (; next < tokens.length && count < 12; next++) {
    const token = tokens[next]!
    if (token.type !== "word" || (count > 0 && !/^\s+$/.test(text.slice(tokens[next - 1]!.end, token.index)))) break
    const value = numerals.get(token.lower) ?? shy.get(token.lower)
    if (value !== undefined) {
      // `пять двадцать` is two numbers; `двадцать пять` is one.
      if (value >= last || (last < 20 && last > 0)) break
      current += value
      last = value < 10 ? 0.5 : value < 20 ? 1 : value
      if (numerals.has(token.lower)) isShy = false
      count++
      continue
    }
    const half = /^пол(миллиона|тысячи)$/u.exec(token.lower)
    if (half !== null && count === 0) {
      total = half[1] === "миллиона" ? 5e5 : 500
      isShy = false
      scaled = true
      count++
      next++
      break
    }
    if (count === 0) {
      // `тысяча тенге`, `миллион`: a magnitude alone counts for one where money follows.
      if (!/^(тысяч[аиу]|миллион|мың)$/u.test(token.lower)) return null
      const behind = text.slice(token.end, token.end + 20).trimStart()
      if (!moneyUnits.some(([, unit]) => unit.test(behind))) return null
    }
    const magnitude = magnitudeAt(text, tokens, next)
    if (magnitude === null || token.lower === "к" || token.lower === "k") break
    total += (current === 0 ? 1 : current) * magnitude.factor
    current = 0
    last = magnitude.factor
    isShy = false
    scaled = true
    count++
    if (magnitude.next > next + 1) next = magnitude.next - 1
  }
  if (count === 0) return null
  return { value: round(total + current), next, shy: isShy, grouped: false, words: true, scaled }
}

const round = (value: number) => Math.round(value * 1e6) / 1e6

const unitAt = (
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
  const days = /^(рабоч|календарн|банковск|полн|астрономическ|академическ|ак\.|раб\.)\p{L}*\s+/iu.exec(rest)
  const skipped = days?.[0].length ?? 0
  for (const [unit, pattern] of timeUnits) {
    const match = pattern.exec(rest.slice(skipped))
    if (match !== null) {
      return {
        kind: "duration",
        unit,
        end: start + skipped + match[0].length,
        workingDays: /^(рабоч|банковск|раб\.)/iu.test(days?.[1] ?? ""),
      }
    }
  }
  const measure = measures.exec(rest)
  if (measure !== null)
    return { kind: "count", unit: measure[0].toLowerCase(), end: start + measure[0].length, workingDays: false }
  return null
}

const perPattern =
  /^(?:\s*[/\\]\s*|\s+(?:в|за|с|на|из расчета на)\s+(?:одн(?:ого|у|ой|о)\s+|1\s+|кажд(?:ый|ую|ого|ой|ое)\s+)?)((?:кв\.?\s?)?[\p{L}]+[²³2]?)(?:\.(?=\s*[\p{Ll},;)]))?/iu
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
  /^(человек|чел|гост|персон|участник|штук|шт|единиц|пар|м²|м2|м|кв|квадрат|метр|километр|км|кг|килограмм|литр|л|тонн|куб|занят|урок|сеанс|визит|прием|процедур|ноч|ночь|смен|касс|пользовател|сотрудник|точк|номер|зуб|ученик|ребен|взросл|групп|курс|модул|проект|машин|авто|заказ|доставк|поездк|час|коробк|упаковк|комплект|порци|блюд|страниц|слов|лист|экземпляр|филиал|магазин|мест|рейс|выезд|услуг|раз|адам|посещен|тренировк|консультац|установк|мес|аппарат|устройств|лиценз|контакт|сообщен|минут|день|сут|недел|год|месяц|квартал|один|одно)/iu

const perAfter = (text: string, from: number): { readonly per: string; readonly end: number } | null => {
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
  const attached = /^\s*[/\\]/.test(match[0])
  const unit = perUnits.find(([, pattern]) => pattern.test(word))?.[0]
  if (unit !== undefined) return { per: unit, end: from + match[0].length }
  if (attached || perNouns.test(word)) return { per: word, end: from + match[0].length }
  return null
}

/** `ежемесячно 9 900`, `в год выйдет 118 800`, `за человека — 5 000`, within the clause before the number. */
const perBeforePattern =
  /(?:^|\s)(?:(?:в|за|на)\s+(месяц|год|день|сутки|неделю|час|квартал|человека|полгода|(?:\d{1,2}|два|две|двое|три|трое|четыре|пять|шесть|семь|десять|двенадцать)\s+(?:месяц\p{L}*|год\p{L}*|дн\p{L}*|сут\p{L}*|недел\p{L}*|час\p{L}*))|(ежемесячн\p{L}*|ежегодн\p{L}*|ежедневн\p{L}*|помесячн\p{L}*|месячн\p{L}*|годов\p{L}*|разов\p{L}*|единоразов\p{L}*|единовременн\p{L}*|айына|жылына))(?=[\s,:—–-])[^.!?;\n\d]{0,40}$/iu
const perBefore = (text: string, from: number, floor: number): string | null => {
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
    /^(?:п|пп|ст|гл|рис|арт|артикул|версия|версии|модель|код|iso|гост|снип|линейка|серия|серии)$/u.test(before.lower) &&
    token.index - before.end <= 2
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
  // `24/7`, `50/50`, `2-в-1`, `4х4`
  if (after?.text === "/" && tokens[at + 2]?.type === "number" && after.index === token.end) return true
  if (before?.text === "/" && tokens[at - 2]?.type === "number") return true
  if (/^24 на 7(?!\d)/.test(text.slice(token.index, token.index + 9))) return true
  if (before?.type === "word" && /^[хx×]$/iu.test(before.text) && tokens[at - 2]?.type === "number") return true
  // `1С`, `3D`, `4K`: letters that touch the number and are no unit.
  if (after?.type === "word" && after.index === token.end) {
    if (/^(?:K|К)$/.test(after.text) && token.text.length === 1) return true
    if (unitAt(text, token.end) === null && magnitudeAt(text, tokens, at + 1) === null) return true
    if (/^[A-Z]{1,3}$/.test(after.text) && !/^(?:KZT|USD|RUB|EUR|GB|TB|MB|W|K)$/.test(after.text)) return true
  }
  // `iPhone 15`, `Wi-Fi 6`, `GPT-4`: a Latin name right before, and no unit behind.
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
    if (
      unit === null &&
      !(
        after?.type === "word" &&
        /^\p{Script=Cyrillic}/u.test(after.text) &&
        !notCounted.test(after.lower) &&
        after.text === after.lower
      )
    )
      return numeral.value < 10_000
  }
  // `Форма-7`, `COVID-19`, `Газель-33`
  if (joint !== before && joint?.type === "word" && /^\p{Lu}/u.test(joint.text) && unitAt(text, token.end) === null)
    return true
  return false
}

const isListMark = (text: string, token: Token): boolean => {
  if (token.type !== "number" || !/^\d{1,2}$/.test(token.text)) return false
  const before = text.slice(Math.max(0, token.index - 7), token.index)
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
  if (token.type === "word" && /^(сутки|неделю|месяц|год|час)$/u.test(token.lower)) {
    const before = tokens[at - 1]
    if (before?.lower === "через" || before?.lower === "за") {
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
        before.lower === "через" &&
        /(?:напиш|верн|напомн|свя[зж]|созвон|позвон|набер)/iu.test(
          text.slice(Math.max(0, token.index - 60), token.end + 60),
        )
      if (!paid && !isTalk && !/[₸₽$€]|тенге|тг|руб/iu.test(rest)) {
        const unit = timeUnits.find(([, pattern]) => pattern.test(token.lower))![0]
        return { quantity: make("duration", 1, null, unit, null, null, text, tokens, at, token.end), next: at + 1 }
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
  const clock = prefix === null ? readClock(text, tokens, start, numeral) : null
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
      ? unitAt(text, endAt)
      : {
          kind: "money" as const,
          unit: moneyUnits.find(([, unit]) => unit.test(prefix.text))?.[0] ?? prefix.text,
          end: endAt,
          workingDays: false,
        }
  let unit = ownUnit
  if (unit !== null) endAt = unit.end
  // A range: `10–15 дней`, `10 000 ₸ – 20 000 ₸`, `от 10 до 20`, `два-три`.
  let afterUnit = next
  while (afterUnit < tokens.length && tokens[afterUnit]!.index < endAt) afterUnit++
  const link = tokens[afterUnit]
  const opened = qualifierBefore(text, tokens, at)
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
        unit = upperUnit
        endAt = upperUnit?.end ?? upperEnd
        isShy = false
      }
    }
  }
  if (unit?.unit === "год" && !numeral.words && /^(?:19|20)\d\d$/.test(head.text)) {
    return { quantity: make("date", numeral.value, to, "year", null, opened, text, tokens, at, endAt), next: next + 1 }
  }
  let kind: QuantityKind = unit?.kind ?? "bare"
  let unitName = unit?.unit ?? null
  let nounEnd = endAt
  if (unit === null) {
    const noun = nounAt(tokens, next)
    if (noun !== null) {
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
  const per = kind === "duration" && paid !== null && !timeUnits.some(([name]) => name === paid.per) ? null : paid
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
  if (/^\p{Lu}/u.test(first.text)) return null
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

const qualifierBefore = (text: string, tokens: ReadonlyArray<Token>, at: number): Qualifier | null => {
  let back = at - 1
  if (back >= 0 && tokens[back]!.text === ",") return null
  for (let steps = 0; back >= 0 && steps < 2; steps++, back--) {
    const word = tokens[back]!
    const meaning = qualifiers.get(word.lower)
    if (meaning === undefined) {
      if (steps === 0 && /^(?:чем|всего|лишь|целых|только|суммы|срока|мне|вам)$/u.test(word.lower)) continue
      return null
    }
    const negation = tokens[back - 1]?.lower
    if (meaning === "over" && negation === "не") return "to"
    if (meaning === "under" && negation === "не") return "from"
    if (word.lower === "с" && !/\d/.test(text.slice(tokens[at]!.index, tokens[at]!.index + 1))) return null
    return meaning
  }
  return null
}

const isYear = (text: string, token: Token) => {
  const before = text.slice(Math.max(0, token.index - 12), token.index)
  const after = text.slice(token.end, token.end + 8)
  return (
    /^\s*(?:год|г\.|гг|жыл)/iu.test(after) ||
    (/(?:^|\s)(?:с|в|к|от|до|на|©)\s$/iu.test(before) && /^\s*(?:[.,!?;)\n—–-]|$)/.test(after))
  )
}

const make = (
  kind: QuantityKind,
  value: number,
  to: number | null,
  unit: string | null,
  per: string | null,
  qualifier: Qualifier | null,
  text: string,
  tokens: ReadonlyArray<Token>,
  at: number,
  end: number,
  workingDays = false,
): Quantity => {
  let start = at
  // The text begins with its qualifier.
  if (qualifier !== null)
    for (let back = 0; back < 3 && start > 0; back++) {
      const word = tokens[start - 1]!.lower
      if (qualifiers.has(word) || word === "не" || word === "чем" || word === "всего" || word === "как") start--
      else break
    }
  const index = tokens[start]!.index
  return {
    kind,
    value,
    to,
    unit,
    per,
    qualifier: to === null ? qualifier : null,
    workingDays,
    key: "",
    index,
    text: text.slice(index, end).trimEnd(),
  }
}

/** `25 ноября`, `25.11.2026`, `2026-11-25`, `ноябрь 2026`, `в 2026 году`. */
const readDate = (text: string, tokens: ReadonlyArray<Token>, at: number): Read | null => {
  const token = tokens[at]!
  if (token.type !== "number") return null
  const rest = text.slice(token.index, token.index + 24)
  const iso = /^(20\d\d)-(0[1-9]|1[0-2])-([0-3]\d)(?!\d)/.exec(rest)
  const dotted = iso === null ? /^([0-3]?\d)\.(0[1-9]|1[0-2])(?:\.(20\d\d|\d\d))?(?![\d.,]*\d)/.exec(rest) : null
  const done = (day: number, month: number, length: number): Read | null => {
    if (day < 1 || day > 31) return null
    const end = token.index + length
    let next = at
    while (next < tokens.length && tokens[next]!.index < end) next++
    return { quantity: make("date", month * 100 + day, null, null, null, null, text, tokens, at, end), next }
  }
  if (iso !== null) return done(Number(iso[3]), Number(iso[2]), iso[0].length)
  if (dotted !== null && token.index + dotted[0].length >= token.end) {
    const unit = unitAt(text, token.index + dotted[0].length)
    if (unit === null || unit.kind === "duration") {
      if (!/(?:^|\s)в\s$/iu.test(text.slice(Math.max(0, token.index - 3), token.index)) || dotted[3] !== undefined)
        return done(Number(dotted[1]), Number(dotted[2]), dotted[0].length)
    }
  }
  if (/^\d{1,2}$/.test(token.text)) {
    const ordinal = /^-?(?:го|е|ое)(?!\p{L})/u.exec(text.slice(token.end, token.end + 5))
    let wordAt = at + 1
    while (ordinal !== null && wordAt < tokens.length && tokens[wordAt]!.index < token.end + ordinal[0].length) wordAt++
    const word = tokens[wordAt]
    if (word?.type === "word" && word.index - token.end <= 5 && monthOf(word.lower) > 0 && !/^мая?к/u.test(word.lower))
      return done(Number(token.text), monthOf(word.lower), word.end - token.index)
    // `с 10 по 22 августа`, `10–22 августа`: the first day, too.
    const range = /^\d{1,2}\s?(?:по|[-–—])\s?\d{1,2}\s+(\p{L}+)/iu.exec(rest)
    if (range !== null && monthOf(range[1]!.toLowerCase()) > 0)
      return done(Number(token.text), monthOf(range[1]!.toLowerCase()), token.text.length)
  }
  return null
}

const partOfDay = /^\s*(утра|дня|вечера|ночи)(?!\p{L})/iu

/** `10:30`, `в 10.30`, `в 15 часов`, `в 3 часа дня`, `с 9 до 18`, `в 15`. */
const readClock = (text: string, tokens: ReadonlyArray<Token>, at: number, numeral: Numeral): Read | null => {
  const token = tokens[at]!
  if (numeral.scaled || numeral.grouped || numeral.value > 24) {
    if (!/^\d{1,2}[.,]\d\d$/.test(token.text)) return null
  }
  const done = (minutes: number, end: number, toMinutes: number | null = null): Read => {
    let next = at
    while (next < tokens.length && tokens[next]!.index < end) next++
    return {
      quantity: make(
        "clock",
        minutes,
        toMinutes,
        null,
        null,
        toMinutes === null ? qualifierBefore(text, tokens, at) : null,
        text,
        tokens,
        at,
        end,
      ),
      next: Math.max(next, at + 1),
    }
  }
  const rest = text.slice(token.index, token.index + 30)
  const exact = /^([01]?\d|2[0-4])[:：]([0-5]\d)(?!\d)/.exec(rest)
  if (exact !== null) return done(Number(exact[1]) * 60 + Number(exact[2]), token.index + exact[0].length)
  const before = text.slice(Math.max(0, token.index - 8), token.index)
  const at24 = /(?:^|[\s(])(?:в|во|к|на)\s$/iu.test(before)
  const dotted = /^([01]?\d|2[0-3])[.]([0-5]\d)(?!\d)/.exec(rest)
  if (
    dotted !== null &&
    /(?:^|[\s(])(?:в|с|до|к|на)\s$/iu.test(before) &&
    unitAt(text, token.index + dotted[0].length) === null
  )
    return done(Number(dotted[1]) * 60 + Number(dotted[2]), token.index + dotted[0].length)
  if (!Number.isInteger(numeral.value) || numeral.value > 24) return null
  const end = tokens[numeral.next - 1]!.end
  const behind = text.slice(end, end + 24)
  const hours = /^\s*(?:час(?:а|ов|ам)?|ч)(?![\p{L}])\.?/iu.exec(behind)
  const part = partOfDay.exec(behind.slice(hours?.[0].length ?? 0))
  const evening = (hour: number) => (part !== null && /дня|вечера/iu.test(part[1]!) && hour < 12 ? hour + 12 : hour)
  if (part !== null && (hours !== null || part[1]!.toLowerCase() !== "дня" || at24))
    return done(evening(numeral.value) * 60, end + (hours?.[0].length ?? 0) + part[0].length)
  // `с 9 до 18 (часов)`: both ends, when what follows is no other unit.
  const opened = /(?:^|[\s(])с\s$/iu.exec(before) !== null || /(?:^|[\s(])между\s$/iu.test(before)
  const range = /^\s*(?:час\p{L}*\s*)?(?:до|и|по|[-–—])\s*(\d{1,2})(?![\d:.]\d|\d)/iu.exec(behind)
  if (opened && range !== null && !numeral.words && Number(range[1]) <= 24) {
    const close = end + range[0].length
    const unit = unitAt(text, close)
    if (unit === null || unit.unit === "час") return done(numeral.value * 60, end)
  }
  const closing = /(?:^|[\s(])(?:с|между)\s(\d{1,2})(?::\d\d)?\s*(?:час\p{L}*\s*)?(?:до|и|по)\s$/iu.exec(
    text.slice(Math.max(0, token.index - 26), token.index),
  )
  if (closing !== null && !numeral.words) {
    const unit = unitAt(text, end)
    if (unit === null || unit.unit === "час")
      return done(numeral.value * 60, hours === null ? end : end + hours[0].length)
  }
  if (at24 && !numeral.words) {
    if (hours !== null && /(?:^|[\s(])(?:в|к)\s$/iu.test(before)) return done(numeral.value * 60, end + hours[0].length)
    // `в 15`, said of nothing else.
    if (
      hours === null &&
      /(?:^|[\s(])(?:в|во|к|на)\s$/iu.test(before) &&
      unitAt(text, end) === null &&
      /^\s*(?:[.,!?;)\n]|$|(?:или|и|будет|удобно|подойд|завтра|сегодня|вас|вам|по|в\s|не)(?!\p{L}))/iu.test(behind) &&
      !/^\s*и\s+\d+\s+\p{L}/u.test(behind)
    )
      return done(numeral.value * 60, end)
  }
  if (numeral.words && hours !== null && /(?:^|[\s(])в\s$/iu.test(before))
    return done(evening(numeral.value) * 60, end + hours[0].length)
  return null
}
