/**
 * From the lines and tables of all pages to a document's blocks: headings by size, weight and place, paragraphs, lists;
 * a table that goes on over the page keeps its header; running heads and page numbers are dropped. Pure.
 */
import type { Block } from "@wa/core/knowledge/document"
import type { Flow, Line, PageToLay, Table } from "./pdf-layout.ts"
import { joinLines, type Segment } from "./pdf-lines.ts"

export interface LaidPage {
  readonly number: number
  readonly flows: ReadonlyArray<Flow>
}

/** Running heads and feet stand in these outer parts of a page. */
const marginPart = 0.11

/** A running head stays where it is met first, since a letterhead may be the only place that names the company or its phone. */
export const withoutMargins = (pages: ReadonlyArray<PageToLay>): Array<PageToLay> => {
  const seen = new Map<string, number>()
  const keysOf = (page: PageToLay, number: number) =>
    page.segments.map((segment) => ({ segment, key: marginKey(segment, page, number, pages.length) }))
  const keyed = pages.map((page, at) => keysOf(page, at + 1))
  for (const page of keyed)
    for (const key of new Set(page.map((each) => each.key)))
      if (key !== undefined) seen.set(key, (seen.get(key) ?? 0) + 1)
  const isRunning = (key: string): boolean => (seen.get(key) ?? 0) >= Math.max(2, pages.length * 0.5)
  const shown = new Set<string>()
  return pages.map((page, at) => {
    const segments: Array<Segment> = []
    const here: Array<string> = []
    const isOfRow = inRows(keyed[at]!, page, (key) => key !== undefined && isRunning(key))
    for (const { segment, key } of keyed[at]!) {
      if (isOfRow(segment)) {
        segments.push(segment)
        continue
      }
      if (key !== undefined && pages.length > 1 && isPageNumber(segment.text, at + 1, pages.length)) continue
      if (key !== undefined && isRunning(key)) {
        if (shown.has(key) || (key.startsWith("foot") && !saysSomething(segment.text))) continue
        here.push(key)
      }
      segments.push(segment)
    }
    for (const key of here) shown.add(key)
    return { ...page, segments }
  })
}

/**
 * `в наличии` in the last row of a table on every page runs as a foot does, but its row says something else each time: most
 * of its cells do, or half of them between ruled columns.
 */
const inRows = (
  keyed: ReadonlyArray<{ readonly segment: Segment; readonly key: string | undefined }>,
  page: PageToLay,
  isRunning: (key: string | undefined) => boolean,
): ((segment: Segment) => boolean) => {
  const lines = Map.groupBy(
    keyed.filter(({ key }) => key !== undefined),
    ({ segment }) => Math.round(segment.y),
  )
  const kept = new Set<Segment>()
  for (const line of lines.values()) {
    const running = line.filter(({ key }) => isRunning(key)).length
    const y = line[0]!.segment.y
    const isRuled = page.verticals.filter((each) => each.y0 < y && each.y1 > y - 1).length >= 3
    const others = line.length - running
    if (running > 0 && (others > running || (others === running && isRuled)))
      for (const { segment } of line) kept.add(segment)
  }
  return (segment) => kept.has(segment)
}

/** A running foot with a phone, a link or an amount in it; any other is decoration. */
const saysSomething = (text: string): boolean => /\d{3}|@|https?:|www\.|[₸₽$€]/iu.test(text)

const marginKey = (segment: Segment, page: PageToLay, number: number, total: number): string | undefined => {
  const zone =
    segment.y < page.height * marginPart ? "head" : segment.y > page.height * (1 - marginPart) ? "foot" : undefined
  if (!zone) return undefined
  const text = segment.text.replace(/\d+/g, (digits) =>
    digits === String(number) ? "#" : digits === String(total) ? "##" : digits,
  )
  return `${zone} ${Math.round(segment.y / 6)} ${text}`
}

const isPageNumber = (text: string, number: number, total: number): boolean => {
  const found =
    /^[-–—|\s]*(?:(стр(?:аница|\.)?|page|лист|бет)\s*)?(?:№\s*)?(\d{1,4})\s*(?:(?:\/|из|of)\s*(\d{1,4}))?\s*[-–—|]*$/iu.exec(
      text.trim(),
    )
  if (!found) return false
  if (found[1] !== undefined) return true
  return Math.abs(Number(found[2]) - number) <= 2 && (found[3] === undefined || Math.abs(Number(found[3]) - total) <= 2)
}

interface Paragraph {
  readonly lines: Array<Line>
  readonly page: number
}
type Piece =
  | { readonly kind: "text"; readonly paragraph: Paragraph }
  | { readonly kind: "table"; readonly table: Table; readonly page: number }

