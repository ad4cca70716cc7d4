/**
 * The last word before a draft leaves. A draft passes only if every check is content; each refusal is told in Russian, for
 * the redraft and for the owner. It promises to be total and to let no ungrounded figure, contact or call time through; it
 * errs on the side of refusing, for a redraft costs little. It does not judge tone, nor truths without figures or promises.
 */
import { findTimes, type TimeFound } from "../calendar/call-time.ts"
import { dayAndTime } from "../calendar/time-in-words.ts"
import type { WorkingHours } from "../calendar/working-hours.ts"
import { isOpen, isWorkingDay } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import { givesOrders, withoutOrders } from "../knowledge/injection.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import { wordsOf } from "../knowledge/wording.ts"
import type { ChatLine, Draft } from "../ports/llm-port.ts"
import type { Instant } from "../time/instant.ts"
import { localDate, wallTime } from "../time/wall-clock.ts"
import type { GroundedClaim, UngroundedCode } from "./grounding.ts"
import { groundClaims } from "./grounding.ts"
import type { Sentence } from "./sentence.ts"
import { sentencesOf } from "./sentence.ts"

export interface GuardInput {
  readonly draft: Draft
  readonly kind: "reply" | "touch"
  readonly facts: ReadonlyArray<Fact>
  readonly knowledge: string
  /** Earlier lines, oldest first, the turn being answered included. */
  readonly chat: ReadonlyArray<ChatLine>
  readonly now: Instant
  readonly zone: string
  readonly hours: WorkingHours
  readonly freeSlots: ReadonlyArray<Instant>
  /** The call on record once this draft is carried out. */
  readonly bookedCall: Instant | null
  /** The client must have named or accepted the time of a call that the draft records. */
  readonly requireCallAgreement?: boolean
}

export type RefusalCode =
  | UngroundedCode
  | "empty"
  | "too_long"
  | "too_many_sentences"
  | "too_many_emoji"
  | "reveals_instructions"
  | "obeys_injection"
  | "promise_without_call"
  | "call_not_told"
  | "call_time_differs"
  | "call_not_agreed"
  | "call_outside_hours"
  | "call_in_past"
  | "call_slot_not_free"
  | "date_contradiction"
  | "repeats"
  | "wrong_language"

export interface Refusal {
  readonly code: RefusalCode
  /** Russian. */
  readonly detail: string
}

export type Review =
  | { readonly verdict: "pass"; readonly claims: ReadonlyArray<GroundedClaim> }
  | {
      readonly verdict: "refuse"
      readonly reasons: ReadonlyArray<Refusal>
      readonly claims: ReadonlyArray<GroundedClaim>
    }

export const sentencesMax = 4
export const emojiMax = 2
export const lettersMax = 1000
/** A chat has lines of a few thousand letters; what is longer is not compared whole. */
const comparedLettersMax = 4000

export const review = (given: GuardInput): Review => {
  const input = {
    ...given,
    chat: given.chat.map((line) =>
      line.text.length > comparedLettersMax ? { ...line, text: line.text.slice(0, comparedLettersMax) } : line,
    ),
  }
  const text = input.draft.text.trim()
  const reasons: Array<Refusal> = []
  const refuse = (code: RefusalCode, detail: string) => {
    if (!reasons.some((reason) => reason.code === code && reason.detail === detail)) reasons.push({ code, detail })
  }
  if (!/[\p{L}\d]/u.test(text))
    return { verdict: "refuse", reasons: [{ code: "empty", detail: "Ответ пуст." }], claims: [] }
  if (text.length > lettersMax) {
    refuse("too_long", `Ответ длиннее ${lettersMax} знаков: ${text.length}.`)
    // Nothing of such length is sent, so nothing more of it needs an opinion.
    if (text.length > comparedLettersMax) return { verdict: "refuse", reasons, claims: [] }
  }
  const sentences = sentencesOf(text)
  if (sentences.length > sentencesMax)
    refuse("too_many_sentences", `В ответе ${sentences.length} предложений, а можно не больше ${sentencesMax}.`)
  const emoji = countEmoji(text)
  if (emoji > emojiMax) refuse("too_many_emoji", `В ответе ${emoji} эмодзи, а можно не больше ${emojiMax}.`)
  const leak = leakOf(text)
  if (leak !== null) refuse("reveals_instructions", `Ответ выдаёт внутренние указания: «${leak}».`)
  const obeyed = obeyedOrder(text, input)
  if (obeyed !== null)
    refuse("obeys_injection", `Ответ выполняет чужое указание из сообщения или документа: «${obeyed.slice(0, 120)}».`)
  const tongue = strangeTongue(text, input)
  if (tongue !== null) refuse("wrong_language", tongue)
  const repeated = repeatOf(text, input)
  if (repeated !== null) refuse("repeats", `Ответ повторяет прежнее сообщение: «${repeated.slice(0, 120)}».`)
  const grounding = groundClaims({ ...input, text })
  for (const problem of grounding.problems) refuse(problem.code, problem.detail)
  for (const refusal of callsOf(text, sentences, input)) refuse(refusal.code, refusal.detail)
  // A time that the calendar already judged needs no second refusal for want of a document.
  return reasons.length === 0
    ? { verdict: "pass", claims: grounding.claims }
    : { verdict: "refuse", reasons, claims: grounding.claims }
}

