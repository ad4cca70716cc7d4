/**
 * What the offline moderator sees in an opening: words, neighbours, pieces of words (for slips and Kazakh), classes of words
 * and of forms ("делаем" offers, "делаете" asks), pairs of classes, and a little structure. Each is a number of one of
 * `bucketsCount` buckets, so that the weights stay small whatever is written.
 * Promises to be total and deterministic. The training script and the moderator share it: a change here asks for new weights.
 */
import { stem } from "@wa/core/knowledge/search"
import type { ContactInfo } from "@wa/core/queue/messages"
import { type ClassName, wordClasses } from "./moderator-lexicon.ts"

export interface Opening {
  readonly messages: ReadonlyArray<string>
  readonly contact: ContactInfo
}
export interface Feature {
  readonly bucket: number
  readonly value: number
  /** The tokens that it was seen at. */
  readonly at: ReadonlyArray<number>
}
export interface Seen {
  readonly tokens: ReadonlyArray<string>
  readonly features: ReadonlyArray<Feature>
}

export const bucketsCount = 1 << 16
const lettersMax = 4000
const tokensMax = 300

export const fold = (text: string) => text.toLowerCase().normalize("NFC").replaceAll("ё", "е")

/** Placeholders ("[Изображение]"), words, numbers, the ends of sentences and of messages. */
const tokensOf = (folded: string): ReadonlyArray<string> =>
  (folded.match(/\[[^\]\n]{1,40}\]?|[а-яәғқңөұүһіa-z]+|\d+|[?!\n]/g) ?? []).slice(0, tokensMax)
const isWord = (token: string) => /^[а-яәғқңөұүһіa-z]/.test(token)

/** FNV-1a. */
const bucketOf = (key: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return ((hash >>> 16) ^ hash) & (bucketsCount - 1)
}

/** A group of features is as loud as its volume, however many of it there are. */
const volumes = {
  word: 1,
  neighbours: 1,
  piece: 0.5,
  form: 1,
  forms: 1,
  class: 1.5,
  classes: 1.5,
  pair: 1,
  shape: 0.3,
  name: 0.7,
  business: 0.7,
}

export const featuresOf = ({ messages, contact }: Opening): Seen => {
  const said = messages.join("\n").slice(0, lettersMax)
  const tokens = tokensOf(fold(said))
  const features: Array<Feature> = []
  const add = (
    group: keyof typeof volumes,
    list: ReadonlyArray<readonly [key: string, ...at: ReadonlyArray<number>]>,
  ) => {
    const seen = new Map(list.map(([key, ...at]) => [key, at]))
    const value = volumes[group] / (group === "shape" ? 1 : Math.sqrt(seen.size))
    for (const [key, at] of seen) features.push({ bucket: bucketOf(`${group} ${key}`), value, at })
  }
  const next = (list: ReadonlyArray<string>) =>
    list.flatMap((one, i) => (i === 0 ? [] : [[`${list[i - 1]} ${one}`, i - 2, i - 1] as const]))

  const stems = tokens.map(stemOf)
  add(
    "word",
    stems.map((stem, i) => [stem, i]),
  )
  add("neighbours", next(["^", ...stems, "$"]))
  add(
    "piece",
    tokens.flatMap((token, i) => piecesOf(token).map((piece) => [piece, i] as const)),
  )
  const long = tokens.map((token) => formOf(token, 3))
  const short = tokens.map((token) => formOf(token, 2))
  add(
    "form",
    [...long, ...short].map((form, i) => [form, i % tokens.length]),
  )
  add("forms", [...next(["^", ...long, "$"]), ...next(["^", ...short, "$"])])

  const classes = tokens.map(classesOf)
  add(
    "class",
    classes.flatMap((of, i) => of.map((name) => [name, i] as const)),
  )
  const marks = classes.map((of, i) => (of.length === 0 ? [short[i]!] : of))
  add(
    "classes",
    marks.flatMap((of, i) =>
      i === 0 ? [] : marks[i - 1]!.flatMap((left) => of.map((right) => [`${left} ${right}`, i - 1, i] as const)),
    ),
  )
  const first = new Map<string, number>()
  for (const [i, of] of classes.entries()) for (const name of of) if (!first.has(name)) first.set(name, i)
  const met = [...first].sort(([a], [b]) => (a < b ? -1 : 1))
  add(
    "pair",
    met.flatMap(([left, i], k) => met.slice(k + 1).map(([right, j]) => [`${left} ${right}`, i, j] as const)),
  )
  add(
    "shape",
    shapeOf(said, tokens, messages, contact).map((shape) => [shape]),
  )
  const named = (...names: ReadonlyArray<string | null>) =>
    tokensOf(
      fold(
        names
          .filter((name) => name !== null)
          .join(" ")
          .slice(0, 200),
      ),
    )
      .filter((token) => token.length > 2)
      .flatMap((token) => [[stemOf(token)] as const, ...classesOf(token).map((name) => [`~${name}`] as const)])
  add("name", named(contact.name, contact.full_name))
  add("business", named(contact.business_name))
  return { tokens, features }
}

const placeholderLetters = 6
const lettersOfAny = 7
/** Any number is as good as another. A word that is not Russian has no stem but its beginning. */
const stemOf = (token: string): string => {
  if (token.startsWith("[")) return token.slice(0, placeholderLetters)
  if (/^\d/.test(token)) return "9"
  return /^[а-я]+$/.test(token) ? stem(token) : token.slice(0, lettersOfAny)
}