/** `body` is the size of running text, in points. */
export const blocksOf = (pages: ReadonlyArray<LaidPage>, body: number): Array<Block> => {
  const pieces = pages.flatMap((page) => piecesOf(page, body))
  const levels = headingLevels(pieces, body)
  const blocks: Array<Block> = []
  let header:
    | { readonly cells: ReadonlyArray<string>; readonly columns: Table["columns"]; readonly at: number }
    | undefined
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind === "table") {
      let rows = piece.table.rows
      const columns = piece.table.columns
      if (piece.table.hasHeader) header = { cells: rows[0]!, columns, at }
      else if (header && isSameColumns(header.columns, columns)) {
        const between = pieces.slice(header.at + 1, at)
        const isNear = between.every(
          (each) =>
            each.kind === "table" ||
            each.paragraph.lines.some((line) => line.section) ||
            textOf(each.paragraph).length <= 80,
        )
        if (isNear) {
          rows = [header.cells, ...rows]
          header = { ...header, at }
        }
      }
      const last = blocks[blocks.length - 1]
      // Parts of one table under the same header, with nothing between.
      if (
        last?.rows &&
        last.page === piece.page &&
        rows.length > 1 &&
        header &&
        last.rows[0]!.join() === rows[0]!.join()
      )
        blocks[blocks.length - 1] = tableBlock([...last.rows, ...rows.slice(1)], piece.page)
      else if (rows.length > 0) blocks.push(tableBlock(rows, piece.page))
      continue
    }
    pushText(blocks, piece.paragraph, body, levels)
  }
  return merged(blocks)
}

const tableBlock = (rows: ReadonlyArray<ReadonlyArray<string>>, page: number): Block => ({
  kind: "table",
  page,
  text: rows.map((row) => row.join(" | ")).join("\n"),
  rows: rows.map((row) => [...row]),
})

const isSameColumns = (one: Table["columns"], other: Table["columns"]): boolean =>
  one.length === other.length &&
  one.every(([a0, a1], at) => {
    const [b0, b1] = other[at]!
    return Math.min(a1, b1) - Math.max(a0, b0) > 0.3 * Math.min(a1 - a0, b1 - b0)
  })

/**
 * The size of running text: the most frequent one, or a larger one that much of the text has, too; slides set their text in
 * several sizes, and a fifth of a document is no heading.
 */
export const bodySizeOf = (pages: ReadonlyArray<PageToLay>): number => {
  const chars = new Map<number, number>()
  let total = 0
  for (const page of pages)
    for (const segment of page.segments) {
      const size = Math.round(segment.size * 2) / 2
      chars.set(size, (chars.get(size) ?? 0) + segment.text.length)
      total += segment.text.length
    }
  const usual = [...chars].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 10
  return Math.max(
    usual,
    ...[...chars].filter(([size, count]) => count > 0.2 * total && size < 1.5 * usual).map(([size]) => size),
  )
}

const bullet = /^(?:[•*✓✗→]|[-–—·](?=\s))\s*/u
const numbered = /^(?:\d{1,2}[.)]|\p{L}\))\s+/u
const subNumbered = /^\d{1,2}(?:\.\d{1,2})+\.?\s+/u
/** "Телефон:", "График работы:" */
const label = /^\p{Lu}[\p{L}. ]{1,24}:(?:\s|$)/u
const detail = /^(?:(?:г|ул|пр|мкр|тел|моб|оф)\.|(?:ИИН|БИН|ИИК|БИК|КБЕ|IBAN)\s)/iu
const question = /^(?:вопрос|в|q)\s*[.:]\s/iu

const piecesOf = (page: LaidPage, body: number): Array<Piece> => {
  const pieces: Array<Piece> = []
  let open: Paragraph | undefined
  // The usual distance of lines, for each size, to tell a paragraph's end from a loose setting.
  const pitches = new Map<number, number>()
  let before: Line | undefined
  for (const flow of page.flows) {
    if (flow.kind === "line" && before && !flow.starts) {
      const key = Math.round(flow.size)
      const pitch = (flow.y - before.y) / flow.size
      if (pitch > 0.7 && Math.abs(before.size - flow.size) < 0.5)
        pitches.set(key, Math.min(pitches.get(key) ?? 9, pitch))
    }
    before = flow.kind === "line" ? flow : undefined
  }
  for (const flow of page.flows) {
    if (flow.kind === "table") {
      open = undefined
      pieces.push({ kind: "table", table: flow, page: page.number })
      continue
    }
    const last: Line | undefined = open?.lines[open.lines.length - 1]
    if (open && last && continues(open, last, flow, pitches.get(Math.round(flow.size)) ?? 1.2, body))
      open.lines.push(flow)
    else {
      open = { lines: [flow], page: page.number }
      pieces.push({ kind: "text", paragraph: open })
    }
  }
  return pieces
}

