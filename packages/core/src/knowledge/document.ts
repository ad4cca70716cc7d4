/**
 * What the system reads in a document of the company: blocks in reading order, each with the page it stands on. The
 * knowledge port reads PDFs into this shape; facts and search are made from it alone.
 */
import * as Schema from "effect/Schema"

/** A table keeps its rows as cells; the first row is its header where the document has one. */
export const Block = Schema.Struct({
  kind: Schema.Literals(["heading", "paragraph", "list_item", "table"]),
  /** 1-based. */
  page: Schema.Int,
  /** 1 is the largest heading; absent on other kinds. */
  level: Schema.optionalKey(Schema.Int),
  /** The text; for a table its rows joined by new lines, cells by ` | `. */
  text: Schema.String,
  /** Only on tables. Every row has as many cells as the widest; an empty cell is "". */
  rows: Schema.optionalKey(Schema.Array(Schema.Array(Schema.String))),
})
export type Block = typeof Block.Type

export interface KnowledgeDocument {
  /** The file's name without its folder. */
  readonly file: string
  readonly pages: number
  readonly blocks: ReadonlyArray<Block>
  /** Pages that show a picture and have no text: a scan, as a rule. */
  readonly picturePages?: ReadonlyArray<number>
}

/** A file that could not be read, with the reason in plain Russian for the owner. */
export interface UnreadableDocument {
  readonly file: string
  /** Program_error: a mistake of ours, over a file that may be good. */
  readonly reason: "encrypted" | "corrupt" | "empty" | "scanned" | "too_large" | "program_error"
  readonly why: string
}

/** One thing the company says of one of its products or of itself. */
export const Fact = Schema.Struct({
  /** Stable for the same document: file, page and position. */
  id: Schema.String,
  /** What it is said of: `Тариф «Старт»`; the name of the document's subject where nothing narrower is named. */
  subject: Schema.String,
  /** What is said: `цена`, `срок`, `скидка`, `телефон`, the column's header, or the words around the value. */
  attribute: Schema.String,
  /** As written: `15 000 ₸ в месяц`. */
  value: Schema.String,
  /** `KZT`, `RUB`, `USD`, `%`, `день`, `месяц`, `час`, … or null for a bare number or text. */
  unit: Schema.NullOr(Schema.String),
  file: Schema.String,
  page: Schema.Int,
})
export type Fact = typeof Fact.Type

/** A piece of a document that answers a query. */
export interface Passage {
  readonly text: string
  /** The headings above it, outermost first. */
  readonly headings: ReadonlyArray<string>
  readonly file: string
  readonly page: number
  /** BM25; larger is better, only comparable within one search. */
  readonly score: number
}
