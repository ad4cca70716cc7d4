/**
 * What is drawn on one page: glyphs where they stand, ruling lines and boxes, in points from the page's top left corner.
 * It follows the page's drawing operators instead of pdf.js's own text content, because only single glyphs with their exact
 * widths tell a letter-spaced heading from separate words, and only the lines tell a table from columns of text.
 * Does not promise an order: that is the work of pdf-layout.ts. Clipping, colours and hidden layers are not followed.
 */
import { OPS, type PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs"

export interface Glyph {
  readonly text: string
  readonly x: number
  /** The baseline. */
  readonly y: number
  readonly width: number
  readonly size: number
  readonly bold: boolean
  /** A blank glyph stands before this one. */
  readonly afterSpace: boolean
  /** Quarter turns clockwise: 0 reads left to right. */
  readonly turn: 0 | 1 | 2 | 3
}

export interface Rect {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

export interface DrawnPage {
  readonly width: number
  readonly height: number
  readonly glyphs: ReadonlyArray<Glyph>
  /** Thin ones: `y0` and `y1`, or `x0` and `x1`, nearly equal. */
  readonly horizontals: ReadonlyArray<Rect>
  readonly verticals: ReadonlyArray<Rect>
  readonly boxes: ReadonlyArray<Rect>
  /** Small round or square shapes: what browsers and word processors draw before the items of a list. */
  readonly dots: ReadonlyArray<Rect>
  /** A picture covers a good part of the page. */
  readonly hasPicture: boolean
  /** Some glyphs were dropped since the page has more than `glyphsMax`. */
  readonly isCut: boolean
}

/** A page of dense text has 6 000; a page beyond this is a drawing made of letters, or an attack. */
const glyphsMax = 60_000
const linesMax = 20_000
/** A line thicker than this is a bar or a box. */
const lineThicknessMax = 3
/** A smaller picture is a logo or a photograph beside text. */
const picturePartMin = 0.2
const dotSizeMin = 1.2
const dotSizeMax = 9
const dotsMax = 5_000

type Matrix = readonly [number, number, number, number, number, number]
const identity: Matrix = [1, 0, 0, 1, 0, 0]
const multiply = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[2] * n[1],
  m[1] * n[0] + m[3] * n[1],
  m[0] * n[2] + m[2] * n[3],
  m[1] * n[2] + m[3] * n[3],
  m[0] * n[4] + m[2] * n[5] + m[4],
  m[1] * n[4] + m[3] * n[5] + m[5],
]
const matrixOf = (value: unknown): Matrix => {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = Array.from((value ?? identity) as ArrayLike<number>)
  return [a, b, c, d, e, f]
}

interface TextState {
  readonly ctm: Matrix
  readonly font: Font | undefined
  readonly size: number
  readonly charSpacing: number
  readonly wordSpacing: number
  readonly scale: number
  readonly leading: number
  readonly rise: number
}
interface Font {
  readonly name?: string
  readonly bold?: boolean
  readonly black?: boolean
  readonly vertical?: boolean
  readonly isType3Font?: boolean
  readonly fontMatrix?: ReadonlyArray<number>
}
interface PdfGlyph {
  readonly unicode?: string
  readonly width?: number
  readonly isSpace?: boolean
}

const isBold = (font: Font | undefined): boolean =>
  font?.bold === true || font?.black === true || /bold|black|heavy|demi/i.test(font?.name ?? "")

export type Operators = Awaited<ReturnType<PDFPageProxy["getOperatorList"]>>

export const drawnPage = (page: PDFPageProxy, operators: Operators): DrawnPage => {
  const viewport = page.getViewport({ scale: 1 })
  const glyphs: Array<Glyph> = []
  const horizontals: Array<Rect> = []
  const verticals: Array<Rect> = []
  const boxes: Array<Rect> = []
  const dots: Array<Rect> = []
  let isCut = false
  let pictureArea = 0
  let state: TextState = {
    ctm: matrixOf(viewport.transform),
    font: undefined,
    size: 0,
    charSpacing: 0,
    wordSpacing: 0,
    scale: 1,
    leading: 0,
    rise: 0,
  }
  const saved: Array<TextState> = []
  let textMatrix = identity
  let x = 0
  let y = 0
  let lineX = 0
  let lineY = 0
  let afterSpace = true
  const moveText = (dx: number, dy: number) => {
    lineX += dx
    lineY += dy
    x = lineX
    y = lineY
  }

  const showText = (shown: ReadonlyArray<PdfGlyph | number | null>) => {
    const font = state.font
    const unit = font?.fontMatrix?.[0] || 0.001
    const direction = state.size < 0 ? -1 : 1
    const size = Math.abs(state.size)
    for (const glyph of shown) {
      if (glyph === null) continue
      if (typeof glyph === "number") {
        const shift = (glyph * size) / 1000
        if (font?.vertical) y += shift
        else x -= shift * state.scale * direction
        continue
      }
      const advance = (glyph.width ?? 0) * unit * size
      const spacing = (glyph.isSpace ? state.wordSpacing : 0) + state.charSpacing
      const text = glyph.unicode ?? ""
      if (text.trim() === "") afterSpace = true
      else if (glyphs.length >= glyphsMax) isCut = true
      else {
        const m = multiply(multiply(state.ctm, textMatrix), [state.scale * direction, 0, 0, 1, x, y + state.rise])
        const along = Math.hypot(m[0], m[1])
        const turn = ((Math.round(Math.atan2(m[1], m[0]) / (Math.PI / 2)) + 4) % 4) as Glyph["turn"]
        const isSlanted = Math.abs(Math.abs(m[0]) - Math.abs(m[1])) < along * 0.9
        // Slanted text is a watermark.
        if (!isSlanted && along > 0)
          glyphs.push({
            text,
            x: m[4],
            y: m[5],
            width: advance * along,
            size: size * Math.hypot(m[2], m[3]) * (font?.isType3Font ? unit * 1000 : 1),
            bold: isBold(font),
            afterSpace,
            turn,
          })
        afterSpace = false
      }
      if (font?.vertical) y -= advance + spacing
      else x += (advance + spacing) * state.scale * direction
    }
  }

  const addRect = (rect: Rect) => {
    if (horizontals.length + verticals.length + boxes.length >= linesMax) return
    const width = rect.x1 - rect.x0
    const height = rect.y1 - rect.y0
    if (height <= lineThicknessMax && width > height * 2 && width > 6) horizontals.push(rect)
    else if (width <= lineThicknessMax && height > width * 2 && height > 4) verticals.push(rect)
    else if (width > 12 && height > 6) boxes.push(rect)
  }

  /** `path` holds pdf.js's own codes: 0 move, 1 line, 2 curve, 3 quadratic curve, 4 close. */
  const drawPath = (paint: number, path: ArrayLike<number>) => {
    const isStroke = strokes.has(paint)
    const isFill = fills.has(paint)
    if (!isStroke && !isFill) return
    let points: Array<readonly [number, number]> = []
    const finish = () => {
      if (points.length > 1) {
        const xs = points.map((point) => point[0])
        const ys = points.map((point) => point[1])
        const bounds = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) }
        const isClosedShape = points.length > 3
        if (isClosedShape && isDot(bounds) && dots.length < dotsMax) dots.push(bounds)
        if (isFill || isClosedShape) addRect(bounds)
        if (isStroke)
          for (let at = 1; at < points.length; at++) {
            const [ax, ay] = points[at - 1]!
            const [bx, by] = points[at]!
            if (Math.abs(ax - bx) < 0.5 || Math.abs(ay - by) < 0.5) {
              const edge = { x0: Math.min(ax, bx), y0: Math.min(ay, by), x1: Math.max(ax, bx), y1: Math.max(ay, by) }
              if (edge.x1 - edge.x0 > 4 || edge.y1 - edge.y0 > 4) addRect(edge)
            }
          }
      }
      points = []
    }
    const push = (px: number, py: number) => {
      const [a, b, c, d, e, f] = state.ctm
      if (points.length < 400) points.push([a * px + c * py + e, b * px + d * py + f])
    }
    for (let at = 0; at < path.length; ) {
      const code = path[at]
      if (code === 4) {
        if (points[0]) points.push(points[0])
        at += 1
        continue
      }
      const length = code === 2 ? 6 : code === 3 ? 4 : 2
      if (code === 0) finish()
      push(path[at + length - 1]!, path[at + length]!)
      at += length + 1
    }
    finish()
  }

  for (let at = 0; at < operators.fnArray.length; at++) {
    const operator = operators.fnArray[at]!
    const args = (operators.argsArray[at] ?? []) as ReadonlyArray<unknown>
    const number = (index: number): number => Number(args[index] ?? 0)
    switch (operator) {
      case OPS.save:
        saved.push(state)
        break
      case OPS.restore:
      case OPS.paintFormXObjectEnd:
        state = saved.pop() ?? state
        break
      case OPS.paintFormXObjectBegin:
        saved.push(state)
        if (args[0]) state = { ...state, ctm: multiply(state.ctm, matrixOf(args[0])) }
        break
      case OPS.transform:
        state = { ...state, ctm: multiply(state.ctm, matrixOf(args)) }
        // pdf.js leaves large pictures out; what remains is the square that one would have been painted into.
        pictureArea = Math.max(pictureArea, Math.abs(state.ctm[0] * state.ctm[3] - state.ctm[1] * state.ctm[2]))
        break
      case OPS.beginText:
        textMatrix = identity
        x = y = lineX = lineY = 0
        break
      case OPS.setTextMatrix:
        textMatrix = matrixOf(args.length === 1 ? args[0] : args)
        x = y = lineX = lineY = 0
        break
      case OPS.moveText:
        moveText(number(0), number(1))
        break
      case OPS.setLeading:
        state = { ...state, leading: -number(0) }
        break
      case OPS.setLeadingMoveText:
        state = { ...state, leading: number(1) }
        moveText(number(0), number(1))
        break
      case OPS.nextLine:
        moveText(0, state.leading)
        break
      case OPS.setCharSpacing:
        state = { ...state, charSpacing: number(0) }
        break
      case OPS.setWordSpacing:
        state = { ...state, wordSpacing: number(0) }
        break
      case OPS.setHScale:
        state = { ...state, scale: number(0) / 100 }
        break
      case OPS.setTextRise:
        state = { ...state, rise: number(0) }
        break
      case OPS.setFont: {
        const name = String(args[0])
        const font = page.commonObjs.has(name) ? (page.commonObjs.get(name) as Font) : undefined
        state = { ...state, font, size: number(1) }
        break
      }
      case OPS.setGState:
        for (const [key, value] of (args[0] ?? []) as ReadonlyArray<[string, unknown]>)
          if (key === "Font" && Array.isArray(value)) {
            const name = String(value[0])
            const font = page.commonObjs.has(name) ? (page.commonObjs.get(name) as Font) : undefined
            state = { ...state, font, size: Number(value[1]) }
          }
        break
      case OPS.showText:
        showText((args[0] ?? []) as ReadonlyArray<PdfGlyph | number | null>)
        break
      case OPS.constructPath: {
        const path = (args[1] as ReadonlyArray<ArrayLike<number> | null> | undefined)?.[0]
        if (path) drawPath(number(0), path)
        break
      }
    }
  }
  const hasPicture = pictureArea > picturePartMin * viewport.width * viewport.height
  return {
    width: viewport.width,
    height: viewport.height,
    glyphs,
    horizontals,
    verticals,
    boxes,
    dots,
    hasPicture,
    isCut,
  }
}

const isDot = ({ x0, x1, y0, y1 }: Rect): boolean => {
  const [small, large] = x1 - x0 < y1 - y0 ? [x1 - x0, y1 - y0] : [y1 - y0, x1 - x0]
  return small >= dotSizeMin && large <= dotSizeMax && small > 0.75 * large
}

const fills = new Set<number>([
  OPS.fill,
  OPS.eoFill,
  OPS.fillStroke,
  OPS.eoFillStroke,
  OPS.closeFillStroke,
  OPS.closeEOFillStroke,
])
const strokes = new Set<number>([
  OPS.stroke,
  OPS.closeStroke,
  OPS.fillStroke,
  OPS.eoFillStroke,
  OPS.closeFillStroke,
  OPS.closeEOFillStroke,
])
