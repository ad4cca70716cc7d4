/**
 * Answers to the questions of one turn, out of facts and documents only. Figures are copied as the documents write them and
 * are said of the thing whose fact they are. What no document covers is told as such: `open` names it. Finds by words,
 * not by meaning: a question in other words than the document's may stay open although the answer is there.
 */
import type { Fact } from "@wa/core/knowledge/document"
import { subjectJoint } from "@wa/core/knowledge/facts"
import { withoutOrders } from "@wa/core/knowledge/injection"
import { likeness, stemsOf, wordsOf } from "@wa/core/knowledge/wording"
import type { ReplyRequest } from "@wa/core/ports/llm-port"
import { sentencesOf } from "@wa/core/reply/sentence"
import type { Statement } from "./statements.ts"
import { statementsOf } from "./statements.ts"

export interface Found {
  /** At most two sentences. */
  readonly text: string
  readonly facts: ReadonlyArray<string>
  readonly topic: string
}
export interface Answers {
  /** One for each question, with what else could be said to it, the best first. */
  readonly found: ReadonlyArray<Found & { readonly question: string; readonly others: ReadonlyArray<Found> }>
  /** The questions without an answer, as the client put them. */
  readonly open: ReadonlyArray<string>
}

const money = new Set(["KZT", "RUB", "USD", "EUR", "KGS", "UZS", "CNY"])
const spans = new Set(["минута", "час", "день", "неделя", "месяц", "год"])
const itemsMax = 4
const questionsMax = 3

const asksPrice =
  /(?<!\p{L})(?:цен\p{L}*|стои\p{L}*|стоя\p{L}*|прайс\p{L}*|расцен\p{L}*|ценник\p{L}*|тариф\p{L}*|поч[её]м|обойд\p{L}*|қанша|канша|баға\p{L}*|бага\p{L}*|турады|по деньгам|платить|абонентск\p{L}*)(?!\p{L})|сколько\s*\??$|сколько (?:будет|выйдет|за|надо денег)|скока/iu
const asksTime =
  /(?:сколько|скольк\p{L}*|как долго|как быстро|когда|каки\p{L}*|за сколько|во сколько)[^.?!]{0,30}(?:займ|заним|длит|дней|дня|времени|ждать|срок|часов|готов|минут|недел|внедр|привез|достав|установ|подключ|запуст|настро)|(?<!\p{L})срок\p{L}*|қанша уақыт|қанша күн/iu

const asksMoney = /(?<!\p{L})(?:цен\p{L}*|стои\p{L}*|стоя\p{L}*|прайс\p{L}*|поч[её]м|ценник\p{L}*|тенге)(?!\p{L})/iu

/** What people call a thing, and what documents call it. */
const topics: ReadonlyArray<readonly [topic: string, asked: RegExp, documents: string]> = [
  ["рассрочка", /рассроч|частями|в кредит|по частям|бөліп|болип тол/iu, "рассрочка кредит"],
  [
    "пробный период",
    /проб|тест\p{L}*|демо|попробовать|бесплатн\p{L}* (?:период|верси|доступ|урок|занят|дней)|сынақ/iu,
    "пробный пробное тестовый демо ознакомительный",
  ],
  ["доставка", /доставк|доставля|достави|привез|жеткіз|жеткиз|отправ(?:ите|ляете)/iu, "доставка"],
  ["гарантия", /гаранти|кепілдік/iu, "гарантия"],
  ["скидка", /скид|дешевле|акци[ия]|жеңілдік/iu, "скидка акция"],
  ["возврат", /возврат|вернуть|верн[её]те|обмен|қайтар/iu, "возврат"],
  ["оплата", /оплат|оплач|безнал|картой|наличн|каспи|kaspi|реквизит|төле/iu, "оплата"],
  ["договор", /договор|документ|шарт/iu, "договор"],
  ["расторжение", /растор|отказаться|отключиться|уйти/iu, "расторжение"],
  ["адрес", /адрес|где вы|где наход|располож|как доехать|куда приехать|мекен|қайда орналас/iu, "адрес"],
  ["телефон", /телефон|(?:ваш|какой|скажите|дайте)\s+номер|номер(?:а)? (?:вашего )?телефон/iu, "телефон"],
  ["почта", /почт|e-?mail|имейл/iu, "почта email"],
  ["сайт", /(?<!\p{L})сайт(?:а|е)?(?!\p{L})|ссылк/iu, "сайт"],
  [
    "часы работы",
    /график|режим|(?:до|со|с|во) скольк\p{L}*|часы работы|работаете|выходн|открыва|закрыва|жұмыс уақыт/iu,
    "график режим работаем работа часы отдел поддержка",
  ],
  ["поддержка", /поддержк|техподдерж|помощь/iu, "поддержка"],
  ["обучение", /обуч|научите|научить/iu, "обучение"],
  ["интеграция", /интеграц|связ\p{L}* с|синхрон|совмест|1с|1c/iu, "связь интеграция выгрузка"],
  ["запуск", /настро|внедр|запуск|запусти|подключ|установ/iu, "внедрение запуск настройка подключение установка"],
  ["перенос", /перен(?:ос|ест|ес)/iu, "перенос перенести"],
]

