/**
 * What the documents say no to, allow only so, or sell apart, told as if it held: `Домофоны не устанавливаем`, `Онлайн только
 * индивидуально`, `Монтаж в цену не входит`. It promises that what it names stands against a line of the documents; not that
 * it finds every contradiction, for it compares words and not meanings.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, stemOf, stemsOf, wordsOf } from "../knowledge/wording.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { DraftView } from "./claim-context.ts"
import { daysIn, everyDay } from "./days.ts"
import { admits, measured, sameNumber, sameUnit } from "./figure.ts"
import type { Index, Line } from "./place.ts"
import type { Court } from "./weighing.ts"

interface Denied {
  /** `выше 2 этажа`: only so much is denied. */
  readonly only?: Quantity
  /** What is denied: the stems of each thing of a list. */
  readonly things: ReadonlyArray<ReadonlyArray<string>>
  /** The verb denied, where it is not an offer of ours: `не возвращается`, but not `не делаем`. */
  readonly verb: string | null
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

const general =
  /^(?:klient|zakaz|uslug|rabot|god|mesyac|den|chas|nedel|chelovek|kompan|nash|cen|summ|uslov|vozmozhn|dan|moment|por|vrem|mest|nal|vse|drug|ostaln|lub|nikak|skidk|akc|bol|tak|sam|otdeln|lish|tol?k|tolk|obazateln|potom|zaran|tochn|prost|konkretn|gorod|sotrudnik)/u
const verbish =
  /(?:ть|ться|аем|яем|уем|имся|емся|им|ем|ём|ет|ит|ют|ят|ут|ат|ла|ли|ло|ся|сь|[йие]те|ую|аю|яю|ишь|ешь|ется|ится|ются|ятся)$/u

const surelyVerb =
  /(?:ться|тся|аем|яем|уем|[аяе]ет|[уеаияё]ют|имся|емся|ишь|ешь|[йи]те|лась|лись|лось|[аеи]вать|[иа]ть)$/u
const nounsOf = (text: string): ReadonlyArray<string> =>
  wordsOf(text)
    .filter((word) => word.text.length > 2 && !surelyVerb.test(word.text) && !general.test(word.stem))
    .map((word) => word.stem)

const notDenying =
  /^(?:мен|бол|ран|позж|поздн|тольк|всегд|обязательн|дал|дольш|зависим|огранич|завис|просто|вс[её]|позволя|теря|стесня|волн|переж|забуд|беспоко|платите|переплач|тратьте|мешает|остав|нашл)/iu
const denying = /(?<!\p{L})не\s+(\p{L}{3,})/giu
const lacking = /(?<!\p{L})(?:нет|отсутству\p{L}+|нельзя|запрещ\p{L}+|недопустим\p{L}*)(?!\p{L})/iu
const conditional =
  /(?<!\p{L})(?:если|при|без|до|после|менее|более|раньше|позже|кроме|пока|когда|чтобы|иначе|в случае|только|лишь)(?!\p{L})/iu
const outside =
  /не\s+вход\p{L}*|не\s+включ\p{L}*|оплачива\p{L}*\s+(?:\p{L}+\s+)?отдельно|отдельно\s+оплачива\p{L}*|за\s+(?:доп\p{L}*|отдельн\p{L}+)\s+(?:плат\p{L}*|сч[её]т)|(?<!\p{L})отдельно(?!\s+сто)|за сч[её]т (?:клиента|заказчика|покупателя)/iu
const inside =
  /(?<!\p{L})(?:(?:уже\s+)?(?:вход[ия]т|включ[её]н\p{L}*|включает|внутри|учт[её]н\p{L}*)|в (?:цене|стоимости|цену|стоимость|этой сумме|эту сумму|комплекте)|оплачиваем мы|(?:полностью )?за наш сч[её]т|вс[её] вместе)|полностью\s*:/iu

/** `Других скидок нет` denies none of those told. */
const others =
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
const denialIn = (piece: string): { readonly rest: string; readonly verb: string | null } | null => {
  const match = [...piece.matchAll(denying)].find((one) => !notDenying.test(one[1]!))
  if (match !== undefined)
    return {
      rest: piece.replace(match[0], " "),
      verb: isOffer(match[1]!) ? null : stemOf(match[1]!),
    }
  return lacking.test(piece) ? { rest: piece.replace(lacking, " "), verb: null } : null
}
/** Of ours: `не делаем`, `не выдаю`, `не предусмотрен`, `не кредитуются`; but not `не суммируются`. */
const isOffer = (verb: string): boolean =>
  /[её]мс?я?$|имс?я?$|[аяу]ю$|[лжшч][юу]$/u.test(verb) ||
  /^(?:предусмотр|возмож|доступ|практику)/iu.test(verb) ||
  (/(?:ется|ются|ится|ятся)$/u.test(verb) &&
    !/^(?:сумм|возвращ|распростран|дела|счита|включ|меня|сохран|склад|объедин|совме|требу|засч|оплачив|покрыв|нужда|начисля|учитыв)/iu.test(
      verb,
    ))

const predicate = /(?<!\p{L})(?:можно|нужно|надо|есть|нужен|нужна|нужны|обязательн\p{L}*)(?!\p{L})/iu
const hasPredicate = (piece: string) =>
  predicate.test(piece) ||
  /\d\s?%/u.test(piece) ||
  wordsOf(piece).some((word) => word.text.length > 4 && finite.test(word.text))
const finite = /(?:аем|яем|уем|ает|яет|ует|ают|яют|уют|ится|ются|ятся|ется|ходят|ходит|дим|дят|возим|ладим)$/u

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

