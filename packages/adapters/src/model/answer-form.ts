/**
 * The forms in which a model answers: the JSON Schema it is told, and how its object is read. Strict: a missing verdict, a
 * confidence beyond 0..1 or an action nobody knows is a bad answer. Only what may be absent without a loss of meaning may
 * be absent.
 */
import { DraftCall, Transcript } from "@wa/core/ports/llm-port"
import { Result, Schema, SchemaIssue } from "effect"
import { readJsonObject } from "./json-answer.ts"

export interface AnswerForm<A> {
  readonly name: string
  /** Plain JSON Schema, of the part that every provider takes. Reasons stand before what they lead to. */
  readonly jsonSchema: Readonly<Record<string, unknown>>
  readonly read: (text: string) => Result.Result<A, string>
}

/** In the words of the prompts; `isClient` is null for a contact that cannot be told. */
const Assessment = Schema.Struct({
  reasoning: Schema.String,
  isClient: Schema.NullOr(Schema.Boolean),
  confidence: Transcript.fields.confidence,
})
const WrittenDraft = Schema.Struct({
  text: Schema.String.check(Schema.isPattern(/\S/)),
  facts: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String))),
  call: Schema.optionalKey(Schema.NullOr(DraftCall)),
  hand_over: Schema.optionalKey(Schema.NullOr(Schema.String)),
})

const paths = SchemaIssue.makeFormatterStandardSchemaV1()

/** No trace of an object, whole or broken: some models answer in plain words, whatever form they are told. */
const isPlainWords = (text: string) => /\p{L}/u.test(text) && !/[{}[\]<>`\\]|"\s*:/.test(text)

/**
 * The reason names the fields, not what stood in them: it ends in a log. Where `plain` is given, an answer in plain words is
 * taken for what it makes of them; a verdict cannot be read so.
 */
const reader =
  <A>(schema: Schema.Codec<A, unknown>, plain?: (words: string) => object) =>
  (text: string): Result.Result<A, string> => {
    if (text.trim() === "") return Result.fail("an empty answer")
    const object = readJsonObject(text) ?? (plain !== undefined && isPlainWords(text) ? plain(text.trim()) : null)
    if (object === null) return Result.fail(`no JSON object in ${text.length} characters`)
    const decoded = Schema.decodeUnknownResult(schema)(object, { errors: "all" })
    if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
    const fields = paths(decoded.failure.issue).issues.map((issue) => issue.path?.join(".") ?? "")
    return Result.fail(`not of the form asked for, see ${[...new Set(fields)].join(", ") || "the whole"}`)
  }

/** Enough to be answered where the letters fit the language: whoever transcribes plainly tells no confidence. */
const confidenceUntold = 0.6

const nullable = (schema: Readonly<Record<string, unknown>>) => ({ anyOf: [schema, { type: "null" }] })
const object = (properties: Readonly<Record<string, unknown>>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

export const assessment: AnswerForm<typeof Assessment.Type> = {
  name: "assessment",
  jsonSchema: object({
    reasoning: { type: "string" },
    isClient: nullable({ type: "boolean" }),
    confidence: { type: "number" },
  }),
  read: reader(Assessment),
}

export const writtenDraft: AnswerForm<typeof WrittenDraft.Type> = {
  name: "draft",
  jsonSchema: object({
    text: { type: "string" },
    facts: { type: "array", items: { type: "string" } },
    call: nullable(
      object({ action: { type: "string", enum: ["book", "move", "cancel"] }, at: nullable({ type: "string" }) }),
    ),
    hand_over: nullable({ type: "string" }),
  }),
  // The guard judges it like any other; a call needs the form.
  read: reader(WrittenDraft, (text) => ({ text })),
}

export const transcript: AnswerForm<Transcript> = {
  name: "transcript",
  jsonSchema: object({ language: { type: "string" }, text: { type: "string" }, confidence: { type: "number" } }),
  read: reader(Transcript, (text) => ({ language: "", text, confidence: confidenceUntold })),
}
