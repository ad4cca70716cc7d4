/**
 * What a client's answer means for the follow-up: yes, no, uncertain, or none (a question, a greeting, a problem told).
 * Promises an answer for any string, in time linear in its length, the same whatever the letter case, the punctuation at
 * the ends and the emoji after the words; and names the rule that gave it. When two readings are close, it says uncertain.
 * Does not know what was asked: "да" is yes to anything. Does not understand: it knows the words of intent-words.ts.
 */

import { failsElsewhere, infer, inferCondition } from "./intent-grammar.ts"
import type { Group } from "./intent-group.ts"
import { readOptOut } from "./intent-opt-out.ts"
import { compile, isOneSlipAway, parsePattern } from "./intent-pattern.ts"
import { type Clause, clausesOf, fold, opensQuestion, type Word } from "./intent-text.ts"
import { groups, smallWords, topicStems } from "./intent-words.ts"

export type Intent = "yes" | "no" | "uncertain" | "none"

export interface Reading {
  readonly intent: Intent
  /** The rule that fired and the words it fired on, as in `no:not-needed "не надо"`. For people; do not branch on it. */
  readonly rule: string
  /** The client asks never to be written to again; the intent is then no. */
  readonly optOut: boolean
}

export const readIntent = (text: string): Reading => {
  const clauses = joinWonder(clausesOf(text).map(mend))
  if (clauses.length === 0 || plusOne.test(text)) return { ...readSigns(text), optOut: false }
  const optOut = readOptOut(clauses)
  if (optOut?.kind === "for-good") return { intent: "no", rule: `no:opt-out "${optOut.words}"`, optOut: true }
  const cues = clauses.flatMap(cuesOf)
  if (optOut?.kind === "for-now") cues.push({ ...forNow, words: optOut.words })
  return { ...weigh(cues, clauses), optOut: false }
}

/** A phrase of the tables, found where it counts. */
interface Cue {
  readonly intent: "yes" | "no" | "uncertain"
  readonly name: string
  readonly weight: NonNullable<Group["weight"]>
  readonly words: string
  readonly contrasts: boolean
}
const forNow: Cue = { intent: "uncertain", name: "not-for-now", weight: "plain", words: "", contrasts: false }

const small = new Set(smallWords.flatMap((words) => words.split(" ")).map(fold))
const isSmall = (folded: string): boolean => small.has(folded)
const tables = compile(
  groups.flatMap((group) => group.phrases.map((phrase) => parsePattern(phrase, group))),
  isSmall,
)
const topics = topicStems.flatMap((words) => words.split(" ")).map(fold)
const isKnown = (folded: string): boolean => tables.knows(folded) || small.has(folded)

// ---- words mended: "неинтересно" is two words, "интерсно" one letter short

const slipLettersMin = 7
const byFirstLetter = new Map<string, Array<string>>()
for (const word of tables.vocabulary) {
  if (word.length < slipLettersMin - 1) continue
  byFirstLetter.set(word[0]!, [...(byFirstLetter.get(word[0]!) ?? []), word])
}

/** "отправляет" is no slip of "отправлять". */
const sameEnding = (a: string, b: string): boolean =>
  a.at(-1) === b.at(-1) && (a.at(-1) !== "т" || a.at(-2) === b.at(-2))

/** The word that was meant, one slip away. The last letter is never forgiven: there it is the grammar that differs. */
const withoutSlip = (folded: string): string => {
  if (isKnown(folded) || folded.length < slipLettersMin || /\d/.test(folded)) return folded
  const near = byFirstLetter.get(folded[0]!)?.find((word) => sameEnding(word, folded) && isOneSlipAway(word, folded))
  return near ?? folded
}

const mend = (clause: Clause): Clause => {
  const words = clause.words.flatMap((word): ReadonlyArray<Word> => {
    const rest = word.folded.slice(2)
    if (word.folded.startsWith("не") && !isKnown(word.folded) && rest.length > 2) {
      const mended = withoutSlip(rest)
      if (tables.afterNot.has(mended))
        return [
          { typed: word.typed.slice(0, 2), folded: "не" },
          { typed: word.typed.slice(2), folded: mended },
        ]
    }
    return [{ typed: word.typed, folded: withoutSlip(word.folded) }]
  })
  return { ...clause, words }
}