const readSentence = (text: string, line: string, to: Limits & { readonly affirmed: Set<string> }) => {
  const out = outside.exec(text)
  if (
    out !== null &&
    !conditional.test(text) &&
    !inside.test(text.slice(0, out.index).replace(/в\s+(?:стоимост|цен)\p{L}+/giu, " "))
  ) {
    const before = thingsBefore(text.slice(0, out.index))
    const things = before.length > 0 ? before : itemsOf(text.slice(out.index).replace(outside, " "))
    if (things.length > 0) (to.apart as Array<Denied>).push({ things, verb: null, line })
  }
  const limit = onlyPattern.exec(text)
  if (limit !== null && !others.test(text)) {
    const lead = text.slice(0, limit.index)
    const pieces = lead.split(",")
    const own = pieces.at(-1) ?? ""
    // `Рассрочка — только на год` speaks of what stands before the dash; `банки стекло, пересылаем только …` not of jars.
    const frame = nounsOf(own)
    const limitedTo = stemsOf(limit[0])
    const having = /(?<!\p{L})(?:вход[ия]т|включ\p{L}+|есть|доступ\p{L}+|действ\p{L}+)\s*$/iu.test(lead)
    if (frame.length > 0 && limitedTo.length > 0)
      (to.only as Array<Only>).push({ frame, to: limitedTo, isOfHaving: having, line })
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
        if (things.length > 0) (to.denied as Array<Denied>).push({ things, verb: denial.verb, line })
        for (const item of [...open, denial.rest].join(", ").split(/,\s|:\s/u)) {
          const [bound] = findQuantities(item).filter((one) => one.qualifier !== null && (one.kind === "count" || one.kind === "duration"))
          const bounded = itemsOf(item.replace(bound?.text ?? "", " "))
          if (bound !== undefined && bounded.length > 0)
            (to.denied as Array<Denied>).push({ things: bounded, verb: denial.verb, only: bound, line })
        }
      }
      open = []
    }
  }
}
const onlyPattern =
  /(?<!\p{L})(?:только|исключительно|лишь)\s+(?:для\s+|на\s+|в\s+|во\s+|по\s+|с\s+|со\s+|при\s+|через\s+)?((?:[\p{L}\d«»"-]+\s*){1,4})/iu

export const limitsOf = (lines: ReadonlyArray<Line>): Limits => {
  const limits = { denied: [], only: [], apart: [], affirmed: new Set<string>(), lines } as Limits & {
    readonly affirmed: Set<string>
  }
  for (const { text, path } of lines) {
    if (text.length > 240 || text.includes(" | ")) {
      if (text.length <= 240) for (const word of wordsOf(text)) limits.affirmed.add(word.stem)
      continue
    }
    // `Делаете ли вы видео? Нет.`
    const heading = path.at(-1) ?? ""
    if (/\?\s*$/.test(heading) && /^\s*(?:к сожалению,?\s+)?нет(?!\p{L})/iu.test(text))
      (limits.denied as Array<Denied>).push({ things: [nounsOf(heading)], verb: null, line: `${heading} ${text}` })
    for (const aside of text.matchAll(/\(([^()]{4,60})\)/gu))
      if (/(?<!\p{L})нет(?!\p{L})|^не\s(?!на|для|в\s)/iu.test(aside[1]!) && findQuantities(aside[1]!).length === 0) {
        const things = itemsOf(aside[1]!.replace(lacking, " ").replace(/^не\s/iu, ""))
        if (things.length > 0) (limits.denied as Array<Denied>).push({ things, verb: null, line: text })
      }
    // `Установка 4 000 (диск отдельно)`
    for (const aside of text.matchAll(/\(([^()]{3,40})\s+(?:отдельно|не вход\p{L}+)\)/giu)) {
      const things = itemsOf(aside[1]!)
      if (things.length > 0) (limits.apart as Array<Denied>).push({ things, verb: null, line: text })
    }
    // `Цены комплектов без монтажа`
    for (const want of text.matchAll(/(?<!\p{L})цен\p{L}*[^.;]{0,30}\sбез\s+(\p{L}{4,})(?!\p{L})/giu))
      (limits.apart as Array<Denied>).push({ things: [[stemOf(want[1]!)]], verb: null, line: text })
    for (const sentence of text.replace(/\([^()]*\)/gu, " ").split(/[;!?\n]|\.\s/u))
      readSentence(sentence, text, limits)
  }
  return limits
}

const hedged =
  /(?<!\p{L})(?:не|нет|ни|без(?!\s+(?:доплат|переплат|предоплат|процент|проблем|вопрос|лишн|очеред|выходн|оплат))|кроме|уточн\p{L}*|узна(?:ю|ем|ть)|спрош\p{L}*|провер\p{L}*|подскаж\p{L}*|к сожалению|увы|отдельно|жаль|жоқ|емес|нельзя|запрещ\p{L}+)(?!\p{L})/iu

interface Clause {
  readonly text: string
  readonly stems: ReadonlyArray<string>
}
/** What the draft affirms: its clauses without a negation, a doubt or a question. */
const affirmationsOf = (view: DraftView): ReadonlyArray<Clause> =>
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

const has = (stems: ReadonlyArray<string> | ReadonlySet<string>, stem: string): boolean => {
  for (const one of stems) if (likeness(one, stem) > 0) return true
  return false
}

/** Whether the clause names the thing: the words that nothing affirmed shares, or all of them. */
const names = (clause: Clause, thing: ReadonlyArray<string>, verb: string | null, limits: Limits): boolean => {
  const met = thing.filter((stem) => has(clause.stems, stem))
  if (met.length === 0) return false
  const isOwn = met.some((stem) => !has(limits.affirmed, stem))
  if (verb !== null && !has(clause.stems, verb)) return false
  return isOwn ? met.length * 2 >= thing.length : met.length === thing.length && thing.length >= 2
}

const ofHaving =
  /(?<!\p{L})(?:есть|вход[ия]т|включ\p{L}+|внутри|получ\p{L}+|доступ\p{L}+|предусмотр\p{L}+|да[её]т|идёт|идет|будет|уже)(?!\p{L})/iu
const inherits = /(?<!\p{L})вс[её]\s+(?:из|что|в|то же|возможности|от)(?!\p{L})/iu

interface Product {
  readonly name: string
  /** The line that it heads. */
  readonly head: Line
  readonly lines: ReadonlyArray<Line>
}

/** A name before a colon, a dash or a cell: a title in quotes, or one word. */
const nameIn = (line: Line): string | null => {
  const head = /^[-•*\d.)\s]*([^:|—–]{2,60}?)\s*(?::|\||\s[—–]\s)/u.exec(line.text)?.[1]
  if (head === undefined || inside.test(head)) return null
  const title = /[«"“]([^»"”\n]{2,30})[»"”]/u.exec(head)
  const words = wordsOf(title?.[1] ?? head.replace(/\([^()]*\)/gu, ""))
  return title === null && (words.length > 1 || !/^\p{Lu}/u.test(head)) ? null : (words[0]?.stem ?? null)
}

/** Tariffs and packages with what each holds: its own line, and the small letters right under it. */
const productsOf = (lines: ReadonlyArray<Line>): ReadonlyArray<Product> => {
  const found: Array<{ name: string; head: Line; lines: Array<Line> }> = []
  let last: (typeof found)[number] | null = null
  for (const line of lines) {
    const name = nameIn(line)
    if (name !== null) {
      last = { name, head: line, lines: [line] }
      found.push(last)
    } else if (last !== null && /^\p{Ll}/u.test(line.text)) last.lines.push(line)
    else last = null
  }
  return found
}

const products = new WeakMap<Index, ReadonlyArray<Product>>()

/** `В «Команде» есть интеграция с 1С` where it is in «Бизнес» alone: the line that gives it to another. */
const featureOfAnother = (clause: Clause, court: Court): string | null => {
  if (!ofHaving.test(clause.text)) return null
  const { index, view } = court
  let known = products.get(index)
  if (known === undefined) {
    known = productsOf(index.lines)
    products.set(index, known)
  }
  const at = view.text.indexOf(clause.text)
  const named = (text: string) => {
    const stems = wordsOf(text).map((word) => word.stem)
    return [...new Set(known.filter((product) => has(stems, product.name)).map((product) => product.name))]
  }
  const own = named(clause.text)
  const subjects = own.length > 0 ? own : named(view.text.slice(Math.max(0, at - 160), Math.max(0, at)))
  if (subjects.length !== 1) return null
  // `Всё из Старта и …` holds that, too.
  const holders = new Set(subjects)
  for (let round = 0; round < 4; round++)
    for (const product of known)
      if (holders.has(product.name))
        for (const line of product.lines)
          if (inherits.test(line.text)) for (const name of named(line.text)) holders.add(name)
  const mine = known.filter((product) => holders.has(product.name))
  for (const word of wordsOf(clause.text)) {
    const { stem } = word
    if (word.text.length < 5 || verbish.test(word.text) || general.test(stem) || has([...holders], stem)) continue
    const telling = index.lines.filter((line) => has(line.stems, stem))
    if (telling.length === 0 || telling.some((line) => mine.some((product) => product.lines.includes(line)))) continue
    const rival = known.find(
      (product) =>
        !holders.has(product.name) &&
        telling.every((line) => product.lines.includes(line) && /[,+].*\p{L}/u.test(line.text)) &&
        mine.some(
          (other) =>
            other.head.path.at(-1) === product.head.path.at(-1) &&
            other.lines.some((line) => /[,+].*\p{L}/u.test(line.text)),
        ),
    )
    if (rival !== undefined) return telling[0]!.text
  }
  return null
}

/** `Скидки не суммируются`, told together. */
const combinedOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const rule = court.index.lines.find((line) =>
    /(?:скидк|акци|предложени)\p{L}*[^.;]{0,30}не\s+(?:суммир|складыва|объединя|совмеща)/iu.test(line.text),
  )
  if (rule === undefined) return []
  return court.view.sentences.flatMap((sentence) =>
    /(?<!\p{L})(?:обе|оба|обеих|сразу две|и ещ[её]|плюс|вместе|дополнительно|сложи\p{L}*|суммиру\p{L}*)(?!\p{L})/iu.test(
      sentence.text,
    ) &&
    (sentence.text.match(/(?<!\p{L})(?:скидк\p{L}*|бесплатн\p{L}*|в подарок)|\d\s?%/giu)?.length ?? 0) >= 2 &&
    !hedged.test(sentence.text)
      ? [contradiction(sentence.text, rule.text)]
      : [],
  )
}

const contradiction = (text: string, line: string): UngroundedClaim => ({
  code: "ungrounded_promise",
  text: text.trim(),
  detail: `«${text.trim().slice(0, 80)}»: в документах сказано обратное: «${line.slice(0, 160)}».`,
})

const abroad =
  /(?<!\p{L})(?:Герман|Росси|Москв|Кыргыз|Бишкек|Узбекистан|Ташкент|США|Америк|Турци|Стамбул|Кита(?:й|я|е|ю)|ОАЭ|Дубай|Европ|Польш|Коре|Минск|Беларус)/u
const sending = /(?<!\p{L})(?:отправ|достав|вез[её]м|привез|перевез|пошл|вышл)/iu

const contrary: ReadonlyArray<readonly [string, string]> = [
  ["ochn", "onlain"],
  ["oflain", "onlain"],
  ["onlain", "ochn"],
]

const kept = new WeakMap<Index, Limits>()
const limitsIn = (index: Index): Limits => {
  let limits = kept.get(index)
  if (limits === undefined) {
    limits = limitsOf(index.lines)
    kept.set(index, limits)
  }
  return limits
}

/** Those whom an offer is for. */
const audiences: ReadonlyArray<RegExp> = [
  /(?<!\p{L})пенсион/iu,
  /(?<!\p{L})студент/iu,
  /(?<!\p{L})школьник/iu,
  /(?<!\p{L})именинник|дн(?:я|ю|ём|ем|ень) рождени/iu,
  /(?<!\p{L})многодетн/iu,
  /(?<!\p{L})втор(?:ому|ого|ой|ым) реб[её]н/iu,
  /(?<!\p{L})инвалид|особыми потребност/iu,
  /(?<!\p{L})ветеран/iu,
  /(?<!\p{L})постоянн\p{L}+ (?:клиент|покупател|гост)/iu,
  /(?<!\p{L})нов(?:ым|ых|ому|ого|ые|ый) (?:клиент|покупател|гост|ученик)/iu,
  /(?<!\p{L})физ(?:ическ\p{L}+\s)?\s?лиц|частн\p{L}+ лиц/iu,
  /(?<!\p{L})(?:ТОО|юр(?:идическ\p{L}+\s)?\s?лиц|организаци(?:й|ям|ями)|компани(?:й|ям|ями))/iu,
  /(?<!\p{L})ИП(?!\p{L})/u,
  /(?<!\p{L})(?:врач|медик|учител|педагог|военн)\p{L}*/iu,
]
const offers: ReadonlyArray<RegExp> = [
  /(?<!\p{L})(?:скидк|скидок)|[-−–]\s?\d+\s?%/iu,
  /(?<!\p{L})рассрочк/iu,
  /(?<!\p{L})отсрочк/iu,
  /(?<!\p{L})бесплатн/iu,
]
/** `Пенсионерам скидка 15 %` where it is for students. */
const audienceOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    if (hedged.test(sentence.text) || /\?\s*$/.test(sentence.text)) return []
    const told = audiences.filter((one) => one.test(sentence.text))
    const own = told.length > 0 ? told : audiences.filter((one) => one.test(court.view.turn))
    if (own.length === 0) return []
    return offers.flatMap((offer) => {
      if (!offer.test(sentence.text)) return []
      const lines = court.index.lines.filter(
        (line) => offer.test(line.text) && audiences.some((one) => one.test(line.text)),
      )
      const open = court.index.lines.some(
        (line) => offer.test(line.text) && !audiences.some((one) => one.test(line.text)),
      )
      const isFor = own.some((one) => lines.some((line) => one.test(line.text)))
      return lines.length === 0 || isFor || (open && offer !== offers[0])
        ? []
        : [contradiction(sentence.text, lines[0]!.text)]
    })
  })

