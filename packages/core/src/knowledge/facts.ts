/**
 * Facts out of documents: each figure with the thing it is said of. A table's cell belongs to its row and column, a line
 * of prose to the words before its figure and the headings above. It promises that a fact's value is written in the
 * document; the subject is a reading of its layout, as good as the layout. Text that gives orders yields no facts.
 */
import { addressParts } from "./address.ts"
import type { Block, Fact, KnowledgeDocument } from "./document.ts"
import { withoutOrders } from "./injection.ts"
import type { Quantity } from "./quantity.ts"
import { findQuantities } from "./quantity.ts"
import { wordsOf } from "./wording.ts"

/** Between the parts of a subject, outermost first. */
export const subjectJoint = " › "

const bullet = /^\s*(?:[-–—•·*▪◦●■✅✔✓☑➤→]|\d{1,2}[.)])\s+/u
const question = /^\s*(?:\*\*)?(?:вопрос|в|q|question)\s*\d{0,3}\s*[:.)]\s*/iu
const answer = /^\s*(?:\*\*)?(?:ответ|о|a|answer)\s*\d{0,3}\s*[:.)]\s*/iu
const headingLettersMax = 70
/** No page is narrower than this. */
const brokenLettersMin = 40

/** `Чарын / 12 000 тг / 9 000 тг`, `BC1; 120; 40; 150 000 ₸`, `7 кВт — 3 500 ₸ — 16 000 ₸`: columns only where the next line has as many. */
const listedCellsOf = (line: string): ReadonlyArray<string> | null => {
  // `Accent   18 000 / 16 000 / 14 000`
  const spaced = line.trim().split(/ {2,}/)
  if (spaced.length > 2) return null
  if (spaced.length === 2) {
    const rest = spaced[1]!.split(" / ")
    return rest.length >= 2 && rest.every((cell) => /^\s*(?:от\s+)?\d/.test(cell))
      ? [spaced[0]!, ...rest].map((cell) => cell.trim())
      : null
  }
  for (const joint of [" / ", "; ", " — ", " – "]) {
    const cells = line.trim().split(joint)
    if (cells.length >= 3 && !/[.!?] /.test(cells[0]!) && cells.slice(1).every((cell) => cell.length <= 40))
      return cells.map((cell) => cell.trim())
  }
  return null
}

const cellsOf = (line: string): ReadonlyArray<string> | null => {
  if (line.includes("|")) {
    const cells = line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim())
    return cells.length >= 2 ? cells : null
  }
  if (line.includes("\t")) {
    const cells = line
      .trim()
      .split(/\t+/)
      .map((cell) => cell.trim())
    return cells.length >= 2 ? cells : null
  }
  if (bullet.test(line)) return null
  const listed = listedCellsOf(line)
  if (listed !== null) return listed
  const cells = line.trim().split(/ {2,}/)
  return cells.length >= 2 ? cells.map((cell) => cell.trim()) : null
}

const isRule = (line: string) => /^[\s|:+=-]+$/.test(line) && /-{2,}|={2,}/.test(line)

/** A block as plain text shows it. */
export interface TextBlock extends Block {
  /** A blank line stands before it. */
  readonly isApart: boolean
  /** A heading that the text marks as one, rather than one that only looks so. */
  readonly isMarked: boolean
}

/** Plain text as blocks: `#` headings, `|`, tab and column tables, bullets, questions with answers. One page per form feed. */
export const documentOfText = (
  text: string,
  file: string,
): KnowledgeDocument & { readonly blocks: ReadonlyArray<TextBlock> } => {
  const blocks: Array<TextBlock> = []
  let page = 1
  const pages = text.replace(/\r\n?/g, "\n").split("\f")
  for (const content of pages) {
    readPage(content.split("\n"), page, blocks)
    page++
  }
  return { file, pages: pages.length, blocks }
}

