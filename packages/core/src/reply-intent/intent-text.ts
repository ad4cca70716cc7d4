/**
 * A client's message as words: folded so that the many ways of typing one word become one, and cut into clauses.
 * Promises linear time on any string. Does not know what a word means: that is in intent-words.ts.
 */

export interface Word {
  /** As it was typed, in lower case. */
  readonly typed: string
  /** The one spelling that all ways of typing it share; the tables are folded alike. */
  readonly folded: string
}

export interface Clause {
  readonly words: ReadonlyArray<Word>
  /** Ends in a question mark. */
  readonly asks: boolean
  /** Is opened by "но", "хотя", "только"… */
  readonly contrasts: boolean
}

/** Kazakh letters as they come from a Russian keyboard, and pairs that hasty typing mixes up. */
const folds: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ а: "ә", г: "ғ", к: "қ", н: "ң", о: "ө", у: "ұү", х: "һ", и: "іїйы", е: "ёэє", ш: "щ" })
    .flatMap(([to, from]) => [...from].map((letter) => [letter, to] as const))
    .concat([
      ["ь", ""],
      ["ъ", ""],
    ]),
)

/** English words stay as they are: "no" is not "но". Other Latin words are taken for Russian in Latin letters. */
const english = new Set(
  (
    "yes yeah yep yup yess yea ya ok okay okey oke okk sure fine great good deal agree agreed accept accepted confirm confirmed correct right of course " +
    "let lets do go it i m im am me us we you please thanks thank thx no not nope nah never none dont don t cancel stop unsubscribe interested need " +
    "time what where when who how price open close day card pay speak question order late here anyone start thing ill there leave alone remove give minute know vacation holiday holidays after " +
    "approve approved proceed continue accepted reject rejected decline declined incorrect nothing " +
    "lets dunno in week month year texting calling writing messaging bought depends unclear could be see who knows yet decided let check remind right wrong number really absolutely cant can come make attend " +
    "forget nevermind mind refuse pass for skip already have bought found ahead count in why works book send definitely certainly exactly " +
    "problem ofc surely indeed k kk y n remind reschedule " +
    "want wont won will think about maybe perhaps later busy now know sure a the to my this is that at all interesting sounds yet bye hello hi hey help"
  ).split(" "),
)

const latin: ReadonlyArray<readonly [RegExp, string]> = [
  [/ts[yj]a/g, "тся"],
  [/shch|sch/g, "ш"],
  [/zh/g, "ж"],
  [/kh/g, "х"],
  [/ch/g, "ч"],
  [/sh/g, "ш"],
  [/ts/g, "ц"],
  [/y[ao]|ja/g, "я"],
  [/yu|ju/g, "ю"],
  [/ye/g, "е"],
]
const latinLetters: Readonly<Record<string, string>> = Object.fromEntries(
  [..."abcdefghijklmnopqrstuvwxyz"].map((letter, at) => [letter, [..."абцдефгхижклмнопкрстуввхиз"][at] ?? letter]),
)
/** Letters that look alike: a Latin "a" slips into a Cyrillic word. */
const lookalikes: Readonly<Record<string, string>> = Object.fromEntries(
  [..."aceopxykmtbhi"].map((letter, at) => [letter, [..."асеорхукмтвни"][at] ?? letter]),
)

/** Nothing in a conversation has longer words; the rest of a longer run of letters is cut off. */
const wordLettersMax = 40

export const fold = (raw: string): string => {
  let word = raw.slice(0, wordLettersMax)
  if (/[a-z]/.test(word)) {
    const squeezed = word.replace(/(.)\1{2,}/g, "$1")
    if (english.has(word)) return squeeze(word)
    if (english.has(squeezed)) return squeeze(squeezed)
    if (/[а-яё]/.test(word)) word = word.replace(/[a-z]/g, (letter) => lookalikes[letter] ?? letter)
    else {
      for (const [from, to] of latin) word = word.replace(from, to)
      word = word.replace(/[a-z]/g, (letter) => latinLetters[letter] ?? letter)
    }
  }
  const bare = squeeze([...word].map((letter) => folds[letter] ?? letter).join(""))
  return bare.replace(/^(да|нет|ок|ага|угу|жок)\1+$/, "$1")
}

/** One letter for a run of them: "дааа", "неет". The tables are squeezed, too, so that true doubles still meet. */
const squeeze = (word: string): string => (/^\d+$/.test(word) ? word : word.replace(/(.)\1+/gu, "$1"))

const contrast = new Set(["но", "хотя", "однако", "зато", "только", "тока", "бирак", "алаида", "but"].map(fold))
const asking =
  /^(как|каков|какие|какая|какое|какои|каких|каким|сколк|скок|почем$|почему|зачем|где|когда|кто|кого|кому|что|че$|чем$|чего|откуда|куда|чеи|каида|канша|калаи|канда|кашан|неге|ким)/

/** A longer run of words is cut here, so that the work within one clause is bounded. Nobody answers in such. */
const clauseWordsMax = 60

const piece = /([\p{L}\p{M}\p{N}]+(?:[-'’:][\p{L}\p{M}\p{N}]+)*)|(\?)|([,.;!()\n…:—–])/gu

/** They join an emoji to its gender or colour; between letters they are noise. */
const joiners = /[\u200d\ufe0e\ufe0f]/gu

export const clausesOf = (text: string): ReadonlyArray<Clause> => {
  const clauses: Array<Clause> = []
  let words: Array<Word> = []
  let contrasts = false
  const close = (asks: boolean) => {
    if (words.length > 0) clauses.push({ words, asks, contrasts })
    if (words.length > 0 || asks) contrasts = false
    words = []
  }
  for (const [, typed, question, mark] of text.normalize("NFKC").replace(joiners, "").toLowerCase().matchAll(piece)) {
    if (question !== undefined) close(true)
    else if (mark !== undefined) close(false)
    else if (typed !== undefined) {
      // "16:00-ге" and "когда-нибудь" stay one word; "не-а" is in the tables as it is.
      const word = { typed, folded: fold(typed.replace(/[-'’]/g, "")) }
      if (contrast.has(word.folded)) {
        // "я только за", "не только": there the word opens nothing.
        if (word.folded !== "только" && word.folded !== "толко") {
          close(false)
          contrasts = true
          continue
        }
        if (words.length === 0) {
          contrasts = true
          continue
        }
      }
      const before = words.at(-1)?.folded
      if (words.length > 1 && (before === "а" || before === "и") && asking.test(word.folded)) {
        words.pop()
        close(false)
      }
      words.push(word)
      if (words.length === clauseWordsMax) close(false)
    }
  }
  close(false)
  return clauses
}

/** "как-то", "когда-нибудь": asks nothing. */
const indefinite = /(то|нибуд|либо)$/

export const opensQuestion = (folded: string): boolean =>
  asking.test(folded) && (folded === "что" || folded === "кто" || !indefinite.test(folded))