/** Verbs and fillers of questions: they name nothing. */
const fillers =
  /^(?:хот|узна|интерес|делае|имее|мож|буд|получа|вопрос|напиш|подробн|рассказ|расскаж|информац|вообщ|например|привет|салам|утр|день|den|вечер|здравств|дан|эт|зна|дума|понадоб|купи|бер|взя|работ|предостав|vopros|hot|uzna|interes|dela|ime|moj|podrobn|rasskaz|informac|privet|salam|zdravstv|utr|vecher|vozmozhn|poluch|bud|znat|skaz|napish|voobsch|kup|vzyat|bra|rabot|predost|dl|ponadob|bolsh|skolk|stoi|den|chto-nibud|kak|davat|oche|tak|ash|oform|kansh|kanda|kerek)|^(?:ma|bar|siz|bol|tur|bag|kala|kalai)$/u

export const answer = (request: ReplyRequest): Answers => {
  const { clean } = withoutOrders(request.newMessage)
  const questions = clean
    .split("\n")
    .flatMap((line) => sentencesOf(line.replace(/^\[ТРАНСКРИБАЦИЯ\]\s*/u, "")).map((sentence) => sentence.text.trim()))
    .flatMap((sentence) =>
      sentence.split(/(?<=\p{L})\s+и\s+(?=(?:есть|какая|какой|какие|сколько|как|где|когда|можно|что)(?!\p{L}))/u),
    )
    .map((sentence) => sentence.replace(greeting, "").trim())
    .filter((sentence) => isQuestion(sentence))
    .flatMap((sentence) => apart(sentence, request.facts))
    .slice(0, questionsMax)
  const found: Array<Answers["found"][number]> = []
  const open: Array<string> = []
  const before = request.chat.filter((line) => line.from === "client").map((line) => line.text)
  const earlier = before.slice(0, before.lastIndexOf(request.newMessage.split("\n")[0] ?? "")).at(-1) ?? ""
  let context = withoutOrders(earlier).clean
  for (const question of questions) {
    const options = optionsFor(question, context, request)
    const [first, ...others] = options.filter((option) => !found.some((one) => one.text === option.text))
    if (first !== undefined) found.push({ ...first, question, others })
    else if (options.length === 0) open.push(question)
    context = question
  }
  return { found, open }
}

const asksAnything =
  /\?|(?<!\p{L})(?:скольк\p{L}*|скока|работаете|какой|какая|какие|каков\p{L}*|как|где|когда|есть ли|можно|можете|почем|почём|что|чем|кто|қанша|канша|қандай|қалай|қашан|қайда|бар ма|керек|подскажите|скажите|расскажите|интересует|интересуют|нужн\p{L}*|цен\p{L}*|прайс\p{L}*|стоимост\p{L}*|тариф\p{L}*|рассрочк\p{L}*|скидк\p{L}*|доставк\p{L}*|гаранти\p{L}*|хочу узнать|хотел\p{L}* узнать)(?!\p{L})/iu
