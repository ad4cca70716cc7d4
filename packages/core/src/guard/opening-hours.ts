/** Days and hours that a draft names, held to those when the company is open. Calls have hours of their own. */
import { findQuantities } from "../knowledge/quantity.ts"
import { contradiction, hedged } from "./affirmation.ts"
import type { UngroundedClaim } from "./claim.ts"
import type { Court } from "./court.ts"
import { countDays, daysIn, everyDay } from "./days.ts"

const visits =
  /(?<!\p{L})(?:работа(?:ем|ет|ют)|открыт\p{L}*|подходите|приходите|приезжайте|заезжайте|забрать|забирайте|жд[её]м|примем|принимаем|прие(?:дем|дет|хать)|подъезжайте)(?!\p{L})/iu

const daily = /(?<!\p{L})(?:ежедневно|без выходных|каждый день|круглосуточн\p{L}*|24\/7)(?!\p{L})/iu

/** `В понедельник ателье открыто` where it is open from Tuesday on. */
export const openingHoursOf = (court: Court): ReadonlyArray<UngroundedClaim> => {
  const { view, index } = court
  const hours = index.lines.filter(
    (line) =>
      line.days !== 0 &&
      !/заявк|заказ/iu.test(line.text) &&
      findQuantities(line.text).some((one) => one.kind === "clock"),
  )
  // `7:30–14:00, воскресенье выходной`
  const openIn = (text: string) => {
    const shut = [...text.matchAll(/(?:[\p{L}–—-]+(?:,|\sи)?\s+){1,3}(?:[—–-]\s*)?выходной(?!\p{L})/giu)].reduce(
      (mask, match) => mask | daysIn(match[0].replace(/выходной/giu, "")),
      0,
    )
    const told = daysIn(text.replace(/выходной/giu, "")) & ~shut
    return told === 0 ? everyDay & ~shut : told
  }
  const isDaily = index.lines.some((line) => daily.test(line.text))
  const open = isDaily ? everyDay : hours.reduce((mask, line) => mask | openIn(line.text), 0)
  if (open === 0 || hours.length === 0) return []
  // `Пн–пт 9:00–20:00, вс 10:00–15:00`: the hours of each day.
  const spans = hours.flatMap((line) =>
    line.text.split(/[;,\n]|\.\s/u).flatMap((part) => {
      const clocks = findQuantities(part).filter((one) => one.kind === "clock")
      const days = daysIn(part)
      const [from, to] = [clocks[0], clocks.at(-1)]
      if (days === 0 || from === undefined || to === undefined) return []
      // `В воскресенье до 15:00`
      if (clocks.length === 1) return from.qualifier === "to" ? [{ days, from: 0, to: to.value, line }] : []
      return to.value <= from.value ? [] : [{ days, from: from.value, to: to.value, line }]
    }),
  )
  return view.sentences.flatMap((sentence) => {
    const said = daysIn(sentence.text)
    if (
      said !== 0 &&
      (said & open) === said &&
      /(?<!\p{L})(?:закрыт\p{L}*|не работаем|выходной)(?!\p{L})/iu.test(sentence.text) &&
      !/\d|обед|\?/u.test(sentence.text) &&
      !index.lines.some((line) => /закрыт|не работа|выходн|кроме|перерыв|праздн/iu.test(line.text))
    )
      return [contradiction(sentence.text, hours[0]!.text)]
    if (visits.test(sentence.text) && !hedged.test(sentence.text) && !/звон/iu.test(sentence.text)) {
      const covering = spans.filter((span) => said !== 0 && (span.days & said) === said)
      // What is said of Sunday alone goes before what is said of every day.
      const fewest = Math.min(...covering.map((span) => countDays(span.days)))
      const own = covering.filter((span) => countDays(span.days) === fewest)
      const late = view.quantities.find(
        (one) =>
          one.kind === "clock" &&
          one.qualifier === null &&
          one.index >= sentence.index &&
          one.index < sentence.end &&
          own.length > 0 &&
          !own.some((span) => one.value >= span.from && one.value <= span.to),
      )
      if (late !== undefined) return [contradiction(sentence.text, own[0]!.line.text)]
    }
    if (!visits.test(sentence.text) || hedged.test(sentence.text) || /звон/iu.test(sentence.text)) return []
    const days = daysIn(sentence.text)
    return days !== 0 && (days & open) === 0 ? [contradiction(sentence.text, hours[0]!.text)] : []
  })
}
