/**
 * The reading order of one page: cards before columns, columns before lines, tables whole. Pure.
 * The page is cut into bands wherever the free lanes between columns end (an XY-cut that asks for a lane through every
 * line of a band); a band with lanes is then a table, a row of cards, or columns of text.
 * Without drawn lines a table is told from columns by its numbers and short cells, which can err on unusual pages; then
 * the words are still all there, in rows or in columns.
 */
import { type Cell, clustered, type Lattice, latticesOf, textOf } from "./pdf-lattice.ts"
import { bottomOf, type Segment, topOf } from "./pdf-lines.ts"
import type { Rect } from "./pdf-page.ts"

export interface Line {
  readonly kind: "line"
  readonly text: string
  readonly x0: number
  readonly x1: number
  readonly y: number
  readonly size: number
  readonly bold: boolean
  /** The text area it stands in. */
  readonly left: number
  readonly right: number
  /** The first line of its text area. */
  readonly starts: boolean
  /** A title between the rows of a table. */
  readonly section: boolean
  /** A paragraph of its own, such as a remark among the rows of a table. */
  readonly alone?: boolean
}

export interface Table {
  readonly kind: "table"
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  readonly hasHeader: boolean
  /** Where each column stands. */
  readonly columns: ReadonlyArray<readonly [number, number]>
}

export type Flow = Line | Table

export interface PageToLay {
  readonly width: number
  readonly height: number
  readonly segments: ReadonlyArray<Segment>
  readonly horizontals: ReadonlyArray<Rect>
  readonly verticals: ReadonlyArray<Rect>
  readonly boxes: ReadonlyArray<Rect>
}

type Atom =
  | { readonly kind: "segment"; readonly rect: Rect; readonly segment: Segment }
  | { readonly kind: "block"; readonly rect: Rect; readonly flows: ReadonlyArray<Flow> }

export const layPage = (page: PageToLay): Array<Flow> => {
  const lattices = latticesOf(page.horizontals, page.verticals, page.segments)
  const inTable = new Set(lattices.flatMap((lattice) => [...lattice.used]))
  const atoms: Array<Atom> = [
    ...page.segments
      .filter((segment) => !inTable.has(segment) && segment.isUpright !== true)
      .map((segment): Atom => ({ kind: "segment", rect: rectOf(segment), segment })),
    ...lattices.map((lattice): Atom => ({ kind: "block", rect: lattice.bounds, flows: latticeFlows(lattice) })),
  ]
  const boxes = page.boxes.filter((box) => area(box) < page.width * page.height * 0.8)
  return order(withCards(atoms, boxes, page, 0), page, 0)
}

const rectOf = (segment: Segment): Rect => ({
  x0: segment.x0,
  x1: segment.x1,
  y0: topOf(segment),
  y1: bottomOf(segment),
})
const area = (rect: Rect): number => Math.max(0, rect.x1 - rect.x0) * Math.max(0, rect.y1 - rect.y0)
const isInside = (rect: Rect, box: Rect): boolean => {
  const x = (rect.x0 + rect.x1) / 2
  const y = (rect.y0 + rect.y1) / 2
  return x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1
}
const overlap = (a0: number, a1: number, b0: number, b1: number): number => Math.min(a1, b1) - Math.max(a0, b0)

const depthMax = 8
const cardBoxesMax = 400
/** Neighbouring cells of a table touch; cards keep a distance. */
const cardGapMin = 4

/** Boxes that stand side by side with room between are read one after the other, each as a page of its own. */
const withCards = (
  atoms: ReadonlyArray<Atom>,
  boxes: ReadonlyArray<Rect>,
  page: PageToLay,
  depth: number,
): Array<Atom> => {
  if (depth > 2) return [...atoms]
  const distinct: Array<Rect> = []
  for (const box of boxes.slice(0, cardBoxesMax))
    if (
      !distinct.some(
        (other) =>
          Math.abs(other.x0 - box.x0) < 6 &&
          Math.abs(other.x1 - box.x1) < 12 &&
          Math.abs(other.y0 - box.y0) < 6 &&
          Math.abs(other.y1 - box.y1) < 6,
      )
    )
      distinct.push(box)
  const holding = distinct
    .map((box) => ({ box, held: atoms.filter((atom) => isInside(atom.rect, box)) }))
    .filter(({ held }) => held.length > 0)
  const cards = holding.filter(({ box, held }) => {
    if (linesIn(held) < 2) return false
    return holding.some(({ box: other }) => {
      const gap = Math.max(other.x0 - box.x1, box.x0 - other.x1)
      const height = Math.min(box.y1 - box.y0, other.y1 - other.y0)
      return gap >= cardGapMin && gap < page.width / 3 && overlap(box.y0, box.y1, other.y0, other.y1) > 0.6 * height
    })
  })
  cards.push(
    ...holding.filter(({ box, held }) => !cards.some((card) => card.box === box) && isSidebar(box, held, atoms, page)),
  )
  const outer = cards.filter(
    ({ box }) => !cards.some((other) => other.box !== box && area(other.box) > area(box) && isInside(box, other.box)),
  )
  const taken = new Set<Atom>()
  const result: Array<Atom> = []
  for (const { box, held } of outer) {
    const own = held.filter((atom) => !taken.has(atom))
    for (const atom of own) taken.add(atom)
    const inner = distinct.filter((other) => other !== box && isInside(other, box) && area(other) < area(box))
    if (own.length > 0)
      result.push({ kind: "block", rect: box, flows: order(withCards(own, inner, page, depth + 1), page, depth + 1) })
  }
  return [...atoms.filter((atom) => !taken.has(atom)), ...result]
}
/** A narrow tall box of lines that stand apart from the lines beside it; a coloured column of a table shares their baselines. */
const isSidebar = (box: Rect, held: ReadonlyArray<Atom>, atoms: ReadonlyArray<Atom>, page: PageToLay): boolean => {
  if (box.x1 - box.x0 > 0.45 * page.width || box.y1 - box.y0 < 0.3 * page.height || linesIn(held) < 4) return false
  const beside = atoms.filter((atom) => !held.includes(atom) && overlap(atom.rect.y0, atom.rect.y1, box.y0, box.y1) > 0)
  if (beside.length < 3 || beside.some((atom) => overlap(atom.rect.x0, atom.rect.x1, box.x0, box.x1) > 0)) return false
  const shared = held.filter((atom) => beside.some((other) => Math.abs(other.rect.y1 - atom.rect.y1) < 1))
  return shared.length < 0.5 * held.length
}