const visits =
  /(?<!\p{L})(?:работа(?:ем|ет|ют)|открыт\p{L}*|подходите|приходите|приезжайте|заезжайте|забрать|забирайте|жд[её]м|примем|принимаем|прие(?:дем|дет|хать)|подъезжайте)(?!\p{L})/iu
const daily = /(?<!\p{L})(?:ежедневно|без выходных|каждый день|круглосуточн\p{L}*|24\/7)(?!\p{L})/iu
/** `В понедельник ателье открыто` where it is open from Tuesday on. */
const closedDaysOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  if (index.lines.some((line) => daily.test(line.text))) return []
  const hours = index.lines.filter(
    (line) =>
      line.days !== 0 &&
      !/заявк|заказ/iu.test(line.text) &&
      findQuantities(line.text).some((one) => one.kind === "clock"),
  )
  // `7:30–14:00, воскресенье выходной`
  const openIn = (text: string) => {
    const shut = [...text.matchAll(/(?:[\p{L}–—-]+(?:,|\sи)?\s+){1,3}(?:[—–-]\s*)?выходной(?!\p{L})/giu)].reduce(
      (mask, match) => mask | daysIn(match[0].replace(/выходной/giu, "")),
      0,
    )
    const told = daysIn(text.replace(/выходной/giu, "")) & ~shut
    return told === 0 ? everyDay & ~shut : told
  }
  const open = hours.reduce((mask, line) => mask | openIn(line.text), 0)
  if (open === 0) return []
  return view.sentences.flatMap((sentence) => {
    if (!visits.test(sentence.text) || hedged.test(sentence.text) || /звон/iu.test(sentence.text)) return []
    const days = daysIn(sentence.text)
    return days !== 0 && (days & open) === 0 ? [contradiction(sentence.text, hours[0]!.text)] : []
  })
}

