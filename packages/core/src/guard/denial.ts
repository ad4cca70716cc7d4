/**
 * What the documents say no to, allow only so, or sell apart: `Домофоны не устанавливаем`, `Онлайн только индивидуально`,
 * `Монтаж в цену не входит`. Read once per set of facts. It promises that each is a line of the documents; not that it finds all.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { stemOf, stemsOf, wordsOf } from "../knowledge/wording.ts"
import { hasPredicate, inside, nounsOf } from "./affirmation.ts"
import type { Index, Line } from "./place.ts"

interface Denied {
  /** `выше 2 этажа`: only so much is denied. */
  readonly only?: Quantity
  /** What is denied: the stems of each thing of a list. */
  readonly things: ReadonlyArray<ReadonlyArray<string>>
  /** The verb denied, where it is not an offer of ours: `не возвращается`, but not `не делаем`. */
  readonly verb: string | null
  /** The offer denied, without its ending: `выкуп` of `не выкупаем`. */
  readonly act?: string
  readonly line: string
}

interface Only {
  /** What is limited. */
  readonly frame: ReadonlyArray<string>
  /** To what. */
  readonly to: ReadonlyArray<string>
  /** `Входит только в …`: nothing but what is said to be had stands against it. */
  readonly isOfHaving: boolean
  readonly line: string
}

/** What the documents deny and limit. */
export interface Limits {
  readonly denied: ReadonlyArray<Denied>
  readonly only: ReadonlyArray<Only>
  /** Not in the price. */
  readonly apart: ReadonlyArray<Denied>
  /** Stems of what the documents affirm. */
  readonly affirmed: ReadonlySet<string>
  readonly lines: ReadonlyArray<Line>
}

const notDenying =
  /^(?:мен|бол|ран|позж|поздн|тольк|всегд|обязательн|дал|дольш|зависим|огранич|завис|просто|вс[её]|позволя|теря|стесня|волн|переж|забуд|беспоко|платите|переплач|тратьте|мешает|остав|нашл)/iu

const denying = /(?<!\p{L})не\s+(\p{L}{3,})/giu

const lacking = /(?<!\p{L})(?:нет|отсутству\p{L}+|нельзя|запрещ\p{L}+|недопустим\p{L}*)(?!\p{L})/iu

const conditional =
  /(?<!\p{L})(?:если|при|без|до|после|менее|более|раньше|позже|кроме|пока|когда|чтобы|иначе|в случае|только|лишь)(?!\p{L})/iu

export const outside =
  /не\s+вход\p{L}*|не\s+включ\p{L}*|оплачива\p{L}*\s+(?:\p{L}+\s+)?отдельно|отдельно\s+оплачива\p{L}*|за\s+(?:доп\p{L}*|отдельн\p{L}+)\s+(?:плат\p{L}*|сч[её]т)|(?<!\p{L})отдельно(?!\s+сто)|за сч[её]т (?:клиента|заказчика|покупателя)/iu

/** `Других скидок нет` denies none of those told. */
export const others =
  /(?<!\p{L})(?:(?:друг\p{L}+|ины[хе]|прочи[хе]|дополнительн\p{L}+)\s+(?:скид|акци|предложен|услов|плат|доплат|комисси|услуг)|больше|вместе|одновременно|остальн)/iu

const segmentsOf = (text: string): ReadonlyArray<string> =>
  text
    .split(/[;!?\n]|\.\s|(?<=\s)[—–](?=\s)|,?\s(?:но|а|зато|однако)\s/u)
    .map((part) => part.trim())
    .filter((part) => part !== "")

const itemsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text
    .split(/,|\s(?:и|или|ни)\s/u)
    .map(nounsOf)
    .filter((stems) => stems.length > 0)

/** Between two stops of a sentence: a piece of it with what it denies, if anything. */
const denialIn = (
  piece: string,
): { readonly rest: string; readonly verb: string | null; readonly act?: string } | null => {
  const match = [...piece.matchAll(denying)].find((one) => !notDenying.test(one[1]!))
  if (match !== undefined)
    return {
      rest: piece.replace(match[0], " "),
      ...(isOffer(match[1]!) ? { verb: null, act: rootOf(match[1]!) } : { verb: stemOf(match[1]!) }),
    }
  return lacking.test(piece) ? { rest: piece.replace(lacking, " "), verb: null } : null
}

