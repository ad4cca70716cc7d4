/**
 * Whether the client agreed to a call at this time: the client named it, or said yes to the only time we offered last.
 * The model may not agree on the client's behalf. Rule C5 of docs/RULES.md.
 */
import { findTimes } from "../calendar/call-time.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import { readIntent } from "../reply-intent/intent.ts"
import type { Instant } from "../time/instant.ts"

/** Reasons against, in Russian; empty when the client agreed. */
export const callAgreement = (callAt: Instant, chat: ReadonlyArray<ChatLine>, zone: string): ReadonlyArray<string> => {
  const named = chat.filter((line) => line.from === "client").flatMap((line) => findTimes(line.text, line.at, zone))
  if (named.some((time) => time.at === callAt)) return []
  const lastOurs = chat.findLastIndex((line) => line.from !== "client")
  const offer = chat[lastOurs]
  const turn = chat.slice(lastOurs + 1)
  if (offer !== undefined) {
    const offered = [...new Set(findTimes(offer.text, offer.at, zone).map((time) => time.at))]
    const isYes = turn.some((line) => readIntent(line.text).intent === "yes")
    if (isYes && offered.length === 1 && offered[0] === callAt) return []
    // "В 11" chooses among the days we offered; "во вторник" among the hours.
    const chosen = turn.flatMap((line) => findTimes(line.text, line.at, zone))
    if (offered.includes(callAt) && chosen.some((time) => fits(time, callAt, offered, zone))) return []
  }
  return ["клиент не называл и не подтверждал это время звонка: спросите, подходит ли оно"]
}

/** Whether the client's words leave exactly this one of the offered times. */
const fits = (
  time: ReturnType<typeof findTimes>[number],
  callAt: Instant,
  offered: ReadonlyArray<Instant>,
  zone: string,
): boolean => {
  const clock = new Intl.DateTimeFormat("ru-RU", { timeZone: zone, hour: "2-digit", minute: "2-digit" })
  const day = new Intl.DateTimeFormat("ru-RU", { timeZone: zone, day: "2-digit", month: "2-digit" })
  const same = (at: Instant) =>
    time.grain === "day" ? day.format(at) === day.format(time.at) : clock.format(at) === clock.format(time.at)
  return same(callAt) && offered.filter(same).length === 1
}