const half = /(?<!\p{L})половин\p{L}*(?!\p{L})/iu
const ahead = /(?<!\p{L})(?:предоплат\p{L}*|аванс\p{L}*|впер[её]д)(?!\p{L})/iu
/** `Предоплата половина` where it is 70 %. */
const halvesOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) => {
    if (!half.test(sentence.text) || !ahead.test(sentence.text)) return []
    const rules = court.index.lines.filter((line) => ahead.test(line.text))
    const shares = rules.flatMap((line) => findQuantities(line.text).filter((one) => one.kind === "percent"))
    return shares.length > 0 && !shares.some((one) => one.value === 50) && !rules.some((line) => half.test(line.text))
      ? [contradiction(sentence.text, rules[0]!.text)]
      : []
  })

/** `Без сахара не готовим`: then nothing is told to be without it. */
const withoutOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.index.lines.flatMap((line) =>
    [
      ...line.text.matchAll(
        /(?<!\p{L})без\s+(\p{L}{4,})(?:\s+и\s+без\s+(\p{L}{4,}))?\s+не\s+\p{L}+(?:ем|им|ю|у)(?!\p{L})/giu,
      ),
    ].flatMap((match) =>
      [match[1], match[2]].flatMap((word) => {
        if (word === undefined) return []
        const root = word.slice(0, Math.max(4, word.length - 2)).toLowerCase()
        const sentence = court.view.sentences.find(
          (one) =>
            new RegExp(`(?<!\\p{L})без\\s?${root}`, "iu").test(one.text) &&
            !/(?<!\p{L})не(?!\p{L})/iu.test(one.text) &&
            !/\?\s*$/.test(one.text),
        )
        return sentence === undefined ? [] : [contradiction(sentence.text, line.text)]
      }),
    ),
  )

