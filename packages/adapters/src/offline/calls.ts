/**
 * The talk about a call: offer, book, move, cancel, tell. Only times of `freeSlots` are offered or recorded, and a call is
 * recorded only at a time that the client named, or accepted when it was the only one offered. Returns null when the turn is
 * not about a call.
 */
import { findTimes } from "@wa/core/calendar/call-time"
import { dateInWords, inWords, inWordsKk, shortTime } from "@wa/core/calendar/time-in-words"
import type { DraftCall, ReplyRequest } from "@wa/core/ports/llm-port"
import { readIntent } from "@wa/core/reply-intent/intent"
import type { Instant } from "@wa/core/time/instant"
import { hourMs } from "@wa/core/time/instant"
import { isoWithOffset, localDate } from "@wa/core/time/wall-clock"

export interface CallReply {
  /** Wordings of the same, the best first. */
  readonly texts: ReadonlyArray<string>
  readonly call: DraftCall | null
  readonly handOver: string | null
}

const aboutCall =
  /(?<!\p{L})(?:созвон\p{L}*|звон(?:ок|ка|ку|ке|ком|ить|ите|и|ят|ит)|позвон\p{L}*|перезвон\p{L}*|звякн\p{L}*|набер\p{L}*|набрать|встреч\p{L}*|встрет\p{L}*|консультац\p{L}*|демонстрац\p{L}*|показ\p{L}{0,2}|презентаци\p{L}*|по телефону|голосом|поговорить|қоңырау\p{L}*|конырау\p{L}*|хабарлас\p{L}*|звондаң\p{L}*|сөйлес\p{L}*)(?!\p{L})/iu
const wish = /(?<!\p{L})(?:записать\p{L}*|запиш\p{L}*|назнач\p{L}*|жазыл\p{L}*|жазып)(?!\p{L})/iu
const cancels =
  /(?<!\p{L})(?:отмен\p{L}*|не (?:надо|нужно|нужен) (?:звон\p{L}*|созвон\p{L}*)|не звоните|не смогу созвон\p{L}*|болдырма\p{L}*|керек емес)(?!\p{L})/iu
const moves =
  /(?<!\p{L})(?:перенес\p{L}*|перенос\p{L}*|другое время|другой день|передвин\p{L}*|ауыстыр\p{L}*|попозже|пораньше)(?!\p{L})/iu
const asksWhen = /(?:во сколько|когда|на (?:какое|сколько|какой)|напомните|что с|в силе|қашан|сағат нешеде)/iu
const denied = /(?<!\p{L})(?:не (?:хочу|надо|нужно|звоните|люблю)|без)(?!\p{L})[^.!?]{0,20}(?:звон|созвон|голос)/iu

/** In a long story a call is often a thing of the past; what the client wants stands at its end. */
const storyLettersMin = 300
export const wishOf = (text: string): string =>
  text.length < storyLettersMin ? text : (text.match(/[^.!?\n]+[.!?\n]*/gu) ?? [text]).at(-1)!

export const isAboutCall = (text: string): boolean => aboutCall.test(text)

type Wording = (slots: ReadonlyArray<Instant>, request: Pick<ReplyRequest, "zone" | "now">, inKazakh: boolean) => string

/** The same times said in several ways, down to a single one: the guard may read one of them amiss. */
const wordings = (): ReadonlyArray<Wording> => {
  const apart: Wording = (slots, request, inKazakh) =>
    slots.map((at) => joined([at], request, inKazakh)).join(inKazakh ? " немесе " : " или ")
  return [
    joined,
    (slots, ...rest) => joined(slots.slice(0, 2), ...rest),
    (slots, ...rest) => joined(slots.slice(-2), ...rest),
    (slots, ...rest) => apart(slots.slice(0, 2), ...rest),
    (slots, ...rest) => apart(slots.slice(0, 1), ...rest),
    (slots, ...rest) => apart(slots.slice(-1), ...rest),
  ]
}

export const callReply = (request: ReplyRequest, inKazakh: boolean): CallReply | null => {
  const replies = wordings().map((wording) => worded(request, inKazakh, wording))
  const first = replies[0] ?? null
  return first === null ? null : { ...first, texts: [...new Set(replies.flatMap((reply) => reply?.texts ?? []))] }
}

