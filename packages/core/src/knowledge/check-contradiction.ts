/**
 * Where a company's documents say two things of one thing: another price, term, telephone, address or other hours.
 * It speaks only when the thing and what is said of it are the same words, each side says one value, and no value
 * includes the other (`от 9 000` and `12 000` agree). So it misses what is said in other words; it does not promise to
 * find every contradiction, but to be worth reading.
 */
import { addressParts } from "./address.ts"
import { type Finding, type Place, quoteOf } from "./check-finding.ts"
import type { Block, Fact, KnowledgeDocument } from "./document.ts"
import { factsOf, subjectJoint } from "./facts.ts"
import { findQuantities, type Quantity } from "./quantity.ts"
import { stemsOf } from "./wording.ts"

/** More places than these say nothing new. */
const placesMax = 6

export const contradictionsOf = (documents: ReadonlyArray<KnowledgeDocument>): ReadonlyArray<Finding> => {
  const read = documents.map(
    (document): Read => ({
      document,
      facts: factsOf(document),
      headings: new Set(document.blocks.flatMap((block) => (block.kind === "heading" ? [block.text.trim()] : []))),
    }),
  )
  return [
    ...figureContradictions(read.flatMap(claimsOf)),
    ...contactContradictions(read),
    ...hoursContradictions(documents),
  ]
}

interface Read {
  readonly document: KnowledgeDocument
  readonly facts: ReadonlyArray<Fact>
  readonly headings: ReadonlySet<string>
}

// Figures: prices, percents, terms, amounts.

interface Claim {
  readonly file: string
  readonly place: Place
  /** The block it stands in; variants of one thing stand together. */
  readonly block: string
  readonly name: string
  readonly title: string
  readonly context: ReadonlyArray<string>
  readonly attribute: string
  readonly attributeTitle: string
  readonly per: string
  readonly value: string
  readonly low: number
  readonly high: number
  readonly isExact: boolean
  readonly isCondition: boolean
  readonly row: RowOfTable | undefined
}

interface RowOfTable {
  readonly header: string
  readonly cells: ReadonlyArray<string>
}

/** Stems of words that name a list of things rather than a thing. */
const stemSet = (words: string): ReadonlySet<string> => new Set(words.split(" ").flatMap((word) => [...stemsOf(word)]))
const generic = stemSet(
  "тариф тарифы тарифный пакет пакеты услуга услуги цена цены прайс лист прейскурант стоимость товар товары продукт продукция " +
    "каталог перечень список наименование позиция предложение коммерческое раздел вопрос вопросы ответ ответы частые часто задаваемые " +
    "таблица основные дополнительно общие описание информация план планы линейка ассортимент название вид",
)
const periods = stemSet("месяц год день час неделя сутки ежемесячно")
const moneyWords = stemSet("цена стоимость тенге сумма оплата тг kzt абонентская плата розница")
/** Said of the case before, not of a thing. */
const vague =
  /^(?:иначе|дальше|далее|свыше|больше|меньше|остальн\p{L}*|другие|бесплатно|вс[её]|всего|итого|сумма|например|пример\p{L}*|экономия|было|стало|старая|новая)(?!\p{L})/iu
const condition =
  /^(?:по|в|во|до|для|на|за|из|при|с|со|от|через|после|если|когда|внутри|вне|без|более|менее|каждая?|кажд\p{L}+)(?!\p{L})/iu
const relations =
  /(?<!\p{L})(без|не|нет|до|от|свыше|более|менее|больше|меньше|кроме|ночью|выходн\p{L}*|повторн\p{L}*)(?!\p{L})/giu

/** What a phrase is compared by: stems in order of the alphabet, with the small words that turn its meaning. */
const keyOf = (phrase: string, without: ReadonlySet<string>): string => {
  const stems = stemsOf(phrase).filter((stem) => !without.has(stem))
  const turns = [...phrase.matchAll(relations)].map((match) => match[1]!.toLowerCase())
  const plus = /[\p{L}\d]\s?\+/u.test(phrase) ? ["+"] : []
  return [...stems, ...turns, ...plus].sort().join(" ")
}