const linesIn = (atoms: ReadonlyArray<Atom>): number =>
  clustered(
    atoms.map((atom) => atom.rect.y1),
    3,
  ).length

interface Row {
  readonly atoms: Array<Atom>
  y0: number
  y1: number
}

const rowsOf = (atoms: ReadonlyArray<Atom>): Array<Row> => {
  const rows: Array<Row> = []
  for (const atom of [...atoms].sort((a, b) => a.rect.y0 - b.rect.y0 || a.rect.x0 - b.rect.x0)) {
    const row = rows[rows.length - 1]
    const height = row ? Math.min(atom.rect.y1 - atom.rect.y0, row.y1 - row.y0) : 0
    if (row && overlap(row.y0, row.y1, atom.rect.y0, atom.rect.y1) > 0.35 * height) {
      row.atoms.push(atom)
      row.y1 = Math.max(row.y1, atom.rect.y1)
    } else rows.push({ atoms: [atom], y0: atom.rect.y0, y1: atom.rect.y1 })
  }
  return rows
}

type Run = readonly [number, number]
const laneMin = 6
const runsOf = (atoms: ReadonlyArray<Atom>): Array<Run> => {
  const runs: Array<[number, number]> = []
  for (const atom of [...atoms].sort((a, b) => a.rect.x0 - b.rect.x0)) {
    const last = runs[runs.length - 1]
    if (last && atom.rect.x0 < last[1] + laneMin) last[1] = Math.max(last[1], atom.rect.x1)
    else runs.push([atom.rect.x0, atom.rect.x1])
  }
  return runs
}
const sizeOf = (atoms: ReadonlyArray<Atom>): number => {
  const sizes = atoms.flatMap((atom) => (atom.kind === "segment" ? [atom.segment.size] : [])).sort((a, b) => a - b)
  return sizes[Math.floor(sizes.length / 2)] ?? 10
}

const order = (atoms: ReadonlyArray<Atom>, page: PageToLay, depth: number): Array<Flow> => {
  if (atoms.length === 0) return []
  const rows = rowsOf(atoms)
  const left = Math.min(...atoms.map((atom) => atom.rect.x0))
  const right = Math.max(...atoms.map((atom) => atom.rect.x1))
  const flows: Array<Flow> = []
  for (const band of bandsOf(rows)) {
    const held = band.flatMap((row) => row.atoms)
    const runs = runsOf(held)
    if (runs.length < 2 || depth >= depthMax || band.every((row) => runsOf(row.atoms).length < 2))
      flows.push(...plain(band, left, right))
    else flows.push(...columned(band, runs, page, depth))
  }
  return flows
}

const bandsOf = (rows: ReadonlyArray<Row>): Array<Array<Row>> => {
  const bands: Array<Array<Row>> = []
  let band: Array<Row> = []
  let isPlain = true
  let gapMax = 0
  for (const row of rows) {
    const runs = runsOf(row.atoms)
    const last = band[band.length - 1]
    const gap = last ? row.y0 - last.y1 : 0
    let joins = false
    if (!last) joins = false
    else if (isPlain) joins = runs.length < 2
    else {
      const held = band.flatMap((each) => each.atoms)
      const before = runsOf(held).length
      const after = runsOf([...held, ...row.atoms]).length
      if (runs.length < 2) {
        const isApart = band.length >= 2 && gap > 1.6 * gapMax + 2
        const isTitle = gap > 0.4 * sizeOf(row.atoms) && sizeOf(row.atoms) > 1.15 * sizeOf(held)
        joins = after >= before && !isApart && !isTitle
      } else joins = after >= 2 && after >= before - 1 && !(band.length >= 2 && gap > 3 * gapMax + 14)
    }
    if (joins) {
      gapMax = Math.max(gapMax, gap)
      band.push(row)
    } else {
      const begun = isPlain && runs.length >= 2 ? withColumnTitle(band, row) : [row]
      if (band.length > 0) bands.push(band)
      band = begun
      isPlain = runs.length < 2
      gapMax = 0
    }
  }
  if (band.length > 0) bands.push(band)
  return bands
}

