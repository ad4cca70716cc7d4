/**
 * The figures of the documents, each at its place: the words beside it, its row and column, its line and headings. Built
 * once per set of facts. It promises that every figure of the text has a place, and that nothing an order in the text
 * asked for is among them.
 */
import { addressParts } from "../knowledge/address.ts"
import type { Fact } from "../knowledge/document.ts"
import { afterAnswer, afterList, documentOfText } from "../knowledge/facts.ts"
import { givesOrders, withoutOrders } from "../knowledge/injection.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import { sentencesOf } from "../reply/sentence.ts"
import { daysIn } from "./days.ts"
import { measured, perKey, timeUnits, unitKey } from "./figure.ts"
import { familyAt } from "./promise-word.ts"
import { hasWords, headOf, joinWithout, surroundingsOf, tokensIn } from "./segment.ts"

/** A sentence or a row of the documents. */
export interface Line {
  readonly text: string
  /** The headings above it, outermost first. */
  readonly path: ReadonlyArray<string>
  readonly stems: ReadonlySet<string>
  /** The first words, which its later figures share. */
  readonly head: string
  readonly days: number
  /** Lines of one paragraph or one table have one number. */
  readonly block: number
  /** The whole paragraph. */
  readonly whole: string
}

export interface Place {
  readonly quantity: Quantity
  /** Token → how much it says of what the figure belongs to. */
  readonly tokens: ReadonlyMap<string, number>
  readonly near: string
  readonly line: Line
  /** `Тариф «Старт»: 9 900 ₸` */
  readonly label: string
  /** What it is paid per, as far as the place says: the first is the nearest. */
  readonly pers: ReadonlyArray<string>
  readonly days: number
  /** Amounts of its own row or clause: `41–60 м²`, `до 5 касс`. */
  readonly bounds: ReadonlyArray<Bound>
  /** A number without a currency in a table that writes it: `Товаров | 10 000`. */
  readonly isUnpriced: boolean
  /** A sum that something begins at, such as `при заказе от 25 000 ₸`: nobody's price. */
  readonly isThreshold: boolean
  readonly factId: string | null
  readonly source: "text" | "chat"
}
export interface Bound {
  readonly unit: string
  readonly quantity: Quantity
}

/** A promise without a figure, with the words around it. */
export interface Promised {
  readonly families: ReadonlyArray<string>
  readonly place: Place
  readonly isDenied: boolean
}

export interface Index {
  readonly places: ReadonlyArray<Place>
  readonly promises: ReadonlyArray<Promised>
  readonly lines: ReadonlyArray<Line>
  readonly vocabulary: ReadonlySet<string>
  readonly contacts: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
  /** Lower case, orders taken out. */
  readonly text: string
}

const perPattern =
  /(?:(?<!\p{L})(?:за|в|на|с|со)\s+(?:1\s+|одн\p{L}+\s+|кажд\p{L}+\s+)?(?:полн\p{L}+\s+|погонн\p{L}+\s+|кв\.?\s?)?|[/(]\s?)(\p{L}[\p{L}²³]*)/giu
const persNouns =
  /^(?:минут|час|день|дня|сут|ноч|недел|месяц|мес|квартал|год|человек|чел|гост|персон|участник|шт|единиц|пар|м²|м2|м³|м3|метр|м$|пог|кв|квадрат|куб|км|килом|кг|л$|литр|тонн|занят|урок|сеанс|визит|посещ|раз$|процед|комплект|шин|мешок|лист|ветк|номер|смен|камер|касс|точк|рейс|машин|заказ|бутыл|страниц|вечер|поезд|выезд|зуб|окно|створк|урок|устройств|айына|ребен|взросл)/iu
/** `(в месяц)`, `за 1 час`, `₸/шт` of a heading, a column or a clause. */
export const persIn = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (const match of text.slice(0, 300).matchAll(perPattern))
    if (persNouns.test(match[1]!.toLowerCase())) found.push(perKey(match[1]!.toLowerCase()))
  if (/(?<!\p{L})(?:ежемесячн|помесячн|абонентск|абонплат|месячн|айына)/iu.test(text)) found.push("месяц")
  if (/(?<!\p{L})(?:ежегодн|годов|жылына)/iu.test(text)) found.push("год")
  if (/(?<!\p{L})(?:почасов)/iu.test(text)) found.push("час")
  if (/(?<!\p{L})(?:посуточн)/iu.test(text)) found.push("день")
  return found
}

