/**
 * The small language of the tables, matched over folded words, never over letters: so "когда" holds no "да".
 *   "нет времени"   these words in this order; small words ("мне", "пока", "уже") may stand between them
 *   "надо|нужно"    one of these; in a longer phrase only between brackets: "(надо|нужно) решить"
 *   "уже?"          may be missing
 *   "соглас*"       any word that begins so
 *   "*имся"         any word that ends so
 */

import { fold, type Word } from "./intent-text.ts"

interface Element {
  readonly exact: ReadonlySet<string>
  readonly prefixes: ReadonlyArray<string>
  readonly suffixes: ReadonlyArray<string>
  readonly optional: boolean
}
export interface Pattern<A> {
  readonly elements: ReadonlyArray<Element>
  readonly meaning: A
}

/**
 * What is wrong with a phrase, or null. Bare alternatives in a phrase of several words are refused: "отказ|пас|не надо"
 * would not hold "не надо" but end every one of them in "надо", and nothing would tell.
 */
export const faultOf = (source: string): string | null => {
  const parts = source.split(" ")
  for (const part of parts) {
    const sign = /^(\()?([^()?]+)(\))?(\??)$/u.exec(part)
    if (sign === null || (sign[1] === undefined) !== (sign[3] === undefined))
      return `brackets around words, in "${part}"`
    const choices = sign[2]!.split("|")
    if (choices.length > 1 && sign[1] === undefined && parts.length > 1) return `"${part}" needs brackets`
    if (choices.length === 1 && sign[1] !== undefined) return `brackets around one word, in "${part}"`
    if (choices.some((choice) => !/^(\*?[^*]+|[^*]+\*)$/u.test(choice)))
      return `an empty choice or a misplaced star in "${part}"`
    if (new Set(choices.map(fold)).size < choices.length) return `the same word twice in "${part}"`
  }
  return parts.every((part) => part.endsWith("?")) ? "nothing in it must be there" : null
}

export const parsePattern = <A>(source: string, meaning: A): Pattern<A> => ({
  meaning,
  elements: source.split(" ").map((part) => {
    const optional = part.endsWith("?")
    const exact = new Set<string>()
    const prefixes: Array<string> = []
    const suffixes: Array<string> = []
    for (const choice of part.replace(/[()?]/g, "").split("|")) {
      if (choice.startsWith("*")) suffixes.push(fold(choice.slice(1)))
      else if (choice.endsWith("*")) prefixes.push(fold(choice.slice(0, -1)))
      else exact.add(fold(choice))
    }
    // "ни надо" is a slip; "не за что" and "ни за что" are not each other.
    if (exact.has("не") && source !== "не за что") exact.add("ни")
    return { exact, prefixes, suffixes, optional }
  }),
})

const meets = (element: Element, word: string): boolean =>
  element.exact.has(word) ||
  element.prefixes.some((prefix) => word.startsWith(prefix)) ||
  element.suffixes.some((suffix) => word.endsWith(suffix))

const negations = new Set(["не", "ни"])

/** How far a pattern may reach over words that it does not name. */
const skippedMax = 2

/** The number of words the pattern takes from `at`, and of those it names; null if it does not stand there. */
const reach = <A>(
  pattern: Pattern<A>,
  words: ReadonlyArray<Word>,
  at: number,
  mayskip: (folded: string) => boolean,
): { readonly end: number; readonly named: number } | null => {
  let here = at
  let named = 0
  for (const element of pattern.elements) {
    let next = here
    while (named > 0 && next < words.length && next - here < skippedMax) {
      const word = words[next]!.folded
      if (meets(element, word) || !mayskip(word)) break
      next++
    }
    const word = words[next]?.folded
    if (word !== undefined && meets(element, word)) {
      here = next + 1
      named++
    } else if (!element.optional) return null
  }
  return named === 0 ? null : { end: here, named }
}

export interface Found<A> {
  readonly meaning: A
  readonly start: number
  readonly end: number
}

/** Finds patterns from the left; where several stand at one place, the one that names the most words, then the first told. */
export const compile = <A>(patterns: ReadonlyArray<Pattern<A>>, mayskip: (folded: string) => boolean) => {
  const byFirst = new Map<string, Array<Pattern<A>>>()
  const byPrefix: Array<Pattern<A>> = []
  const vocabulary = new Set<string>()
  const afterNot = new Set<string>()
  const openings = new Set<string>()
  for (const pattern of patterns) {
    const [first, second] = pattern.elements
    // A pattern that begins with an optional or an open word cannot be looked up by it.
    if (first!.optional || first!.prefixes.length > 0) byPrefix.push(pattern)
    else for (const word of first!.exact) byFirst.set(word, [...(byFirst.get(word) ?? []), pattern])
    for (const element of pattern.elements) {
      for (const word of element.exact) vocabulary.add(word)
      for (const opening of element.prefixes) openings.add(opening)
    }
    if (first!.exact.has("не") && second) for (const word of second.exact) afterNot.add(word)
  }
  const bestAt = (
    words: ReadonlyArray<Word>,
    at: number,
    until = words.length,
  ): (Found<A> & { readonly named: number }) | null => {
    let best: (Found<A> & { readonly named: number }) | null = null
    for (const candidates of [byFirst.get(words[at]!.folded) ?? [], byPrefix]) {
      for (const pattern of candidates) {
        const taken = reach(pattern, words, at, mayskip)
        if (taken === null || taken.end > until || (best !== null && taken.named <= best.named)) continue
        best = { meaning: pattern.meaning, start: at, end: taken.end, named: taken.named }
      }
    }
    return best
  }
  const find = (words: ReadonlyArray<Word>): ReadonlyArray<Found<A>> => {
    const bests = words.map((_, at) => bestAt(words, at))
    const found: Array<Found<A>> = []
    for (let at = 0; at < words.length; ) {
      const best = bests[at] ?? null
      // "сейчас нет времени": the later phrase reaches further and names as much, so it is the one that was meant.
      // But what "не" holds stays held: "не записывайте меня".
      const later =
        best === null || negations.has(words[at]!.folded)
          ? undefined
          : bests
              .slice(at + 1, best.end)
              .find((other) => other !== null && other.named >= best.named && other.end > best.end)
      const taken = later ? bestAt(words, at, later.start) : best
      if (taken !== null) found.push(taken)
      at = taken?.end ?? at + 1
    }
    return found
  }
  /** True if the tables know the word as it is, so that it needs no mending. */
  const knows = (word: string): boolean => {
    if (vocabulary.has(word)) return true
    for (let length = 3; length <= word.length; length++) if (openings.has(word.slice(0, length))) return true
    return false
  }
  return { find, vocabulary, knows, afterNot }
}

/** True if one letter more, less, other, or two swapped make `a` into `b`. */
export const isOneSlipAway = (a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > 1 || a === b) return a === b
  let front = 0
  while (front < a.length && front < b.length && a[front] === b[front]) front++
  let back = 0
  while (back < a.length - front && back < b.length - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++
  const restA = a.slice(front, a.length - back)
  const restB = b.slice(front, b.length - back)
  if (restA.length <= 1 && restB.length <= 1) return true
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0]
}