/**
 * Where the left one of two wide columns begins higher than the right one has a second line, its lines and the title of
 * the right column look like a page of one column. They are taken from the band above.
 */
const withColumnTitle = (above: Array<Row>, first: Row): Array<Row> => {
  const [left, right, ...others] = runsOf(first.atoms)
  if (left === undefined || right === undefined || others.length > 0) return [first]
  const whole = runsOf([...above.flatMap((row) => row.atoms), ...first.atoms])
  const width = whole.at(-1)![1] - whole[0]![0]
  if (left[1] - left[0] < columnPartMin * width) return [first]
  let from = above.length
  let lane: Run = [left[1], right[0]]
  for (let at = above.length - 1; at >= 0; at--) {
    const row = above[at]!
    const below = above[at + 1] ?? first
    const [start, end] = [runsOf(row.atoms)[0]![0], runsOf(row.atoms).at(-1)![1]]
    const isRight = start >= lane[0] + laneMin && start < right[1]
    lane = isRight ? [lane[0], Math.min(lane[1], start)] : [Math.max(lane[0], end), lane[1]]
    if (lane[1] - lane[0] < laneMin || below.y0 - row.y1 > 1.6 * sizeOf(row.atoms)) break
    if (isRight) from = at
  }
  return [...above.splice(from), first]
}
const columnPartMin = 0.3

const plain = (band: ReadonlyArray<Row>, left: number, right: number): Array<Flow> => {
  const flows: Array<Flow> = []
  for (const row of band) {
    const blocks = row.atoms.filter((atom) => atom.kind === "block")
    const segments = row.atoms.flatMap((atom) => (atom.kind === "segment" ? [atom.segment] : []))
    for (const line of baselines(segments)) flows.push(lineOf(line, left, right, flows.length === 0, false))
    for (const block of blocks) flows.push(...block.flows)
  }
  return flows
}

/** Segments by baseline, top to bottom, each line left to right. */
const baselines = (segments: ReadonlyArray<Segment>): Array<Array<Segment>> => {
  const lines: Array<Array<Segment>> = []
  for (const segment of [...segments].sort((a, b) => a.y - b.y)) {
    const line = lines[lines.length - 1]
    if (line && Math.abs(line[0]!.y - segment.y) < 0.4 * Math.max(segment.size, line[0]!.size)) line.push(segment)
    else lines.push([segment])
  }
  return lines.map((line) => line.sort((a, b) => a.x0 - b.x0))
}

const lineOf = (
  segments: ReadonlyArray<Segment>,
  left: number,
  right: number,
  starts: boolean,
  section: boolean,
): Line => {
  const longest = segments.reduce((a, b) => (b.text.length > a.text.length ? b : a))
  return {
    kind: "line",
    text: segments.map((segment) => segment.text).join(" "),
    x0: segments[0]!.x0,
    x1: segments[segments.length - 1]!.x1,
    y: longest.y,
    size: longest.size,
    bold: segments.every((segment) => segment.bold),
    left,
    right,
    starts,
    section,
  }
}

const listMark = /^(?:[•·*–—✓✗→-]|\d{1,2}[.)]|\p{L}\))$/u

const columned = (band: ReadonlyArray<Row>, runs: ReadonlyArray<Run>, page: PageToLay, depth: number): Array<Flow> => {
  const atoms = band.flatMap((row) => row.atoms)
  const columnOf = (rect: Rect): number => {
    const middle = (rect.x0 + rect.x1) / 2
    const at = runs.findIndex((run) => middle >= run[0] - 1 && middle <= run[1] + 1)
    return at < 0 ? runs.length - 1 : at
  }
  if (atoms.some((atom) => atom.kind === "block")) {
    // Cards: row by row.
    const columns = runs.map((_, at) => atoms.filter((atom) => columnOf(atom.rect) === at))
    if (
      columns.every((column) => column.every((atom) => atom.kind === "block") || column.length === 0) ||
      band.length > 1
    )
      if (band.every((row) => row.atoms.every((atom) => atom.kind === "block")))
        return band.flatMap((row) =>
          [...row.atoms]
            .sort((a, b) => a.rect.x0 - b.rect.x0)
            .flatMap((atom) => (atom.kind === "block" ? atom.flows : [])),
        )
    return columns.flatMap((column) => order(column, page, depth + 1))
  }
  const segments = atoms.flatMap((atom) => (atom.kind === "segment" ? [atom.segment] : []))
  const lines = baselines(segments)
  const cells = lines.map((line) => runs.map((_, at) => line.filter((segment) => columnOf(rectOf(segment)) === at)))
  if (
    runs.length === 2 &&
    cells.every((row) => row[0]!.length === 0 || listMark.test(row[0]!.map((s) => s.text).join("")))
  )
    return lines.map((line, at) => lineOf(line, runs[0]![0], runs[1]![1], at === 0, false))
  const half = runs.length / 2
  const halves = [0, half].map((from) => cells.map((row) => row.slice(from, from + half)))
  if (half === 2 && halves.every((side) => isPriced(side)) && !isTable(cells, false))
    return [0, half].flatMap((from) =>
      order(
        atoms.filter((atom) => Math.floor(columnOf(atom.rect) / half) * half === from),
        page,
        depth + 1,
      ),
    )
  const separators = separatorsOf(page, runs, segments)
  if (isTable(cells, separators.length > 0)) return tableFlows(gridOf(cells, lines, runs, separators), runs)
  const shelves = shelvesOf(band)
  if (shelves.length > 1 && shelves.every((shelf) => isShelfOfCards(shelf, runs, columnOf)))
    return shelves.flatMap((shelf) =>
      runs.flatMap((_, at) =>
        order(
          shelf.flatMap((row) => row.atoms.filter((atom) => columnOf(atom.rect) === at)),
          page,
          depth + 1,
        ),
      ),
    )
  return runs.flatMap((_, at) =>
    order(
      atoms.filter((atom) => columnOf(atom.rect) === at),
      page,
      depth + 1,
    ),
  )
}