const readPage = (lines: ReadonlyArray<string>, page: number, blocks: Array<TextBlock>) => {
  let at = 0
  let begins = true
  let isApart = false
  const put = (block: Block, isMarked = false) => {
    blocks.push({ ...block, isApart, isMarked })
    isApart = false
  }
  const isBlank = (index: number) => (lines[index] ?? "").trim() === ""
  while (at < lines.length) {
    const raw = lines[at]!
    const line = raw.trim()
    if (line === "" || isRule(line)) {
      begins = true
      isApart = true
      at++
      continue
    }
    const marked =
      /^(#{1,6})\s+(.*?)\s*#*$/.exec(line) ??
      (isNumberedHeading(lines, at) ? [line, "####", line.replace(bullet, "")] : null)
    if (marked !== null) {
      put({ kind: "heading", page, level: marked[1]!.length, text: plain(marked[2]!) }, true)
      at++
      begins = true
      continue
    }
    const rows: Array<ReadonlyArray<string>> = []
    let end = at
    let isListed = false
    while (end < lines.length) {
      const next = lines[end]!
      if (rows.length > 0 && isRule(next)) {
        end++
        continue
      }
      const cells = cellsOf(next)
      if (cells === null) break
      const isListedToo = !/[|\t]/.test(next) && listedCellsOf(next) !== null
      if (rows.length === 0) isListed = isListedToo
      else if (isListed !== isListedToo || (isListed && cells.length !== rows[0]!.length)) break
      rows.push(cells)
      end++
    }
    const piped = line.includes("|")
    if (rows.length >= 2 || (rows.length === 1 && piped)) {
      const width = Math.max(...rows.map((row) => row.length))
      const full = rows.map((row) => [...row.map(plain), ...Array.from({ length: width - row.length }, () => "")])
      put({ kind: "table", page, text: full.map((row) => row.join(" | ")).join("\n"), rows: full })
      at = end
      begins = true
      continue
    }
    if (question.test(line) && line.replace(question, "").length > 3) {
      put({ kind: "heading", page, level: 6, text: plain(line.replace(question, "")) })
      at++
      continue
    }
    if (answer.test(line)) {
      put({ kind: "paragraph", page, text: plain(line.replace(answer, "")) })
      at++
      continue
    }
    if (bullet.test(raw)) {
      put({ kind: "list_item", page, text: plain(line.replace(bullet, "")) })
      at++
      begins = false
      continue
    }
    const last = blocks.at(-1)
    const hasFigure = findQuantities(line).length > 0
    const bold = /^\*\*[^*]+\*\*:?$/.test(line)
    const short = line.length <= headingLettersMax && line.split(/\s+/).length <= 9
    const looksHeading =
      bold ||
      (short && !hasFigure && /\?$/.test(line) && !isBlank(at + 1)) ||
      (short &&
        !hasFigure &&
        begins &&
        !/[.!?;,]$/.test(line) &&
        !/[:—–]\s+\S/.test(line) &&
        !isBlankAhead(lines, at)) ||
      (short && !hasFigure && /:$/.test(line)) ||
      (short && /\p{Lu}{3}/u.test(line) && line === line.toUpperCase() && (!hasFigure || begins) && !/[₸%]/.test(line))
    if (looksHeading) {
      const isTitle = blocks.length === 0 && page === 1
      const level = isTitle ? 1 : /\?$/.test(line) || /:$/.test(line) ? 6 : line === line.toUpperCase() ? 2 : 3
      put({ kind: "heading", page, level, text: plain(line.replace(/:$/, "")) })
      at++
      continue
    }
    // A line that a page broke is long and ends in a word; a price list without bullets is neither.
    if (
      !begins &&
      last?.kind === "paragraph" &&
      !/[.!?;:]$/.test(last.text) &&
      lines[at - 1]!.trim().length >= brokenLettersMin &&
      !/\d{3}\s?(?:₸|тг|тенге|kzt)?$/iu.test(last.text) &&
      indentOf(raw) <= indentOf(lines[at - 1]!) &&
      /^[\p{Ll}\d(]/u.test(line) &&
      !(isPriced(last.text) && isPriced(line)) &&
      // `рассрочка : 2 платежа`: a label begins a line of its own.
      !/^[^:.,]{2,30}\s?:\s/u.test(line) &&
      !(isItsPrice.test(line) && isItsPrice.test((lines[at + 1] ?? "").trim()))
    ) {
      const joint = hasFigure && endsInSum.test(lines[at - 1]!) ? "\n" : " "
      blocks[blocks.length - 1] = { ...last, text: `${last.text}${joint}${plain(line)}` }
    } else put({ kind: "paragraph", page, text: plain(line) })
    begins = false
    at++
  }
}

/** `2. Сроки от склада` over lines of its own: no item of a list. */
const isNumberedHeading = (lines: ReadonlyArray<string>, at: number): boolean => {
  const line = lines[at]!.trim()
  const next = (lines.slice(at + 1).find((one) => one.trim() !== "") ?? "").trim()
  return (
    /^\d{1,2}[.)]\s+\p{Lu}/u.test(line) &&
    line.length <= headingLettersMax &&
    !/[.!?;,]$/.test(line) &&
    !/[:—–]\s+\S/.test(line) &&
    findQuantities(line.replace(bullet, "")).length === 0 &&
    next !== "" &&
    !/^\d{1,2}[.)]\s/.test(next) &&
    lines.some((one, index) => index !== at && /^\s*\d{1,2}[.)]\s+\p{Lu}/u.test(one))
  )
}