const continues = (open: Paragraph, last: Line, line: Line, pitchMin: number, body: number): boolean => {
  if (line.section || last.section || line.alone || last.alone || (line.starts && line.y < last.y)) return false
  const first = open.lines[0]!
  const isSameLine = Math.abs(line.y - last.y) < 0.3 * line.size
  if (isSameLine) return true
  const pitch = (line.y - last.y) / Math.max(line.size, 1)
  if (pitch < 0) return false
  if (Math.abs(line.size - last.size) > 0.12 * Math.max(line.size, last.size)) return false
  if (pitch > Math.max(Math.min(pitchMin * 1.3, 2.1), 1.3)) return false
  // A dash between two halves of a sentence may stand at a line's beginning.
  const isDashInside = /^[-–—]\s\p{Ll}/u.test(line.text) && !/^[-–—]/u.test(first.text) && !/[.:;!?]$/u.test(last.text)
  if (
    (bullet.test(line.text) && !isDashInside) ||
    numbered.test(line.text) ||
    subNumbered.test(line.text) ||
    question.test(line.text)
  )
    return false
  if (line.bold !== last.bold) {
    // A bold beginning of a paragraph is no heading of its own if the line is full.
    const isFull = last.x1 > last.right - 0.12 * (last.right - last.left)
    if (!isFull || last.bold === false) return false
  }
  if (isContact(line.text) !== isContact(last.text) && line.size > body * 1.1) return false
  const isHeading = line.size > body * 1.15
  if (isHeading) return true
  const width = line.right - line.left
  const nextWord = (line.text.split(" ")[0]?.length ?? 0) * line.size * 0.5
  const hadRoom = last.x1 + nextWord < last.right - 0.06 * width
  const isList = bullet.test(first.text) || numbered.test(first.text)
  if (isList) return line.x0 > first.x0 + 1 || !hadRoom || /^\p{Ll}/u.test(line.text)
  // An indented first line begins a paragraph.
  if (
    line.x0 > last.x0 + line.size &&
    line.x0 - line.left > line.size &&
    open.lines.length > 0 &&
    Math.abs(last.x0 - last.left) < 2
  ) {
    const isCentred = Math.abs((line.x0 + line.x1) / 2 - (last.x0 + last.x1) / 2) < line.size
    if (!isCentred) return false
  }
  if (hadRoom && /[.!?…:;]["»)]?$/u.test(last.text) && !/^\p{Ll}/u.test(line.text)) return false
  // `Женская стрижка — 8 000 ₸` over `Мужская — 5 000 ₸`
  if (endsInPrice.test(last.text) && endsInPrice.test(line.text) && /^[\p{Lu}\d«"]/u.test(line.text)) return false
  // Short lines one below the other: an address, details, a list without marks.
  if (label.test(line.text) && !/[,–—-]$/u.test(last.text)) return false
  if ((hadRoom || /[.!?]$/u.test(last.text)) && detail.test(line.text)) return false
  if (hadRoom && last.x1 - last.x0 < 0.8 * width && /^(?:[\p{Lu}\d+«"]|\p{Ll}{1,4}\.\s)/u.test(line.text)) return false
  return true
}

const endsInPrice = /(?:\d\s?(?:₸|тг|тенге)[^\s\d]{0,8}|[—–]\s(?:от\s)?\d[\d\s]{2,})$/iu

const textOf = (paragraph: Paragraph): string => joinLines(paragraph.lines.map((line) => line.text))

const headingCharsMax = 140
const isCapitals = (text: string): boolean => {
  const letters = text.match(/\p{L}/gu) ?? []
  return letters.length >= 4 && letters.every((letter) => letter === letter.toUpperCase())
}

/** The document's own ranks: 1 is its largest size; bold and capitals at the text's size come last. */
const headingLevels = (pieces: ReadonlyArray<Piece>, body: number): ReadonlyArray<number> => {
  const sizes = new Set<number>()
  for (const piece of pieces)
    if (piece.kind === "text") {
      const line = piece.paragraph.lines[0]!
      if (line.size > body * 1.15 && isHeadingText(textOf(piece.paragraph))) sizes.add(Math.round(line.size))
    }
  // Sizes that differ by a hair are one level.
  const ranks: Array<number> = []
  for (const size of [...sizes].sort((a, b) => b - a))
    if (ranks.length === 0 || size < 0.88 * ranks[ranks.length - 1]!) ranks.push(size)
  return ranks
}

const isHeadingText = (text: string): boolean =>
  text.length <= headingCharsMax &&
  /\p{L}{2}|\p{L}\d/u.test(text) &&
  !/[,;]$/u.test(text) &&
  !/^[\p{Ll}]/u.test(text) &&
  !isContact(text) &&
  !isProse(text)
const isContact = (text: string): boolean => /@|https?:|www\.|\+\s?7|(?:^|\s)8\s?\(?7\d\d/u.test(text)
/** A sentence or an enumeration, whatever its size. */
const isProse = (text: string): boolean =>
  (text.length > 45 && /[.!]$/u.test(text)) || (text.match(/,/g)?.length ?? 0) >= 3

const levelOf = (
  paragraph: Paragraph,
  text: string,
  body: number,
  levels: ReadonlyArray<number>,
): number | undefined => {
  const line = paragraph.lines[0]!
  if (line.section) return Math.min(levels.length + 2, 6)
  if (!isHeadingText(text)) return undefined
  if (line.size > body * 1.15)
    return Math.min(Math.max(levels.filter((size) => size > line.size * 1.13).length + 1, 1), 6)
  const isShort = text.length <= 90 && paragraph.lines.length <= 2
  const isSentence = /[.…]$/u.test(text) && !/^\d/.test(text)
  if (!isShort || isSentence || /[:]$/u.test(text))
    return line.bold && isShort && /[:]$/u.test(text) && !isSentence ? Math.min(levels.length + 1, 6) : undefined
  if (paragraph.lines.every((each) => each.bold) && !bullet.test(text)) return Math.min(levels.length + 1, 6)
  if (isCapitals(text) && text.length <= 70 && line.size >= body * 0.95) return Math.min(levels.length + 1, 6)
  return undefined
}

/** "191" set large over "проектов" is one statement. */
const isFigure = (text: string): boolean =>
  text.length <= 14 &&
  /^[~≈<>+−-]?\s?\d/u.test(text) &&
  (!/\p{L}{4}/u.test(text) ||
    /^\P{L}+(?:дней|дня|день|час\p{L}{0,2}|минут\p{L}?|недел\p{L}{1,2}|месяц\p{L}{0,2}|года?)$/u.test(text))

const pushText = (blocks: Array<Block>, paragraph: Paragraph, body: number, levels: ReadonlyArray<number>) => {
  const text = textOf(paragraph)
  const plainText = text.replace(bullet, "").trim()
  if (plainText === "") return
  const page = paragraph.page
  const line = paragraph.lines[0]!
  const previous = blocks[blocks.length - 1]
  if (isFigure(text) && line.size > body * 1.15) {
    blocks.push({ kind: "paragraph", page, text })
    return
  }
  // Under a card's name a large price is said of the name, and what begins anew below describes it.
  const isNamed =
    /\d\s?(?:₸|тг|тенге)/iu.test(previous?.text ?? "") && blocks.slice(-3, -1).some((block) => block.kind === "heading")
  if (
    previous?.kind === "paragraph" &&
    isFigure(previous.text) &&
    previous.page === page &&
    line.size <= body * 1.15 &&
    !(isNamed && /^\p{Lu}/u.test(text))
  ) {
    blocks[blocks.length - 1] = { ...previous, text: `${previous.text} ${text}` }
    return
  }
  const level = levelOf(paragraph, plainText, body, levels)
  if (level !== undefined) blocks.push({ kind: "heading", level, page, text: plainText })
  else if (bullet.test(text)) blocks.push({ kind: "list_item", page, text: plainText })
  else if (numbered.test(text)) blocks.push({ kind: "list_item", page, text })
  else blocks.push({ kind: "paragraph", page, text })
}

/** A paragraph that the page's end cut in two is one; so is a heading set on two lines. */
const merged = (blocks: ReadonlyArray<Block>): Array<Block> => {
  const result: Array<Block> = []
  for (const block of blocks) {
    const last = result[result.length - 1]
    const isCut =
      last !== undefined &&
      block.page > last.page &&
      block.kind === "paragraph" &&
      (last.kind === "paragraph" || last.kind === "list_item") &&
      /[\p{L}\d,–—-]$/u.test(last.text) &&
      /^\p{Ll}/u.test(block.text)
    if (isCut && last) result[result.length - 1] = { ...last, text: joinLines([last.text, block.text]) }
    else result.push(block)
  }
  return result
}