const thresholdCue =
  /(?<!\p{L})(?:при|заказ\p{L}*|сумм\p{L}*|покупк\p{L}*|чек\p{L}*|если|бесплатн\p{L}*|скидк\p{L}*|рассрочк\p{L}*|тапсырыс\p{L}*|тегін|подарок|подарк\p{L}*)(?!\p{L})/iu
const isThreshold = (quantity: Quantity, near: string) =>
  quantity.kind === "money" &&
  quantity.qualifier !== null &&
  quantity.qualifier !== "about" &&
  thresholdCue.test(near.replace(/цены?\s+при/giu, ""))

interface Layer {
  readonly text: string
  readonly weight: number
}

/** Its own number is no name of a place: the claim has it anyway. */
const tokensOfLayers = (layers: ReadonlyArray<Layer>, own: Quantity): Map<string, number> => {
  const tokens = new Map<string, number>()
  for (const { text, weight } of layers) {
    if (text === "") continue
    const rest = joinWithout(
      text.replace(own.text, (all) => all.replace(/\d/g, " ")).replace(/(?<!\p{L})кроме\s+\p{L}+(?!\p{L})/giu, " "),
    )
    for (const token of tokensIn(rest, { start: 0, end: rest.length }, findQuantities(rest)))
      if ((tokens.get(token) ?? 0) < weight) tokens.set(token, weight)
  }
  return tokens
}

const boundsIn = (quantities: ReadonlyArray<Quantity>): ReadonlyArray<Bound> =>
  quantities
    // `от 200` over a column of prices: so many pieces.
    .map((one) =>
      one.kind === "bare" && (one.qualifier === "from" || one.to !== null) && one.value < 100_000
        ? { ...one, kind: "count" as const, unit: "штука" }
        : one,
    )
    .filter((one) => (one.kind === "count" || one.kind === "duration") && one.unit !== null)
    .map((one) => ({ unit: one.kind === "duration" ? measured(one).scale : unitKey(one.unit!), quantity: one }))

/** Weights by nearness. */
const near = 1
const row = 0.8
const headed = 0.45
const outer = 0.4
const around = 0.3
const titled = 0.15

/** `1–2 бутыли`, `07, 09, 12`, `до 15 км` name no thing: it is named above. */
const isAmountOnly = (label: string): boolean => {
  let rest = label
  for (const one of findQuantities(label)) rest = rest.replace(one.text, " ")
  return /\d/.test(label) && !/\p{L}{2}/u.test(rest)
}

const headingLayers = (path: ReadonlyArray<string>, isTitled: boolean, label = ""): ReadonlyArray<Layer> =>
  path.map((text, at) => ({
    text,
    // A title over everything, or a heading with a price of its own, names little of what follows.
    weight:
      at === 0 && isTitled
        ? titled
        : /\d\s?(?:₸|тг|тенге)/iu.test(text)
          ? around
          : at === path.length - 1
            ? isAmountOnly(label)
              ? 0.85
              : headed
            : outer,
  }))

const spanText = (text: string, spans: ReadonlyArray<{ readonly start: number; readonly end: number }>) =>
  spans.map((span) => text.slice(span.start, span.end)).join(" ")

const labelOf = (words: string, quantity: Quantity) =>
  `${words
    .replace(quantity.text, " ")
    .replace(/[\s.…_]{3,}/g, " ")
    .replace(/\s+/g, " ")
    .replace(/^[\s,;:—–.-]+|[\s,;:—–.-]+$/gu, "")
    .slice(0, 90)}: ${quantity.text}`

const figuresOfTalkMax = 24