const worded = (request: ReplyRequest, inKazakh: boolean, wording: Wording): CallReply | null => {
  const { now, zone, freeSlots, askedTime, bookedCall } = request
  const newMessage = wishOf(request.newMessage)
  const words = (at: Instant) => (inKazakh ? inWordsKk(at, zone, now) : inWords(at, zone, now))
  const lastOurs = request.chat.findLast((line) => line.from !== "client")
  const offered =
    lastOurs === undefined
      ? []
      : [
          ...new Set(
            findTimes(lastOurs.text, lastOurs.at, zone)
              .filter((time) => time.grain === "minute" || time.grain === "hour")
              .map((time) => time.at),
          ),
        ]
  const isContext = lastOurs !== undefined && aboutCall.test(lastOurs.text)
  const isAbout = aboutCall.test(newMessage) && !denied.test(newMessage)
  const intent = readIntent(newMessage).intent

  if (cancels.test(newMessage) && (isAbout || isContext || bookedCall !== null)) {
    if (bookedCall === null)
      return isAbout
        ? told(
            inKazakh
              ? ["Сізге қоңырау белгіленбеген. Басқа сұрағыңыз болса, жазыңыз."]
              : ["Звонок у вас сейчас не назначен. Если нужно что-то ещё, напишите."],
          )
        : null
    const texts = inKazakh
      ? ["Қоңырауды тоқтаттым. Қажет болса, басқа уақытты осында жазыңыз."]
      : [
          "Звонок отменил. Если захотите вернуться к разговору, напишите сюда.",
          "Отменил звонок, всё в порядке. Напишите, когда будет удобно.",
        ]
    return { texts, call: { action: "cancel", at: null }, handOver: null }
  }
  if (bookedCall !== null && asksWhen.test(newMessage) && isAbout && !moves.test(newMessage) && askedTime === null)
    return told(
      inKazakh
        ? [`Қоңырау: ${words(bookedCall)}.`]
        : [`Звонок назначен: ${words(bookedCall)}. Если планы изменятся, напишите сюда.`],
    )

  const ordinal = /^\W*(?:давайте |лучше |в |на )*(перв|втор|трет)\p{L}+(?: вариант\p{L}*| время)?\W*$/iu
    .exec(newMessage)?.[1]
    ?.toLowerCase()
  const pointed = ordinal === undefined ? undefined : offered[["перв", "втор", "трет"].indexOf(ordinal)]
  if (pointed !== undefined && freeSlots.includes(pointed) && askedTime === null)
    return told([
      `Хорошо, подтвердите, пожалуйста: ${words(pointed)}, верно?`,
      `Значит, созвон ${words(pointed)}, верно?`,
    ])

  const isMove = bookedCall !== null && (moves.test(newMessage) || askedTime !== null)
  const concerns =
    isAbout ||
    isMove ||
    offered.length > 0 ||
    (isContext && askedTime !== null) ||
    (wish.test(newMessage) && askedTime !== null)
  if (!concerns) return null
  const record = (at: Instant): CallReply => {
    const iso = isoWithOffset(at, zone)
    if (bookedCall !== null && bookedCall === at)
      return told(
        inKazakh
          ? [`Қоңырау осы уақытқа жазылған: ${words(at)}.`]
          : [`Звонок уже назначен на это время: ${words(at)}.`],
      )
    if (bookedCall !== null)
      return {
        texts: inKazakh
          ? [`Қоңырауды ауыстырдым: ${words(at)}.`]
          : [
              `Перенёс звонок: теперь он ${words(at)}. Если планы изменятся, напишите сюда.`,
              `Перенёс звонок, он будет ${words(at)}.`,
            ],
        call: { action: "move", at: iso },
        handOver: null,
      }
    return {
      texts: inKazakh
        ? [`Сізді қоңырауға жазып қойдым: ${words(at)}.`]
        : [
            `Записал вас на звонок ${words(at)}. Если планы изменятся, напишите сюда.`,
            `Записал вас на звонок ${words(at)}.`,
          ],
      call: { action: "book", at: iso },
      handOver: null,
    }
  }

  if (askedTime !== null && (askedTime.grain === "minute" || askedTime.grain === "hour")) {
    if (askedTime.at === bookedCall) return record(askedTime.at)
    // "В 11" after "во вторник в 11:00 или в среду в 15:00" is Tuesday's.
    const chosen = offered.filter((at) => at === askedTime.at || shortTime(at, zone) === shortTime(askedTime.at, zone))
    const namesDay =
      /(?<!\p{L})(?:сегодня|завтра|послезавтра|понедельник|вторник|сред[уа]|четверг|пятниц[уа]|суббот|воскресень|ертең|бүгін|\d{1,2}[./]\d{1,2}|январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)/iu.test(
        newMessage,
      )
    if (!namesDay && chosen.length === 1 && freeSlots.includes(chosen[0]!)) return record(chosen[0]!)
    if (askedTime.isFree && freeSlots.includes(askedTime.at)) return record(askedTime.at)
    const near = nearest(freeSlots, askedTime.at, 3)
    if (near.length === 0) return noSlots(inKazakh)
    const list = wording(near, request, inKazakh)
    return told(
      inKazakh
        ? [
            `Өкінішке қарай, ${words(askedTime.at)} мүмкін емес. Бос уақыт: ${list}. Қайсысы ыңғайлы?`,
            `Өкінішке қарай, бұл уақыт бос емес. Бос уақыт: ${list}. Қайсысы ыңғайлы?`,
          ]
        : [
            `К сожалению, ${words(askedTime.at)} созвониться не получится. Могу предложить ${list}. Какое время вам подойдёт?`,
            `К сожалению, в это время созвониться не получится. Свободно ${list}. Что удобнее?`,
          ],
    )
  }
  if (askedTime !== null) {
    const ofDay = freeSlots.filter(
      (slot) =>
        localDate(slot, zone) === localDate(askedTime.at, zone) &&
        (askedTime.grain !== "daypart" || Math.abs(slot - askedTime.at) <= 3 * hourMs),
    )
    const chosen = offered.filter(
      (at) => localDate(at, zone) === localDate(askedTime.at, zone) && freeSlots.includes(at),
    )
    if (askedTime.grain === "day" && chosen.length === 1) return record(chosen[0]!)
    if (ofDay.length > 0) {
      const some = spread(ofDay, 3)
      const list = wording(some, request, inKazakh)
      return told(
        inKazakh
          ? [`Бос уақыт: ${list}. Қайсысы ыңғайлы?`]
          : [
              `Давайте созвонимся: свободно ${list}. Какое время удобнее?`,
              `Хорошо, созвониться можно ${list}. Что вам подойдёт?`,
            ],
      )
    }
    const near = spread(freeSlots, 2)
    if (near.length === 0) return noSlots(inKazakh)
    const list = wording(near, request, inKazakh)
    return told(
      inKazakh
        ? [`Өкінішке қарай, бұл күні бос уақыт жоқ. Ыңғайлы ма: ${list}?`]
        : [`К сожалению, в этот день свободного времени нет. Могу предложить ${list}. Что вам подойдёт?`],
    )
  }
  const free = offered.filter((at) => freeSlots.includes(at))
  if (intent === "yes" && offered.length === 1 && free.length === 1) return record(free[0]!)
  if (intent === "yes" && free.length > 1) {
    const list = wording(free.slice(0, 3), request, inKazakh)
    return told(
      inKazakh
        ? [`Жақсы! Қай уақыт ыңғайлы: ${list}?`]
        : [`Отлично! Уточните, пожалуйста, какое время выбрать: ${list}?`, `Хорошо, какое из двух: ${list}?`],
    )
  }
  if (!isAbout && !(intent === "yes" && offered.length > 0) && !isMove) return null
  if (intent === "no" && !isMove) return null
  const near = spread(freeSlots, 2)
  if (near.length === 0) return noSlots(inKazakh)
  const list = wording(near, request, inKazakh)
  if (isMove)
    return told(
      inKazakh
        ? [`Жақсы, ауыстырайық. Ыңғайлы ма: ${list}?`]
        : [
            `Хорошо, подберём для звонка другое время. Удобно ${list}?`,
            `Давайте созвонимся в другое время: подойдёт ${list}?`,
          ],
    )
  return told(
    inKazakh
      ? [`Қуана хабарласамыз деп келісейік: ${list} ыңғайлы ма?`, `Қоңырау үшін қай уақыт ыңғайлы: ${list}?`]
      : [
          `Конечно, давайте созвонимся. Когда вам удобно: ${list}?`,
          `С удовольствием поговорим голосом. Подойдёт ${list}?`,
          `Хорошо. Какое время для звонка удобнее: ${list}?`,
        ],
  )
}

