/** What this machine itself must have: settings that make sense, zone data, folders, documents and prompts. */
import { randomBytes } from "node:crypto"
import { accessSync, constants, existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import { loadPrompts } from "@wa/adapters/model/prompt-files"
import { readSettings, type Settings, WrongSettings } from "@wa/adapters/settings/settings"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { offsetMs } from "@wa/core/time/wall-clock"
import { Effect, Layer, Logger } from "effect"
import { bad, bounded, type Finding, ok, warn } from "./check.ts"

type Env = Readonly<Record<string, string | undefined>>

const spaceLowMb = 1024
const spaceOutMb = 100
const hourMs = 3_600_000

/** What the parts log would stand between the findings. */
const quiet = Logger.layer([])

const isFolder = (path: string): boolean => {
  try {
    readdirSync(path)
    return true
  } catch {
    return false
  }
}

/** All that is wrong at once, and the settings without what is wrong, so that the other checks can go on. */
export const checkSettings = (
  env: Env,
): {
  readonly findings: ReadonlyArray<Finding>
  readonly settings: Settings
  readonly malformed: ReadonlySet<string>
} => {
  const what = "настройки"
  try {
    return { findings: [], settings: readSettings(env), malformed: new Set() }
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error
    const names = error.problems.map((problem) => problem.split(":")[0]!)
    // The two hours are wrong together.
    const hours = ["WORKING_HOURS_START", "WORKING_HOURS_END"]
    const dropped = new Set(names.some((name) => hours.includes(name)) ? [...names, ...hours] : names)
    const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.has(name)))
    return {
      findings: error.problems.map((problem) => bad(what, problem, "исправьте .env или переменную окружения")),
      settings: readSettings(rest),
      malformed: dropped,
    }
  }
}

/** Pairs of settings that only make sense together; one that is there, but malformed, is no missing half. */
export const checkTogether = (settings: Settings, malformed: ReadonlySet<string>): ReadonlyArray<Finding> => {
  const findings: Array<Finding> = []
  const lacks = (name: keyof Settings) => settings[name] === undefined && !malformed.has(name)
  const both = (one: keyof Settings, other: keyof Settings) => {
    if (lacks(one) !== lacks(other)) {
      const [given, absent] = lacks(one) ? [other, one] : [one, other]
      findings.push(bad("настройки", `${given} задано, а ${absent} нет`, `задайте и ${absent}, или уберите ${given}`))
    }
  }
  both("WAPPI_TOKEN", "WAPPI_PROFILE_ID")
  both("GATEWAY_DATABASE_URL", "AGENT_DATABASE_URL")
  if (settings.WEBHOOK_PUBLIC_URL !== undefined && lacks("WEBHOOK_SECRET"))
    findings.push(
      warn("настройки", "WEBHOOK_PUBLIC_URL задано, а WEBHOOK_SECRET нет: вебхук закрыт", "задайте WEBHOOK_SECRET"),
    )
  if (lacks("ADMIN_TOKEN") && settings.DATABASE_URL !== undefined)
    findings.push(
      warn(
        "настройки",
        "ADMIN_TOKEN не задан: страницу и списки не увидит никто",
        "задайте длинный случайный ADMIN_TOKEN",
      ),
    )
  return findings.length > 0 ? findings : [ok("настройки", "читаются, противоречий нет")]
}

/** What the client hears of a call before it. */
export const checkReminder = ({ CALL_REMINDER_MINUTES: minutes }: Settings): Finding =>
  ok(
    "напоминание о созвоне",
    minutes === 0
      ? "выключено (CALL_REMINDER_MINUTES=0)"
      : `за ${minutes} мин, только в рабочее время (CALL_REMINDER_MINUTES)`,
  )

export const checkZone = (settings: Settings): Finding => {
  const hours = offsetMs(Date.now(), "Asia/Almaty") / hourMs
  const [tz, node] = [process.versions["tz"] ?? "?", process.versions.node]
  return hours === 5
    ? ok("часовой пояс", `${settings.TIMEZONE}; Asia/Almaty = UTC+5, данные о поясах ${tz}, Node ${node}`)
    : bad("часовой пояс", `Asia/Almaty здесь UTC+${hours}, а должно быть UTC+5 (данные ${tz})`, "обновите Node.js")
}

export const checkKnowledge = (settings: Settings, project: string) => {
  const folder = settings.KNOWLEDGE_DIR ?? join(project, "knowledge_base")
  const what = "база знаний"
  return bounded(
    what,
    `проверьте папку ${folder}: слишком большой документ разделите`,
    Effect.gen(function* () {
      if (!isFolder(folder))
        return bad(
          what,
          `папка не читается: ${folder}`,
          "создайте её и положите документы PDF, или задайте KNOWLEDGE_DIR",
        )
      const port = yield* KnowledgePort
      const [documents, unreadable, facts] = yield* Effect.all([port.documents, port.unreadable, port.facts])
      const summary =
        documents.length === 0
          ? warn(what, `в папке ${folder} нет документов: бот не знает ни цен, ни услуг`, "положите туда документы PDF")
          : ok(what, `документов: ${documents.length}, фактов: ${facts.length} (${folder})`)
      return [summary, ...unreadable.map(({ file, why }) => warn(what, `не читается ${file}`, why))]
    }).pipe(Effect.provide(Layer.merge(KnowledgeFolder.layer({ folder }).pipe(Layer.provide(quiet)), quiet))),
  )
}

export const checkPrompts = (settings: Settings, project: string) => {
  const folder = settings.PROMPTS_DIR ?? join(project, "prompts")
  const what = "тексты для модели"
  return bounded(
    what,
    `проверьте папку ${folder}`,
    loadPrompts(folder).pipe(
      Effect.match({
        onSuccess: () => ok(what, `годятся (${folder})`),
        onFailure: ({ problems }) =>
          problems.map((problem) =>
            bad(what, problem, `исправьте файл в папке ${folder} или верните его из репозитория`),
          ),
      }),
    ),
  )
}

/** Whether the programs may write there, tried by writing where the folder exists. */
export const checkWritable = (what: string, given: string): Finding => {
  const folder = resolve(given)
  let nearest = folder
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  const mend = `дайте этой учётной записи право записи в ${nearest} или задайте другую папку`
  try {
    if (nearest === folder) {
      const file = join(folder, `.doctor-${randomBytes(4).toString("hex")}`)
      writeFileSync(file, "")
      rmSync(file)
    } else accessSync(nearest, constants.W_OK)
    const { bavail, bsize } = statfsSync(nearest)
    const freeMb = Math.floor((bavail * bsize) / 1024 / 1024)
    if (freeMb < spaceOutMb) return bad(what, `на диске осталось ${freeMb} МБ (${folder})`, "освободите место")
    if (freeMb < spaceLowMb) return warn(what, `на диске осталось ${freeMb} МБ (${folder})`, "освободите место")
    return ok(
      what,
      `${folder}${nearest === folder ? "" : " (будет создана)"}, свободно ${Math.floor(freeMb / 1024)} ГБ`,
    )
  } catch (error) {
    return bad(what, `запись не удалась: ${folder} (${(error as NodeJS.ErrnoException).code ?? String(error)})`, mend)
  }
}
