/** What the system talks to, asked itself: databases, broker, Wappi, model, and whether our clocks agree. Changes nothing there. */
import { missing } from "@wa/adapters/model/brain"
import { layerServer } from "@wa/adapters/postgres/database"
import { appliedSteps, stepNames } from "@wa/adapters/postgres/migrations"
import { openChannel, openLink } from "@wa/adapters/rabbitmq/connection"
import { deadNameOf, unreadableNameOf } from "@wa/adapters/rabbitmq/topology"
import { placeOf, whyOf } from "@wa/adapters/runtime/why"
import type { Settings } from "@wa/adapters/settings/settings"
import * as WappiHttp from "@wa/adapters/wappi/wappi-http"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { queueNames } from "@wa/core/queue/messages"
import { Effect, Layer, Logger, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { bad, bounded, type Finding, ok, warn } from "./check.ts"

const dayMs = 86_400_000
const paymentSoonDays = 7
const skewWarnSeconds = 30
const skewBadSeconds = 300
const answerMsMax = 9_000

type Program = keyof typeof stepNames
const names = { gateway: "база шлюза", agent: "база агента" } as const
export type DatabaseName = "GATEWAY_DATABASE_URL" | "AGENT_DATABASE_URL" | "DATABASE_URL"

export const checkDatabase = (setting: DatabaseName, url: Redacted.Redacted) => {
  const program: Program | null =
    setting === "AGENT_DATABASE_URL" ? "agent" : setting === "GATEWAY_DATABASE_URL" ? "gateway" : null
  const what = program === null ? "база данных" : names[program]
  const mend = `проверьте ${setting} (${placeOf(url)}): запущен ли сервер PostgreSQL, есть ли такая база, верен ли пароль`
  return bounded(
    what,
    mend,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const startedAt = performance.now()
      const [server] = yield* sql<{ version: string }>`SHOW server_version`.pipe(
        Effect.map((rows) => rows.map((row) => ({ version: String(Object.values(row)[0]).split(" ")[0]! }))),
      )
      const ms = Math.round(performance.now() - startedAt)
      const found: Array<Finding> = [
        ok(what, `PostgreSQL ${server?.version ?? "?"}, ${placeOf(url)}, ответ за ${ms} мс`),
      ]
      // DATABASE_URL is either program's: its tables tell whose.
      const states = yield* Effect.forEach(program === null ? (["gateway", "agent"] as const) : [program], (one) =>
        Effect.map(appliedSteps(one), (applied) => ({ one, applied })),
      )
      const theirs = states.filter(({ applied }) => applied !== null)
      if (theirs.length === 0)
        return [
          ...found,
          warn(
            `${what}: миграции`,
            "таблиц ещё нет",
            "ничего: программа создаст их при запуске; или заранее — wa migrate",
          ),
        ]
      for (const { one, applied } of theirs) {
        const known = stepNames[one]
        const pending = known.filter((name) => !applied!.includes(name))
        const foreign = applied!.filter((name) => !(known as ReadonlyArray<string>).includes(name))
        const of = `${names[one]}: миграции`
        if (foreign.length > 0)
          found.push(
            bad(
              of,
              `в базе есть шаги новее этой версии: ${foreign.join(", ")}`,
              "запускайте версию, которая их знает; откат — по docs/DEPLOYMENT.md",
            ),
          )
        else if (pending.length > 0)
          found.push(
            warn(of, `не применены: ${pending.join(", ")}`, "ничего: применятся при запуске; или заранее — wa migrate"),
          )
        else found.push(ok(of, `применены все (${known.length})`))
      }
      return found
    }).pipe(Effect.provide(layerServer({ url, maxConnections: 1 }))),
  )
}

