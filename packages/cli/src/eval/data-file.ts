/** Reads a data set: one JSON object a line, checked against a schema. The first mistake is told with its line. */
import { readFileSync } from "node:fs"
import { Effect, Result, Schema } from "effect"
import { WrongUsage } from "../ending.ts"

export interface Line<A> {
  /** Counted from one, as editors do. */
  readonly line: number
  readonly value: A
}

export const readLines = <A>(
  file: string,
  schema: Schema.Codec<A, unknown>,
): Effect.Effect<ReadonlyArray<Line<A>>, WrongUsage> =>
  Effect.gen(function* () {
    const text = yield* Effect.try({
      try: () => readFileSync(file, "utf8"),
      catch: () => new WrongUsage({ why: `файл не читается: ${file}` }),
    })
    const lines: Array<Line<A>> = []
    for (const [i, written] of text
      .replace(/^\ufeff/, "")
      .split("\n")
      .entries()) {
      if (written.trim() === "") continue
      const read = parse(written, schema)
      if ("wrong" in read) return yield* new WrongUsage({ why: `${file}, строка ${i + 1}: ${read.wrong}` })
      lines.push({ line: i + 1, value: read.value })
    }
    if (lines.length === 0) return yield* new WrongUsage({ why: `${file}: в файле нет ни одной строки` })
    return lines
  })

const parse = <A>(
  written: string,
  schema: Schema.Codec<A, unknown>,
): { readonly value: A } | { readonly wrong: string } => {
  let json: unknown
  try {
    json = JSON.parse(written)
  } catch {
    return { wrong: "это не JSON" }
  }
  const read = Schema.decodeUnknownResult(schema)(json)
  return Result.isSuccess(read)
    ? { value: read.success }
    : { wrong: read.failure.message.replace(/\s*\n\s*/g, " ").slice(0, 300) }
}
