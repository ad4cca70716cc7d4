/** Which tariff or package of a list holds what: a feature of one is no feature of another. */
import { wordsOf } from "../knowledge/wording.ts"
import type { Clause } from "./affirmation.ts"
import { general, has, inside, verbish } from "./affirmation.ts"
import type { Court } from "./court.ts"
import type { Index, Line } from "./place.ts"

export const ofHaving =
  /(?<!\p{L})(?:есть|вход[ия]т|включ\p{L}+|внутри|получ\p{L}+|доступ\p{L}+|предусмотр\p{L}+|да[её]т|идёт|идет|будет|уже)(?!\p{L})/iu

const inherits = /(?<!\p{L})вс[её]\s+(?:из|что|в|то же|возможности|от)(?!\p{L})/iu

interface Product {
  readonly name: string
  /** The line that it heads. */
  readonly head: Line
  readonly lines: ReadonlyArray<Line>
}

/** A name before a colon, a dash or a cell: a title in quotes, or one word. */
const nameIn = (line: Line): string | null => {
  const head = /^[-•*\d.)\s]*([^:|—–]{2,60}?)\s*(?::|\||\s[—–]\s)/u.exec(line.text)?.[1]
  if (head === undefined || inside.test(head)) return null
  const title = /[«"“]([^»"”\n]{2,30})[»"”]/u.exec(head)
  const words = wordsOf(title?.[1] ?? head.replace(/\([^()]*\)/gu, ""))
  return title === null && (words.length > 1 || !/^\p{Lu}/u.test(head)) ? null : (words[0]?.stem ?? null)
}

/** Tariffs and packages with what each holds: its own line, and the small letters right under it. */
const productsOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Product> => {
  const found: Array<{ name: string; head: Line; lines: Array<Line> }> = []
  let last: (typeof found)[number] | null = null
  for (const line of lines) {
    const name = nameIn(line)
    if (name !== null) {
      last = { name, head: line, lines: [line] }
      found.push(last)
    } else if (last !== null && /^\p{Ll}/u.test(line.text)) last.lines.push(line)
    else last = null
  }
  return found
}

const products = new WeakMap<Index, ReadonlyArray<Product>>()

/** `В «Команде» есть интеграция с 1С` where it is in «Бизнес» alone: the line that gives it to another. */
export const featureOfAnother = (clause: Clause, court: Court): string | null => {
  if (!ofHaving.test(clause.text)) return null
  const { index, view } = court
  let known = products.get(index)
  if (known === undefined) {
    known = productsOf(index.lines)
    products.set(index, known)
  }
  const at = view.text.indexOf(clause.text)
  const named = (text: string) => {
    const stems = wordsOf(text).map((word) => word.stem)
    return [...new Set(known.filter((product) => has(stems, product.name)).map((product) => product.name))]
  }
  const own = named(clause.text)
  const subjects = own.length > 0 ? own : named(view.text.slice(Math.max(0, at - 160), Math.max(0, at)))
  if (subjects.length !== 1) return null
  // `Всё из Старта и …` holds that, too.
  const holders = new Set(subjects)
  for (let round = 0; round < 4; round++)
    for (const product of known)
      if (holders.has(product.name))
        for (const line of product.lines)
          if (inherits.test(line.text)) for (const name of named(line.text)) holders.add(name)
  const mine = known.filter((product) => holders.has(product.name))
  for (const word of wordsOf(clause.text)) {
    const { stem } = word
    if (word.text.length < 5 || verbish.test(word.text) || general.test(stem) || has([...holders], stem)) continue
    const telling = index.lines.filter((line) => has(line.stems, stem))
    if (telling.length === 0 || telling.some((line) => mine.some((product) => product.lines.includes(line)))) continue
    const rival = known.find(
      (product) =>
        !holders.has(product.name) &&
        telling.every((line) => product.lines.includes(line) && /[,+].*\p{L}/u.test(line.text)) &&
        mine.some(
          (other) =>
            other.head.path.at(-1) === product.head.path.at(-1) &&
            other.lines.some((line) => /[,+].*\p{L}/u.test(line.text)),
        ),
    )
    if (rival !== undefined) return telling[0]!.text
  }
  return null
}