/** Rows of a band parted where the room between them is wide. */
const shelvesOf = (band: ReadonlyArray<Row>): Array<Array<Row>> => {
  const shelves: Array<Array<Row>> = []
  for (const row of band) {
    const shelf = shelves[shelves.length - 1]
    const last = shelf?.[shelf.length - 1]
    if (shelf && last && row.y0 - last.y1 < 1.1 * sizeOf(row.atoms)) shelf.push(row)
    else shelves.push([row])
  }
  return shelves
}
const isShelfOfCards = (
  shelf: ReadonlyArray<Row>,
  runs: ReadonlyArray<Run>,
  columnOf: (rect: Rect) => number,
): boolean => {
  const columns = runs.map((_, at) => shelf.flatMap((row) => row.atoms.filter((atom) => columnOf(atom.rect) === at)))
  const filled = columns.filter((column) => column.length > 0)
  return (
    filled.length > 0 &&
    filled.every((column) => {
      const first = column[0]!
      const last = column[column.length - 1]!
      if (first.kind === "block" || last.kind === "block") return true
      return (
        column.length > 1 &&
        (first.segment.size > 1.1 * last.segment.size || (first.segment.bold && !last.segment.bold))
      )
    })
  )
}

/** A price, an amount, a mark: what stands in a table's cells and seldom begins a line of prose. */
const isValue = (text: string): boolean =>
  /^(?:[✓✗+–—-]|да|нет|есть|бесплатно|по запросу|договорная|включено|безлимит(?:но)?)$/iu.test(text) ||
  /^(?:от|до|~|≈|\+|-|–)?\s*\d[\d\s.,:/×xх–-]*\s*(?:[₸₽$€%№°]|тг|тенге|kzt|руб\p{L}*|р|шт|мес|кг|г|л|мл|м|м²|см|мм|км|чел|дн|дня|дней|день|час\p{L}*|мин\p{L}*|год|года|лет)?\.?\s*(?:\/\s*\p{L}{1,6}\.?|в (?:месяц|год|день|час))?$/iu.test(
    text,
  )

const isTable = (cells: ReadonlyArray<ReadonlyArray<ReadonlyArray<Segment>>>, isRuled: boolean): boolean => {
  const count = cells[0]?.length ?? 0
  const anchors = cells.filter((row) => row.filter((cell) => cell.length > 0).length >= 2)
  if (anchors.length < 2) return false
  if (isPriced(cells)) return true
  const columns = Array.from({ length: count }, (_, at) => cells.flatMap((row) => row[at]!))
  const uneven = columns.filter((column) => {
    const sizes = column.map((segment) => segment.size)
    const below = sizes.slice(1)
    // A header may be a little larger than its rows, not more.
    return (
      (below.length > 0 && Math.max(...below) > 1.25 * Math.min(...below)) ||
      Math.max(...sizes) > 1.6 * Math.min(...sizes)
    )
  })
  if (uneven.length * 2 >= count) return false
  const length = columns.map(
    (column) => column.reduce((sum, segment) => sum + segment.text.length, 0) / Math.max(1, column.length),
  )
  const numeric = columns.map((column, at) => {
    const values = cells
      .slice(1)
      .flatMap((row) => (row[at]!.length > 0 ? [row[at]!.map((segment) => segment.text).join(" ")] : []))
    return values.length > 0 && values.filter(isValue).length >= values.length * 0.5 && column.length > 1
  })
  if (numeric.some((is, at) => is && at > 0)) return true
  if (length.every((chars) => chars > 24)) return false
  // A note beside a column of text.
  if (count === 2 && (length[0] ?? 0) > 40) return false
  const dense = anchors.length / cells.length
  if (isRuled && dense >= 0.3) return true
  if (count === 2) {
    const [first = 0, second = 0] = length
    const isLabelled = columns[0]!.filter((segment) => segment.text.endsWith(":")).length >= columns[0]!.length * 0.5
    const isBoldLabel = columns[0]!.every((segment) => segment.bold) && !columns[1]!.some((segment) => segment.bold)
    return dense >= 0.5 && first <= 22 && (isLabelled || isBoldLabel || second > first * 1.6)
  }
  return dense >= 0.5 && length.some((chars) => chars <= 20)
}

