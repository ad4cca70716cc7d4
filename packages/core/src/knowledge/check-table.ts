/**
 * Prices that nobody could name the product of, and tables that fell apart on the way from the page. Both are told only
 * where the document's own words leave no doubt: a sum alone on its line under a heading that names nothing, a row without
 * a name, two sums in one cell.
 */
import { type Finding, quoteOf } from "./check-finding.ts"
import type { Block, KnowledgeDocument } from "./document.ts"
import { findQuantities, type Quantity } from "./quantity.ts"
import { stemsOf, wordsOf } from "./wording.ts"

const generic = new Set(
  (
    "тариф тарифы пакет пакеты услуга услуги цена цены прайс лист прейскурант стоимость товар товары продукт каталог перечень список " +
    "наименование позиция предложение коммерческое раздел таблица основные дополнительно общие наши наш оплата условия контакты"
  )
    .split(" ")
    .flatMap((word) => [...stemsOf(word)]),
)
const namesNothing = (text: string): boolean => stemsOf(text).every((stem) => generic.has(stem))

const moneyOf = (text: string): ReadonlyArray<Quantity> =>
  /\d/.test(text) ? findQuantities(text).filter((quantity) => quantity.kind === "money") : []

/** What is left of a line when its figures are taken out. */
const withoutFigures = (text: string): string => {
  let rest = text
  for (const quantity of findQuantities(text)) rest = rest.replace(quantity.text, " ")
  return rest
}
const known = /итого|всего|сумма|бесплатно|доставк|скидк|предоплат|залог|оплат/iu

const linesMax = 500
const lineCharsMax = 2000

export const strayPricesOf = (documents: ReadonlyArray<KnowledgeDocument>): ReadonlyArray<Finding> =>
  documents.flatMap((document) => {
    const findings: Array<Finding> = []
    const add = (block: Block, quote: string, price: string) =>
      findings.push({
        kind: "price_without_product",
        weight: "mend",
        message: `Непонятно, чья это цена: ${price}`,
        places: [{ file: document.file, page: block.page, quote: quoteOf(quote, price) }],
      })
    let heading: string | undefined
    let headingAt = -2
    for (const [at, block] of document.blocks.entries()) {
      if (block.kind === "heading") {
        heading = block.text
        headingAt = at
        continue
      }
      if (block.rows !== undefined) {
        for (const row of namelessRowsOf(block)) add(block, row.join(" | "), moneyOf(row.join(" | "))[0]!.text)
        continue
      }
      for (const line of block.text.split("\n").slice(0, linesMax)) {
        const text = line.slice(0, lineCharsMax)
        const [price] = moneyOf(text)
        if (price === undefined || known.test(text)) continue
        const before = document.blocks[at - 1]
        // A card's name may stand above as a paragraph.
        const isUnderName =
          before !== undefined &&
          before.rows === undefined &&
          !namesNothing(withoutFigures(before.text)) &&
          before.text.length < 80
        const isTitled = heading !== undefined && !namesNothing(heading) && (headingAt === at - 1 || headingAt > 0)
        const after = document.blocks[at + 1]
        const isOverName =
          after !== undefined &&
          after.kind !== "heading" &&
          after.rows === undefined &&
          after.text.length < 80 &&
          // A telephone below is no name.
          findQuantities(after.text).every(({ kind }) => kind === "count" || kind === "bare") &&
          after.page === block.page &&
          !namesNothing(after.text)
        if (
          namesNothing(withoutFigures(text)) &&
          wordsOf(withoutFigures(text)).length <= 3 &&
          !isTitled &&
          !isUnderName &&
          !isOverName
        )
          add(block, text, price.text)
      }
    }
    return findings
  })

/** Rows with a sum and nothing in the column that names the other rows. */
const namelessRowsOf = (block: Block): ReadonlyArray<ReadonlyArray<string>> => {
  const body = (block.rows ?? []).slice(1, linesMax)
  const names = (column: number) => body.filter((row) => wordsOf(withoutFigures(row[column] ?? "")).length > 0).length
  const column = (block.rows?.[0] ?? []).findIndex((_, at) => names(at) * 2 > body.length)
  if (column < 0) return []
  return body.filter(
    (row) =>
      (row[column] ?? "").trim() === "" &&
      moneyOf(row.join(" | ")).length > 0 &&
      !known.test(row.join(" ")) &&
      row.every((cell) => wordsOf(withoutFigures(cell)).length === 0),
  )
}

/** One finding for a table, for its first broken row. */
export const brokenTablesOf = (documents: ReadonlyArray<KnowledgeDocument>): ReadonlyArray<Finding> =>
  documents.flatMap((document) =>
    document.blocks.flatMap((block): ReadonlyArray<Finding> => {
      const broken = block.rows === undefined ? undefined : brokenRowOf(block.rows.slice(0, linesMax))
      if (broken === undefined) return []
      return [
        {
          kind: "broken_table",
          weight: "mend",
          message: broken.why,
          places: [{ file: document.file, page: block.page, quote: quoteOf(broken.row.join(" | ")) }],
        },
      ]
    }),
  )

interface BrokenRow {
  readonly row: ReadonlyArray<string>
  readonly why: string
}

const brokenRowOf = (rows: ReadonlyArray<ReadonlyArray<string>>): BrokenRow | undefined => {
  const [header, ...body] = rows
  if (header === undefined || body.length < 2) return undefined
  const isHeader = header.filter((cell) => cell !== "").length >= 2 && !header.some((cell) => moneyOf(cell).length > 0)
  if (!isHeader) return undefined
  const width = header.length
  // Columns that hold one sum in most rows.
  const priced = Array.from({ length: width }, (_, column) => {
    const filled = body.filter((row) => (row[column] ?? "") !== "")
    return column > 0 && filled.length > 0 && filled.filter((row) => isOneSum(row[column]!)).length * 2 > filled.length
  })
  for (const row of body) {
    // A column without a title that only few rows reach.
    const wider = row.findIndex(
      (cell, column) =>
        cell !== "" &&
        column > 0 &&
        header[column] === "" &&
        /\d/.test(cell) &&
        body.filter((other) => (other[column] ?? "") !== "").length * 2 < body.length,
    )
    if (wider >= 0) return { row, why: "Строка таблицы шире её шапки: часть ячеек без названия столбца" }
    const glued = row.findIndex((cell, column) => priced[column] && isTwoSums(cell))
    if (glued >= 0) return { row, why: `Две цены в одной ячейке таблицы (столбец «${header[glued]}»): ячейки слились` }
    const inName = row.some(
      (cell, column) =>
        column === 0 &&
        moneyOf(cell).length > 0 &&
        priced.some((is, at) => is && (row[at] ?? "") === "") &&
        wordsOf(withoutFigures(cell)).length > 0 &&
        /\d\s*(?:₸|тг|тенге)\.?$/iu.test(cell),
    )
    if (inName) return { row, why: "Цена прочитана вместе с названием, а её столбец пуст: строка таблицы слилась" }
  }
  return undefined
}

const isOneSum = (cell: string): boolean => {
  const found = findQuantities(cell)
  return found.length === 1 && (found[0]!.kind === "money" || found[0]!.kind === "bare")
}
/** `5 000 ₸ 7 000 ₸` with nothing said between; `5 000 / 7 000 ₸` and a range are one price in two parts. */
const isTwoSums = (cell: string): boolean => {
  const sums = moneyOf(cell)
  return sums.slice(1).some((sum, at) => /^\s*$/.test(cell.slice(sums[at]!.index + sums[at]!.text.length, sum.index)))
}