const piecesOf = (token: string): ReadonlyArray<string> => {
  if (!isWord(token)) return []
  const whole = `<${token.slice(0, 24)}>`
  return [3, 4, 5].flatMap((size) =>
    Array.from({ length: Math.max(0, whole.length - size + 1) }, (_, i) => whole.slice(i, i + size)),
  )
}

/** Small words as they are, of the others the ending: the skeleton of a sentence without what it is about. */
const formOf = (token: string, letters: number): string => {
  if (!isWord(token) || small.has(token) || token.length <= 3) return stemOf(token)
  return /^[a-z]/.test(token) ? "~latin" : `~${token.slice(-letters)}`
}
const small = new Set(
  `меня мной нами тебя тебе вами моего моей нашу наша наши нашей нашего нашим ваша ваше ваши вашу вашего вашей вашем вашим
  вашему твой твоя свой свои своя этот эта эти чтобы какой какая какие какую куда когда сколько почем почему зачем кого кому
  есть нету надо нужно нужен нужна нужны можно могу может можем можете сможете хочу хотим хотел хотела хотели если здесь
  сейчас сегодня завтра вчера здравствуйте привет салам добрый день вечер спасибо пожалуйста подскажите скажите интересует
  цена стоит один через перед между біздер сіздер керек маған сізге сіздерге қанша канша бола болады`.split(/\s+/),
)

/** The classes of a word and of its form. */
export const classesOf = (token: string): ReadonlyArray<string> => {
  if (!isWord(token)) return []
  const form = verbForm(token)
  const classes = namesOf(token)
  return form === null ? classes : [...classes, form]
}

const tables = ((): {
  readonly whole: ReadonlyMap<string, ReadonlyArray<ClassName>>
  readonly beginnings: ReadonlyMap<string, ReadonlyArray<ClassName>>
} => {
  const whole = new Map<string, Array<ClassName>>()
  const beginnings = new Map<string, Array<ClassName>>()
  for (const name of Object.keys(wordClasses) as ReadonlyArray<ClassName>)
    for (const word of wordClasses[name].words.trim().split(/\s+/)) {
      const table = word.endsWith("=") ? whole : beginnings
      const key = word.replace("=", "")
      table.set(key, [...(table.get(key) ?? []), name])
    }
  return { whole, beginnings }
})()
const beginningMax = Math.max(...[...tables.beginnings.keys()].map((word) => word.length))
/** A beginning this short stands for no long word. */
const shortBeginning = 3
const endingMax = 3

const namesOf = (word: string): ReadonlyArray<ClassName> => {
  const exact = tables.whole.get(word)
  if (exact !== undefined) return exact
  for (let size = Math.min(beginningMax, word.length); size >= 2; size--) {
    const found = tables.beginnings.get(word.slice(0, size))
    if (found !== undefined && (size > shortBeginning || word.length <= size + endingMax)) return found
  }
  return []
}

const verbForm = (word: string): string | null => {
  if (word.length < 4 || !/^[а-я]+$/.test(word)) return null
  if (/(?:йте|йтесь|ьте)$/.test(word)) return "+do"
  if (/(?:ете|ите|етесь|итесь)$/.test(word)) return "+you do"
  if (/(?:ешь|ишь|ешься|ишься)$/.test(word)) return "+thou dost"
  if (/(?:[аяуеидвзшжлрнтсчщ]ем|[двзшжлрнтсчщ]им|емся|имся)$/.test(word) && !noVerb.has(word)) return "+we do"
  if (/(?:аю|яю|ую|ою|лю|[аои]жу|вожу|усь|юсь)$/.test(word)) return "+i do"
  if (/(?:ался|ился|[аяиеыоу]л)$/.test(word)) return "+he did"
  if (/(?:[аяиеыу]ла|лась)$/.test(word)) return "+she did"
  if (/(?:[аяиеы]ли|лись)$/.test(word)) return "+they did"
  return /(?:ть|ться|ти|чь)$/.test(word) ? "+to do" : null
}
const noVerb = new Set(
  "всем моим своим твоим нашим вашим совсем зачем причем прием этим таким каким одним самим другим затем".split(" "),
)

const wordSteps = [0, 1, 2, 4, 7, 13, 24]
const shapeOf = (
  said: string,
  tokens: ReadonlyArray<string>,
  messages: ReadonlyArray<string>,
  contact: ContactInfo,
): ReadonlyArray<string> => {
  const folded = fold(said)
  const words = tokens.filter(isWord).length
  const has = (name: string, pattern: RegExp, text = folded) => (pattern.test(text) ? [name] : [])
  return [
    "any",
    `words ${wordSteps.findIndex((step) => words <= step)}`,
    `messages ${Math.min(4, messages.length)}`,
    said.includes("?") ? "?" : "no ?",
    ...has("link", /https?:|www\.|\.(?:kz|ru|com|me|ly|top|site)(?![a-z])/),
    ...has("phone", /\+?[78][\s(-]{0,2}7\d\d/),
    ...has("digit", /\d/),
    ...has("kazakh", /[әғқңөұүһі]/),
    ...has("formal", /(?<![а-я])(?:вы|вас|вам|вами|ваш[а-я]*|с[іи]з[а-яі]*)(?![а-я])/),
    ...has("familiar", /(?<![а-я])(?:ты|тебя|тебе|тобой|тво[а-я]+|сен|саған|сені)(?![а-я])/),
    ...has("%", /%/),
    ...has("!", /!/),
    ...has("quoted", /«/),
    ...(messages.some((message) => /^\s{0,9}\[/.test(message)) ? ["placeholder"] : []),
    (contact.business_name ?? "").trim() === "" ? "no business" : "business",
  ]
}