const claimsOf = ({ document, facts }: Read): ReadonlyArray<Claim> => {
  const claims: Array<Claim> = []
  for (const fact of facts) {
    const quantities = findQuantities(fact.value)
    const quantity = quantities[0]
    if (quantity === undefined || quantities.length > 1) continue
    const scale = scaleOf(quantity, fact)
    if (scale === undefined) continue
    const block = blockOf(fact, document)
    if (block === undefined || (block.rows !== undefined && isRepeated(block, fact))) continue
    const parts = fact.subject.split(subjectJoint).map((part) => part.trim())
    // Prices under no heading stand under the file's name, which is no thing of the company.
    const named = fact.subject === nameOfFile(document.file) ? [] : parts.filter((part) => keyOf(part, both) !== "")
    const title = named.at(-1)
    if (title === undefined || vague.test(title) || /\?$/.test(title)) continue
    const [attribute = "", ...extra] = fact.attribute.split(", ")
    const spoken = `${fact.attribute} ${quantity.per ?? ""} ${parts.at(-1) === title ? "" : parts.at(-1)}`
    const per = stemsOf(spoken).filter((stem) => periods.has(stem))
    const perNoun = quantity.per === null ? [] : stemsOf(quantity.per).filter((stem) => !periods.has(stem))
    claims.push({
      file: document.file,
      place: { file: document.file, page: fact.page, quote: quoteOf(block.text, fact.value) },
      block: blockIdOf(fact),
      // `Бутыль 19 литров` of a row is `Бутыль`, `цена, 19 литров` of a sentence.
      name: keyOf(`${title} ${extra.join(" ")}`, generic),
      title,
      context: named
        .slice(0, -1)
        .filter((part) => !/\?$/.test(part))
        .flatMap((part) => stemsOf(part).filter((stem) => !generic.has(stem))),
      attribute: `${scale.kind} ${keyOf(attribute, attributeNoise)}`,
      attributeTitle: fact.attribute.toLowerCase(),
      per: [...new Set([...per, ...perNoun])].sort().join(" "),
      value: fact.value,
      ...boundsOf(quantity, scale.factor),
      isExact: quantity.qualifier === null && quantity.to === null,
      isCondition: condition.test(title),
      row: rowOf(block, fact),
    })
  }
  return claims
}
const both: ReadonlySet<string> = new Set([...generic, ...periods])
const nameOfFile = (file: string): string => file.replace(/\.[a-z]{2,4}$/i, "")
const attributeNoise: ReadonlySet<string> = new Set([...moneyWords, ...periods, "srok"])

const days: Readonly<Record<string, number>> = { день: 1, неделя: 7, месяц: 30, год: 360 }
const minutes: Readonly<Record<string, number>> = { минута: 1, час: 60 }

/** Figures that can be compared, in one measure: days, minutes, tenge. */
const scaleOf = (quantity: Quantity, fact: Fact): { readonly kind: string; readonly factor: number } | undefined => {
  const unit = quantity.unit ?? fact.unit
  switch (quantity.kind) {
    case "money":
      return { kind: `money ${unit ?? "KZT"}`, factor: 1 }
    case "percent":
      return { kind: "percent", factor: 1 }
    case "duration":
      if (unit !== null && unit in days) return { kind: "days", factor: days[unit]! }
      return unit !== null && unit in minutes ? { kind: "minutes", factor: minutes[unit]! } : undefined
    case "bare":
      // `Цена, ₸ | 8 000`
      return fact.unit === "KZT" || fact.unit === "USD" || fact.unit === "RUB"
        ? { kind: `money ${fact.unit}`, factor: 1 }
        : undefined
    default:
      return undefined
  }
}

