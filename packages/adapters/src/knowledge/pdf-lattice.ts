/**
 * Tables that are drawn with lines: the grid tells the cells, however the text wraps in them. Pure.
 * Does not promise anything for tables without vertical lines: see pdf-layout.ts.
 */
import { bottomOf, joinLines, type Segment, topOf } from "./pdf-lines.ts"
import type { Rect } from "./pdf-page.ts"

export interface Cell {
  readonly text: string
  /** How many columns and rows it covers; 0 on the places that a merged cell covers besides its first. */
  readonly columns: number
  readonly rows: number
  readonly bold: boolean
  readonly segments: ReadonlyArray<Segment>
}

export interface Lattice {
  readonly bounds: Rect
  readonly xs: ReadonlyArray<number>
  /** The text of a merged cell stands in its first place. */
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
  readonly used: ReadonlySet<Segment>
}

const touch = 3.5
/** A grid beyond this is a drawing. */
const columnsMax = 40

export const latticesOf = (
  horizontals: ReadonlyArray<Rect>,
  verticals: ReadonlyArray<Rect>,
  segments: ReadonlyArray<Segment>,
): Array<Lattice> => {
  const hs = merged(horizontals, "y0", "x0", "x1")
  const vs = merged(verticals, "x0", "y0", "y1")
  const group = components(hs, vs)
  const found: Array<Lattice> = []
  for (const lines of group) {
    const lattice = latticeOf(lines.hs, lines.vs, segments)
    if (lattice) found.push(lattice)
  }
  // A grid inside a cell of another belongs to that cell.
  return found.filter(
    (one) =>
      !found.some(
        (other) => other !== one && area(other.bounds) > area(one.bounds) && contains(other.bounds, one.bounds),
      ),
  )
}

const area = (rect: Rect): number => (rect.x1 - rect.x0) * (rect.y1 - rect.y0)
const contains = (outer: Rect, inner: Rect): boolean =>
  inner.x0 >= outer.x0 - 1 && inner.x1 <= outer.x1 + 1 && inner.y0 >= outer.y0 - 1 && inner.y1 <= outer.y1 + 1

/** Pieces of one line, drawn cell by cell, made one. */
const merged = (lines: ReadonlyArray<Rect>, across: "x0" | "y0", from: "x0" | "y0", to: "x1" | "y1"): Array<Rect> => {
  const result: Array<{ x0: number; y0: number; x1: number; y1: number }> = []
  const byLine = new Map<number, Array<{ x0: number; y0: number; x1: number; y1: number }>>()
  for (const line of [...lines].sort((a, b) => a[from] - b[from])) {
    const key = Math.round(line[across] / 2)
    let home: { x0: number; y0: number; x1: number; y1: number } | undefined
    for (const near of [key - 1, key, key + 1])
      home ??= byLine
        .get(near)
        ?.findLast((other) => Math.abs(other[across] - line[across]) <= 1.6 && line[from] <= other[to] + touch)
    if (home) home[to] = Math.max(home[to], line[to])
    else {
      const made = { ...line }
      result.push(made)
      byLine.set(key, [...(byLine.get(key) ?? []), made])
    }
  }
  return result
}

const components = (hs: ReadonlyArray<Rect>, vs: ReadonlyArray<Rect>): Array<{ hs: Array<Rect>; vs: Array<Rect> }> => {
  const parent = Array.from({ length: hs.length + vs.length }, (_, at) => at)
  const root = (at: number): number => {
    let here = at
    while (parent[here] !== here) {
      parent[here] = parent[parent[here]!]!
      here = parent[here]!
    }
    return here
  }
  for (const [i, h] of hs.entries())
    for (const [j, v] of vs.entries())
      if (v.x0 >= h.x0 - touch && v.x0 <= h.x1 + touch && h.y0 >= v.y0 - touch && h.y0 <= v.y1 + touch)
        parent[root(i)] = root(hs.length + j)
  const groups = new Map<number, { hs: Array<Rect>; vs: Array<Rect> }>()
  const groupOf = (at: number) => {
    const key = root(at)
    const group = groups.get(key) ?? { hs: [], vs: [] }
    groups.set(key, group)
    return group
  }
  for (const [i, h] of hs.entries()) groupOf(i).hs.push(h)
  for (const [j, v] of vs.entries()) groupOf(hs.length + j).vs.push(v)
  return [...groups.values()]
}

/** Values that lie within `distance` of each other, made one. */
export const clustered = (values: ReadonlyArray<number>, distance: number): Array<number> => {
  const result: Array<number> = []
  for (const value of [...values].sort((a, b) => a - b))
    if (result.length === 0 || value - result[result.length - 1]! > distance) result.push(value)
  return result
}