/** The figures of one line of prose. `whole` is the paragraph around it, `lead` the words that open it. */
const placesOfLine = (line: Line, isTitled: boolean, source: Place["source"]): ReadonlyArray<Place> => {
  const found = findQuantities(line.text)
  // Nobody says more figures than this in one sentence of a chat.
  const quantities = source === "chat" ? found.slice(0, figuresOfTalkMax) : found
  if (quantities.length === 0) return []
  const sentence = { start: 0, end: line.text.length }
  const first = quantities.find((one) => one.kind === "money") ?? quantities[0]!
  const sentenceHead = headOf(line.text.slice(0, first.index))
  const layersAbove = headingLayers(line.path, isTitled, line.text.slice(0, first.index))
  return quantities.map((quantity) => {
    const { near: nearSpans, gap, lead } = surroundingsOf(line.text, quantity, sentence, quantities)
    const isFirst = lead.start === 0
    // A label in a document may hold commas: `Лечение пульпита, один канал — 35 000`.
    const label = isFirst ? line.text.slice(0, quantity.index) : ""
    const nearText = spanText(line.text, nearSpans)
    const gapText = spanText(line.text, gap)
    const own = nearText.replace(quantity.text, " ")
    const isBare = !hasWords(own)
    // `зала «Лофт» 8 000, зала «Белый» 6 500`: a label with a head of its own inherits none.
    const heads = wordsOf(sentenceHead).map((word) => word.stem)
    const isFresh = !isFirst && wordsOf(own).some((word) => heads.includes(word.stem))
    const layers: Array<Layer> = [
      { text: nearText, weight: near },
      { text: label, weight: near },
      { text: line.text.slice(lead.start, lead.end), weight: 0.7 },
      { text: sentenceHead, weight: isBare ? 0.9 : isFresh ? around : 0.55 },
      // `Шкаф-купе — 240 000; с зеркалами — 290 000`: a small letter goes on with the same thing.
      { text: line.head, weight: isBare ? 0.9 : /^[\p{Ll}\d]/u.test(line.text) ? 0.55 : 0.35 },
      { text: isBare ? labelBefore(line.text, quantity, quantities) : "", weight: 0.85 },
      { text: line.text, weight: around },
      { text: line.whole, weight: around },
      ...layersAbove,
    ]
    const ownPers = quantity.per === null ? persIn(nearText) : [perKey(quantity.per)]
    const pers = [...ownPers, ...(ownPers.length === 0 ? persIn(line.path.at(-1) ?? "") : [])]
    // `Пн–Сб 15:00–21:00`: the end of a span keeps its days.
    const opening = quantities.findLast((one) => one.kind === "clock" && one.index < quantity.index)
    const isEnd =
      quantity.kind === "clock" &&
      opening !== undefined &&
      /^\s*(?:[–—-]|до)?\s*$/u.test(line.text.slice(opening.index + opening.text.length, quantity.index))
    const days = daysIn(
      isEnd
        ? line.text
            .slice(0, quantity.index)
            .split(/[;,.]\s/u)
            .at(-1)!
        : `${label} ${nearText}`,
    )
    return {
      quantity,
      tokens: tokensOfLayers(layers, quantity),
      near: `${label} ${nearText}`,
      line,
      label: labelOf(label.trim() === "" ? (isBare ? `${line.head} ${gapText}` : nearText) : label, quantity),
      pers,
      days,
      bounds: boundsIn(boundsBehind(line.text, quantity, quantities) ?? boundsOf(quantities, quantity, gap[0]!, first)),
      isUnpriced: false,
      isThreshold: isThreshold(quantity, nearText + (isBare ? gapText : "")),
      factId: null,
      source,
    }
  })
}

const deniedAround = (text: string, from: number, to: number) =>
  /(?<!\p{L})(?:не|нет|без|ни)\s+(?:\p{L}+\s+)?$/iu.test(text.slice(Math.max(0, from - 24), from)) ||
  /^[^.,;!?]{0,40}(?<!\p{L})(?:не (?:предоставл|предусмотр|действ|дела|дает|даем|даём|распростран|вход|быва|суммир|мож|буд|обеща|существ|выда|име)\p{L}*|нет(?!\p{L})|отсутств\p{L}*|оформляется|оформляем)/iu.test(
    text.slice(to, to + 70),
  )
const isDenying = (before: string) => /(?<!\p{L})(?:не|нет|без|ни)\s+(?:\p{L}+\s+)?$/iu.test(before.slice(-30))

/** `Монтаж входит? Нет, 12 000 ₸ за окно`: the question grants nothing. */
const isAnsweredNo = (line: Line): boolean => {
  if (!/\?\s*$/.test(line.text)) return false
  const at = line.whole.indexOf(line.text)
  return at >= 0 && /^\s*(?:A:|О:|Ответ:|[—–-])?\s*нет(?!\p{L})/iu.test(line.whole.slice(at + line.text.length))
}