const told = (texts: ReadonlyArray<string>): CallReply => ({ texts, call: null, handOver: null })
const noSlots = (inKazakh: boolean): CallReply => ({
  texts: [
    inKazakh
      ? "Қоңырау уақытын әріптесімнен сұрап, осында жазамын."
      : "Время для звонка уточню у коллеги и напишу вам здесь.",
  ],
  call: null,
  handOver: "Клиент хочет созвониться, а свободного времени в календаре нет.",
})

/** `во вторник, 24 ноября, в 10:00 или в среду, 25 ноября, в 12:00`; a day is named once. */
export const joined = (
  slots: ReadonlyArray<Instant>,
  request: Pick<ReplyRequest, "zone" | "now">,
  inKazakh: boolean,
): string => {
  const { zone, now } = request
  const or = inKazakh ? " немесе " : " или "
  const parts = slots.map((at, place) => {
    if (inKazakh) return inWordsKk(at, zone, now)
    const isSameDay = place > 0 && localDate(slots[place - 1]!, zone) === localDate(at, zone)
    return isSameDay ? `в ${shortTime(at, zone)}` : `${dateInWords(at, zone, now)}, в ${shortTime(at, zone)}`
  })
  return parts.length < 2
    ? parts.join("")
    : `${parts.slice(0, -1).join("; ")}${or}${parts.at(-1)!}`.replaceAll("; в ", ", в ")
}

/** The first, and others two hours or a day apart, so that there is a choice. */
export const spread = (slots: ReadonlyArray<Instant>, count: number): ReadonlyArray<Instant> => {
  const chosen: Array<Instant> = []
  for (const slot of slots)
    if (chosen.length < count && (chosen.length === 0 || slot - chosen.at(-1)! >= 2 * hourMs)) chosen.push(slot)
  for (const slot of slots) if (chosen.length < count && !chosen.includes(slot)) chosen.push(slot)
  return chosen.sort((a, b) => a - b)
}

const nearest = (slots: ReadonlyArray<Instant>, to: Instant, count: number): ReadonlyArray<Instant> =>
  [...slots]
    .sort((a, b) => Math.abs(a - to) - Math.abs(b - to) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b)
