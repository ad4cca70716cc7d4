/** Which words of a sentence a figure is said of: a reading of its punctuation and of the figures around, not a grammar. */
import { numerals } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"

export interface Span {
  readonly start: number
  readonly end: number
}
export interface Surroundings {
  /** Right beside the figure, up to the next comma or `и`. */
  readonly near: ReadonlyArray<Span>
  /** Between the figures of its sort on either side. */
  readonly gap: ReadonlyArray<Span>
  /** What leads up to it. */
  readonly lead: Span
}

const boundary = /[;()\n]|,(?=\s)|(?<=\s)\+(?=\s)|(?<!\p{L})(?:и|а|но|зато|либо|или|плюс|минус|ал|және)(?!\p{L})/giu

const isMain = (one: Quantity) =>
  one.kind === "money" || one.kind === "percent" || one.kind === "duration" || (one.kind === "bare" && one.value >= 100)

/** Figures that begin another matter than `own`. */
const parts = (own: Quantity, other: Quantity): boolean => {
  if (own.kind === "money" || own.kind === "percent" || (own.kind === "bare" && own.value >= 100))
    return other.kind === "money" || other.kind === "percent" || (other.kind === "bare" && other.value >= 100)
  if (own.kind === "duration") return isMain(other)
  if (own.kind === "clock" || own.kind === "date") return other.kind === own.kind || isMain(other)
  return other.kind === own.kind || other.kind === "money"
}

/** Words that name nothing to tell two figures apart by. */
const empty = new Set(
  [
    "cen",
    "srok",
    "выходит",
    "получится",
    "стоимость",
    "входит",
    "включено",
    "сумма",
    "плата",
    "оплата",
    "ровно",
    "также",
    "лишь",
    "получается",
    "отдельно",
    "берем",
    "дальше",
    "затем",
  ].map((word) => stemOf(word)),
)
export const isNaming = (stem: string) => !empty.has(stem)

export const hasWords = (text: string): boolean => wordsOf(text).some((word) => isNaming(word.stem))

/** Where the brackets right behind a figure end, or the figure itself: `5 700 (10–49 кг)`, not `9 900 (год — 99 000)`. */
const asideAfter = (text: string, own: Quantity, quantities: ReadonlyArray<Quantity>): number => {
  const end = own.index + own.text.length
  if (!isMain(own) || own.kind === "duration") return end
  const aside = /^ ?\([^()\n]{2,20}\)(?=[,;.]|$)/u.exec(text.slice(end, end + 24))
  if (aside === null) return end
  const asideEnd = end + aside[0].length
  return quantities.some((other) => other.index > own.index && other.index < asideEnd && parts(own, other))
    ? end
    : asideEnd
}

export const surroundingsOf = (
  text: string,
  own: Quantity,
  sentence: Span,
  quantities: ReadonlyArray<Quantity>,
): Surroundings => {
  const end = own.index + own.text.length
  let left = sentence.start
  let right = sentence.end
  for (const other of quantities) {
    if (other === own || other.index < sentence.start || other.index >= sentence.end || !parts(own, other)) continue
    const otherEnd = other.index + other.text.length
    if (otherEnd <= own.index) {
      const aside = asideAfter(text, other, quantities)
      left = Math.max(left, aside <= own.index ? aside : otherEnd)
    } else if (other.index >= end) right = Math.min(right, other.index)
  }
  const cutsIn = (from: number, to: number): Array<Span> => {
    const cuts: Array<Span> = []
    for (const match of text.slice(from, to).matchAll(boundary)) {
      const at = from + match.index
      if (quantities.some((one) => one.index <= at && one.index + one.text.length > at)) continue
      cuts.push({ start: at, end: at + match[0].length })
    }
    return cuts
  }
  const isFirst = left === sentence.start
  const before = cutsIn(left, own.index)
  const after = cutsIn(end, right)
  // Behind the last comma nothing may lead to the figure: `60 % при подписании, 40 % перед монтажом`.
  const ends = before.at(-1)
  const isCut =
    !isFirst &&
    ends !== undefined &&
    !hasWords(text.slice(ends.end, own.index)) &&
    hasWords(text.slice(end, after[0]?.start ?? right))
  // An item of a list begins anew: `скидка 7 %:\n— 4 окна`.
  const item = before.findLast((cut) => text[cut.start] === "\n")
  const worded = before.findLast((cut) => hasWords(text.slice(cut.end, own.index)))
  const lastCut = isCut ? ends : item !== undefined && (worded === undefined || worded.end < item.end) ? item : worded
  const near: Array<Span> = []
  const leadFrom = lastCut?.end ?? left
  const nearLead = text.slice(leadFrom, own.index)
  // What stands between two figures without any mark leads to the second, unless a preposition ties it to the first.
  const trailEnd = after[0]?.start ?? right
  const isOpenEnd = right < sentence.end && after.length === 0
  const trail = text.slice(end, trailEnd)
  const leads =
    hasWords(nearLead) &&
    (isFirst || before.length > 0 || !/^\s*(?:за|на|в|во|для|по|у|с|со|при|—|–)\s/iu.test(nearLead))
  const takesTrail = !isOpenEnd || !hasWords(nearLead) || /^\s*(?:за|на|в|во|для|по|у|с|со|при)\s/iu.test(trail)
  if (leads || !hasWords(trail)) near.push({ start: leadFrom, end: own.index })
  near.push({ start: own.index, end })
  const aside = Math.min(asideAfter(text, own, quantities), sentence.end)
  if (takesTrail) near.push({ start: end, end: Math.max(trailEnd, aside) })
  else if (aside > end) near.push({ start: end, end: aside })
  const from = isCut ? ends.end : left
  return {
    near,
    gap: [{ start: from, end: Math.max(end, takesTrail ? trailEnd : end) }],
    lead: { start: from, end: own.index },
  }
}