const joined = (cell: ReadonlyArray<Segment>): string => cell.map((segment) => segment.text).join(" ")

/** A menu: each price of the last column stands on the line of its name, whatever is said in small letters between. */
const isPriced = (cells: ReadonlyArray<ReadonlyArray<ReadonlyArray<Segment>>>): boolean => {
  const priced = cells.filter((row) => row.at(-1)!.length > 0)
  return (
    cells[0]?.length === 2 &&
    priced.length >= 2 &&
    priced.filter((row) => isValue(joined(row[1]!))).length >= priced.length * 0.8 &&
    priced.every((row) => row[0]!.length > 0 && /\p{L}{2}/u.test(joined(row[0]!)) && !isValue(joined(row[0]!))) &&
    priced.every((row) => row[1]![0]!.size < 1.25 * row[0]![0]!.size)
  )
}

/** Where drawn lines or stripes part the rows of a table that has no vertical lines. */
const separatorsOf = (page: PageToLay, runs: ReadonlyArray<Run>, segments: ReadonlyArray<Segment>): Array<number> => {
  const left = runs[0]![0]
  const right = runs[runs.length - 1]![1]
  const top = Math.min(...segments.map(topOf))
  const bottom = Math.max(...segments.map(bottomOf))
  const cover = new Map<number, number>()
  for (const line of page.horizontals)
    if (line.y0 > top && line.y0 < bottom) {
      const key = Math.round(line.y0 / 3)
      cover.set(key, (cover.get(key) ?? 0) + Math.max(0, overlap(line.x0, line.x1, left, right)))
    }
  const ruled = [...cover].filter(([, width]) => width > 0.55 * (right - left)).map(([key]) => key * 3)
  const stripes = stripesOf(page.boxes)
    .filter((box) => box.x0 <= left + 4 && box.x1 >= right - 4 && box.y1 - box.y0 < (bottom - top) * 0.6)
    .flatMap((box) => [box.y0, box.y1])
    .filter((y) => y > top && y < bottom)
  return clustered([...ruled, ...stripes], 4)
}

/** Browsers fill a row cell by cell; boxes of one height that touch are one stripe. */
const stripesOf = (boxes: ReadonlyArray<Rect>): Array<Rect> => {
  const rows = new Map<string, Array<Rect>>()
  for (const box of boxes) {
    const key = `${Math.round(box.y0)} ${Math.round(box.y1)}`
    rows.set(key, [...(rows.get(key) ?? []), box])
  }
  return [...rows.values()].flatMap((row) => {
    const stripes: Array<Rect> = []
    for (const box of row.sort((a, b) => a.x0 - b.x0)) {
      const last = stripes.at(-1)
      if (last && box.x0 <= last.x1 + 1.5) stripes[stripes.length - 1] = { ...last, x1: Math.max(last.x1, box.x1) }
      else stripes.push(box)
    }
    return stripes
  })
}

interface GridRow {
  readonly texts: ReadonlyArray<string>
  readonly bold: boolean
  readonly line: Line | undefined
  /** Its only cell covers the whole width. */
  readonly isWide: boolean
}

