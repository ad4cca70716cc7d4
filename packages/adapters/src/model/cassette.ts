/**
 * A model whose answers are kept in a file and played back: a measurement costs once, and then anybody repeats it without a
 * key. An answer is found by what was asked: the task, the model, and every letter of the rendered prompt. A changed
 * prompt, document or opening is another question, so a cassette never answers for something it has not heard.
 *   replaying   a question without an answer fails, and is counted
 *   recording   it is put to the model, and the answer is written at once; failures are not kept
 * A question put twice in one run gets the first and then the second answer that was recorded, or the last there is.
 * The file holds answers as the core reads them, one JSON object a line; neither keys nor questions are in it.
 */
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import type { Answer, LlmError, LlmPort } from "@wa/core/ports/llm-port"
import { Draft, LlmDenied, TokenUsage, Transcript, Verdict } from "@wa/core/ports/llm-port"
import type { Prompts } from "@wa/core/prompt/prompt"
import { type Rendered, renderClassify, renderPlain, renderReply, renderTouch } from "@wa/core/prompt/render"
import { Effect, Result, Schema } from "effect"

type Service = LlmPort["Service"]

const tasks = { classify: Verdict, draftReply: Draft, draftTouch: Draft, transcribe: Transcript }
type Task = keyof typeof tasks

const row = <A extends Schema.Top>(task: Task, value: A) =>
  Schema.Struct({
    key: Schema.String,
    task: Schema.Literal(task),
    value,
    usage: TokenUsage,
    promptHash: Schema.NullOr(Schema.String),
  })
const Row = Schema.Union([
  row("classify", Verdict),
  row("draftReply", Draft),
  row("draftTouch", Draft),
  row("transcribe", Transcript),
])

/** The file is no cassette; `line` counts from one. */
export class CassetteUnreadable extends Schema.TaggedError<CassetteUnreadable>()("CassetteUnreadable", {
  file: Schema.String,
  line: Schema.Int,
}) {
  override get message() {
    return `${this.file}, строка ${this.line}: это не запись ответа модели`
  }
}

export interface Cassette {
  readonly port: Service
  /** What this run took from the file, took from the model, and could not have. */
  readonly tally: () => { readonly replayed: number; readonly recorded: number; readonly missing: number }
}

export const make = (given: {
  readonly file: string
  /** As the settings name it: a part of every question. */
  readonly model: string
  readonly prompts: Prompts
  /** Who answers what is missing; null to replay only. */
  readonly recorder: Service | null
}): Effect.Effect<Cassette, CassetteUnreadable> =>
  Effect.gen(function* () {
    const takes = new Map<string, Array<Answer<unknown>>>()
    const text = existsSync(given.file) ? readFileSync(given.file, "utf8") : ""
    for (const [i, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue
      const read = readRow(line)
      if (read === null) return yield* new CassetteUnreadable({ file: given.file, line: i + 1 })
      const { key, value, usage, promptHash } = read
      takes.set(key, [...(takes.get(key) ?? []), { value, usage, promptHash }])
    }
    const asked = new Map<string, number>()
    const tally = { replayed: 0, recorded: 0, missing: 0 }

    const play = <A>(
      task: Task,
      rendered: Rendered,
      more: string,
      ask: (of: Service) => Effect.Effect<Answer<A>, LlmError>,
    ): Effect.Effect<Answer<A>, LlmError> =>
      Effect.suspend(() => {
        const key = hashOf([task, given.model, rendered.system, rendered.user, more])
        const nth = asked.get(key) ?? 0
        asked.set(key, nth + 1)
        const kept = takes.get(key) ?? []
        const take = kept[nth] ?? (given.recorder === null ? kept.at(-1) : undefined)
        if (take !== undefined) {
          tally.replayed++
          return Effect.succeed(take as Answer<A>)
        }
        if (given.recorder === null) {
          tally.missing++
          return Effect.fail(
            new LlmDenied({ mend: "--record", detail: `${given.file} holds no answer to this question` }),
          )
        }
        return Effect.map(ask(given.recorder), (answer) => {
          tally.recorded++
          takes.set(key, [...(takes.get(key) ?? []), answer])
          appendFileSync(
            given.file,
            `${JSON.stringify({ key, task, value: answer.value, usage: answer.usage, promptHash: answer.promptHash })}\n`,
          )
          return answer
        })
      })

    const { prompts } = given
    return {
      tally: () => ({ ...tally }),
      port: {
        name: given.model,
        denial: given.recorder?.denial ?? Effect.succeed(null),
        classify: (request) =>
          play("classify", renderClassify(prompts.moderator, request), "", (model) => model.classify(request)),
        draftReply: (request) =>
          play("draftReply", renderReply(prompts.sales_agent, request), "", (model) => model.draftReply(request)),
        draftTouch: (request) =>
          play("draftTouch", renderTouch(prompts.follow_up, request), "", (model) => model.draftTouch(request)),
        transcribe: (audio, mimeType) =>
          play("transcribe", renderPlain(prompts.transcription), hashOf([mimeType, audio]), (model) =>
            model.transcribe(audio, mimeType),
          ),
      },
    }
  })

const readRow = (line: string): typeof Row.Type | null => {
  let written: unknown
  try {
    written = JSON.parse(line)
  } catch {
    return null
  }
  const read = Schema.decodeUnknownResult(Row)(written)
  return Result.isSuccess(read) ? read.success : null
}

/** Each part with its length before it, so that no two lists of parts read alike. */
const hashOf = (parts: ReadonlyArray<string | Uint8Array>): string => {
  const hash = createHash("sha256")
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest("hex").slice(0, 32)
}