/** What nobody wrote down: an urgency, a limit lifted, a loss made good. */
const inventions: ReadonlyArray<readonly [said: RegExp, known: RegExp]> = [
  [
    /(?<!\p{L})(?:остал(?:ось|ся|ась|ись)\s+(?:последн\p{L}+|вс?его|только|лишь|пар\p{L}|\d+|одно|два|три|несколько|мало)|последн(?:ее|ие|их)\s+мест\p{L}*|мест\p{L}*\s+(?:почти\s+)?(?:заканчива|разбира)\p{L}*|(?:цен\p{L}|стоимость)\s+(?:скоро\s+)?(?:вырастет|повысится|поднимется)|только\s+сегодня)(?!\p{L})/iu,
    /осталось|последн\p{L}+\s+мест|заканчива|вырастет|повысит|только сегодня/iu,
  ],
  [
    /(?<!\p{L})(?:не\s+(?:лимитирован|ограничен)\p{L}*|ограничени\p{L}\s+(?:\p{L}+\s+)?нет|без\s+(?:каких-либо\s+|всяких\s+)?ограничени\p{L})(?!\p{L})/iu,
    /не\s+(?:лимитирован|ограничен)|без\s+ограничени|безлимит|ограничени\p{L} нет/iu,
  ],
  [
    /(?<!\p{L})(?:возмест(?:им|ит|ят)|возмещаем|компенсир(?:уем|ует|уют)|(?:полностью|целиком)\s+покро(?:ем|ет)|бер[её]м\s+(?:\p{L}+\s+)?на\s+себя|отвечаем\s+за\s+(?:груз|результат|вс[её]))(?!\p{L})/iu,
    /возмещ|возмест|компенс|на себя|отвечаем|оплачиваем (?:их )?сами|за наш сч[её]т/iu,
  ],
]
const human =
  /(?<!\p{L})(?:я\s+(?:[—–-]\s*)?(?:живой|реальный|настоящий|обычный)?\s*(?:человек|менеджер\s+\p{Lu}\p{Ll}+)|не\s+бот(?!\p{L})|живой\s+(?:человек|менеджер|сотрудник))/u
/** It is none. */
const humanOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const match = human.exec(court.view.text)
  return match === null || /(?<!\p{L})не\s+живой/iu.test(court.view.text)
    ? []
    : [{ code: "ungrounded_promise", text: match[0], detail: `«${match[0]}»: отвечает помощник, а не человек.` }]
}

const inventionsOf = (court: Court): ReadonlyArray<UngroundedClaim> =>
  court.view.sentences.flatMap((sentence) =>
    inventions.flatMap(([said, known]) => {
      const match = said.exec(sentence.text)
      if (
        match === null ||
        /\?\s*$/.test(sentence.text) ||
        /(?<!\p{L})(?:не могу|не можем|не обеща\p{L}*|уточн\p{L}*)(?!\p{L})/iu.test(sentence.text)
      )
        return []
      const line = court.index.lines.find((one) => known.test(one.text))
      if (line === undefined)
        return [
          { code: "ungrounded_promise" as const, text: match[0], detail: `«${match[0]}»: такого в документах нет.` },
        ]
      const whole = /(?<!\p{L})(?:полностью|любые|любой|вс[её]|в любом случае|целиком)(?!\p{L})/iu
      return whole.test(sentence.text) &&
        /(?<!\p{L})(?:не более|не больше|только|кроме|до|без)(?!\p{L})/iu.test(line.text) &&
        !whole.test(line.text)
        ? [contradiction(sentence.text, line.text)]
        : []
    }),
  )

/** What a price is said to hold: the list before `включены`, or the words behind `входит`. */
const heldIn = (text: string): string => {
  const match = inside.exec(text)
  if (match === null) return ""
  const pieces = text.slice(0, match.index).split(",")
  const own = pieces.pop() ?? ""
  const list: Array<string> = [own]
  for (const piece of pieces.reverse()) {
    if (/\d/.test(piece) || hasPredicate(piece)) break
    list.push(piece)
  }
  return `${list.join(" ")} ${text.slice(match.index)}`
}

const doing =
  /(?<!\p{L})\p{L}{2,}(?:аем|яем|уем|[вдзлмнпрстш]им|[бвдзклмнпрст]ем|ём)(?!\p{L})|(?<!\p{L})(?:есть|вход[ия]т|доступ\p{L}+|можно)(?!\p{L})/iu
const ofPurpose =
  /(?<!\p{L})(?:для|на|к|ко|от|из|с|со|под|при|вашего?|вашей|вашу|ваш|ваши|у вас|о|об|по|в|во|за|до)\s+(?:\p{L}+\s+)?$/iu
