/**
 * From a question of the core to what the model reads: `system`, the same for every call while the documents stay, and
 * `user`, in which the chat only grows at its end and what changes most stands last.
 * Promises that whatever a client, a contact's name or a document says stands fenced, and that the facts can be named by
 * short marks which `factIds` reads back. The chat is given as text, not as turns of the model: our earlier messages were
 * plain sentences while the answer asked for is structured, and people of the company write in the same chat.
 */
import { currentDateTime, dayAndTime, inWords } from "../calendar/time-in-words.ts"
import type { Fact, Passage } from "../knowledge/document.ts"
import { withoutOrders } from "../knowledge/injection.ts"
import type { ChatLine, ClassifyRequest, ReplyRequest, TouchRequest } from "../ports/llm-port.ts"
import type { ContactInfo } from "../queue/messages.ts"
import type { Instant } from "../time/instant.ts"
import { isoWithOffset, localDate, wallTime } from "../time/wall-clock.ts"
import { asData, asName, fence, fenceBlock, shortened } from "./fence.ts"
import type { Prompt } from "./prompt.ts"
import { render } from "./template.ts"

export interface Rendered {
  readonly system: string
  readonly user: string
  readonly hash: string
}

const fill = (prompt: Prompt, values: Readonly<Record<string, string>>): Rendered => ({
  system: render(prompt.stable, values).trim(),
  user: render(prompt.changing, values).trim(),
  hash: prompt.hash,
})

export const renderClassify = (prompt: Prompt, request: ClassifyRequest): Rendered =>
  fill(prompt, {
    ...contactValues(request.contact),
    ...momentValues(request.now, request.zone),
    conversation_history: history(request.chat, request.zone),
  })

export const renderReply = (prompt: Prompt, request: ReplyRequest): Rendered =>
  fill(prompt, {
    ...contactValues(request.contact),
    ...momentValues(request.now, request.zone),
    ...groundValues(request),
    conversation_history: history(beforeTurn(request.chat, request.newMessage), request.zone),
    new_message: fence("новое_сообщение", shortened(request.newMessage, turnLettersMax)),
    free_slots: slots(request.freeSlots, request.zone),
    asked_time: askedTime(request),
    booked_call: bookedCall(request),
    refusals: refusals(request.refusals),
  })

export const renderTouch = (prompt: Prompt, request: TouchRequest): Rendered =>
  fill(prompt, {
    ...contactValues(request.contact),
    ...momentValues(request.now, request.zone),
    ...groundValues(request),
    conversation_history: history(request.chat, request.zone),
    touch_number: String(request.touch),
    last_bot_message: fence("бот", shortened(request.lastBotMessage, lineLettersMax)),
    last_client_message: fence("клиент", shortened(request.lastClientMessage, lineLettersMax)),
    follow_up_reason:
      request.reason === "ignored"
        ? "клиент не ответил на наше последнее сообщение"
        : "клиент ответил неопределённо: ни да, ни нет",
    hours_since_last_message: String(request.hoursSilent),
    free_slots: slots(request.freeSlots, request.zone),
    booked_call: bookedCall(request),
    refusals: refusals(request.refusals),
  })

/** A text without gaps. */
export const renderPlain = (prompt: Prompt): Rendered => fill(prompt, {})

// ---- the chat --------------------------------------------------------------------------------------------------------

/** WhatsApp takes 65 536 letters a message: twenty of those would cost more than any sale. */
const lineLettersMax = 3_000
const turnLettersMax = 10_000

const tags = { client: "клиент", bot: "бот", operator: "сотрудник" } as const

const history = (chat: ReadonlyArray<ChatLine>, zone: string): string => {
  const lines = chat.map((line) =>
    fence(tags[line.from], shortened(line.text, lineLettersMax), ` время="${dayAndTime(line.at, zone)}"`),
  )
  return `<переписка>\n${lines.length === 0 ? "(сообщений ещё не было)" : lines.join("\n")}\n</переписка>`
}

/** The chat without the lines that are asked about: they follow it as the new message. */
const beforeTurn = (chat: ReadonlyArray<ChatLine>, newMessage: string): ReadonlyArray<ChatLine> => {
  const told = new Set(newMessage.split("\n"))
  const isTold = (line: ChatLine) => line.from === "client" && line.text.split("\n").every((part) => told.has(part))
  return chat.slice(0, chat.findLastIndex((line) => !isTold(line)) + 1)
}

const contactValues = (contact: ContactInfo) => ({
  contact_name: asName(contact.name),
  full_name: asName(contact.full_name),
  business_name: asName(contact.business_name),
})

// ---- time ------------------------------------------------------------------------------------------------------------

const weekdays = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"] as const

const momentValues = (now: Instant, zone: string) => ({
  current_datetime: currentDateTime(now, zone),
  current_weekday: weekdays[wallTime(now, zone).weekday - 1]!,
})

const told = (at: Instant, zone: string, now?: Instant) => `${inWords(at, zone, now)} (${isoWithOffset(at, zone)})`

