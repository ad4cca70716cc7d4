/**
 * Finds the passages of the company's documents that answer a question, and renders a document as text.
 * A passage is a few paragraphs, list items or table rows under one heading, 300 to 700 letters where the document has so
 * much in one place; a table row carries its column headers, so that it can be understood alone. Ranked by BM25 over Russian
 * stems, with shop-talk synonyms and a typo allowed in long words; Kazakh words are taken as written. Pure.
 * Does not understand: a question in other words than the document's finds nothing.
 */
import MiniSearch from "minisearch"
import snowball from "snowball-stemmers"
import type { Block, KnowledgeDocument, Passage } from "./document.ts"

const passageCharsGoal = 450
const passageCharsMax = 700
/** A query beyond this is no question; its beginning is searched. */
const queryCharsMax = 1000
const stemmer = snowball.newStemmer("russian")

export const makeSearch = (
  documents: ReadonlyArray<KnowledgeDocument>,
): ((query: string, limit: number) => ReadonlyArray<Passage>) => {
  const passages = documents.flatMap(passagesOf)
  const index = new MiniSearch<{ id: number; text: string; headings: string }>({
    fields: ["text", "headings"],
    tokenize: wordsOf,
    processTerm: (term) => [...termsOf(term)],
  })
  index.addAll(passages.map((passage, id) => ({ id, text: passage.text, headings: passage.headings.join(" ") })))
  return (query, limit) => {
    if (!(limit >= 1)) return []
    const found = index.search(query.slice(0, queryCharsMax), {
      boost: { headings: 1.5 },
      // The beginning of a word finds the word, as Kazakh endings and unfinished typing need.
      prefix: (term) => term.length >= 4 && !isExact(term),
      fuzzy: (term) => (isExact(term) || term.length < 5 ? false : term.length < 8 ? 1 : 2),
      weights: { prefix: 0.4, fuzzy: 0.3 },
    })
    return found
      .slice(0, Math.floor(limit))
      .map((hit): Passage => ({ ...passages[hit.id as number]!, score: hit.score }))
  }
}

/** Numbers and synonym groups match wholly or not at all: 1990 is not a typo of 1890. */
const isExact = (term: string): boolean => /\d/.test(term) || term.startsWith(groupSign)

