/**
 * `wa calls`: the booked calls in the agent's database, for the owner at his own terminal, so names and numbers stand in full.
 * Cancelling goes through the same decision as everything else and is safe beside a running agent.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { CallRow } from "@wa/core/ports/agent-repo"
import { Effect, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { databaseFlag, onAgentDatabase, settingsWith } from "./agent-database.ts"
import { dayOf } from "./day.ts"
import { CannotRun, WrongUsage } from "./ending.ts"
import { paint, print } from "./terminal.ts"

/** Booked ahead by one profile are at most some 700. */
const callsMax = 5000
const statuses = { scheduled: "назначен", moved: "перенесён", cancelled: "отменён" } as const

const numberArgument = Argument.Int("id").pipe(Argument.withDescription("Номер созвона из wa calls"))
const jsonFlag = Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false))
const dateFlag = (name: string, what: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${what}, ГГГГ-ММ-ДД по времени компании`), Flag.optional)

const cancelCommand = Command.make(
  "cancel",
  { id: numberArgument, databaseUrl: databaseFlag, json: jsonFlag },
  Effect.fn(function* ({ id, databaseUrl, json }) {
    const { cancelCall } = yield* Effect.promise(() => import("@wa/agent-app/calls"))
    const done = yield* onAgentDatabase(databaseUrl, cancelCall(id, "terminal"))
    if (done.is === "unknown") return yield* new CannotRun({ why: `созвона № ${id} нет` })
    const { call } = done
    const told = `созвон № ${id}`
    if (done.is !== "cancelled")
      return yield* new CannotRun({
        why: {
          moved: `${told} перенесён: ${call.status === "scheduled" ? `теперь это № ${call.id}, ${yield* words(call)}` : "смотрите wa calls --all"}`,
          cancelled_before: `${told} уже отменён`,
          over: `${told} уже прошёл`,
          changed: `${told} только что изменился: посмотрите wa calls ещё раз`,
        }[done.is],
      })
    yield* print(
      json
        ? JSON.stringify({ cancelled: true, ...(yield* jsonOf(call)) })
        : `Отменён созвон № ${id} ${yield* words(call)}: ${who(call)}. Бот клиенту об этом не пишет, предупредите его сами.`,
    )
  }),
).pipe(Command.withDescription("Отменить созвон"))

const icsCommand = Command.make(
  "ics",
  {
    id: numberArgument.pipe(
      Argument.withDescription("Номер созвона; без него — все предстоящие одним календарём"),
      Argument.optional,
    ),
    out: Flag.String("out").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Файл; без него — в стандартный вывод"),
      Flag.optional,
    ),
    databaseUrl: databaseFlag,
  },
  Effect.fn(function* ({ id, out, databaseUrl }) {
    const { AgentRepo } = yield* Effect.promise(() => import("@wa/core/ports/agent-repo"))
    const { callsFrom } = yield* Effect.promise(() => import("@wa/agent-app/calls"))
    const { feedOf, invitationOf } = yield* Effect.promise(() => import("@wa/adapters/ical/invitation"))
    const text = Option.isNone(id)
      ? feedOf(yield* onAgentDatabase(databaseUrl, callsFrom(Date.now())))
      : yield* Effect.gen(function* () {
          const call = yield* onAgentDatabase(
            databaseUrl,
            AgentRepo.use((repo) => repo.call(id.value)),
          )
          return call === null ? yield* new CannotRun({ why: `созвона № ${id.value} нет` }) : invitationOf(call)
        })
    if (Option.isNone(out)) return yield* print(text.trimEnd())
    const file = resolve(out.value)
    yield* Effect.try({
      try: () => writeFileSync(file, text, { mode: 0o600 }),
      catch: (error) => new CannotRun({ why: `файл не записан: ${(error as Error).message}` }),
    })
    yield* print(`Записано: ${file}`)
  }),
).pipe(Command.withDescription("Приглашение .ics на созвон или на все предстоящие"))

const addressCommand = Command.make(
  "address",
  {
    base: Flag.String("base").pipe(
      Flag.withDescription("Адрес, под которым агента видно снаружи, например https://wa.example.kz"),
      Flag.optional,
    ),
  },
  Effect.fn(function* ({ base }) {
    const { calendarTokenOf } = yield* Effect.promise(() => import("@wa/adapters/http/plain-server"))
    const settings = yield* settingsWith(Option.none())
    const kept = join(resolve(settings.DATA_DIR), "admin-token")
    const token =
      settings.ADMIN_TOKEN === undefined
        ? existsSync(kept)
          ? readFileSync(kept, "utf8").trim()
          : ""
        : Redacted.value(settings.ADMIN_TOKEN)
    if (token === "") return yield* new WrongUsage({ why: "ADMIN_TOKEN не задан: без него календарь созвонов закрыт" })
    const root = Option.getOrElse(base, () => `http://localhost:${settings.PORT ?? 8001}`)
    if (!/^https?:$/.test(URL.canParse(root) ? new URL(root).protocol : ""))
      return yield* new WrongUsage({ why: `«${root}» — не адрес; нужно, например, https://wa.example.kz` })
    yield* print(`${root.replace(/\/+$/, "")}/calls.ics?token=${calendarTokenOf(token)}`)
  }),
).pipe(Command.withDescription("Адрес календаря созвонов, на который подписывается календарь владельца"))