/** The promises of a line; those of its heading are made of the whole line: `Что входит`. */
const promisesOfLine = (line: Line, isTitled: boolean): ReadonlyArray<Promised> => {
  const quantities = findQuantities(line.text)
  const found: Array<Promised> = []
  const layersAbove = headingLayers(line.path, isTitled)
  const heading = line.path.at(-1)
  const put = (
    families: ReadonlyArray<string>,
    index: number,
    text: string,
    isWhole: boolean,
    above: string | null = null,
  ) => {
    const quantity: Quantity = {
      kind: "count",
      value: 0,
      to: null,
      unit: "promise",
      per: null,
      qualifier: null,
      workingDays: false,
      key: "",
      index,
      text,
    }
    const all = [
      ...quantities.filter(
        (one) => one.kind !== "money" || (one.qualifier !== "from" && one.qualifier !== "over" && one.value > 0),
      ),
      quantity,
    ].sort((one, other) => one.index - other.index)
    const { near: nearSpans, lead } = surroundingsOf(line.text, quantity, { start: 0, end: line.text.length }, all)
    const label = lead.start === 0 ? line.text.slice(0, index) : ""
    const nearText = isWhole ? line.text : spanText(line.text, nearSpans)
    const isBare = !hasWords(nearText.replace(text, " "))
    const sentenceHead = headOf(line.text.slice(0, index))
    found.push({
      families,
      isDenied:
        above !== null
          ? isDenying(above) || (/\?\s*$/.test(heading ?? "") && /^\s*нет(?!\p{L})/iu.test(line.text))
          : isWhole
            ? isDenying(line.text.slice(0, index))
            : deniedAround(line.text, index, index + text.length) || isAnsweredNo(line),
      place: {
        quantity,
        tokens: tokensOfLayers(
          [
            { text: nearText, weight: near },
            { text: label, weight: near },
            { text: line.text.slice(lead.start, lead.end), weight: 0.7 },
            { text: sentenceHead, weight: isBare ? 0.9 : 0.55 },
            { text: line.head, weight: isBare ? 0.9 : 0.45 },
            { text: line.text, weight: around },
            { text: line.whole, weight: around },
            ...layersAbove,
          ],
          quantity,
        ),
        near: nearText,
        line,
        label: line.text.slice(0, 100),
        pers: [],
        days: daysIn(nearText),
        bounds: [],
        isUnpriced: false,
        isThreshold: false,
        factId: null,
        source: "text",
      },
    })
  }
  for (const one of familyAt(line.text))
    put(one.families, one.index, one.text, /^\s*:/.test(line.text.slice(one.index + one.text.length)))
  if (heading !== undefined)
    for (const one of familyAt(heading)) put(one.families, 0, line.text.slice(0, 1), true, heading.slice(0, one.index))
  return found
}

/** `«Лайт» 150 000 ₸/мес (10 часов)`: what stands right behind another figure shares its label. */
const labelBefore = (text: string, own: Quantity, quantities: ReadonlyArray<Quantity>): string => {
  const previous = quantities.findLast((other) => other.index + other.text.length <= own.index)
  if (previous === undefined) return ""
  const { lead, near: spans } = surroundingsOf(text, previous, { start: 0, end: text.length }, quantities)
  return spanText(text, hasWords(text.slice(lead.start, lead.end)) ? [lead] : spans)
}

/** `2 800 тг (от 100 га), 3 300 тг (30–99 га)`: a bound in brackets right behind its price. */
const boundsBehind = (
  text: string,
  own: Quantity,
  quantities: ReadonlyArray<Quantity>,
): ReadonlyArray<Quantity> | null => {
  const end = own.index + own.text.length
  const aside = /^\s*\(([^()]{2,30})\)/u.exec(text.slice(end, end + 34))
  if (aside === null || own.kind !== "money") return null
  const within = quantities.filter(
    (one) =>
      one.index >= end &&
      one.index < end + aside[0].length &&
      one.kind === "count" &&
      // `(1 учредитель)` beside `(2–5 учредителей)`
      (one.to !== null ||
        one.qualifier !== null ||
        quantities.some(
          (other) =>
            other !== one &&
            other.kind === "count" &&
            other.to !== null &&
            unitKey(other.unit ?? "") === unitKey(one.unit ?? ""),
        )),
  )
  return within.length > 0 ? within : null
}

