/**
 * What a draft says of calls, held against the calendar and the record: a promise needs the record, the record must be
 * told, and no time outside working hours, past or taken is offered.
 */
import type { TimeFound } from "../calendar/call-time.ts"
import { findTimes } from "../calendar/call-time.ts"
import { dayAndTime } from "../calendar/time-in-words.ts"
import { isOpen, isWorkingDay } from "../calendar/working-hours.ts"
import { findQuantities } from "../knowledge/quantity.ts"
import type { Sentence } from "../reply/sentence.ts"
import type { Instant } from "../time/instant.ts"
import { localDate, wallTime } from "../time/wall-clock.ts"
import { daysIn } from "./days.ts"
import type { GuardInput, Refusal } from "./guard.ts"

const promised =
  /(?<!\p{L})(?:записал\p{L}*|запишу|записан\p{L}*|записываю|забронировал\p{L}*|забронирован\p{L}*|бронирую|зарезервировал\p{L}*|назначил\p{L}*|(?:встреч\p{L}*|звон\p{L}*|созвон\p{L}*|консультаци\p{L}*|разговор|при[её]м|запись)\s+(?:уже\s+)?(?:назначен\p{L}*|запланирован\p{L}*|подтвержд[её]н\p{L}*|перенес[её]н\p{L}*|оформлен\p{L}*|созда\p{L}*)|перенес(?:ла|ли|у|ем|ено|ена|[её]н)?|перен[её]с|подтверждаю (?:звон\p{L}*|встреч\p{L}*|созвон\p{L}*|запись)|жазып қойдым|жаздым|жазылды\p{L}*|тіркедім|зафиксировал\p{L}*|внес(?:ла|ли)? (?:вас )?в (?:календарь|расписание|график)|вн[её]с (?:вас )?в (?:календарь|расписание|график)|поставил\p{L}* (?:звон\p{L}*|встреч\p{L}*|созвон\p{L}*|вас|в календарь))(?!\p{L})/iu

const willCall =
  /(?<!\p{L})(?:созвонимся|позвоним|позвоню|позвонит|перезвоним|перезвоню|перезвонит|набер[её]м|наберу|наберет|набер[её]т|свяжемся с вами по телефону|жд[её]м вашего звонка|встретимся|до (?:встречи|связи|созвона) (?:завтра|в|во|сегодня)|хабарласамыз|қоңырау шаламыз|будем ждать вас|жд[её]м вас)(?!\p{L})/iu

const aboutCall =
  /(?<!\p{L})(?:созвон\p{L}*|звонок|звонк\p{L}*|звоните|позвон\p{L}*|перезвон\p{L}*|набер[её]?\p{L}*|встреч\p{L}*|встрет\p{L}*|консультаци\p{L}*|запис[аы]\p{L}*|запись|запишу|слот\p{L}*|окошк\p{L}*|окно|окна|свободн\p{L}*|удобн\p{L}*|подойд[её]т\p{L}*|обсуд\p{L}*|поговор\p{L}*|разговор\p{L}*|перенес\p{L}*|перен[её]с|назнач\p{L}*|запланир\p{L}*|забронир\p{L}*|время|предлагаю|давайте|могу предложить|қоңырау|жазып|хабарлас\p{L}*|ыңғайлы|жд[её]м вас|связаться|свяжется|свяжемся)(?!\p{L})/iu

export const declines =
  /(?<!\p{L})(?:не (?:работаем|сможем|можем|могу|смогу|звоним|получится|принимаем|проводим|назначаем|выйдет|успеем|созваниваемся|подойд[её]т|записываем|доступ\p{L}*)|нерабоч\p{L}*|выходн\p{L}*|закрыт\p{L}*|занят\p{L}*|уже прош\p{L}*|прошл[оа]|к сожалению|недоступн\p{L}*|праздник\p{L}*|праздничн\p{L}*|вне рабочего|нет (?:свободн|окон|мест|времени|слот)\p{L}*|звонков (?:\p{L}+ )?не\p{L}*|звонков нет|не бывает|не созван\p{L}*|наурыз|не свободн\p{L}*|несвободн\p{L}*|отменил\p{L}*|отмен[её]н\p{L}*|снял\p{L}*)(?!\p{L})/iu

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

