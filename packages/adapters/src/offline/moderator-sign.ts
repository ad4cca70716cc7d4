/**
 * How a sign of the offline moderator is written down, and found. In a pattern `~` is any ending of a word and `#` any one
 * word; each alternative begins and ends at a blank. Patterns are held against folded text (lower case, `ё` as `е`), with and
 * without its punctuation.
 * A thousand alternatives cost a tenth of a second to compile, so each is compiled when a text first has a word of its.
 */

export interface Sign {
  readonly side: "client" | "not_client"
  /** Russian, for the reasoning. */
  readonly name: string
  /** 3 decides alone, 2 suffices where nothing speaks against it, 1 only supports. A sign counts once, however often it is met. */
  readonly weight: 1 | 2 | 3
  readonly alternatives: ReadonlyArray<string>
}

const sign =
  (side: Sign["side"]) =>
  (weight: Sign["weight"], name: string, ...alternatives: ReadonlyArray<string>): Sign => ({
    side,
    name,
    weight,
    alternatives,
  })
export const client = sign("client")
export const stranger = sign("not_client")

interface Alternative {
  readonly sign: number
  readonly source: string
  /** A text without a word of each of these groups cannot match; the words by their beginnings. */
  readonly needs: ReadonlyArray<ReadonlyArray<string>>
  pattern: RegExp | null
}

const keyLetters = 6
/** A written word may stand for a longer one, so each of its beginnings is a key. */
const keysOf = (word: string): ReadonlyArray<string> =>
  Array.from({ length: Math.min(keyLetters, word.length) }, (_, i) => word.slice(0, i + 1))
const wordsOf = (text: string) => text.match(/[а-яәғқңөұүһіa-z]+/g) ?? []

/** What stands between the blanks that any match must have: groups of words, each with one or more beginnings. */
const needsOf = (source: string): ReadonlyArray<ReadonlyArray<string>> => {
  // What must not follow is no evidence.
  const literal = source
    .replace(/\(\?<?[!=](?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g, "")
    .replaceAll(/\\./g, "0")
    .replaceAll(/[^()]\?/g, "")
  const parts: Array<string> = [""]
  let depth = 0
  for (const letter of literal) {
    if (letter === "(") depth++
    if (letter === ")") depth--
    if (depth === 0 && letter === "|") return [[...new Set(wordsOf(literal).map((word) => word.slice(0, keyLetters)))]]
    if (depth === 0 && letter === " ") parts.push("")
    else parts[parts.length - 1] += letter
  }
  return (
    parts
      // A part that may be left out, or that figures or letters of any kind may fill, need not be there.
      .filter((part) => !/[?*]$|\{0,\d*\}$|0|\[/.test(part))
      .map((part) => [...new Set(wordsOf(part).map((word) => word.slice(0, keyLetters)))])
      .filter((keys) => keys.length > 0)
  )
}

export interface Found {
  readonly sign: Sign
  readonly words: string
}

/** Gives each sign that is met, in the order of the list. */
export const finder = (signs: ReadonlyArray<Sign>) => {
  const all = signs.flatMap((one, sign) =>
    one.alternatives.map((source): Alternative => ({ sign, source, needs: needsOf(source), pattern: null })),
  )
  const patternOf = (alternative: Alternative): RegExp => {
    alternative.pattern ??= new RegExp(
      `(?<!\\S)(?:${alternative.source.replaceAll("~", "\\S*").replaceAll("#", "\\S+")})(?!\\S)`,
    )
    return alternative.pattern
  }
  return (bare: string, folded: string): ReadonlyArray<Found> => {
    const keys = new Set(wordsOf(`${bare} ${folded}`).flatMap(keysOf))
    const words: Array<string | undefined> = []
    for (const alternative of all) {
      if (words[alternative.sign] !== undefined) continue
      if (!alternative.needs.every((group) => group.some((key) => keys.has(key)))) continue
      const pattern = patternOf(alternative)
      const match = pattern.exec(bare) ?? pattern.exec(folded)
      if (match !== null) words[alternative.sign] = match[0].trim().slice(0, 60)
    }
    return signs.flatMap((one, i) => (words[i] === undefined ? [] : [{ sign: one, words: words[i] }]))
  }
}