/** Amounts that lead to the figure; those behind it only where none leads. */
const boundsOf = (
  quantities: ReadonlyArray<Quantity>,
  own: Quantity,
  gap: { readonly start: number; readonly end: number },
  first: Quantity,
): ReadonlyArray<Quantity> => {
  const within = quantities.filter((other) => other !== own && other.index >= gap.start && other.index < gap.end)
  // `До 4 камер 10 000, 5–8 камер 18 000`: each sum has its own; what heads the line is of another measure.
  const isTold = (other: Quantity) =>
    within.some(
      (one) =>
        one.kind === other.kind &&
        one.unit !== null &&
        other.unit !== null &&
        unitKey(one.unit) === unitKey(other.unit),
    )
  const leading = [...within, ...quantities].filter(
    (other) => other.index < own.index && (other.index >= gap.start || (other.index < first.index && !isTold(other))),
  )
  return leading.length > 0 ? leading : within
}

const isRowHeader = (rows: ReadonlyArray<ReadonlyArray<string>>): boolean => {
  const [first, ...others] = rows
  if (first === undefined || others.length === 0) return false
  const isPriced = (cell: string) =>
    /\d/.test(cell) &&
    findQuantities(cell).some(
      // `от 200`, `50–199` over prices say for how many.
      (one) =>
        one.kind === "money" || (one.kind === "bare" && one.value >= 100 && one.to === null && one.qualifier === null),
    )
  return (
    !first.slice(1).some(isPriced) &&
    first.filter((cell) => /\p{L}/u.test(cell)).length >= Math.min(2, first.length) &&
    others.some((cells) => cells.slice(1).some((cell) => /\d/.test(cell))) &&
    // `Компания | ТОО «Кедр»`, `«Для двоих» | 24 шт`: no header, but a row like the others. `8 занятий` over prices is one.
    !first
      .slice(1)
      .some(
        (cell, at) =>
          findQuantities(cell).some((one) => one.kind === "count" || one.kind === "phone") &&
          others.filter((cells) => isPriced(cells[at + 1] ?? "")).length * 2 < others.length,
      )
  )
}

