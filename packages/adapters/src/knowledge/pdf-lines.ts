/**
 * Glyphs to lines: words by the gaps between letters, segments by the gaps between words. A segment is a stretch of one
 * line with nothing wider than a letter's height inside; so text of two columns on one baseline makes two segments.
 * Pure. Signs that carry no words (icons, emoji, private-use glyphs) are dropped; check marks and bullets stay.
 */
import type { DrawnPage, Glyph, Rect } from "./pdf-page.ts"

export interface Word {
  readonly text: string
  readonly x0: number
  readonly x1: number
}

export interface Segment {
  readonly words: ReadonlyArray<Word>
  readonly text: string
  readonly x0: number
  readonly x1: number
  /** The baseline. */
  readonly y: number
  readonly size: number
  readonly bold: boolean
  /** It stands upright on the page: words of a table's cell, and nothing outside of one. */
  readonly isUpright?: boolean
}

/** Text height above and below the baseline, in parts of the font's size. */
export const ascent = 0.75
export const descent = 0.22
export const topOf = (segment: Segment): number => segment.y - segment.size * ascent
export const bottomOf = (segment: Segment): number => segment.y + segment.size * descent

/** Gaps in parts of the font's size. A space is 0.25 to 0.33 wide, kerning moves letters by less than 0.1. */
const wordGap = 0.16
const segmentGap = 1
const ruledGap = 0.34
/** Letters set apart on purpose stand at least so far from each other. */
const trackingMin = 0.07

export const segmentsOf = (page: DrawnPage): Array<Segment> => {
  const glyphs = withoutNoise(page.glyphs)
  const rows: Array<{ y: number; size: number; glyphs: Array<Glyph> }> = []
  for (const glyph of [...glyphs].sort((a, b) => a.y - b.y)) {
    // Newest first: only rows within a letter's height can match.
    let home: (typeof rows)[number] | undefined
    for (let at = rows.length - 1; at >= 0 && at >= rows.length - 6; at--) {
      const row = rows[at]!
      if (Math.abs(glyph.y - row.y) <= 0.35 * Math.min(glyph.size, row.size)) {
        home = row
        break
      }
    }
    if (home) home.glyphs.push(glyph)
    else rows.push({ y: glyph.y, size: glyph.size, glyphs: [glyph] })
  }
  const segments = withRaised(rows).flatMap((row) => segmentsOfRow(row.glyphs, page.verticals))
  return withDots(withNumberColumn(withoutStruck(segments, page.horizontals)), page.dots)
}

/** Figures that a line strikes out are no longer said: the old price beside the new one. */
const withoutStruck = (segments: ReadonlyArray<Segment>, lines: ReadonlyArray<Rect>): Array<Segment> => {
  if (lines.length === 0) return [...segments]
  return segments.flatMap((segment) => {
    if (!/\d/.test(segment.text)) return [segment]
    const strokes = lines.filter(
      (line) =>
        line.y0 > segment.y - 0.5 * segment.size &&
        line.y1 < segment.y - 0.15 * segment.size &&
        line.x0 > segment.x0 - 3 &&
        line.x1 < segment.x1 + 3,
    )
    if (strokes.length === 0) return [segment]
    // The stroke may end before the full stop.
    const end = (word: Word) => word.x1 - (/[.,;:!?)]$/.test(word.text) ? 0.6 * segment.size : 2)
    const kept = segment.words.filter((word) => !strokes.some((line) => line.x0 < word.x0 + 2 && line.x1 > end(word)))
    if (kept.length === segment.words.length) return [segment]
    return kept.length > 0 ? [part(segment, kept)] : []
  })
}