/** The client asks for what no document knows, and the draft has it: `Да, снимаем и видео`. */
const unknownOffersOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const asked = wordsOf(view.turn).filter(
    (word) =>
      word.text.length >= 5 &&
      /^[а-яё]+$/u.test(word.text) &&
      !surelyVerb.test(word.text) &&
      !/(?:[ыи]й|[ао]я|[ое]е|[ыи]е|[ыи]х|ого|его|ому|ему|ую|юю|ым|им|но|ко|ли|ть|ла|шь|ете|ите|[еи]т|[ею]т)$/u.test(
        word.text,
      ) &&
      !general.test(word.stem) &&
      ![...index.vocabulary].some(
        (known) => likeness(known, word.stem) > 0 || known.slice(0, 5) === word.stem.slice(0, 5),
      ),
  )
  if (asked.length === 0) return []
  return affirmationsOf(view).flatMap((clause) => {
    if (!/^\s*(?:да|конечно|разумеется)(?!\p{L})/iu.test(view.text) || !doing.test(clause.text)) return []
    const word = asked.find((one) =>
      wordsOf(clause.text).some((said) => said.stem === one.stem && !ofPurpose.test(clause.text.slice(0, said.index))),
    )
    return word === undefined
      ? []
      : [
          {
            code: "ungrounded_promise" as const,
            text: clause.text.trim(),
            detail: `«${word.text}»: в документах об этом ничего нет.`,
          },
        ]
  })
}

/** `Комплект «Фермер» (без насоса)`: its pump is no part of it. */
const missingPartsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const held = affirmationsOf(court.view).flatMap((clause) =>
    inside.test(clause.text) ? [{ clause, stems: stemsOf(heldIn(clause.text)) }] : [],
  )
  if (held.length === 0) return []
  const texts = [...court.settled.values()].flatMap((place) =>
    place === null || place.quantity.kind === "percent" ? [] : [place.line.text, ...place.line.path],
  )
  return [...new Set(texts)].flatMap((text) =>
    [...text.matchAll(/(?<!\p{L})без\s+(\p{L}{4,})/giu)].flatMap((match) => {
      const part = stemOf(match[1]!)
      const found = held.find((one) => has(one.stems, part))
      return found === undefined ? [] : [contradiction(found.clause.text, text)]
    }),
  )
}

const instalment = /(?<!\p{L})(?:рассрочк|0-0-\d)/iu
/** `Рассрочка на 12 месяцев` where it is for three; `без переплаты` where that term costs more. */
const instalmentsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const wholes = index.lines.map((line) => (line.whole === "" ? line.text : line.whole))
  const rules = [...new Set(wholes.filter((text) => instalment.test(text)))]
  const monthsIn = (text: string) => [
    ...findQuantities(text.replace(/0-0-(\d{1,2})/g, "$1 месяцев")).filter(
      (one) => one.kind === "duration" && measured(one).scale === "months",
    ),
    // `на 3, 6 или 12 месяцев`
    ...[...text.matchAll(/(\d{1,2})(?=(?:,\s*\d{1,2})*\s*(?:,|и|или|либо)\s*\d{1,2}\s*мес)/giu)].flatMap((match) =>
      findQuantities(`${match[1]} месяцев`),
    ),
  ]
  const terms = rules.flatMap((text) =>
    /0-0-\d/.test(text)
      ? [...text.matchAll(/0-0-(\d{1,2})/g)].flatMap((match) => findQuantities(`${match[1]} месяцев`))
      : monthsIn(text),
  )
  if (terms.length === 0) return []
  return view.sentences.flatMap((sentence) => {
    if (
      !instalment.test(sentence.text) ||
      hedged.test(sentence.text.replace(/без\s+\p{L}+/giu, " ")) ||
      /\?\s*$/.test(sentence.text)
    )
      return []
    return monthsIn(sentence.text).flatMap((one) => {
      const value = measured(one).value
      // A year of a subscription is no term of its instalments.
      const lead = sentence.text.slice(Math.max(0, one.index - 40), one.index)
      if (!/(?:рассрочк|0-0-|kaspi|каспи|част|плат)/iu.test(`${lead}${one.text}`)) return []
      if (!terms.some((term) => admits(term, value))) return [contradiction(`рассрочка ${one.text}`, rules[0]!)]
      if (!/без\s+(?:переплат|процент|удорож)/iu.test(sentence.text)) return []
      const dear = rules
        .flatMap((text) => text.split(/[;,](?!\d)|\.\s|\n/u))
        .find(
          (part) =>
            monthsIn(part).some((term) => sameNumber(measured(term).value, value)) &&
            /\d\s?%/u.test(part) &&
            !/(?<!\d)0\s?%/u.test(part),
        )
      return dear === undefined ? [] : [contradiction(`рассрочка ${one.text} без переплаты`, dear)]
    })
  })
}

const refunding = /(?<!\p{L})(?:верн[её]м|возвраща(?:ем|ется|ются)|возврат)(?!\p{L})/iu
/** `Задаток вернём полностью` where on some condition it is not returned, and the condition is not told. */
const refundsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const rules = index.lines.filter((line) => /не\s+возвра/iu.test(line.text))
  return view.sentences.flatMap((sentence) => {
    if (
      !refunding.test(sentence.text) ||
      hedged.test(sentence.text.replace(/(?<!\p{L})не\s+отмен/giu, " ")) ||
      /\?\s*$/.test(sentence.text)
    )
      return []
    const stems = wordsOf(sentence.text).map((word) => word.stem)
    const rule = rules.find(
      (line) =>
        nounsOf(line.text).some(
          (stem) => /^(?:predoplat|zadat|vznos|depozit|bron|zalog|oplat|dengi|deneg)/u.test(stem) && has(stems, stem),
        ) &&
        // The condition told, and the client not within it.
        !findQuantities(line.text).some(
          (one) =>
            one.kind === "duration" &&
            view.quantities.some(
              (other) => other.kind === "duration" && sameNumber(measured(other).value, measured(one).value),
            ),
        ),
    )
    return rule === undefined ? [] : [contradiction(sentence.text, rule.text)]
  })
}

