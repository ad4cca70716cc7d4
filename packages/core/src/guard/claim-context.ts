/**
 * What a claim of a draft is said of: the words around it, the nearer the heavier, first its clause, then its sentence, the
 * sentences before, the client's question. A reading of punctuation, not a grammar.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { stemOf, stemsOf, wordsOf } from "../knowledge/wording.ts"
import type { Sentence } from "../reply/sentence.ts"

/** Cities that a document rarely names one by one: it says `по Казахстану`. */
const cities =
  /^(алмат|астан|шымкент|караганд|қараганд|актоб|актау|атырау|тараз|павлодар|семе|семей|усть|оскемен|костана|кокшетау|уральск|кызылорд|петропавл|туркестан|талдыкорган|темиртау|экибастуз|рудн|жезказган|балхаш|конаев|капшага)/u

export interface Context {
  readonly words: ReadonlyMap<string, number>
  /** The stems of the clause alone. */
  readonly clause: ReadonlySet<string>
  readonly sentence: Sentence
  readonly clauseText: string
}

export interface DraftView {
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
  readonly quantities: ReadonlyArray<Quantity>
  readonly turn: string
  readonly lastBot: string
}

const boundary = /[,;:()\n]|(?<!\p{L})(?:а|но|зато|либо)(?!\p{L})/giu