const numberHead = /^(?:№|#|N|п\/п|№\s?п\/п)$/u
/** The numbers of a table's rows stand nearer to the names than columns do; the header's № tells them from other numbers. */
const withNumberColumn = (segments: ReadonlyArray<Segment>): Array<Segment> => {
  const heads = segments.filter((segment) => segment.words.length > 1 && numberHead.test(segment.words[0]!.text))
  if (heads.length === 0) return [...segments]
  const isNear = (one: number, other: number) => Math.abs(one - other) < 2
  return segments.flatMap((segment) => {
    const [first, second] = segment.words
    if (
      first === undefined ||
      second === undefined ||
      !(numberHead.test(first.text) || /^\d{1,3}[.)]?$/.test(first.text))
    )
      return [segment]
    const isUnder = heads.some(
      ({ words, size }) => isNear(words[1]!.x0, second.x0) && second.x0 - words[0]!.x1 > 0.4 * size,
    )
    return isUnder ? [part(segment, [first]), part(segment, segment.words.slice(1))] : [segment]
  })
}
const part = (segment: Segment, words: ReadonlyArray<Word>): Segment => ({
  ...segment,
  words,
  text: words.map((word) => word.text).join(" "),
  x0: words[0]!.x0,
  x1: words.at(-1)!.x1,
})

interface GlyphRow {
  readonly y: number
  readonly size: number
  readonly glyphs: Array<Glyph>
}

const raisedDigits = "⁰¹²³⁴⁵⁶⁷⁸⁹"
/** A footnote's mark or the 2 of m² is so much smaller than its line, and stands so near to its word. */
const raisedSizeMax = 0.85
const raisedGapMax = 0.3
const raisedSpaceMax = 0.7

/** Small raised or lowered signs go into the line that they belong to; raised digits as `²`, so that no figure grows by them. */
const withRaised = (rows: ReadonlyArray<GlyphRow>): ReadonlyArray<GlyphRow> => {
  const kept: Array<GlyphRow> = []
  for (const row of rows) {
    const homes = rows.filter((home) => {
      const up = home.y - row.y
      return row.size < raisedSizeMax * home.size && up > -0.4 * home.size && up < 0.75 * home.size && home !== row
    })
    if (homes.length === 0) {
      kept.push(row)
      continue
    }
    const rest: Array<Glyph> = []
    for (const run of runsOf(row.glyphs)) {
      const from = run[0]!.x
      const to = run.at(-1)!.x + run.at(-1)!.width
      const home = run.length > 6 ? undefined : homes.find((each) => isBeside(each, from, to))
      if (home === undefined) rest.push(...run)
      else
        for (const glyph of run) {
          const text = row.y < home.y - 0.1 * home.size ? raised(glyph.text) : glyph.text
          home.glyphs.push({ ...glyph, text, y: home.y, size: home.size, afterSpace: false })
        }
    }
    if (rest.length > 0) kept.push({ ...row, glyphs: rest })
  }
  return kept
}
const raised = (text: string): string => text.replace(/\d/g, (digit) => raisedDigits[Number(digit)]!)
const runsOf = (glyphs: ReadonlyArray<Glyph>): Array<Array<Glyph>> => {
  const runs: Array<Array<Glyph>> = []
  for (const glyph of [...glyphs].sort((a, b) => a.x - b.x)) {
    const last = runs.at(-1)?.at(-1)
    if (last && glyph.x - last.x - last.width < 0.5 * glyph.size) runs.at(-1)!.push(glyph)
    else runs.push([glyph])
  }
  return runs
}
/** Right behind a glyph of the row, or before one, and over none. */
const isBeside = (row: GlyphRow, from: number, to: number): boolean => {
  const near = raisedGapMax * row.size
  const start = Math.min(...row.glyphs.map((glyph) => glyph.x))
  // `¹ Установка включена` at the foot of a table: a space may stand between.
  let touches = start >= to - 0.5 && start - to < raisedSpaceMax * row.size
  for (const glyph of row.glyphs) {
    const end = glyph.x + glyph.width
    if (glyph.x < to - 0.5 && end > from + 0.5) return false
    if (Math.abs(from - end) < near || Math.abs(glyph.x - to) < near) touches = true
  }
  return touches
}

/** How far before its text a list's mark may stand, in parts of the font's size. */
const dotGapMax = 2.2

