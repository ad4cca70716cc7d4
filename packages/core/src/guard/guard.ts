/**
 * The last word before a draft leaves. A draft passes only if every check is content; each refusal is told in Russian, for
 * the redraft and for the owner. It promises to be total and to let no ungrounded figure, contact or call time through; it
 * errs on the side of refusing, for a redraft costs little. It does not judge tone, nor truths without figures or promises.
 */
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import type { ChatLine, Draft } from "../ports/llm-port.ts"
import { sentencesOf } from "../reply/sentence.ts"
import type { Instant } from "../time/instant.ts"
import type { GroundedClaim, UngroundedCode } from "./claim.ts"
import { groundClaims } from "./grounding.ts"
import { callsOf } from "./guard-call.ts"
import { leakOf, obeyedOrder } from "./guard-instructions.ts"

export interface GuardInput {
  readonly draft: Draft
  readonly kind: "reply" | "touch"
  readonly facts: ReadonlyArray<Fact>
  readonly knowledge: string
  /** Earlier lines, oldest first, the turn being answered included. */
  readonly chat: ReadonlyArray<ChatLine>
  /** What else we have said to this contact, beyond `chat`: nothing of it may be repeated either. */
  readonly said?: ReadonlyArray<string>
  readonly now: Instant
  readonly zone: string
  readonly hours: WorkingHours
  readonly freeSlots: ReadonlyArray<Instant>
  /** The call on record once this draft is carried out. */
  readonly bookedCall: Instant | null
  /** The client must have named or accepted the time of a call that the draft records. */
  readonly requireCallAgreement?: boolean
}

export type RefusalCode =
  | UngroundedCode
  | "empty"
  | "too_long"
  | "too_many_sentences"
  | "too_many_emoji"
  | "reveals_instructions"
  | "obeys_injection"
  | "promise_without_call"
  | "call_not_told"
  | "call_time_differs"
  | "call_not_agreed"
  | "call_outside_hours"
  | "call_in_past"
  | "call_slot_not_free"
  | "date_contradiction"
  | "repeats"
  | "wrong_language"

export interface Refusal {
  readonly code: RefusalCode
  /** Russian. */
  readonly detail: string
}

export type Review =
  | { readonly verdict: "pass"; readonly claims: ReadonlyArray<GroundedClaim> }
  | {
      readonly verdict: "refuse"
      readonly reasons: ReadonlyArray<Refusal>
      readonly claims: ReadonlyArray<GroundedClaim>
    }

export const sentencesMax = 4

export const emojiMax = 2

export const lettersMax = 1000

/** A chat has lines of a few thousand letters; what is longer is not compared whole. */
const comparedLettersMax = 4000

export const review = (given: GuardInput): Review => {
  const input = {
    ...given,
    chat: given.chat.map((line) =>
      line.text.length > comparedLettersMax ? { ...line, text: line.text.slice(0, comparedLettersMax) } : line,
    ),
  }
  const text = input.draft.text.trim()
  const reasons: Array<Refusal> = []
  const refuse = (code: RefusalCode, detail: string) => {
    if (!reasons.some((reason) => reason.code === code && reason.detail === detail)) reasons.push({ code, detail })
  }
  if (!/[\p{L}\d]/u.test(text))
    return { verdict: "refuse", reasons: [{ code: "empty", detail: "Ответ пуст." }], claims: [] }
  if (text.length > lettersMax) {
    refuse("too_long", `Ответ длиннее ${lettersMax} знаков: ${text.length}.`)
    // Nothing of such length is sent, so nothing more of it needs an opinion.
    if (text.length > comparedLettersMax) return { verdict: "refuse", reasons, claims: [] }
  }
  const sentences = sentencesOf(text)
  const said = sentences.filter((sentence) => !isExclamation(sentence.text)).length
  if (said > sentencesMax)
    refuse("too_many_sentences", `В ответе ${said} предложений, а можно не больше ${sentencesMax}.`)
  const emoji = countEmoji(text)
  if (emoji > emojiMax) refuse("too_many_emoji", `В ответе ${emoji} эмодзи, а можно не больше ${emojiMax}.`)
  const leak = leakOf(text, `${input.knowledge}\n${input.chat.map((line) => line.text).join("\n")}`)
  if (leak !== null) refuse("reveals_instructions", `Ответ выдаёт внутренние указания: «${leak}».`)
  const obeyed = obeyedOrder(text, input)
  if (obeyed !== null)
    refuse("obeys_injection", `Ответ выполняет чужое указание из сообщения или документа: «${obeyed.slice(0, 120)}».`)
  const tongue = strangeTongue(text, input)
  if (tongue !== null) refuse("wrong_language", tongue)
  const ours = input.chat.flatMap((line) => (line.from === "bot" ? [line.text] : []))
  const repeated = repeatedOf(text, [...ours, ...(input.said ?? [])], input.kind)
  if (repeated !== null) refuse("repeats", `Ответ повторяет прежнее сообщение: «${repeated.slice(0, 120)}».`)
  const grounding = groundClaims({ ...input, text })
  for (const problem of grounding.problems) refuse(problem.code, problem.detail)
  for (const refusal of callsOf(text, sentences, input)) refuse(refusal.code, refusal.detail)
  // A time that the calendar already judged needs no second refusal for want of a document.
  return reasons.length === 0
    ? { verdict: "pass", claims: grounding.claims }
    : { verdict: "refuse", reasons, claims: grounding.claims }
}