const isQuestion = (sentence: string) =>
  asksAnything.test(sentence) &&
  (asksPrice.test(sentence) || topics.some(([, asked]) => asked.test(sentence)) || contentOf(sentence).length > 0)

const greeting =
  /^(?:здравствуй\p{L}*|здраст\p{L}*|привет\p{L}*|добр\p{L}+ (?:день|утро|вечер|дня)|салам\p{L}*|с[әа]лем\p{L}*(?: бе)?|қайырлы \p{L}+)[\s,.!)]*/iu

/** `Гарантия, доставка и рассрочка есть?` asks three things, `Сколько стоит обжиг и роспись?` two. */
const apart = (sentence: string, facts: ReadonlyArray<Fact>): ReadonlyArray<string> => {
  const priced = pricedApart(sentence, facts)
  if (priced.length >= 2) return priced
  const asked = topics.filter(([, pattern]) => pattern.test(sentence))
  return asked.length >= 2 && /,|\sи\s/u.test(sentence) && !asksPrice.test(sentence) && !asksTime.test(sentence)
    ? asked.map(([topic]) => `${topic}?`)
    : [sentence]
}

/** One question for each thing with a price of its own; a thing that is called by both words, `чистка и полировка`, is one. */
const pricedApart = (sentence: string, all: ReadonlyArray<Fact>): ReadonlyArray<string> => {
  if (!asksPrice.test(sentence)) return []
  const facts = pricesIn(all)
  const found: Array<{
    text: string
    readonly subjects: ReadonlyArray<string>
    readonly stems: ReadonlyArray<string>
  }> = []
  for (const part of sentence.split(/,\s+|\s+(?:и|а также|плюс|\+|және)\s+/iu)) {
    const subjects = named(part, facts)
    const last = found.at(-1)
    if (subjects.length === 0) {
      // `тариф «Сеть», на год`
      if (last !== undefined) last.text = `${last.text}, ${part}`
      continue
    }
    const stems = contentOf(part)
    const isOne = found.some(
      (other) =>
        other.subjects.some((subject) => subjects.includes(subject)) ||
        [...other.subjects, ...subjects].some((subject) => {
          const own = new Set(stemsOf(subject.split(subjectJoint).at(-1) ?? ""))
          return stems.some((stem) => has(own, stem)) && other.stems.some((stem) => has(own, stem))
        }),
    )
    if (isOne) return []
    found.push({ text: asksPrice.test(part) ? part : `Сколько стоит ${part}`, subjects, stems })
  }
  return found.map(({ text }) => text)
}

const contentOf = (text: string) =>
  stemsOf(text).filter((stem) => !fillers.test(stem) && stem !== "cen" && stem !== "srok")

/** Possible answers, the best first; empty when the documents are silent. */
const optionsFor = (asked: string, context: string, request: ReplyRequest): ReadonlyArray<Found> => {
  const question = withoutFarCity(asked, request)
  const isTime = asksTime.test(question) && (!asksMoney.test(question) || /срок/iu.test(question))
  const cellFirst =
    /сколько\s+(?!стои|стоя|плат|буд)\p{L}{3,}/iu.test(question) && !asksMoney.test(question)
      ? cellOf(question, request.facts)
      : null
  if (cellFirst !== null) return [cellFirst]
  const priceOf = asksPrice.test(question) && !isTime ? prices(question, request.facts) : null
  if (priceOf?.isNamed) return [priceOf]
  // "У вас есть сканер? Сколько стоит?" names its thing before.
  const meant =
    priceOf !== null && context !== "" && contentOf(question).length === 0 ? prices(context, request.facts) : null
  if (meant?.isNamed) return [meant, priceOf!]
  const told = spoken(question, request)
  const timed = isTime ? timeOf(question, request.facts) : null
  if (timed !== null) return [timed, ...told]
  // "Сколько стоит?" and "какие тарифы?" name nothing; "сколько стоит вертолёт?" names what the documents have not.
  const content = contentOf(question).filter((stem) => !/^tarif|^prais|^raz|^uslug|^tovar|^predlog/u.test(stem))
  const topic = topics.some(([, asked]) => asked.test(question))
  if (priceOf !== null && content.length === 0) return [priceOf, ...told]
  if (told.length > 0) return told
  const cell = cellOf(question, request.facts)
  if (cell !== null) return [cell]
  const column = columnOf(question, request.facts)
  if (column !== null) return [column]
  return priceOf !== null && !topic && content.every((stem) => isSpokenOf(stem, request)) ? [priceOf] : []
}