/** A dot before a line is the mark of a list's item. */
const withDots = (segments: ReadonlyArray<Segment>, dots: ReadonlyArray<Rect>): Array<Segment> => {
  const marked = new Map<Segment, Rect>()
  for (const dot of dots) {
    const middle = (dot.y0 + dot.y1) / 2
    let nearest: Segment | undefined
    for (const segment of segments) {
      const up = segment.y - middle
      if (up < 0.05 * segment.size || up > 0.75 * segment.size) continue
      // A dot behind or under words is an ornament.
      if (dot.x1 > segment.x0 + 0.5 && dot.x0 < segment.x1) {
        nearest = undefined
        break
      }
      if (
        dot.x1 > segment.x0 + 0.5 ||
        segment.x0 - dot.x1 > dotGapMax * segment.size ||
        dot.x1 - dot.x0 > 0.7 * segment.size
      )
        continue
      if (nearest === undefined || segment.x0 < nearest.x0) nearest = segment
    }
    if (nearest !== undefined && !/^[•✓✗]/u.test(nearest.text)) marked.set(nearest, dot)
  }
  return segments.map((segment) => {
    const dot = marked.get(segment)
    if (dot === undefined) return segment
    return {
      ...segment,
      words: [{ text: "•", x0: dot.x0, x1: dot.x1 }, ...segment.words],
      text: `• ${segment.text}`,
      x0: dot.x0,
    }
  })
}

const segmentsOfRow = (row: ReadonlyArray<Glyph>, verticals: ReadonlyArray<Rect>): Array<Segment> => {
  const glyphs = withoutLeaders(withoutOverprint([...row].sort((a, b) => a.x - b.x)))
  const segments: Array<Segment> = []
  const wordGaps = glyphs.slice(1).flatMap((glyph, at) => {
    const gap = glyph.x - glyphs[at]!.x - glyphs[at]!.width
    return gap > wordGap * glyph.size ? [gap] : []
  })
  let current: Array<Glyph> = []
  const finish = () => {
    if (current.length > 0) {
      const made = segment(current)
      if (made) segments.push(made)
    }
    current = []
  }
  for (const [at, glyph] of glyphs.entries()) {
    const previous = glyphs[at - 1]
    if (previous) {
      const end = previous.x + previous.width
      const gap = glyph.x - end
      const size = Math.max(glyph.size, previous.size)
      const isRuled =
        gap > (glyph.afterSpace ? ruledGap : 0.1) * size &&
        verticals.some(
          (line) =>
            line.x0 >= end - 0.5 &&
            line.x1 <= glyph.x + 0.5 &&
            line.y0 <= glyph.y - 0.3 * size &&
            line.y1 >= glyph.y - 0.1 * size,
        )
      const isOtherSize =
        Math.max(glyph.size, previous.size) > Math.min(glyph.size, previous.size) * 1.6 && gap > 0.3 * size
      if (
        (gap > segmentGap * size && !isJustified(gap, size, wordGaps)) ||
        isRuled ||
        isOtherSize ||
        previous.text === leader
      )
        finish()
    }
    if (glyph.text !== leader) current.push(glyph)
  }
  finish()
  return segments
}

/** Justified text sets all words of a line equally far apart, which columns of a table never are. */
const justifiedGapMax = 2.4
const isJustified = (gap: number, size: number, gaps: ReadonlyArray<number>): boolean =>
  gap <= justifiedGapMax * size && gaps.filter((other) => Math.abs(other - gap) <= 0.25).length >= 3

const segment = (glyphs: ReadonlyArray<Glyph>): Segment | undefined => {
  const words = wordsOf(glyphs)
  if (words.length === 0) return undefined
  const sizes = glyphs.map((glyph) => glyph.size).sort((a, b) => a - b)
  const size = sizes[Math.floor(sizes.length / 2)]!
  return {
    words,
    text: words.map((word) => word.text).join(" "),
    x0: words[0]!.x0,
    x1: words[words.length - 1]!.x1,
    y: glyphs.find((glyph) => glyph.size === size)!.y,
    size,
    bold: glyphs.filter((glyph) => glyph.bold).length > glyphs.length * 0.7,
  }
}