/** `подшипники 25 000`: a line of a price list; what follows is another of the same paragraph. */
const endsInSum =
  /\p{L}.{0,60}(?<![\d.,:+-])(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d{4,7})\s*(?:₸|тг|тенге|kzt)?\.?\s*$/iu

/** `60 см — 1 200 ₸/шт`, `Стрижка ..... 6 000`: a figure closes the line or follows a dash. */
const isPriced = (line: string) =>
  /(?:[—–:|-]|\.{2,}|\s{2,})\s*(?:от|до|по)?\s*\d/u.test(line) &&
  findQuantities(line).some((one) => one.kind === "money" || one.value >= 100)

/** `4 камеры: 162 000 ₸`: a line that is a name and its price. */
const isItsPrice = /^[^:—–\n]{2,40}(?::|\s[—–])\s*(?:от\s+|до\s+)?\d[\d ]*\s?(?:₸|тг|тенге)/iu

const indentOf = (line: string) => /^\s*/.exec(line)![0].length

/** A heading has something under it. */
const isBlankAhead = (lines: ReadonlyArray<string>, at: number) => {
  for (let next = at + 1; next < Math.min(lines.length, at + 4); next++) if (lines[next]!.trim() !== "") return false
  return true
}

const plain = (text: string) => text.replace(/\*\*|__|`/g, "").trim()

interface Heading {
  readonly level: number
  readonly text: string
}

const subjectPartsMax = 3

/** Every fact of a document, in reading order. */
export const factsOf = (document: KnowledgeDocument): ReadonlyArray<Fact> => {
  const facts: Array<Fact> = []
  let headings: Array<Heading> = []
  let intro = ""
  const name = document.file.replace(/\.[a-z]{2,4}$/i, "")
  document.blocks.forEach((block, position) => {
    const add: Add = (parts, attribute, value, unit) => {
      const path = parts.map(tidy).filter((part) => part !== "")
      const subject = (path.length > 0 ? path : [headings[0]?.text ?? name]).slice(-subjectPartsMax).join(subjectJoint)
      facts.push({
        id: `${document.file}#${block.page}.${position}.${facts.length}`,
        subject,
        attribute,
        value,
        unit,
        file: document.file,
        page: block.page,
      })
    }
    headings = afterList(headings, block, document.blocks[position - 1])
    const words = withoutOrders(block.text).clean.replace(footnote, "").trim()
    const text = words.replace(block.kind === "list_item" ? itemNumber : clauseNumber, "")
    if (text === "") return
    if (block.kind === "heading") {
      const level = block.level ?? 3
      headings = [...headings.filter((heading) => heading.level < level), { level, text: text.replace(/:$/, "") }]
      intro = ""
      // `Тариф «Старт» — 9 900 ₸` is as often a heading as a line.
      readLine(text, pathOf(headings.slice(0, -1)), add, true)
      return
    }
    const path = pathOf(headings)
    if (block.kind === "table" && block.rows !== undefined) {
      readTable(
        block.rows.map((row) => row.map((cell) => cell.replace(footnote, ""))),
        path,
        add,
      )
      return
    }
    if (block.kind === "paragraph") intro = /:$/.test(text) ? text.replace(/:$/, "") : ""
    const within = block.kind === "list_item" && intro !== "" ? [...path, intro] : path
    for (const line of text.split("\n")) readLine(line, within, add)
    headings = afterAnswer(headings, block)
  })
  return facts
}

const itemNumber = /^\d{1,2}[.)]\s+/u
/** `2.1. Вывоз` */
const clauseNumber = /^\d{1,2}(?:\.\d{1,2}){1,3}\.\s+(?=\p{Lu})/u

/** The mark of a footnote is said of no figure; `м²` is a unit. */
const footnote = /(?<!(?<!\p{L})[сдк]?м)[⁰¹²³⁴-⁹]+/gu

type Add = (parts: ReadonlyArray<string>, attribute: string, value: string, unit: string | null) => void