/** "интересно, сколько это стоит" wonders and asks: the comma parts nothing. */
const joinWonder = (clauses: ReadonlyArray<Clause>): ReadonlyArray<Clause> => {
  const joined: Array<Clause> = []
  for (const clause of clauses) {
    const before = joined.at(-1)
    if (
      before?.words.length === 1 &&
      before.words[0]!.folded === "интересно" &&
      opensQuestion(clause.words[0]!.folded)
    ) {
      joined[joined.length - 1] = { ...clause, words: [...before.words, ...clause.words] }
    } else joined.push(clause)
  }
  return joined
}

// ---- one clause

const openers = new Set(
  ["а", "и", "ну", "да", "ой", "так", "вот", "подскажите", "скажите", "спасибо", "здравствуите", "привет"].map(fold),
)
const conditions = new Set(["если", "чтобы", "чтоб", "потому", "которыи", "которая", "которые", "егер"].map(fold))
const not = new Set(["не", "ни"])
/** May stand between "не" and what it denies. */
const degrees = new Set(["очень", "совсем", "особо", "сильно", "так", "прям", "буду", "сильно", "шибко"].map(fold))

const cuesOf = ({ words, asks, contrasts }: Clause): ReadonlyArray<Cue> => {
  const found = tables.find(words)
  const covered = new Array<boolean>(words.length).fill(false)
  for (const { start, end, meaning } of found) if (meaning.intent !== "nothing") covered.fill(true, start, end)
  const first = words.findIndex((word) => !openers.has(word.folded))
  const question = first >= 0 && opensQuestion(words[first]!.folded) ? first : -1
  const whether = words.findIndex((word, at) => word.folded === "ли" && !covered[at])
  const wonders = whether >= 0
  const conditional = first >= 0 && conditions.has(words[first]!.folded)
  const others = words.filter((word, at) => !covered[at] && !isSmall(word.folded) && !isClockTime(words, at)).length
  const counted = new Set(words.map((word) => word.folded).filter((folded) => /^\d/.test(folded))).size

  const cues: Array<Cue> = []
  let denial: { readonly end: number; readonly words: string } | null = null
  for (const { start, end, meaning } of found) {
    if (meaning.intent === "nothing") continue
    const quoted = words
      .slice(start, end)
      .map((word) => word.typed)
      .join(" ")
    const isNot = end - start === 1 && not.has(words[start]!.folded)
    const denied =
      denial !== null && words.slice(denial.end, start).every((word) => degrees.has(word.folded)) ? denial : null
    denial = isNot ? { end, words: quoted } : null
    // "не знаю, надо ли": the doubt comes first, and is the answer.
    const unsure = wonders && !asks && question < 0 && meaning.name === "doubt" && start < whether
    if (
      !unsure &&
      (asks || wonders || question >= 0) &&
      meaning.evenAsked !== true &&
      (asks || wonders || start !== question)
    )
      continue
    if (conditional && start > first) continue
    if (denied !== null && cues.at(-1)?.words === denied.words) cues.pop()
    const room = meaning.place === "anywhere" ? words.length : meaning.place === "near" ? 1 : 0
    if (
      meaning.name === "will-not-come" &&
      words.some((word, other) => (other < start || other >= end) && failsElsewhere(word))
    )
      continue
    if (meaning.name === "postponed" && words.some((word, other) => !covered[other] && isTold(word))) continue
    const beside = others - topicsBefore(words, start, covered, meaning)
    if (beside > room || (isNot && (counted > 0 || holdsMore(words, end)))) continue
    const cue = {
      intent: meaning.intent,
      name: meaning.name,
      weight: meaning.weight ?? "plain",
      words: quoted,
      contrasts,
    }
    if (denied === null) cues.push(cue)
    else if (meaning.intent === "yes")
      cues.push({ ...cue, intent: "no", name: "denied", weight: "plain", words: `${denied.words} ${quoted}` })
  }
  if (cues.length > 0 || asks || question >= 0 || wonders) return cues
  if (conditional) {
    const condition = ifs.has(words[0]!.folded) ? inferCondition(words, isSmall) : null
    return condition === null ? cues : [{ ...condition, weight: "plain", contrasts }]
  }
  const order = forbids(words)
  if (order !== null) {
    const keep = /^\S+ (отмен|перенос|перенес|сдвиг|снима)/u.test(order)
    return [{ intent: keep ? "yes" : "no", name: keep ? "keep" : "forbids", weight: "plain", words: order, contrasts }]
  }
  if (found.some(({ meaning }) => meaning.intent === "nothing")) return cues
  const inferred = infer(words, isSmall)
  return inferred === null ? cues : [{ ...inferred, weight: "plain", contrasts }]
}

