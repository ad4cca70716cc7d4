/** Clock times and dates among the figures of a text. Calendars are judged elsewhere; here they are only seen. */
import type { Numeral, Token } from "./numeral.ts"
import type { Read } from "./quantity-shape.ts"
import { make, qualifierBefore } from "./quantity-shape.ts"
import { unitAt } from "./quantity-unit.ts"

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
export const isMonth = (word: string): boolean => monthOf(word) > 0

/** `25 ноября`, `25.11.2026`, `2026-11-25`, `ноябрь 2026`, `в 2026 году`. */
export const readDate = (text: string, tokens: ReadonlyArray<Token>, at: number): Read | null => {
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
export const readClock = (text: string, tokens: ReadonlyArray<Token>, at: number, numeral: Numeral): Read | null => {
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
  if (
    part !== null &&
    (hours !== null || part[1]!.toLowerCase() !== "дня" || /(?:^|[\s(])(?:в|во|к)\s$/iu.test(before))
  )
    return done(evening(numeral.value) * 60, end + (hours?.[0].length ?? 0) + part[0].length)
  // `с 9 до 18 (часов)`: both ends, when what follows is no other unit.
  const opened = /(?:^|[\s(])с\s$/iu.exec(before) !== null || /(?:^|[\s(])между\s$/iu.test(before)
  const range = /^\s*(?:час\p{L}*\s*)?(?:до|и|по|[-–—])\s*(\d{1,2})(?![\d:.]\d|\d)/iu.exec(behind)
  if (opened && range !== null && !numeral.words && Number(range[1]) <= 24) {
    const close = end + range[0].length
    const unit = unitAt(text, close)
    // `с 2–5 учредителями`
    const isOfThings = /^\s*\p{L}+(?:ами|ями)(?!\p{L})/u.test(text.slice(close))
    if (!isOfThings && (unit === null || unit.unit === "час")) return done(numeral.value * 60, end)
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