const boundsOf = (quantity: Quantity, factor: number): { readonly low: number; readonly high: number } => {
  const value = quantity.value * factor
  if (quantity.to !== null) return { low: value, high: quantity.to * factor }
  switch (quantity.qualifier) {
    case "from":
    case "over":
      return { low: value, high: Number.POSITIVE_INFINITY }
    case "to":
    case "under":
      return { low: 0, high: value }
    case "about":
      return { low: value * 0.9, high: value * 1.1 }
    case null:
      return { low: value, high: value }
  }
}

const positionPattern = /#(\d+)\.(\d+)\.(\d+)$/
const blockOf = (fact: Fact, document: KnowledgeDocument): Block | undefined =>
  document.blocks[Number(positionPattern.exec(fact.id)?.[2] ?? -1)]
const blockIdOf = (fact: Fact): string => `${fact.file}#${positionPattern.exec(fact.id)?.[2] ?? ""}`

/** A name that stands in several rows of its table names no row: another column tells the variants apart. */
const isRepeated = (block: Block, fact: Fact): boolean => {
  const name = fact.subject.split(subjectJoint).at(-1) ?? ""
  return (block.rows ?? []).filter((row) => row.some((cell) => cell.trim() === name)).length > 1
}

const rowOf = (block: Block, fact: Fact): RowOfTable | undefined => {
  const name = fact.subject.split(subjectJoint).at(-1) ?? ""
  const [header, ...rows] = block.rows ?? []
  const cells = rows.find(
    (row) => row.some((cell) => cell.trim() === name) && row.some((cell) => cell.includes(fact.value)),
  )
  return header === undefined || cells === undefined ? undefined : { header: header.join(" | "), cells }
}

/** Rows of one table, which may go on over many pages, that an article, a size or a colour tells apart. */
const areVariants = (one: Claim, other: Claim): boolean =>
  one.file === other.file &&
  one.row !== undefined &&
  one.row.header === other.row?.header &&
  one.row.cells.some((cell, at) => {
    const beside = other.row!.cells[at] ?? ""
    return (
      cell !== beside &&
      cell !== "" &&
      beside !== "" &&
      !cell.includes(one.value) &&
      findQuantities(`${cell}; ${beside}`).every(({ kind }) => kind === "bare" || kind === "count")
    )
  })

const toleranceMax = 0.03
const isSame = (one: Claim, other: Claim): boolean =>
  one.low === other.low && (one.high === other.high || (one.isExact && other.isExact))
const agree = (one: Claim, other: Claim): boolean => {
  if (isSame(one, other)) return true
  // `от 9 000` and `от 12 000` overlap, and yet one of them is wrong.
  const sameKind = !one.isExact && !other.isExact && Number.isFinite(one.high) === Number.isFinite(other.high)
  if (sameKind) return Math.abs(one.low - other.low) <= toleranceMax * one.low && one.high === other.high
  const room = toleranceMax * Math.max(one.low, other.low)
  return (
    one.low <= other.high + (one.attribute.startsWith("days") ? room : 0) &&
    other.low <= one.high + (one.attribute.startsWith("days") ? room : 0)
  )
}

const isWithin = (inner: ReadonlyArray<string>, outer: ReadonlyArray<string>): boolean =>
  inner.every((stem) => outer.includes(stem))

/** The same thing by its words; a wider heading on one side is no other thing. */
const isSameThing = (one: Claim, other: Claim): boolean =>
  one.isCondition
    ? one.context.length > 0 && isWithin(one.context, other.context) && isWithin(other.context, one.context)
    : isWithin(one.context, other.context) || isWithin(other.context, one.context)

