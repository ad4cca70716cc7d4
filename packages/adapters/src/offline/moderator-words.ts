/**
 * What words weigh where no sign decides: naive Bayes over the beginnings of words and their neighbours, counted once in
 * the labelled openings of evals/moderator.jsonl (`scripts/moderator-counts.ts` writes the counts down).
 * Promises to be deterministic. Knows nothing of a text whose words it never met, and then says so by equal shares.
 */
export type Side = "client" | "not_client" | "unknown"
export interface Counts {
  readonly openings: Readonly<Record<Side, number>>
  /** How many openings of a client, a stranger and of nobody known show it. */
  readonly words: Readonly<Record<string, readonly [client: number, stranger: number, unknown: number]>>
}
const sides: ReadonlyArray<Side> = ["client", "not_client", "unknown"]

const stemLetters = 5
const wordsMax = 400
const lengthOf = (count: number) => (count < 3 ? "<3" : count < 6 ? "<6" : count < 12 ? "<12" : ">11")

/** Of folded text. */
export const featuresOf = (folded: string): ReadonlySet<string> => {
  const tokens = (folded.match(/[а-яәғқңөұүһіa-z]+|\d+|\?/g) ?? []).slice(0, wordsMax)
  const stems = tokens.map((token) => (/^\d/.test(token) ? "9" : token.slice(0, stemLetters)))
  return new Set([
    ...stems,
    ...stems.map((stem, i) => `${stems[i - 1] ?? "^"}_${stem}`),
    `#${lengthOf(tokens.length)}`,
    tokens.includes("?") ? "#?" : "#.",
  ])
}

/** Words met once are chance. */
const timesMin = 2

export const count = (openings: ReadonlyArray<{ readonly is: Side; readonly folded: string }>): Counts => {
  const words = new Map<string, [number, number, number]>()
  const seen = { client: 0, not_client: 0, unknown: 0 }
  for (const { is, folded } of openings) {
    seen[is]++
    for (const feature of featuresOf(folded)) {
      const row = words.get(feature) ?? [0, 0, 0]
      row[sides.indexOf(is)]!++
      words.set(feature, row)
    }
  }
  return {
    openings: seen,
    words: Object.fromEntries(
      [...words].filter(([, row]) => row[0] + row[1] + row[2] >= timesMin).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  }
}

const smoothing = 0.4
/** Words are not as independent as Bayes would have them: their say is tempered. */
const temper = 0.6

/** The share of belief for each side. Features that were never met say nothing. */
export const weigh = (folded: string, counts: Counts): Readonly<Record<Side, number>> => {
  const met = [...featuresOf(folded)].flatMap((feature) => {
    const row = Object.hasOwn(counts.words, feature) ? counts.words[feature] : undefined
    return row === undefined ? [] : [row]
  })
  const scores = sides.map(
    (side, i) =>
      temper *
      met.reduce((sum, row) => sum + Math.log((row[i]! + smoothing) / (counts.openings[side] + 2 * smoothing)), 0),
  )
  const top = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - top))
  const all = powers.reduce((sum, power) => sum + power, 0)
  return { client: powers[0]! / all, not_client: powers[1]! / all, unknown: powers[2]! / all }
}