export const contextOf = (claim: { readonly index: number; readonly text: string }, view: DraftView): Context => {
  const sentenceAt = Math.max(
    0,
    view.sentences.findLastIndex((sentence) => sentence.index <= claim.index),
  )
  const sentence = view.sentences[sentenceAt] ?? { text: view.text, index: 0, end: view.text.length }
  const end = claim.index + claim.text.length
  const own = view.quantities.find((other) => other.index === claim.index)
  const isSum = (one: Quantity) => one.kind === "money" || one.kind === "bare"
  const others = view.quantities.filter(
    (other) =>
      // `15 роз за 14 900 ₸`: the number of roses belongs to what the sum is said of.
      (own === undefined ||
        other.kind === own.kind ||
        (isSum(own) && isSum(other)) ||
        (own.kind !== "money" && own.kind !== "percent" && other.index < claim.index) ||
        (other.index > claim.index && isSum(other))) &&
      other.index >= sentence.index &&
      other.index < sentence.end &&
      (other.index + other.text.length <= claim.index || other.index >= end),
  )
  const previousEnd = others
    .filter((other) => other.index < claim.index)
    .reduce((far, other) => Math.max(far, other.index + other.text.length), sentence.index)
  const nextStart = others.find((other) => other.index >= end)?.index ?? sentence.end
  let segmentStart = sentence.index
  let segmentEnd = sentence.end
  for (const match of sentence.text.matchAll(boundary)) {
    const at = sentence.index + match.index
    if (at < claim.index) {
      // A colon leads to its figure, and a comma within `9 900, 00` is no boundary.
      if (match[0] !== ":") segmentStart = at + match[0].length
    } else if (at >= end) {
      segmentEnd = at
      break
    }
  }
  const words = new Map<string, number>()
  const put = (text: string, weight: number) => {
    for (const stem of stemsOf(text)) words.set(stem, Math.max(words.get(stem) ?? 0, weight))
  }
  const beforeFrom = Math.max(segmentStart, previousEnd)
  const before = view.text.slice(beforeFrom, claim.index)
  const afterTo = Math.min(segmentEnd, nextStart)
  const after = view.text.slice(end, afterTo)
  const hasNextInSegment = nextStart < segmentEnd
  const firstInSentence = view.quantities.find(
    (other) =>
      other.index >= sentence.index && other.index < sentence.end && (own === undefined || other.kind === own.kind),
  )
  const valueFirst =
    wordsOf(view.text.slice(sentence.index, Math.min(firstInSentence?.index ?? claim.index, claim.index))).filter(
      (word) => word.stem !== "cen",
    ).length === 0
  const has = (text: string) => wordsOf(text).some((word) => word.stem !== "cen")
  let clauseText = `${before} ${view.text.slice(claim.index, end)} ${after}`
  const clause: Array<string> = []
  // `7 000 ₸ и подъём 5 000 ₸`: what follows belongs to the next figure.
  let leadsOn = false
  // `3 года на фурнитуру и 1 год на монтаж`: what stands before `и` was said of the figure before.
  const inSegment = view.quantities.find(
    (other) =>
      other.index >= segmentStart && other.index < segmentEnd && (own === undefined || other.kind === own.kind),
  )
  const leadsSegment = !has(view.text.slice(segmentStart, inSegment?.index ?? claim.index))
  const joined = previousEnd > segmentStart && /(?<!\p{L})(?:и|плюс)\s*$/iu.test(before) && !hasNextInSegment
  // `есть букет из 15 роз за 14 900 ₸`, whatever figure began the sentence.
  const isLed =
    previousEnd > sentence.index &&
    wordsOf(before).length > 1 &&
    !/^\s*(?:за|на|для|—|–|-)\s/iu.test(before) &&
    /(?:[—–:-]|(?<!\p{L})(?:за|по|стоит|стоят|обойд[её]тся(?: в)?|цена))\s*$/iu.test(before)
  if ((((valueFirst || leadsSegment) && !isLed) || joined) && has(after)) {
    put(after, 1)
    clause.push(after)
    if (previousEnd === sentence.index) clause.push(before)
    put(before, previousEnd === sentence.index ? 1 : 0.4)
  } else {
    put(before, 1)
    clause.push(before)
    const shared = hasNextInSegment && has(before)
    leadsOn = shared && /^\s*(?:и|плюс|а|\+)\s/iu.test(after)
    const accompanies = /^\s*(?:с|со|и|плюс|включая|при)\s/iu.test(after)
    put(after, leadsOn ? 0.15 : shared || (has(before) && accompanies) ? 0.4 : has(before) ? 0.8 : 1)
    if (!shared) clause.push(after)
    if (!has(before) && (!has(after) || shared)) {
      // `Тариф «Старт», 9 900 ₸`
      const wider = view.text.slice(previousEnd, claim.index)
      put(wider, 1)
      clause.push(wider)
      clauseText = `${wider} ${clauseText}`
    }
  }
  put(claim.text.replace(/\d/g, " "), own?.kind === "money" ? 0.9 : 0.6)
  // The rest of the sentence, the nearer the more.
  put(view.text.slice(previousEnd, claim.index), joined && has(after) ? 0.35 : 0.6)
  put(view.text.slice(sentence.index, claim.index), joined && has(after) ? 0.35 : 0.45)
  put(view.text.slice(end, nextStart), leadsOn ? 0.15 : 0.35)
  put(view.text.slice(end, sentence.end), 0.15)
  let weight = 0.3
  for (let at = sentenceAt - 1; at >= 0 && weight > 0.05; at--, weight *= 0.6) put(view.sentences[at]!.text, weight)
  put(view.turn, 0.2)
  put(view.lastBot, 0.06)
  for (const [stem, weight] of [...words]) {
    if (!cities.test(cyrillicOf(stem, view.text))) continue
    for (const wide of wideStems) words.set(wide, Math.max(words.get(wide) ?? 0, weight * 0.95))
  }
  const clauseStems = new Set(clause.flatMap(stemsOf))
  return { words, clause: clauseStems, sentence, clauseText }
}

const wideStems = [stemOf("казахстану"), stemOf("регионы"), stemOf("областям"), stemOf("межгород"), stemOf("рк")]

const latinCities =
  /^(almat|astan|shimkent|shymkent|karagand|aktob|akta?$|atyr|taraz|pavlodar|seme|ust|oskemen|kostan|kokshetau|uralsk|kyzylord|petropavl|turkestan|taldykorgan|temirtau|ekibastuz|rudn|zhezkazgan|balhash|konaev|kapshaga)/u

export const isCity = (stem: string): boolean => latinCities.test(stem)
/** A city, or what stands for the rest of the country. */
export const isPlace = (stem: string): boolean =>
  latinCities.test(stem) || wideStems.includes(stem) || stem === "zagorod"
const cyrillicOf = (stem: string, _text: string) => (latinCities.test(stem) ? "алмат" : stem)
