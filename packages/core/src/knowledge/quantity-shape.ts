/** How a reading of a figure is put together: its qualifier, where it begins and ends. */
import type { Token } from "./numeral.ts"
import type { Qualifier, Quantity, QuantityKind } from "./quantity.ts"

const qualifiers: ReadonlyMap<string, Qualifier> = new Map([
  ["от", "from"],
  ["с", "from"],
  ["минимум", "from"],
  ["мин", "from"],
  ["≥", "from"],
  ["до", "to"],
  ["максимум", "to"],
  ["макс", "to"],
  ["≤", "to"],
  ["около", "about"],
  ["примерно", "about"],
  ["порядка", "about"],
  ["приблизительно", "about"],
  ["почти", "about"],
  ["где-то", "about"],
  ["~", "about"],
  ["≈", "about"],
  ["более", "over"],
  ["больше", "over"],
  ["свыше", "over"],
  [">", "over"],
  ["дольше", "over"],
  ["менее", "under"],
  ["меньше", "under"],
  ["<", "under"],
  ["быстрее", "under"],
  ["дешевле", "under"],
  ["дороже", "over"],
  ["длиннее", "over"],
  ["выше", "over"],
  ["тяжелее", "over"],
  ["крупнее", "over"],
  ["старше", "over"],
  ["короче", "under"],
  ["младше", "under"],
  ["легче", "under"],
])

export interface Read {
  /** Null: a number that is no claim. */
  readonly quantity: Quantity | null
  readonly next: number
}

export const qualifierBefore = (text: string, tokens: ReadonlyArray<Token>, at: number): Qualifier | null => {
  let back = at - 1
  if (back >= 0 && tokens[back]!.text === ",") return null
  for (let steps = 0; back >= 0 && steps < 2; steps++, back--) {
    const word = tokens[back]!
    const meaning = qualifiers.get(word.lower)
    if (meaning === undefined) {
      if (steps === 0 && /^(?:чем|по|всего|лишь|целых|только|суммы|срока|мне|вам)$/u.test(word.lower)) continue
      return null
    }
    // `20 мин 32 000`: minutes, no minimum.
    if (word.lower === "мин" && tokens[back - 1]?.type === "number") return null
    const negation = tokens[back - 1]?.lower
    if (meaning === "over" && negation === "не") return "to"
    if (meaning === "under" && negation === "не") return "from"
    if (word.lower === "с" && !/\d/.test(text.slice(tokens[at]!.index, tokens[at]!.index + 1))) return null
    return meaning
  }
  return null
}

export const make = (
  kind: QuantityKind,
  value: number,
  to: number | null,
  unit: string | null,
  per: string | null,
  qualifier: Qualifier | null,
  text: string,
  tokens: ReadonlyArray<Token>,
  at: number,
  end: number,
  workingDays = false,
): Quantity => {
  let start = at
  // The text begins with its qualifier.
  if (qualifier !== null)
    for (let back = 0; back < 3 && start > 0; back++) {
      const word = tokens[start - 1]!.lower
      if (qualifiers.has(word) || word === "не" || word === "чем" || word === "всего" || word === "как") start--
      else break
    }
  const index = tokens[start]!.index
  return {
    kind,
    value,
    to,
    unit,
    per,
    qualifier: to === null ? qualifier : null,
    workingDays,
    key: "",
    index,
    text: text.slice(index, end).trimEnd(),
  }
}
