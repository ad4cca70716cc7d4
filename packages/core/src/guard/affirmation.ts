/** What a draft affirms, clause by clause, and what of it is said to be held by a price. Words are compared, not meanings. */
import { likeness, wordsOf } from "../knowledge/wording.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { DraftView } from "./claim-context.ts"

export const general =
  /^(?:klient|zakaz|uslug|rabot|god|mesyac|den|chas|nedel|chelovek|kompan|nash|cen|summ|uslov|vozmozhn|dan|moment|por|vrem|mest|nal|vse|drug|ostaln|lub|nikak|skidk|akc|bol|tak|sam|otdeln|lish|tol?k|tolk|obazateln|potom|zaran|tochn|prost|konkretn|gorod|sotrudnik)/u

export const verbish =
  /(?:ть|ться|аем|яем|уем|имся|емся|им|ем|ём|ет|ит|ют|ят|ут|ат|ла|ли|ло|ся|сь|[йие]те|ую|аю|яю|ишь|ешь|ется|ится|ются|ятся)$/u

export const surelyVerb =
  /(?:ться|тся|аем|яем|уем|[аяе]ет|[уеаияё]ют|имся|емся|ишь|ешь|[йи]те|лась|лись|лось|[аеи]вать|[иа]ть)$/u

export const nounsOf = (text: string): ReadonlyArray<string> =>
  wordsOf(text)
    .filter((word) => word.text.length > 2 && !surelyVerb.test(word.text) && !general.test(word.stem))
    .map((word) => word.stem)

export const inside =
  /(?<!\p{L})(?:(?:уже\s+)?(?:вход[ия]т|включ[её]н\p{L}*|включает|внутри|учт[её]н\p{L}*)|в (?:цене|стоимости|цену|стоимость|этой сумме|эту сумму|комплекте)|оплачиваем мы|(?:полностью )?за наш сч[её]т|вс[её] вместе)|полностью\s*:/iu

const predicate = /(?<!\p{L})(?:можно|нужно|надо|есть|нужен|нужна|нужны|обязательн\p{L}*)(?!\p{L})/iu

export const hasPredicate = (piece: string) =>
  predicate.test(piece) ||
  /\d\s?%/u.test(piece) ||
  wordsOf(piece).some((word) => word.text.length > 4 && finite.test(word.text))

const finite = /(?:аем|яем|уем|ает|яет|ует|ают|яют|уют|ится|ются|ятся|ется|ходят|ходит|дим|дят|возим|ладим)$/u

export const hedged =
  /(?<!\p{L})(?:не|нет|ни|без(?!\s+(?:доплат|переплат|предоплат|процент|проблем|вопрос|лишн|очеред|выходн|оплат))|кроме|уточн\p{L}*|узна(?:ю|ем|ть)|спрош\p{L}*|провер\p{L}*|подскаж\p{L}*|к сожалению|увы|отдельно|жаль|жоқ|емес|нельзя|запрещ\p{L}+)(?!\p{L})/iu

export interface Clause {
  readonly text: string
  readonly stems: ReadonlyArray<string>
}

/** What the draft affirms: its clauses without a negation, a doubt or a question. */
export const affirmationsOf = (view: DraftView): ReadonlyArray<Clause> =>
  view.sentences.flatMap((sentence) => {
    const isQuestion = /\?\s*[\p{Extended_Pictographic}\s)»"]*$/u.test(sentence.text)
    if (isQuestion) return []
    return (
      sentence.text
        // What a dash explains begins behind the comma before it: `гид включён, питание — 4 000 ₸`.
        .replace(/,([^,;()\n—–]*\s[—–]\s)/gu, ";$1")
        .split(/[;()\n]|(?:,|(?<=\s)|^)(?:но|а(?!\s+также)|зато|однако)\s/iu)
        .filter((text) => text.trim() !== "" && !hedged.test(text))
        .map((text) => ({
          text,
          stems: [
            ...wordsOf(text).map((word) => word.stem),
            ...(/(?<!\p{L})(?:забер(?:[её]м|у|[её]т)|вывез(?:ем|у)|привоз(?:им|ит)|отвез[её]м|доставля)/iu.test(text)
              ? ["dostavk"]
              : []),
          ],
        }))
    )
  })

export const has = (stems: ReadonlyArray<string> | ReadonlySet<string>, stem: string): boolean => {
  for (const one of stems) if (likeness(one, stem) > 0) return true
  return false
}

export const contradiction = (text: string, line: string): UngroundedClaim => ({
  code: "ungrounded_promise",
  text: text.trim(),
  detail: `«${text.trim().slice(0, 80)}»: в документах сказано обратное: «${line.slice(0, 160)}».`,
})

/** What a price is said to hold: the list before `включены`, or the words behind `входит`. */
export const heldIn = (text: string): string => {
  const match = inside.exec(text)
  if (match === null) return ""
  const pieces = text.slice(0, match.index).split(",")
  const own = pieces.pop() ?? ""
  const list: Array<string> = [own]
  for (const piece of pieces.reverse()) {
    // `Препараты привозим сами, они уже в цене`
    if (/(?<!\p{L})(?:он[аио]?|это)(?!\p{L})/iu.test(list[0]!) && list.length === 1) {
      list.push(piece)
      break
    }
    if (/\d/.test(piece) || hasPredicate(piece)) break
    list.push(piece)
  }
  return `${list.join(" ")} ${text.slice(match.index)}`
}
