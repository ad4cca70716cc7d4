/**
 * The figures of the documents and of our own messages, each with the words it belongs to, ready to be held against a
 * draft. Built once per set of facts. It promises that nothing an order in the text asked for is among them.
 */
import { addressParts } from "../knowledge/address.ts"
import type { Fact, KnowledgeDocument } from "../knowledge/document.ts"
import { afterAnswer, afterList, documentOfText, factsOf, subjectJoint } from "../knowledge/facts.ts"
import { givesOrders, withoutOrders } from "../knowledge/injection.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { stemOf, stemsOf, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import { sentencesOf } from "../reply/sentence.ts"
import { perKey } from "./comparison.ts"

export interface Evidence {
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
  /** Amounts told of the same subject: `до 5 касс`. */
  readonly counts: ReadonlyArray<Quantity>
  /** What its line is paid per: `8 занятий` of `24 000 ₸ в месяц, 8 занятий` are of a month. */
  readonly periods: ReadonlySet<string>
  /** A sum that something begins at, such as `при заказе от 25 000 ₸`: nobody's price. */
  readonly isThreshold: boolean
  /** From how many pieces on it is the price, 0 if from one. */
  readonly tier: number
  /** The tier is one of time: `от 3 суток`. */
  readonly tierUnit: string | null
  /** Itself such a bound: a price depends on it. */
  readonly ofTier: boolean
  /** Its line says `на все`, `любые`. */
  readonly ofAll: boolean
  /** What follows `на` in its line: `скидка на оформление`. */
  readonly onto: ReadonlyArray<string>
  readonly factId: string | null
  readonly source: "fact" | "text" | "chat"
}

export interface Statement {
  readonly text: string
  /** The nearest heading. */
  readonly heading: string
  readonly stems: ReadonlySet<string>
}

export interface Index {
  readonly evidence: ReadonlyArray<Evidence>
  /** Read from the whole text: consulted only for figures that no fact has. */
  readonly spare: ReadonlyArray<Evidence>
  readonly statements: ReadonlyArray<Statement>
  readonly vocabulary: ReadonlySet<string>
  /** What the lines of the documents begin with: things that are told of. */
  readonly heads: ReadonlySet<string>
  readonly contacts: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
  readonly subjects: ReadonlyArray<ReadonlySet<string>>
  /** Lower case, orders taken out. */
  readonly text: string
}

const currencies = new Set(["KZT", "RUB", "USD", "EUR", "KGS", "UZS", "CNY"])

export const timeUnitNames = new Set(["секунда", "минута", "час", "день", "неделя", "месяц", "квартал", "год"])

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
  const tier = quantities.some((one) => one.kind === "money" || one.kind === "percent")
    ? findQuantities(fact.attribute).find(
        (one) => (one.kind === "count" || one.kind === "duration") && one.qualifier === "from",
      )
    : undefined
  return quantities.map((quantity) => ({
    quantity: withUnit(quantity, fact),
    words,
    name,
    label: `${parts.slice(-2).join(", ")}: ${quantity.text}`,
    per: hintsOf(surroundings),
    terms: none,
    counts: quantities.filter((other) => other.kind === "count"),
    periods: none,
    onto: [...`${parts.at(-1) ?? ""} ${fact.attribute}`.matchAll(/(?<!\p{L})на\s+(\p{L}{3,})/giu)].map((one) =>
      stemOf(one[1]!),
    ),
    ofAll: /(?<!\p{L})(?:вс[её]|всех|всем|всю|весь|люб\p{L}+)(?!\p{L})/iu.test(surroundings),
    tier: tier?.value ?? 0,
    tierUnit: tier?.kind === "duration" ? tier.unit : null,
    ofTier: quantity.kind === "duration" && quantity.qualifier === "from",
    isThreshold:
      quantity.kind === "money" &&
      (quantity.qualifier === "from" || quantity.qualifier === "over") &&
      /(?<!\p{L})(?:при|заказ[а-я]*|сумм[а-я]*|покупк[а-я]*|чек[а-я]*|бесплатно|скидка)(?!\p{L})/iu.test(
        `${parts.at(-1) ?? ""} ${fact.attribute}`,
      ),
    factId: source === "fact" ? fact.id : null,
    source,
  }))
}

const statementsOf = (document: KnowledgeDocument): ReadonlyArray<Statement> => {
  const statements: Array<Statement> = []
  let headings: Array<{ readonly level: number; readonly text: string }> = []
  for (const [position, block] of document.blocks.entries()) {
    headings = afterList(headings, block, document.blocks[position - 1])
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

export const indexOf = (facts: ReadonlyArray<Fact>, knowledge: string): Index => {
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
    heads: new Set(
      statements.flatMap((statement) => wordsOf(statement.text.slice(0, 40)).slice(0, 1)).map((word) => word.stem),
    ),
    contacts,
    addresses: new Set(
      [clean, ...honest.map((fact) => `${fact.attribute} ${fact.value}`)].flatMap(addressParts).map((part) => part.key),
    ),
    subjects,
    text: `${clean}\n${honest.map((fact) => `${fact.subject} ${fact.attribute} ${fact.value}`).join("\n")}`
      .toLowerCase()
      .replaceAll("ё", "е"),
  }
  indexes.set(facts, { knowledge, index })
  return index
}

/** Facts of one thing; a thing without a name of its own is told apart by its block. */
const keyOf = (fact: Fact) =>
  fact.subject.includes(subjectJoint) ? fact.subject : `${fact.subject} ${fact.id.replace(/\.\d+$/, "")}`

/** A row `Безлимит | 28 000 ₸ | 1 месяц` sells a month: the terms of a subject are what its prices may be said per. */
const withTerms = (facts: ReadonlyArray<Fact>): ReadonlyArray<Evidence> => {
  const terms = new Map<string, Set<string>>()
  const counts = new Map<string, Array<Quantity>>()
  const periods = new Map<string, Set<string>>()
  const all = facts.map((fact) => ({ fact, pieces: evidenceOfFact(fact, "fact") }))
  for (const { fact, pieces } of all) {
    const key = keyOf(fact)
    for (const { quantity } of pieces) {
      if (quantity.per !== null && quantity.kind === "money")
        periods.set(key, (periods.get(key) ?? new Set()).add(quantity.per))
      if (quantity.kind === "count") {
        const told = counts.get(key)
        if (told === undefined) counts.set(key, [quantity])
        else if (told.length < 12) told.push(quantity)
      }
      if (quantity.kind !== "duration" || quantity.to !== null) continue
      const per = perKey(`${quantity.value} ${quantity.unit}`)
      terms.set(key, (terms.get(key) ?? new Set()).add(per))
    }
  }
  return all.flatMap(({ fact, pieces }) =>
    pieces.map((piece) => ({
      ...piece,
      terms: terms.get(keyOf(fact)) ?? none,
      periods: periods.get(keyOf(fact)) ?? none,
      counts: counts.get(keyOf(fact)) ?? piece.counts,
    })),
  )
}

const none: ReadonlySet<string> = new Set()

/** Figures that we said before. What the guard let pass once may be said again of the same thing. */
export const chatEvidence = (chat: ReadonlyArray<ChatLine>): ReadonlyArray<Evidence> =>
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