/** `Здравствуйте!`, `Отличный выбор!`: nobody counts them as sentences of an answer. */
const isExclamation = (sentence: string): boolean =>
  /!\P{L}*$/u.test(sentence) && !/\d/.test(sentence) && (sentence.match(/\p{L}+/gu)?.length ?? 0) <= 2

const graphemes = new Intl.Segmenter("ru", { granularity: "grapheme" })

const isEmoji = (grapheme: string) =>
  /\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3|\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u.test(
    grapheme,
  ) ||
  (/\p{Extended_Pictographic}/u.test(grapheme) && !/^[©®™‼⁉]/u.test(grapheme))

export const countEmoji = (text: string): number => {
  let count = 0
  for (const { segment } of graphemes.segment(text)) if (isEmoji(segment)) count++
  return count
}

const english =
  /(?<!\p{L})(?:the|is|are|do|does|you|your|how|much|what|when|price|hello|hi|want|can|need|please|for|have|to|of|and|we|it|thanks)(?!\p{L})/giu
/** Two words of English at least, and no Russian: `privet, skolko stoit` is Russian. */
const isEnglish = (text: string): boolean =>
  !/\p{Script=Cyrillic}{3}/u.test(text) && (text.match(english)?.length ?? 0) >= 2

/** Most of its longer words have a letter that Russian lacks, or are words of Kazakh. */
const isKazakh = (text: string): boolean => {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? []
  const kazakh = words.filter((word) => /[әғқңөұүһі]/u.test(word) || kazakhWords.has(word))
  return kazakh.length >= 2 && kazakh.length * 3 >= words.length
}
const kazakhWords = new Set(
  "керек бар салем рахмет бола болады алады тұрады бағасы кандай канша баға екен менде сізде маған".split(" "),
)