const figureContradictions = (claims: ReadonlyArray<Claim>): ReadonlyArray<Finding> => {
  const groups = Map.groupBy(claims, (claim) => `${claim.name}\n${claim.attribute}`)
  const findings: Array<Finding> = []
  for (const group of groups.values()) {
    // Several values in one block are variants, whose difference the fact does not tell.
    const blocks = Map.groupBy(group, (claim) => `${claim.block}\n${claim.per}`)
    const plain = group.filter((claim) =>
      blocks.get(`${claim.block}\n${claim.per}`)!.every((other) => isSame(claim, other)),
    )
    const said: Array<Claim> = []
    for (const claim of plain) {
      if (claim.name === "") continue
      const against = plain.filter(
        (other) =>
          other.block !== claim.block &&
          isSameThing(claim, other) &&
          !areVariants(claim, other) &&
          contradicts(claim, other, plain),
      )
      if (against.length > 0) said.push(claim)
    }
    if (said.length < 2) continue
    const values = distinct(said, (claim) => `${claim.low} ${claim.high}`)
    const first = said[0]!
    findings.push({
      kind: "contradiction",
      weight: "mend",
      message: `${first.title}, ${first.attributeTitle}: ${values.map((claim) => claim.value).join(" или ")}?`,
      places: distinct([...values, ...said], (claim) => `${claim.block} ${claim.low}`)
        .slice(0, placesMax)
        .map((claim) => claim.place),
    })
  }
  return findings
}

const contradicts = (one: Claim, other: Claim, all: ReadonlyArray<Claim>): boolean => {
  if (agree(one, other)) return false
  if (one.per === other.per) return true
  // `9 900 ₸` here, `10 900 ₸ в месяц` there: the same price if nothing nearer is said, and both are of one size.
  const [bare, spoken] =
    isWithin(one.per.split(" "), other.per.split(" ")) || one.per === "" ? [one, other] : [other, one]
  if (bare.per !== "" && !isWithin(bare.per.split(" "), spoken.per.split(" "))) return false
  const ratio = bare.low / spoken.low
  return (
    ratio > 0.5 &&
    ratio < 2 &&
    !all.some((claim) => claim !== bare && claim.file === spoken.file && isSameThing(claim, bare) && agree(claim, bare))
  )
}

const distinct = <A>(all: ReadonlyArray<A>, key: (one: A) => string): ReadonlyArray<A> => {
  const seen = new Set<string>()
  return all.filter((one) => {
    const known = seen.has(key(one))
    seen.add(key(one))
    return !known
  })
}

// Telephones, mail and street addresses.

interface Contact {
  readonly kind: "телефон" | "почта" | "адрес"
  /** Whose it is: the words before it; empty for the company's own. */
  readonly label: string
  readonly key: string
  readonly value: string
  readonly place: Place
  readonly page: number
}

const contactWords = stemSet(
  "телефон тел телефоны контакт контакты контактный номер звоните звонок позвоните связь связаться мобильный моб сотовый whatsapp " +
    "ватсап вотсап почта email mail адрес адреса наш наши офис пишите напишите записаться запись заявка график режим работа работаем часы время сайт справки " +
    "мекенжай мекенжайы байланыс компания реквизиты связи нами",
)

const contactsOf = ({ document, facts, headings }: Read): ReadonlyArray<Contact> =>
  facts.flatMap((fact): ReadonlyArray<Contact> => {
    const block = blockOf(fact, document)
    if (block === undefined) return []
    if (fact.attribute !== "адрес" && !/@|\d[\d\s()-]{4}/.test(fact.value)) return []
    const last = fact.subject.split(subjectJoint).at(-1)!.trim()
    const isOwn = !headings.has(last) && nameOfFile(document.file) !== last
    const label = isOwn ? keyOf(last, contactWords) : ""
    const place: Place = { file: document.file, page: fact.page, quote: quoteOf(block.text, fact.value) }
    if (fact.attribute === "адрес") {
      const key = [...new Set(streetsOf(fact.value))].sort().join(";")
      return key === "" ? [] : [{ kind: "адрес", label, key, value: fact.value, place, page: fact.page }]
    }
    const quantities = findQuantities(fact.value)
    const [only] = quantities
    if (only === undefined || quantities.length > 1 || (only.kind !== "phone" && only.kind !== "email")) return []
    const kind = only.kind === "phone" ? "телефон" : "почта"
    return [{ kind, label, key: only.key, value: fact.value, place, page: fact.page }]
  })

