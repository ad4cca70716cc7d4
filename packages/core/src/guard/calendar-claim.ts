/**
 * Claims of a draft that rest on our calendar rather than on a document: the free times that are offered, the recorded call,
 * and how long a call takes. Whether a call is possible at all is judged where calls are.
 */
import { findTimes } from "../calendar/call-time.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import { likeness, stemOf } from "../knowledge/wording.ts"
import { localDate, wallTime } from "../time/wall-clock.ts"
import type { Context } from "./claim-context.ts"
import type { Court } from "./court.ts"
import { measured } from "./figure.ts"

const ofBusiness =
  /(?<!\p{L})(?:работа(?:ем|ет|ют)|открыт\p{L}*|закрыва\p{L}*|график\p{L}*|режим\p{L}*|часы работы|принимаем|начал\p{L}*|начина\p{L}*|старт\p{L}*|заезд\p{L}*|выезд\p{L}*|поток\p{L}*|акци\p{L}*|доставк\p{L}*|доставим|привез\p{L}*|действует|жұмыс)/iu
const ofCall =
  /(?<!\p{L})(?:звон\p{L}*|созвон\p{L}*|созван\p{L}*|позвон\p{L}*|перезвон\p{L}*|видеозвон\p{L}*|разговор\p{L}*|встреч\p{L}*|встрет\p{L}*|консультаци\p{L}*|қоңырау\p{L}*)/iu

/** A time that the calendar knows to be free or booked, offered as such. */
export const isOfferedTime = (claim: Quantity, context: Context, court: Court): boolean => {
  if (claim.kind !== "clock" && claim.kind !== "date") return false
  const { input } = court
  const sentence = context.sentence.text
  // `Оплатите до 17:00` offers no time.
  if (claim.qualifier === "to" && !ofCall.test(sentence)) return false
  if (ofBusiness.test(context.near) || (ofBusiness.test(sentence) && !ofCall.test(sentence))) return false
  const known = input.bookedCall === null ? input.freeSlots : [...input.freeSlots, input.bookedCall]
  const end = claim.index + claim.text.length
  return findTimes(input.text, input.now, input.zone).some(
    (time) =>
      time.index < end && time.index + time.text.length > claim.index && !time.isPast && known.includes(time.at),
  )
}

/** A time or date that agrees with the calendar, where the documents say nothing of it. */
export const isOfCalendar = (claim: Quantity, context: Context, court: Court): boolean => {
  const { input, index } = court
  const instants = input.bookedCall === null ? input.freeSlots : [...input.freeSlots, input.bookedCall]
  if (claim.kind === "clock") {
    const isRange = claim.qualifier === "from" || claim.qualifier === "to"
    const isBusiness = (isRange || ofBusiness.test(context.sentence.text)) && !ofCall.test(context.sentence.text)
    if (isBusiness && index.places.some((place) => place.quantity.kind === "clock")) return false
    if (claim.value === input.hours.opensMinute || claim.value === input.hours.closesMinute) return true
    return (
      !isBusiness &&
      instants.some((at) => {
        const wall = wallTime(at, input.zone)
        return wall.hour * 60 + wall.minute === claim.value
      })
    )
  }
  if (claim.unit === "year") return wallTime(input.now, input.zone).year === claim.value
  // `Завтра, 16 декабря, праздник`, `в воскресенье, 8 ноября`: a day that the client asked of, or that is no promise.
  const times = findTimes(input.text, input.now, input.zone)
  const end = claim.index + claim.text.length
  const mine = times.find((time) => time.index < end && time.index + time.text.length > claim.index)
  const isNamed =
    mine !== undefined &&
    mine.contradiction === undefined &&
    /(?<!\p{L})(?:сегодня|завтра|послезавтра|понедельник|вторник|сред[ау]|четверг|пятниц\p{L}|суббот\p{L}|воскресень\p{L}|праздник|праздничн\p{L}*|выходн\p{L}*|не созвани\p{L}*|не звон\p{L}*)(?!\p{L})/iu.test(
      context.sentence.text,
    )
  const asked = input.chat
    .filter((line) => line.from === "client")
    .flatMap((line) => findTimes(line.text, input.now, input.zone))
  const isAsked =
    mine !== undefined && asked.some((time) => localDate(time.at, input.zone) === localDate(mine.at, input.zone))
  if (isAsked && mine?.contradiction === undefined) return true
  if (
    isNamed &&
    !/(?<!\p{L})(?:акци\p{L}*|скидк\p{L}*|старт\p{L}*|начал\p{L}*|начина\p{L}*|набор\p{L}*|поток\p{L}*|действует|готов\p{L}*|достав\p{L}*|привез\p{L}*)(?!\p{L})/iu.test(
      context.sentence.text,
    )
  )
    return true
  if (ofBusiness.test(context.near)) return false
  return [input.now, ...instants].some((at) => {
    const wall = wallTime(at, input.zone)
    return wall.month * 100 + wall.day === claim.value
  })
}

/** Nobody is misled by `звонок займёт 15 минут`, unless the documents say another length. */
const callMinutesMax = 30
const callStems = ["звонок", "созвон", "разговор", "встреча", "консультация"].map(stemOf)

export const isCallLength = (claim: Quantity, context: Context, court: Court): boolean => {
  if (claim.kind !== "duration" || !ofCall.test(context.sentence.text)) return false
  const length = measured(claim)
  if (length.scale !== "minutes" || (length.to ?? length.value) > callMinutesMax) return false
  return !court.index.places.some(
    (place) =>
      place.quantity.kind === "duration" &&
      measured(place.quantity).scale === "minutes" &&
      measured(place.quantity).value < 24 * 60 &&
      [...place.tokens].some(([token, weight]) => weight >= 0.6 && callStems.some((stem) => likeness(stem, token) > 0)),
  )
}
