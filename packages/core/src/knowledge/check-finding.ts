/** What is wrong with a company's documents, in words that its owner can act on. */

export type FindingKind =
  | "no_documents"
  | "unreadable_file"
  | "page_without_text"
  | "contradiction"
  | "past_date"
  | "price_without_product"
  | "broken_table"
  | "order_to_model"
  | "unanswered_question"

export interface Place {
  readonly file: string
  /** 1-based; null where the whole file is meant. */
  readonly page: number | null
  /** The words of the document, cut to a line; empty where there are none. */
  readonly quote: string
}

export interface Finding {
  readonly kind: FindingKind
  /** `mend`: clients may be told something wrong or nothing. `notice`: worth a look, nothing is wrong. */
  readonly weight: "mend" | "notice"
  /** One sentence in Russian. */
  readonly message: string
  readonly places: ReadonlyArray<Place>
}

const quoteCharsMax = 160

/** The line of a text around a value, short enough to be read at a glance. */
export const quoteOf = (text: string, value = ""): string => {
  const found = value === "" ? -1 : text.indexOf(value)
  const at = Math.max(found, 0)
  const start = text.lastIndexOf("\n", at - 1) + 1
  const next = text.indexOf("\n", at)
  const line = text.slice(start, next < 0 ? text.length : next)
  // A window around the value in a line that is too long.
  const from = at - start > quoteCharsMax / 2 ? line.indexOf(" ", at - start - quoteCharsMax / 2) + 1 : 0
  const cut = line.slice(from, from + quoteCharsMax)
  const tidy = cut
    .replace(/(?:\s*\|\s*)+$/u, "")
    .replace(/\s+/gu, " ")
    .trim()
  return `${from > 0 ? "…" : ""}${tidy}${from + quoteCharsMax < line.length ? "…" : ""}`
}
