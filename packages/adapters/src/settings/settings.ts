/**
 * Every setting of the system, in one table: its name, how it is read, its default, and what it is for. The programs read
 * their settings through it, `.env.example` is checked against it, and a wrong start names all that is wrong at once.
 * Values come from the environment, then from `.env` in the working folder; an empty value counts as missing.
 */
import { existsSync, readFileSync } from "node:fs"
import { parseEnv } from "node:util"
import type { Policy } from "@wa/core/conversation/conversation"
import { defaultPolicy } from "@wa/core/conversation/conversation"
import { offsetMs } from "@wa/core/time/wall-clock"
import { Effect, Redacted, Schema } from "effect"

/** All that is wrong, a line each, in plain words. */
export class WrongSettings extends Schema.TaggedError<WrongSettings>()("WrongSettings", {
  problems: Schema.Array(Schema.String),
}) {
  override get message() {
    return `Настройки не годятся:\n${this.problems.map((problem) => `  - ${problem}`).join("\n")}`
  }
}

type Read<A> = (text: string) => A | Problem
interface Problem {
  readonly problem: string
}
const problem = (text: string): Problem => ({ problem: text })
const isProblem = (read: unknown): read is Problem => typeof read === "object" && read !== null && "problem" in read

interface Setting<A> {
  readonly read: Read<A>
  /** As it would be written; undefined: there is none, and the setting is optional. */
  readonly fallback?: string
  readonly about: string
}

const text: Read<string> = (value) => value
const secret: Read<Redacted.Redacted> = (value) => Redacted.make(value)
const number =
  (min: number, max: number, whole: boolean): Read<number> =>
  (value) => {
    const read = Number(value)
    return Number.isFinite(read) && read >= min && read <= max && (!whole || Number.isInteger(read))
      ? read
      : problem(`ожидается ${whole ? "целое число" : "число"} от ${min} до ${max}, а не «${value}»`)
  }
const whole = (min: number, max: number) => number(min, max, true)
const oneOf =
  <const L extends ReadonlyArray<string>>(...allowed: L): Read<L[number]> =>
  (value) =>
    allowed.includes(value) ? (value as L[number]) : problem(`допустимо: ${allowed.join(", ")}; а не «${value}»`)
const url =
  (...protocols: ReadonlyArray<string>): Read<string> =>
  (value) =>
    URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1))
      ? value.replace(/\/+$/, "")
      : problem(`ожидается адрес вида ${protocols[0]}://…`)
const secretUrl =
  (...protocols: ReadonlyArray<string>): Read<Redacted.Redacted> =>
  (value) => {
    const read = url(...protocols)(value)
    return isProblem(read) ? read : Redacted.make(value)
  }