const placesOfTable = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  base: Omit<Line, "text" | "stems" | "head" | "days">,
  note: string,
  isTitled: boolean,
  add: (line: Line, places: ReadonlyArray<Place>) => void,
) => {
  const hasHeader = isRowHeader(rows)
  const [first = [], ...others] = rows
  // The corner over the names is often left out: `      сутки   неделя   залог`.
  const isShifted = hasHeader && first.at(-1)?.trim() === "" && others.every((cells) => cells.at(-1)?.trim() !== "")
  const header = !hasHeader ? [] : isShifted ? ["", ...first.slice(0, -1)] : first
  const writesCurrency = rows.some((cells) => cells.some((cell) => /\d\s?(?:₸|тг|тенге)/iu.test(cell)))
  rows.forEach((cells, at) => {
    const filled = cells.map((cell) => cell.trim())
    const text = filled.filter((cell) => cell !== "").join(" | ")
    const line: Line = {
      ...base,
      text,
      head: filled[0] ?? "",
      stems: new Set(wordsOf(`${text} ${header.join(" ")} ${base.path.join(" ")}`).map((word) => word.stem)),
      days: daysIn(text),
    }
    if (hasHeader && at === 0) {
      // `Rehau 70 мм` over a column of prices: a figure like another.
      add(
        line,
        placesOfLine(line, isTitled, "text").map((place) =>
          place.quantity.kind === "bare" && place.quantity.qualifier !== null ? { ...place, isUnpriced: true } : place,
        ),
      )
      return
    }
    const layersAbove = headingLayers(base.path, isTitled, filled[0] ?? "")
    const read = filled.map(findQuantities)
    const all = read.flat()
    const places: Array<Place> = []
    // A row of prose within a table's shape is read as prose.
    filled.forEach((cell, column) => {
      read[column]!.forEach((quantity) => {
        const others = read[column]!.length > 1
        const spans = surroundingsOf(cell, quantity, { start: 0, end: cell.length }, read[column]!)
        const nearText = others ? spanText(cell, spans.near) : cell
        const head = column === 0 ? "" : (header[column] ?? "")
        const before = column > 0 ? filled[0]! : cell.slice(0, quantity.index)
        const typed = withHeader(quantity, column === 0 ? "" : head, filled[0]!)
        const pers =
          quantity.per !== null
            ? [perKey(quantity.per)]
            : ([
                persIn(nearText),
                paidPer.test(head) ? [unitKey(head)] : [],
                findQuantities(head).flatMap((one) =>
                  one.kind === "duration" && (one.to !== null || one.qualifier !== null) ? [unitKey(one.unit!)] : [],
                ),
                persIn(head),
                persIn(header[0] ?? ""),
                persIn(note),
                persIn(base.path.at(-1) ?? ""),
              ].find((some) => some.length > 0) ?? [])
        places.push({
          quantity: typed,
          tokens: tokensOfLayers(
            [
              { text: nearText, weight: near },
              { text: filled[0]!, weight: 0.95 },
              { text: head, weight: 0.9 },
              { text: filled.filter((_, index) => index !== column && index > 0).join(" , "), weight: row },
              { text: header[0] ?? "", weight: 0.5 },
              { text: header.join(" , "), weight: titled },
              ...layersAbove,
            ],
            quantity,
          ),
          near: `${before} ${nearText} ${head}`,
          line,
          label: labelOf(`${filled[0]}${head === "" ? "" : `, ${head}`}`, quantity),
          pers,
          days: daysIn(`${filled[0]} ${nearText} ${head}`),
          bounds: boundsIn(
            // `20–49 — 4 800` in one cell: its own span, not those of the cells beside it.
            (read[column]!.some((other) => other !== quantity && (other.to !== null || other.qualifier !== null))
              ? read[column]!
              : all
            )
              .filter((other) => other !== quantity)
              .concat(findQuantities(head))
              .map((other) => withHeader(other, header[read.findIndex((some) => some.includes(other))] ?? "", "")),
          ),
          isUnpriced: writesCurrency && quantity.kind === "bare" && !all.some((one) => one.kind === "money"),
          isThreshold: isThreshold(quantity, nearText),
          factId: null,
          source: "text",
        })
      })
    })
    add(line, places)
  })
}

const paidPer = /^\s*(?:1\s+)?(?:час|день|сутки|ночь|неделя|месяц|квартал|год|разово)\s*$/iu

/** A bare number of a column takes the column's unit: `Цена, тг`, `Срок, дней`. */
const withHeader = (quantity: Quantity, head: string, row: string): Quantity => {
  if (quantity.kind !== "bare" || head === "") return quantity
  // `Час | День | Месяц`, `100–499 шт`: what the prices of the column are for.
  if (
    paidPer.test(head) ||
    findQuantities(head).some(
      (one) => one.kind === "count" || one.kind === "duration" || one.qualifier !== null || one.to !== null,
    )
  )
    return quantity
  const [unit] = findQuantities(`${quantity.value} ${/[,(]\s*([^,()]+)\)?\s*$/u.exec(head)?.[1] ?? head}`)
  if (/₸|тг|тенге|kzt/iu.test(head)) return { ...quantity, kind: "money", unit: "KZT" }
  if (
    unit !== undefined &&
    quantity.value < 1000 &&
    (unit.kind === "duration" || unit.kind === "percent") &&
    unit.value === quantity.value
  )
    return { ...quantity, kind: unit.kind, unit: unit.unit }
  if (quantity.value < 1000 && /\p{L}/u.test(head) && !/цен|стоим|прайс|баға/iu.test(head))
    // `Пользователи | 3 | 10` under the names of tariffs: what is counted is said by the row.
    return { ...quantity, kind: "count", unit: `${/^[^\d]{3,40}$/u.test(row) ? row : ""} ${head}`.trim().toLowerCase() }
  return quantity
}