const gridOf = (
  cells: ReadonlyArray<ReadonlyArray<ReadonlyArray<Segment>>>,
  lines: ReadonlyArray<ReadonlyArray<Segment>>,
  runs: ReadonlyArray<Run>,
  separators: ReadonlyArray<number>,
): Array<GridRow> => {
  const heads = lines.map((line) => ({ y: line[0]!.y, size: line[0]!.size }))
  const gaps = heads.slice(1).map((head, at) => (head.y - heads[at]!.y) / head.size)
  const tight = Math.min(...gaps.filter((gap) => gap > 0.5), 1.5)
  const wide = Math.max(...gaps, 0)
  const isUniform = wide < tight * 1.25
  const hasEnough = separators.length >= 2 && !isPartedRarely(cells, heads, separators)
  const groups: Array<Array<number>> = []
  for (const [at, row] of cells.entries()) {
    const group = groups[groups.length - 1]
    if (!group) {
      groups.push([at])
      continue
    }
    const filled = row.flatMap((cell, column) => (cell.length > 0 ? [column] : []))
    const isParted = separators.some((y) => y > heads[at - 1]!.y && y < heads[at]!.y)
    const gap = gaps[at - 1]!
    const held = group.flatMap((index) => cells[index]!.flatMap((cell, column) => (cell.length > 0 ? [column] : [])))
    const isValueAgain = filled.some(
      (column) =>
        column > 0 &&
        held.includes(column) &&
        isValue(joined(row[column]!)) &&
        group.some((index) => isValue(joined(cells[index]![column]!))) &&
        !group.some((index) => isRangeCut(joined(cells[index]![column]!), joined(row[column]!))),
    )
    // `Балконный блок   110 000 ₸` out of line with the column of prices.
    const hasOwnValue = (cell: ReadonlyArray<Segment>) => cell.length > 1 && isValue(cell.at(-1)!.text)
    const isOwnRow =
      hasOwnValue(row[0]!) || hasOwnValue(cells[at - 1]![0]!) || endsInMoney.test(joined(cells[at - 1]![0]!))
    const isAnchor = filled[0] === 0 && filled.length >= 2
    // `Капучино   1 200 ₸` over `250 / 350 мл` in small letters.
    const isSmallPrint =
      filled.length === 1 && filled[0] === 0 && held.length > 1 && heads[at]!.size < 0.9 * heads[group[0]!]!.size
    let isNew: boolean
    if (isSmallPrint && gap < 2) isNew = false
    else if (isOwnRow) isNew = true
    else if (hasEnough) isNew = isParted || gap > 2
    else if (isParted || isValueAgain) isNew = true
    else if (isUniform && gap < 1.5)
      // Every line stands equally far: a line that begins in the first column and fills as many cells is a row.
      isNew =
        (isAnchor && filled.length > row.length / 2) ||
        (filled[0] === 0 && held.length > 1 && !continuesFirst(cells, at, runs))
    else if (isUniform) isNew = filled[0] === 0 || filled.length > 1
    else isNew = gap > (tight + wide) / 2 || (isAnchor && filled.length === row.length && gap > tight * 1.2)
    if (isNew) groups.push([at])
    else group.push(at)
  }
  return groups.map((group): GridRow => {
    const texts = textsOf(runs.map((_, column) => group.flatMap((at) => cells[at]![column]!)))
    const segments = group.flatMap((at) => lines[at]!)
    const only = texts.filter((text) => text !== "").length === 1
    return {
      texts,
      bold: segments.every((segment) => segment.bold),
      line: only
        ? {
            ...lineOf(lines[group[0]!]!, runs[0]![0], runs[runs.length - 1]![1], true, true),
            text: texts.find((text) => text !== "")!,
          }
        : undefined,
      isWide: false,
    }
  })
}

/** Stripes under the titles alone part no rows: most of the strips between them hold several lines with a value. */
const isPartedRarely = (
  cells: ReadonlyArray<ReadonlyArray<ReadonlyArray<Segment>>>,
  heads: ReadonlyArray<{ readonly y: number }>,
  separators: ReadonlyArray<number>,
): boolean => {
  const strips = Map.groupBy(cells.keys(), (at) => separators.filter((y) => y < heads[at]!.y).length)
  const valued = [...strips.values()].map((strip) =>
    Math.max(
      ...cells[0]!.map((_, column) => strip.filter((at) => column > 0 && isValue(joined(cells[at]![column]!))).length),
    ),
  )
  return valued.filter((count) => count > 1).length * 2 > valued.filter((count) => count > 0).length
}

const endsInMoney = /\d\s?(?:₸|тг|тенге)[^\s\d]{0,8}$/iu

/** A price that did not reach the column of prices is put there. */
const textsOf = (columns: ReadonlyArray<ReadonlyArray<Segment>>): Array<string> => {
  const [name, ...rest] = columns
  const price = name?.at(-1)
  if (name && price && name.length > 1 && rest.length === 1 && rest[0]!.length === 0 && endsInMoney.test(price.text))
    return [textOf(name.slice(0, -1)), price.text]
  return columns.map(textOf)
}

/** `45 000 – 70` over `000`: a range that its cell is too narrow for. */
const isRangeCut = (above: string, below: string): boolean =>
  /[–—-]\s*\d{1,3}$/u.test(above) ? /^\d{3}(?!\d)/.test(below) : /\d\s*[–—-]$/u.test(above)

/** Whether a line with only the first column goes on with the cell above: that one was full. */
const continuesFirst = (
  cells: ReadonlyArray<ReadonlyArray<ReadonlyArray<Segment>>>,
  at: number,
  runs: ReadonlyArray<Run>,
): boolean => {
  const above = cells[at - 1]?.[0]
  const here = cells[at]?.[0]
  if (!above?.length || !here?.length || cells[at]!.slice(1).some((cell) => cell.length > 0)) return false
  const room = runs[0]![1] - above[above.length - 1]!.x1
  return room < here[0]!.words[0]!.x1 - here[0]!.words[0]!.x0 + here[0]!.size * 0.6 && above[0]!.bold === here[0]!.bold
}

