/**
 * Which figure of the documents a claim means: the one whose words the draft uses most. A claim whose figure stands
 * elsewhere, while the words point here, is of the wrong subject.
 */
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import { numbersIn } from "../knowledge/numeral.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { Instant } from "../time/instant.ts"
import type { Basis, UngroundedClaim } from "./claim.ts"
import type { Context, DraftView } from "./claim-context.ts"
import { isCity } from "./claim-context.ts"
import { admits, fit, isComparable, measured, nounStems, perFits, sameNumber } from "./comparison.ts"
import type { Evidence, Index } from "./evidence.ts"
import { timeUnitNames } from "./evidence.ts"

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

interface Judged {
  readonly evidence: Evidence
  readonly score: number
  readonly inClause: number
  readonly coverage: number
}

/** Below this a difference of scores means nothing. */
export const marginMin = 0.04

export const score = (evidences: ReadonlyArray<Evidence>, context: Context): ReadonlyArray<Judged> => {
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

export const best = (judged: ReadonlyArray<Judged>): Judged | null =>
  judged.reduce<Judged | null>((top, one) => (top === null || one.score > top.score ? one : top), null)

export interface Court {
  readonly index: Index
  readonly view: DraftView
  readonly input: GroundingInput
  readonly said: ReadonlyArray<Evidence>
  readonly clientQuantities: ReadonlyArray<Quantity>
  readonly clientNumbers: ReadonlyArray<number>
  /** Of the message being answered. */
  readonly turnQuantities: ReadonlyArray<Quantity>
  readonly chatContacts: ReadonlySet<string>
  /** Where the figures stand that have been found true so far. */
  readonly settled: ReadonlySet<number>
}

type Weighed =
  | { readonly kind: "grounded"; readonly basis: Basis; readonly evidence: Evidence | null }
  | { readonly kind: "wrong"; readonly problem: UngroundedClaim }
  | { readonly kind: "nowhere" }

export const weigh = (claim: Quantity, context: Context, court: Court): Weighed => {
  const { index } = court
  const has = (pool: ReadonlyArray<Evidence>) =>
    pool.some((evidence) => isComparable(claim, evidence) && fit(claim, evidence) !== "no")
  let pool: ReadonlyArray<Evidence> = index.evidence.filter((evidence) => isComparable(claim, evidence))
  if (!has(pool)) pool = [...pool, ...index.spare.filter((evidence) => isComparable(claim, evidence))]
  if (!has(pool)) pool = [...pool, ...court.said.filter((evidence) => isComparable(claim, evidence))]
  if (!has(pool)) return { kind: "nowhere" }
  const judged = score(pool, context)
  const alike = judged.filter((one) => fit(claim, one.evidence) !== "no")
  const same = alike.filter((one) => !isContrary(context, one.evidence))
  if (same.length === 0) {
    const other = alike[0]!.evidence
    return {
      kind: "wrong",
      problem: {
        code: "wrong_subject",
        text: claim.text,
        detail: `«${claim.text}» сказано не о том: в документах это «${other.label}».`,
      },
    }
  }
  const top = best(same)!
  // A rival is a figure of the same sort that the words fit better.
  const otherClaims = court.view.quantities.filter((other) => other.index !== claim.index)
  const rivals = judged.filter(
    (one) =>
      fit(claim, one.evidence) === "no" &&
      !isContrary(context, one.evidence) &&
      !(claim.kind === "percent" && isBelowTier(claim, context, one.evidence, court)) &&
      !(one.evidence.isThreshold && claim.qualifier === null) &&
      // The two ends of `с 9:00 до 18:00` are no rivals.
      !(claim.kind === "clock" && claim.qualifier !== null && one.evidence.quantity.qualifier !== claim.qualifier) &&
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
  if (
    isForSecond(claim, context, top.evidence) ||
    (claim.kind === "percent" && isBelowTier(claim, context, top.evidence, court)) ||
    isForAll(claim, context, top.evidence) ||
    isOntoOther(claim, context, top.evidence, court)
  )
    return wrongSubject(null)
  const level = same.filter((one) => one.score >= top.score - Math.max(marginMin, 0.08 * top.score))
  const exact = level.filter((one) => fit(claim, one.evidence) === "yes")
  const terms = (detail: string): Weighed => ({
    kind: "wrong",
    problem: { code: "wrong_terms", text: claim.text, detail },
  })
  if (exact.length === 0 && !isSaidElsewise(claim, context, top.evidence))
    return terms(
      `«${claim.text}» сказано иначе, чем в документах: «${top.evidence.label}». Не теряйте «от», «до» и «рабочих».`,
    )
  const good = (exact.length === 0 ? [top] : exact).find(
    (one) => perFits(claim, one.evidence) && !isTotalOfPeriod(claim, context, one.evidence, court),
  )
  if (good === undefined)
    return terms(`«${claim.text}»: в документах это «${(exact[0] ?? top).evidence.label}», за другой срок или единицу.`)
  const other = coordinated(claim, context, good, rivals, court)
  if (other !== null) return wrongSubject(other)
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

/** `Минимальный заказ 2 часа` for `минимум 2 часа`; `до 30 минут не платите` for `более 30 минут оплачивается`. */
const isSaidElsewise = (claim: Quantity, context: Context, evidence: Evidence): boolean => {
  const rule = evidence.quantity.qualifier
  const text = context.sentence.text.slice(0, claim.index - context.sentence.index)
  if (
    claim.kind === "duration" &&
    claim.qualifier === null &&
    rule === "from" &&
    evidence.ofTier &&
    /(?<!\p{L})(?:на|за)\s*$/iu.test(text)
  )
    return true
  if (claim.qualifier === null)
    return (
      (rule === "from" &&
        /(?<!\p{L})(?:минимальн\p{L}*|минимум|не менее|начина\p{L}*)(?!\p{L})[^.,;\d]{0,40}$/iu.test(text)) ||
      (rule === "to" &&
        /(?<!\p{L})(?:максимальн\p{L}*|максимум|не более|не больше)(?!\p{L})[^.,;\d]{0,40}$/iu.test(text))
    )
  return (
    claim.qualifier === "to" &&
    (rule === "over" || rule === "from") &&
    /(?<!\p{L})(?:не|без|бесплатн\p{L}*)(?!\p{L})/iu.test(context.clauseText)
  )
}

const contraries: ReadonlyArray<readonly [string, string]> = [
  ["optov", "rozn"],
  ["budn", "vyhodn"],
  ["zhensk", "muzhsk"],
  ["detsk", "vzrosl"],
  ["utr", "vecher"],
]
/** `Доставка в Актау` at the price of Almaty. */
const isElsewhere = (context: Context, evidence: Evidence): boolean => {
  const said = [...context.clause].filter(isCity)
  if (said.length === 0) return false
  const theirs = [...evidence.words.keys()].filter(isCity)
  return theirs.length > 0 && !theirs.some((one) => said.some((other) => likeness(one, other) > 0))
}
/** The retail price called wholesale, weekday hours told of a Saturday. */
const isContrary = (context: Context, evidence: Evidence): boolean =>
  isElsewhere(context, evidence) ||
  contraries.some(([one, other]) =>
    [
      [one, other],
      [other, one],
    ].some(
      ([said, meant]) =>
        context.clause.has(said!) &&
        !context.clause.has(meant!) &&
        (evidence.words.get(meant!) ?? 0) >= 0.9 &&
        (evidence.words.get(said!) ?? 0) < 0.9,
    ),
  )

/** `Скидка 10% на вторую` said of both. */
const isForSecond = (claim: Quantity, context: Context, evidence: Evidence): boolean =>
  claim.kind === "percent" &&
  evidence.words.has(second) &&
  !context.words.has(second) &&
  /(?<!\p{L})(?:обе|оба|обоих|обеих|двоих|двух|всех|вс[её]|кажд\p{L}*|люб\p{L}*)(?!\p{L})/iu.test(context.sentence.text)
const second = stemOf("второй")

/** `Скидка 10% на коронки` where the documents give it on therapy. */
const isOntoOther = (claim: Quantity, context: Context, evidence: Evidence, court: Court): boolean => {
  if (claim.kind !== "percent" || evidence.onto.length === 0) return false
  const end = claim.index + claim.text.length
  const after = court.view.text.slice(end, Math.min(context.sentence.end, end + 40))
  const onto = /^(?:\s+скидк\p{L}+)?\s+на\s+(?:\p{L}+(?:ую|ый|ой|ые|ое)\s+)?(\p{L}{4,})/u.exec(after)
  if (onto === null) return false
  const thing = stemOf(onto[1]!)
  const { index } = court
  if (!index.vocabulary.has(thing) && ![...index.vocabulary].some((stem) => likeness(stem, thing) > 0)) return false
  const isOf = (stems: Iterable<string>, stem: string) => [...stems].some((one) => likeness(one, stem) > 0)
  if (isOf(evidence.onto, thing) || isOf(evidence.words.keys(), thing)) return false
  return !index.evidence.some(
    ({ words }) => isOf(words.keys(), thing) && evidence.onto.some((stem) => isOf(words.keys(), stem)),
  )
}

/** `Скидка 15% на всё` where it is on one thing, `гарантия 5 лет на все работы` where it is on one work. */
const isForAll = (claim: Quantity, context: Context, evidence: Evidence): boolean => {
  if (claim.kind !== "percent" && claim.kind !== "duration") return false
  if (
    !/(?<!\p{L})(?:на|для|по)\s+(?:абсолютно\s+)?(?:вс[её]|всех|всем|всю|весь|люб\p{L}+)(?!\p{L})/iu.test(
      context.clauseText,
    )
  )
    return false
  if (evidence.ofAll) return false
  const own =
    evidence.onto.length > 0
      ? evidence.onto
      : evidence.name.filter((stem) => !/^(?:garant|skidk|srok|predoplat)/u.test(stem))
  return own.length > 0 && !own.some((stem) => [...context.clause].some((word) => likeness(stem, word) > 0))
}

/** `На панели и инвертор 25 лет` where the documents give the inverter ten: two names, one figure. */
const coordinated = (
  claim: Quantity,
  context: Context,
  good: Judged,
  rivals: ReadonlyArray<Judged>,
  court: Court,
): Evidence | null => {
  const end = claim.index + claim.text.length
  const behind = /^[^,;.!?\d]{0,80}/u.exec(court.view.text.slice(end, context.sentence.end))![0]
  const lead = court.view.text.slice(context.sentence.index, claim.index).slice(-160)
  const pairPattern = /([\p{L}-]{3,30})\s+и\s+(?:на\s+|для\s+)?([\p{L}-]{3,30})/gu
  const pairs = [...lead.matchAll(pairPattern), ...behind.matchAll(pairPattern)]
  for (const pair of pairs) {
    const one = stemOf(pair[1]!)
    const other = stemOf(pair[2]!)
    if (!context.clause.has(one) && !context.clause.has(other)) continue
    const speaks = (evidence: Evidence, stem: string) =>
      evidence.name.some((word) => likeness(word, stem) > 0) || (evidence.words.get(stem) ?? 0) >= 0.9
    const isOf = (evidence: Evidence, mine: string, theirs: string) =>
      speaks(evidence, mine) && !speaks(evidence, theirs)
    for (const [mine, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      if (!isOf(good.evidence, mine, theirs)) continue
      const rest = (evidence: Evidence) =>
        evidence.name.filter((stem) => likeness(stem, mine) === 0 && likeness(stem, theirs) === 0)
      const rival = rivals.find(
        ({ evidence }) =>
          isOf(evidence, theirs, mine) &&
          evidence.quantity.kind === claim.kind &&
          rest(evidence).every((stem) => context.words.has(stem) || good.evidence.words.has(stem)) &&
          !court.view.quantities.some((said) => isComparable(said, evidence) && fit(said, evidence) !== "no"),
      )
      if (rival !== undefined) return rival.evidence
    }
  }
  return null
}

/** A price per month called the price of everything. */
const isTotalOfPeriod = (claim: Quantity, context: Context, evidence: Evidence, court: Court): boolean =>
  (claim.kind === "money" && claim.per === null && isPriceOfOne(context, evidence)) ||
  isOfFewer(claim, context, evidence) ||
  isBelowTier(claim, context, evidence, court) ||
  (claim.kind === "money" &&
    claim.per === null &&
    evidence.quantity.per !== null &&
    timeUnitNames.has(evidence.quantity.per) &&
    /(?<!\p{L})(?:разово|единоразов\p{L}*|единовременн\p{L}*|навсегда|один раз|разов\p{L}*|за всё время|бессрочн\p{L}*|без абонентской платы|весь срок|весь период|весь курс)(?!\p{L})/iu.test(
      context.sentence.text,
    ))

const soMany =
  "(\\d{1,3}(?: \\d{3})+|\\d{1,6}|двух|двоих|две|два|трех|трёх|три|четыре[хм]?|пять|пяти|шесть|шести|семь|восемь|девять|десять)"
const behindSum = new RegExp(`^\\s*(?:за|на|для)\\s+${soMany}\\s+([а-яё]{3,})`, "iu")
const beforeSum = new RegExp(
  `(?:за|на|для)\\s+${soMany}\\s+([а-яё]{3,})\\s*(?:[—–:-]|это|выйдет|будет|стоит|получится|обойд[её]тся|составит|итого|\\s)*(?:в\\s+)?$`,
  "iu",
)

const forSoMany = new RegExp(`(?:за|на|для)\\s+(?:ваши[хс]?\\s+)?${soMany}\\s+([а-яё]{3,})`, "giu")
/** `На 12 детей подойдёт «Весёлый» за 60 000 ₸` where it is for ten. */
const isBeyond = (before: string, evidence: Evidence): boolean => {
  if (evidence.counts.length === 0) return false
  for (const match of before.matchAll(forSoMany)) {
    const number = numbersIn(match[1]!)[0]
    const noun = stemOf(match[2]!)
    if (number === undefined) continue
    const amounts = evidence.counts.filter(
      (count) =>
        (count.qualifier === "to" || count.to !== null) &&
        nounStems(count.unit).some((stem) => likeness(stem, noun) > 0),
    )
    if (amounts.length > 0 && !amounts.some((amount) => admits(amount, { ...amount, value: number, to: null })))
      return true
  }
  return false
}

/** `7 900 ₸ за 2 кассы` where 7 900 is the price of one: the amounts told with it must admit the amount said. */
const isOfFewer = (claim: Quantity, context: Context, evidence: Evidence): boolean => {
  if (claim.kind !== "money" && claim.kind !== "bare") return false
  const text = context.sentence.text
  const from = claim.index - context.sentence.index
  const said =
    behindSum.exec(text.slice(from + claim.text.length, from + claim.text.length + 40)) ??
    (from > 0 ? beforeSum.exec(text.slice(Math.max(0, from - 50), from)) : null) ??
    behindSum.exec(` ${/(?:за|на|для)\s.*$/iu.exec(claim.text)?.[0] ?? ""}`)
  if (said === null) return isBeyond(text.slice(0, from), evidence)
  const number = numbersIn(said[1]!)[0]
  const noun = stemOf(said[2]!)
  if (
    number === undefined ||
    number < 2 ||
    timeUnitNames.has(said[2]!) ||
    /^(?:god|mesyac|den|chas|nedel|minut)/u.test(noun)
  )
    return false
  if (evidence.words.has(`#${number}`)) return false
  const amounts = evidence.counts.filter((count) => nounStems(count.unit).some((stem) => likeness(stem, noun) > 0))
  if (amounts.length > 0)
    return !amounts.some(
      (amount) => sameNumber(amount.value, number) || admits(amount, { ...amount, value: number, to: null }),
    )
  return evidence.name.some((stem) => likeness(stem, noun) > 0) || evidence.words.has(noun)
}

/** The price from a hundred pieces on, said of thirty. */
const isBelowTier = (claim: Quantity, context: Context, evidence: Evidence, court: Court): boolean => {
  if ((claim.kind !== "money" && claim.kind !== "percent") || evidence.tier === 0) return false
  if (evidence.tierUnit !== null) {
    const terms = court.view.quantities.filter(
      (one) =>
        one.kind === "duration" &&
        one.unit === evidence.tierUnit &&
        one.index >= context.sentence.index &&
        one.index < context.sentence.end,
    )
    const asked = terms.length > 0 ? terms : court.turnQuantities.filter((one) => one.unit === evidence.tierUnit)
    return asked.length > 0 && asked.every((term) => term.value < evidence.tier)
  }
  const isAmount = (one: Quantity) =>
    one.kind === "count" && !/^(?:мл|л|кг|г|гр|мм|см|м|м²|вт|квт|раз)$/u.test(one.unit ?? "")
  const { sentence } = context
  const inSentence = court.view.quantities.filter(
    (one) => isAmount(one) && one.index >= sentence.index && one.index < sentence.end,
  )
  const amounts = inSentence.length > 0 ? inSentence : court.turnQuantities.filter(isAmount)
  return amounts.length > 0 && amounts.every((amount) => amount.value < evidence.tier)
}

/** The price of one, said of two: `для двоих — 18 000 ₸`. */
const isPriceOfOne = (context: Context, evidence: Evidence): boolean =>
  (evidence.per.has("человек") || /^(?:человек|чел|гост|персон|взросл)/iu.test(evidence.quantity.per ?? "")) &&
  /(?<!\p{L})(?:для|на|за)\s+(?:двоих|троих|четверых|пятерых|обоих|всех|вас двоих|вас троих|семью|компанию|группу|(?:[2-9]|\d{2,})\s+(?:человек|чел|гост|персон|взросл|участник)\p{L}*)(?!\p{L})/iu.test(
    context.clauseText,
  )

export const verbish = /(?:ть|ться|ет|ют|ут|ит|ят|ат|ем|им|ите|ете|йте|ла|ло|ли|ся|сь|но|ее)$/u

const vague =
  /^(?:вариант|решени|предложени|пакет|стоим|cen|srok|variant|resheni|predlozheni|uslug|mesyac|god|den|chas|nedel|perv|sledu|minim|maksim|bazov|polnost|oplat|summ|itog|start|klient|kompani|tochn|cifr|stoim|ekonom|vygod|raschet|raznic|vsego|obsh|obsch|dopoln|nacenk|nadbavk|doplat|bystr)/u

/** The clause names a thing, and nothing that the figure belongs to is named anywhere. */
const isForeign = (claim: Quantity, context: Context, same: ReadonlyArray<Judged>, court: Court): boolean => {
  if (claim.kind === "clock" || claim.kind === "date") return false
  // `Разовое` names the thing, too.
  const perStem = claim.per === null || claim.per === "разово" ? "" : stemOf(claim.per)
  const things = wordsOf(context.clauseText).filter(
    (word) =>
      context.clause.has(word.stem) &&
      !verbish.test(word.text) &&
      word.text.length > 3 &&
      !vague.test(word.stem) &&
      !nounStems(claim.unit).includes(word.stem) &&
      perStem !== word.stem,
  )
  if (things.length === 0) return false
  const touches = (evidence: Evidence) => {
    for (const stem of evidence.words.keys()) {
      if (stem === "cen" || stem === "srok" || nounStems(claim.unit).includes(stem) || perStem === stem) continue
      for (const word of context.words.keys()) if (likeness(stem, word) > 0) return true
    }
    return evidence.name.length === 0
  }
  if (!same.some((one) => touches(one.evidence))) return true
  // `Балансировка 4 000 ₸` where balancing is known, though not as something with this price.
  const counted = new Set(court.view.quantities.flatMap((one) => nounStems(one.kind === "count" ? one.unit : null)))
  const head = things.find((word) => !counted.has(word.stem))
  if (head === undefined) return false
  const isThing = court.index.heads.has(head.stem) && (claim.kind === "money" || claim.kind === "percent")
  return (
    isThing &&
    !same.some(
      ({ evidence }) =>
        [...evidence.words.keys()].some((stem) => likeness(stem, head.stem) > 0) ||
        evidence.name.some((stem) => [...context.clause].some((word) => likeness(stem, word) > 0)),
    )
  )
}
