/**
 * The linear model of the offline moderator: a weight for each bucket and label, from moderator-weights.ts, softened by the
 * temperature that makes its shares honest on openings it was not trained with.
 */
import type { Feature } from "./moderator-features.ts"

export const labels = ["client", "not_client", "unknown"] as const
export type Label = (typeof labels)[number]
export type Shares = Readonly<Record<Label, number>>

/** For each bucket a weight of each label in turn. */
export type Weights = { readonly [at: number]: number }

export const scoresOf = (
  features: ReadonlyArray<Pick<Feature, "bucket" | "value">>,
  weights: Weights,
): [number, number, number] => {
  const scores: [number, number, number] = [0, 0, 0]
  for (const { bucket, value } of features) {
    const at = bucket * labels.length
    scores[0] += weights[at]! * value
    scores[1] += weights[at + 1]! * value
    scores[2] += weights[at + 2]! * value
  }
  return scores
}

export const sharesOf = (scores: ReadonlyArray<number>, temperature: number): [number, number, number] => {
  const top = Math.max(...scores)
  const powers = scores.map((score) => Math.exp((score - top) / temperature))
  const all = powers[0]! + powers[1]! + powers[2]!
  return [powers[0]! / all, powers[1]! / all, powers[2]! / all]
}

/** A stranger is named one only above the threshold: in doubt a client is lost. */
export const decide = (shares: ReadonlyArray<number>, strangerFrom: number): Label => {
  const [client, stranger, unknown] = shares as readonly [number, number, number]
  if (stranger >= strangerFrom && stranger > client && stranger > unknown) return "not_client"
  return client >= unknown ? "client" : "unknown"
}
