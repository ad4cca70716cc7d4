/**
 * Trains the offline moderator on evals/moderator.jsonl, after each change of it or of what the moderator sees:
 * `node scripts/train-moderator.ts > packages/adapters/src/offline/moderator-weights.ts`; the judgement goes to stderr.
 * Multinomial logistic regression by AdaGrad, the same on every run. It is judged by leaving one batch out at a time: each
 * batch has a writer and a mood of its own, so that is what unseen strangers are like. The judgement also sets the temperature
 * (so that confidence is honest) and the least share of belief that makes a stranger (so that few clients are lost).
 */
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { bucketsCount, featuresOf } from "../packages/adapters/src/offline/moderator-features.ts"
import { decide, type Label, labels, scoresOf, sharesOf } from "../packages/adapters/src/offline/moderator-model.ts"

interface Line {
  readonly batch: string
  readonly messages: ReadonlyArray<string>
  readonly contact: {
    readonly name: string | null
    readonly full_name: string | null
    readonly business_name: string | null
  } | null
  readonly label: Label
}
interface Example {
  readonly batch: string
  readonly loudness: number
  readonly buckets: Int32Array
  readonly values: Float64Array
  readonly label: number
}

const nobody = { name: null, full_name: null, business_name: null }
/** The first openings are many, and plainer than what was written later. */
const firstLoudness = 0.3
export const examples = (): ReadonlyArray<Example> =>
  readFileSync(new URL("../evals/moderator.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((text) => {
      const { batch, messages, contact, label } = JSON.parse(text) as Line
      const { features } = featuresOf({ messages, contact: contact ?? nobody })
      return {
        batch,
        loudness: /^own-[12]$/.test(batch) ? firstLoudness : 1,
        buckets: Int32Array.from(features, (feature) => feature.bucket),
        values: Float64Array.from(features, (feature) => feature.value),
        label: labels.indexOf(label),
      }
    })

const epochs = 8
/** The order of the openings leaves its trace in the weights: they are the mean over a few orders. */
const orders = [1, 2, 3]
const step = 0.1
const shrink = 1e-3
/** What one opening alone shows is chance. */
const openingsMin = 2

/** Batches by those who also wrote the classes of words: they teach, but a judgement by them would flatter. */
const isJudged = (batch: string) => !batch.startsWith("own")
const judgedBatches = (all: ReadonlyArray<Example>) => [...new Set(all.map((one) => one.batch))].filter(isJudged)

/** Mulberry32: the same order on every run. */
const dice = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

export const train = (all: ReadonlyArray<Example>): Float64Array => {
  const trained = orders.map((seed) => trainOnce(all, seed))
  return trained[0]!.map((_, at) => trained.reduce((sum, weights) => sum + weights[at]!, 0) / trained.length)
}

const trainOnce = (all: ReadonlyArray<Example>, seed: number): Float64Array => {
  const openings = new Int32Array(bucketsCount)
  for (const { buckets } of all) for (const bucket of new Set(buckets)) openings[bucket]!++
  const kept = all.map((one) => {
    const at = [...one.buckets.keys()].filter((i) => openings[one.buckets[i]!]! >= openingsMin)
    return {
      label: one.label,
      loudness: one.loudness,
      buckets: at.map((i) => one.buckets[i]!),
      values: at.map((i) => one.values[i]!),
    }
  })
  const weights = new Float64Array(bucketsCount * labels.length)
  const squares = new Float64Array(bucketsCount * labels.length).fill(1e-6)
  const roll = dice(seed)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = kept.length - 1; i > 0; i--) {
      const j = Math.floor(roll() * (i + 1))
      const one = kept[i]!
      kept[i] = kept[j]!
      kept[j] = one
    }
    for (const { buckets, values, label, loudness } of kept) {
      const scores = [0, 0, 0]
      for (let k = 0; k < buckets.length; k++)
        for (let side = 0; side < 3; side++) scores[side]! += weights[buckets[k]! * 3 + side]! * values[k]!
      const off = sharesOf(scores, 1).map((share, side) => loudness * (share - (side === label ? 1 : 0)))
      for (let k = 0; k < buckets.length; k++)
        for (let side = 0; side < 3; side++) {
          const at = buckets[k]! * 3 + side
          const slope = off[side]! * values[k]! + shrink * weights[at]!
          squares[at]! += slope * slope
          weights[at]! -= (step * slope) / Math.sqrt(squares[at]!)
        }
    }
  }
  return weights
}

interface Judged {
  readonly batch: string
  readonly label: number
  readonly scores: ReadonlyArray<number>
}
const scoreAll = (some: ReadonlyArray<Example>, weights: Float64Array): ReadonlyArray<Judged> =>
  some.map(({ batch, label, buckets, values }) => ({
    batch,
    label,
    scores: scoresOf(
      [...buckets].map((bucket, k) => ({ bucket, value: values[k]! })),
      weights,
    ),
  }))