export const callsOf = (
  text: string,
  sentences: ReadonlyArray<Sentence>,
  input: GuardInput,
): ReadonlyArray<Refusal> => {
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
    // `Звоним по будням с 10 до 18`: our hours told, nothing offered.
    if (isSpecific(time) && /^до\s/iu.test(time.text.trim())) {
      const until = wallTime(time.at, zone)
      if (until.hour * 60 + until.minute === hours.closesMinute) continue
    }
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
    // `Если КТ назначил врач`
    !/^\s+(?:вам\s+)?(?:врач|доктор|терапевт|стоматолог)/iu.test(sentence.slice(match.index + match[0].length)) &&
    // `Вам анализы назначил врач?`
    !(isQuestion && !/\d|завтра|сегодня|звон|созвон|встреч|запис/iu.test(sentence)) &&
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
  // `Ждём вас!` behind an address is politeness.
  if (
    call !== null &&
    /^(?:жд[её]м вас|будем ждать вас)$/iu.test(call[0]) &&
    (/с\s+\d{1,2}(?::\d\d)?\s+до\s+\d|(?<!\p{L})(?:открыт\p{L}*|работа\p{L}*|ул\.|пр\.|улиц\p{L}*|офис|адрес\p{L}*|шоурум\p{L}*|магазин\p{L}*)/iu.test(
      sentence,
    ) ||
      !/\d|завтра|сегодня|понедельник|вторник|сред[уы]|четверг|пятниц|суббот|воскрес|звон/iu.test(sentence))
  )
    return false
  return (
    call !== null &&
    !canceledPromise.test(sentence.slice(0, call.index)) &&
    !offered.test(sentence.slice(0, call.index))
  )
}

const ofTalk =
  /(?<!\p{L})(?:созвон|звон|позвон|перезвон|набер|обсуд|поговор|разговор|консультац|встреч|встрет|хабарлас|қоңырау)/iu

/** Whether a line with opening hours names this day. */
const isOpenOn = (weekday: number, knowledge: string): boolean =>
  knowledge
    .split("\n")
    .some(
      (line) =>
        /\d{1,2}[:.]\d\d/.test(line) && !/выходной/iu.test(line) && (daysIn(line) & (1 << ((weekday + 6) % 7))) !== 0,
    )

/** Opening hours of a shop are a fact; they make no call possible. */
const isOfDocument = (time: TimeFound, sentence: Sentence, input: GuardInput): boolean => {
  if (
    hasPromise(sentence.text) ||
    /(?<!\p{L})(?:созвон\p{L}*|звон\p{L}*|позвон\p{L}*|перезвон\p{L}*|набер\p{L}*)/iu.test(sentence.text)
  )
    return false
  const low = input.knowledge.toLowerCase()
  const said = time.text.toLowerCase().trim()
  const turn = input.chat.slice(input.chat.findLastIndex((line) => line.from !== "client") + 1)
  if (!ofTalk.test([input.draft.text, ...turn.map((line) => line.text)].join(" "))) {
    // A lesson at ten, a cleaning on Sunday: of the company's own hours.
    const clock = /\d{1,2}[:.]\d\d/.exec(said)?.[0]
    if (
      clock !== undefined &&
      low.includes(clock) &&
      /(?<!\p{L})(?:при[её]м|работа\p{L}*|открыт\p{L}*)(?!\p{L})/iu.test(sentence.text)
    )
      return true
    if (clock !== undefined && low.includes(clock) && !/(?<!\p{L})(?:завтра|сегодня|послезавтра)/iu.test(said))
      return true
    if (clock === undefined && !/\d/.test(said) && isOpenOn(wallTime(time.at, input.zone).weekday, input.knowledge))
      return true
  }
  if (/\d/.test(said) && !/(?<!\p{L})(?:завтра|сегодня|послезавтра)/iu.test(said) && low.includes(said)) return true
  return (
    /(?<!\p{L})(?:работаем|принимаем|заявк\p{L}*|шоурум\p{L}*|открыт\p{L}*|график\p{L}*|режим\p{L}*|доставк\p{L}*|привез\p{L}*|старт\p{L}*|начал\p{L}*|занятия|групп\p{L}*|урок\p{L}*|сеанс\p{L}*|рейс\p{L}*|тренировк\p{L}*|заезд|выезд|сда[её]т\p{L}*|сдать|поток\p{L}*|акци\p{L}*)/iu.test(
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
