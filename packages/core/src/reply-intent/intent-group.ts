/**
 * The shape of a table of phrases. To teach the reader a new way of saying something, add a phrase to one of the
 * intent-words-*.ts and an example to intent.examples.ts; but look into intent-grammar.ts first, a rule there may cover more.
 *
 * A phrase counts `alone` when the rest of its clause is only small words (pronouns, politeness, particles, times), `near`
 * when at most one other word is there, `anywhere` whatever stands around it. "нет" is an answer alone; "нет контроля
 * над складом" is none. The signs used in phrases are told in intent-pattern.ts. Write the plain form: ё, letter case,
 * runs of letters, Kazakh letters and Latin typing are folded away; words of seven letters and more forgive one slip.
 */

export type Weight =
  /** Plain. */
  | "plain"
  /** A bare "да", "нет": gives way to a fuller answer beside it. */
  | "bare"
  /** "ок", "хорошо": may be a nod to what was said, and yields to any no. */
  | "nod"
  /** "завтра", "вечером": a postponement by itself, but only a time when there is a yes beside it. */
  | "time"

export interface Group {
  readonly intent: "yes" | "no" | "uncertain" | "nothing"
  readonly name: string
  readonly place: "alone" | "near" | "anywhere"
  readonly weight?: Weight
  /** An answer even in a question: "куда платить?". */
  readonly evenAsked?: boolean
  readonly phrases: ReadonlyArray<string>
}

export const phrases = (text: string): ReadonlyArray<string> =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== "")

export const group = (
  intent: Group["intent"],
  name: string,
  place: Group["place"],
  text: string,
  more: Pick<Group, "weight" | "evenAsked"> = {},
): Group => ({ intent, name, place, phrases: phrases(text), ...more })