const leavingOneOut = (all: ReadonlyArray<Example>): ReadonlyArray<Judged> =>
  judgedBatches(all).flatMap((batch) =>
    scoreAll(
      all.filter((one) => one.batch === batch),
      train(all.filter((one) => one.batch !== batch)),
    ),
  )

const surprise = (judged: ReadonlyArray<Judged>, temperature: number) =>
  judged.reduce((sum, { scores, label }) => sum - Math.log(sharesOf(scores, temperature)[label]!), 0) / judged.length
const range = (from: number, to: number, by: number) =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => Math.round((from + i * by) * 1000) / 1000)
const best = (of: ReadonlyArray<number>, cost: (one: number) => number) =>
  of.reduce((a, b) => (cost(b) < cost(a) ? b : a))

/** How many other mistakes a lost client is worth. */
const lostCost = 6
const verdictOf = ({ scores }: Judged, temperature: number, strangerFrom: number) => {
  const shares = sharesOf(scores, temperature)
  const verdict = labels.indexOf(decide(shares, strangerFrom))
  return { verdict, confidence: shares[verdict]! }
}
const measure = (judged: ReadonlyArray<Judged>, temperature: number, strangerFrom: number) => {
  const made = judged.map((one) => ({ label: one.label, ...verdictOf(one, temperature, strangerFrom) }))
  const clients = made.filter((one) => one.label === 0)
  const lost = clients.filter((one) => one.verdict === 1).length
  const bins = range(0, 0.9, 0.1).map((from) =>
    made.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === Math.round(from * 10)),
  )
  return {
    openings: made.length,
    right: made.filter((one) => one.label === one.verdict).length,
    clients: clients.length,
    lost,
    ece:
      bins.reduce(
        (sum, bin) =>
          sum + Math.abs(bin.reduce((gap, one) => gap + one.confidence - (one.label === one.verdict ? 1 : 0), 0)),
        0,
      ) / made.length,
  }
}

export const judge = (all: ReadonlyArray<Example>) => {
  const judged = leavingOneOut(all)
  const temperature = best(range(0.4, 3, 0.05), (one) => surprise(judged, one))
  const strangerFrom = best(range(0.34, 0.99, 0.01), (from) => {
    const { openings, right, lost } = measure(judged, temperature, from)
    return openings - right + lostCost * lost
  })
  const batches = judgedBatches(all).map((batch) => ({
    batch,
    ...measure(
      judged.filter((one) => one.batch === batch),
      temperature,
      strangerFrom,
    ),
  }))
  return { temperature, strangerFrom, batches, total: measure(judged, temperature, strangerFrom), judged }
}

/** Each weight in one byte. */
export const packed = (weights: Float64Array): { readonly unit: number; readonly bytes: string } => {
  const top = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  const bytes = Int8Array.from(weights, (weight) => Math.round((weight / top) * 127))
  return { unit: Math.round((top / 127) * 1e6) / 1e6, bytes: Buffer.from(bytes.buffer).toString("base64") }
}

const percent = (part: number, whole: number) => (whole === 0 ? "—" : `${((100 * part) / whole).toFixed(1)} %`)
export const judgementText = ({ batches, total }: Pick<ReturnType<typeof judge>, "batches" | "total">): string =>
  `${[...batches, { batch: "all", ...total }]
    .map(({ batch, openings, right, clients, lost }) =>
      [
        batch.padEnd(5),
        `${openings}`.padStart(5),
        percent(right, openings).padStart(8),
        `${lost} of ${clients}`.padStart(10),
        percent(lost, clients).padStart(7),
      ].join(" "),
    )
    .join("\n")}\nECE ${total.ece.toFixed(3)}`

/** As the formatter of the repository has it. */
const written = (one: object) =>
  `{ ${Object.entries(one)
    .map(
      ([key, value]) =>
        `${key}: ${typeof value === "number" ? Math.round(value * 1000) / 1000 : JSON.stringify(value)}`,
    )
    .join(", ")} }`

const lineLetters = 120
const weightsModule = (): string => {
  const all = examples()
  const { temperature, strangerFrom, batches, total } = judge(all)
  const { unit, bytes } = packed(train(all))
  process.stderr.write(`${judgementText({ batches, total })}\n`)
  return `/** Written by scripts/train-moderator.ts from evals/moderator.jsonl: do not edit. */
export const temperature = ${temperature}
export const strangerFrom = ${strangerFrom}
export const unit = ${unit}
/** How well the model did on each batch when it was trained with the others. */
export const judgement = {
  total: ${written(total)},
  batches: [
${batches.map((batch) => `    ${written(batch)},`).join("\n")}
  ],
}
/** A weight a byte, signed: for each bucket one of a client, of a stranger and of nobody known. */
export const bytes = \`
${(bytes.match(new RegExp(`.{1,${lineLetters}}`, "g")) ?? []).join("\n")}
\`
`
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href)
  process.stdout.write(process.argv.includes("--judgement") ? `${judgementText(judge(examples()))}\n` : weightsModule())