export const callsCommand = Command.make(
  "calls",
  {
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("И прошедшие, перенесённые, отменённые"),
      Flag.withDefault(false),
    ),
    from: dateFlag("from", "С какого дня"),
    to: dateFlag("to", "По какой день включительно"),
    databaseUrl: databaseFlag,
    json: jsonFlag,
  },
  Effect.fn(function* ({ all, from, to, databaseUrl, json }) {
    const { AgentRepo } = yield* Effect.promise(() => import("@wa/core/ports/agent-repo"))
    const { TIMEZONE: zone } = yield* settingsWith(databaseUrl)
    const now = Date.now()
    const first = Option.isSome(from) ? (yield* dayOf(from.value, zone)).from : null
    const end = Option.isSome(to) ? (yield* dayOf(to.value, zone)).to : null
    if (first !== null && end !== null && end <= first) return yield* new WrongUsage({ why: "--to раньше, чем --from" })
    const isDated = first !== null || end !== null
    const found = yield* onAgentDatabase(
      databaseUrl,
      AgentRepo.use((repo) =>
        repo.calls(callsMax, {
          ...(first === null ? (all || isDated ? {} : { from: now }) : { from: first }),
          ...(end === null ? {} : { to: end }),
        }),
      ),
    )
    const calls = found.filter((call) => all || call.status === "scheduled").toReversed()
    if (json) return yield* print(JSON.stringify({ zone, calls: yield* Effect.forEach(calls, (call) => jsonOf(call)) }))
    if (calls.length === 0) return yield* print(all || isDated ? "Таких созвонов нет." : "Предстоящих созвонов нет.")
    for (const call of calls) yield* print(yield* line(call, now))
  }),
).pipe(
  Command.withDescription("Созвоны: список, отмена, календарь"),
  Command.withSubcommands([cancelCommand, icsCommand, addressCommand]),
)

const who = (call: CallRow): string => (call.name === null ? call.key.phone : `${call.name}, ${call.key.phone}`)

const words = Effect.fnUntraced(function* (call: CallRow) {
  const { inWords } = yield* Effect.promise(() => import("@wa/core/calendar/time-in-words"))
  return inWords(call.scheduledAt, call.timezone, Date.now())
})

const line = Effect.fnUntraced(function* (call: CallRow, now: number) {
  const isOver = call.status === "scheduled" && call.scheduledAt <= now
  const state = isOver ? "прошёл" : statuses[call.status]
  const text = `№ ${call.id}  ${yield* words(call)}  ${who(call)}  ${state}${call.notes === "" ? "" : `  о чём: ${call.notes}`}`
  return call.status === "scheduled" && !isOver ? text : paint("dim", text)
})

const jsonOf = Effect.fnUntraced(function* (call: CallRow) {
  const { isoWithOffset } = yield* Effect.promise(() => import("@wa/core/time/wall-clock"))
  return {
    id: call.id,
    at: isoWithOffset(call.scheduledAt, call.timezone),
    words: yield* words(call),
    status: call.status,
    name: call.name,
    phone: call.key.phone,
    profile: call.key.profileId,
    notes: call.notes,
    created_at: isoWithOffset(call.createdAt, call.timezone),
    changed_at: isoWithOffset(call.changedAt, call.timezone),
  }
})