const wordsOf = (text: string): Array<string> =>
  text
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("ё", "е")
    // 15 000 is one number.
    .replace(/(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g, "")
    // The mark of a footnote is no part of its word.
    .replace(/[⁰¹²³⁴-⁹]/g, " ")
    .match(/[\p{L}\p{N}]+|₸/gu) ?? []

const groupSign = "§"
/** Words that a client and a price list use for the same thing. A star stands for any ending. */
const synonyms: ReadonlyArray<ReadonlyArray<string>> = [
  [
    "цена",
    "цены",
    "ценник",
    "стоимость",
    "стоит",
    "стоят",
    "прайс",
    "прайслист",
    "почем",
    "расценки",
    "тариф",
    "тарифы",
    "баға*",
    "қанша",
    "канша",
    // A sum answers a question for a price.
    "₸",
    "тг",
    "тенге",
    "теңге",
  ],
  [
    "доставка",
    "доставить",
    "доставляете",
    "привезти",
    "привезете",
    "привоз",
    "отправка",
    "отправить",
    "отправляете",
    "жеткіз*",
  ],
  ["гарантия", "гарантийный", "гарантийное", "кепілдік*"],
  ["рассрочка", "кредит", "частями", "частям", "оплата частями", "бөліп"],
  ["график", "режим", "расписание", "часы", "работаете", "открыты", "кесте*"],
  ["адрес", "находитесь", "находится", "расположены", "офис", "мекенжай*", "мекен"],
  ["созвон", "созвониться", "звонок", "позвонить", "позвоните", "перезвоните", "звоните", "қоңырау*"],
  ["телефон", "номер", "контакт", "контакты", "связаться", "байланыс*"],
  ["скидка", "скидки", "акция", "дешевле", "жеңілдік*"],
  ["возврат", "вернуть", "возвращаете", "қайтар*"],
  ["оплата", "оплатить", "платить", "платеж", "төле*"],
  ["установка", "установить", "монтаж", "подключение", "подключить", "внедрение", "настройка", "орнат*"],
  ["срок", "сроки", "долго", "быстро", "мерзім*"],
  ["поддержка", "техподдержка", "помощь", "қолдау*"],
  ["мойка", "мойки", "мытье", "мыть", "помыть", "вымыть", "моете", "помоете"],
]
const stopWords = new Set(
  (
    "и в во на с со у к ко о об от до за из по под при про для без над не ни но а же ли бы то это эта этот эти вы мы я он она они вас нас мне меня вам нам их его ее " +
    "как что где когда кто чем чего какой какая какие какое есть ли или да еще уже так там тут все всё мой моя ваш ваша ваше ваши наш наша можно можете могу хочу " +
    "подскажите скажите пожалуйста здравствуйте добрый день сколько у меня ма ме ба бе па пе және мен сіз біз бар жоқ"
  ).split(" "),
)

const isKazakh = (word: string): boolean => /[әіңғүұқөһ]/u.test(word)
/** Of a Russian word; any other is given back as it is. */
export const stem = (word: string): string => (isKazakh(word) || !/^[а-я]+$/u.test(word) ? word : stemmer.stem(word))

const groupOfStem = new Map<string, number>()
const groupOfPrefix: Array<readonly [string, number]> = []
for (const [group, words] of synonyms.entries())
  for (const word of words)
    if (word.endsWith("*")) groupOfPrefix.push([word.slice(0, -1), group])
    else groupOfStem.set(stem(word), group)

/** `окон` is said of `окно`, `стрижек` of `стрижка`: without its vowel the form without an ending is the stem of the others. */
const fleeting = /(?<=[бвгджзклмнпрстфхчшщ])[ое](?=[кн]$)/u

/** The stem, and the sign of the word's group. */
const termsOf = (word: string): ReadonlyArray<string> => {
  if (stopWords.has(word)) return []
  const own = stem(word)
  const group = groupOfStem.get(own) ?? groupOfPrefix.find(([prefix]) => word.startsWith(prefix))?.[1]
  const full = own === word && own.length >= 4 ? own.replace(fleeting, "") : own
  return [own, ...(full === own ? [] : [full]), ...(group === undefined ? [] : [`${groupSign}${group}`])]
}

/** What a text is searched by: for each of its words the stem, and the sign of its group where it has one. */
export const searchTerms = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  wordsOf(text)
    .map(termsOf)
    .filter((terms) => terms.length > 0)

type Piece = Omit<Passage, "score">

const passagesOf = (document: KnowledgeDocument): Array<Piece> => {
  const passages: Array<Piece> = []
  let headings: Array<{ readonly level: number; readonly text: string }> = []
  let open: { readonly page: number; readonly lines: Array<string>; length: number } | undefined
  let hasBody = true
  const flush = () => {
    if (open)
      passages.push({
        text: open.lines.join("\n"),
        headings: headings.map((heading) => heading.text),
        file: document.file,
        page: open.page,
      })
    open = undefined
  }
  const add = (line: string, page: number) => {
    if (line.trim() === "") return
    if (open && (open.length + line.length > passageCharsMax || open.length > passageCharsGoal)) flush()
    open ??= { page, lines: [], length: 0 }
    open.lines.push(line)
    open.length += line.length
    hasBody = true
  }
  const closeHeading = () => {
    flush()
    // A heading with nothing below it is a statement of its own ("Работаем с 2015 года").
    const last = headings[headings.length - 1]
    if (!hasBody && last)
      passages.push({
        text: last.text,
        headings: headings.slice(0, -1).map((heading) => heading.text),
        file: document.file,
        page: headingPage,
      })
  }
  let headingPage = 1
  for (const block of document.blocks) {
    if (block.kind === "heading") {
      const level = block.level ?? 1
      if (headings.length === 0 || level <= headings[headings.length - 1]!.level) closeHeading()
      else flush()
      headings = [...headings.filter((heading) => heading.level < level), { level, text: block.text }]
      headingPage = block.page
      hasBody = false
    } else if (block.kind === "table") for (const row of labelledRows(block)) add(row, block.page)
    else for (const part of inParts(block.text)) add(block.kind === "list_item" ? `• ${part}` : part, block.page)
  }
  closeHeading()
  return passages
}

/** A paragraph too long for one passage, parted between sentences, or anywhere if it has none. */
const inParts = (text: string): Array<string> => {
  if (text.length <= passageCharsMax) return [text]
  const parts: Array<string> = []
  let part = ""
  for (const sentence of text.split(/(?<=[.!?…;])\s+/u))
    for (let at = 0; at < Math.max(1, sentence.length); at += passageCharsMax) {
      const piece = sentence.slice(at, at + passageCharsMax)
      if (part !== "" && part.length + piece.length > passageCharsGoal) {
        parts.push(part)
        part = ""
      }
      part = part === "" ? piece : `${part} ${piece}`
    }
  if (part !== "") parts.push(part)
  return parts
}

/** Each row of a table as one line that says which column each value stands in. */
const labelledRows = (block: Block): Array<string> => {
  const rows = block.rows ?? block.text.split("\n").map((line) => line.split(" | "))
  const header = headerOf(rows)
  const labels = header ?? []
  return (header ? rows.slice(1) : rows).map((row) => {
    const cells = row.map((cell, at) => ({ cell, label: labels[at] ?? "" })).filter(({ cell }) => cell !== "")
    if (!header && cells.length === 2) return `${cells[0]!.cell.replace(/:$/, "")}: ${cells[1]!.cell}`
    return cells.map(({ cell, label }) => (label === "" ? cell : `${label}: ${cell}`)).join("; ")
  })
}

const headerOf = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> | undefined => {
  const [first, ...rest] = rows
  if (!first || rest.length === 0) return undefined
  const filled = first.filter((cell) => cell !== "")
  const hasAmount = (cell: string) => /^\D{0,4}\d/.test(cell)
  if (filled.length < 2 || filled.some((cell) => cell.length > 60) || hasAmount(filled[0]!)) return undefined
  const isOverAmounts = first.some((cell, at) => {
    const below = rest.map((row) => row[at] ?? "").filter((text) => text !== "")
    return cell !== "" && !hasAmount(cell) && below.length > 0 && below.filter(hasAmount).length * 2 >= below.length
  })
  // `Перфоратор | 5 000 | 25 000` over `Молоток | 7 000 | 36 000` is a row; `Визитки | 100 шт.` over sums is none.
  const shape = (cell: string) => cell.replace(/[\d\s.,–-]+/gu, "#")
  const isRow = first.some(
    (cell, at) => at > 0 && hasAmount(cell) && rest.every((row) => shape(row[at] ?? "") === shape(cell)),
  )
  return isOverAmounts || (first.length >= 3 && !isRow) ? first : undefined
}

/** The whole document as text a person or a model reads: `#` before headings, `-` before list items, ` | ` between cells. */
export const renderDocument = (document: KnowledgeDocument): string => {
  // Levels as the document uses them: the largest is one #, whatever its number.
  const levels = [
    ...new Set(document.blocks.flatMap((block) => (block.kind === "heading" ? [block.level ?? 1] : []))),
  ].sort((a, b) => a - b)
  const parts: Array<string> = []
  let page = 0
  let before: Block["kind"] | undefined
  for (const block of document.blocks) {
    if (document.pages > 1 && block.page !== page) {
      parts.push(`${parts.length > 0 ? "\n" : ""}[стр. ${block.page}]\n`)
      before = undefined
    }
    page = block.page
    const isTight = before === block.kind && block.kind === "list_item"
    const text =
      block.kind === "heading"
        ? `${"#".repeat(Math.min(levels.indexOf(block.level ?? 1) + 1, 4))} ${block.text}`
        : block.kind === "list_item"
          ? `- ${block.text}`
          : block.kind === "table" && block.rows
            ? block.rows.map((row) => row.join(" | ")).join("\n")
            : block.text
    parts.push(`${before === undefined || isTight ? "" : "\n"}${text}\n`)
    before = block.kind
  }
  return parts.join("").trim()
}
