/** Tokens and numbers: digits in any grouping, Russian and Kazakh numerals in words, thousands and millions. */
import { moneyUnits } from "./currency.ts"

const magnitudes: ReadonlyArray<readonly [number, RegExp]> = [
  [1e9, /^(?:млрд\.?|миллиард\p{L}*)(?!\p{L})/iu],
  [1e6, /^(?:млн\.?|миллион\p{L}*|лям\p{L}*|млн)(?!\p{L})/iu],
  [
    1e3,
    /^(?:тыс\.?|тысяч\p{L}{0,3}|тыщ\p{L}*|мың\p{L}*|к|k)(?!\p{L})|^(?:т\.?\s?(?=₸|тг|тнг|тенге)|штук(?=\s+тенге))/iu,
  ],
]

export const numerals = new Map<string, number>()

const say = (value: number, forms: string) => {
  for (const form of forms.split(" ")) numerals.set(form, value)
}
say(2, "два две двух двум двумя двое двоих екі")
say(3, "три трех трем тремя трое троих үш")
say(4, "четыре четырех четырем четырьмя четверо четверых төрт")
say(5, "пять пяти пятью пятеро пятерых бес")
say(6, "шесть шести шестью шестеро шестерых алты")
say(7, "семь семи семью семеро семерых жеті")
say(8, "восемь восьми восемью восьмеро восьмерых сегіз")
say(9, "девять девяти девятью тоғыз")
say(10, "десять десяти десятью десятеро десятерых")
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

export interface Token {
  readonly type: "number" | "word" | "mark"
  readonly text: string
  readonly lower: string
  readonly index: number
  readonly end: number
}

const tokenPattern =
  /(?<=\p{L})\d+(?:[.,]\d+)?|\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d{1,3}(?:\.\d{3})+(?![.,]?\d)(?:,\d{1,2}(?!\d))?|\d{1,3}(?:,\d{3})+(?![.,]?\d)|\d+(?:[.,]\d+)?|\p{L}[\p{L}\p{M}]*|[^\s\p{L}\d]/gu

export const tokensOf = (text: string): Array<Token> => {
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

export const numberOf = (digits: string): number => {
  const compact = digits.replace(/[ \u00a0\u202f\u2009]/g, "")
  if (/^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?$/.test(compact))
    return Number(compact.replaceAll(".", "").replace(",", "."))
  if (/^[1-9]\d{0,2}(?:,\d{3})+$/.test(compact)) return Number(compact.replaceAll(",", ""))
  return Number(compact.replace(",", "."))
}

export interface Numeral {
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
export const magnitudeAt = (
  text: string,
  tokens: ReadonlyArray<Token>,
  at: number,
): { readonly factor: number; readonly next: number } | null => {
  const token = tokens[at]
  if (token === undefined || token.type !== "word") return null
  // `15к за человека` are thousands, `скидка 15 к оплате` is not.
  const isPreposition = /^[кk]$/iu.test(token.text) && !/\d/.test(text[token.index - 1] ?? "")
  if (isPreposition && /^\s+\p{Ll}/u.test(text.slice(token.end, token.end + 4))) return null
  const rest = text.slice(token.index, token.index + 20)
  for (const [factor, pattern] of magnitudes) {
    const match = pattern.exec(rest)
    if (match === null) continue
    const dot = tokens[at + 1]
    return { factor, next: match[0].includes(".") && dot?.text === "." ? at + 2 : at + 1 }
  }
  return null
}

/** Where `с половиной` before thousands or millions ends. */
const halfAt = (text: string, tokens: ReadonlyArray<Token>, at: number): number =>
  tokens[at]?.lower === "с" && tokens[at + 1]?.lower === "половиной" && magnitudeAt(text, tokens, at + 2) !== null
    ? at + 2
    : at

export const numeralAt = (text: string, tokens: ReadonlyArray<Token>, at: number): Numeral | null => {
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
    const half = halfAt(text, tokens, next)
    if (half > next) {
      value += 0.5
      next = half
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
      } else if (magnitude.factor === 1000 && Number.isInteger(value)) {
        // `18 тысяч 500 тенге`, `2 тысячи пятьсот тенге`
        const rest = numeralAt(text, tokens, next)
        const behind = rest === null ? "" : text.slice(tokens[rest.next - 1]!.end, tokens[rest.next - 1]!.end + 20)
        if (
          rest !== null &&
          rest.value >= 100 &&
          rest.value < 1000 &&
          near(tokens[next - 1]!, tokens[next]!) &&
          moneyUnits.some(([, unit]) => unit.test(behind.trimStart()))
        ) {
          value += rest.value
          next = rest.next
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
    if (count > 0 && halfAt(text, tokens, next) > next) {
      current += 0.5
      count++
      next++
      continue
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

export const round = (value: number) => Math.round(value * 1e6) / 1e6
