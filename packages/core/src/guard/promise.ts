/**
 * Promises without figures: free of charge, gifts, discounts, guarantees, instalments, trial periods. The documents must
 * make the same promise, and for the weighty ones of the same thing.
 */
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { likeness, stemOf, wordsOf } from "../knowledge/wording.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { Sentence } from "../reply/sentence.ts"
import type { GroundedClaim, UngroundedClaim } from "./claim.ts"
import type { DraftView } from "./claim-context.ts"
import { contextOf, isPlace } from "./claim-context.ts"
import { admits } from "./comparison.ts"
import type { Index, Statement } from "./evidence.ts"
import { verbish } from "./weighing.ts"

interface PromiseWord {
  readonly name: string
  readonly pattern: RegExp
  /** Whether the documents must say it of the same thing, not only somewhere. */
  readonly ofThing: boolean
}

const promiseWords: ReadonlyArray<PromiseWord> = [
  {
    name: "бесплатно",
    pattern: /(?<!\p{L})(?:бесплатн\p{L}*|безвозмездн\p{L}*|даром|за наш сч[её]т|тегін)(?!\p{L})/giu,
    ofThing: true,
  },
  {
    name: "подарок",
    pattern: /(?<!\p{L})(?:подарок|подарк\p{L}*|подарочн\p{L}*|подарим|дарим|подарит\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "скидка",
    pattern:
      /(?<!\p{L})(?:скидк\p{L}*|скидок|скидочн\p{L}*|дисконт\p{L}*|промокод\p{L}*|купон\p{L}*|снизим цену|уступим|жеңілдік\p{L}*)(?!\p{L})/giu,
    ofThing: true,
  },
  {
    name: "акция",
    pattern:
      /(?<!\p{L})(?:акци(?:я|и|ю|ей|й|ях|онн\p{L}*)|спецпредложени\p{L}*|специальн\p{L}+ (?:цен\p{L}*|предложени\p{L}*)|распродаж\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  { name: "гарантия", pattern: /(?<!\p{L})(?:гаранти\p{L}*)(?!\p{L})/giu, ofThing: true },
  { name: "пожизненно", pattern: /(?<!\p{L})(?:пожизненн\p{L}*|бессрочн\p{L}*)(?!\p{L})/giu, ofThing: true },
  {
    name: "официальный статус",
    pattern:
      /(?<!\p{L})(?:официальн\p{L}* (?:дил\p{L}*|партн\p{L}*|представител\p{L}*|дистрибь\p{L}*|сервис\p{L}*|поставщик\p{L}*)|авторизованн\p{L}*|сертифи\p{L}*|лицензи\p{L}*|аккредит\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "рассрочка",
    pattern: /(?<!\p{L})(?:рассрочк\p{L}*|рассрочек|в кредит|кредит(?:а|у|ом|ы|ов)?|trade-?in|трейд-?ин)(?!\p{L})/giu,
    ofThing: false,
  },
  { name: "бонус", pattern: /(?<!\p{L})(?:бонус\p{L}*|к[еэ]шб[еэ]к\p{L}*|cashback)(?!\p{L})/giu, ofThing: false },
  {
    name: "возврат денег",
    pattern:
      /(?<!\p{L})(?:верн[её]м (?:вам )?(?:деньги|оплату|средства|всю|полную|100|стоимость)|возврат\p{L}* (?:денег|средств|оплаты|стоимости)|вернуть деньги|возвращаем (?:деньги|оплату|средства|стоимость))(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "круглосуточно",
    pattern: /(?<![\p{L}\d])(?:круглосуточн\p{L}*|24\s?[/\\]\s?7|24 на 7|сутками)(?![\p{L}\d])/giu,
    ofThing: false,
  },
  {
    name: "без выходных",
    pattern: /(?<!\p{L})(?:без выходных|без перерыв\p{L}*|ежедневно|семь дней в неделю|7 дней в неделю)(?!\p{L})/giu,
    ofThing: false,
  },
  {
    name: "пробный период",
    pattern:
      /(?<!\p{L})(?:пробн\p{L}+ (?:период\p{L}*|урок\p{L}*|заняти\p{L}*|верси\p{L}*|доступ\p{L}*|тариф\p{L}*|тренировк\p{L}*)|тестов\p{L}+ (?:период\p{L}*|доступ\p{L}*)|демо-?(?:доступ|верси|период)\p{L}*|тест-драйв\p{L}*)(?!\p{L})/giu,
    ofThing: false,
  },
]

const promiseStem = (name: string, text: string): boolean => {
  const word = promiseWords.find((one) => one.name === name)!
  // `search` neither reads nor moves `lastIndex`, which a global pattern keeps.
  return text.search(word.pattern) >= 0
}

const hedged =
  /(?<!\p{L})(?:уточн\p{L}*|узна(?:ю|ем|ть)|спрош\p{L}*|спросим|провер(?:ю|им|ить|яю|яем)|подскажет|расскажет|обсуд\p{L}*|не могу|не можем|не предусмотр\p{L}*|не предоставля\p{L}*|не обеща\p{L}*|не указан\p{L}*|нет информации|не знаю|не дела\p{L}*|не даю|не даем|не даём|не действу\p{L}*|не вход\p{L}*|не распростран\p{L}*|менеджер\p{L}*|передам|нет)(?!\p{L})/iu

export const promisesOf = (
  view: DraftView,
  index: Index,
  chat: ReadonlyArray<ChatLine>,
): ReadonlyArray<GroundedClaim | UngroundedClaim> => {
  const found: Array<GroundedClaim | UngroundedClaim> = []
  const operators = chat
    .filter((line) => line.from === "operator")
    .map((line) => line.text)
    .join("\n")
  for (const promise of promiseWords) {
    for (const match of view.text.matchAll(promise.pattern)) {
      const context = contextOf({ index: match.index, text: match[0] }, view)
      const near = view.text.slice(
        Math.max(context.sentence.index, match.index - 40),
        Math.min(context.sentence.end, match.index + match[0].length + 40),
      )
      const clause = clauseAround(
        view.text,
        match.index,
        match.index + match[0].length,
        context.sentence,
        promise.name !== "скидка",
      )
      if (
        hedged.test(clause) ||
        (/(?<!\p{L})(?:не|без|нет|ни)\s+(?:\p{L}+\s+)?$/iu.test(near.slice(0, Math.max(0, near.indexOf(match[0])))) &&
          promise.name !== "без выходных")
      )
        continue
      if (
        /\?\s*[\p{Extended_Pictographic}\s]*$/u.test(context.sentence.text) &&
        /(?<!\p{L})(?:важн\p{L}*|для вас|нужн\p{L}*|интересу\p{L}*|рассматрива\p{L}*|ищете|сталкивал\p{L}*)(?!\p{L})/iu.test(
          context.sentence.text,
        ) &&
        promiseStem(promise.name, view.turn)
      )
        continue
      const saying = index.statements.filter(
        (statement) => promiseStem(promise.name, statement.text) || promiseStem(promise.name, statement.heading),
      )
      const positive = saying.filter(
        (statement) =>
          !isDenied(promise, statement.text) &&
          !(
            statement.heading !== "" &&
            promiseStem(promise.name, statement.heading) &&
            /^\s*(?:нет|не|к сожалению)(?!\p{L})/iu.test(statement.text)
          ),
      )
      const pass: GroundedClaim = { text: match[0], kind: "promise", basis: "fact", factId: null }
      // A discount with its percent is judged as a figure.
      const hasPercent = promise.name === "скидка" && /%|процент/iu.test(clause)
      if (hasPercent && saying.length === 0) {
        found.push(pass)
        continue
      }
      if (promiseStem(promise.name, operators)) {
        found.push({ ...pass, basis: "chat" })
        continue
      }
      if (positive.length === 0) {
        found.push({
          code: "ungrounded_promise",
          text: match[0],
          detail: `Обещания «${match[0]}» нет в документах${saying.length > 0 ? ": там сказано обратное" : ""}.`,
        })
        continue
      }
      if (promise.name === "бесплатно") {
        // Where another figure of the documents fits the words better than what is free, it is not free.
        const words = [...new Set(wordsOf(clause).map((word) => word.stem))].filter(
          (stem) => stem !== "besplatn" && stem !== "cen",
        )
        const met = (stems: Iterable<string>) => {
          const list = [...stems]
          return words.filter((word) => list.some((stem) => likeness(stem, word) > 0)).length
        }
        const free = Math.max(...positive.map((statement) => met(freeStems(promise, statement))))
        const priced = index.evidence
          .filter((evidence) => evidence.quantity.kind === "money" && evidence.quantity.qualifier !== "from")
          .map((evidence) => ({ evidence, met: met(evidence.words.keys()) }))
        const dearer = priced.find((one) => one.met > free)
        if (dearer !== undefined) {
          found.push({
            code: "ungrounded_promise",
            text: match[0],
            detail: `«${match[0]}» сказано не о том: в документах «${dearer.evidence.label}».`,
          })
          continue
        }
      }
      if (promise.name === "бесплатно") {
        const unmet = unmetCondition(clause, view, index, positive)
        if (unmet !== null) {
          found.push({
            code: "ungrounded_promise",
            text: match[0],
            detail: `«${match[0]}» в документах с условием: «${unmet.trim().slice(0, 160)}».`,
          })
          continue
        }
      }
      if (promise.ofThing && !hasPercent) {
        const things = wordsOf(clause).filter(
          (word) =>
            !promiseStem(promise.name, word.text) &&
            !verbish.test(word.text) &&
            !/^(?:garant|cen|mesyac|god|den|perv|klient|nov|oplat|polnost|zakaz|summ|uslov|proch|predlag|est)/u.test(
              word.stem,
            ) &&
            word.text.length > 2,
        )
        const known = things.filter((word) => [...index.vocabulary].some((stem) => likeness(stem, word.stem) > 0))
        const stemsOfPromise = (statement: Statement): Iterable<string> =>
          promise.name === "пожизненно"
            ? statement.text
                .split(/[,;]\s/)
                .filter((part) => promiseStem(promise.name, part))
                .flatMap(wordsOf)
                .map((word) => word.stem)
            : statement.stems
        const covers = (words: typeof things) =>
          positive.some((statement) =>
            words.some((word) => [...stemsOfPromise(statement)].some((stem) => likeness(stem, word.stem) > 0)),
          )
        const strict = promise.name === "бесплатно" || promise.name === "гарантия"
        if (
          known.length > 0
            ? !covers(known)
            : strict &&
              things.length > 0 &&
              !covers(
                wordsOf(
                  `${view.sentences
                    .filter((sentence) => sentence.index < match.index)
                    .map((sentence) => sentence.text)
                    .join(" ")} ${view.turn}`,
                ).map((word) => word),
              )
        ) {
          found.push({
            code: "ungrounded_promise",
            text: match[0],
            detail: `«${match[0]}» в документах сказано о другом: «${positive[0]!.text.trim().slice(0, 120)}».`,
          })
          continue
        }
        // The head of the promise, right beside it, must itself be covered: `бесплатная установка` where only delivery is free.
        const head = headBeside(view.text, match.index, match.index + match[0].length)
        if (strict && head !== null && !covers([head])) {
          found.push({
            code: "ungrounded_promise",
            text: `${match[0]} ${head.text}`,
            detail: `«${match[0]}» в документах сказано о другом: «${positive[0]!.text.trim().slice(0, 120)}».`,
          })
          continue
        }
      }
      found.push(pass)
    }
  }
  return found
}

/**
 * What is free from a sum on, or within a region, may be called free only with the condition told or met. Gives the line of
 * the documents whose condition is neither.
 */
const unmetCondition = (
  clause: string,
  view: DraftView,
  index: Index,
  granting: ReadonlyArray<Statement>,
): string | null => {
  const things = wordsOf(clause).filter((word) => word.stem !== "besplatn" && !verbish.test(word.text))
  const about = granting.filter((statement) =>
    things.some((word) => [...statement.stems].some((stem) => likeness(stem, word.stem) > 0)),
  )
  const said = `${view.text} ${view.turn}`
  const saidFigures = findQuantities(said)
  const isOutside = (statement: Statement) => {
    const bound = boundOf(statement.text)
    return (
      bound !== null &&
      saidFigures.some((one) => one.kind === bound.kind && one.unit === bound.unit && one.qualifier === null) &&
      !saidFigures.some((one) => one.kind === bound.kind && one.unit === bound.unit && admits(bound, one))
    )
  }
  if (about.length === 0) return granting.find(isOutside)?.text ?? null
  const sums = findQuantities(said).filter(
    (quantity) => quantity.kind === "money" || quantity.kind === "bare" || quantity.kind === "count",
  )
  const saidStems = new Set(wordsOf(view.text).map((word) => word.stem))
  const unmet = about.filter((statement) => {
    const threshold = findQuantities(statement.text).find(
      (quantity) =>
        (quantity.kind === "money" || quantity.kind === "count") &&
        (quantity.qualifier === "from" || quantity.qualifier === "over") &&
        /бесплатн|даром|тегін|подар/iu.test(
          statement.text.slice(Math.max(0, quantity.index - 60), quantity.index + 60),
        ),
    )
    if (threshold !== undefined)
      return !sums.some(
        (sum) =>
          sum.value >= threshold.value &&
          (sum.kind === threshold.kind || sum.kind === "bare" || threshold.kind === "money"),
      )
    if (isOutside(statement)) return true
    const condition = conditionOf(statement.text)
    if (condition !== null && !condition.some((stem) => [...saidStems].some((word) => likeness(word, stem) > 0)))
      return true
    const region = /(?:по|в пределах|в черте|внутри)\s+(?:г\.\s?)?([А-ЯЁӘҚ][\p{L}-]+|город[а-я]*|черт[а-я]+)/u.exec(
      statement.text,
    )
    if (region === null) return false
    const named = wordsOf(said).filter((word) => isPlace(word.stem))
    return (
      named.length > 0 &&
      !named.some((word) => [...statement.stems].some((stem) => likeness(stem, word.stem) > 0)) &&
      index.evidence.some(
        (evidence) =>
          evidence.quantity.kind === "money" &&
          things.some((word) => (evidence.words.get(word.stem) ?? 0) >= 0.9) &&
          !evidence.isThreshold,
      )
    )
  })
  return unmet.length === about.length ? unmet[0]!.text : null
}

/** `Дети до 5 лет бесплатно` */
const boundOf = (line: string): Quantity | null => {
  const at = line.search(/(?<!\p{L})(?:бесплатн|тегін)/iu)
  return (
    findQuantities(line).find(
      (quantity) =>
        quantity.kind === "duration" &&
        (quantity.qualifier === "to" || quantity.qualifier === "from") &&
        Math.abs(quantity.index - at) < 40,
    ) ?? null
  )
}

const conditionPattern = /(?<!\p{L})(?:при|если|за|только|без|для(?! вс))\s+([^,;.()]{3,60})/giu
/** The words of the condition beside `бесплатно`: `при лечении в день обращения`. */
const conditionOf = (line: string): ReadonlyArray<string> | null => {
  const at = line.search(/(?<!\p{L})(?:бесплатн|тегін)/iu)
  if (at < 0) return null
  // Only within its own clause: up to the commas around it.
  const from = Math.max(line.lastIndexOf(";", at), line.lastIndexOf("—", at), line.lastIndexOf(",", at), 0)
  const to = /[,;.]/.exec(line.slice(at))?.index ?? line.length - at
  const clause = line.slice(Math.max(0, from), at + to)
  const stems = [...clause.matchAll(conditionPattern)].flatMap((match) =>
    wordsOf(match[1]!)
      .map((word) => word.stem)
      .filter((stem) => stem !== "besplatn"),
  )
  return stems.length === 0 ? null : stems
}

/** The words of what is free: its clause and the head of its line. */
const freeStems = (promise: PromiseWord, statement: Statement): ReadonlyArray<string> => {
  // `Бесплатный: до 200 контактов, 1 000 писем`
  if (promise.name === "бесплатно" && /^\s*бесплатн/iu.test(statement.text)) return [...statement.stems]
  const clauses = statement.text.split(/[,;]\s|[:—–]\s/)
  const own = clauses.filter((clause) => promiseStem(promise.name, clause))
  return [
    ...(clauses[0] === undefined ? [] : wordsOf(clauses[0]).slice(0, 4)),
    ...own.flatMap(wordsOf),
    ...wordsOf(statement.heading),
  ].map((word) => word.stem)
}

const isDenied = (promise: PromiseWord, text: string): boolean => {
  const match = text.matchAll(promise.pattern).next().value
  if (match === undefined) return false
  if (promise.name === "без выходных") return /(?<!\p{L})не\s+(?:работа\p{L}*\s+)?$/iu.test(text.slice(0, match.index))
  const before = text.slice(Math.max(0, match.index - 24), match.index)
  const after = text.slice(match.index + match[0].length, match.index + match[0].length + 40)
  return (
    /(?<!\p{L})(?:не|нет|без|ни)\s+(?:\p{L}+\s+)?$/iu.test(before) ||
    /^[^.,;!?]{0,24}(?<!\p{L})(?:не (?:предоставл|предусмотр|действ|дела|дает|даем|даём|распростран|вход|быва)\p{L}*|нет|отсутств\p{L}*)/iu.test(
      after,
    )
  )
}

const clauseAround = (text: string, from: number, to: number, sentence: Sentence, widen: boolean): string => {
  let start = sentence.index
  let end = sentence.end
  for (const match of sentence.text.matchAll(/[,;()\n—–]|(?<!\p{L})(?:а|но|зато)(?!\p{L})/giu)) {
    const at = sentence.index + match.index
    if (at < from) start = at + 1
    else if (at >= to) {
      end = at
      break
    }
  }
  const clause = text.slice(start, end)
  const own = wordsOf(clause).length - wordsOf(text.slice(from, to)).length
  return own > 0 || !widen ? clause : text.slice(sentence.index, sentence.end)
}

const headBeside = (text: string, from: number, to: number) => {
  if (!/(?:ая|ую|ой|ый|ое|ые|ого|ых)$/iu.test(text.slice(from, to)) || !/^бесплатн/iu.test(text.slice(from, to)))
    return null
  const after = /^\s+((?!(?:и|или|для|по|на|при|в|от|до)(?!\p{L}))\p{L}+(?:\s+\p{L}+)?)/iu.exec(text.slice(to))
  return (
    wordsOf(after?.[1] ?? "").find(
      (word) => !/(?:ая|ую|ый|ое|ые|ого|ых|ой)$/u.test(word.text) && !verbish.test(word.text),
    ) ?? null
  )
}

const always =
  /(?<!\p{L})(?:всегда|постоянно действу\p{L}*|в любой момент|в любое время|без ограничений|навсегда|неограниченн\p{L}*)(?!\p{L})/giu
const bounded =
  /(?<!\p{L})(?:скидк\p{L}*|бесплатн\p{L}*|гарант\p{L}*|верн\p{L}*|возврат\p{L}*|отмен\p{L}*|акци\p{L}*|рассрочк\p{L}*)(?!\p{L})|%/iu
/** `Скидка действует всегда`: an offer without the end that the documents give it. */
export const endlessOf = (view: DraftView, index: Index): ReadonlyArray<UngroundedClaim> =>
  [...view.text.matchAll(always)].flatMap((match) => {
    const sentence = view.sentences.findLast((one) => one.index <= match.index)
    if (sentence === undefined || !bounded.test(sentence.text) || /\?\s*$/.test(sentence.text)) return []
    return index.text.includes(match[0].toLowerCase().replaceAll("ё", "е"))
      ? []
      : [{ code: "ungrounded_promise" as const, text: match[0], detail: `«${match[0]}»: такого в документах нет.` }]
  })

const inclusive =
  /(?<!\p{L})(?:вместе с(?:о)?|включая|уже с(?:о)?|в том числе|(?<=\p{L}\s)с(?:о)?)\s+(?:\p{L}+(?:ым|им|ой|ей)\s+)?(\p{L}{4,}(?<!их|ых|ого|его|ами))(?=[\s,.!—–-])|(?<!\p{L})(\p{L}{4,})\s+(?:уже\s+|тоже\s+|также\s+)?(?:входит|входят|включ[её]н[аоы]?)(?!\p{L})/giu

/** `Вместе с монтажом`, `доставка входит`: what the documents sell apart is not thrown in. */
export const inclusionsOf = (view: DraftView, index: Index): ReadonlyArray<UngroundedClaim> => {
  const found: Array<UngroundedClaim> = []
  for (const match of view.text.matchAll(inclusive)) {
    const noun = stemOf(match[1] ?? match[2]!)
    if (/^(?:skidk|predoplat|rassroch|garant|oplat)/u.test(noun)) continue
    const isOf = (stems: Iterable<string>) => [...stems].some((stem) => likeness(stem, noun) > 0)
    const apart = index.evidence.find(
      ({ name, quantity }) => (quantity.kind === "money" || quantity.kind === "percent") && isOf(name.slice(0, 2)),
    )
    if (apart === undefined) continue
    const sentence = view.sentences.findLast((one) => one.index <= match.index)
    // A total that names both is no gift.
    if (sentence !== undefined && match[1] !== undefined) {
      const sums = view.quantities.filter(
        (one) => one.kind === "money" && one.index >= sentence.index && one.index < sentence.end,
      )
      const plain = index.evidence.filter(
        (evidence) => evidence.quantity.kind === "money" && sums.some((sum) => sum.value === evidence.quantity.value),
      )
      if (plain.length === 0 || plain.some((evidence) => isOf(evidence.words.keys()))) continue
    }
    if (
      index.statements.some(
        (statement) =>
          isOf(statement.stems) &&
          (/(?<!\p{L})(?<!не )(?:вход[ия]т|включ|в стоимость|в подарок|в комплект)/iu.test(statement.text) ||
            (/бесплатн/iu.test(statement.text) && conditionOf(statement.text) === null)),
      )
    )
      continue
    found.push({
      code: "ungrounded_promise",
      text: match[0],
      detail: `«${match[0]}»: в документах это оплачивается отдельно: «${apart.label}».`,
    })
  }
  return found
}
