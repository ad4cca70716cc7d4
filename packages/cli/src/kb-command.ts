/** `wa kb`: what the system reads in the company's documents, what it would find in them, and what is wrong with them. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { Effect, Layer, Logger, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CannotRun, CheckFailed, WrongUsage } from "./ending.ts"
import { checkCommand } from "./kb-check-command.ts"
import { paint, print, projectFolder } from "./terminal.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("Вывод для программ"), Flag.withDefault(false))
const file = Argument.String("file").pipe(Argument.withDescription("Файл PDF (или текст)"))

/** Loaded when asked for: the PDF reader alone takes a fifth of a second. */
const tools = Effect.promise(async () => ({
  ...(await import("@wa/adapters/knowledge/pdf")),
  ...(await import("@wa/core/knowledge/facts")),
  ...(await import("@wa/core/knowledge/search")),
  folder: await import("@wa/adapters/knowledge/knowledge-folder"),
}))

const readFile = Effect.fnUntraced(function* (path: string) {
  if (!existsSync(path)) return yield* new WrongUsage({ why: `нет такого файла: ${path}` })
  const bytes = yield* Effect.try({
    try: () => readFileSync(path),
    catch: () => new WrongUsage({ why: `файл не читается: ${path}` }),
  })
  const { documentOfText, readPdf } = yield* tools
  return /\.(txt|md)$/i.test(path)
    ? documentOfText(bytes.toString("utf8"), basename(path))
    : yield* Effect.promise(() => readPdf(new Uint8Array(bytes), basename(path)))
})

const text = Command.make(
  "text",
  {
    file,
    json,
    facts: Flag.Boolean("facts").pipe(
      Flag.withDescription("Вместо текста — извлечённые факты"),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ file, json, facts }) {
    const { factsOf, isReadable, renderDocument } = yield* tools
    const read = yield* readFile(file)
    if (!isReadable(read)) {
      yield* print(json ? JSON.stringify(read) : `${read.file}: ${read.why}`)
      return yield* new CheckFailed()
    }
    if (facts) {
      for (const fact of factsOf(read))
        yield* print(
          json ? JSON.stringify(fact) : `стр. ${fact.page}\t${fact.subject}\t${fact.attribute}\t${fact.value}`,
        )
      return
    }
    yield* print(json ? JSON.stringify(read) : renderDocument(read))
  }),
).pipe(Command.withDescription("Что система читает в документе"))

const search = Command.make(
  "search",
  {
    query: Argument.String("query").pipe(Argument.withDescription("Вопрос клиента"), Argument.variadic({ min: 1 })),
    folder: Flag.String("folder").pipe(
      Flag.withDescription("Папка с документами; по умолчанию knowledge_base"),
      Flag.optional,
    ),
    limit: Flag.Int("limit").pipe(Flag.withDescription("Сколько отрывков показать"), Flag.withDefault(5)),
    json,
  },
  Effect.fn(function* ({ query, folder, limit, json }) {
    const path = Option.getOrElse(folder, () => process.env["KNOWLEDGE_DIR"] ?? join(projectFolder(), "knowledge_base"))
    if (!existsSync(path)) return yield* new WrongUsage({ why: `нет такой папки: ${path}` })
    if (!statSync(path).isDirectory()) return yield* new WrongUsage({ why: `это файл, а нужна папка: ${path}` })
    const { folder: knowledgeFolder } = yield* tools
    yield* Effect.gen(function* () {
      const knowledge = yield* KnowledgePort
      for (const one of yield* knowledge.unreadable)
        yield* Effect.sync(() => process.stderr.write(`${one.file}: ${one.why}\n`))
      if ((yield* knowledge.wholeText) === "")
        return yield* new CannotRun({ why: `в папке нет ни одного документа: ${path}` })
      const passages = yield* knowledge.search(query.join(" "), Math.max(1, limit))
      if (passages.length === 0 && !json) yield* print("Ничего не нашлось.")
      for (const passage of passages)
        yield* print(
          json
            ? JSON.stringify(passage)
            : `${paint("bold", `${passage.file}, стр. ${passage.page}`)} ${paint("dim", [...passage.headings, passage.score.toFixed(1)].join(" › "))}\n${passage.text}\n`,
        )
      // What the folder logs would stand among the passages; unreadable files are named above.
    }).pipe(Effect.provide(knowledgeFolder.layer({ folder: path }).pipe(Layer.provideMerge(Logger.layer([])))))
  }),
).pipe(Command.withDescription("Что система найдёт в документах по вопросу"))

export const kbCommand = Command.make("kb").pipe(
  Command.withDescription("База знаний: что прочитано, что находится и что исправить"),
  Command.withSubcommands([text, search, checkCommand]),
)
