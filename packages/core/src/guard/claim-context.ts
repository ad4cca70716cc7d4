/**
 * What a claim of a draft is said of: the words beside it, its sentence, the sentences before, the client's question, the
 * earlier chat. Nearer words are asked first; only where they do not tell two things apart, the next are.
 */
import { findTimes } from "../calendar/call-time.ts"
import { numerals } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { stemOf } from "../knowledge/wording.ts"
import type { Sentence } from "../reply/sentence.ts"
import { sentencesOf } from "../reply/sentence.ts"
import type { Instant } from "../time/instant.ts"
import { wallTime } from "../time/wall-clock.ts"
import { daysIn } from "./days.ts"
import type { Mentions, Span } from "./segment.ts"
import { joinWithout, mentionsIn, surroundingsOf, tokensIn } from "./segment.ts"

export interface DraftView {
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
  readonly quantities: ReadonlyArray<Quantity>
  /** What the client wrote since our last line. */
  readonly turn: string
  readonly turnQuantities: ReadonlyArray<Quantity>
  readonly lastBot: string
  /** Everything the client wrote before. */
  readonly earlier: string
  readonly daysAt: (start: number, end: number) => number
  readonly turnDays: number
}

/** The unit of a promise without a figure; its own words name no thing. */
export const promised = "promise"

export interface Level {
  readonly mentions: Mentions
  readonly quantities: ReadonlyArray<Quantity>
}

export interface Context {
  readonly sentence: Sentence
  readonly near: string
  readonly gap: string
  /** From the beginning of the sentence to the claim. */
  readonly before: string
  readonly after: string
  /** Nearest first. */
  readonly levels: ReadonlyArray<Level>
  /** How many of them are of its own sentence. */
  readonly ownLevels: number
  /** Of its sentence. */
  readonly days: number
  /** Of the sentences before, then of the question. */
  readonly daysBefore: number
}

const cities =
  /^(?:almat|astan|shimkent|shymkent|karagand|aktob|akta?$|atyr|taraz|pavlodar|seme$|ust$|oskemen|kostan|kokshetau|uralsk|kyzylord|petropavl|turkestan|taldykorgan|temirtau|ekibastuz|rudn|zhezkazgan|balhash|konaev|kapshaga)/u
/** A document rarely names cities one by one: it says `по Казахстану`. */
const wide = ["казахстану", "регионы", "областям", "межгород", "рк"].map(stemOf)
export const isCity = (stem: string): boolean => cities.test(stem)
export const isPlaceName = (stem: string): boolean => cities.test(stem) || wide.includes(stem) || stem === "zagorod"

const withWide = (tokens: ReadonlyArray<string>): ReadonlyArray<string> =>
  tokens.some(isCity) ? [...tokens, ...wide] : tokens

/** `без монтажа` names no mounting, but its want. Same length, so that indices stay true. */
const withoutExcluded = (text: string) =>
  joinWithout(text.replace(/(?<!\p{L})кроме\s+\p{L}+(?!\p{L})/giu, (all) => " ".repeat(all.length)))

const levelOf = (text: string, spans: ReadonlyArray<Span>, quantities: ReadonlyArray<Quantity>): Level => ({
  mentions: mentionsIn(withWide(spans.flatMap((span) => tokensIn(withoutExcluded(text), span, quantities)))),
  quantities: quantities.filter((one) => spans.some((span) => one.index >= span.start && one.index < span.end)),
})

export const levelOfText = (text: string): Level =>
  levelOf(text, [{ start: 0, end: text.length }], findQuantities(text))

const dated = (text: string, now: Instant, zone: string) =>
  findTimes(text, now, zone)
    .filter((time) => time.grain === "day" || time.grain === "hour" || time.grain === "minute")
    .filter(
      (time) =>
        /\p{L}{3}|\.\d\d/u.test(time.text) &&
        !/^\s*(?:в\s+)?\d/u.test(time.text.replace(/^\d{1,2}(?:-?го)?\s+\p{L}{3,}/u, "x")),
    )
    .map((time) => ({
      start: time.index,
      end: time.index + time.text.length,
      days: 1 << ((wallTime(time.at, zone).weekday + 6) % 7),
    }))

