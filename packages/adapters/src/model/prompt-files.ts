/**
 * The prompts as files that the company may edit: one text each in a folder, read once at the start. All that is wrong with
 * all of them is told at once, in Russian, file by file; a text with a mistake never reaches the model.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Prompt, type PromptName, type Prompts, promptNames, readPrompt } from "@wa/core/prompt/prompt"
import { Effect, Schema } from "effect"

export const promptsFolder = fileURLToPath(new URL("../../../../prompts/", import.meta.url))

export const fileNames: Readonly<Record<PromptName, string>> = {
  moderator: "moderator_prompt.txt",
  sales_agent: "sales_agent_prompt.txt",
  follow_up: "follow_up_prompt.txt",
  transcription: "transcription_prompt.txt",
}

/** The program cannot start with these texts. Mend the files named in `problems`. */
export class PromptsUnusable extends Schema.TaggedError<PromptsUnusable>()("PromptsUnusable", {
  folder: Schema.String,
  problems: Schema.Array(Schema.String),
}) {
  override get message() {
    return `Тексты для модели в папке ${this.folder} нельзя использовать:\n${this.problems.map((problem) => `- ${problem}`).join("\n")}`
  }
}

const lettersMax = 200_000

export const loadPrompts = (folder: string = promptsFolder): Effect.Effect<Prompts, PromptsUnusable> =>
  Effect.gen(function* () {
    const read = yield* Effect.forEach(promptNames, (name) => loadPrompt(folder, name))
    const problems = read.flatMap((one) => one.problems)
    if (problems.length > 0) return yield* new PromptsUnusable({ folder, problems })
    return Object.fromEntries(read.map(({ name, prompt }) => [name, prompt])) as unknown as Prompts
  })

const loadPrompt = (folder: string, name: PromptName) => {
  const file = fileNames[name]
  const broken = (...problems: ReadonlyArray<string>) => ({
    name,
    prompt: null as Prompt | null,
    problems: problems.map((problem) => `${file}: ${problem}`),
  })
  return Effect.tryPromise({
    // A text saved in an old Windows encoding would reach the model as question marks.
    try: async () => new TextDecoder("utf-8", { fatal: true }).decode(await readFile(join(folder, file))),
    catch: (cause) => cause,
  }).pipe(
    Effect.map((text) => {
      if (text.length > lettersMax) return broken(`длиннее ${lettersMax} знаков`)
      const read = readPrompt(name, text)
      return read._tag === "Unusable" ? broken(...read.problems) : { name, prompt: read.prompt, problems: [] }
    }),
    Effect.catch((cause) => Effect.succeed(broken(whyUnread(cause)))),
  )
}

const whyUnread = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  if (code === "ENOENT") return "файла нет"
  return code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "текст не в кодировке UTF-8" : `файл не читается (${code})`
}
