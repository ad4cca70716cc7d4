/** `wa touches`: what came of the touches that were due on a day, so that none is missing without a word. */
import type { TouchBalance } from "@wa/agent-app/touch-balance"
import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { databaseFlag, onAgentDatabase, settingsWith } from "./agent-database.ts"
import { dayOf } from "./day.ts"
import { print } from "./terminal.ts"

const stopWords: Readonly<Record<string, string>> = {
  client_said_yes: "клиент согласился",
  client_said_no: "клиент отказался",
  client_responded: "клиент ответил",
  completed_5_touches: "все касания сделаны",
  operator_took_over: "в чат вошёл человек",
  call_scheduled: "назначен созвон",
  opted_out: "клиент просил не писать",
  undeliverable: "не доставлено",
  not_a_client: "это не клиент",
  nothing_to_say: "нечего сказать, не повторяясь",
  withdrawn: "отозвано до отправки",
  dropped: "в чат написали раньше",
  expired: "не успело уйти",
}
const moveWords: Readonly<Record<string, string>> = {
  daily_cap: "дневной предел",
  outside_hours: "нерабочее время",
  operator_in_chat: "в чате человек",
  not_reported_yet: "прошлое сообщение ещё в пути",
  model_away: "модель недоступна",
  token_budget: "токены на день кончились",
  came_back: "вернулось неотправленным",
  delivered_later: "прошлое сообщение дошло позже",
  we_wrote: "отсчёт начат заново",
}

export const touchesCommand = Command.make(
  "touches",
  {
    date: Flag.String("date").pipe(
      Flag.withDescription("День, ГГГГ-ММ-ДД по времени компании; по умолчанию сегодня"),
      Flag.optional,
    ),
    databaseUrl: databaseFlag,
    json: Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false)),
  },
  Effect.fn(function* ({ date, databaseUrl, json }) {
    const { localDate } = yield* Effect.promise(() => import("@wa/core/time/wall-clock"))
    const { dateInWords } = yield* Effect.promise(() => import("@wa/core/calendar/time-in-words"))
    const { touchBalances } = yield* Effect.promise(() => import("@wa/agent-app/touch-balance"))
    const { TIMEZONE: zone } = yield* settingsWith(databaseUrl)
    const day = Option.getOrElse(date, () => localDate(Date.now(), zone)).trim()
    const { from, to } = yield* dayOf(day, zone)
    const balances = yield* onAgentDatabase(databaseUrl, touchBalances(from, to))
    if (json) return yield* print(JSON.stringify({ date: day, zone, profiles: balances }))
    const said = dateInWords(from, zone, Date.now())
    if (balances.length === 0) return yield* print(`Касаний, которым пришёл срок ${said}, нет.`)
    for (const balance of balances) yield* print(text(balance, said))
  }),
).pipe(Command.withDescription("Касания за день: сколько было положено и что с каждым стало"))

const text = (balance: TouchBalance, day: string): string => {
  const template = balance.by_template === 0 ? "" : ` (из них запасной фразой ${balance.by_template})`
  const parts = [
    `отправлено ${balance.sent}${template}`,
    `остановлено ${sum(balance.stopped)}`,
    `перенесено на другой день ${sum(balance.moved)}`,
    `ещё ждут ${balance.waiting}`,
  ]
  return [
    `${capital(day)}, профиль ${balance.profile}: срок пришёл ${balance.eligible} = ${parts.join(" + ")}`,
    ...reasons("остановлено", balance.stopped, stopWords),
    ...reasons("перенесено", balance.moved, moveWords),
  ].join("\n")
}

const reasons = (what: string, counts: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `  ${what}: ${words[reason] ?? reason} — ${count}`)
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)
const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