/** `30 рабочих дней против 20`: the unit stands once. */
const withUnits = (text: string, quantities: ReadonlyArray<Quantity>): ReadonlyArray<Quantity> =>
  quantities.map((one, at) => {
    const previous = quantities[at - 1]
    if (
      one.kind !== "bare" ||
      previous === undefined ||
      (previous.kind !== "duration" && previous.kind !== "percent" && previous.kind !== "count")
    )
      return one
    const joint = text.slice(previous.index + previous.text.length, one.index)
    return /^\s*(?:против|вместо|а не|или|и|,)\s*$|^,\s+(?:а\s+)?(?:на|для|по)\s+\p{L}+\s*[—–-]?\s*$/iu.test(joint) &&
      one.value < 1000
      ? { ...one, kind: previous.kind, unit: previous.unit, workingDays: previous.workingDays }
      : one
  })

/** `4 бутыли по 1 100 тг — 4 400 тг` are a price and a total, unless the documents know such a range. */
const withTotals = (
  text: string,
  quantities: ReadonlyArray<Quantity>,
  isRange: (quantity: Quantity) => boolean,
): ReadonlyArray<Quantity> =>
  quantities.flatMap((one) => {
    const dash =
      one.to === null
        ? null
        : one.kind === "money"
          ? /(?:₸|тг|тенге|kzt)\.?\s[—–-]\s/iu.exec(one.text)
          : // `четыре спальника по 3 500 — 14 000`
            one.kind === "bare" && /(?<!\p{L})по\s+$/iu.test(text.slice(0, one.index))
            ? /\s[—–-]\s/u.exec(one.text)
            : null
    if (dash === null || isRange(one)) return [one]
    const from = dash.index + dash[0].length
    return [
      { ...one, to: null, per: null, text: one.text.slice(0, from).replace(/\s*[—–-]\s$/u, "") },
      { ...one, value: one.to!, to: null, qualifier: null, index: one.index + from, text: one.text.slice(from) },
    ]
  })

export const viewOf = (
  draft: string,
  chat: ReadonlyArray<{ readonly from: string; readonly text: string }>,
  now: Instant,
  zone: string,
  isRange: (quantity: Quantity) => boolean,
): DraftView => {
  // English groups its thousands by commas.
  const text = /\p{Script=Cyrillic}/u.test(draft) ? draft : draft.replace(/(\d),(?=\d{3}(?!\d))/g, "$1 ")
  const lastOurs = chat.findLastIndex((line) => line.from !== "client")
  const turn = chat
    .slice(lastOurs + 1)
    .map((line) => line.text)
    .join("\n")
  const times = dated(text, now, zone)
  const turnTimes = dated(turn.slice(0, 2000), now, zone)
  return {
    text,
    sentences: sentencesOf(text),
    quantities: withUnits(text, withTotals(text, findQuantities(text), isRange)),
    turn,
    turnQuantities: findQuantities(turn),
    lastBot: lastOurs < 0 ? "" : chat[lastOurs]!.text,
    earlier: chat
      .slice(0, Math.max(0, lastOurs))
      .filter((line) => line.from === "client")
      .map((line) => line.text)
      .join("\n"),
    daysAt: (start, end) =>
      daysIn(text.slice(start, end)) |
      times.filter((time) => time.start < end && time.end > start).reduce((mask, time) => mask | time.days, 0),
    turnDays: daysIn(turn) | turnTimes.reduce((mask, time) => mask | time.days, 0),
  }
}

const chats = new WeakMap<DraftView, ReadonlyArray<Level>>()
const chatLevels = (view: DraftView): ReadonlyArray<Level> => {
  const kept = chats.get(view)
  if (kept !== undefined) return kept
  const levels = [view.turn, view.lastBot, view.earlier].map((text) => {
    const quantities = text === view.turn ? view.turnQuantities : findQuantities(text)
    return levelOf(text, [{ start: 0, end: text.length }], quantities)
  })
  chats.set(view, levels)
  return levels
}