const streetsOf = (text: string): ReadonlyArray<string> =>
  addressParts(text).flatMap((part) =>
    /^(?:офис|кабинет|кв|квартир|корпус|строени|павильон|бутик|ряд|подъезд|дом|этаж|мкр)/u.test(part.key)
      ? []
      : [part.key],
  )

const contactContradictions = (read: ReadonlyArray<Read>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const groups = Map.groupBy(read.flatMap(contactsOf), (contact) => `${contact.kind}\n${contact.label}`)
  for (const group of groups.values()) {
    const files = [...Map.groupBy(group, (contact) => contact.place.file).values()]
    const perFile = files.map((contacts) => distinct(contacts, (contact) => contact.key))
    const single = perFile.filter((contacts) => contacts.length === 1).flat()
    const across = distinct(single, (contact) => contact.key)
    if (across.length > 1) findings.push(contactFinding(across))
    // Two numbers side by side are two numbers; the same words on two pages are one.
    const within = perFile.filter(
      ([one, other, ...more]) =>
        one !== undefined &&
        other !== undefined &&
        more.length === 0 &&
        one.page !== other.page &&
        one.kind !== "адрес",
    )
    // A copy says the same two again: one thing to mend, wherever it stands.
    for (const same of Map.groupBy(within, (pair) =>
      pair
        .map((contact) => contact.key)
        .sort()
        .join("\n"),
    ).values())
      findings.push(contactFinding(same.flat(), same[0]))
  }
  return findings
}
const contactFinding = (contacts: ReadonlyArray<Contact>, values = contacts): Finding => ({
  kind: "contradiction",
  weight: "mend",
  message: `${{ телефон: "Разные телефоны", почта: "Разные адреса почты", адрес: "Разные адреса" }[contacts[0]!.kind]}: ${values
    .slice(0, placesMax)
    .map((contact) => contact.value.replace(/[.;,]$/, ""))
    .join(" или ")}?`,
  places: contacts.slice(0, placesMax).map((contact) => contact.place),
})

// Hours.

interface Hours {
  readonly owner: string
  /** Of the document, where they are said of the company rather than under a heading of their own; null in its contacts. */
  readonly title: ReadonlyArray<string> | null
  readonly days: string
  readonly from: number
  readonly to: number
  readonly value: string
  readonly place: Place
  readonly block: string
}

const day =
  "(?:пн|вт|ср|чт|пт|сб|вс|понедельник\\p{L}*|вторник\\p{L}*|сред[аыу]|четверг\\p{L}*|пятниц\\p{L}*|суббот\\p{L}*|воскресень\\p{L}*)"
const daysPattern = new RegExp(
  `(?<!\\p{L})(?:ежедневно|каждый день|без выходных|будн\\p{L}*|выходн\\p{L}*|${day}(?:\\.?\\s*(?:[-–—,и]|по)\\s*${day})*)(?!\\p{L})`,
  "giu",
)
const hoursPattern =
  /(?<![\d:.])(?:с\s*)?(\d{1,2})[:.](\d{2})\s*(?:[-–—]|до)\s*(\d{1,2})[:.](\d{2})(?![\d:.])|(?<![\d:.\p{L}])с\s+(\d{1,2})\s+до\s+(\d{1,2})(?=\s|[,.;]|$)(?!\s*(?:₸|%|тг|тенге|лет|дн|мес|кг|чел|шт|руб))/giu
const aboutHours =
  /работ|график|режим|часы|открыт|при[её]м|поддержк|доставк|отдел|склад|офис|магазин|ежедневно|выходн|будн/iu
const hoursWords = stemSet(
  "работа работаем работает график режим часы время ежедневно открыты открыто прием принимаем будни выходные выходной понедельник пятница суббота воскресенье " +
    "вторник среда четверг пн вт ср чт пт сб вс каждый день контакты адрес телефон тел алматы астана время перерыв обед",
)