const sentenceCut =
  /([\p{L}\d»)₸%]{2,}[.!?])(?<!(?:^|[\s,(])(?:ул|пр|мкр|пер|просп|им|наб|обл|тел|шт|тыс|млн|чел|мес|мин|руб|тг|кв|см|др)\.)\s+(?=[«\p{Lu}\d])/gu
const piecesOf = (text: string): ReadonlyArray<string> =>
  text
    .split("\n")
    .flatMap((part) =>
      part
        .replace(sentenceCut, "$1\u0001")
        .replace(/;\s+/g, ";\u0001")
        .replace(/(?<=\s)\/\/\s|\s·\s|\s\*\s/g, "\u0001")
        .split("\u0001"),
    )
    .map((part) => part.trim())
    .filter((part) => part !== "")

/** `цены в тенге за сутки` right before or behind a table. */
const isPriceNote = (text: string) =>
  text.length <= 80 && /цен|стоимост|тенге|₸/iu.test(text) && findQuantities(text).length === 0

const introLettersMax = 80

const readText = (text: string): { readonly lines: ReadonlyArray<Line>; readonly places: ReadonlyArray<Place> } => {
  const lines: Array<Line> = []
  const places: Array<Place> = []
  const document = documentOfText(text, "knowledge")
  let headings: Array<{ readonly level: number; readonly text: string }> = []
  const isTitled = true
  const prose = (content: string, path: ReadonlyArray<string>, block: number) => {
    const pieces = piecesOf(content)
    pieces.forEach((piece, at) => {
      const line: Line = {
        text: piece,
        path,
        head: at === 0 ? "" : headOf(pieces[0]!),
        stems: new Set(wordsOf(`${piece} ${path.join(" ")}`).map((word) => word.stem)),
        days: daysIn(piece),
        block,
        whole: content.length < 600 ? content : "",
      }
      lines.push(line)
      places.push(...placesOfLine(line, isTitled, "text"))
    })
  }
  document.blocks.forEach((block, position) => {
    headings = afterList(headings, block, document.blocks[position - 1])
    const content = block.text.trim()
    if (content === "") return
    if (block.kind === "heading") {
      const level = block.level ?? 3
      headings = headings.filter((heading) => heading.level < level)
      if (findQuantities(content).some((one) => one.kind === "money"))
        prose(
          content,
          headings.map((one) => one.text),
          position,
        )
      else if (!/\?\s*$/.test(content)) {
        const path = headings.map((one) => one.text)
        const line: Line = {
          text: content,
          path,
          head: "",
          stems: new Set(wordsOf(content).map((word) => word.stem)),
          days: daysIn(content),
          block: position,
          whole: content,
        }
        lines.push(line)
        places.push(...placesOfLine(line, isTitled, "text"))
      }
      headings = [...headings, { level, text: content.replace(/:$/, "") }]
      return
    }
    const path = headings.map((one) => one.text)
    if (block.kind === "table" && block.rows !== undefined) {
      const note = [document.blocks[position - 1], document.blocks[position + 1]].find(
        (one) => one?.kind === "paragraph" && isPriceNote(one.text),
      )
      placesOfTable(block.rows, { path, block: position, whole: "" }, note?.text ?? "", isTitled, (line, some) => {
        lines.push(line)
        places.push(...some)
      })
      return
    }
    prose(content, path, position)
    // `ЛЕТНИЕ, за 1 шину`: a short line without a sum right before others heads them.
    const next = document.blocks[position + 1]
    if (
      block.kind === "paragraph" &&
      content.length <= introLettersMax &&
      !/[.!?;,]$/u.test(content) &&
      !content.includes("\n") &&
      !findQuantities(content.replace(/\([^()]*\)/gu, "")).some(
        (one) =>
          one.kind === "money" || one.kind === "percent" || (one.kind !== "date" && one.value >= 100) || one.key !== "",
      ) &&
      next !== undefined &&
      next.kind !== "heading" &&
      /\d/.test(next.text)
    )
      headings = [...headings.filter((heading) => heading.level < 6), { level: 6, text: content.replace(/:$/, "") }]
    headings = afterAnswer(headings, block)
  })
  return { lines, places }
}

const placesOfFact = (fact: Fact): ReadonlyArray<Place> => {
  const text = fact.value
  const path = [
    ...fact.subject.split(" › "),
    ...(fact.attribute === "цена" || fact.attribute === "сведения" ? [] : [fact.attribute]),
  ]
  const line: Line = {
    text,
    path,
    head: path.at(-1) ?? "",
    stems: new Set(wordsOf(`${fact.subject} ${text}`).map((word) => word.stem)),
    days: daysIn(text),
    block: -1,
    whole: "",
  }
  return placesOfLine(line, false, "text").map((place) => ({
    ...place,
    factId: fact.id,
    label: `${path.slice(-2).join(", ")}: ${place.quantity.text}`,
  }))
}

const indexes = new WeakMap<ReadonlyArray<Fact>, { readonly knowledge: string; readonly index: Index }>()
const keyOf = (one: Quantity) => `${one.value} ${one.to} ${one.key}`

export const indexOf = (facts: ReadonlyArray<Fact>, knowledge: string): Index => {
  const kept = indexes.get(facts)
  if (kept !== undefined && kept.knowledge === knowledge) return kept.index
  const { clean, orders } = withoutOrders(knowledge)
  const ordered = orders.join("\n")
  // A fact that was read from an order is none.
  const honest = facts.filter(
    (fact) =>
      !(ordered.includes(fact.value) && !clean.includes(fact.value)) && !givesOrders(`${fact.attribute} ${fact.value}`),
  )
  const { lines, places } = readText(clean)
  const byKey = new Map<string, Array<{ readonly fact: Fact; readonly stems: ReadonlySet<string> }>>()
  for (const fact of honest)
    for (const one of findQuantities(fact.value)) {
      const key = keyOf(one)
      const entry = { fact, stems: new Set(wordsOf(`${fact.subject} ${fact.attribute}`).map((word) => word.stem)) }
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, [entry])
      else if (known.length < 40) known.push(entry)
    }
  const found = new Set(places.map((place) => keyOf(place.quantity)))
  const told = places.map((place) => {
    let best: Fact | null = null
    let most = -1
    for (const { fact, stems } of byKey.get(keyOf(place.quantity)) ?? []) {
      let score = 0
      for (const stem of stems) score += place.tokens.get(stem) ?? 0
      if (score > most) {
        most = score
        best = fact
      }
    }
    return best === null ? place : { ...place, factId: best.id }
  })
  const missed = honest.flatMap(placesOfFact).filter((place) => !found.has(keyOf(place.quantity)))
  const factLines = missed.map((place) => place.line)
  const allPlaces = [...told, ...missed]
  const allLines = [
    ...lines,
    ...(clean.trim() === ""
      ? honest.flatMap((fact): ReadonlyArray<Line> => {
          const text = `${fact.subject} ${fact.attribute} ${fact.value}`
          return [
            {
              text,
              path: [],
              head: "",
              stems: new Set(wordsOf(text).map((word) => word.stem)),
              days: daysIn(text),
              block: -1,
              whole: "",
            },
          ]
        })
      : factLines),
  ]
  const vocabulary = new Set<string>()
  for (const line of allLines) for (const stem of line.stems) vocabulary.add(stem)
  const contacts = new Set<string>()
  for (const place of allPlaces) if (place.quantity.key !== "") contacts.add(place.quantity.key)
  for (const one of findQuantities(clean)) if (one.key !== "") contacts.add(one.key)
  const index: Index = {
    places: allPlaces,
    promises: allLines.flatMap((line) => promisesOfLine(line, true)),
    lines: allLines,
    vocabulary,
    contacts,
    addresses: new Set(
      [clean, ...honest.map((fact) => `${fact.attribute} ${fact.value}`)].flatMap(addressParts).map((part) => part.key),
    ),
    text: `${clean}\n${honest.map((fact) => `${fact.subject} ${fact.attribute} ${fact.value}`).join("\n")}`
      .toLowerCase()
      .replaceAll("ё", "е"),
  }
  indexes.set(facts, { knowledge, index })
  return index
}

/** Figures that we said before. What the guard let pass once may be said again of the same thing. */
export const placesOfTalk = (text: string): ReadonlyArray<Place> =>
  sentencesOf(text).flatMap((sentence) =>
    placesOfLine(
      {
        text: sentence.text,
        path: [],
        head: "",
        stems: new Set(wordsOf(sentence.text).map((word) => word.stem)),
        days: daysIn(sentence.text),
        block: -1,
        whole: text.length < 600 ? text : "",
      },
      false,
      "chat",
    ),
  )

export const isTimeUnit = (per: string) =>
  timeUnits.has(per) || /^\d+ (?:секунда|минута|час|день|неделя|месяц|квартал|год)$/u.test(per)
