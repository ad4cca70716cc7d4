/**
 * `wa doctor`: looks at everything the system needs, and says in a line each what is well and what to do about the rest.
 * Changes nothing, costs nothing, and takes about ten seconds at the worst. With nothing configured it looks at the embedded parts.
 */
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import type { Finding } from "./doctor/check.ts"
import { CheckFailed } from "./ending.ts"
import { paint, print, projectFolder } from "./terminal.ts"

export const doctorCommand = Command.make(
  "doctor",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false)) },
  Effect.fn(function* ({ json }) {
    const findings = yield* examine(process.cwd(), projectFolder())
    const isWell = findings.every(({ state }) => state !== "bad")
    yield* print(json ? JSON.stringify({ ok: isWell, checks: findings }) : findings.map(line).join("\n"))
    if (!json) yield* print(`\n${verdict(findings)}`)
    if (!isWell) return yield* new CheckFailed()
  }),
).pipe(Command.withDescription("Проверить настройки и всё, от чего зависит система"))

const examine = Effect.fnUntraced(function* (folder: string, project: string) {
  const { environment } = yield* Effect.promise(() => import("@wa/adapters/settings/settings"))
  const machine = yield* Effect.promise(() => import("./doctor/machine.ts"))
  const outside = yield* Effect.promise(() => import("./doctor/outside.ts"))
  const { ok } = yield* Effect.promise(() => import("./doctor/check.ts"))
  const { findings: wrong, settings, malformed } = machine.checkSettings(environment(folder))
  const now = (...found: ReadonlyArray<Finding>) => Effect.succeed(found)

  const dataFolder = resolve(folder, settings.DATA_DIR)
  const databases = (["GATEWAY_DATABASE_URL", "AGENT_DATABASE_URL", "DATABASE_URL"] as const).flatMap((name) => {
    const url = settings[name]
    return url === undefined ? [] : [outside.checkDatabase(name, url)]
  })
  const embedded = join(dataFolder, "database")
  const { WAPPI_TOKEN, WAPPI_PROFILE_ID, RABBITMQ_URL } = settings
  const hasWappi = WAPPI_TOKEN !== undefined && WAPPI_PROFILE_ID !== undefined
  const providers = [settings.LLM_PROVIDER, settings.LLM_FALLBACK]
  const hasModel = settings.GEMINI_API_KEY !== undefined || settings.OPENAI_API_KEY !== undefined
  const found = yield* Effect.all(
    [
      now(...wrong),
      now(
        ...(wrong.length > 0
          ? machine.checkTogether(settings, malformed).filter(({ state }) => state !== "ok")
          : machine.checkTogether(settings, malformed)),
      ),
      now(machine.checkZone(settings)),
      now(machine.checkReminder(settings)),
      now(machine.checkWritable("папка данных", dataFolder)),
      settings.LOG_DIR === "" ? now() : now(machine.checkWritable("папка журналов", resolve(folder, settings.LOG_DIR))),
      machine.checkPrompts(settings, project),
      machine.checkKnowledge(settings, project),
      ...(databases.length > 0
        ? databases
        : [now(ok("базы данных", `встроенная, ${embedded}${existsSync(embedded) ? "" : " (создаст первый запуск)"}`))]),
      RABBITMQ_URL === undefined
        ? now(ok("брокер", "встроенная очередь внутри процесса (нет RABBITMQ_URL)"))
        : outside.checkBroker(RABBITMQ_URL),
      ...(hasWappi
        ? [
            outside.checkWappi({ ...settings, WAPPI_TOKEN, WAPPI_PROFILE_ID }),
            outside.checkClock(settings.WAPPI_BASE_URL),
          ]
        : [now(ok("Wappi", "местная замена WhatsApp (нет WAPPI_TOKEN)"))]),
      ...(hasModel
        ? [...new Set(providers)].flatMap((provider) =>
            provider === "none" ? [] : [outside.checkModel(settings, provider)],
          )
        : [now(ok("модель", "встроенная, без модели (нет ключа): отвечает по документам и правилам"))]),
    ],
    { concurrency: "unbounded" },
  )
  return found.flat()
})

const marks = { ok: ["green", "✓"], warn: ["yellow", "!"], bad: ["red", "✗"] } as const

const line = ({ what, state, detail, todo }: Finding): string => {
  const [colour, mark] = marks[state]
  return `${paint(colour, mark)} ${what}: ${detail}${todo === undefined ? "" : `\n    → ${todo}`}`
}

const verdict = (findings: ReadonlyArray<Finding>): string => {
  const count = (state: Finding["state"]) => findings.filter((one) => one.state === state).length
  if (count("bad") > 0) return paint("red", `Не работает: ${count("bad")}, обратите внимание: ${count("warn")}.`)
  return count("warn") > 0 ? `Работать будет. Обратите внимание: ${count("warn")}.` : paint("green", "Всё в порядке.")
}