const hoursOf = (document: KnowledgeDocument): ReadonlyArray<Hours> => {
  const found: Array<Hours> = []
  let heading = ""
  const first = document.blocks[0]
  const title = first?.kind === "heading" ? stemsOf(first.text).filter((stem) => !generic.has(stem)) : []
  let isTitle = false
  for (const [position, block] of document.blocks.entries()) {
    if (block.kind === "heading") {
      heading = block.text
      isTitle = position === 0
    }
    for (const line of block.text.split("\n").slice(0, linesMax)) {
      let spokenTo = 0
      let owner: string | undefined
      let name = ""
      for (const match of line.slice(0, lineCharsMax).matchAll(hoursPattern)) {
        const before = line.slice(spokenTo, match.index)
        const when = [...before.matchAll(daysPattern)].map((each) => dayKey(each[0])).join(" ")
        spokenTo = match.index + match[0].length
        if (!aboutHours.test(`${before} ${heading}`) && when === "") continue
        if (owner === undefined || /[.;|]/.test(before)) {
          name = before
            .split(/[.;|]\s/)
            .at(-1)!
            .replace(daysPattern, " ")
          owner = keyOf(name, hoursWords)
        }
        const [, h1, m1, h2, m2, h3, h4] = match
        const isContacts = /конт|график|режим|часы|время|адрес/iu.test(heading)
        found.push({
          owner: `${owner}\n${isContacts || isTitle ? "" : keyOf(heading, new Set([...hoursWords, ...generic]))}`,
          title: isTitle && !isContacts ? title : null,
          days: when,
          from: Number(h1 ?? h3) * 60 + Number(m1 ?? 0),
          to: Number(h2 ?? h4) * 60 + Number(m2 ?? 0),
          value: match[0].trim(),
          place: { file: document.file, page: block.page, quote: quoteOf(line, match[0]) },
          block: `${document.file}#${position}`,
        })
      }
    }
  }
  return found
}
const linesMax = 500
const lineCharsMax = 2000
const dayNames = ["пн", "вт", "ср", "чт", "пт", "сб", "вс"]
const dayStarts = ["пон", "вто", "сре", "чет", "пят", "суб", "вос"]
const dayKey = (text: string): string => {
  const lower = text.toLowerCase()
  if (/ежедневно|каждый|без/u.test(lower)) return "пн-вс"
  if (/будн/u.test(lower)) return "пн-пт"
  if (/выходн/u.test(lower)) return "сб-вс"
  return lower
    .replace(/\p{L}{2,}\.?/gu, (word) => {
      const full = dayStarts.findIndex((start) => word.startsWith(start))
      return full >= 0 ? dayNames[full]! : word.replace(".", "")
    })
    .replace(/\s*(?:[–—-]|по)\s*/gu, "-")
    .replace(/\s+/g, "")
}

/** Without those under a title that names another place than the first one does. */
const ofOne = (group: ReadonlyArray<Hours>): ReadonlyArray<Hours> => {
  const known = group.find((hours) => hours.title !== null)?.title ?? []
  return group.filter(({ title }) => title === null || isWithin(title, known) || isWithin(known, title))
}

const hoursContradictions = (documents: ReadonlyArray<KnowledgeDocument>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const groups = Map.groupBy(documents.flatMap(hoursOf), (hours) => `${hours.owner}\n${hours.days}`)
  for (const group of groups.values()) {
    const blocks = [...Map.groupBy(group, (hours) => hours.block).values()]
    const single = blocks
      .map((same) => distinct(same, (hours) => `${hours.from}-${hours.to}`))
      .filter((same) => same.length === 1)
      .flat()
    const said = distinct(ofOne(single), (hours) => `${hours.from}-${hours.to}`)
    if (said.length < 2) continue
    findings.push({
      kind: "contradiction",
      weight: "mend",
      message: `Разные часы${said[0]!.days === "" ? "" : ` (${said[0]!.days})`}: ${said.map((hours) => hours.value).join(" или ")}?`,
      places: said.slice(0, placesMax).map((hours) => hours.place),
    })
  }
  return findings
}