const city =
  /(?<!\p{L})(?:алмат|астан|шымкент|караганд|қарағанд|актоб|ақтөбе|актау|атырау|тараз|павлодар|семе[йя]|костана|кокшетау|уральск|кызылорд|петропавл|туркестан|талдыкорган|экибастуз|конаев)\p{L}*/iu
/** A city that the documents do not name is one of their `другие города`. */
const withoutFarCity = (question: string, request: ReplyRequest): string => {
  const name = city.exec(question)?.[0]
  if (name === undefined) return question
  const isNamed = stemsOf(name).some((stem) => statementsOf(request).some((one) => has(one.stems, stem)))
  return isNamed ? question : question.replace(name, "другие города")
}

const isSpokenOf = (stem: string, request: ReplyRequest) =>
  request.facts.some((fact) => stemsOf(`${fact.subject} ${fact.attribute}`).some((one) => likeness(one, stem) > 0))

// ---- facts

const nameOf = (fact: Fact) => fact.subject.split(subjectJoint).at(-1) ?? fact.subject
const sectionOf = (fact: Fact) => fact.subject.split(subjectJoint).slice(0, -1).join(subjectJoint)
const isPrice = (fact: Fact) =>
  fact.unit !== null && money.has(fact.unit) && /^(?:цен|стоим|тариф|абонент|оплат|прайс)/iu.test(fact.attribute)

/** `7 900 ₸` of `Цена в месяц` is `7 900 ₸ в месяц`. */
const priced = (fact: Fact) => {
  const more = /^(?:цена|стоимость)[,:]?\s+((?:в|за)\s+[\p{L}\d ]{2,20})$/iu.exec(fact.attribute.trim())?.[1] ?? ""
  return more === "" || fact.value.includes(more) ? fact.value : `${fact.value} ${more}`
}
const quoted = (fact: Fact) => {
  const name = nameOf(fact).replace(/\s*[—–-]\s*$/, "")
  const isProper = /^[\p{Lu}\d][\p{L}\d-]*$/u.test(name) && !/[«»]/.test(name)
  return isProper ? `«${name}»` : name
}
const titled = (fact: Fact) => (/(?:^|› )тарифы?$/iu.test(sectionOf(fact)) ? `Тариф ${quoted(fact)}` : quoted(fact))

const named = (question: string, facts: ReadonlyArray<Fact>): ReadonlyArray<string> => {
  const asked = contentOf(question).filter((stem) => !/^tarif$/u.test(stem))
  if (asked.length === 0) return []
  const names = [...new Set(facts.map((fact) => fact.subject))]
  const stems = new Map(names.map((subject) => [subject, stemsOf(subject.split(subjectJoint).at(-1) ?? "")]))
  const rarity = (stem: string) => {
    const met = names.filter((subject) => stems.get(subject)!.some((one) => likeness(one, stem) > 0)).length
    return met === 0 ? 0 : 1 / met
  }
  const worth = new Map(asked.map((stem) => [stem, rarity(stem)]))
  const scored = names.map((subject) => {
    const own = stems.get(subject)!
    const met = asked.filter((stem) => own.some((one) => likeness(one, stem) > 0))
    return {
      subject,
      score: met.reduce((sum, stem) => sum + worth.get(stem)!, 0),
      share: met.length / Math.max(1, own.length),
    }
  })
  const best = Math.max(0, ...scored.map((one) => one.score))
  if (best === 0) return []
  const among = scored.filter((one) => one.score > best - 1e-9)
  const share = Math.max(...among.map((one) => one.share))
  return among.filter((one) => one.share > share - 0.34).map((one) => one.subject)
}