const wordsOf = (glyphs: ReadonlyArray<Glyph>): Array<Word> => {
  const gaps = glyphs.slice(1).map((glyph, at) => {
    const previous = glyphs[at]!
    return (glyph.x - previous.x - previous.width) / Math.max(glyph.size, previous.size)
  })
  const tracking = trackingOf(gaps, glyphs)
  const words: Array<{ text: string; x0: number; x1: number }> = []
  for (const [at, glyph] of glyphs.entries()) {
    const gap = at === 0 ? Number.POSITIVE_INFINITY : gaps[at - 1]!
    const isBreak =
      tracking > 0
        ? gap > tracking + Math.max(wordGap, tracking * 0.6)
        : gap > wordGap || (glyph.afterSpace && gap > 0.04)
    const last = words[words.length - 1]
    if (isBreak || !last) words.push({ text: glyph.text, x0: glyph.x, x1: glyph.x + glyph.width })
    else {
      last.text += glyph.text
      last.x1 = Math.max(last.x1, glyph.x + glyph.width)
    }
  }
  return words.map((word) => ({ ...word, text: cleanWord(word.text) })).filter((word) => word.text !== "")
}

/** How far apart letters are set in a letter-spaced line; 0 in an ordinary one. */
const trackingOf = (gaps: ReadonlyArray<number>, glyphs: ReadonlyArray<Glyph>): number => {
  if (gaps.length < 3) return 0
  const sorted = [...gaps].sort((a, b) => a - b)
  const low = sorted[Math.floor(sorted.length * 0.2)]!
  const median = sorted[Math.floor(sorted.length / 2)]!
  // In ordinary text most gaps are nothing; where every letter stands apart, even the small ones are wide.
  if (median < trackingMin || low < trackingMin * 0.6) return 0
  const letters = glyphs.filter((glyph) => /\p{L}/u.test(glyph.text)).length
  // "1 2 3 4": numbers with a space between each are numbers.
  return letters * 2 >= glyphs.length || !glyphs.some((glyph, at) => at > 0 && glyph.afterSpace) ? median : 0
}

const withoutOverprint = (sorted: ReadonlyArray<Glyph>): Array<Glyph> => {
  const kept: Array<Glyph> = []
  for (const glyph of sorted) {
    let isDouble = false
    for (let at = kept.length - 1; at >= 0 && at >= kept.length - 3; at--) {
      const other = kept[at]!
      if (
        other.text === glyph.text &&
        Math.abs(other.x - glyph.x) < 0.2 * Math.min(glyph.size, glyph.width || glyph.size)
      )
        isDouble = true
    }
    if (!isDouble) kept.push(glyph)
  }
  return kept
}

/** Dots that lead from a name to its price part them, and are no text. */
const leader = "\u0000"
const leaderDotsMin = 4
const withoutLeaders = (sorted: ReadonlyArray<Glyph>): Array<Glyph> => {
  const kept: Array<Glyph> = []
  for (let at = 0; at < sorted.length; ) {
    let end = at
    while (end < sorted.length && /^[.·_]$/.test(sorted[end]!.text) && sorted[end]!.text === sorted[at]!.text) end++
    if (end - at >= leaderDotsMin) {
      kept.push({ ...sorted[at]!, text: leader, width: sorted[end - 1]!.x + sorted[end - 1]!.width - sorted[at]!.x })
    } else kept.push(...sorted.slice(at, Math.max(end, at + 1)))
    at = Math.max(end, at + 1)
  }
  return kept
}

