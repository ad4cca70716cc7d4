/**
 * Titles that stand upright in the cells of a ruled table, to save width: each becomes a line of its cell that reads as the
 * rest of the page does. Upright text that no cell encloses (a label at the side, a stamp) is left out. Pure.
 */
import { ascent, bottomOf, descent, joinLines, type Segment, topOf } from "./pdf-lines.ts"
import type { DrawnPage, Rect } from "./pdf-page.ts"

/** `segments` as seen with the page turned by so many quarters: 1 for text that runs down, 3 for text that runs up. */
export const uprightCells = (
  segments: ReadonlyArray<Segment>,
  quarters: 1 | 3,
  page: Pick<DrawnPage, "width" | "height" | "horizontals" | "verticals">,
): Array<Segment> => {
  const cells = new Map<string, { readonly cell: Rect; readonly lines: Array<Segment> }>()
  for (const segment of segments) {
    const cell = cellAround(backTo(page, quarters, segment), page)
    if (cell === undefined) continue
    const key = `${cell.x0} ${cell.y0}`
    const known = cells.get(key)
    if (known) known.lines.push(segment)
    else cells.set(key, { cell, lines: [segment] })
  }
  return [...cells.values()].map(({ cell, lines }) => {
    const text = joinLines(lines.sort((a, b) => a.y - b.y || a.x0 - b.x0).map((line) => line.text))
    const { size } = lines[0]!
    const x0 = cell.x0 + inset
    const x1 = Math.max(cell.x1 - inset, x0)
    const middle = (cell.y0 + cell.y1) / 2
    return {
      words: [{ text, x0, x1 }],
      text,
      x0,
      x1,
      y: middle + ((ascent - descent) / 2) * size,
      size,
      bold: lines.every((line) => line.bold),
      isUpright: true,
    }
  })
}

const inset = 2

const backTo = (page: Pick<DrawnPage, "width" | "height">, quarters: 1 | 3, segment: Segment): Rect => {
  const [top, bottom] = [topOf(segment), bottomOf(segment)]
  return quarters === 1
    ? { x0: page.width - bottom, x1: page.width - top, y0: segment.x0, y1: segment.x1 }
    : { x0: top, x1: bottom, y0: page.height - segment.x1, y1: page.height - segment.x0 }
}

/** How far text may stand out of its cell. */
const overhang = 3

const cellAround = (rect: Rect, page: Pick<DrawnPage, "horizontals" | "verticals">): Rect | undefined => {
  const x = (rect.x0 + rect.x1) / 2
  const y = (rect.y0 + rect.y1) / 2
  const columns = page.verticals.filter((line) => line.y0 <= y && line.y1 >= y).map((line) => line.x0)
  const rows = page.horizontals.filter((line) => line.x0 <= x && line.x1 >= x).map((line) => line.y0)
  const cell = {
    x0: Math.max(...columns.filter((line) => line <= x)),
    x1: Math.min(...columns.filter((line) => line > x)),
    y0: Math.max(...rows.filter((line) => line <= y)),
    y1: Math.min(...rows.filter((line) => line > y)),
  }
  const isEnclosed =
    cell.x0 <= rect.x0 + overhang &&
    cell.x1 >= rect.x1 - overhang &&
    cell.y0 <= rect.y0 + overhang &&
    cell.y1 >= rect.y1 - overhang &&
    Object.values(cell).every(Number.isFinite)
  return isEnclosed ? cell : undefined
}