const latticeFlows = (lattice: Lattice): Array<Flow> => {
  const columns = lattice.xs.slice(1).map((x, at): Run => [lattice.xs[at]!, x])
  const owned = lattice.rows.map((row) => row.map((cell) => cell))
  const headerHeight = headerHeightOf(lattice)
  const rows: Array<GridRow> = []
  for (const [r, row] of owned.entries()) {
    if ((r > 0 || headerHeight === 1) && isManyRows(row, columns)) {
      const lines = baselines(row.flatMap((cell) => cell.segments))
      const cells = lines.map((line) =>
        columns.map((column, c) =>
          line.filter((segment) => {
            const middle = Math.max(lattice.bounds.x0, Math.min((segment.x0 + segment.x1) / 2, lattice.bounds.x1 - 1))
            return middle >= column[0] && (middle < column[1] || c === columns.length - 1)
          }),
        ),
      )
      rows.push(...gridOf(cells, lines, columns, []))
      continue
    }
    const filled = row.filter((cell) => cell.text !== "")
    const texts = row.map((cell, c) => {
      if (cell.columns > 0) return cell.text
      const above = coveredBy(lattice, r, c)
      if (!above) return ""
      // A merged cell says its words of every row it covers; of several columns in the header, and beside a row's name.
      const isBeside = r >= headerHeight && above.column > 0 && row[0]!.columns > 0 && row[0]!.text !== ""
      const isSaid =
        above.fromRow < r
          ? above.column === c || r < headerHeight
          : (headerHeight > 1 && r < headerHeight) || (isBeside && above.text.length <= headerCellCharsMax)
      return isSaid ? above.text : ""
    })
    if (texts.every((text) => text === "")) continue
    const only = filled.length === 1 && texts.filter((text) => text !== "").length === 1 ? filled[0] : undefined
    const y = (lattice.bounds.y0 + lattice.bounds.y1) / 2
    rows.push({
      texts,
      bold: filled.length > 0 && filled.every((cell) => cell.bold),
      line: only
        ? {
            kind: "line",
            text: only.text,
            x0: lattice.bounds.x0,
            x1: lattice.bounds.x1,
            y,
            size: 0,
            bold: only.bold,
            left: lattice.bounds.x0,
            right: lattice.bounds.x1,
            starts: true,
            section: true,
          }
        : undefined,
      isWide: only !== undefined && only.columns >= columns.length,
    })
    // The rows of a header that is several high become one.
    if (
      headerHeight > 1 &&
      r === headerHeight - 1 &&
      rows.length >= headerHeight &&
      !rows.slice(-headerHeight).some((each) => each.isWide)
    ) {
      const parts = rows.splice(-headerHeight)
      rows.push({
        texts: columns.map((_, c) =>
          [...new Set(parts.map((part) => part.texts[c] ?? "").filter((text) => text !== ""))].join(" "),
        ),
        bold: true,
        line: undefined,
        isWide: false,
      })
    }
  }
  return tableFlows(rows, columns)
}

/** A row of the grid may hold several rows of the table, where only the outer lines or only the vertical ones are drawn. */
const isManyRows = (row: ReadonlyArray<Cell>, columns: ReadonlyArray<Run>): boolean => {
  if (row.some((cell) => cell.rows > 1) || !row.some((cell) => cell.columns > 0)) return false
  let at = 0
  for (const cell of row) at += cell.columns
  // A cell reaches in from the row above.
  if (at < columns.length) return false
  const parted = row.some((cell, c) => {
    if (cell.columns < 2) return false
    const inner = columns.slice(c + 1, c + cell.columns).map((column) => column[0])
    const isCrossed = cell.segments.some((segment) => inner.some((x) => segment.x0 < x - 3 && segment.x1 > x + 3))
    return (
      !isCrossed && new Set(cell.segments.map((segment) => inner.filter((x) => x <= segment.x0 + 1).length)).size > 1
    )
  })
  if (parted) return true
  const stacks = row.filter((cell) => cell.segments.length > 0).map((cell) => baselines(cell.segments))
  const isStackOfValues = (stack: ReadonlyArray<ReadonlyArray<Segment>>) =>
    stack.length > 1 && stack.every((line) => isValue(line.map((segment) => segment.text).join(" ")))
  if (stacks.filter((stack) => stack.length > 1).length >= 2 && stacks.slice(1).some(isStackOfValues)) return true
  const height = stacks[0]?.length ?? 0
  return (
    stacks.length >= 2 &&
    height >= 3 &&
    stacks.every(
      (stack) => stack.length === height && stack.every((line, n) => Math.abs(line[0]!.y - stacks[0]![n]![0]!.y) < 2),
    )
  )
}

const coveredBy = (
  lattice: Lattice,
  r: number,
  c: number,
): { text: string; fromRow: number; column: number } | undefined => {
  for (let rr = r; rr >= 0; rr--)
    for (let cc = c; cc >= 0; cc--) {
      const cell = lattice.rows[rr]![cc]!
      if (cell.columns > c - cc && cell.rows > r - rr) return { text: cell.text, fromRow: rr, column: cc }
    }
  return undefined
}

const headerHeightOf = (lattice: Lattice): number => {
  const first = lattice.rows[0]!.filter((cell) => cell.columns > 0)
  const columns = lattice.xs.length - 1
  if (first.some((cell) => cell.columns >= columns)) return 1
  const isGrouped = first.some((cell) => cell.columns > 1 && cell.text !== "")
  // `100 шт.` over sums is a title, `100 шт.` over `200 шт.` a row.
  const unit = (cell: Cell | undefined) => cell?.text.replace(/[\d\s.,–-]+/gu, "#")
  const isRow = lattice.rows[1]?.some((cell, c) => isValue(cell.text) && unit(cell) === unit(lattice.rows[2]?.[c]))
  if (!isGrouped || lattice.rows.length < 3 || isRow || first.some((cell) => isValue(cell.text))) return 1
  return 2
}

const sectionCharsMax = 120

