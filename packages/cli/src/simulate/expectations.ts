/** Holds what came of a simulation against what its author expected; answers what differs, in plain Russian. */
import { isoWithOffset } from "@wa/core/time/wall-clock"
import type { SimulatedMessage, Simulation } from "./result.ts"
import { type Expectations, type MessageWanted, momentOf } from "./scenario.ts"

type Found = Pick<Simulation, "messages" | "contact" | "calls" | "outcomes" | "askedOperator">

const all = (wanted: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  wanted === undefined ? [] : typeof wanted === "string" ? [wanted] : wanted

/** Spaces of every width, ё and case do not count. */
const plain = (text: string): string => text.toLowerCase().replaceAll("ё", "е").replace(/\s+/gu, " ")
const has = (text: string, part: string): boolean => plain(text).includes(plain(part))

export const unmet = (wanted: Expectations, found: Found, zone: string): ReadonlyArray<string> => {
  const failures: Array<string> = []
  const bot = found.messages.filter((message) => message.from === "bot")
  const differs = (what: string, want: unknown, is: unknown) => {
    if (JSON.stringify(want) !== JSON.stringify(is))
      failures.push(`${what}: ожидалось ${JSON.stringify(want)}, получилось ${JSON.stringify(is)}`)
  }
  if (wanted.is_client !== undefined) differs("is_client", wanted.is_client, found.contact.is_client)
  if (wanted.stop_reason !== undefined) differs("stop_reason", wanted.stop_reason, found.contact.stop_reason)
  if (wanted.touches !== undefined)
    differs("touches", wanted.touches, bot.filter((message) => message.kind === "touch").length)
  if (wanted.replies !== undefined)
    differs("replies", wanted.replies, bot.filter((message) => message.kind === "reply").length)
  if (wanted.silence === true && bot.length > 0)
    failures.push(`silence: бот должен был молчать, а написал «${bot[0]!.text}»`)
  if (wanted.silence === false && bot.length === 0) failures.push("silence: бот должен был ответить, а промолчал")
  if (wanted.asked_operator !== undefined) differs("asked_operator", wanted.asked_operator, found.askedOperator)
  for (const part of all(wanted.contains))
    if (!bot.some((message) => has(message.text, part)))
      failures.push(`contains: ни в одном сообщении бота нет «${part}»`)
  for (const part of all(wanted.never)) {
    const said = bot.find((message) => has(message.text, part))
    if (said !== undefined) failures.push(`never: бот написал «${part}»: «${said.text}»`)
  }
  for (const [outcome, count] of Object.entries(wanted.outcomes ?? {}))
    differs(`outcomes.${outcome}`, count, countOf(found.outcomes, outcome))
  if (wanted.calls !== undefined) {
    const written = wanted.calls.map(
      (call) => `${isoWithOffset(momentOf(call.at, zone), zone)} ${call.status ?? "scheduled"}`,
    )
    differs(
      "calls",
      written,
      found.calls.map((call) => `${call.at} ${call.status}`),
    )
  }
  if (wanted.messages !== undefined) failures.push(...missing(wanted.messages, found.messages, zone))
  return failures
}

/** `handed_over` counts all its reasons together, `handed_over:guard` the one. */
const countOf = (outcomes: Readonly<Record<string, number>>, wanted: string): number =>
  Object.entries(outcomes).reduce(
    (sum, [outcome, count]) => sum + (outcome === wanted || outcome.startsWith(`${wanted}:`) ? count : 0),
    0,
  )

/** Each wanted message is looked for behind the one before. */
const missing = (
  wanted: ReadonlyArray<MessageWanted>,
  messages: ReadonlyArray<SimulatedMessage>,
  zone: string,
): ReadonlyArray<string> => {
  const failures: Array<string> = []
  let from = 0
  for (const want of wanted) {
    const index = messages.findIndex((message, i) => i >= from && isWanted(want, message, zone))
    if (index === -1) failures.push(`messages: не нашлось ${JSON.stringify(want)}`)
    else from = index + 1
  }
  return failures
}

const isWanted = (want: MessageWanted, message: SimulatedMessage, zone: string): boolean => {
  const at = Date.parse(message.at)
  const minute = (text: string) => Math.floor(momentOf(text, zone) / 60_000)
  return (
    message.from === (want.from ?? "bot") &&
    (want.kind === undefined || message.kind === want.kind) &&
    all(want.contains).every((part) => has(message.text, part)) &&
    all(want.not_contains).every((part) => !has(message.text, part)) &&
    (want.matches === undefined || new RegExp(want.matches, "iu").test(message.text)) &&
    (want.at === undefined || Math.floor(at / 60_000) === minute(want.at)) &&
    (want.after === undefined || at >= momentOf(want.after, zone)) &&
    (want.before === undefined || at < momentOf(want.before, zone))
  )
}