/** What a thing costs; the sum of an order from which it is free is no price of it. */
const pricesIn = (all: ReadonlyArray<Fact>): ReadonlyArray<Fact> =>
  all.filter(
    (fact) =>
      isPrice(fact) &&
      !/пример/iu.test(fact.subject) &&
      nameOf(fact).length <= 60 &&
      !/:|(?:^|\s)(?:от|при|иначе|дальше)$/iu.test(nameOf(fact)) &&
      !/бесплатн|тегін|при (?:заказе|покупке)/iu.test(`${nameOf(fact)} ${fact.attribute}`),
  )

const prices = (question: string, all: ReadonlyArray<Fact>) => {
  const facts = pricesIn(all)
  const subjects = named(question, facts)
  const period = /(?<!\p{L})(?:год|годов\p{L}*|жыл\p{L}*)(?!\p{L})/iu.test(question) ? /год/iu : null
  if (subjects.length > 0) {
    const chosen = facts.filter((fact) => subjects.includes(fact.subject))
    const unknownNames = latinOrNew(question, all)
    if (unknownNames) return null
    return {
      text: listed(chosen, subjects.length === 1, period),
      facts: chosen.slice(0, itemsMax).map((fact) => fact.id),
      topic: "цена",
      isNamed: true,
    }
  }
  const sections = [...new Set(facts.map(sectionOf))]
  const sizes = sections.map(
    (section) => new Set(facts.filter((fact) => sectionOf(fact) === section).map((fact) => fact.subject)).size,
  )
  const asked = stemsOf(question)
  const wanted = sections.findIndex(
    (section, at) => sizes[at]! >= 2 && stemsOf(section).some((stem) => asked.some((one) => likeness(one, stem) > 0)),
  )
  const at = wanted >= 0 ? wanted : sizes.findIndex((size) => size >= 2)
  const those = at >= 0 ? facts.filter((fact) => sectionOf(fact) === sections[at]) : facts.slice(0, itemsMax)
  // A table's column says the same of each row; a price from the prose below it is of another kind.
  const shared = those.filter((fact) =>
    those.some((other) => other.subject !== fact.subject && other.attribute === fact.attribute),
  )
  const chosen = shared.length > 0 ? shared : those
  if (chosen.length === 0) return null
  return {
    text: listed(chosen, false, period),
    facts: firstOfEach(chosen, period).map((fact) => fact.id),
    topic: "цены",
    isNamed: false,
  }
}