export const checkBroker = (url: Redacted.Redacted) => {
  const what = "брокер"
  return bounded(
    what,
    "проверьте RABBITMQ_URL: запущен ли RabbitMQ, верны ли имя, пароль и виртуальный хост",
    Effect.gen(function* () {
      const { connection } = yield* openLink(url, "wa doctor")
      const { version } = connection.connection.serverProperties as { readonly version?: string }
      const found: Array<Finding> = [ok(what, `RabbitMQ ${version ?? ""} отвечает`)]
      const waiting: Array<string> = []
      for (const name of queueNames)
        for (const queue of [name, deadNameOf(name), unreadableNameOf(name)]) {
          // A channel each: asking for a queue that is not there closes the channel.
          const count = yield* Effect.scoped(
            Effect.gen(function* () {
              const { channel } = yield* openChannel("look", () => connection.createChannel())
              channel.on("error", () => {})
              return (yield* Effect.promise(() => channel.checkQueue(queue))).messageCount
            }),
          ).pipe(Effect.catchCause(() => Effect.succeed(null)))
          if (count === null) continue
          if (queue === name) waiting.push(`${queue} ${count}`)
          else if (count > 0)
            found.push(warn(what, `в ${queue} лежит сообщений: ${count}`, "см. docs/RUNBOOK.md, «Dead letters»"))
        }
      return [
        ...found,
        waiting.length === 0
          ? ok("очереди", "ещё не созданы: их создаст первая запущенная программа")
          : ok("очереди", `ждут: ${waiting.join(", ")}`),
      ]
    }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
  )
}

export const checkWappi = (
  settings: Settings & { readonly WAPPI_TOKEN: Redacted.Redacted; readonly WAPPI_PROFILE_ID: string },
) => {
  const what = "Wappi"
  return bounded(
    what,
    `проверьте WAPPI_BASE_URL (${settings.WAPPI_BASE_URL}) и доступ в интернет`,
    WappiPort.use((wappi) => wappi.profile).pipe(
      Effect.map(({ authorized, isHealthy, appStatus, paymentExpiresAt }): ReadonlyArray<Finding> => {
        const found: Array<Finding> = []
        if (!authorized)
          found.push(
            bad(
              what,
              "WhatsApp не авторизован",
              "войдите в профиль в кабинете Wappi: отсканируйте QR-код телефоном компании",
            ),
          )
        else if (!isHealthy)
          found.push(
            bad(
              what,
              `профиль не на связи (${appStatus || "состояние не названо"})`,
              "откройте профиль в кабинете Wappi; если не помогает, выйдите и войдите снова",
            ),
          )
        else found.push(ok(what, `профиль авторизован и на связи (${appStatus || "ok"})`))
        if (paymentExpiresAt !== null) {
          const days = Math.floor((paymentExpiresAt - Date.now()) / dayMs)
          const date = new Date(paymentExpiresAt).toISOString().slice(0, 10)
          if (paymentExpiresAt <= Date.now())
            found.push(bad("оплата Wappi", `закончилась ${date}`, "оплатите профиль в кабинете Wappi"))
          else if (days < paymentSoonDays)
            found.push(
              warn(
                "оплата Wappi",
                `заканчивается ${date}, осталось дней: ${days}`,
                "оплатите профиль в кабинете Wappi",
              ),
            )
          else found.push(ok("оплата Wappi", `до ${date}`))
        }
        return found
      }),
      Effect.catchTag("WappiDenied", (denied) =>
        Effect.succeed([
          bad(what, whyOf(denied), `исправьте ${denied.mend === "payment" ? "оплату в кабинете Wappi" : denied.mend}`),
        ]),
      ),
      Effect.provide(
        Layer.merge(
          WappiHttp.layerFetch({
            baseUrl: settings.WAPPI_BASE_URL,
            token: settings.WAPPI_TOKEN,
            profileId: settings.WAPPI_PROFILE_ID,
            timeoutMs: answerMsMax,
          }),
          Logger.layer([]),
        ),
      ),
    ),
  )
}

/** Ours against the `Date` of the other side's answer, whatever the answer is. */
export const checkClock = (baseUrl: string) => {
  const what = "часы"
  return bounded(
    what,
    "проверьте доступ в интернет",
    Effect.tryPromise(async (signal) => {
      const askedAt = Date.now()
      const answer = await fetch(baseUrl, { method: "HEAD", redirect: "manual", signal })
      const told = Date.parse(answer.headers.get("date") ?? "")
      if (Number.isNaN(told)) return ok(what, "сравнить не с чем: сервер не назвал времени")
      // The header has whole seconds, so half a second of it is not known.
      const skew = Math.round((told + 500 - (askedAt + Date.now()) / 2) / 1000)
      const detail = `${new URL(baseUrl).host} и эта машина расходятся на ${Math.abs(skew)} с`
      const todo = "включите синхронизацию времени (NTP)"
      if (Math.abs(skew) >= skewBadSeconds) return bad(what, detail, todo)
      return Math.abs(skew) >= skewWarnSeconds ? warn(what, detail, todo) : ok(what, detail)
    }).pipe(
      Effect.catch((error) =>
        Effect.succeed(warn(what, `сравнить не удалось: ${whyOf(error)}`, "проверьте доступ в интернет")),
      ),
    ),
  )
}

/** Asks for the description of the model: it costs nothing, and tells a wrong key from a wrong name. */
export const checkModel = (settings: Settings, provider: "gemini" | "openai") => {
  const what = provider === "gemini" ? "модель Gemini" : "модель OpenAI"
  const keyName = provider === "gemini" ? "GEMINI_API_KEY" : "OPENAI_API_KEY"
  const modelName = provider === "gemini" ? "GEMINI_MODEL" : "OPENAI_MODEL"
  const baseName = provider === "gemini" ? "GEMINI_BASE_URL" : "OPENAI_BASE_URL"
  const base = settings[baseName]
  const absent = missing(provider, settings)
  if (absent.length > 0)
    return Effect.succeed<ReadonlyArray<Finding>>([
      bad(what, `не задано ${absent.join(", ")}`, `задайте ${absent.join(", ")}`),
    ])
  const model = (settings[modelName] ?? "").replace(/^models\//, "")
  const key = Redacted.value(settings[keyName]!)
  const [address, headers] =
    provider === "gemini"
      ? [`${base}/v1beta/models/${encodeURIComponent(model)}`, { "x-goog-api-key": key }]
      : [`${base}/models/${encodeURIComponent(model)}`, { authorization: `Bearer ${key}` }]
  return bounded(
    what,
    `проверьте ${baseName} (${base}) и доступ в интернет`,
    Effect.tryPromise(async (signal) => {
      const answer = await fetch(address, { headers: headers as Record<string, string>, signal })
      const body = (await answer.text()).slice(0, 4000)
      if (answer.ok) return ok(what, `${model}: ключ принят`)
      if (answer.status === 401 || answer.status === 403 || /API_KEY_INVALID|API key not valid/i.test(body))
        return bad(what, `ключ не принят (${answer.status})`, `исправьте ${keyName}`)
      if (answer.status === 404)
        return provider === "gemini"
          ? bad(what, `нет модели ${model}`, `исправьте ${modelName}`)
          : warn(
              what,
              `поставщик не описывает модель ${model} (404)`,
              `проверьте ${modelName}; если ответы приходят, всё в порядке`,
            )
      if (answer.status === 429)
        return warn(what, "квота исчерпана (429)", "подождите или увеличьте квоту; до тех пор сообщения ждут")
      return warn(what, `ответ ${answer.status}`, "модель сейчас перегружена или недоступна; повторите проверку позже")
    }),
  )
}