const strangeTongue = (text: string, input: GuardInput): string | null => {
  const contacts = findQuantities(text).filter((quantity) => quantity.key !== "")
  let bare = text
  for (const contact of contacts) bare = bare.replace(contact.text, " ")
  const others = bare.match(/[^\p{Script=Cyrillic}\p{Script=Latin}\P{L}]/gu) ?? []
  if (others.length >= 2) return "Ответ написан не по-русски."
  const known =
    `${input.knowledge}\n${input.facts.map((fact) => `${fact.subject} ${fact.attribute} ${fact.value}`).join("\n")}\n${input.chat.map((line) => line.text).join("\n")}`.toLowerCase()
  const cyrillic = bare.match(/\p{Script=Cyrillic}/gu)?.length ?? 0
  const latinWords = (bare.match(/(?<![\p{L}\d])\p{Script=Latin}[\p{Script=Latin}'’-]*(?![\p{L}\d])/gu) ?? []).filter(
    (word) => !known.includes(word.toLowerCase()),
  )
  const latinLetters = latinWords.reduce((sum, word) => sum + word.length, 0)
  // English is for those who write it.
  const turn = input.chat.slice(input.chat.findLastIndex((line) => line.from !== "client") + 1)
  const asked = turn.map((line) => line.text).join(" ")
  if (isEnglish(asked))
    return isEnglish(bare) || /^\P{L}*$/u.test(bare) ? null : "Клиент пишет по-английски, а ответ не по-английски."
  if (isKazakh(asked) && !/[әғқңөұүһі]/iu.test(bare) && cyrillic > 20)
    return "Клиент пишет по-казахски, а ответ по-русски."
  if (cyrillic === 0 && /\p{L}{3}/u.test(bare)) return "Ответ написан не по-русски."
  if (latinLetters > 12 && latinLetters > cyrillic * 0.5) return "Ответ написан не по-русски."
  const run = /(?:(?<![\p{L}\d])[a-z][a-z'’-]*[\s,]+){3,}[a-z]+/iu.exec(bare)
  if (
    run !== null &&
    run[0]
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => !known.includes(word)).length >= 3
  )
    return `В ответе чужой язык: «${run[0].slice(0, 60)}».`
  const gibberish = latinWords.find((word) => word.length >= 5 && !/[aeiouy]/iu.test(word) && !/^[A-Z]+$/.test(word))
  if (gibberish !== undefined) return `В ответе бессмыслица: «${gibberish}».`
  // Kyrgyz, Ukrainian and Kazakh are Cyrillic too; Ukrainian letters betray a model that slipped.
  // Kazakh is for those who write it.
  const kazakh = (bare.match(/(?<!\p{L})\p{L}*[әғқңөұүһі]\p{L}*(?!\p{L})/giu) ?? []).filter(
    (word) => !known.includes(word.toLowerCase()),
  )
  const told = input.chat.filter((line) => line.from === "client")
  const isAsked = told.length === 0 || told.some((line) => /[әғқңөұүһі]/iu.test(line.text))
  if (kazakh.length >= 3 && !isAsked) return "Ответ написан по-казахски, а клиент пишет по-русски."
  if ((bare.match(/[їєґ]/giu)?.length ?? 0) >= 2) return "Ответ написан не по-русски."
  if (/(\p{L})\1{5,}/u.test(bare)) return "В ответе бессмыслица."
  return null
}

const shinglesOf = (text: string): { readonly pairs: ReadonlySet<string>; readonly words: ReadonlySet<string> } => {
  const stems = [
    ...text
      .slice(0, comparedLettersMax)
      .toLowerCase()
      .matchAll(/[\p{L}\d]+/gu),
  ].map((match) => (/\d/.test(match[0]) ? match[0] : (wordsOf(match[0])[0]?.stem ?? match[0])))
  const pairs = new Set<string>()
  for (let at = 0; at + 1 < stems.length; at++) pairs.add(`${stems[at]} ${stems[at + 1]}`)
  if (stems.length === 1) pairs.add(stems[0]!)
  return { pairs, words: new Set(stems) }
}

const jaccard = (one: ReadonlySet<string>, other: ReadonlySet<string>) => {
  let both = 0
  for (const item of one) if (other.has(item)) both++
  const all = one.size + other.size - both
  return all === 0 ? 0 : both / all
}

const likenessMax = { reply: 0.8, touch: 0.6 } as const

/** Tells of a text which of `said` it repeats, word for word or nearly so; null if it is a new one. */
export const repeating = (said: ReadonlyArray<string>, kind: "reply" | "touch"): ((text: string) => string | null) => {
  const lines = said.map((line) => ({ line, ...shinglesOf(line) }))
  return (text) => {
    const mine = shinglesOf(text)
    const found = lines.find(
      ({ pairs, words }) =>
        jaccard(mine.pairs, pairs) >= likenessMax[kind] ||
        (mine.words.size >= 6 && jaccard(mine.words, words) >= (kind === "reply" ? 0.9 : 0.75)),
    )
    return found?.line ?? null
  }
}
export const repeatedOf = (text: string, said: ReadonlyArray<string>, kind: "reply" | "touch"): string | null =>
  repeating(said, kind)(text)