const dearerFor: ReadonlyArray<RegExp> = [
  /(?<!\p{L})мужчин|(?<!\p{L})мужск/iu,
  /(?<!\p{L})срочн/iu,
  /(?<!\p{L})ноч(?:ь|н)/iu,
]
/** `Для мужчин +30 %`: the plain price told to a man. */
const surchargesFor = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const said = `${view.text} ${view.turn}`
  const prices = view.quantities.filter((one) => {
    const place = court.settled.get(one.index)
    return one.kind === "money" && place !== undefined && place !== null && place.source === "text"
  })
  if (prices.length === 0 || /(?<!\p{L})(?:не срочн|несрочн)/iu.test(said)) return []
  return dearerFor.flatMap((pattern) => {
    if (!pattern.test(said)) return []
    const rule = index.lines.find(
      (line) =>
        pattern.test(line.text) &&
        /\+\s?\d{1,3}\s?%|(?:наценк|надбавк|дороже|выше)\p{L}*[^.;]{0,12}\d{1,3}\s?%/iu.test(line.text),
    )
    if (rule === undefined) return []
    const [share] = findQuantities(rule.text).filter((one) => one.kind === "percent")
    if (share === undefined || view.quantities.some((one) => one.kind === "percent" && one.value === share.value))
      return []
    // A price of its own for him, or the dearer one told.
    // Told that it is not done so.
    if (pattern.test(view.text) && !affirmationsOf(view).some((clause) => pattern.test(clause.text))) return []
    const isPlain = prices.every((one) => {
      const place = court.settled.get(one.index)!
      return (
        sameNumber(place.quantity.value, one.value) &&
        !pattern.test(place.near) &&
        !pattern.test(place.line.text) &&
        !place.line.path.some((head) => pattern.test(head))
      )
    })
    return isPlain ? [contradiction(prices[0]!.text, rule.text)] : []
  })
}

const leastPattern =
  /(?<!\p{L})(?:минимальн\p{L}+\s+((?:\p{L}+\s+){0,4}?)(?:[—–:-]\s*)?|(?:минимум|не менее|не меньше)\s+(?:чем\s+)?)(?=\d)/giu
/** `Минимум 2 часа`, `минимальный заказ — 100 шт`: less is told or asked for, and the least is not named. */
const belowLeastOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const said = [...view.quantities, ...view.turnQuantities]
  const claimed = view.sentences.filter((one) => !hedged.test(one.text) && !/\?\s*$/.test(one.text))
  if (claimed.length === 0) return []
  const stems = wordsOf(`${claimed.map((one) => one.text).join(" ")} ${view.turn}`).map((word) => word.stem)
  return index.lines.flatMap((line) => {
    const found: Array<UngroundedClaim> = []
    for (const match of line.text.matchAll(leastPattern)) {
      const at = match.index + match[0].length
      const least = findQuantities(line.text).find((one) => one.index <= at && one.index + one.text.length > at)
      if (least === undefined || least.unit === null || said.some((one) => sameNumber(one.value, least.value))) continue
      // Whose least it is: the thing before it, or an order of anything.
      const lead = line.text.slice(0, match.index)
      const things = nounsOf(`${lead} ${match[1] ?? ""}`)
      const isHeading = [...court.settled.values()].some(
        (place) => place?.line.path.some((head) => line.text.startsWith(head)) === true,
      )
      const isOfAll = isHeading || things.length === 0 || /(?<!\p{L})заказ\p{L}*\s*$/iu.test(match[1]?.trim() ?? "")
      if (
        !isOfAll &&
        ![...court.settled.values()].some((place) => place?.line.text === line.text) &&
        !(
          things.slice(0, 2).every((stem) => has(stems, stem)) &&
          things.filter((stem) => has(stems, stem)).length * 3 >= things.length
        )
      )
        continue
      const told = (isHeading ? view.turnQuantities.filter((one) => !/^дет/iu.test(one.unit ?? "")) : said).find(
        (one) =>
          one.qualifier === null &&
          one.to === null &&
          one.value > 0 &&
          (least.kind === "money"
            ? one.kind === "money" &&
              court.settled.get(one.index)?.quantity.value !== one.value &&
              view.quantities.includes(one) &&
              lead.length > 0 &&
              (!isOfAll || court.settled.get(one.index)?.line.text === line.text)
            : one.kind === least.kind &&
              sameUnit(one.unit, least.unit) &&
              (one.kind !== "duration" || measured(one).scale === measured(least).scale)) &&
          measured(one).value < measured(least).value,
      )
      const isHour =
        least.kind === "duration" &&
        least.unit === "час" &&
        least.value > 1 &&
        /(?<!\p{L})на\s+(?:один\s+)?час(?:ик)?(?!\p{L})/iu.test(`${view.text} ${view.turn}`)
      if (told !== undefined || isHour)
        found.push({
          code: "wrong_terms",
          text: told?.text ?? "на час",
          detail: `«${told?.text ?? "на час"}»: в документах есть наименьшее: «${line.text.slice(0, 140)}».`,
        })
    }
    return found
  })
}