/* ---------------------------------------------------------------- form */

const graphemes = new Intl.Segmenter("ru", { granularity: "grapheme" })
const isEmoji = (grapheme: string) =>
  /\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3|\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f/u.test(
    grapheme,
  ) ||
  (/\p{Extended_Pictographic}/u.test(grapheme) && !/^[©®™‼⁉]/u.test(grapheme))

export const countEmoji = (text: string): number => {
  let count = 0
  for (const { segment } of graphemes.segment(text)) if (isEmoji(segment)) count++
  return count
}

const leaks: ReadonlyArray<RegExp> = [
  /систем\p{L}*\s+(?:промпт\p{L}*|инструкци\p{L}*|сообщени\p{L}*|подсказк\p{L}*)|(?<!\p{L})промпт\p{L}*|system prompt|my instructions|my prompt/iu,
  /как\s+(?:большая\s+)?(?:языковая модель|ии-?(?:ассистент|модель)|искусственный интеллект|нейросеть|ai)|(?<!\p{L})(?:я\s*[-—–,]?\s*)?(?:большая\s+)?языковая модель|as an ai|language model/iu,
  /(?<!\p{L})мне\s+(?:было\s+)?(?:поручено|велено|приказано|предписано|запрещено|сказано|указано|дали указани\p{L}*|нельзя раскрывать)(?!\p{L})/iu,
  /(?<!\p{L})(?:мо(?:я|и|ей|ю|их|им|ими)|свои(?:х|м|ми)?|внутренн\p{L}*|согласно)\s+(?:\p{L}+\s+)?(?:инструкци\p{L}*|указани\p{L}*|правил\p{L}* (?:общения|ответ\p{L}*)|настройк\p{L}* модел\p{L}*)/iu,
  /(?<!\p{L})(?:инструкции,? (?:которые|что) мне|в (?:моих|моей) (?:инструкци\p{L}*|настройк\p{L}*)|по инструкции я|я запрограммирован\p{L}*|моя роль|моя задача\s*[—–:-]|я должен\p{L}* (?:отвечать|писать|следовать)|ты\s*[—–-]\s*(?:продавец|менеджер|ассистент|консультант|помощник))/iu,
  /\{\{?\s*[a-zа-я_][\p{L}\d_ .]*\s*\}?\}|<\/?[a-z_][a-z\d_]{1,30}>|\[\[|\]\]|\$\{|%\(\p{L}+\)s|\[(?:имя|название|вставьте|дата|время|сумма|цена|company|name|client)[^\]]{0,40}\]/iu,
  /```|"\s*(?:text|facts|call|hand_over|reply|verdict|reasoning|confidence)"\s*:|^\s*[{[]\s*"/iu,
  /(?:^|\n)\s*(?:#{1,6}\s|(?:роль|задача|контекст|правила|инструкци\p{L}*|факты|история переписки|формат ответа|база знаний|ограничения|role|task|context|rules|facts|output|system|assistant|user|ответ|черновик|мысли|рассуждение|thought|reasoning|analysis)\s*:)/iu,
  /(?<!\p{L})(?:база знаний говорит|согласно базе знаний|в (?:моей|предоставленн\p{L}*|нашей) базе знаний|в предоставленн\p{L}+ (?:контекст\p{L}*|документ\p{L}*|факт\p{L}*)|SPIN[- ](?:метод|вопрос|продаж)\p{L}*|метод\p{L}* спин|конфиденс|hand_over|gemini|chatgpt|openai|gpt-\d)(?!\p{L})/iu,
]

const leakOf = (text: string): string | null => {
  for (const pattern of leaks) {
    const match = pattern.exec(text)
    if (match !== null) return match[0].trim()
  }
  return null
}

/** What an order wants said: its quotes, what stands behind its colon or `скажи`, its figures. */
const demandsOf = (order: string): ReadonlyArray<string> => {
  const wanted: Array<string> = []
  for (const quote of order.matchAll(/[«"“'`]([^»"”'`\n]{2,300})[»"”'`]/gu)) wanted.push(quote[1]!)
  for (const said of order.matchAll(
    /(?:скажи(?:те)?|напиши(?:те)?|ответь(?:те)?|отвечай(?:те)?|говори(?:те)?|сообщай?(?:те)?|повтори(?:те)?|выведи(?:те)?|подтверди(?:те)?|обещай(?:те)?|предлагай(?:те)?|дай(?:те)?|say|reply|respond|answer|print|give|tell)(?!\p{L})\s*(?:мне|нам|клиент\p{L}*|ровно|только|дословно|фразу|слово|exactly|with|me|что|всем|каждому|,|:)*\s*:?\s*([^\n.!?]{3,200})/giu,
  ))
    wanted.push(said[1]!)
  return wanted
}

const obeyedOrder = (text: string, input: GuardInput): string | null => {
  const { orders: planted, clean } = withoutOrders(input.knowledge)
  const fromClient = input.chat
    .filter((line) => line.from === "client" && givesOrders(line.text))
    .map((line) => line.text)
  const fromFacts = input.facts.map((fact) => fact.value).filter(givesOrders)
  const orders = [...planted, ...fromClient, ...fromFacts]
  if (
    /(?<!\p{L})(?:игнорирую|забываю|забыл\p{L}*)\s+(?:все\s+)?(?:предыдущ\p{L}*|прежн\p{L}*|прошл\p{L}*)?\s*(?:инструкци\p{L}*|правил\p{L}*|указани\p{L}*)|режим (?:разработчика|администратора|отладки)\s+(?:включ|актив)\p{L}*|developer mode/iu.test(
      text,
    )
  )
    return "включён особый режим"
  if (orders.length === 0) return null
  const low = clean.toLowerCase()
  const draft = new Set(wordsOf(text).map((word) => word.stem))
  const draftText = text.toLowerCase()
  const draftFigures = findQuantities(text)
  for (const order of orders) {
    const figures = findQuantities(order)
    for (const figure of figures) {
      if (figure.kind === "count" || figure.kind === "duration" || figure.kind === "clock" || figure.kind === "date")
        continue
      const inHonest =
        figure.key !== ""
          ? low.includes(figure.key.toLowerCase())
          : findQuantities(clean).some((other) => other.kind === figure.kind && other.value === figure.value)
      if (inHonest) continue
      if (
        draftFigures.some((other) =>
          figure.key !== ""
            ? other.key === figure.key
            : other.key === "" && other.value === figure.value && (other.kind === figure.kind || other.kind === "bare"),
        )
      ) {
        // `Скидки 90% у нас нет` declines the order.
        if (/(?<!\p{L})(?:не|нет|к сожалению)(?!\p{L})/iu.test(text)) continue
        return order
      }
    }
    for (const demand of demandsOf(order)) {
      const exact = demand
        .trim()
        .toLowerCase()
        .replace(/[.!?»"]+$/u, "")
      if (exact.length >= 4 && draftText.includes(exact) && !low.includes(exact)) return order
      const wanted = [...new Set(wordsOf(demand).map((word) => word.stem))].filter(
        (stem) => !/^(?:klient|skidk|kompani|instrukc|pravil|cen)$/u.test(stem),
      )
      if (wanted.length < 2) continue
      const met = wanted.filter((stem) => draft.has(stem)).length
      if (
        met / wanted.length >= 0.6 &&
        !/(?<!\p{L})(?:не могу|не можем|к сожалению|не предусмотр\p{L}*|не скажу|нет)(?!\p{L})/iu.test(text) &&
        !covers(clean, wanted)
      )
        return order
    }
  }
  return null
}

/** Whether one honest line of the documents says these words, too. */
const covers = (clean: string, stems: ReadonlyArray<string>) =>
  clean.split("\n").some((line) => {
    const words = new Set(wordsOf(line).map((word) => word.stem))
    return stems.filter((stem) => words.has(stem)).length / stems.length >= 0.6
  })

const strangeTongue = (text: string, input: GuardInput): string | null => {
  const contacts = findQuantities(text).filter((quantity) => quantity.key !== "")
  let bare = text
  for (const contact of contacts) bare = bare.replace(contact.text, " ")
  const others = bare.match(/[^\p{Script=Cyrillic}\p{Script=Latin}\P{L}]/gu) ?? []
  if (others.length >= 2) return "Ответ написан не по-русски."
  const known =
    `${input.knowledge}\n${input.facts.map((fact) => `${fact.subject} ${fact.attribute} ${fact.value}`).join("\n")}\n${input.chat.map((line) => line.text).join("\n")}`.toLowerCase()
  const cyrillic = bare.match(/\p{Script=Cyrillic}/gu)?.length ?? 0
  const latinWords = (bare.match(/(?<![\p{L}\d])\p{Script=Latin}[\p{Script=Latin}'’-]*(?![\p{L}\d])/gu) ?? []).filter(
    (word) => !known.includes(word.toLowerCase()),
  )
  const latinLetters = latinWords.reduce((sum, word) => sum + word.length, 0)
  if (cyrillic === 0 && /\p{L}{3}/u.test(bare)) return "Ответ написан не по-русски."
  if (latinLetters > 12 && latinLetters > cyrillic * 0.5) return "Ответ написан не по-русски."
  const run = /(?:(?<![\p{L}\d])[a-z][a-z'’-]*[\s,]+){3,}[a-z]+/iu.exec(bare)
  if (
    run !== null &&
    run[0]
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((word) => !known.includes(word)).length >= 3
  )
    return `В ответе чужой язык: «${run[0].slice(0, 60)}».`
  const gibberish = latinWords.find((word) => word.length >= 5 && !/[aeiouy]/iu.test(word) && !/^[A-Z]+$/.test(word))
  if (gibberish !== undefined) return `В ответе бессмыслица: «${gibberish}».`
  // Kyrgyz, Ukrainian and Kazakh are Cyrillic too; Ukrainian letters betray a model that slipped.
  if ((bare.match(/[їєґ]/giu)?.length ?? 0) >= 2) return "Ответ написан не по-русски."
  if (/(\p{L})\1{5,}/u.test(bare)) return "В ответе бессмыслица."
  return null
}

const shinglesOf = (text: string): { readonly pairs: ReadonlySet<string>; readonly words: ReadonlySet<string> } => {
  const stems = [
    ...text
      .slice(0, comparedLettersMax)
      .toLowerCase()
      .matchAll(/[\p{L}\d]+/gu),
  ].map((match) => (/\d/.test(match[0]) ? match[0] : (wordsOf(match[0])[0]?.stem ?? match[0])))
  const pairs = new Set<string>()
  for (let at = 0; at + 1 < stems.length; at++) pairs.add(`${stems[at]} ${stems[at + 1]}`)
  if (stems.length === 1) pairs.add(stems[0]!)
  return { pairs, words: new Set(stems) }
}
const jaccard = (one: ReadonlySet<string>, other: ReadonlySet<string>) => {
  let both = 0
  for (const item of one) if (other.has(item)) both++
  const all = one.size + other.size - both
  return all === 0 ? 0 : both / all
}

const likenessMax = { reply: 0.8, touch: 0.6 } as const

const repeatOf = (text: string, input: GuardInput): string | null => {
  const mine = shinglesOf(text)
  for (const line of input.chat) {
    if (line.from !== "bot") continue
    const theirs = shinglesOf(line.text)
    const alike = jaccard(mine.pairs, theirs.pairs)
    if (alike >= likenessMax[input.kind]) return line.text
    if (mine.words.size >= 6 && jaccard(mine.words, theirs.words) >= (input.kind === "reply" ? 0.9 : 0.75))
      return line.text
  }
  return null
}

/* ---------------------------------------------------------------- calls */

const promised =
  /(?<!\p{L})(?:записал\p{L}*|запишу|записан\p{L}*|записываю|забронировал\p{L}*|забронирован\p{L}*|бронирую|зарезервировал\p{L}*|назначил\p{L}*|(?:встреч\p{L}*|звон\p{L}*|созвон\p{L}*|консультаци\p{L}*|разговор|при[её]м|запись)\s+(?:уже\s+)?(?:назначен\p{L}*|запланирован\p{L}*|подтвержд[её]н\p{L}*|перенес[её]н\p{L}*|оформлен\p{L}*|созда\p{L}*)|перенес(?:ла|ли|у|ем|ено|ена|[её]н)?|перен[её]с|подтверждаю (?:звон\p{L}*|встреч\p{L}*|созвон\p{L}*|запись)|жазып қойдым|жаздым|жазылды\p{L}*|тіркедім|зафиксировал\p{L}*|внес(?:ла|ли)? (?:вас )?в (?:календарь|расписание|график)|вн[её]с (?:вас )?в (?:календарь|расписание|график)|поставил\p{L}* (?:звон\p{L}*|встреч\p{L}*|созвон\p{L}*|вас|в календарь))(?!\p{L})/iu
const willCall =
  /(?<!\p{L})(?:созвонимся|позвоним|позвоню|позвонит|перезвоним|перезвоню|перезвонит|набер[её]м|наберу|наберет|набер[её]т|свяжемся с вами по телефону|жд[её]м вашего звонка|встретимся|до (?:встречи|связи|созвона) (?:завтра|в|во|сегодня)|хабарласамыз|қоңырау шаламыз|будем ждать вас|жд[её]м вас)(?!\p{L})/iu
const aboutCall =
  /(?<!\p{L})(?:созвон\p{L}*|звонок|звонк\p{L}*|звоните|позвон\p{L}*|перезвон\p{L}*|набер[её]?\p{L}*|встреч\p{L}*|встрет\p{L}*|консультаци\p{L}*|запис[аы]\p{L}*|запись|запишу|слот\p{L}*|окошк\p{L}*|окно|окна|свободн\p{L}*|удобн\p{L}*|подойд[её]т\p{L}*|обсуд\p{L}*|поговор\p{L}*|разговор\p{L}*|перенес\p{L}*|перен[её]с|назнач\p{L}*|запланир\p{L}*|забронир\p{L}*|время|предлагаю|давайте|могу предложить|қоңырау|жазып|хабарлас\p{L}*|ыңғайлы|жд[её]м вас|связаться|свяжется|свяжемся)(?!\p{L})/iu
const declines =
  /(?<!\p{L})(?:не (?:работаем|сможем|можем|могу|смогу|звоним|получится|принимаем|проводим|назначаем|выйдет|успеем|созваниваемся|подойд[её]т|записываем|доступ\p{L}*)|нерабоч\p{L}*|выходн\p{L}*|закрыт\p{L}*|занят\p{L}*|уже прош\p{L}*|прошл[оа]|к сожалению|недоступн\p{L}*|праздник\p{L}*|праздничн\p{L}*|вне рабочего|нет (?:свободн|окон|мест|времени|слот)\p{L}*|не свободн\p{L}*|несвободн\p{L}*|отменил\p{L}*|отмен[её]н\p{L}*|снял\p{L}*)(?!\p{L})/iu
const cancelled =
  /(?<!\p{L})(?:отменил\p{L}*|отмен[её]н\p{L}*|отменяю|снял\p{L}*|убрал\p{L}*|не буд\p{L}* звонить|тоқтат\p{L}*)(?!\p{L})/iu
const canceledPromise = /(?<!\p{L})не\s+$/iu
/** `В случае записи`, `чтобы записать`, `могу записать вас?`: nothing is done yet. */
const offered =
  /(?<!\p{L})(?:могу|можем|можно|хотите|чтобы|если|готов\p{L}*|давайте|предлагаю|как только|когда|после того)(?!\p{L})/iu

const isSpecific = (time: TimeFound) => time.grain === "minute" || time.grain === "hour"

/** The two sides of a comma may differ: `в 20:00 не работаем, но завтра в 11:00 свободно`. */
const clauseOf = (sentence: Sentence, at: number): string => {
  let start = 0
  let end = sentence.text.length
  for (const match of sentence.text.matchAll(/[;()]|,\s|\s[—–]\s|(?<!\p{L})(?:но|зато|а)(?!\p{L})/giu)) {
    const cut = sentence.index + match.index
    if (cut <= at) start = match.index + match[0].length
    else {
      end = match.index
      break
    }
  }
  return sentence.text.slice(start, end)
}

const contrastOf = (sentence: Sentence, at: number): string => {
  let start = 0
  let end = sentence.text.length
  for (const match of sentence.text.matchAll(
    /[;]|(?<!\p{L})(?:но|зато|а|однако|поэтому|предлагаю|давайте|могу)(?!\p{L})/giu,
  )) {
    const cut = sentence.index + match.index
    if (cut <= at) start = match.index
    else {
      end = match.index
      break
    }
  }
  return sentence.text.slice(start, end)
}

const callsOf = (text: string, sentences: ReadonlyArray<Sentence>, input: GuardInput): ReadonlyArray<Refusal> => {
  const refusals: Array<Refusal> = []
  const { zone, now, hours, bookedCall } = input
  const say = (at: Instant) => dayAndTime(at, zone)
  const nearest = input.freeSlots.slice(0, 3).map(say)
  const offer = nearest.length === 0 ? "" : ` Свободно: ${nearest.join("; ")}.`
  const times = findTimes(text, now, zone)
  const call = input.draft.call
  const recorded = call === null || call.action === "cancel" ? null : bookedCall
  const proposed = call === null || call.at === null ? null : Date.parse(call.at)
  if (call !== null && call.action !== "cancel") {
    if (proposed === null || Number.isNaN(proposed))
      refusals.push({ code: "call_time_differs", detail: "У записи на звонок нет времени." })
    else {
      if (bookedCall !== null && proposed !== bookedCall)
        refusals.push({
          code: "call_time_differs",
          detail: `Записано на ${say(bookedCall)}, а предложено ${say(proposed)}.`,
        })
      if (proposed <= now)
        refusals.push({ code: "call_in_past", detail: `Звонок ${say(proposed)} уже в прошлом.${offer}` })
      else if (!isOpen(proposed, hours))
        refusals.push({ code: "call_outside_hours", detail: `Звонок ${say(proposed)} вне рабочего времени.${offer}` })
      if (input.requireCallAgreement === true && !isAgreed(proposed, input))
        refusals.push({ code: "call_not_agreed", detail: `Клиент не соглашался на ${say(proposed)}.` })
    }
  }
  const askedForCall = aboutCall.test(input.chat.findLast((line) => line.from === "client")?.text ?? "")
  const namedByClient = input.chat
    .filter((line) => line.from === "client")
    .flatMap((line) => findTimes(line.text, Math.min(line.at, now), zone))
  const sentenceAt = (index: number) =>
    sentences.findLast((sentence) => sentence.index <= index) ?? { text, index: 0, end: text.length }
  const agreesWith = (time: TimeFound, at: Instant) =>
    isSpecific(time)
      ? time.at === at
      : localDate(time.at, zone) === localDate(at, zone) || time.grain === "week" || time.grain === "month"

  for (const time of times) {
    if (time.contradiction !== undefined) {
      refusals.push({ code: "date_contradiction", detail: `«${time.text}»: день недели и дата не сходятся.` })
      continue
    }
    const sentence = sentenceAt(time.index)
    const around = clauseOf(sentence, time.index)
    if (declines.test(around) || declines.test(contrastOf(sentence, time.index))) continue
    const promises = hasPromise(sentence.text)
    const isCall =
      promises || aboutCall.test(sentence.text) || (isSpecific(time) && (askedForCall || aboutCall.test(text)))
    if (!isCall) continue
    if (isOfDocument(time, sentence, input)) continue
    if (
      /(?<!\p{L})(?:вы (?:просили|писали|спрашивали|называли|хотели)|как (?:вы )?просили)(?!\p{L})/iu.test(around) &&
      namedByClient.some((other) => other.at === time.at)
    )
      continue
    if (isSpecific(time)) {
      const range = /(?:с|между)\s+\d{1,2}(?::\d\d)?\s+(?:до|и|по)\s+(\d{1,2})(?::(\d\d))?/iu.exec(time.text)
      if (range !== null && bookedCall !== time.at) {
        const wall = wallTime(time.at, zone)
        const until = Number(range[1]) * 60 + Number(range[2] ?? 0)
        const from = wall.hour * 60 + wall.minute
        if (!isWorkingDay(time.at, hours) || from < hours.opensMinute || until > hours.closesMinute)
          refusals.push({ code: "call_outside_hours", detail: `«${time.text}» вне рабочего времени.${offer}` })
        else if (time.isPast && until * 60_000 + time.at - from * 60_000 <= now)
          refusals.push({ code: "call_in_past", detail: `«${time.text}» уже в прошлом.${offer}` })
        else if (!input.freeSlots.some((slot) => slot >= time.at && slot < time.at + (until - from) * 60_000))
          refusals.push({ code: "call_slot_not_free", detail: `«${time.text}»: свободного времени нет.${offer}` })
        continue
      }
      if (bookedCall !== null && time.at === bookedCall) continue
      if (promises && (bookedCall === null || time.at !== bookedCall)) {
        refusals.push(
          bookedCall === null
            ? { code: "promise_without_call", detail: `Обещано «${time.text}», а звонок не записан.` }
            : { code: "call_time_differs", detail: `Записано на ${say(bookedCall)}, а в ответе «${time.text}».` },
        )
        continue
      }
      if (time.isPast || time.at <= now)
        refusals.push({ code: "call_in_past", detail: `«${time.text}» уже в прошлом.${offer}` })
      else if (!isOpen(time.at, hours))
        refusals.push({ code: "call_outside_hours", detail: `«${time.text}» вне рабочего времени.${offer}` })
      else if (!input.freeSlots.includes(time.at))
        refusals.push({
          code: "call_slot_not_free",
          detail: `«${time.text}» нельзя предлагать: это время не свободно.${offer}`,
        })
      continue
    }
    if (time.grain === "day" || time.grain === "daypart") {
      if (bookedCall !== null && localDate(time.at, zone) === localDate(bookedCall, zone)) continue
      if (
        !promises &&
        /(?<!\p{L})(?:напиш\p{L}*|вернусь|вернемся|верн[её]мся|напомн\p{L}*|уточн\p{L}*|пришлю|отправ\p{L}*)(?!\p{L})/iu.test(
          sentence.text,
        ) &&
        !/звон|созвон|встре/iu.test(sentence.text)
      )
        continue
      const today = localDate(time.at, zone) === localDate(now, zone)
      if (time.isPast && !today)
        refusals.push({ code: "call_in_past", detail: `«${time.text}» уже в прошлом.${offer}` })
      else if (!isWorkingDay(time.at, hours))
        refusals.push({ code: "call_outside_hours", detail: `«${time.text}»: в этот день мы не работаем.${offer}` })
      else if (
        today &&
        time.grain === "day" &&
        input.freeSlots.length > 0 &&
        !input.freeSlots.some((slot) => localDate(slot, zone) === localDate(now, zone)) &&
        !isOpen(now, hours)
      )
        refusals.push({ code: "call_outside_hours", detail: `Сегодня звонить уже поздно.${offer}` })
      else if (time.grain === "daypart" && /(?<!\p{L})ноч/iu.test(time.text))
        refusals.push({ code: "call_outside_hours", detail: `«${time.text}» вне рабочего времени.${offer}` })
      if (hasPromise(sentence.text) && bookedCall !== null && !times.some((other) => agreesWith(other, bookedCall)))
        refusals.push({
          code: "call_time_differs",
          detail: `Записано на ${say(bookedCall)}, а в ответе «${time.text}».`,
        })
    }
  }
  // Clock times that no reading of a moment found: `созвон в 21:00`.
  for (const quantity of findQuantities(text)) {
    if (
      quantity.kind !== "clock" ||
      times.some(
        (time) => quantity.index < time.index + time.text.length && quantity.index + quantity.text.length > time.index,
      )
    )
      continue
    const sentence = sentenceAt(quantity.index)
    if (
      !(
        hasPromise(sentence.text) ||
        /(?<!\p{L})(?:созвон\p{L}*|звон\p{L}*|позвон\p{L}*|встре\p{L}*)/iu.test(sentence.text)
      )
    )
      continue
    if (declines.test(clauseOf(sentence, quantity.index)) || declines.test(contrastOf(sentence, quantity.index)))
      continue
    if (quantity.value < hours.opensMinute || quantity.value > hours.closesMinute)
      refusals.push({ code: "call_outside_hours", detail: `«${quantity.text}» вне рабочего времени.${offer}` })
  }
  // A promise needs the record.
  for (const sentence of sentences) {
    if (!hasPromise(sentence.text) || bookedCall !== null) continue
    if (cancelled.test(sentence.text) && call?.action === "cancel") continue
    if (refusals.some((refusal) => refusal.code === "promise_without_call")) continue
    refusals.push({ code: "promise_without_call", detail: `«${sentence.text.trim()}»: звонок обещан, но не записан.` })
  }
  // The record needs to be told.
  if (recorded !== null && call !== null) {
    const told = times.some((time) => isSpecific(time) && time.at === recorded && time.contradiction === undefined)
    if (!told) {
      const wrong = times.find((time) => isSpecific(time) && time.at !== recorded)
      refusals.push(
        wrong === undefined
          ? {
              code: "call_not_told",
              detail: `Звонок записан на ${say(recorded)}, а в ответе об этом нет: назовите день недели и время.`,
            }
          : { code: "call_time_differs", detail: `Записано на ${say(recorded)}, а в ответе «${wrong.text}».` },
      )
    }
  }
  if (call?.action === "cancel" && !cancelled.test(text))
    refusals.push({ code: "call_not_told", detail: "Звонок отменён, а в ответе об этом нет." })
  if (
    call === null &&
    cancelled.test(text) &&
    /(?<!\p{L})(?:звон\p{L}*|созвон\p{L}*|встреч\p{L}*|запис\p{L}*)/iu.test(text) &&
    bookedCall !== null
  )
    refusals.push({ code: "promise_without_call", detail: "Отмена обещана, но звонок всё ещё записан." })
  return refusals
}

const hasPromise = (sentence: string): boolean => {
  const isQuestion = /\?\s*[\p{Extended_Pictographic}\s)»"]*$/u.test(sentence)
  const match = promised.exec(sentence)
  if (
    match !== null &&
    !canceledPromise.test(sentence.slice(0, match.index)) &&
    !(isQuestion && /^(?:запишу|записываю|бронирую|перенесу|перенес[её]м)/iu.test(match[0])) &&
    !(offered.test(sentence.slice(0, match.index)) && /^(?:запишу|перенес)/iu.test(match[0]))
  ) {
    // `Записал ваш вопрос`, `записал адрес`: no call.
    if (
      !/^(?:записал\p{L}*|зафиксировал\p{L}*|записан\p{L}*)$/iu.test(match[0]) ||
      !/^\s+(?:ваш\p{L}*\s+)?(?:вопрос\p{L}*|пожелани\p{L}*|номер\p{L}*|адрес\p{L}*|данн\p{L}*|контакт\p{L}*|им[яе]\p{L}*|запрос\p{L}*|задач\p{L}*)/iu.test(
        sentence.slice(match.index + match[0].length),
      )
    )
      return true
  }
  if (isQuestion) return false
  const call = willCall.exec(sentence)
  return (
    call !== null &&
    !canceledPromise.test(sentence.slice(0, call.index)) &&
    !offered.test(sentence.slice(0, call.index))
  )
}

/** Opening hours of a shop are a fact; they make no call possible. */
const isOfDocument = (time: TimeFound, sentence: Sentence, input: GuardInput): boolean => {
  if (
    hasPromise(sentence.text) ||
    /(?<!\p{L})(?:созвон\p{L}*|звон\p{L}*|позвон\p{L}*|перезвон\p{L}*|набер\p{L}*)/iu.test(sentence.text)
  )
    return false
  const low = input.knowledge.toLowerCase()
  const said = time.text.toLowerCase().trim()
  if (/\d/.test(said) && !/(?<!\p{L})(?:завтра|сегодня|послезавтра)/iu.test(said) && low.includes(said)) return true
  return (
    /(?<!\p{L})(?:работаем|открыт\p{L}*|график\p{L}*|режим\p{L}*|доставк\p{L}*|привез\p{L}*|старт\p{L}*|начал\p{L}*|занятия|поток\p{L}*|акци\p{L}*)/iu.test(
      sentence.text,
    ) &&
    (/\d/.test(said) ? [...said.matchAll(/\d+/g)].every((match) => low.includes(match[0])) : true) &&
    !/(?<!\p{L})(?:удобн\p{L}*|подойд\p{L}*|свободн\p{L}*)/iu.test(sentence.text)
  )
}

/** The client named this time, or took it when we offered it. */
const isAgreed = (at: Instant, input: GuardInput): boolean => {
  const { zone } = input
  const lastOurs = input.chat.findLastIndex((line) => line.from !== "client")
  const turn = input.chat.slice(lastOurs + 1)
  const named = turn.flatMap((line) => findTimes(line.text, line.at, zone))
  const specific = named.filter(isSpecific)
  if (specific.length > 0)
    return (
      specific.some((time) => time.at === at) ||
      specific.some(
        (time) => sameClock(time.at, at, zone) && offeredDays(input, lastOurs).includes(localDate(at, zone)),
      )
    )
  const offers =
    lastOurs < 0 ? [] : findTimes(input.chat[lastOurs]!.text, input.chat[lastOurs]!.at, zone).filter(isSpecific)
  const days = named.filter((time) => time.grain === "day" || time.grain === "daypart")
  if (days.length > 0 && !days.some((time) => localDate(time.at, zone) === localDate(at, zone))) return false
  return offers.some((time) => time.at === at) || days.length > 0
}
const sameClock = (one: Instant, other: Instant, zone: string) => {
  const a = wallTime(one, zone)
  const b = wallTime(other, zone)
  return a.hour === b.hour && a.minute === b.minute
}
const offeredDays = (input: GuardInput, lastOurs: number) =>
  lastOurs < 0
    ? []
    : findTimes(input.chat[lastOurs]!.text, input.chat[lastOurs]!.at, input.zone).map((time) =>
        localDate(time.at, input.zone),
      )