/** Rows to tables, parted by the titles that stand between the rows; each part gets the header anew. */
const tableFlows = (rows: ReadonlyArray<GridRow>, columns: ReadonlyArray<Run>): Array<Flow> => {
  const count = columns.length
  if (isTwoTables(rows, count)) {
    const half = count / 2
    return [0, half].flatMap((from) =>
      tableFlows(
        rows.flatMap((row) => {
          const texts = row.texts.slice(from, from + half)
          return texts.every((text) => text === "") ? [] : [{ ...row, texts, line: undefined, isWide: false }]
        }),
        columns.slice(from, from + half),
      ),
    )
  }
  const kept = columns.map((_, at) => rows.some((row) => row.line === undefined && row.texts[at] !== ""))
  const used = columns.filter((_, at) => kept[at])
  const flows: Array<Flow> = []
  let header: ReadonlyArray<string> | undefined
  let open: Array<ReadonlyArray<string>> = []
  let openBold: Array<boolean> = []
  const flush = () => {
    if (open.length > 0) {
      let hasHeader = header !== undefined
      if (header) open.unshift(header)
      else if (isHeader(open[0]!, open.slice(1), openBold[0] === true && openBold.slice(1).some((bold) => !bold))) {
        hasHeader = true
        header = open[0]!
      }
      // A header alone is kept for the rows below the next title.
      if (open.length > 1 || !hasHeader) flows.push({ kind: "table", rows: open, hasHeader, columns: used })
    }
    open = []
    openBold = []
  }
  for (const [index, row] of rows.entries()) {
    const isSection =
      row.line !== undefined &&
      /\p{L}{2}/u.test(row.line.text) &&
      (row.isWide ||
        (count >= 3 && row.texts.slice(0, 2).some((text) => text !== "")) ||
        // In two columns only a bold line among plain ones is surely a title.
        (count === 2 && row.bold && index < rows.length - 1 && rows.some((other) => !other.bold && !other.line)))
    if (isSection && row.line) {
      if (header === undefined && open.length === 1 && rows.length > 2) {
        // The header stands above the first title.
        const below = rows.slice(index + 1).filter((other) => other.line === undefined)
        const texts = open[0]!
        if (
          isHeader(
            texts,
            below.map((other) => other.texts.filter((_, at) => kept[at])),
            openBold[0] === true,
          )
        ) {
          header = texts
          open = []
          openBold = []
        }
      }
      flush()
      flows.push({ ...row.line, section: row.line.text.length <= sectionCharsMax })
    } else if (row.line && count === 2 && row.texts[0] !== "" && isRemark(row.line.text)) {
      flush()
      flows.push({ ...row.line, section: false, alone: true })
    } else {
      open.push(row.texts.filter((_, at) => kept[at]))
      openBold.push(row.bold)
    }
  }
  flush()
  return flows
}

/** What fills a row of two columns alone and is no name of a thing: a sentence, or a line with a price in it. */
const isRemark = (text: string): boolean =>
  endsInMoney.test(text) || (/[.!]$/u.test(text) && (text.match(/\p{L}{2,}/gu) ?? []).length >= 4)

/** A list set in two columns: name, price, name, price. A row of it says two things, and must not be read as one. */
const isTwoTables = (rows: ReadonlyArray<GridRow>, count: number): boolean => {
  if (count < 4 || count % 2 !== 0 || rows.some((row) => row.line !== undefined)) return false
  const half = count / 2
  const [first = [], ...rest] = rows.map((row) => row.texts)
  if (rest.length > 0 && first.slice(0, half).every((text, at) => text !== "" && text === first[half + at])) return true
  if (count !== 4 || rest.length === 0) return false
  const shareOfValues = (column: number) => {
    const cells = rows.map((row) => row.texts[column] ?? "").filter((text) => text !== "")
    return cells.filter(isValue).length / Math.max(1, cells.length)
  }
  return (
    isValue(first[1] ?? "") &&
    shareOfValues(0) < 0.2 &&
    shareOfValues(1) > 0.8 &&
    shareOfValues(2) < 0.2 &&
    shareOfValues(3) > 0.8
  )
}

const headerCellCharsMax = 60
const isHeader = (
  first: ReadonlyArray<string>,
  rest: ReadonlyArray<ReadonlyArray<string>>,
  isBoldAlone: boolean,
): boolean => {
  const filled = first.filter((text) => text !== "")
  if (rest.length === 0 || filled.length < 2 || filled.length < first.length / 2) return false
  if (filled.some((text) => text.length > headerCellCharsMax) || isValue(filled[0]!)) return false
  const overValues = first.some((text, at) => {
    const below = rest.map((row) => row[at] ?? "").filter((cell) => cell !== "")
    return text !== "" && !isValue(text) && below.length > 0 && below.filter(isValue).length >= below.length * 0.5
  })
  if (filled.filter(isValue).length > filled.length * 0.6) return false
  if (overValues || isBoldAlone) return !filled.every((text) => text.endsWith(":"))
  return (
    first.length >= 3 &&
    filled.length === first.length &&
    filled.every((text) => text.length <= 32) &&
    !filled.some(isValue)
  )
}