/** A name in the question that no document knows: better no price than that of a neighbour. */
const latinOrNew = (question: string, facts: ReadonlyArray<Fact>): boolean => {
  const names = [...question.matchAll(/[«"]([^»"]+)[»"]|(?<!\p{L})([A-Za-z][\w-]{2,})/gu)].map(
    (match) => match[1] ?? match[2]!,
  )
  return names.some((name) =>
    wordsOf(name).some(
      (word) =>
        !facts.some((fact) => stemsOf(`${fact.subject} ${fact.value}`).some((stem) => likeness(stem, word.stem) > 0)),
    ),
  )
}

const firstOfEach = (facts: ReadonlyArray<Fact>, period: RegExp | null): ReadonlyArray<Fact> => {
  const subjects = [...new Set(facts.map((fact) => fact.subject))].slice(0, itemsMax)
  return subjects.map((subject) => {
    const own = facts.filter((fact) => fact.subject === subject)
    return own.find((fact) => period?.test(priced(fact)) === true) ?? own[0]!
  })
}

const listed = (facts: ReadonlyArray<Fact>, isOne: boolean, period: RegExp | null): string => {
  const first = facts[0]!
  if (isOne) {
    const values = [...new Set(facts.slice(0, 3).map(priced))]
    const wanted = period === null ? values : values.filter((value) => period.test(value))
    return `${titled(first)}: ${(wanted.length > 0 ? wanted : values).join(" или ")}.`
  }
  const isTariff = /(?:^|› )тарифы?$/iu.test(sectionOf(first))
  const items = firstOfEach(facts, period).map((fact) => `${quoted(fact)} — ${priced(fact)}`)
  return `${isTariff ? "Тарифы" : "Цены"}: ${items.join(", ")}.`
}

const timeOf = (question: string, all: ReadonlyArray<Fact>) => {
  const facts = all.filter(
    (fact) => fact.unit !== null && spans.has(fact.unit) && /^срок/iu.test(fact.attribute) && nameOf(fact).length <= 45,
  )
  const topic = topics.find(([, asked]) => asked.test(question))
  const subjects = named(question, facts)
  const concept = topic === undefined ? [] : stemsOf(topic[2])
  const ofTopic = facts.filter((fact) =>
    stemsOf(nameOf(fact)).some((stem) => concept.some((one) => likeness(one, stem) > 0)),
  )
  const list = [...subjects, ...ofTopic.map((fact) => fact.subject)]
  const chosen = facts
    .filter((fact) => list.includes(fact.subject) && !/[:;]|^\d/.test(nameOf(fact)))
    .filter((fact, at, those) => those.findIndex((other) => nameOf(other) === nameOf(fact)) === at)
  if (chosen.length === 0) return null
  const items = chosen.slice(0, 2)
  return {
    text: items.map((fact) => `${quoted(fact)}: срок ${fact.value.replace(/^срок\s+/iu, "")}.`).join(" "),
    facts: items.map((fact) => fact.id),
    topic: "срок",
  }
}

/** One cell of a table: what the header asks, of the row that is named. */
const cellOf = (question: string, all: ReadonlyArray<Fact>) => {
  const asked = contentOf(question)
  const subjects = named(question, all)
  const met = (text: string) => stemsOf(text).filter((stem) => asked.some((one) => likeness(one, stem) > 0)).length
  const best = all
    .filter(
      (fact) =>
        subjects.includes(fact.subject) &&
        !/:/.test(nameOf(fact)) &&
        !/,|^(?:сведения|срок|цена|количество|время|значение|дата|год|доля)/iu.test(fact.attribute) &&
        met(fact.attribute) > 0,
    )
    .sort((a, b) => met(b.attribute) - met(a.attribute))[0]
  if (best === undefined || latinOrNew(question, all)) return null
  return {
    text: `${titled(best)}: ${best.attribute.toLowerCase()} ${/^\d/.test(best.value) ? "— " : ""}${best.value}.`.replace(
      /\.\.$/,
      ".",
    ),
    facts: [best.id],
    topic: best.attribute.toLowerCase(),
  }
}

/** `Гарантия?` of nothing in particular: the column of that name, row by row. */
const columnOf = (question: string, all: ReadonlyArray<Fact>): Found | null => {
  const topic = topics.find(([, asked]) => asked.test(question))
  if (topic === undefined) return null
  const concept = stemsOf(topic[2])
  const facts = all.filter(
    (fact) =>
      !/:/.test(nameOf(fact)) &&
      !/,/.test(fact.attribute) &&
      stemsOf(fact.attribute).some((stem) => concept.some((one) => likeness(one, stem) > 0)),
  )
  const rows = facts.filter((fact) => fact.attribute === facts[0]?.attribute).slice(0, 3)
  if (rows.length === 0) return null
  const title = rows[0]!.attribute
  return {
    text: `${title[0]!.toUpperCase()}${title.slice(1)}: ${rows.map((fact) => `${quoted(fact)} — ${fact.value}`).join(", ")}.`,
    facts: rows.map((fact) => fact.id),
    topic: topic[0],
  }
}

// ---- the documents' own sentences

const coverMin = 0.55

const spoken = (question: string, request: ReplyRequest): ReadonlyArray<Found> => {
  const statements = statementsOf(request)
  const topic = topics.find(([, asked]) => asked.test(question))
  const concept = topic === undefined ? [] : stemsOf(topic[2])
  const isConcept = (stem: string) =>
    concept.some((one) => likeness(one, stem) > 0) ||
    topic?.[1].test(question.match(/\p{L}+/gu)?.find((word) => stemsOf(word)[0] === stem) ?? "") === true
  const rest = contentOf(question).filter((stem) => !isConcept(stem))
  const frequency = (stem: string) =>
    statements.filter((one) => has(one.stems, stem) || has(one.headingStems, stem)).length
  const weight = (stem: string) => Math.log(1 + statements.length / Math.max(2, frequency(stem)))
  const weights = rest.map((stem) => ({ stem, weight: weight(stem) }))
  const conceptWeight = topic === undefined ? 0 : 4
  const all = conceptWeight + weights.reduce((sum, one) => sum + one.weight, 0)
  if (all === 0 || latinOrStrange(question, statements)) return []
  const wantsClock = topic?.[0] === "часы работы"
  const scored = statements
    .map((statement) => {
      const lead = concept.some((stem) => has(statement.leadStems, stem))
      const inText = concept.some((stem) => has(statement.stems, stem))
      const inHeading = concept.some((stem) => has(statement.headingStems, stem))
      let met = lead
        ? conceptWeight * 1.3
        : inText
          ? conceptWeight
          : inHeading
            ? conceptWeight * (statement.isAnswer ? 0.9 : 0.6)
            : 0
      for (const { stem, weight } of weights) {
        if (has(statement.stems, stem)) met += weight
        else if (has(statement.headingStems, stem)) met += weight * (statement.isAnswer ? 1 : 0.6)
      }
      const onHeading = statement.isAnswer
        ? [...statement.headingStems].filter((stem) => rest.some((one) => likeness(one, stem) > 0) || isConcept(stem))
            .length / Math.max(1, statement.headingStems.size)
        : 0
      const clock = wantsClock ? (/\d{1,2}:\d\d|круглосуточно|без выходных/iu.test(statement.text) ? 0.3 : -1) : 0
      return { statement, score: met / all + 0.35 * onHeading + clock }
    })
    .filter((one) => one.score >= coverMin)
    .sort((a, b) => b.score - a.score || a.statement.text.length - b.statement.text.length)
  return scored
    .slice(0, 3)
    .flatMap(({ statement }) => [statement.text, ...shorter(statement.text)])
    .map((text) => ({
      text,
      facts: request.facts
        .filter((fact) => text.includes(fact.value) && (fact.value.length > 3 || text.includes(nameOf(fact))))
        .map((fact) => fact.id)
        .slice(0, 6),
      topic: topic?.[0] ?? "",
    }))
}

/** A sentence without one of its figures, where a clause of its own holds it and nothing hangs on it. */
const shorter = (text: string): ReadonlyArray<string> => {
  const clauses = text.replace(/\.$/, "").split(/,\s+/)
  if (clauses.length < 3) return []
  return clauses.flatMap((clause, at) =>
    at > 0 &&
    /\d/.test(clause) &&
    clause.length < 40 &&
    /^(?:на|за|в|до|по|с)\s/iu.test(clause) &&
    !/(?<!\p{L})(?:если|кроме|только|при|иначе|не)(?!\p{L})/iu.test(clause)
      ? [`${clauses.filter((_, other) => other !== at).join(", ")}.`]
      : [],
  )
}

const has = (stems: ReadonlySet<string>, stem: string) =>
  stems.has(stem) || [...stems].some((one) => likeness(one, stem) > 0)

const latinOrStrange = (question: string, statements: ReadonlyArray<Statement>): boolean =>
  [...question.matchAll(/(?<!\p{L})[A-Za-z][\w-]{2,}|(?<!\p{L})(?:каспи|халык|битрикс|амо)\p{L}*/giu)].some((match) =>
    stemsOf(match[0]).some((stem) => !statements.some((one) => has(one.stems, stem) || has(one.headingStems, stem))),
  )