/** `выкупаем`, `выкупим` */
const rootOf = (verb: string): string => stemOf(verb.replace(/(?:[аяуи]?[её]мс?я?|имс?я?)$/iu, ""))

/** Of ours: `не делаем`, `не выдаю`, `не предусмотрен`, `не кредитуются`; but not `не суммируются`. */
const isOffer = (verb: string): boolean =>
  /[её]мс?я?$|имс?я?$|[аяу]ю$|[лжшч][юу]$/u.test(verb) ||
  /^(?:предусмотр|возмож|доступ|практику)/iu.test(verb) ||
  (/(?:[её]тся|ются|ится|ятся)$/u.test(verb) &&
    !/^(?:сумм|возвращ|распростран|дела|счита|включ|меня|сохран|склад|объедин|совме|требу|засч|оплачив|покрыв|нужда|начисля|учитыв|гарант)/iu.test(
      verb,
    ))

/** `Завтрак — 1 500 ₸ с человека, в стоимость` of `… не входит`: the thing without its price and its container. */
const thingsBefore = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const bare = text.replace(/(?<!\p{L})во?\s+[\p{L}«»]+\s*$/iu, " ")
  // `Кроссовер: 5 500 тг, масло и фильтр отдельно`: what stands behind the price, if anything does.
  const sums = findQuantities(bare).filter((one) => one.kind === "money")
  const last = sums.at(-1)
  const behind = last === undefined ? "" : bare.slice(last.index + last.text.length)
  const named = nounsOf(behind).length > 0 ? behind : bare.split(/\s[—–]\s|:/u)[0]!
  return itemsOf(named.replace(/\d[\d\s]*(?:₸|тг|тенге)?/giu, " "))
}

/** While they are read. */
interface Found extends Limits {
  readonly denied: Array<Denied>
  readonly only: Array<Only>
  readonly apart: Array<Denied>
  readonly affirmed: Set<string>
}

const readSentence = (text: string, line: string, to: Found) => {
  const out = outside.exec(text)
  if (
    out !== null &&
    !conditional.test(text) &&
    !inside.test(text.slice(0, out.index).replace(/в\s+(?:стоимост|цен)\p{L}+/giu, " "))
  ) {
    const before = thingsBefore(text.slice(0, out.index))
    const things = before.length > 0 ? before : itemsOf(text.slice(out.index).replace(outside, " "))
    if (things.length > 0) to.apart.push({ things, verb: null, line })
  }
  const limit = onlyPattern.exec(text)
  if (limit !== null && !others.test(text)) {
    const lead = text.slice(0, limit.index)
    const pieces = lead.split(",")
    const own = pieces.at(-1) ?? ""
    // `Рассрочка — только на год` speaks of what stands before the dash; `банки стекло, пересылаем только …` not of jars.
    const frame = nounsOf(own.trim() === "" && pieces.length > 1 ? pieces.at(-2)! : own)
    const limitedTo = stemsOf(limit[0])
    const having = /(?<!\p{L})(?:вход[ия]т|включ\p{L}+|есть|доступ\p{L}+|действ\p{L}+)\s*$/iu.test(lead)
    if (frame.length > 0 && limitedTo.length > 0) to.only.push({ frame, to: limitedTo, isOfHaving: having, line })
  }
  for (const segment of segmentsOf(text)) {
    // `Не ремонтируем: АКПП, электромобили`: one denial over a list.
    const pieces = /^\s*(?:(?:мы\s+)?не\s|чего\s+(?:у нас\s+)?нет)/iu.test(segment)
      ? [segment.replace(/^\s*чего\s+/iu, "")]
      : segment.split(/,\s|:\s/u)
    let open: Array<string> = []
    for (const piece of pieces) {
      const denial = denialIn(piece)
      if (denial === null) {
        if (hasPredicate(piece) || pieces.length === 1) open = []
        else open.push(piece)
        for (const word of wordsOf(piece)) to.affirmed.add(word.stem)
        continue
      }
      if (!conditional.test(piece) && !others.test(piece)) {
        // `Грузовые свыше 3,5 т` is no thing that a word names.
        const things = itemsOf(
          [...open, denial.rest]
            .join(", ")
            .split(/,\s|\s(?=и\s|или\s|ни\s)|:\s/u)
            .map((item) =>
              findQuantities(item).reduce(
                (rest, one) => (one.kind === "money" && denial.verb !== null ? rest.replace(one.text, " ") : rest),
                item,
              ),
            )
            .filter((item) => findQuantities(item).length === 0)
            .join(", "),
        )
        if (things.length > 0) to.denied.push({ ...denied(denial), things, line })
      }
      if (!/(?<!\p{L})(?:если|при|без|пока|когда|чтобы)(?!\p{L})/iu.test(piece) && !others.test(piece))
        for (const item of [...open, denial.rest].join(", ").split(/,\s|:\s/u)) {
          const [bound] = findQuantities(item).filter(
            (one) => one.qualifier !== null && (one.kind === "count" || one.kind === "duration"),
          )
          const bounded = itemsOf(item.replace(bound?.text ?? "", " "))
          if (bound !== undefined && bounded.length > 0)
            to.denied.push({ ...denied(denial), things: bounded, only: bound, line })
        }
      open = []
    }
  }
}