/** "вакансия интересна", "кредит нужен": what the talk is about, named first. "нужен кредит" is a wish of its own. */
const topicsBefore = (
  words: ReadonlyArray<Word>,
  start: number,
  covered: ReadonlyArray<boolean>,
  meaning: Group,
): number =>
  meaning.weight === "bare" || meaning.place !== "alone"
    ? 0
    : words.filter(
        (word, at) =>
          at < start &&
          !covered[at] &&
          isTopic(word.folded) &&
          words[start]!.folded !== "можно" &&
          !isSmall(word.folded),
      ).length
const isTopic = (folded: string): boolean => topics.some((stem) => folded.startsWith(stem))

/** "мы ходили весной": a season that was. */
const isTold = ({ folded }: Word): boolean =>
  folded.length > 2 && /л[аи]?(с|ся)?$/u.test(folded) && folded !== "или" && folded !== "если"

const afterBareNot = new Set(
  "спасибо спс благодарю рахмет брат братан бро не а ну пока пожалуй это уж".split(" ").map(fold),
)
/** "не слышу вас": here "не" holds what follows, and is no answer. */
const holdsMore = (words: ReadonlyArray<Word>, end: number): boolean =>
  words[end] !== undefined && !afterBareNot.has(words[end].folded)

const reassuring = /^(забуд|забыв|туп|пережив|волну|стесня|болей|видите|слышите|хотите|можете)/
/** "не сохраняй", "не подтверждать": an order not to, and nothing else in the clause. */
const forbids = (words: ReadonlyArray<Word>): string | null => {
  const at = words.findIndex((word) => not.has(word.folded))
  const verb = words[at + 1]
  if (at < 0 || verb === undefined || isSmall(verb.folded) || reassuring.test(verb.typed)) return null
  if (!/([аеоуюя]й(те)?|[^аеиоуыяюл]и|ите|ьте|[аеиоуыя]ть)$/.test(verb.typed)) return null
  const rest = words.filter((_, other) => other !== at && other !== at + 1)
  return rest.every((word) => isSmall(word.folded) && !/^\d/.test(word.folded))
    ? `${words[at]!.typed} ${verb.typed}`
    : null
}

const beforeTime = new Set(["в", "на", "к", "после", "до", "с", "около", "через"].map(fold))
/** "15:00", "в 5": a number that tells when. Other numbers are content: "нет, 15" says more than no. */
const isClockTime = (words: ReadonlyArray<Word>, at: number): boolean =>
  /^\d{1,2}(:\d\d|-?[гкдт][еа]$)/.test(words[at]!.typed) ||
  (/^\d{1,2}$/.test(words[at]!.folded) && at > 0 && beforeTime.has(words[at - 1]!.folded))

// ---- the whole message

const told = (cue: Cue): Omit<Reading, "optOut"> => ({
  intent: cue.intent,
  rule: `${cue.intent}:${cue.name} "${cue.words}"`,
})
const mixed = (name: string, ...cues: ReadonlyArray<Cue>): Omit<Reading, "optOut"> => ({
  intent: "uncertain",
  rule: `uncertain:${name} "${cues.map((cue) => cue.words).join('" + "')}"`,
})

/** A no that has its reason in itself; "дорого" or "некогда" beside it takes nothing back. */
const settled = new Set(["not-interested", "leave-me", "have-another", "cancel", "not-needed", "does-not-suit"])

