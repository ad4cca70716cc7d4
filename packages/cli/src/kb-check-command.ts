/** `wa kb check`: what to mend in the company's documents, told to their owner. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import type { Finding, FindingKind } from "@wa/core/knowledge/check"
import type { KnowledgeDocument, UnreadableDocument } from "@wa/core/knowledge/document"
import { wallTime } from "@wa/core/time/wall-clock"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CheckFailed, WrongUsage } from "./ending.ts"
import { momentOf } from "./simulate/scenario.ts"
import { paint, print, projectFolder } from "./terminal.ts"

/** Loaded when asked for: the PDF reader alone takes a fifth of a second. */
const tools = Effect.promise(async () => ({
  ...(await import("@wa/adapters/knowledge/pdf")),
  ...(await import("@wa/core/knowledge/check")),
  ...(await import("@wa/adapters/knowledge/knowledge-folder")),
}))

const zone = "Asia/Almaty"
const readable = /\.(?:pdf|txt|md)$/i
/** What owners keep prices in, and the system does not read. */
const foreign = /\.(?:docx?|xlsx?|pptx?|odt|ods|rtf|csv|pages|numbers|jpe?g|png|heic)$/i
const filesMax = 200

export const checkCommand = Command.make(
  "check",
  {
    paths: Argument.String("path").pipe(
      Argument.withDescription("Папка или файлы; по умолчанию knowledge_base"),
      Argument.variadic(),
    ),
    questions: Flag.String("questions").pipe(
      Flag.withDescription("Файл с вопросами клиентов, по одному на строку"),
      Flag.optional,
    ),
    now: Flag.String("now").pipe(
      Flag.withDescription("Считать сегодняшним этот день, например 2026-11-24"),
      Flag.optional,
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false)),
  },
  Effect.fn(function* ({ paths, questions, now, json }) {
    const today = yield* dayOf(Option.getOrUndefined(now))
    const asked = Option.isSome(questions) ? yield* questionsIn(questions.value) : []
    const files = yield* filesOf(
      paths.length > 0 ? paths : [process.env["KNOWLEDGE_DIR"] ?? join(projectFolder(), "knowledge_base")],
    )
    const { checkKnowledge, isReadable, needsMending, readKnowledgeFile } = yield* tools
    const documents: Array<KnowledgeDocument> = []
    const unreadable: Array<Pick<UnreadableDocument, "file" | "why">> = files.foreign.map((path) => ({
      file: basename(path),
      why: "это не PDF: сохраните его как PDF",
    }))
    for (const path of files.readable) {
      const read = yield* Effect.promise(() => readKnowledgeFile(path))
      if (isReadable(read)) documents.push(read)
      else unreadable.push(read)
    }
    const findings = checkKnowledge({ documents, unreadable, today, questions: asked })
    const ok = !needsMending(findings)
    if (json) yield* print(JSON.stringify({ ok, documents: documents.length, findings }))
    else yield* print(reportOf(findings, documents))
    if (!ok) return yield* new CheckFailed()
  }),
).pipe(Command.withDescription("Что исправить в документах: противоречия, старые даты, сканы, вопросы без ответа"))

const filesOf = Effect.fnUntraced(function* (paths: ReadonlyArray<string>) {
  const found = { readable: [] as Array<string>, foreign: [] as Array<string> }
  for (const path of paths) {
    if (!existsSync(path)) return yield* new WrongUsage({ why: `нет такого файла или папки: ${path}` })
    if (statSync(path).isDirectory()) {
      const names = yield* Effect.try({
        try: () => readdirSync(path).sort((a, b) => (a < b ? -1 : 1)),
        catch: () => new WrongUsage({ why: `папка не читается: ${path}` }),
      })
      for (const name of names) {
        if (/^[.~]/.test(name) || !statSync(join(path, name), { throwIfNoEntry: false })?.isFile()) continue
        if (readable.test(name)) found.readable.push(join(path, name))
        else if (foreign.test(name)) found.foreign.push(join(path, name))
      }
    } else if (readable.test(path)) found.readable.push(path)
    else return yield* new WrongUsage({ why: `проверяются файлы PDF, TXT и MD, а не ${path}` })
  }
  if (found.readable.length > filesMax)
    return yield* new WrongUsage({ why: `файлов ${found.readable.length}, читаем не больше ${filesMax}` })
  return found
})

const questionsIn = (path: string) =>
  Effect.try({
    try: () =>
      readFileSync(path, "utf8")
        .replace(/^\ufeff/, "")
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#")),
    catch: () => new WrongUsage({ why: `файл с вопросами не читается: ${path}` }),
  })

const dayOf = (now: string | undefined) =>
  Effect.try({
    try: () => {
      const at = now === undefined ? Date.now() : momentOf(/^\d{4}-\d\d-\d\d$/.test(now) ? `${now}T00:00` : now, zone)
      if (Number.isNaN(at)) throw new RangeError(now)
      return wallTime(at, zone)
    },
    catch: () => new WrongUsage({ why: `«${now}» — не день; нужно, например, 2026-11-24` }),
  })

const titles: Readonly<Record<FindingKind, string>> = {
  no_documents: "Документов нет",
  unreadable_file: "Файлы, которые не читаются",
  page_without_text: "Страницы без текста",
  contradiction: "Противоречия: оставьте одно значение",
  past_date: "Даты, которые прошли",
  price_without_product: "Цены без товара: подпишите, за что они",
  broken_table: "Таблицы, которые распались при чтении",
  order_to_model: "Указания для бота внутри документа",
  unanswered_question: "Вопросы клиентов, на которые в документах нет ответа",
}
const shownMax = 20

const reportOf = (findings: ReadonlyArray<Finding>, documents: ReadonlyArray<KnowledgeDocument>): string => {
  const pages = documents.reduce((sum, document) => sum + document.pages, 0)
  const parts = [
    `Проверено: ${counted(documents.length, "документ", "документа", "документов")}, ${counted(pages, "страница", "страницы", "страниц")}.`,
  ]
  for (const kind of Object.keys(titles) as ReadonlyArray<FindingKind>) {
    const own = findings.filter((finding) => finding.kind === kind)
    if (own.length === 0) continue
    parts.push(`\n${paint(own[0]!.weight === "mend" ? "red" : "yellow", `${titles[kind]} (${own.length})`)}`)
    for (const finding of own.slice(0, shownMax)) {
      parts.push(`- ${finding.message}`)
      for (const { file, page, quote } of finding.places)
        parts.push(
          `    ${paint("bold", page === null ? file : `${file}, стр. ${page}`)}${quote === "" ? "" : `: «${quote}»`}`,
        )
    }
    if (own.length > shownMax) parts.push(`  … и ещё ${own.length - shownMax}: все они в выводе --json`)
  }
  const heavy = findings.filter((finding) => finding.weight === "mend").length
  parts.push(
    heavy > 0
      ? `\nИсправьте: ${counted(heavy, "замечание", "замечания", "замечаний")}. Потом проверьте ещё раз.`
      : `\nИсправлять нечего.${findings.length > 0 ? " Вопросы без ответа стоит дописать в документы." : ""}`,
  )
  return parts.join("\n")
}

const counted = (count: number, one: string, few: string, many: string): string => {
  const tens = count % 100
  const units = count % 10
  const word = tens > 10 && tens < 15 ? many : units === 1 ? one : units > 1 && units < 5 ? few : many
  return `${count} ${word}`
}
