/**
 * `wa sending`: whether the gateway may send, and a person's word on it. Asks the running gateway over HTTP, because an
 * embedded database belongs to one process. Only a person ends a stop: after WhatsApp limited the number, too.
 */
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { whyOf } from "@wa/adapters/runtime/why"
import { Effect, Option, Redacted, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CannotRun, WrongUsage } from "./ending.ts"
import { print } from "./terminal.ts"

const secondsMax = 15

const State = Schema.Struct({
  is_stopped: Schema.Boolean,
  stopped_at: Schema.NullOr(Schema.String),
  why: Schema.NullOr(Schema.String),
  detail: Schema.String,
  waiting: Schema.Int,
})

const gateway = Flag.String("gateway").pipe(
  Flag.withDescription("Адрес шлюза, по умолчанию http://localhost:8000 (GATEWAY_PORT)"),
  Flag.optional,
)
const json = Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false))

export const sendingCommand = Command.make("sending").pipe(
  Command.withDescription("Отправка сообщений: состояние, остановка, возобновление"),
  Command.withSubcommands([
    Command.make("status", { gateway, json }, ({ gateway, json }) => tell("GET", "/sending", gateway, json)).pipe(
      Command.withDescription("Уходят ли сообщения и сколько ждёт"),
    ),
    Command.make(
      "stop",
      {
        detail: Argument.String("detail").pipe(Argument.withDescription("Почему, для людей"), Argument.variadic()),
        gateway,
        json,
      },
      ({ detail, gateway, json }) => tell("POST", "/sending/stop", gateway, json, { detail: detail.join(" ") }),
    ).pipe(Command.withDescription("Остановить всю отправку, пока человек её не возобновит")),
    Command.make("resume", { gateway, json }, ({ gateway, json }) =>
      tell("POST", "/sending/resume", gateway, json),
    ).pipe(Command.withDescription("Возобновить отправку, в том числе после ограничения со стороны WhatsApp")),
  ]),
)

const tell = Effect.fnUntraced(function* (
  method: "GET" | "POST",
  path: string,
  given: Option.Option<string>,
  json: boolean,
  body?: { readonly detail: string },
) {
  const { base, token } = yield* where(given)
  if (method === "POST" && token === null)
    return yield* new WrongUsage({ why: "нужен ADMIN_TOKEN: задайте его в окружении или в .env этой папки" })
  const answer = yield* Effect.tryPromise({
    try: async () => {
      const response = await fetch(`${base}${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${Redacted.value(token)}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(secondsMax * 1000),
      })
      return { status: response.status, text: await response.text() }
    },
    catch: (error) => new CannotRun({ why: `шлюз ${base} не отвечает: ${whyOf(error)}; запущен ли он? (--gateway)` }),
  })
  if (answer.status === 401) return yield* new CannotRun({ why: `шлюз ${base} не принял ADMIN_TOKEN: у него другой` })
  const state = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(State))(answer.text).pipe(
    Effect.mapError(() => new CannotRun({ why: `по адресу ${base} отвечает не шлюз (${answer.status}${path})` })),
  )
  yield* print(json ? JSON.stringify(state) : inWords(state))
})

const where = Effect.fnUntraced(function* (given: Option.Option<string>) {
  const { environment, readSettings, WrongSettings } = yield* Effect.promise(
    () => import("@wa/adapters/settings/settings"),
  )
  const settings = yield* Effect.try({
    try: () => readSettings(environment(process.cwd())),
    catch: (error) => (error instanceof WrongSettings ? error : new WrongUsage({ why: String(error) })),
  })
  const base = Option.getOrElse(given, () => `http://localhost:${settings.GATEWAY_PORT}`).replace(/\/+$/, "")
  if (!/^https?:\/\/\S+$/i.test(base)) return yield* new WrongUsage({ why: `--gateway: не адрес: ${base}` })
  // `wa start` makes a token of its own where none is set.
  const file = join(resolve(settings.DATA_DIR), "admin-token")
  const token = settings.ADMIN_TOKEN ?? (existsSync(file) ? Redacted.make(readFileSync(file, "utf8").trim()) : null)
  return { base, token }
})

const reasons: Readonly<Record<string, string>> = {
  temporary_ban: "WhatsApp ограничил номер",
  person: "остановил человек",
}

const inWords = (state: typeof State.Type): string => {
  const waiting = `Ждут отправки: ${state.waiting}.`
  if (!state.is_stopped) return `Отправка идёт. ${waiting}`
  const why = reasons[state.why ?? ""] ?? state.why ?? "причина не названа"
  return `Отправка остановлена с ${state.stopped_at}: ${why}${state.detail === "" ? "" : ` (${state.detail})`}. ${waiting}\nВозобновить: wa sending resume`
}