const denied = ({ verb, act }: { readonly verb: string | null; readonly act?: string }) =>
  act === undefined ? { verb } : { verb, act }

const onlyPattern =
  /(?<!\p{L})(?:только|исключительно|лишь)\s+(?:для\s+|на\s+|в\s+|во\s+|по\s+|с\s+|со\s+|при\s+|через\s+)?((?:[\p{L}\d«»"-]+\s*){1,4})/iu

const limitsOf = (lines: ReadonlyArray<Line>): Limits => {
  const limits: Found = { denied: [], only: [], apart: [], affirmed: new Set(), lines }
  for (const { text, path } of lines) {
    if (text.length > 240 || text.includes(" | ")) {
      if (text.length <= 240) for (const word of wordsOf(text)) limits.affirmed.add(word.stem)
      continue
    }
    // `Делаете ли вы видео? Нет.`
    const heading = path.at(-1) ?? ""
    if (/\?\s*$/.test(heading) && /^\s*(?:к сожалению,?\s+)?нет(?!\p{L})/iu.test(text))
      limits.denied.push({ things: [nounsOf(heading)], verb: null, line: `${heading} ${text}` })
    for (const aside of text.matchAll(/\(([^()]{4,60})\)/gu))
      if (
        /(?<!\p{L})нет(?!\p{L})|^не\s(?!на|для|в\s)|^\p{L}+\s+не\s+\p{L}+(?:[её]м|им)$/iu.test(aside[1]!) &&
        findQuantities(aside[1]!).length === 0
      ) {
        const things = itemsOf(aside[1]!.replace(lacking, " ").replace(/(?:^|\s)не\s(?:\p{L}+(?:[её]м|им)$)?/iu, " "))
        if (things.length > 0) limits.denied.push({ things, verb: null, line: text })
      }
    // `Установка 4 000 (диск отдельно)`
    for (const aside of text.matchAll(/\(([^()]{3,40})\s+(?:отдельно|не вход\p{L}+)\)/giu)) {
      const things = itemsOf(aside[1]!)
      if (things.length > 0) limits.apart.push({ things, verb: null, line: text })
    }
    // `Цены комплектов без монтажа`
    for (const want of text.matchAll(/(?<!\p{L})цен\p{L}*[^.;]{0,30}\sбез\s+(\p{L}{4,})(?!\p{L})/giu))
      limits.apart.push({ things: [[stemOf(want[1]!)]], verb: null, line: text })
    for (const sentence of text.replace(/\([^()]*\)/gu, " ").split(/[;!?\n]|\.\s/u))
      readSentence(sentence, text, limits)
  }
  return limits
}

const kept = new WeakMap<Index, Limits>()

export const limitsIn = (index: Index): Limits => {
  let limits = kept.get(index)
  if (limits === undefined) {
    limits = limitsOf(index.lines)
    kept.set(index, limits)
  }
  return limits
}