const list: Read<ReadonlyArray<string>> = (value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
const zone: Read<string> = (value) => {
  try {
    const winter = offsetMs(Date.UTC(2026, 0, 15), value)
    // Kazakhstan has one time, UTC+5, since 2024-03-01; older zone data would shift every call by an hour.
    return value === "Asia/Almaty" && winter !== 5 * 3_600_000
      ? problem("данные о часовых поясах на этой машине устарели: Asia/Almaty должна быть UTC+5; обновите Node.js")
      : value
  } catch {
    return problem(`нет такого часового пояса: «${value}»`)
  }
}
const hoursList: Read<ReadonlyArray<number>> = (value) => {
  const hours = value.split(",").map((item) => Number(item.trim()))
  return hours.length >= 1 &&
    hours.length <= 5 &&
    hours.every((hour) => Number.isFinite(hour) && hour > 0 && hour <= 8760)
    ? hours
    : problem(`ожидается от одного до пяти чисел часов через запятую, например 24,72,168,336,720; а не «${value}»`)
}
const weekdays: Read<ReadonlyArray<number>> = (value) => {
  const days = value.split(",").map((item) => Number(item.trim()))
  return days.length > 0 && days.every((day) => Number.isInteger(day) && day >= 1 && day <= 7)
    ? days
    : problem("ожидаются дни недели от 1 (понедельник) до 7 через запятую")
}

interface WithFallback<A> extends Setting<A> {
  readonly fallback: string
}
function setting<A>(read: Read<A>, about: string): Setting<A>
function setting<A>(read: Read<A>, about: string, fallback: string): WithFallback<A>
function setting<A>(read: Read<A>, about: string, fallback?: string): Setting<A> {
  return fallback === undefined ? { read, about } : { read, about, fallback }
}

/** In the order of `.env.example`. */
export const settings = {
  WAPPI_TOKEN: setting(secret, "API token of the Wappi.pro account"),
  WAPPI_PROFILE_ID: setting(text, "Profile (WhatsApp number) at Wappi, such as a1b2c3d4-5e6f"),
  WAPPI_BASE_URL: setting(url("https", "http"), "Where the Wappi API lives", "https://wappi.pro"),
  WEBHOOK_SECRET: setting(
    secret,
    "Secret part of the webhook's path; without it the webhook is closed and only polling works",
  ),
  WEBHOOK_PUBLIC_URL: setting(
    url("https", "http"),
    "Public address of the gateway; when set, the webhook is registered at the start, and anew when Wappi has forgotten it",
  ),
  RABBITMQ_URL: setting(secretUrl("amqp", "amqps"), "Broker, such as amqp://user:password@host:5672/vhost"),
  DATABASE_URL: setting(secretUrl("postgres", "postgresql"), "Database of this program when the two run apart"),
  GATEWAY_DATABASE_URL: setting(secretUrl("postgres", "postgresql"), "All-in-one start: the gateway's database"),
  AGENT_DATABASE_URL: setting(secretUrl("postgres", "postgresql"), "All-in-one start: the agent's database"),
  DATABASE_POOL: setting(whole(1, 100), "Connections to the database", "10"),
  LLM_PROVIDER: setting(oneOf("gemini", "openai"), "Which kind of model answers", "gemini"),
  GEMINI_API_KEY: setting(secret, "Key of Google AI Studio"),
  GEMINI_BASE_URL: setting(
    url("https", "http"),
    "Where the Gemini API lives",
    "https://generativelanguage.googleapis.com",
  ),
  GEMINI_MODEL: setting(text, "Gemini model", "gemini-2.5-pro"),
  OPENAI_API_KEY: setting(secret, "Key of an OpenAI-compatible provider"),
  OPENAI_BASE_URL: setting(url("https", "http"), "Where an OpenAI-compatible API lives", "https://api.openai.com/v1"),
  OPENAI_MODEL: setting(text, "Model of the OpenAI-compatible provider"),
  OPENAI_TRANSCRIPTION_MODEL: setting(
    text,
    "Its model for voice notes, such as whisper-1; without it they are not heard",
  ),
  LLM_FALLBACK: setting(
    oneOf("none", "gemini", "openai"),
    "Second provider, asked while the first one is away",
    "none",
  ),
  DAILY_TOKEN_BUDGET: setting(
    whole(0, 1e12),
    "Tokens a day over all calls, checked before each call; 0: no bound",
    "0",
  ),
  TIMEZONE: setting(zone, "IANA zone of the company", "Asia/Almaty"),
  WORKING_HOURS_START: setting(number(0, 23.75, false), "Hour at which calls and touches begin", "10"),
  WORKING_HOURS_END: setting(number(0.25, 24, false), "Hour before which a call begins", "18"),
  WORKING_DAYS: setting(weekdays, "Working days, 1 is Monday", "1,2,3,4,5"),
  HOLIDAYS_COUNTRY: setting(text, "Country whose public holidays are days off (ISO code), or none", "KZ"),
  MAX_CONTEXT_MESSAGES: setting(whole(2, 200), "Messages of a chat that the model is shown", "20"),
  KNOWLEDGE_BUDGET_CHARS: setting(
    whole(0, 5_000_000),
    "Documents up to this size are given to the model whole",
    "60000",
  ),
  CLASSIFY_AFTER_MESSAGES: setting(whole(1, 20), "Client messages before the moderator decides in full", "3"),
  EARLY_CONFIDENCE: setting(number(0, 1, false), "Confidence for which a first message suffices; 1: never", "0.85"),
  REPLY_QUIET_SECONDS: setting(number(0, 600, false), "Quiet after the client's last message before the answer", "8"),
  REPLY_MAX_WAIT_SECONDS: setting(number(0, 3600, false), "Longest wait after the first message of a turn", "45"),
  VOICE_WAIT_SECONDS: setting(number(1, 3600, false), "Longest wait for the transcript of a voice note", "180"),
  STALE_REPLY_HOURS: setting(number(0.1, 240, false), "An answer later than this is left to a person", "12"),
  TAKEOVER_HOURS: setting(number(0.01, 720, false), "Silence of the bot after a human wrote", "12"),
  MAX_TURNS_PER_HOUR: setting(whole(1, 1000), "More answered turns an hour than this hand the chat to a person", "12"),
  MODEL_LEASE_SECONDS: setting(
    number(5, 3600, false),
    "After this long without an answer a model call is taken for lost",
    "120",
  ),
  FOLLOW_UP_INTERVALS: setting(
    hoursList,
    "Hours of silence before touch 1 to 5, each after our previous message",
    "24,72,168,336,720",
  ),
  TOUCH_SPREAD_MINUTES: setting(whole(0, 600), "Touches moved to an opening are spread over this long", "120"),
  TOUCHES_PER_DAY: setting(whole(0, 10_000), "Unanswered touches per profile and day", "50"),
  CALL_REMINDER_MINUTES: setting(
    whole(0, 2880),
    "Minutes before a booked call at which the client is reminded of it; 0: never",
    "0",
  ),
  POLLING_INTERVAL: setting(number(0.2, 3600, false), "Seconds between two polls of Wappi", "5"),
  SEND_PER_MINUTE: setting(whole(1, 600), "Messages that may leave within a minute", "20"),
  WORKERS: setting(whole(1, 64), "Conversations worked on side by side", "4"),
  PORT: setting(whole(0, 65_535), "Port of this program's HTTP side (gateway 8000, agent 8001)"),
  GATEWAY_PORT: setting(whole(0, 65_535), "All-in-one start: port of the gateway's HTTP side", "8000"),
  ADMIN_TOKEN: setting(secret, "Opens what shows or changes personal data"),
  CORS_ORIGINS: setting(list, "Origins that may read the API in a browser, separated by commas; * for all", ""),
  LOG_LEVEL: setting(oneOf("debug", "info", "warn", "error"), "Least level that is logged", "info"),
  LOG_FORMAT: setting(oneOf("auto", "pretty", "json"), "auto: pretty on a terminal, JSON otherwise", "auto"),
  LOG_DIR: setting(text, "Folder of the daily log files; empty: none", ""),
  DATA_DIR: setting(text, "Folder of the embedded database", "data"),
  KNOWLEDGE_DIR: setting(text, "Folder of the company's PDF files"),
  PROMPTS_DIR: setting(text, "Folder of the prompts"),
  CONSOLE_DIR: setting(text, "Folder of the page's files"),
} as const

export type SettingName = keyof typeof settings
type ValueOf<S> = S extends Setting<infer A> ? A : never
type IsGiven<N extends SettingName> = (typeof settings)[N] extends { readonly fallback: string } ? true : false
export type Settings = {
  readonly [N in SettingName]: IsGiven<N> extends true
    ? ValueOf<(typeof settings)[N]>
    : ValueOf<(typeof settings)[N]> | undefined
}

/** The environment over `.env` of the folder. */
export const environment = (
  folder: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string | undefined>> => {
  const file = `${folder}/.env`
  const written = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""))
  return { ...written, ...given }
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads them all; throws `WrongSettings` with everything that is malformed, or missing among `required`. */
export const readSettings = (env: Env, required: ReadonlyArray<SettingName> = []): Settings => {
  const { values, problems } = readAll(env, required)
  if (problems.length > 0) throw new WrongSettings({ problems })
  return values as Settings
}

/** As one line of the list. */
export const notSet = (name: SettingName): string => `${name}: не задано (${settings[name].about})`

const readAll = (env: Env, required: ReadonlyArray<SettingName>) => {
  const problems: Array<string> = []
  const values: Record<string, unknown> = {}
  for (const name of Object.keys(settings) as Array<SettingName>) {
    const { read, fallback } = settings[name] as Setting<unknown>
    const given = env[name]?.trim()
    const written = given === undefined || given === "" ? fallback : given
    if (written === undefined) {
      if (required.includes(name)) problems.push(notSet(name))
      continue
    }
    const value = read(written)
    if (isProblem(value)) problems.push(`${name}: ${value.problem}`)
    else values[name] = value
  }
  const start = values["WORKING_HOURS_START"]
  const end = values["WORKING_HOURS_END"]
  if (typeof start === "number" && typeof end === "number" && start >= end)
    problems.push("WORKING_HOURS_START: рабочий день должен начинаться раньше, чем заканчиваться (WORKING_HOURS_END)")
  return { values: values as Partial<Settings>, problems }
}

/**
 * What is wrong with settings together, or with what they name: a line each, as in the list. It is given what could be
 * read, so that one wrong setting hides no other.
 */
export type Check = (read: Partial<Settings>) => Effect.Effect<ReadonlyArray<string>>

/** The settings of a program that runs in the working folder; all that is wrong, by itself or by a check, in one list. */
export const readForProgram = (
  required: ReadonlyArray<SettingName>,
  checks: ReadonlyArray<Check> = [],
  env: Env = environment(process.cwd()),
): Effect.Effect<Settings, WrongSettings> =>
  Effect.gen(function* () {
    const { values, problems } = readAll(env, required)
    const found = yield* Effect.forEach(checks, (check) => check(values))
    const all = [...problems, ...found.flat()]
    return all.length > 0 ? yield* new WrongSettings({ problems: all }) : (values as Settings)
  })

/** Settings that only make sense together: the other one is told as missing. */
export const bothOrNone =
  (one: SettingName, other: SettingName): Check =>
  (read) => {
    const given = [one, other].filter((name) => read[name] !== undefined)
    return Effect.succeed(
      given.length === 1 ? [`${given[0] === one ? other : one}: не задано, а ${given[0]} задано: нужны оба`] : [],
    )
  }

/** 2: started wrongly. */
export const exitCodeOf = (error: unknown): number | undefined => {
  if (!(error instanceof WrongSettings)) return undefined
  process.stderr.write(`${error.message}\n`)
  return 2
}

/** The check of public holidays, by the setting; its data are loaded only here. */
export const holidaysOf = (
  given: Pick<Settings, "HOLIDAYS_COUNTRY">,
): Effect.Effect<(date: string) => boolean, WrongSettings> =>
  Effect.gen(function* () {
    const { holidayCheck } = yield* Effect.promise(() => import("@wa/core/calendar/holidays"))
    return yield* Effect.try({
      try: () => holidayCheck(given.HOLIDAYS_COUNTRY),
      catch: (error) =>
        error instanceof RangeError
          ? new WrongSettings({
              problems: [
                `HOLIDAYS_COUNTRY: нет праздников страны «${given.HOLIDAYS_COUNTRY}»: ожидается код ISO, например KZ, или none`,
              ],
            })
          : new WrongSettings({ problems: [`HOLIDAYS_COUNTRY: ${String(error)}`] }),
    })
  })

export const holidaysCheck: Check = (read) =>
  read.HOLIDAYS_COUNTRY === undefined
    ? Effect.succeed([])
    : Effect.match(holidaysOf({ HOLIDAYS_COUNTRY: read.HOLIDAYS_COUNTRY }), {
        onSuccess: () => [],
        onFailure: ({ problems }) => problems,
      })

/** The rules of the conversation as the settings set them. `isHoliday` answers for HOLIDAYS_COUNTRY. */
export const policyOf = (given: Settings, isHoliday: (date: string) => boolean): Policy => ({
  ...defaultPolicy({
    zone: given.TIMEZONE,
    opensMinute: Math.round(given.WORKING_HOURS_START * 60),
    closesMinute: Math.round(given.WORKING_HOURS_END * 60),
    weekdays: given.WORKING_DAYS,
    isHoliday,
  }),
  classifyAfterMessages: given.CLASSIFY_AFTER_MESSAGES,
  earlyConfidence: given.EARLY_CONFIDENCE,
  replyQuietSeconds: given.REPLY_QUIET_SECONDS,
  replyMaxWaitSeconds: given.REPLY_MAX_WAIT_SECONDS,
  voiceWaitSeconds: given.VOICE_WAIT_SECONDS,
  silenceHours: given.FOLLOW_UP_INTERVALS,
  touchSpreadMinutes: given.TOUCH_SPREAD_MINUTES,
  takeoverHours: given.TAKEOVER_HOURS,
  staleReplyHours: given.STALE_REPLY_HOURS,
  maxTurnsPerHour: given.MAX_TURNS_PER_HOUR,
  modelLeaseSeconds: given.MODEL_LEASE_SECONDS,
  callReminderMinutes: given.CALL_REMINDER_MINUTES,
})
