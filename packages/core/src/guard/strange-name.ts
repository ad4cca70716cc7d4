/** Names of products that no document knows: «Премиум» where there are «Старт» and «Бизнес». */
import { unitAt } from "../knowledge/quantity-unit.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { DraftView } from "./claim-context.ts"
import type { Index } from "./place.ts"
import { denial } from "./talk.ts"

const latin = /^[a-z][a-z0-9.+-]*$/iu

const unitLetters = /^(?:тг|тн|ч|м|л|г)$/iu

/** `R17` of `R16–R18`. */
const isWithinRange = (letters: string, value: number, text: string): boolean =>
  [...text.matchAll(new RegExp(`${letters}-?(\\d{1,5})\\s?[–—-]\\s?(?:${letters})?-?(\\d{1,5})`, "gu"))].some(
    (match) => value >= Number(match[1]) && value <= Number(match[2]),
  )

/** A product that nobody ever named: «Премиум» where the documents know «Старт» and «Бизнес». Only where a figure stands by it. */
export const strangeNames = (
  view: DraftView,
  index: Index,
  chat: ReadonlyArray<ChatLine>,
): ReadonlyArray<UngroundedClaim> => {
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
  // The number of a certificate or a contract.
  for (const match of view.text.matchAll(/№\s?([\p{L}\d/-]{3,})/gu)) {
    const said = match[1]!.toLowerCase().replace(/[/-]+$/u, "")
    if (!index.text.includes(said) && !chat.some((line) => line.text.toLowerCase().includes(said)))
      found.push({ code: "ungrounded", text: match[0], detail: `Номера «${match[0]}» нет в документах.` })
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
      isWithinRange(match[1]!.toLowerCase(), Number(match[2]), index.text) ||
      !view.quantities.some(
        (quantity) => quantity.kind === "money" || quantity.kind === "duration" || quantity.kind === "count",
      )
    )
      continue
    found.push({ code: "wrong_subject", text: match[0], detail: `Модели «${match[0]}» нет в документах.` })
  }
  // `4-комнатная` where the documents have two and three.
  for (const match of view.text.matchAll(/(?<![\p{L}\d.,-])(\d{1,3})-([а-яё]{5,})/giu)) {
    const root = match[2]!.slice(0, Math.max(4, match[2]!.length - 3)).toLowerCase()
    const said = chat.map((line) => line.text).join(" ")
    if (new RegExp(`(?<!\\d)${match[1]}-?\\s?${root}`, "iu").test(`${index.text} ${said}`)) continue
    if (!new RegExp(`\\d-${root}`, "iu").test(index.text)) continue
    found.push({ code: "wrong_subject", text: match[0], detail: `«${match[0]}» нет в документах.` })
  }
  // `iPhone 15` where the documents have 13 and 14.
  for (const match of view.text.matchAll(
    /(?<![\p{L}\d])([A-Za-z]{3,12})\s(\d{1,3})(?![\d.,]*\d|\s\d{3}|\s*[₸%])(?!\p{L})/gu,
  )) {
    const low = match[0].toLowerCase()
    const sentence = view.sentences.findLast((one) => one.index <= match.index)
    if (
      sentence === undefined ||
      index.text.includes(low) ||
      !index.text.includes(`${match[1]!.toLowerCase()} `) ||
      !new RegExp(`(?<![\\p{L}\\d])${match[1]!.toLowerCase()} \\d`, "u").test(index.text) ||
      unitAt(view.text, match.index + match[0].length) !== null ||
      !view.quantities.some(
        (quantity) => quantity.kind === "money" && quantity.index >= sentence.index && quantity.index < sentence.end,
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
    if (match[1]!.split("-").some((part) => part.length >= 4 && isDocumented(stemOf(part)))) continue
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