const weigh = (cues: ReadonlyArray<Cue>, clauses: ReadonlyArray<Clause>): Omit<Reading, "optOut"> => {
  if (clauses.some((clause) => clause.asks)) cues = cues.filter((cue) => cue.name !== "on-condition")
  const yes = fullest(cues.filter((cue) => cue.intent === "yes"))
  const no = fullest(cues.filter((cue) => cue.intent === "no"))
  const doubts = cues.filter((cue) => cue.intent === "uncertain")
  const doubt = fullest(doubts)
  if (doubt !== undefined && (doubt.weight !== "time" || (yes === undefined && no === undefined))) {
    if (no === undefined || yes !== undefined || doubt.contrasts || no.contrasts) return told(doubt)
    const twice = cues.filter((cue) => cue.intent === "no").length > 1
    return (settled.has(no.name) || twice) && (doubt.name === "price" || doubt.name === "busy") ? told(no) : told(doubt)
  }
  if (yes !== undefined && no !== undefined) {
    if (no.contrasts) return yes.weight !== "plain" && no.weight === "bare" ? told(no) : mixed("yes-but", yes, no)
    if (yes.contrasts) return mixed("no-but", no, yes)
    return yes.weight === "plain" && yes.name !== "of-course" ? mixed("yes-and-no", yes, no) : told(no)
  }
  if (no?.name === "not-now" && doubt !== undefined) return mixed("another-time", no, doubt)
  const answer = yes ?? no
  const condition = yes === undefined ? undefined : clauses.find(setsCondition)
  if (yes !== undefined && condition !== undefined)
    return { intent: "uncertain", rule: `uncertain:yes-if "${yes.words}"` }
  if (answer === undefined) return { intent: "none", rule: "none:no-answer" }
  const reserve = clauses.find(
    (clause) => clause.contrasts && !clause.asks && cuesOf(clause).length === 0 && hasContent(clause),
  )
  return reserve === undefined || answer.contrasts ? told(answer) : mixed(`${answer.intent}-but`, answer)
}

const ifs = new Set(["если", "егер"].map(fold))
const politeIfs = new Set(
  "можно возможно честно нужно надо удобно что сложно трудно хотите вам нетрудно это так не".split(" ").map(fold),
)
/** "приду, если отпустят". Not "да, если можно". */
const setsCondition = ({ words, asks }: Clause): boolean => {
  const at = words.findIndex((word) => ifs.has(word.folded))
  return !asks && at >= 0 && words.slice(at + 1).some((word) => !isSmall(word.folded) && !politeIfs.has(word.folded))
}

const weights = { plain: 3, bare: 2, nod: 1, time: 0 }
const fullest = (cues: ReadonlyArray<Cue>): Cue | undefined =>
  cues.reduce<Cue | undefined>(
    (best, cue) => (best === undefined || weights[cue.weight] > weights[best.weight] ? cue : best),
    undefined,
  )

const hasContent = ({ words }: Clause): boolean =>
  !words.some((word) => opensQuestion(word.folded)) &&
  words.some((word, at) => !isSmall(word.folded) && !isClockTime(words, at))

// ---- no words at all

const signs: ReadonlyArray<readonly [Cue["intent"], RegExp]> = [
  ["no", /👎|❌|🚫|🙅|🖕|⛔/u],
  ["yes", /👍|👌|🤙|✅|🤝|✔|☑|🆗|💯|🙆|^\s*[+➕]+\s*1?\s*$|^\s*100\s*%\s*$/u],
  ["no", /^\s*[-–—➖✖]️?\s*$/u],
  ["uncertain", /🤷|🤔/u],
]
const plusOne = /^\s*(\+\s*1|100\s*%)\s*$/u
const readSigns = (text: string): Omit<Reading, "optOut"> => {
  for (const [intent, sign] of signs) {
    const seen = sign.exec(text)
    if (seen !== null) return { intent, rule: `${intent}:sign "${seen[0].trim()}"` }
  }
  return { intent: "none", rule: "none:no-words" }
}
