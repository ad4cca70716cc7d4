/**
 * Is each claim of a draft true of the thing it is said of? A figure is held against every figure of the documents that
 * could be meant, and belongs to the one whose words (subject, attribute, headings) the draft uses most: first in the
 * clause, then the sentence, the sentences before, the client's question. If that one says another figure, the draft is
 * wrong, though its figure may stand elsewhere in the documents.
 * It promises that a figure which is nowhere is refused. It does not understand: a false sentence without any figure,
 * contact or word of promise passes here.
 */
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact, KnowledgeDocument } from "../knowledge/document.ts"
import { afterAnswer, documentOfText, factsOf, subjectJoint } from "../knowledge/facts.ts"
import { givesOrders, withoutOrders } from "../knowledge/injection.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities, numbersIn } from "../knowledge/quantity.ts"
import { likeness, stemOf, stemsOf, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { Instant } from "../time/instant.ts"
import { wallTime } from "../time/wall-clock.ts"
import type { Sentence } from "./sentence.ts"
import { sentencesOf } from "./sentence.ts"

/** What a claim rests on. `talk` claims nothing of the company: the client's own figure, a question about his affairs. */
export type Basis = "fact" | "chat" | "calendar" | "arithmetic" | "talk"

export interface GroundedClaim {
  readonly text: string
  readonly kind: Quantity["kind"] | "promise"
  readonly basis: Basis
  readonly factId: string | null
}

export type UngroundedCode =
  | "ungrounded"
  | "wrong_subject"
  | "wrong_terms"
  | "ungrounded_promise"
  | "ungrounded_contact"
  | "ungrounded_time"

export interface UngroundedClaim {
  readonly code: UngroundedCode
  readonly text: string
  /** Russian, for the redraft and the owner. */
  readonly detail: string
}

export interface GroundingInput {
  readonly text: string
  readonly facts: ReadonlyArray<Fact>
  readonly knowledge: string
  readonly chat: ReadonlyArray<ChatLine>
  readonly now: Instant
  readonly zone: string
  readonly hours: WorkingHours
  readonly freeSlots: ReadonlyArray<Instant>
  readonly bookedCall: Instant | null
}

export interface Grounding {
  readonly claims: ReadonlyArray<GroundedClaim>
  readonly problems: ReadonlyArray<UngroundedClaim>
}

/* ---------------------------------------------------------------- evidence */

interface Evidence {
  readonly quantity: Quantity
  /** Stem → how much it says about what the figure belongs to. */
  readonly words: ReadonlyMap<string, number>
  /** The stems of the narrowest subject. */
  readonly name: ReadonlyArray<string>
  /** `Тариф «Старт»: 9 900 ₸` */
  readonly label: string
  readonly per: ReadonlySet<string>
  /** Durations told of the same subject, `месяц` or `3 месяц`. */
  readonly terms: ReadonlySet<string>
  readonly factId: string | null
  readonly source: "fact" | "text" | "chat"
}

interface Statement {
  readonly text: string
  /** The nearest heading. */
  readonly heading: string
  readonly stems: ReadonlySet<string>
}

interface Index {
  readonly evidence: ReadonlyArray<Evidence>
  /** Read from the whole text: consulted only for figures that no fact has. */
  readonly spare: ReadonlyArray<Evidence>
  readonly statements: ReadonlyArray<Statement>
  readonly vocabulary: ReadonlySet<string>
  readonly contacts: ReadonlySet<string>
  readonly subjects: ReadonlyArray<ReadonlySet<string>>
  /** Lower case, orders taken out. */
  readonly text: string
}

const currencies = new Set(["KZT", "RUB", "USD", "EUR", "KGS", "UZS", "CNY"])
const timeUnitNames = new Set(["секунда", "минута", "час", "день", "неделя", "месяц", "квартал", "год"])

const withUnit = (quantity: Quantity, fact: Fact): Quantity => {
  if (fact.unit === null || (quantity.kind !== "bare" && quantity.kind !== "count")) return quantity
  if (currencies.has(fact.unit)) return { ...quantity, kind: "money", unit: fact.unit }
  if (fact.unit === "%") return { ...quantity, kind: "percent", unit: "%" }
  if (timeUnitNames.has(fact.unit)) return { ...quantity, kind: "duration", unit: fact.unit }
  return quantity
}

const perHints: ReadonlyArray<readonly [string, RegExp]> = [
  ["месяц", /в месяц|\/\s?мес|(?<!\p{L})мес\.|ежемесячн|месячн|абонентск|абонплат|за месяц|подписк/iu],
  ["год", /в год|\/\s?год|за год|годов|ежегодн|на год/iu],
  ["час", /в час|\/\s?час|за час|почасов|(?<!\p{L})1 час/iu],
  ["день", /в сутки|\/\s?сут|за день|\/\s?день|в день|посуточн|за сутки|сутки|день/iu],
  ["неделя", /в неделю|\/\s?нед|за неделю|недел/iu],
  ["человек", /за человека|с человека|на человека|\/\s?чел|за гостя|с гостя|за персону/iu],
]
const hintsOf = (text: string): Set<string> =>
  new Set(perHints.filter(([, pattern]) => pattern.test(text)).map(([unit]) => unit))

const evidenceOfFact = (fact: Fact, source: "fact" | "text"): ReadonlyArray<Evidence> => {
  const quantities = findQuantities(fact.value)
  if (quantities.length === 0) return []
  const parts = fact.subject.split(subjectJoint)
  const words = new Map<string, number>()
  const put = (text: string, weight: number) => {
    // Every price has a price: the word tells it from a deposit, and from nothing else.
    for (const stem of stemsOf(text))
      words.set(stem, Math.max(words.get(stem) ?? 0, stem === "cen" || stem === "srok" ? 0.3 : weight))
  }
  put(fact.value.replace(/\d/g, " "), 0.5)
  put(fact.attribute, 0.9)
  for (const [at, part] of parts.entries()) put(part, at === parts.length - 1 ? 1 : 0.8)
  const name = stemsOf(parts.at(-1) ?? "")
  const surroundings = `${fact.subject} ${fact.attribute} ${fact.value}`
  return quantities.map((quantity) => ({
    quantity: withUnit(quantity, fact),
    words,
    name,
    label: `${parts.slice(-2).join(", ")}: ${quantity.text}`,
    per: hintsOf(surroundings),
    terms: none,
    factId: source === "fact" ? fact.id : null,
    source,
  }))
}

const statementsOf = (document: KnowledgeDocument): ReadonlyArray<Statement> => {
  const statements: Array<Statement> = []
  let headings: Array<{ readonly level: number; readonly text: string }> = []
  for (const block of document.blocks) {
    const text = withoutOrders(block.text).clean
    if (block.kind === "heading") {
      const level = block.level ?? 3
      headings = [...headings.filter((heading) => heading.level < level), { level, text }]
    }
    const under = headings
    headings = afterAnswer(headings, block)
    const above = under.map((heading) => heading.text).join(" ")
    const lines =
      block.rows === undefined
        ? text.split("\n").flatMap((line) => sentencesOf(line).map((sentence) => sentence.text))
        : block.rows.map((row, index) =>
            index === 0 ? row.join(" ") : `${row.join(" ")} ${block.rows![0]!.join(" ")}`,
          )
    for (const line of lines) {
      // A question promises nothing; its answer may.
      if (line.trim() === "" || (block.kind === "heading" && /\?\s*$/.test(line))) continue
      statements.push({
        text: line,
        heading: block.kind === "heading" ? "" : (under.at(-1)?.text ?? ""),
        stems: new Set(wordsOf(`${line} ${above}`).map((word) => word.stem)),
      })
    }
  }
  return statements
}

const indexes = new WeakMap<ReadonlyArray<Fact>, { readonly knowledge: string; readonly index: Index }>()

const indexOf = (facts: ReadonlyArray<Fact>, knowledge: string): Index => {
  const kept = indexes.get(facts)
  if (kept !== undefined && kept.knowledge === knowledge) return kept.index
  const { clean, orders } = withoutOrders(knowledge)
  // A fact that was read from an order is none.
  const ordered = orders.join("\n")
  const honest = facts.filter(
    (fact) =>
      !(ordered.includes(fact.value) && !clean.includes(fact.value)) && !givesOrders(`${fact.attribute} ${fact.value}`),
  )
  const document = documentOfText(clean, "knowledge")
  const evidence = withTerms(honest)
  const read = factsOf(document)
  const spare = read.flatMap((fact) => evidenceOfFact(fact, "text"))
  const statements = [
    ...statementsOf(document),
    ...(clean.trim() === ""
      ? honest.map((fact): Statement => {
          const text = `${fact.subject} ${fact.attribute} ${fact.value}`
          return { text, heading: "", stems: new Set(wordsOf(text).map((word) => word.stem)) }
        })
      : []),
  ]
  const vocabulary = new Set<string>()
  for (const statement of statements) for (const stem of statement.stems) vocabulary.add(stem)
  for (const piece of [...evidence, ...spare]) for (const stem of piece.words.keys()) vocabulary.add(stem)
  const contacts = new Set<string>()
  for (const piece of [...evidence, ...spare]) if (piece.quantity.key !== "") contacts.add(piece.quantity.key)
  for (const quantity of findQuantities(clean)) if (quantity.key !== "") contacts.add(quantity.key)
  const subjects = [...new Set(honest.map((fact) => fact.subject))].map(
    (subject) => new Set(wordsOf(subject).map((word) => word.stem)),
  )
  const index: Index = {
    evidence,
    spare,
    statements,
    vocabulary,
    contacts,
    subjects,
    text: `${clean}\n${honest.map((fact) => `${fact.subject} ${fact.attribute} ${fact.value}`).join("\n")}`
      .toLowerCase()
      .replaceAll("ё", "е"),
  }
  indexes.set(facts, { knowledge, index })
  return index
}

/** A row `Безлимит | 28 000 ₸ | 1 месяц` sells a month: the terms of a subject are what its prices may be said per. */
const withTerms = (facts: ReadonlyArray<Fact>): ReadonlyArray<Evidence> => {
  const terms = new Map<string, Set<string>>()
  const all = facts.map((fact) => ({ fact, pieces: evidenceOfFact(fact, "fact") }))
  for (const { fact, pieces } of all)
    for (const { quantity } of pieces) {
      if (quantity.kind !== "duration" || quantity.to !== null || !fact.subject.includes(subjectJoint)) continue
      const per = perKey(`${quantity.value} ${quantity.unit}`)
      terms.set(fact.subject, (terms.get(fact.subject) ?? new Set()).add(per))
    }
  return all.flatMap(({ fact, pieces }) =>
    pieces.map((piece) => ({ ...piece, terms: terms.get(fact.subject) ?? none })),
  )
}
const none: ReadonlySet<string> = new Set()

/* ---------------------------------------------------------------- context */

/** Cities that a document rarely names one by one: it says `по Казахстану`. */
const cities =
  /^(алмат|астан|шымкент|караганд|қараганд|актоб|актау|атырау|тараз|павлодар|семе|семей|усть|оскемен|костана|кокшетау|уральск|кызылорд|петропавл|туркестан|талдыкорган|темиртау|экибастуз|рудн|жезказган|балхаш|конаев|капшага)/u

interface Context {
  readonly words: ReadonlyMap<string, number>
  /** The stems of the clause alone. */
  readonly clause: ReadonlySet<string>
  readonly sentence: Sentence
  readonly clauseText: string
}

interface DraftView {
  readonly text: string
  readonly sentences: ReadonlyArray<Sentence>
  readonly quantities: ReadonlyArray<Quantity>
  readonly turn: string
  readonly lastBot: string
}

const boundary = /[,;:()\n]|(?<!\p{L})(?:а|но|зато|либо)(?!\p{L})/giu

const contextOf = (claim: { readonly index: number; readonly text: string }, view: DraftView): Context => {
  const sentenceAt = Math.max(
    0,
    view.sentences.findLastIndex((sentence) => sentence.index <= claim.index),
  )
  const sentence = view.sentences[sentenceAt] ?? { text: view.text, index: 0, end: view.text.length }
  const end = claim.index + claim.text.length
  const others = view.quantities.filter(
    (other) =>
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
  const own = view.quantities.find((other) => other.index === claim.index)
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
  // `3 года на фурнитуру и 1 год на монтаж`: what stands before `и` was said of the figure before.
  const inSegment = view.quantities.find(
    (other) =>
      other.index >= segmentStart && other.index < segmentEnd && (own === undefined || other.kind === own.kind),
  )
  const leadsSegment = !has(view.text.slice(segmentStart, inSegment?.index ?? claim.index))
  const joined = previousEnd > segmentStart && /(?<!\p{L})(?:и|плюс)\s*$/iu.test(before) && !hasNextInSegment
  if ((valueFirst || leadsSegment || joined) && has(after)) {
    put(after, 1)
    clause.push(after)
    if (previousEnd === sentence.index) clause.push(before)
    put(before, previousEnd === sentence.index ? 1 : 0.4)
  } else {
    put(before, 1)
    clause.push(before)
    const shared = hasNextInSegment && has(before)
    put(after, shared ? 0.4 : has(before) ? 0.8 : 1)
    if (!shared) clause.push(after)
    if (!has(before) && (!has(after) || shared)) {
      // `Тариф «Старт», 9 900 ₸`
      const wider = view.text.slice(previousEnd, claim.index)
      put(wider, 1)
      clause.push(wider)
      clauseText = `${wider} ${clauseText}`
    }
  }
  put(claim.text.replace(/\d/g, " "), 0.6)
  // The rest of the sentence, the nearer the more.
  put(view.text.slice(previousEnd, claim.index), joined && has(after) ? 0.35 : 0.6)
  put(view.text.slice(sentence.index, claim.index), joined && has(after) ? 0.35 : 0.45)
  put(view.text.slice(end, nextStart), 0.35)
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
  /^(almat|astan|shimkent|shymkent|karagand|aktob|aktau|atyrau|taraz|pavlodar|seme|ust|oskemen|kostana|kokshetau|uralsk|kyzylord|petropavl|turkestan|taldykorgan|temirtau|ekibastuz|rudn|zhezkazgan|balhash|konaev|kapshaga)/u
const cyrillicOf = (stem: string, _text: string) => (latinCities.test(stem) ? "алмат" : stem)

/* ---------------------------------------------------------------- values */

const sameNumber = (one: number, other: number) => Math.abs(one - other) < 1e-6 * Math.max(1, Math.abs(one))

const inMinutes: Readonly<Record<string, number>> = { секунда: 1 / 60, минута: 1, час: 60, день: 1440, неделя: 10_080 }
const inMonths: Readonly<Record<string, number>> = { месяц: 1, квартал: 3, год: 12 }

/** Durations in one measure; months and days are not comparable. */
const measured = (
  quantity: Quantity,
): { readonly value: number; readonly to: number | null; readonly scale: string } => {
  if (quantity.kind !== "duration") return { value: quantity.value, to: quantity.to, scale: "" }
  const minutes = inMinutes[quantity.unit ?? ""]
  const factor = minutes ?? inMonths[quantity.unit ?? ""] ?? 1
  return {
    value: quantity.value * factor,
    to: quantity.to === null ? null : quantity.to * factor,
    scale: minutes === undefined ? "months" : "minutes",
  }
}

const nounStems = (unit: string | null) => wordsOf(unit ?? "").map((word) => word.stem)

/** The counted thing is among the words of the evidence. */
const speaksOfNoun = (claim: Quantity, evidence: Evidence): boolean => {
  const nouns = nounStems(claim.unit)
  const noun = nouns.at(-1)
  if (noun === undefined) return claim.unit === evidence.quantity.unit
  const own = evidence.quantity.kind === "count" ? nounStems(evidence.quantity.unit) : []
  if (own.length > 0) return own.some((stem) => nouns.some((other) => likeness(stem, other) > 0))
  for (const stem of evidence.words.keys()) if (nouns.some((other) => likeness(stem, other) > 0)) return true
  return false
}

const isComparable = (claim: Quantity, evidence: Evidence): boolean => {
  const other = evidence.quantity
  switch (claim.kind) {
    case "money":
      return (other.kind === "money" && other.unit === claim.unit) || (other.kind === "bare" && other.value >= 10)
    case "percent":
      return other.kind === "percent"
    case "duration":
      return other.kind === "duration" || (other.kind === "bare" && evidence.words.has(stemOf(claim.unit ?? "")))
    case "count":
      if (claim.value >= 1000 && other.kind === "money" && !speaksOfNoun(claim, evidence)) return isPriceLike(claim)
      return (other.kind === "count" || other.kind === "bare") && speaksOfNoun(claim, evidence)
    case "bare":
      return (
        other.kind === "bare" ||
        other.kind === "money" ||
        other.kind === "count" ||
        other.kind === "percent" ||
        (other.kind === "date" && other.unit === "year")
      )
    case "clock":
      return other.kind === "clock"
    case "date":
      return other.kind === "date" && other.unit === claim.unit
    default:
      return false
  }
}

/** `9 900 ежемесячно`: an adverb was taken for a noun. */
const isPriceLike = (claim: Quantity) => /(?:но|ах|ий|ая|ой)$|^(?:за|можно|нужно|станет|выйдет)/u.test(claim.unit ?? "")

type Fit = "yes" | "terms" | "no"

/** Whether the claim says what the evidence says; `terms`: the figure is right, `от` or `до` is not. */
const fit = (claim: Quantity, evidence: Evidence): Fit => {
  const mine = measured(claim)
  const other = measured(evidence.quantity)
  const strict =
    claim.kind === "money" || claim.kind === "percent" || (claim.kind === "bare" && evidence.quantity.kind === "money")
  if (claim.kind === "duration" && evidence.quantity.kind === "duration" && mine.scale !== other.scale) return "no"
  const days: Fit =
    claim.kind === "duration" &&
    claim.unit === "день" &&
    evidence.quantity.unit === "день" &&
    claim.workingDays !== evidence.quantity.workingDays
      ? "terms"
      : "yes"
  if (claim.kind === "clock" || claim.kind === "date")
    return sameNumber(mine.value, other.value) || (other.to !== null && sameNumber(mine.value, other.to)) ? "yes" : "no"
  if (mine.to !== null) {
    if (other.to !== null) return sameNumber(mine.value, other.value) && sameNumber(mine.to, other.to) ? days : "no"
    return "no"
  }
  const said = claim.qualifier
  if (other.to !== null) {
    if (claim.kind === "count" && mine.value >= other.value && mine.value <= other.to) return "yes"
    if (sameNumber(mine.value, other.value)) return said === "from" ? days : "terms"
    if (sameNumber(mine.value, other.to)) return said === "to" || claim.kind === "duration" ? days : "terms"
    return "no"
  }
  if (!sameNumber(mine.value, other.value)) return "no"
  switch (evidence.quantity.qualifier) {
    case null:
      return said === "over" || said === "under" ? "terms" : days
    case "from":
      return said === "from" || said === "over" ? days : said === null && claim.kind === "count" ? days : "terms"
    case "to":
      return said === "to" || said === "under" ? days : said === null && !strict ? days : "terms"
    case "over":
      return said === "to" || said === "under" ? "terms" : days
    case "under":
      return said === "from" || said === "over" ? "terms" : days
    case "about":
      return said === "over" || said === "under" ? "terms" : days
  }
}

const perAlias: Readonly<Record<string, string>> = {
  "12 месяц": "год",
  "1 месяц": "месяц",
  "1 год": "год",
  "24 час": "день",
  "7 день": "неделя",
  "3 месяц": "квартал",
}
const perKey = (per: string) => perAlias[per] ?? per
const strictPer = /^(?:человек|чел|гост|персон|м²|м2|кв|кг|час|смен|касс|точк|сотрудник|пользовател|метр|км)/iu

const perFits = (claim: Quantity, evidence: Evidence): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare" && claim.kind !== "count") return true
  if (claim.per === null) return true
  const mine = perKey(claim.per)
  const theirs = evidence.quantity.per === null ? null : perKey(evidence.quantity.per)
  const isTime = timeUnitNames.has(mine) || /^\d/.test(mine)
  if (theirs === mine) return true
  if (theirs === null && claim.kind === "money" && evidence.terms.has(mine)) return true
  if (evidence.quantity.kind === "duration") return true
  if (evidence.per.has(mine)) return theirs === null || !timeUnitNames.has(theirs)
  if (mine === "разово") return theirs === null && !evidence.per.has("месяц")
  if (theirs !== null && !isTime && !timeUnitNames.has(theirs) && likeness(stemOf(theirs), stemOf(mine)) > 0)
    return true
  const stem = stemOf(mine.split(" ").at(-1) ?? mine)
  const inWords = [...evidence.words.keys()].some((word) => likeness(word, stem) > 0)
  if (/^\d/.test(mine)) return theirs === null && inWords && evidence.words.has(`#${mine.split(" ")[0]}`)
  if (isTime) return theirs === null && inWords
  if (inWords) return true
  if (theirs !== null) return false
  return !strictPer.test(mine)
}

/* ---------------------------------------------------------------- the judgement */

interface Judged {
  readonly evidence: Evidence
  readonly score: number
  readonly inClause: number
  readonly coverage: number
}

/** Below this a difference of scores means nothing. */
const marginMin = 0.04

const score = (evidences: ReadonlyArray<Evidence>, context: Context): ReadonlyArray<Judged> => {
  const total = evidences.length
  const counts = new Map<string, number>()
  for (const evidence of evidences)
    for (const stem of evidence.words.keys()) counts.set(stem, (counts.get(stem) ?? 0) + 1)
  const hits = new Map<string, number>()
  const clauseHits = new Map<string, number>()
  for (const stem of counts.keys()) {
    let best = 0
    let inClause = 0
    for (const [word, weight] of context.words) {
      const alike = likeness(stem, word)
      if (alike === 0) continue
      best = Math.max(best, alike * weight)
      if (context.clause.has(word)) inClause = Math.max(inClause, alike)
    }
    if (best > 0) hits.set(stem, best)
    if (inClause > 0) clauseHits.set(stem, inClause)
  }
  const rarity = (stem: string) => (total < 2 ? 1 : Math.log(total / counts.get(stem)!) / Math.log(total))
  return evidences.map((evidence) => {
    let sum = 0
    let inClause = 0
    for (const [stem, weight] of evidence.words) {
      const rare = rarity(stem)
      sum += (hits.get(stem) ?? 0) * weight * rare
      inClause += (clauseHits.get(stem) ?? 0) * weight * rare
    }
    const named = evidence.name.filter((stem) => (hits.get(stem) ?? 0) >= 0.3).length
    return { evidence, score: sum, inClause, coverage: evidence.name.length === 0 ? 0 : named / evidence.name.length }
  })
}

const best = (judged: ReadonlyArray<Judged>): Judged | null =>
  judged.reduce<Judged | null>((top, one) => (top === null || one.score > top.score ? one : top), null)

const clientMeans =
  /(?<!\p{L})(?:бюджет\p{L}*|вы (?:сказали|писали|назвали|указали|упомянули|говорили|планируете|платите|тратите|теряете|ищете|рассчитываете|хотите|просили|спрашивали|написали)|у вас|вашем случае|ваш(?:их|и|е|а|ему|ему)?(?!\p{L})|для ваших|под ваш\p{L}*|тратите|платите|теряете|оборот\p{L}*|уходит)/iu
const denial = /(?<!\p{L})(?:не|нет|ни|вместо|к сожалению|никак)(?!\p{L})/iu
const aboutClient =
  /(?<!\p{L})(?:у вас|вы|вам|вас|ваш\p{L}*|планируете|нужно|нужны|потребуется|хотите|интересует|рассматриваете|сколько)(?!\p{L})/iu
const asksService =
  /(?<!\p{L})(?:стоит|цен\p{L}*|стоимость|оформ\p{L}*|за\s+\d|скидк\p{L}*|доставим|привез[её]м|сделаем|установим|гарант\p{L}*)/iu

const latin = /^[a-z][a-z0-9.+-]*$/iu

/** Every claim of the draft, judged. */
export const groundClaims = (input: GroundingInput): Grounding => {
  const index = indexOf(input.facts, input.knowledge)
  const chat = input.chat
    .slice(-chatLinesMax)
    .map((line) => (line.text.length > lineLettersMax ? { ...line, text: line.text.slice(0, lineLettersMax) } : line))
  return groundWithin({ ...input, chat }, index)
}

/** Of longer chats and lines only so much is weighed; a figure beyond it grounds nothing. */
const chatLinesMax = 60
const lineLettersMax = 4000

const groundWithin = (input: GroundingInput, index: Index): Grounding => {
  const lastOurs = input.chat.findLastIndex((line) => line.from !== "client")
  const turn = input.chat
    .slice(lastOurs + 1)
    .map((line) => line.text)
    .join("\n")
  const view: DraftView = {
    text: input.text,
    sentences: sentencesOf(input.text),
    quantities: findQuantities(input.text),
    turn,
    lastBot: lastOurs < 0 ? "" : input.chat[lastOurs]!.text,
  }
  const said = chatEvidence(input.chat)
  const clientQuantities = input.chat
    .filter((line) => line.from === "client")
    .flatMap((line) => findQuantities(line.text))
  const clientNumbers = input.chat.filter((line) => line.from === "client").flatMap((line) => numbersIn(line.text))
  const chatContacts = new Set(
    input.chat
      .filter((line) => !(line.from === "client" && givesOrders(line.text)))
      .flatMap((line) => findQuantities(line.text))
      .map((quantity) => quantity.key)
      .filter((key) => key !== ""),
  )
  const claims: Array<GroundedClaim> = []
  const problems: Array<UngroundedClaim> = []
  for (const claim of view.quantities) {
    const verdict = judge(claim, { index, view, input, said, clientQuantities, clientNumbers, chatContacts })
    if ("code" in verdict) problems.push(verdict)
    else claims.push(verdict)
  }
  for (const verdict of promisesOf(view, index, input.chat)) {
    if ("code" in verdict) problems.push(verdict)
    else claims.push(verdict)
  }
  for (const name of strangeNames(view, index, input.chat)) problems.push(name)
  return { claims, problems }
}

interface Court {
  readonly index: Index
  readonly view: DraftView
  readonly input: GroundingInput
  readonly said: ReadonlyArray<Evidence>
  readonly clientQuantities: ReadonlyArray<Quantity>
  readonly clientNumbers: ReadonlyArray<number>
  readonly chatContacts: ReadonlySet<string>
}

/** Figures that we said before. What the guard let pass once may be said again of the same thing. */
const chatEvidence = (chat: ReadonlyArray<ChatLine>): ReadonlyArray<Evidence> =>
  chat
    .filter((line) => line.from !== "client")
    .flatMap((line) =>
      factsOf(documentOfText(line.text.replace(/\n/g, ". "), "chat")).flatMap((fact) =>
        evidenceOfFact(
          { ...fact, subject: fact.subject === "chat" ? line.text.replace(/\d/g, " ").slice(0, 300) : fact.subject },
          "text",
        ),
      ),
    )
    .map((evidence) => ({ ...evidence, source: "chat" as const, factId: null }))

const judge = (claim: Quantity, court: Court): GroundedClaim | UngroundedClaim => {
  const { index, view, input } = court
  const pass = (basis: Basis, evidence: Evidence | null = null): GroundedClaim => ({
    text: claim.text,
    kind: claim.kind,
    basis,
    factId: evidence?.factId ?? null,
  })
  if (claim.kind === "phone" || claim.kind === "link" || claim.kind === "email") {
    if (isKnownContact(claim, index.contacts)) return pass("fact")
    if (isKnownContact(claim, court.chatContacts)) return pass("chat")
    const what = claim.kind === "phone" ? "Телефона" : claim.kind === "link" ? "Ссылки" : "Адреса почты"
    return {
      code: "ungrounded_contact",
      text: claim.text,
      detail: `${what} «${claim.text}» нет ни в документах, ни в переписке.`,
    }
  }
  const context = contextOf(claim, view)
  if (claim.to !== null) {
    const whole = weigh(claim, context, court)
    if (whole.kind === "grounded") return pass(whole.basis, whole.evidence)
    if (claim.kind === "money" || claim.kind === "bare" || claim.kind === "duration" || claim.kind === "percent") {
      // The ends may come from two facts: `от 9 900 до 49 900 ₸` over all tariffs.
      const low = weigh({ ...claim, to: null, qualifier: "from" }, context, court)
      const high = weigh({ ...claim, value: claim.to, to: null, qualifier: "to" }, context, court)
      if (low.kind === "grounded" && high.kind === "grounded" && low.evidence !== high.evidence)
        return pass(low.basis, low.evidence)
      if (low.kind === "wrong") return low.problem
      if (high.kind === "wrong") return high.problem
    }
    if (whole.kind === "wrong") return whole.problem
  } else {
    const result = weigh(claim, context, court)
    if (result.kind === "grounded") return pass(result.basis, result.evidence)
    const talk = asTalk(claim, context, court)
    if (talk !== null) return pass(talk)
    if (result.kind === "wrong") {
      if (
        (claim.kind === "money" || claim.kind === "bare") &&
        result.problem.code !== "wrong_terms" &&
        isArithmetic(claim, context, court, true)
      )
        return pass("arithmetic")
      return result.problem
    }
    if (isArithmetic(claim, context, court, false)) return pass("arithmetic")
    if (claim.kind === "clock" || claim.kind === "date") {
      if (isOfCalendar(claim, input)) return pass("calendar")
      if (denial.test(context.clauseText)) return pass("talk")
      if (court.clientQuantities.some((other) => other.kind === claim.kind && sameNumber(other.value, claim.value)))
        return pass("chat")
      return {
        code: "ungrounded_time",
        text: claim.text,
        detail: `Времени или даты «${claim.text}» нет ни в документах, ни в переписке, ни в календаре.`,
      }
    }
  }
  if (claim.to !== null) {
    const talk = asTalk(claim, context, court)
    if (talk !== null) return pass(talk)
  }
  return {
    code: "ungrounded",
    text: claim.text,
    detail: `«${claim.text}» нет в документах. Называйте только то, что в них написано, или предложите уточнить.`,
  }
}

const isKnownContact = (claim: Quantity, known: ReadonlySet<string>): boolean => {
  if (known.has(claim.key)) return true
  // A page of a site that the documents name is another page; the site named without its page is the same site.
  if (claim.kind === "link")
    for (const key of known)
      if (key.startsWith(`${claim.key}/`) || key === `@${claim.key.replace(/^(?:instagram\.com|t\.me)\//, "")}`)
        return true
  if (claim.kind === "phone" && claim.key.length === 12)
    for (const key of known) if (key.length === 11 && key.slice(1) === claim.key.slice(2)) return true
  return false
}

type Weighed =
  | { readonly kind: "grounded"; readonly basis: Basis; readonly evidence: Evidence | null }
  | { readonly kind: "wrong"; readonly problem: UngroundedClaim }
  | { readonly kind: "nowhere" }

const weigh = (claim: Quantity, context: Context, court: Court): Weighed => {
  const { index } = court
  const has = (pool: ReadonlyArray<Evidence>) =>
    pool.some((evidence) => isComparable(claim, evidence) && fit(claim, evidence) !== "no")
  let pool: ReadonlyArray<Evidence> = index.evidence.filter((evidence) => isComparable(claim, evidence))
  if (!has(pool)) pool = [...pool, ...index.spare.filter((evidence) => isComparable(claim, evidence))]
  if (!has(pool)) pool = [...pool, ...court.said.filter((evidence) => isComparable(claim, evidence))]
  if (!has(pool)) return { kind: "nowhere" }
  const judged = score(pool, context)
  const same = judged.filter((one) => fit(claim, one.evidence) !== "no")
  const top = best(same)!
  // A rival is a figure of the same sort that the words fit better.
  const otherClaims = court.view.quantities.filter((other) => other.index !== claim.index)
  const rivals = judged.filter(
    (one) =>
      fit(claim, one.evidence) === "no" &&
      !(
        one.inClause < Math.max(0.2, top.inClause + 0.1) &&
        otherClaims.some((other) => isComparable(other, one.evidence) && fit(other, one.evidence) !== "no")
      ),
  )
  const rival = best(rivals)
  const wrongSubject = (other: Evidence | null): Weighed => ({
    kind: "wrong",
    problem: {
      code: "wrong_subject",
      text: claim.text,
      detail: `«${claim.text}» сказано не о том: в документах это «${top.evidence.label}»${other === null ? "" : `, а здесь речь о «${other.label}»`}.`,
    },
  })
  if (rival !== null) {
    if (rival.score > top.score + marginMin && rival.score - top.score > 0.08 * rival.score)
      return wrongSubject(rival.evidence)
    // `Чистка` is not `Чистка Air Flow`: the name said in full wins over the longer name said in part.
    const whole = rivals.find((one) => one.score >= top.score - marginMin && one.coverage === 1 && one.inClause > 0.15)
    if (whole !== undefined && !same.some((one) => one.score >= top.score - marginMin && one.coverage >= 0.75))
      return wrongSubject(whole.evidence)
  }
  if (isForeign(claim, context, same, court)) return wrongSubject(null)
  const level = same.filter((one) => one.score >= top.score - Math.max(marginMin, 0.08 * top.score))
  const exact = level.filter((one) => fit(claim, one.evidence) === "yes")
  const terms = (detail: string): Weighed => ({
    kind: "wrong",
    problem: { code: "wrong_terms", text: claim.text, detail },
  })
  if (exact.length === 0)
    return terms(
      `«${claim.text}» сказано иначе, чем в документах: «${top.evidence.label}». Не теряйте «от», «до» и «рабочих».`,
    )
  const good = exact.find((one) => perFits(claim, one.evidence) && !isTotalOfPeriod(claim, context, one.evidence))
  if (good === undefined)
    return terms(`«${claim.text}»: в документах это «${exact[0]!.evidence.label}», за другой срок или единицу.`)
  if (
    claim.qualifier === "from" &&
    claim.kind === "money" &&
    rivals.some(
      (one) =>
        one.score >= good.score - marginMin &&
        one.score > 0 &&
        measured(one.evidence.quantity).value < claim.value &&
        perFits({ ...claim, per: good.evidence.quantity.per }, one.evidence) &&
        one.evidence.quantity.per === good.evidence.quantity.per,
    )
  ) {
    return terms(`«${claim.text}»: в документах есть и меньше.`)
  }
  return { kind: "grounded", basis: good.evidence.source === "chat" ? "chat" : "fact", evidence: good.evidence }
}

/** A price per month called the price of everything. */
const isTotalOfPeriod = (claim: Quantity, context: Context, evidence: Evidence): boolean =>
  (claim.kind === "money" && claim.per === null && isPriceOfOne(context, evidence)) ||
  (claim.kind === "money" &&
    claim.per === null &&
    evidence.quantity.per !== null &&
    timeUnitNames.has(evidence.quantity.per) &&
    /(?<!\p{L})(?:разово|единоразов\p{L}*|единовременн\p{L}*|навсегда|один раз|разов\p{L}*|за всё время|бессрочн\p{L}*|без абонентской платы|весь срок|весь период|весь курс)(?!\p{L})/iu.test(
      context.sentence.text,
    ))

/** The price of one, said of two: `для двоих — 18 000 ₸`. */
const isPriceOfOne = (context: Context, evidence: Evidence): boolean =>
  (evidence.per.has("человек") || /^(?:человек|чел|гост|персон|взросл)/iu.test(evidence.quantity.per ?? "")) &&
  /(?<!\p{L})(?:для|на|за)\s+(?:двоих|троих|четверых|пятерых|обоих|всех|вас двоих|вас троих|семью|компанию|группу|(?:[2-9]|\d{2,})\s+(?:человек|чел|гост|персон|взросл|участник)\p{L}*)(?!\p{L})/iu.test(
    context.clauseText,
  )

const verbish = /(?:ть|ться|ет|ют|ут|ит|ят|ат|ем|им|ите|ете|йте|ла|ло|ли|ся|сь|но|ее)$/u
const vague =
  /^(?:вариант|решени|предложени|пакет|стоим|cen|srok|variant|resheni|predlozheni|uslug|mesyac|god|den|chas|nedel|perv|sledu|minim|maksim|bazov|polnost|oplat|summ|itog|start|klient|kompani|tochn|cifr|stoim|ekonom|vygod|raschet|raznic|vsego|obsh|obsch|dopoln)/u

/** The clause names a thing, and nothing that the figure belongs to is named anywhere. */
const isForeign = (claim: Quantity, context: Context, same: ReadonlyArray<Judged>, court: Court): boolean => {
  if (claim.kind === "clock" || claim.kind === "date") return false
  const things = wordsOf(context.clauseText).filter(
    (word) =>
      context.clause.has(word.stem) &&
      !verbish.test(word.text) &&
      word.text.length > 3 &&
      !vague.test(word.stem) &&
      !nounStems(claim.unit).includes(word.stem) &&
      stemOf(claim.per ?? "") !== word.stem,
  )
  if (things.length === 0) return false
  const touches = (evidence: Evidence) => {
    for (const stem of evidence.words.keys()) {
      if (stem === "cen" || stem === "srok" || nounStems(claim.unit).includes(stem) || stemOf(claim.per ?? "") === stem)
        continue
      for (const word of context.words.keys()) if (likeness(stem, word) > 0) return true
    }
    return evidence.name.length === 0
  }
  if (same.some((one) => touches(one.evidence))) return false
  void court
  return true
}

/** The client's own figure given back, or a question about the client's affairs: no claim about us. */
const asTalk = (claim: Quantity, context: Context, court: Court): Basis | null => {
  const sentence = context.sentence.text
  const isQuestion = /\?\s*[\p{Extended_Pictographic}\s)»"]*$/u.test(sentence)
  const byClient = court.clientQuantities.some(
    (other) =>
      (other.kind === claim.kind || other.kind === "bare" || claim.kind === "bare") &&
      (other.kind === "bare" || claim.kind === "bare"
        ? sameNumber(other.value, claim.value)
        : sameNumber(measured(other).value, measured(claim).value)) &&
      (claim.to === null ||
        other.to === claim.to ||
        court.clientQuantities.some((more) => sameNumber(more.value, claim.to!))),
  )
  const isNamed =
    byClient ||
    ((claim.kind === "count" || claim.kind === "bare") &&
      court.clientNumbers.some((number) => sameNumber(number, claim.value)))
  const rivalInClause = () => {
    const pool = court.index.evidence.filter(
      (evidence) => isComparable(claim, evidence) && fit(claim, evidence) === "no" && !admits(evidence.quantity, claim),
    )
    if (pool.length === 0) return false
    const all = court.index.evidence.filter((evidence) => evidence.quantity.kind === claim.kind)
    return score(pool.length === 1 ? pool : all.filter((evidence) => pool.includes(evidence)), context).some(
      (one) =>
        one.inClause > (claim.kind === "count" && pool.length > 1 ? 0.45 : 0.3) &&
        one.evidence.name.some((stem) =>
          [...context.clause].some(
            (word) => likeness(word, stem) > 0 && !nounStems(claim.unit).some((noun) => likeness(noun, word) > 0),
          ),
        ),
    )
  }
  // `за 3 дня — 18 000 ₸`: the term is the sum's, and is judged with it.
  if (
    claim.kind === "duration" &&
    court.view.quantities.some(
      (other) =>
        other.kind === "money" &&
        other.per !== null &&
        (other.per === `${claim.value} ${claim.unit}` || (claim.value === 1 && other.per === claim.unit)) &&
        Math.abs(other.index - claim.index) < 60,
    )
  )
    return "arithmetic"
  if (isNamed) {
    if (
      claim.kind === "money" &&
      /(?<!\p{L})(?:бюджет\p{L}*|для|при (?:сумме|обороте)|(?:от|с|на) (?:суммы|сумме|сумму)|вы (?:сказали|писали|назвали|указали|упомянули|говорили|платите|тратите|теряете))\s+(?:\p{L}+\s+){0,3}$/iu.test(
        court.view.text.slice(context.sentence.index, claim.index),
      )
    )
      return "chat"
    const refused =
      denial.test(context.clauseText) ||
      /(?<!\p{L})(?:а не|вместо|не получится|не сможем|не можем)(?!\p{L})/iu.test(sentence)
    if (refused) return "chat"
    if (claim.kind === "count" || claim.kind === "bare") {
      if (/(?:скидк|гарант|бесплатн)/iu.test(context.clauseText)) return null
      if (claim.kind === "bare" && asksService.test(context.clauseText)) return null
      return rivalInClause() ? null : "chat"
    }
    if (claim.kind === "clock" || claim.kind === "date") return "chat"
    // `Сыну 8 лет`: told, not promised.
    const lead = court.view.text.slice(Math.max(0, claim.index - 14), claim.index)
    if (
      claim.kind === "duration" &&
      claim.qualifier === null &&
      !/(?<!\p{L})(?:за|через|течение|в|срок\p{L}*|—|–|-)\s+$/iu.test(lead) &&
      !/(?:дела|достав|привез|готов|займ|заним|длит|срок|гарант|возвра|верн|успе|уложим|хватит|скидк)/iu.test(
        context.clauseText,
      ) &&
      !/(?<!\p{L})да(?!\p{L})/iu.test(context.clauseText)
    )
      return rivalInClause() ? null : "chat"
    if (
      (clientMeans.test(sentence) || (isQuestion && !asksService.test(sentence))) &&
      !/(?:скидк|гарант)/iu.test(context.clauseText)
    )
      return rivalInClause() ? null : "chat"
    return null
  }
  // `Сколько у вас касс: 1–2 или больше?`
  if (
    isQuestion &&
    (claim.kind === "count" || (claim.kind === "bare" && claim.value < 100)) &&
    aboutClient.test(sentence) &&
    !asksService.test(sentence) &&
    !rivalInClause()
  )
    return "talk"
  if (
    isQuestion &&
    claim.kind === "duration" &&
    /(?<!\p{L})(?:у вас|вы)(?!\p{L})/iu.test(sentence) &&
    !asksService.test(sentence)
  )
    return "talk"
  // `У нас три тарифа: «Старт», «Бизнес» и «Про»`
  if (claim.kind === "count" && claim.value >= 2 && claim.value <= 20 && claim.to === null) {
    const noun = nounStems(claim.unit).at(-1)
    if (noun !== undefined) {
      const named = court.index.subjects.filter((subject) =>
        [...subject].some((stem) => likeness(stem, noun) > 0),
      ).length
      if (named === claim.value) return "fact"
      const listed = /:\s*([^.!?]+)/u.exec(sentence.slice(claim.index - context.sentence.index))?.[1]
      if (
        listed !== undefined &&
        listed.split(/,|;|\s+и\s+|\n/u).filter((item) => /\p{L}/u.test(item)).length === claim.value
      )
        return "fact"
      if ((sentence.match(/«[^»]+»/g) ?? []).length === claim.value) return "fact"
    }
  }
  return null
}

/** `до 5 касс` admits three of them. */
const admits = (rule: Quantity, claim: Quantity): boolean => {
  const value = measured(claim).value
  const bound = measured(rule)
  if (bound.to !== null) return value >= bound.value && value <= bound.to
  if (rule.qualifier === "to") return value <= bound.value
  if (rule.qualifier === "from" || rule.qualifier === "over") return value >= bound.value
  return false
}

const operandsMax = 12

/** Exact arithmetic whose operands are on the table: a price times a number the client or the draft named, sums, discounts. */
const isArithmetic = (claim: Quantity, context: Context, court: Court, ownOperandsOnly: boolean): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare" && !(claim.kind === "count" && claim.value >= 1000)) return false
  const { view, index } = court
  const others = view.quantities.filter((other) => other.index !== claim.index)
  const isSum = (other: Quantity) => other.kind === "money" || (other.kind === "bare" && other.value >= 100)
  const mine = others.filter(isSum).filter((other) => other.value !== claim.value || other.per !== claim.per)
  const prices: Array<{ readonly value: number; readonly per: string | null }> = mine.flatMap((other) => [
    { value: other.value, per: other.per },
    ...(other.to === null ? [] : [{ value: other.to, per: other.per }]),
  ])
  const own = prices.length
  if (!ownOperandsOnly) {
    const pool = index.evidence.filter(
      (evidence) =>
        evidence.quantity.kind === "money" &&
        (claim.unit === null || claim.kind === "count" || evidence.quantity.unit === claim.unit),
    )
    const judged = score(pool, context)
    const top = best(judged)
    if (top !== null && (top.score > 0 || pool.length === 1))
      for (const one of judged)
        if (one.score >= top.score - marginMin)
          prices.push({
            value: one.evidence.quantity.value,
            per: one.evidence.quantity.per ?? [...one.evidence.per][0] ?? null,
          })
    for (const evidence of court.said)
      if (evidence.quantity.kind === "money")
        prices.push({ value: evidence.quantity.value, per: evidence.quantity.per })
  }
  const bounded = prices.slice(0, operandsMax)
  const value = claim.value
  const lastClient = view.turn
  const counts = new Set<number>()
  for (const number of [...numbersIn(view.text.replace(claim.text, " ")), ...court.clientNumbers])
    if (Number.isInteger(number) && number >= 2 && number <= 1000) counts.add(number)
  const sentence = context.sentence.text
  const yearly =
    claim.per === "год" ||
    claim.per === "12 месяц" ||
    /(?<!\p{L})(?:год|годов\p{L}*|12 мес\p{L}*)(?!\p{L})/iu.test(`${sentence} ${lastClient}`)
  if (/(?<!\p{L})полгода(?!\p{L})/iu.test(`${sentence} ${lastClient}`)) counts.add(6)
  if (/(?<!\p{L})(?:вдвоем|вдвоём|обоих|оба|обе)(?!\p{L})/iu.test(`${sentence} ${lastClient}`)) counts.add(2)
  const derived: Array<number> = []
  for (const price of bounded) {
    const isYearOfMonths = price.per === "месяц" || price.per === null
    if (yearly && isYearOfMonths) derived.push(price.value * 12)
    for (const count of counts) {
      // `Блок из 10 тренировок` has its own price.
      if (hasOwnPrice(count, context, index)) continue
      // A month's price times months is no price per month.
      if (
        claim.per !== null &&
        price.per !== null &&
        claim.per !== price.per &&
        !(claim.per === "год" && count === 12) &&
        claim.per !== `${count} ${price.per}`
      )
        continue
      if (claim.per === "год" && price.per === "месяц" && count !== 12) continue
      derived.push(price.value * count)
      if (
        /(?:рассрочк|част|платеж|платёж|на каждого|с каждого|разбить|делить|раздел|по\s|выходит|получается|равн)/iu.test(
          sentence,
        ) &&
        price.per === null
      )
        derived.push(price.value / count)
    }
    if (claim.per === "месяц" && price.per === "год") derived.push(price.value / 12)
  }
  const percents = new Set(others.filter((other) => other.kind === "percent").map((other) => other.value))
  for (const evidence of court.said) if (evidence.quantity.kind === "percent") percents.add(evidence.quantity.value)
  const bases = [...bounded.map((price) => price.value), ...derived]
  const discounted: Array<number> = []
  for (const percent of percents)
    for (const base of bases) discounted.push((base * (100 - percent)) / 100, (base * percent) / 100)
  const reached = [...derived, ...discounted]
  if (reached.some((number) => sameNumber(number, value))) return true
  // Sums and differences of what stands in the draft itself.
  const terms = [
    ...new Set([
      ...prices
        .slice(0, own)
        .slice(0, operandsMax)
        .map((price) => price.value),
      ...(own > 0 ? derived.slice(0, 24) : []),
    ]),
  ]
  const rest = ownOperandsOnly
    ? terms
    : [
        ...new Set([
          ...terms,
          ...court.said
            .filter((evidence) => evidence.quantity.kind === "money")
            .slice(0, 6)
            .map((evidence) => evidence.quantity.value),
          ...discounted.slice(0, 12),
        ]),
      ]
  for (let a = 0; a < rest.length; a++)
    for (let b = a + 1; b < rest.length; b++) {
      if (sameNumber(rest[a]! + rest[b]!, value) || sameNumber(Math.abs(rest[a]! - rest[b]!), value)) return true
      for (let c = b + 1; c < Math.min(rest.length, operandsMax); c++)
        if (sameNumber(rest[a]! + rest[b]! + rest[c]!, value)) return true
    }
  const evidenceTerms = ownOperandsOnly
    ? []
    : index.evidence.filter(
        (evidence) =>
          evidence.quantity.kind === "money" &&
          evidence.name.length > 0 &&
          evidence.name.every((stem) =>
            [...context.words].some(([word, weight]) => weight >= 0.15 && likeness(stem, word) > 0),
          ),
      )
  for (let a = 0; a < Math.min(operandsMax, evidenceTerms.length); a++)
    for (let b = a + 1; b < Math.min(operandsMax, evidenceTerms.length); b++) {
      if (
        /(?<!\p{L})(?:вместе|итого|всего|сумм\p{L}*|плюс|с учетом|с учётом|и то и другое|комплект\p{L}*|общ\p{L}*)(?!\p{L})/iu.test(
          sentence,
        ) &&
        sameNumber(evidenceTerms[a]!.quantity.value + evidenceTerms[b]!.quantity.value, value)
      )
        return true
    }
  return false
}

const hasOwnPrice = (count: number, context: Context, index: Index): boolean =>
  context.clause.has(`#${count}`) &&
  index.evidence.some(
    (evidence) =>
      evidence.quantity.kind === "money" &&
      evidence.words.has(`#${count}`) &&
      [...evidence.words.keys()].some(
        (stem) =>
          stem !== "cen" && !stem.startsWith("#") && [...context.clause].some((word) => likeness(word, stem) > 0),
      ),
  )

const isOfCalendar = (claim: Quantity, input: GroundingInput): boolean => {
  const instants = [...input.freeSlots, ...(input.bookedCall === null ? [] : [input.bookedCall])]
  if (claim.kind === "clock") {
    if (claim.value === input.hours.opensMinute || claim.value === input.hours.closesMinute) return true
    return instants.some((at) => {
      const wall = wallTime(at, input.zone)
      return wall.hour * 60 + wall.minute === claim.value
    })
  }
  if (claim.unit === "year") return wallTime(input.now, input.zone).year === claim.value
  return [input.now, ...instants].some((at) => {
    const wall = wallTime(at, input.zone)
    return wall.month * 100 + wall.day === claim.value
  })
}

/* ---------------------------------------------------------------- promises without figures */

interface PromiseWord {
  readonly name: string
  readonly pattern: RegExp
  /** Whether the documents must say it of the same thing, not only somewhere. */
  readonly ofThing: boolean
}

const promiseWords: ReadonlyArray<PromiseWord> = [
  {
    name: "бесплатно",
    pattern: /(?<!\p{L})(?:бесплатн\p{L}*|безвозмездн\p{L}*|даром|за наш сч[её]т|тегін)(?!\p{L})/giu,
    ofThing: true,
  },
  {
    name: "подарок",
    pattern: /(?<!\p{L})(?:подарок|подарк\p{L}*|подарочн\p{L}*|подарим|дарим|подарит\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "скидка",
    pattern:
      /(?<!\p{L})(?:скидк\p{L}*|скидок|скидочн\p{L}*|дисконт\p{L}*|промокод\p{L}*|купон\p{L}*|снизим цену|уступим|жеңілдік\p{L}*)(?!\p{L})/giu,
    ofThing: true,
  },
  {
    name: "акция",
    pattern:
      /(?<!\p{L})(?:акци(?:я|и|ю|ей|й|ях|онн\p{L}*)|спецпредложени\p{L}*|специальн\p{L}+ (?:цен\p{L}*|предложени\p{L}*)|распродаж\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  { name: "гарантия", pattern: /(?<!\p{L})(?:гаранти\p{L}*|пожизненн\p{L}*)(?!\p{L})/giu, ofThing: true },
  {
    name: "официальный статус",
    pattern:
      /(?<!\p{L})(?:официальн\p{L}* (?:дил\p{L}*|партн\p{L}*|представител\p{L}*|дистрибь\p{L}*|сервис\p{L}*|поставщик\p{L}*)|авторизованн\p{L}*|сертифи\p{L}*|лицензи\p{L}*|аккредит\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "рассрочка",
    pattern: /(?<!\p{L})(?:рассрочк\p{L}*|рассрочек|в кредит|кредит(?:а|у|ом|ы|ов)?|trade-?in|трейд-?ин)(?!\p{L})/giu,
    ofThing: false,
  },
  { name: "бонус", pattern: /(?<!\p{L})(?:бонус\p{L}*|к[еэ]шб[еэ]к\p{L}*|cashback)(?!\p{L})/giu, ofThing: false },
  {
    name: "возврат денег",
    pattern:
      /(?<!\p{L})(?:верн[её]м (?:вам )?(?:деньги|оплату|средства|всю|полную|100|стоимость)|возврат\p{L}* (?:денег|средств|оплаты|стоимости)|вернуть деньги|возвращаем (?:деньги|оплату|средства|стоимость))(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "круглосуточно",
    pattern: /(?<![\p{L}\d])(?:круглосуточн\p{L}*|24\s?[/\\]\s?7|24 на 7|сутками)(?![\p{L}\d])/giu,
    ofThing: false,
  },
  {
    name: "без выходных",
    pattern: /(?<!\p{L})(?:без выходных|без перерыв\p{L}*|ежедневно|семь дней в неделю|7 дней в неделю)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "пробный период",
    pattern:
      /(?<!\p{L})(?:пробн\p{L}+ (?:период\p{L}*|урок\p{L}*|заняти\p{L}*|верси\p{L}*|доступ\p{L}*|тариф\p{L}*|тренировк\p{L}*)|тестов\p{L}+ (?:период\p{L}*|доступ\p{L}*)|демо-?(?:доступ|верси|период)\p{L}*|тест-драйв\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
]
const promiseStem = (name: string, text: string): boolean => {
  const word = promiseWords.find((one) => one.name === name)!
  // `search` neither reads nor moves `lastIndex`, which a global pattern keeps.
  return text.search(word.pattern) >= 0
}

const hedged =
  /(?<!\p{L})(?:уточн\p{L}*|узна(?:ю|ем|ть)|спрош\p{L}*|спросим|провер\p{L}*|подскажет|расскажет|обсуд\p{L}*|не могу|не можем|не предусмотр\p{L}*|не предоставля\p{L}*|не обеща\p{L}*|не указан\p{L}*|нет информации|не знаю|не дела\p{L}*|не даю|не даем|не даём|не действу\p{L}*|не вход\p{L}*|не распростран\p{L}*|менеджер\p{L}*|передам|нет)(?!\p{L})/iu

const promisesOf = (
  view: DraftView,
  index: Index,
  chat: ReadonlyArray<ChatLine>,
): ReadonlyArray<GroundedClaim | UngroundedClaim> => {
  const found: Array<GroundedClaim | UngroundedClaim> = []
  const operators = chat
    .filter((line) => line.from === "operator")
    .map((line) => line.text)
    .join("\n")
  for (const promise of promiseWords) {
    for (const match of view.text.matchAll(promise.pattern)) {
      const context = contextOf({ index: match.index, text: match[0] }, view)
      const near = view.text.slice(
        Math.max(context.sentence.index, match.index - 40),
        Math.min(context.sentence.end, match.index + match[0].length + 40),
      )
      const clause = clauseAround(
        view.text,
        match.index,
        match.index + match[0].length,
        context.sentence,
        promise.name !== "скидка",
      )
      if (
        hedged.test(clause) ||
        (/(?<!\p{L})(?:не|без|нет|ни)\s+(?:\p{L}+\s+)?$/iu.test(near.slice(0, Math.max(0, near.indexOf(match[0])))) &&
          promise.name !== "без выходных")
      )
        continue
      if (
        /\?\s*[\p{Extended_Pictographic}\s]*$/u.test(context.sentence.text) &&
        /(?<!\p{L})(?:важн\p{L}*|для вас|нужн\p{L}*|интересу\p{L}*|рассматрива\p{L}*|ищете|сталкивал\p{L}*)(?!\p{L})/iu.test(
          context.sentence.text,
        ) &&
        promiseStem(promise.name, view.turn)
      )
        continue
      const saying = index.statements.filter(
        (statement) => promiseStem(promise.name, statement.text) || promiseStem(promise.name, statement.heading),
      )
      const positive = saying.filter(
        (statement) =>
          !isDenied(promise, statement.text) &&
          !(
            statement.heading !== "" &&
            promiseStem(promise.name, statement.heading) &&
            /^\s*(?:нет|не|к сожалению)(?!\p{L})/iu.test(statement.text)
          ),
      )
      const pass: GroundedClaim = { text: match[0], kind: "promise", basis: "fact", factId: null }
      if (promiseStem(promise.name, operators)) {
        found.push({ ...pass, basis: "chat" })
        continue
      }
      if (positive.length === 0) {
        found.push({
          code: "ungrounded_promise",
          text: match[0],
          detail: `Обещания «${match[0]}» нет в документах${saying.length > 0 ? ": там сказано обратное" : ""}.`,
        })
        continue
      }
      // A discount with its percent is judged as a figure.
      const hasPercent = promise.name === "скидка" && /%|процент/iu.test(clause)
      if (promise.name === "бесплатно") {
        // Where another figure of the documents fits the words better than what is free, it is not free.
        const words = [...new Set(wordsOf(clause).map((word) => word.stem))].filter(
          (stem) => stem !== "besplatn" && stem !== "cen",
        )
        const met = (stems: Iterable<string>) => {
          const list = [...stems]
          return words.filter((word) => list.some((stem) => likeness(stem, word) > 0)).length
        }
        const free = Math.max(...positive.map((statement) => met(freeStems(promise, statement))))
        const priced = index.evidence
          .filter((evidence) => evidence.quantity.kind === "money" && evidence.quantity.qualifier !== "from")
          .map((evidence) => ({ evidence, met: met(evidence.words.keys()) }))
        const dearer = priced.find((one) => one.met > free)
        if (dearer !== undefined) {
          found.push({
            code: "ungrounded_promise",
            text: match[0],
            detail: `«${match[0]}» сказано не о том: в документах «${dearer.evidence.label}».`,
          })
          continue
        }
      }
      if (promise.ofThing && !hasPercent) {
        const things = wordsOf(clause).filter(
          (word) =>
            !promiseStem(promise.name, word.text) &&
            !verbish.test(word.text) &&
            !/^(?:cen|mesyac|god|den|perv|klient|nov|oplat|polnost|zakaz|summ|uslov|proch|predlag|est)/u.test(
              word.stem,
            ) &&
            word.text.length > 2,
        )
        const known = things.filter((word) => [...index.vocabulary].some((stem) => likeness(stem, word.stem) > 0))
        const covers = (words: typeof things) =>
          positive.some((statement) =>
            words.some((word) => [...statement.stems].some((stem) => likeness(stem, word.stem) > 0)),
          )
        const strict = promise.name === "бесплатно" || promise.name === "гарантия"
        if (
          known.length > 0
            ? !covers(known)
            : strict &&
              things.length > 0 &&
              !covers(
                wordsOf(
                  `${view.sentences
                    .filter((sentence) => sentence.index < match.index)
                    .map((sentence) => sentence.text)
                    .join(" ")} ${view.turn}`,
                ).map((word) => word),
              )
        ) {
          found.push({
            code: "ungrounded_promise",
            text: match[0],
            detail: `«${match[0]}» в документах сказано о другом: «${positive[0]!.text.trim().slice(0, 120)}».`,
          })
          continue
        }
        // The head of the promise, right beside it, must itself be covered: `бесплатная установка` where only delivery is free.
        const head = headBeside(view.text, match.index, match.index + match[0].length)
        if (strict && head !== null && !covers([head])) {
          found.push({
            code: "ungrounded_promise",
            text: `${match[0]} ${head.text}`,
            detail: `«${match[0]}» в документах сказано о другом: «${positive[0]!.text.trim().slice(0, 120)}».`,
          })
          continue
        }
      }
      found.push(pass)
    }
  }
  return found
}

/** The words of what is free: its clause and the head of its line. */
const freeStems = (promise: PromiseWord, statement: Statement): ReadonlyArray<string> => {
  const clauses = statement.text.split(/[,;]\s|[:—–]\s/)
  const own = clauses.filter((clause) => promiseStem(promise.name, clause))
  return [
    ...(clauses[0] === undefined ? [] : wordsOf(clauses[0]).slice(0, 4)),
    ...own.flatMap(wordsOf),
    ...wordsOf(statement.heading),
  ].map((word) => word.stem)
}

const isDenied = (promise: PromiseWord, text: string): boolean => {
  const match = text.matchAll(promise.pattern).next().value
  if (match === undefined) return false
  if (promise.name === "без выходных") return /(?<!\p{L})не\s+(?:работа\p{L}*\s+)?$/iu.test(text.slice(0, match.index))
  const before = text.slice(Math.max(0, match.index - 24), match.index)
  const after = text.slice(match.index + match[0].length, match.index + match[0].length + 40)
  return (
    /(?<!\p{L})(?:не|нет|без|ни)\s+(?:\p{L}+\s+)?$/iu.test(before) ||
    /^[^.,;!?]{0,24}(?<!\p{L})(?:не (?:предоставл|предусмотр|действ|дела|дает|даем|даём|распростран|вход|быва)\p{L}*|нет|отсутств\p{L}*)/iu.test(
      after,
    )
  )
}

const clauseAround = (text: string, from: number, to: number, sentence: Sentence, widen: boolean): string => {
  let start = sentence.index
  let end = sentence.end
  for (const match of sentence.text.matchAll(/[,;()\n—–]|(?<!\p{L})(?:а|но|зато)(?!\p{L})/giu)) {
    const at = sentence.index + match.index
    if (at < from) start = at + 1
    else if (at >= to) {
      end = at
      break
    }
  }
  const clause = text.slice(start, end)
  const own = wordsOf(clause).length - wordsOf(text.slice(from, to)).length
  return own > 0 || !widen ? clause : text.slice(sentence.index, sentence.end)
}

const headBeside = (text: string, from: number, to: number) => {
  if (!/(?:ая|ую|ой|ый|ое|ые|ого|ых)$/iu.test(text.slice(from, to)) || !/^бесплатн/iu.test(text.slice(from, to)))
    return null
  const after = /^\s+((?!(?:и|или|для|по|на|при|в|от|до)(?!\p{L}))\p{L}+(?:\s+\p{L}+)?)/iu.exec(text.slice(to))
  return (
    wordsOf(after?.[1] ?? "").find(
      (word) => !/(?:ая|ую|ый|ое|ые|ого|ых|ой)$/u.test(word.text) && !verbish.test(word.text),
    ) ?? null
  )
}

const unitLetters = /^(?:тг|тн|ч|м|л|г)$/iu

/** A product that nobody ever named: «Премиум» where the documents know «Старт» and «Бизнес». Only where a figure stands by it. */
const strangeNames = (view: DraftView, index: Index, chat: ReadonlyArray<ChatLine>): ReadonlyArray<UngroundedClaim> => {
  const found: Array<UngroundedClaim> = []
  const spoken = new Set(chat.flatMap((line) => wordsOf(line.text).map((word) => word.stem)))
  const isDocumented = (stem: string) =>
    index.vocabulary.has(stem) || [...index.vocabulary].some((known) => likeness(known, stem) > 0)
  const isKnown = (stem: string) => spoken.has(stem) || isDocumented(stem)
  for (const match of view.text.matchAll(/(?<![\d-])\d{1,2}-\d{1,2}-\d{1,2}(?![\d-])/g)) {
    if (
      index.text.includes(match[0]) ||
      view.quantities.some(
        (quantity) =>
          quantity.key !== "" && quantity.index <= match.index && quantity.index + quantity.text.length > match.index,
      )
    )
      continue
    found.push({ code: "ungrounded", text: match[0], detail: `«${match[0]}» нет в документах.` })
  }
  // `X30` where the documents have `X10` and `X20`.
  for (const match of view.text.matchAll(
    /(?<![\p{L}\d-])(\p{L}{1,6})-?(\d{1,5})(?![\d.,]*\d|\s*[₸%])(\p{L}{0,2})(?!\p{L})/gu,
  )) {
    if (/^\p{Ll}/u.test(match[1]!) || unitLetters.test(match[3]!)) continue
    const low = match[0].toLowerCase()
    if (
      index.text.includes(low) ||
      !new RegExp(`(?<![\\p{L}\\d])${match[1]!.toLowerCase()}-?\\d`, "u").test(index.text)
    )
      continue
    if (
      !view.quantities.some(
        (quantity) => quantity.kind === "money" || quantity.kind === "duration" || quantity.kind === "count",
      )
    )
      continue
    found.push({ code: "wrong_subject", text: match[0], detail: `Модели «${match[0]}» нет в документах.` })
  }
  for (const match of view.text.matchAll(/[«"“]([^»"”\n]{2,40})[»"”]/gu)) {
    const words = wordsOf(match[1]!)
    if (words.length === 0 || words.some((word) => isKnown(word.stem))) continue
    const sentence = view.sentences.findLast((one) => one.index <= match.index)
    if (
      sentence === undefined ||
      !view.quantities.some(
        (quantity) =>
          quantity.index >= sentence.index &&
          quantity.index < sentence.end &&
          quantity.kind !== "clock" &&
          quantity.kind !== "date",
      )
    )
      continue
    found.push({ code: "wrong_subject", text: match[0], detail: `Названия ${match[0]} нет в документах.` })
  }
  // `тариф Премиум`: a name without quotes behind the word that calls for one.
  for (const match of view.text.matchAll(
    /(?<!\p{L})(?:тариф\p{L}*|пакет\p{L}*|план\p{L}{0,2}|модел\p{L}*|курс\p{L}{0,2}|абонемент\p{L}*|программ\p{L}*)\s+[«"“]?(\p{Lu}[\p{L}\d-]+)/giu,
  )) {
    if (!/^\p{Lu}/u.test(match[1]!) || wordsOf(match[1]!).length === 0) continue
    const stem = stemOf(match[1]!)
    // A client may ask for what does not exist; then it may be named, but without a figure.
    const sentence = view.sentences.findLast((one) => one.index <= match.index)
    const hasFigure = view.quantities.some(
      (quantity) =>
        sentence !== undefined &&
        quantity.index >= sentence.index &&
        quantity.index < sentence.end &&
        quantity.kind !== "clock" &&
        quantity.kind !== "date",
    )
    if (denial.test(sentence?.text ?? "") && !hasFigure) continue
    if (
      isDocumented(stem) ||
      (!hasFigure && isKnown(stem)) ||
      (latin.test(match[1]!) && index.text.includes(match[1]!.toLowerCase()))
    )
      continue
    found.push({ code: "wrong_subject", text: match[0], detail: `Названия «${match[1]}» нет в документах.` })
  }
  return found
}