/** `Маски:` heads its list; the paragraph behind the list is another matter. */
export const afterList = <A extends Heading>(
  headings: Array<A>,
  block: Block,
  previous: Block | undefined,
): Array<A> =>
  block.kind === "paragraph" && previous?.kind === "list_item" && headings.length > 1 && headings.at(-1)!.level >= 6
    ? headings.slice(0, -1)
    : headings

/** One paragraph answers a question; what follows is no longer its answer. */
export const afterAnswer = <A extends Heading>(headings: Array<A>, block: Block): Array<A> =>
  block.kind === "paragraph" &&
  /\?\s*$/.test(headings.at(-1)?.text ?? "") &&
  headings.at(-1)!.level >= 6 &&
  !/:$/.test(block.text)
    ? headings.slice(0, -1)
    : headings

/** A title over everything names nothing in particular; it serves only where nothing narrower stands. */
const pathOf = (headings: ReadonlyArray<Heading>) =>
  (headings.length > 1 && headings[0]!.level === 1 ? headings.slice(1) : headings).map((heading) => heading.text)

const tidy = (text: string) =>
  text
    .replace(/\s+/g, " ")
    .replace(/^[\s,;:.—–\-)(]+|[\s,;:—–\-(]+$/gu, "")
    .replace(/^(?:и|а|но|также|или)\s+/iu, "")
    .replace(
      /\s+(?:стоит|стоят|составляет|составит|обойд[её]тся(?:\s+в)?|занимает|длится|это|равна|всего|за|в|на|от|до|по|из)$/iu,
      "",
    )
    .replace(/[\s,;:—–-]+$|\s\+$/u, "")

const attributeWords =
  /^(?:цена|стоимость|срок\p{L}*|длительность|продолжительность|скидка|предоплата|аванс|залог|депозит|телефон|тел|адрес|сайт|почта|e-?mail|whatsapp|telegram|instagram|график|режим работы|время работы|часы работы|минимальный заказ|оплата|абонентская плата|количество\p{L}*|объ[её]м|площадь|вес|размер|срок\s.*|стоимость\s.*|цена\s.*|кол-во.*)$/iu

const usualAttribute = (quantity: Quantity, sentence: string): string => {
  switch (quantity.kind) {
    case "money":
      return "цена"
    case "percent":
      return /скид/iu.test(sentence) ? "скидка" : "доля"
    case "duration":
      return /гарант/iu.test(sentence) ? "гарантия" : "срок"
    case "count":
      return "количество"
    case "clock":
      return "время"
    case "date":
      return quantity.unit === "year" ? "год" : "дата"
    case "phone":
      return "телефон"
    case "link":
      return quantity.key.startsWith("@") ? "аккаунт" : "сайт"
    case "email":
      return "почта"
    case "bare":
      return "значение"
  }
}

const unitOf = (quantity: Quantity): string | null =>
  quantity.kind === "clock" || quantity.kind === "date" ? null : quantity.unit

const sentencesOf = (text: string): ReadonlyArray<string> => {
  const cut = text.replace(
    // One letter before a full stop is an initial, one digit a list's number; a sum and a house end a sentence.
    /((?:[\p{L}\d»)₸%]{2,}|(?<=\d[ \u00a0\u202f])[₸%]|(?<=[/№,] ?)\d)[.!?])(?<!(?:^|[\s,(])(?:ул|пр|мкр|пер|просп|им|наб|обл)\.)\s+(?=[«\p{Lu}])/gu,
    "$1\u0001",
  )
  return cut.split("\u0001").filter((part) => part.trim() !== "")
}

/** The head of a phrase: what stands before its first preposition. `Доставка по Алматы` gives `Доставка`. */
const headOf = (phrase: string) =>
  /^(.{3,60}?)\s+(?:по|в|во|до|для|на|за|из|при|с|от)\s/iu.exec(`${phrase} `)?.[1] ?? phrase
const leansOn =
  /^(?:по|в|во|до|для|на|за|из|при|с|со|от|через|внутри|вне|без|остальн|друг|свыше|более|менее)(?!\p{L})/iu

/** One line of prose: its figures, each with the words that lead to it. */
const readLine = (line: string, path: ReadonlyArray<string>, add: Add, figuresOnly = false) => {
  let spoken: string | null = null
  /** The sorts of figures said of it so far. */
  const sorts = new Set<Quantity["kind"]>()
  for (const sentence of sentencesOf(line)) {
    const parts = figuresOnly ? [] : addressParts(sentence)
    const isAddress =
      parts.some((part) => part.isCertain) ||
      (parts.length > 0 && /(?<!\p{L})(?:адрес|офис|шоурум|самовывоз|находимся|мекенжай)/iu.test(sentence))
    if (isAddress) {
      const label = /^([^:]{2,60}?)\s*:\s+(.{2,})$/u.exec(sentence.trim())
      const isPlain = label === null || attributeWords.test(label[1]!.trim())
      add(isPlain ? path : [...path, label[1]!], "адрес", (label?.[2] ?? sentence).trim(), null)
    }
    const quantities = findQuantities(sentence).filter(
      (quantity) =>
        !isAddress ||
        (quantity.kind !== "bare" && quantity.kind !== "count") ||
        !parts.some((part) => part.index <= quantity.index && part.end > quantity.index),
    )
    if (isAddress && quantities.length === 0) continue
    if (quantities.length === 0) {
      const label = /^([^:—–]{2,60}?)\s*(?::|\s[—–])\s+(.{2,})$/u.exec(sentence.trim())
      if (label !== null && !figuresOnly)
        add(
          attributeWords.test(label[1]!.trim()) ? path : [...path, label[1]!],
          attributeWords.test(label[1]!.trim()) ? label[1]!.trim() : "сведения",
          label[2]!.trim(),
          null,
        )
      else if (!figuresOnly && wordsOf(sentence).length > 0) add(path, "сведения", sentence.trim(), null)
      continue
    }
    const firstStart = quantities[0]!.index
    const valueFirst = wordsOf(sentence.slice(0, firstStart)).length === 0
    let previousEnd = 0
    let head = ""
    const extras: Array<string> = []
    let headPhrase = ""
    let ellipsis = ""
    // `Залог: Accent 50 000 ₸, Camry 100 000 ₸`: the word before the colon is said of each.
    const common = /^\s*([\p{L}][\p{L}\s]{2,30}):\s+[\p{L}\d]/u.exec(sentence.slice(0, firstStart))?.[1] ?? ""
    quantities.forEach((quantity, index) => {
      const next = quantities[index + 1]
      const before = sentence.slice(previousEnd, quantity.index)
      const end = quantity.index + quantity.text.length
      const after = sentence.slice(end, next?.index ?? sentence.length)
      const untilComma = /^[^,;.!?]*/.exec(after)![0]
      const lead = leadOf(before)
      // `Замер бесплатный по Караганде, за город 5 000 ₸`
      const led =
        index === 0 && leansOn.test(lead.more)
          ? { subject: `${headOf(tidy(lead.subject)).replace(/\s*бесплатн\p{L}*/iu, "")} ${lead.more}`, more: "" }
          : lead
      let narrow = valueFirst ? untilComma : led.subject
      let extra = valueFirst ? "" : tidy(`${led.more} ${untilComma}`).replace(/^сто[ия]т$/u, "")
      if (!valueFirst && wordsOf(narrow).length === 0 && wordsOf(extra).length > 0 && index > 0) {
        // `Доставка 1 500 ₸ по Алматы, 3 000 ₸ по Казахстану`
        narrow = leansOn.test(extra) && head !== "" && !leansOn.test(head) ? `${head} ${extra}` : extra
        extra = ""
      } else if (!valueFirst && index > 0 && leansOn.test(tidy(narrow)) && head !== "" && !leansOn.test(head))
        narrow = `${head} ${tidy(narrow)}`
      if (!valueFirst && head === "") head = headOf(tidy(narrow)).replace(/\s*бесплатн\p{L}*/iu, "")
      const phrase = tidy(narrow)
      const usual = usualAttribute(quantity, sentence)
      const isAttribute =
        attributeWords.test(phrase) ||
        (index > 0 && wordsOf(phrase).every((word) => word.stem === "cen" || word.stem === "srok"))
      let subject: ReadonlyArray<string>
      if (phrase === "" || wordsOf(phrase).length === 0) subject = spoken === null ? path : [...path, spoken]
      else if (isAttribute) subject = spoken === null ? path : [...path, spoken]
      else {
        // `Кухня из МДФ: 130 000 ₸ за метр, изготовление 25 дней`: another sort of figure of the same thing.
        const goesOn =
          index > 0 &&
          spoken !== null &&
          quantity.kind !== quantities[0]!.kind &&
          !sorts.has(quantity.kind) &&
          !/\p{Lu}|[«"]/u.test(phrase.replace(/^\P{L}*\p{Lu}/u, ""))
        if (goesOn) extra = tidy(`${phrase} ${extra}`)
        // `Стерилизация кошки 22 000 ₸, собаки от 35 000 ₸`: the head is said once.
        const [headWord = "", ...others] = headPhrase.split(" ")
        const isElliptic =
          /^(?:ночью|вечером|утром|днём|днем|меньше|иначе|дальше|далее|свыше|больше)$/u.test(phrase) ||
          (others.length === 1 && /^\p{Ll}{4,}$/u.test(others[0]!) && /^\p{Ll}+$/u.test(phrase) && headWord.length > 4)
        if (!goesOn) ellipsis = index > 0 && isElliptic && /^,\s/.test(before) ? headWord : ""
        if (index === 0) headPhrase = phrase
        if (!goesOn && index > 0 && common !== "" && /^,\s/.test(before)) extra = tidy(`${extra} ${common}`)
        subject = goesOn ? [...path, spoken!] : [...path, phrase]
        if (!goesOn) {
          spoken = phrase
          sorts.clear()
        }
      }
      sorts.add(quantity.kind)
      const term = quantities[index - 1]
      // `Визитки 500 шт. — 14 000 ₸`, `Комплект 5 кВт (10 панелей): 1 850 000 ₸`: the sum is of so many.
      if (quantity.kind === "money" || quantity.kind === "percent")
        for (let back = index - 1, to = quantity.index, isAside = false; back >= 0; back--) {
          const amount = quantities[back]!
          if (/\)/.test(sentence.slice(amount.index, to))) isAside = true
          if (
            (amount.kind !== "count" &&
              amount.kind !== "bare" &&
              !(
                (amount.kind === "duration" || (amount.kind === "clock" && isAside)) &&
                (amount.qualifier === "from" || quantity.kind === "percent" || isAside)
              )) ||
            !/^[\s.:()—–-]{1,5}(?:(?:скидка|стоит|стоят)\s)?$/u.test(
              sentence.slice(amount.index + amount.text.length, to),
            )
          )
            break
          extra = tidy(`${extra} ${extras[back] ?? ""} ${amount.text}`)
          to = amount.index
        }
      // `Абонемент на 3 месяца: 27 000 ₸`
      if (
        quantity.kind === "money" &&
        term?.kind === "duration" &&
        quantity.per !== null &&
        !/(?:\/|за|в|на)\s*\S+$/u.test(quantity.text)
      )
        extra = tidy(`${extra} ${term.text}`)
      if (ellipsis !== "") extra = tidy(`${extra} ${ellipsis}`)
      extras[index] = extra
      // `10% при оплате за 3 месяца`
      if (quantity.kind === "percent" && next?.kind === "duration") {
        const whole = /^[^,;.!?]*/.exec(sentence.slice(end))![0]
        if (whole.length > untilComma.length && whole.length < 80)
          extra = tidy(`${extra} ${whole.slice(untilComma.length)}`)
      }
      const attribute = attributeWords.test(phrase) ? phrase.toLowerCase() : usual
      const noun = quantity.kind === "count" ? quantity.unit : null
      add(
        subject,
        [attribute, noun !== null && !quantity.text.includes(noun) ? noun : "", extra]
          .filter((part) => part !== "")
          .join(", "),
        quantity.text,
        unitOf(quantity),
      )
      const isConsumed = /^[,;.!?]/.test(after.slice(untilComma.length))
      previousEnd = valueFirst || isConsumed ? end + untilComma.length : end
    })
  }
}

/**
 * What leads to a figure: the first clause names the thing, a later one says more of it. `Обучение бесплатное, проводится
 * онлайн, ` gives `Обучение бесплатное` and `проводится онлайн`.
 */
const leadOf = (before: string): { readonly subject: string; readonly more: string } => {
  const clauses = before.split(/[;!?(]|,(?=\s)/).filter((clause) => wordsOf(clause).length > 0)
  return { subject: clauses[0] ?? before, more: clauses.slice(1).join(", ").trim() }
}

const hasFigures = (cell: string) => /\d/.test(cell) && findQuantities(cell).length > 0
const moneyHeader = /цен|стоимост|₸|тенге|тг|kzt|оплат|тариф|прайс|розниц|опт|руб/iu

const readTable = (rows: ReadonlyArray<ReadonlyArray<string>>, path: ReadonlyArray<string>, add: Add) => {
  const first = rows[0]
  if (first === undefined) return
  const hasHeader =
    rows.length > 1 &&
    !isListOfLabels(rows) &&
    !isTitleOfList(first) &&
    !first.some(
      (cell, at) =>
        at > 0 &&
        hasFigures(cell) &&
        !/^[^\d]*(?:от|до|свыше)\s/iu.test(cell) &&
        !/^\p{L}/u.test(cell) &&
        !isTier(
          cell,
          rows.slice(1).map((row) => row[at] ?? ""),
        ),
    )
  const header = hasHeader ? first : []
  const body = hasHeader ? rows.slice(1) : rows
  if (!hasHeader && isListOfLabels(rows)) {
    for (const row of rows) {
      const [title = "", value = ""] = row.filter((cell) => cell !== "")
      if (value !== "") readLine(`${title}: ${value}`, path, add)
    }
    return
  }
  // A matrix of offers: labels such as `Цена`, `Срок` at the left, the offers in the header.
  const labels = body.map((row) => row[0] ?? "")
  const isMatrix =
    hasHeader &&
    header.length > 2 &&
    labels.filter((label) =>
      /^(?:цена|стоимость|срок|длительность|кол|число|кассы|пользовател|сотрудник|поддержка|абонентск|скидк|гаранти|объ[её]м|период|внедрение|обучение)/iu.test(
        label.trim(),
      ),
    ).length *
      2 >=
      labels.length
  // `| Возможности | Старт 9 900 ₸/мес | Сеть 19 900 ₸/мес |`: the offers bring their prices along.
  for (const title of header.slice(1)) {
    const [price, ...more] = findQuantities(title)
    const names = price !== undefined && wordsOf(title.slice(0, price.index)).some((word) => word.stem !== "cen")
    if (names && price.kind === "money" && price.qualifier === null && more.length === 0)
      readLine(title, path, add, true)
  }
  const groupAt = nameColumn(body)
  const nameAt = ownNameColumn(body, groupAt) ?? groupAt
  let section = ""
  for (const row of body) {
    const filled = row.filter((cell) => cell.trim() !== "")
    if (filled.length === 1 && !hasFigures(filled[0]!)) {
      section = filled[0]!
      continue
    }
    // `Подоконник 300 мм — 4 500 ₸` in the first cell alone.
    if (filled.length === 1 && row.length > 1) {
      readLine(filled[0]!, path, add)
      continue
    }
    const label = row[nameAt] ?? ""
    const group = nameAt === groupAt ? section : (row[groupAt] ?? "")
    row.forEach((cell, column) => {
      if (column === nameAt || column === groupAt || cell.trim() === "" || /^[-–—]$/.test(cell.trim())) return
      const title = (header[column] ?? "").trim()
      const subject = isMatrix ? [...path, title] : [...path, group, label]
      const attribute = isMatrix ? label : title
      const quantities = findQuantities(cell)
      if (quantities.length === 0) {
        if (/\d/.test(cell) || wordsOf(cell).length > 0)
          add(subject, attribute === "" ? "сведения" : attribute, cell.trim(), null)
        return
      }
      for (const quantity of quantities) {
        const bare =
          quantity.kind === "bare" ||
          (quantity.kind === "count" && quantity.unit !== null && /^(?:тыс|в|за)/.test(quantity.unit))
        const headed = bare ? (headerUnit(attribute) ?? headerUnit(path.at(-1) ?? "")) : null
        const looksMoney =
          bare && headed === null && (moneyHeader.test(attribute) || (title === "" && quantity.value >= 100))
        add(
          subject,
          attribute === ""
            ? usualAttribute(bare && looksMoney ? { ...quantity, kind: "money" } : quantity, cell)
            : attribute,
          quantities.length === 1 ? cell.trim() : quantity.text,
          headed ?? (looksMoney ? "KZT" : unitOf(quantity)),
        )
      }
    })
  }
}

const label =
  /^(?:компания|организация|название|наименование компании|бренд|тоо|ип|бин|иин|директор|владелец|телефон\p{L}*|тел\.?|моб\p{L}*\.?|whatsapp|ватсап|telegram|instagram|инстаграм|e-?mail|почта|эл\p{L}*\.? почта|сайт|адрес\p{L}*|офис|город|график\p{L}*.*|режим.*|время работы|часы работы|реквизиты|банк|бик|иик|кбе|склад|шоурум|самовывоз|год основания|контакт\p{L}*)\s*:?$/iu
/** Two columns whose left one only says what the right one is, `Компания | …`, `Телефон | …`, have no header. */
const isListOfLabels = (rows: ReadonlyArray<ReadonlyArray<string>>): boolean =>
  rows.every((row) => row.filter((cell) => cell !== "").length <= 2) &&
  label.test((rows[0]?.[0] ?? "").trim()) &&
  rows.filter((row) => label.test((row[0] ?? "").trim())).length * 2 >= rows.length

/** `ПРАЙС-ЛИСТ | клиника «Пати»` over names and prices. */
const isTitleOfList = (first: ReadonlyArray<string>): boolean =>
  first.length === 2 &&
  /^(?:прайс(?:[\s-]?лист)?|прейскурант|каталог|меню|цены)$/iu.test(first[0]!.trim()) &&
  !moneyHeader.test(first[1]!)

/** `1–3 суток`, `100 шт.` over sums. */
const isTier = (title: string, below: ReadonlyArray<string>): boolean => {
  const sums = below.flatMap(findQuantities)
  return (
    findQuantities(title).every(({ kind }) => kind === "duration" || kind === "count") &&
    sums.length > 0 &&
    sums.every(({ kind, value }) => kind === "money" || (kind === "bare" && value >= 100))
  )
}

/** The column that names the rows: the first whose cells are mostly words. */
const nameColumn = (body: ReadonlyArray<ReadonlyArray<string>>): number => {
  const width = Math.max(0, ...body.map((row) => row.length))
  for (let column = 0; column < width; column++) {
    const wordy = body.filter(
      (row) =>
        /\p{L}{2}/u.test(row[column] ?? "") &&
        !/^\s*(?:от|до)?\s*\d[\d\s.,]*\s*(?:₸|тг|тенге|руб|%|мин|час|дн)/iu.test(row[column] ?? ""),
    ).length
    if (wordy * 2 >= body.length) return column
  }
  return 0
}

/** Behind a column that names groups, `Бетон | Перфоратор`: the next one, if each of its cells is another name. */
const ownNameColumn = (body: ReadonlyArray<ReadonlyArray<string>>, groupAt: number): number | undefined => {
  const filled = body.filter((row) => row.filter((cell) => cell !== "").length > 1)
  const groups = filled.map((row) => row[groupAt] ?? "")
  const count = new Set(groups).size
  const isGrouped =
    count < filled.length && filled.filter((_, at) => at > 0 && groups[at] !== groups[at - 1]).length < count
  if (!isGrouped) return undefined
  const names = filled.map((row) => row[groupAt + 1] ?? "")
  const areNames = names.every(
    (name) =>
      /^\P{L}{0,2}\p{L}{3}/u.test(name) &&
      findQuantities(name).every(({ kind }) => kind === "count" || kind === "bare"),
  )
  return areNames && new Set(names).size === names.length ? groupAt + 1 : undefined
}

/** `Операций в месяц` counts operations; `Срок, мес` counts months. */
const isTerm = (title: string, unit: string) =>
  /срок|длительн|продолжит|врем|период|гарант|действ/iu.test(title) ||
  new RegExp(`(?:^|[,(]\\s*)(?:${unit})\\.?\\)?\\s*$`, "iu").test(title.trim())

const headerUnit = (title: string): string | null => {
  if (/₸|тенге|(?<!\p{L})тг(?!\p{L})|kzt/iu.test(title)) return "KZT"
  if (/₽|руб/iu.test(title)) return "RUB"
  if (/\$|usd/iu.test(title)) return "USD"
  if (/%|процент/iu.test(title)) return "%"
  if (/цен|стоим/iu.test(title)) return null
  for (const [unit, pattern] of termUnits)
    if (new RegExp(`(?<!\\p{L})(?:${pattern})(?!\\p{L})`, "iu").test(title) && isTerm(title, pattern)) return unit
  return null
}
const termUnits: ReadonlyArray<readonly [string, string]> = [
  ["минута", "мин(?:ут\\p{L}*)?"],
  ["час", "час\\p{L}*|ч"],
  ["день", "дн(?:ей|я|и)?|сут\\p{L}*|день"],
  ["неделя", "недел\\p{L}*|нед"],
  ["месяц", "мес(?:яц\\p{L}*)?"],
  ["год", "год\\p{L}*|лет"],
]