/** An item of a list stands for itself; what opens the list is the sentence before it. */
const itemAt = (text: string, sentence: Sentence, at: number): Span => {
  const whole = { start: sentence.index, end: sentence.end }
  const lines = text.slice(whole.start, whole.end)
  if (!/\n\s*(?:[•·*–—-]|\d{1,2}[.)])\s/u.test(lines)) return whole
  const from = text.lastIndexOf("\n", at - 1)
  const to = text.indexOf("\n", at)
  return from < whole.start
    ? { start: whole.start, end: to < 0 ? whole.end : Math.min(to, whole.end) }
    : { start: from + 1, end: to < 0 ? whole.end : Math.min(to, whole.end) }
}

const sentencesBackMax = 4

export const contextOf = (claim: Quantity, view: DraftView): Context => {
  const sentenceAt = Math.max(
    0,
    view.sentences.findLastIndex((sentence) => sentence.index <= claim.index),
  )
  const sentence = view.sentences[sentenceAt] ?? { text: view.text, index: 0, end: view.text.length }
  const span = itemAt(view.text, sentence, claim.index)
  const { near, gap } = surroundingsOf(view.text, claim, span, view.quantities)
  // Its own number tells nothing of what it is said of.
  const others = view.quantities.filter((one) => one.index !== claim.index)
  const blank =
    view.text.slice(0, claim.index) +
    (claim.unit !== promised && (claim.kind === "money" || claim.kind === "bare" || claim.kind === "count")
      ? claim.text
          .replace(/\d/g, " ")
          .replace(/\p{L}+/gu, (word) => (numerals.has(word.toLowerCase()) ? " ".repeat(word.length) : word))
      : " ".repeat(claim.text.length)) +
    view.text.slice(claim.index + claim.text.length)
  // Back over one figure after another: `установка ещё 48 000, то есть по 12 000` is nearer than the kit named before.
  const back = view.quantities
    .filter(
      (one) =>
        one.index >= span.start && one.index < gap[0]!.start && (one.kind === "money" || one.kind === claim.kind),
    )
    .slice(-4)
    .reverse()
    .map((one) => surroundingsOf(view.text, one, span, view.quantities).gap[0]!.start)
    .filter((start) => start > span.start)
    .map((start) => [{ start, end: claim.index + claim.text.length }])
  const own = [near, gap, ...back, [{ start: span.start, end: claim.index + claim.text.length }], [span]].map((spans) =>
    levelOf(blank, spans, others),
  )
  const opening = span.start > sentence.index ? view.text.slice(sentence.index, span.start).search(/\n/) : -1
  const before = [
    ...(opening > 0
      ? [levelOf(view.text, [{ start: sentence.index, end: sentence.index + opening }], view.quantities)]
      : []),
    ...view.sentences
      .slice(Math.max(0, sentenceAt - sentencesBackMax), sentenceAt)
      .reverse()
      .map((one) => levelOf(view.text, [{ start: one.index, end: one.end }], view.quantities)),
  ]
  const behind = view.sentences
    .slice(sentenceAt + 1, sentenceAt + 1 + sentencesBackMax)
    .map((one) => levelOf(view.text, [{ start: one.index, end: one.end }], view.quantities))
  const textOf = (spans: ReadonlyArray<Span>) => spans.map((one) => view.text.slice(one.start, one.end)).join(" ")
  const nearDays = near.reduce((mask, one) => mask | view.daysAt(one.start, one.end), 0)
  const days = nearDays || view.daysAt(span.start, claim.index + claim.text.length) || view.daysAt(span.start, span.end)
  return {
    sentence,
    near: textOf(near),
    gap: textOf(gap),
    before: view.text.slice(span.start, claim.index),
    after: view.text.slice(claim.index + claim.text.length, span.end),
    // What a sum is said of is named before it; a term may come first: `15 дней. Эмаль возьмёте?`
    levels: [
      ...own,
      ...before,
      ...chatLevels(view).slice(0, 1),
      ...(claim.kind === "duration" ? behind : []),
      ...chatLevels(view).slice(1),
    ],
    ownLevels: own.length,
    days,
    daysBefore: view.daysAt(0, span.start) || view.turnDays,
  }
}