/** `Скидка на ковры`, taken off a sofa: what it is worked out of is not what the discount is on. */
const discountedOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view } = court
  const sums = view.quantities.filter((one) => one.kind === "money" || (one.kind === "bare" && one.value >= 100))
  return view.quantities.flatMap((share) => {
    const rule = share.kind === "percent" ? court.settled.get(share.index) : undefined
    if (rule === undefined || rule === null || rule.source !== "text") return []
    const scope = /(?:%|скидк\p{L}*)\s+(?:скидк\p{L}+\s+)?на\s+(?:перв\p{L}+\s+)?((?:[\p{L}«»-]+\s*){1,3})/iu.exec(
      rule.line.text.slice(Math.max(0, rule.quantity.index - 12)),
    )
    if (scope === null) return []
    const things = nounsOf(scope[1]!.split(/(?<!\p{L})(?:при|от|для|до|по|за|если|в)\s/u)[0]!).filter(
      (stem) => !scopeless.test(stem),
    )
    if (things.length === 0) return []
    const base = sums.find((one) => {
      const place = court.settled.get(one.index)
      return (
        place !== undefined &&
        place !== null &&
        // A price or so many of it, no total of several things.
        Number.isInteger(one.value / place.quantity.value) &&
        sums.some((less) => sameNumber(less.value, (one.value * (100 - share.value)) / 100))
      )
    })
    const place = base === undefined ? undefined : court.settled.get(base.index)
    if (place === undefined || place === null) return []
    // What the discount is on is another row of the documents.
    if (
      !court.index.places.some(
        (one) =>
          one !== rule &&
          things.some((stem) => [...one.tokens].some(([token, weight]) => weight >= 0.45 && likeness(token, stem) > 0)),
      )
    )
      return []
    const isOf = things.some((stem) =>
      [...place.tokens].some(([token, weight]) => weight >= 0.15 && likeness(token, stem) > 0),
    )
    return isOf ? [] : [contradiction(`${share.text} от ${base!.text}`, rule.line.text)]
  })
}
const scopeless =
  /^(?:vtor|odn|procedur|punkt|ves|vs|zakaz|pokupk|uslug|rabot|tovar|material|izdeli|summ|chek|polotn|prais|stoimost|pervy|perv|poseshen|oplat|abonement|kurs|paket|tarif|obuch)/u

export const contradictionsOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const limits = limitsIn(court.index)
  const { view } = court
  const found: Array<UngroundedClaim> = [
    ...combinedOf(court),
    ...audienceOf(court),
    ...closedDaysOf(court),
    ...halvesOf(court),
    ...withoutOf(court),
    ...inventionsOf(court),
    ...humanOf(court),
    ...missingPartsOf(court),
    ...instalmentsOf(court),
    ...refundsOf(court),
    ...surchargesFor(court),
    ...belowLeastOf(court),
    ...unknownOffersOf(court),
    ...discountedOf(court),
  ]
  const spoken = stemsOf(`${view.text}\n${view.turn}\n${view.earlier}`)
  const rarity = (stem: string) =>
    limits.lines.filter((one) => (stem.startsWith("#") ? one.text.includes(stem.slice(1)) : has(one.stems, stem)))
      .length
  for (const clause of affirmationsOf(view)) {
    for (const { things, verb, only, line } of limits.denied) {
      if (
        only !== undefined &&
        ![...view.quantities, ...view.turnQuantities].some(
          (one) =>
            one.kind === only.kind &&
            (one.kind === "duration" ? measured(one).scale === measured(only).scale : sameUnit(one.unit, only.unit)) &&
            admits(only, measured(one).value),
        )
      )
        continue
      if (things.some((thing) => (only === undefined ? names(clause, thing, verb, limits) : thing.some((stem) => has(clause.stems, stem)))))
        found.push(contradiction(clause.text, line))
    }
    if (abroad.test(clause.text) && sending.test(clause.text)) {
      const rule = limits.lines.find((line) => /(?<!\p{L})(?:за\s+(?:границу|рубеж|пределы\s+(?:Казахстана|РК))|в\s+другие\s+страны)[^.;]{0,20}не\s/iu.test(line.text))
      if (rule !== undefined) found.push(contradiction(clause.text, rule.text))
    }
    if (inside.test(clause.text)) {
      const holding = stemsOf(heldIn(clause.text))
      for (const { things, line } of limits.apart)
        if (
          things.some((thing) => thing.every((stem) => has(holding, stem))) &&
          !things.some((thing) =>
            limits.lines.some(
              (one) =>
                !outside.test(one.text) &&
                (inside.test(one.text) || one.text.includes("(") || one.text.split(", ").length > 3) &&
                one.text !== line &&
                thing.every((stem) => has(one.stems, stem)),
            ),
          )
        )
          found.push(contradiction(clause.text, line))
    }
    const feature = featureOfAnother(clause, court)
    if (feature !== null) found.push(contradiction(clause.text, feature))
    for (const { frame, to, isOfHaving, line } of limits.only) {
      const own = frame.filter((stem) => has(clause.stems, stem))
      if (own.length * 2 < frame.length || (isOfHaving && !ofHaving.test(clause.text))) continue
      // What half the document speaks of is not limited by one line of it.
      if (/только/iu.test(clause.text)) continue
      if (
        to.some((stem) =>
          contrary.some(([one, other]) => stem.startsWith(one) && clause.stems.some((said) => said.startsWith(other))),
        )
      ) {
        found.push(contradiction(clause.text, line))
        continue
      }
      if (!own.some((stem) => rarity(stem) <= 2)) continue
      // Of `автономный комплект` it is the first word that tells it from others.
      const least = Math.min(...to.map(rarity))
      const numbers = to.filter((stem) => stem.startsWith("#"))
      if (numbers.length > 0) {
        if (!numbers.some((stem) => spoken.includes(stem))) found.push(contradiction(clause.text, line))
        continue
      }
      if (!to.some((stem) => rarity(stem) === least && has(spoken, stem))) found.push(contradiction(clause.text, line))
    }
  }
  return found
}