/** The head of a phrase: what stands before its first preposition. `Доставка по Алматы` gives `Доставка`. */
export const headOf = (phrase: string): string => {
  const colon = /^([^:]{2,60}):\s/u.exec(phrase)
  if (colon !== null) return colon[1]!
  return (
    /^(.{3,40}?)(?:\s+(?:по|в|во|до|для|на|за|из|при|с|от|у)\s|[,(—–:])/iu.exec(`${phrase} `)?.[1] ??
    phrase.slice(0, 60)
  )
}

/** `без НДС` as one word of the same length, so that it is another than `с НДС`. */
export const joinWithout = (text: string): string =>
  text.replace(/(?<!\p{L})(без)(\s+)(\p{L}{3,})(?!\p{L})/giu, (_, without: string, gap: string, word: string) =>
    usualWant.test(word) ? " ".repeat(without.length + gap.length + word.length) : `${without}${word}${gap}`,
  )
/** What offers lack as a rule tells none of them from another. */
const usualWant = /^(?:переплат|процент|выходн|предоплат|остановк|очеред|посредник|комисси|лишн|провер|учет|учёт)/iu

const prefixes: ReadonlyArray<readonly [number, RegExp]> = [
  [1, /^одно(?=(?:комнат|мест|разов|этаж|канал))/u],
  [2, /^(?:двух|двой|дву(?=створ|спальн|сторон|скат))(?=\p{L}{3})/u],
  [3, /^(?:трех|трой)(?=\p{L}{3})/u],
  [4, /^четырех(?=\p{L}{3})/u],
  [5, /^пяти(?=\p{L}{4})/u],
  [6, /^шести(?=\p{L}{4})/u],
  [8, /^восьми(?=\p{L}{4})/u],
  [10, /^десяти(?=\p{L}{4})/u],
]

/**
 * The tokens of a stretch of text: stems, and numbers as `#12`. Sums and shares are no names, so their digits are left out.
 */
export const tokensIn = (text: string, span: Span, quantities: ReadonlyArray<Quantity>): ReadonlyArray<string> => {
  const tokens: Array<string> = []
  let bare = ""
  let at = span.start
  for (const one of quantities) {
    const end = one.index + one.text.length
    if (end <= span.start || one.index >= span.end || one.index < at) continue
    bare += text.slice(at, one.index)
    const isSum = one.kind === "money" || one.kind === "percent"
    if (!isSum && (one.kind === "count" || one.kind === "duration" || one.kind === "bare")) {
      tokens.push(`#${one.value}`)
      if (one.to !== null) tokens.push(`#${one.to}`)
    }
    bare += one.text.replace(/\d/g, " ")
    at = end
  }
  bare += text.slice(at, span.end)
  for (const word of bare
    .toLowerCase()
    .replaceAll("ё", "е")
    .match(/\p{L}{3,}/gu) ?? []) {
    const value = numerals.get(word)
    if (value !== undefined && value < 100) tokens.push(`#${value}`)
  }
  for (const word of wordsOf(bare)) {
    if (!isNaming(word.stem)) continue
    tokens.push(word.stem)
    for (const [number, pattern] of prefixes)
      if (pattern.test(word.text)) {
        tokens.push(`#${number}`)
        const rest = word.text.replace(pattern, "")
        if (rest.length >= 4) tokens.push(stemOf(rest))
        break
      }
  }
  for (const match of bare.matchAll(/(?<![\p{L}\d])\d{1,6}(?![\p{L}\d])/gu)) tokens.push(`#${match[0]}`)
  return tokens
}

/** Which tokens a stretch of talk mentions, and how surely. */
export interface Mentions {
  readonly of: (token: string) => number
  /** The word that mentions it. */
  readonly by: (token: string) => string | null
  readonly size: number
}
const bucketOf = (token: string) => token.slice(0, 4)
export const mentionsIn = (tokens: Iterable<string>): Mentions => {
  const buckets = new Map<string, Array<string>>()
  let size = 0
  for (const token of new Set(tokens)) {
    const bucket = bucketOf(token)
    const kept = buckets.get(bucket)
    if (kept === undefined) buckets.set(bucket, [token])
    else kept.push(token)
    size++
  }
  const known = new Map<string, readonly [likeness: number, word: string | null]>()
  const find = (token: string) => {
    const cached = known.get(token)
    if (cached !== undefined) return cached
    let best: readonly [number, string | null] = [0, null]
    for (const other of buckets.get(bucketOf(token)) ?? []) {
      const like = likeness(token, other)
      if (like > best[0]) best = [like, other]
    }
    known.set(token, best)
    return best
  }
  return { size, of: (token) => find(token)[0], by: (token) => find(token)[1] }
}
