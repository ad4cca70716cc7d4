/**
 * Streets, houses, offices and floors: numbers that are neither sums nor amounts. Promises to find the usual writings of an
 * address in a city (`ул. Абая, 10, офис 12`, `Абая 10`, `2 этаж`), each with a key to compare by; not every address.
 */
import { unitAt } from "./quantity-unit.ts"
import { stemOf } from "./wording.ts"

export interface AddressPart {
  readonly index: number
  readonly end: number
  readonly key: string
  /** The text says that it is an address; a capital word before a number only may be one. */
  readonly isCertain: boolean
}

const house = "№?\\s?(\\d{1,4})(?:\\s?[а-яА-Яa-zA-Z](?![\\p{L}]))?(?:[/-]\\d{1,4}[а-яА-Я]?)?(?![\\d.]*\\d)"
const name = "[А-ЯЁӘҒҚҢӨҰҮҺІA-Z][\\p{L}.]{1,24}(?:-\\d{1,2})?(?:\\s(?:би|батыра?|ата|хана?|жырау)(?!\\p{L}))?"
const street = new RegExp(
  `(?<!\\p{L})(?:ул\\.?|улиц[а-я]{1,2}|пр\\.|пр-т|пр-кт|просп\\.?|проспект[а-я]{0,2}|мкр\\.?|микрорайон[а-я]{0,2}|пер\\.|переул[а-я]{2,4}|шоссе|б-р|бульвар[а-я]{0,2}|көшесі|даңғылы)\\s+((?:${name}\\s?){1,3}),?\\s*(?:д\\.?|дом[а-я]{0,2})?\\s?${house}`,
  "gu",
)
const capital = new RegExp(
  `(?<![\\p{L}«"])(${name})(?:\\s+(?:көшесі|к-сі|көш\\.|даңғылы|д-лы|проспект|шоссе))?,?\\s+(?:д\\.\\s?|дом\\s)?${house}`,
  "gu",
)
const place = new RegExp(
  `(?<![\\p{L}«"])(офис|оф\\.|каб\\.|кабинет|кв\\.(?!\\s?м)|квартир|корп\\.|корпус|строени|павильон|бутик|ряд|подъезд|дом|д\\.|этаж|эт\\.)[а-я]{0,3}\\s?${house}`,
  "gu",
)
const floor =
  /(?<![\p{L}\d.,])(\d{1,2})(?:-?(?:й|м|ом|ый|ий))?\s(этаж|подъезд|офис|кабинет|мкр|микрорайон)[а-яё]{0,3}/gu

const families: Readonly<Record<string, string>> = {
  мкр: "микрорайон",
  "оф.": "офис",
  "каб.": "кабинет",
  "корп.": "корпус",
  "эт.": "этаж",
  "д.": "дом",
}

const scannedLettersMax = 20_000

export const addressParts = (whole: string): ReadonlyArray<AddressPart> => {
  const text = whole.slice(0, scannedLettersMax)
  if (!/\d/.test(text)) return []
  const parts: Array<AddressPart> = []
  const add = (match: RegExpExecArray, key: string, isCertain: boolean) => {
    const end = match.index + match[0].length
    if (unitAt(text, end) === null) parts.push({ index: match.index, end, key, isCertain })
  }
  for (const match of text.matchAll(street)) {
    const words = match[1]!.trim().split(/\s+/)
    add(match, `${stemOf(words.at(-1)!)} ${match[2]}`, true)
  }
  for (const match of text.matchAll(capital)) add(match, `${stemOf(match[1]!)} ${match[2]}`, false)
  for (const match of text.matchAll(place)) {
    const family = families[match[1]!] ?? match[1]!
    add(match, `${family} ${match[2]}`, family === "офис" || family === "кабинет")
  }
  for (const match of text.matchAll(floor)) add(match, `${families[match[2]!] ?? match[2]} ${match[1]}`, false)
  return parts
}