/** Symbol and Wingdings put their signs into the private-use area. */
const privateSigns: Record<string, string> = {
  "\uf0fc": "✓",
  "\uf0fe": "✓",
  "\uf0fb": "✗",
  "\uf0b7": "•",
  "\uf0a7": "•",
  "\uf0a8": "•",
  "\uf06e": "•",
  "\uf06c": "•",
  "\uf076": "•",
  "\uf077": "•",
  "\uf0d8": "•",
  "\uf0e0": "→",
  "\uf02d": "-",
}
const signs: Record<string, string> = {
  "✅": "✓",
  "✔": "✓",
  "☑": "✓",
  "✓": "✓",
  "❌": "✗",
  "✘": "✗",
  "✖": "✗",
  "✗": "✗",
  "❗": "!",
  "•": "•",
  "●": "•",
  "○": "•",
  "◦": "•",
  "▪": "•",
  "▫": "•",
  "■": "•",
  "□": "•",
  "◆": "•",
  "◇": "•",
  "❖": "•",
  "➢": "•",
  "➤": "•",
  "►": "•",
  "▶": "•",
  "▸": "•",
  "‣": "•",
  "⁃": "•",
  "∙": "•",
  "·": "·",
  "©": "©",
  "®": "®",
  "™": "™",
  "№": "№",
  "\u2011": "-",
  "\u2010": "-",
  "\u00a0": " ",
}
const cleanGlyph = (text: string): string => {
  const known = privateSigns[text] ?? signs[text]
  if (known !== undefined) return known
  return text
    .replace(/[\ufb00-\ufb06]/g, (ligature) => ligature.normalize("NFKC"))
    .replace(/[\p{Cc}\p{Cf}\ufffd]|\p{Variation_Selector}/gu, (sign) => (sign === "\u00ad" ? sign : ""))
    .replace(/[\ue000-\uf8ff]|[\u{f0000}-\u{10ffff}]/gu, "")
    .replace(
      /(?![\d#*©®™↔→←↑↓])[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]/gu,
      (sign) => signs[sign] ?? "",
    )
}
const cleanWord = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/\u00ad(?=.)/g, "")
    .trim()

const withoutNoise = (glyphs: ReadonlyArray<Glyph>): Array<Glyph> => {
  const kept: Array<Glyph> = []
  let isAfterDropped = false
  for (const glyph of glyphs) {
    const text = cleanGlyph(glyph.text)
    if (text === "") isAfterDropped = true
    else if (glyph.size > 0.5) {
      kept.push(
        text === glyph.text && !isAfterDropped
          ? glyph
          : { ...glyph, text, afterSpace: glyph.afterSpace || isAfterDropped },
      )
      isAfterDropped = false
    }
  }
  return kept
}

/**
 * Lines of one paragraph or cell as one text. A word broken at the line's end is mended where the rest begins with a small
 * letter. A compound broken at its own hyphen looks the same; only common Russian ones are known (`isCompound`), any other
 * loses its hyphen.
 */
export const joinLines = (lines: ReadonlyArray<string>): string => {
  let text = ""
  for (const line of lines) {
    if (text === "") text = line
    else if (text.endsWith("\u00ad")) text = text.slice(0, -1) + line
    else if (/\p{L}-$/u.test(text) && /^\p{Ll}/u.test(line))
      text = isCompound(text, line) ? text + line : text.slice(0, -1) + line
    else if (/[\p{L}\d]-$/u.test(text) && /^[\p{Lu}\d]/u.test(line)) text += line
    else if (/[\p{L}\d][/@]$/u.test(text) && /^[\p{L}\d]/u.test(line)) text += line
    else text += ` ${line}`
  }
  return text
    .replace(/\u00ad/g, "")
    .replace(/\s+/g, " ")
    .trim()
}

const isCompound = (text: string, line: string): boolean => {
  const first = /(\p{L}+)-$/u.exec(text)?.[1]?.toLowerCase() ?? ""
  const second = /^\p{L}+/u.exec(line)?.[0]?.toLowerCase() ?? ""
  if (
    /^(кое|кто|что|где|как|какой|когда|по|во|из|все|всё|онлайн|офлайн|кол|бизнес|фитнес|веб|интернет|медиа|мини|макси|премиум|тест|прайс|смс|sms|email|e|чат|пресс|эконом|экспресс|vip|it|ит|crm|видео|кафе|авто)$/.test(
      first,
    )
  )
    return true
  if (/^(то|либо|нибудь|ка|таки|за|под|то|й|го|му|я|е|ое|ая|ый|ой|х|м|ти|летний|летняя|дневный)$/.test(second))
    return true
  return first.length <= 1 || /[a-z]/.test(first)
}