const latticeOf = (
  hs: ReadonlyArray<Rect>,
  vs: ReadonlyArray<Rect>,
  segments: ReadonlyArray<Segment>,
): Lattice | undefined => {
  if (hs.length === 0 || vs.length === 0 || hs.length + vs.length < 4) return undefined
  const bounds = {
    x0: Math.min(...hs.map((h) => h.x0), ...vs.map((v) => v.x0)),
    x1: Math.max(...hs.map((h) => h.x1), ...vs.map((v) => v.x0)),
    y0: Math.min(...vs.map((v) => v.y0), ...hs.map((h) => h.y0)),
    y1: Math.max(...vs.map((v) => v.y1), ...hs.map((h) => h.y0)),
  }
  const xs = clustered([...vs.map((v) => v.x0), bounds.x0, bounds.x1], 4)
  const ys = clustered([...hs.map((h) => h.y0), bounds.y0, bounds.y1], 4)
  const columns = xs.length - 1
  const rows = ys.length - 1
  if (columns < 2 || rows < 2 || columns > columnsMax) return undefined

  const inside = segments.filter(
    (segment) =>
      segment.x0 >= bounds.x0 - 2 &&
      segment.x0 <= bounds.x1 &&
      segment.y > bounds.y0 &&
      segment.y - segment.size * 0.2 < bounds.y1,
  )
  if (inside.length === 0) return undefined
  // Whether the line between two neighbouring cells is drawn.
  const isParted = (lines: ReadonlyArray<Rect>, at: number, from: number, to: number, kind: "v" | "h"): boolean => {
    const middle = (from + to) / 2
    return lines.some((line) =>
      kind === "v"
        ? Math.abs(line.x0 - at) <= 4 && line.y0 <= middle && line.y1 >= middle
        : Math.abs(line.y0 - at) <= 4 && line.x0 <= middle && line.x1 >= middle,
    )
  }
  const owner: Array<Array<readonly [number, number]>> = []
  for (let r = 0; r < rows; r++) {
    owner.push([])
    for (let c = 0; c < columns; c++) {
      const left = c > 0 && !isParted(vs, xs[c]!, ys[r]!, ys[r + 1]!, "v") ? owner[r]![c - 1]! : undefined
      const above = r > 0 && !isParted(hs, ys[r]!, xs[c]!, xs[c + 1]!, "h") ? owner[r - 1]![c]! : undefined
      owner[r]!.push(above ?? left ?? [r, c])
    }
  }
  const texts = new Map<string, Array<Segment>>()
  for (const segment of inside) {
    const middleY = (topOf(segment) + bottomOf(segment)) / 2
    const r = Math.max(
      0,
      Math.min(
        rows - 1,
        ys.findLastIndex((y) => y <= middleY),
      ),
    )
    const startX = Math.min(segment.x0 + 2, (segment.x0 + segment.x1) / 2)
    const c = Math.max(
      0,
      Math.min(
        columns - 1,
        xs.findLastIndex((x) => x <= startX),
      ),
    )
    const key = owner[r]![c]!.join()
    texts.set(key, [...(texts.get(key) ?? []), segment])
  }
  const grid = owner.map((row, r) =>
    row.map((own, c): Cell => {
      const isFirst = own[0] === r && own[1] === c
      if (!isFirst) return { text: "", columns: 0, rows: 0, bold: false, segments: [] }
      const covered = (rr: number, cc: number) => owner[rr]?.[cc]?.[0] === r && owner[rr]?.[cc]?.[1] === c
      let wide = 1
      let high = 1
      while (covered(r, c + wide)) wide++
      while (covered(r + high, c)) high++
      const held = texts.get(own.join()) ?? []
      return {
        text: textOf(held),
        columns: wide,
        rows: high,
        bold: held.length > 0 && held.every((segment) => segment.bold),
        segments: held,
      }
    }),
  )
  const filled = grid.filter((row) => row.filter((cell) => cell.text !== "").length >= 2).length
  if (filled < 2 && !(filled === 1 && rows >= 2 && grid.flat().filter((cell) => cell.text !== "").length >= 3))
    return undefined
  return { bounds, xs, rows: grid, used: new Set(inside) }
}

/** Segments of one cell as text, line by line. */
export const textOf = (segments: ReadonlyArray<Segment>): string => {
  const lines: Array<Array<Segment>> = []
  for (const segment of [...segments].sort((a, b) => a.y - b.y || a.x0 - b.x0)) {
    const last = lines[lines.length - 1]
    if (last && Math.abs(last[0]!.y - segment.y) < segment.size * 0.4) last.push(segment)
    else lines.push([segment])
  }
  return joinLines(
    lines.map((line) =>
      line
        .sort((a, b) => a.x0 - b.x0)
        .map((segment) => segment.text)
        .join(" "),
    ),
  )
}