const slots = (free: ReadonlyArray<Instant>, zone: string): string => {
  if (free.length === 0) return "свободного времени нет: времени не предлагай, созвон согласует сотрудник"
  const byDay = Map.groupBy(free, (at) => localDate(at, zone))
  const days = [...byDay.values()].map(
    (day) => `- ${inWords(day[0]!, zone).replace(/, в [\d:]+$/, "")}: ${day.map((at) => slot(at, zone)).join(", ")}`,
  )
  return days.join("\n")
}
const slot = (at: Instant, zone: string) => {
  const iso = isoWithOffset(at, zone)
  return `${iso.slice(11, 16)} = ${iso}`
}

const askedTime = ({ askedTime: asked, now, zone }: ReplyRequest): string => {
  if (asked === null) return "клиент времени не называл"
  if (asked.grain === "day" || asked.grain === "daypart") {
    const day = inWords(asked.at, zone, now).replace(/, в [\d:]+$/, "")
    return `клиент назвал день (${day}), но не час: предложи свободные часы этого дня, а если их нет, то ближайшие`
  }
  return asked.isFree
    ? `${told(asked.at, zone, now)}: это время свободно`
    : `${told(asked.at, zone, now)}: это время НЕ свободно (занято, прошло или нерабочее); не подтверждай его, предложи ближайшее свободное`
}

const bookedCall = ({ bookedCall: booked, now, zone }: Pick<ReplyRequest, "bookedCall" | "now" | "zone">): string =>
  booked === null ? "не записан" : `уже записан ${told(booked, zone, now)}`

// ---- what is known ---------------------------------------------------------------------------------------------------

/** More than this of facts would cost more than it helps; then only those near the passages are told. */
const factLettersMax = 24_000
const factsNearMax = 80

type Grounds = Pick<ReplyRequest, "facts" | "passages" | "knowledge">

const groundValues = ({ facts, knowledge, passages }: Grounds) => {
  const all = factLines(facts, () => true)
  const isTooMuch = all.length > factLettersMax
  const isNear = (fact: Fact) => passages.some((passage) => passage.file === fact.file && passage.page === fact.page)
  const near = isTooMuch ? factLines(facts, isNear, factsNearMax) : ""
  const isWhole = knowledge.trim() !== ""
  const excerpts = isWhole ? [] : passages.map(excerpt)
  const extra = [...(near === "" ? [] : [fenceBlock("факты_по_теме", near)]), ...excerpts]
  return {
    // An order planted in a document is no evidence for the guard, so the model need not see it either.
    knowledge_base: isWhole
      ? fenceBlock("документы", withoutOrders(knowledge).clean)
      : "Документы велики: выдержки по теме вопроса даны ниже, другими сведениями не пользуйся.",
    facts: isTooMuch ? "Факты по теме вопроса даны ниже." : all === "" ? "фактов нет" : fenceBlock("факты", all),
    passages: extra.length > 0 ? extra.join("\n") : isWhole ? "достаточно документов выше" : "ничего не нашлось",
  }
}

const excerpt = (passage: Passage): string => {
  const headings = passage.headings.length === 0 ? "" : `${passage.headings.join(" / ")}\n`
  return fenceBlock("выдержка", `[${passage.file}, с. ${passage.page}] ${headings}${withoutOrders(passage.text).clean}`)
}

/** `F7` is the seventh fact of the request. */
const mark = (index: number) => `F${index + 1}`

/** What an answer must be held to: figures, phones, addresses. The rest stands in the documents and is not paid for twice. */
const isFirm = (fact: Fact) => fact.unit !== null || /\d|@|:\/\//.test(fact.value)

/** One line for each run of facts about the same thing. */
const factLines = (
  facts: ReadonlyArray<Fact>,
  isTold: (fact: Fact) => boolean,
  max = Number.POSITIVE_INFINITY,
): string => {
  const lines: Array<string> = []
  let file = ""
  let subject = ""
  let count = 0
  for (const [index, fact] of facts.entries()) {
    if (!isFirm(fact) || !isTold(fact)) continue
    if (++count > max) break
    if (fact.file !== file) lines.push(`# ${oneLine(fact.file)}`)
    const told = oneLine(`${mark(index)} ${fact.attribute}: ${fact.value}`)
    if (fact.file === file && fact.subject === subject) lines[lines.length - 1] += ` | ${told}`
    else lines.push(`${oneLine(fact.subject)} | ${told}`)
    file = fact.file
    subject = fact.subject
  }
  return lines.join("\n")
}
const oneLine = (text: string) => text.replace(/\s+/g, " ").trim()

/** The ids behind the marks an answer names, each once; what is neither a mark nor an id is dropped. */
export const factIds = (named: ReadonlyArray<string>, facts: ReadonlyArray<Fact>): ReadonlyArray<string> => {
  const ids = named.flatMap((name) => {
    const at = /^\s*\[?[FfФф](\d{1,6})\]?\s*$/u.exec(name)?.[1]
    const fact = at === undefined ? facts.find((one) => one.id === name) : facts[Number(at) - 1]
    return fact === undefined ? [] : [fact.id]
  })
  return [...new Set(ids)]
}

// ---- the second try --------------------------------------------------------------------------------------------------

const refusals = (refused: ReplyRequest["refusals"]): string => {
  if (refused.length === 0) return "нет"
  return refused
    .map(
      ({ draft, reasons }) =>
        `${fence("черновик", shortened(draft, lineLettersMax))}\n${reasons.map((why) => `- ${oneLine(asData(why))}`).join("\n")}`,
    )
    .join("\n")
}
