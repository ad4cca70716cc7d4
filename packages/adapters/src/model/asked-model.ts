/**
 * LlmPort over one exchange with a text model: renders the prompts, asks, reads the answer into the core's words. What is
 * the same for every provider lives here, what differs in the exchange.
 * A bad answer is asked for once more, at once, and both are paid for; every longer retry is the caller's, who has a timer
 * that outlives the process. Logs neither texts nor keys.
 */
import type {
  Answer,
  ClassifyRequest,
  Draft,
  LlmError,
  LlmPort,
  ReplyRequest,
  TokenUsage,
} from "@wa/core/ports/llm-port"
import { callsOf, LlmUnavailable, withSpent } from "@wa/core/ports/llm-port"
import type { Prompts } from "@wa/core/prompt/prompt"
import type { Rendered } from "@wa/core/prompt/render"
import { factIds, renderClassify, renderPlain, renderReply, renderTouch } from "@wa/core/prompt/render"
import { instantOf, isoWithOffset } from "@wa/core/time/wall-clock"
import { Clock, Effect, Result } from "effect"
import type { AnswerForm } from "./answer-form.ts"
import * as Form from "./answer-form.ts"
import { watchDenial } from "./denial.ts"

export interface Question {
  readonly system: string
  readonly user: string
  readonly audio?: { readonly bytes: Uint8Array; readonly mimeType: string }
  readonly form: Pick<AnswerForm<unknown>, "name" | "jsonSchema">
  readonly temperature: number
}

/** What came back. `fault` tells why the text is not whole (cut, empty), which is worth a second try. */
export interface Said {
  readonly text: string
  readonly fault: string | null
  readonly usage: TokenUsage
}
export type Exchange = (question: Question) => Effect.Effect<Said, LlmError>

type Service = LlmPort["Service"]

/** A bad answer is asked for once more. */
const triesMax = 2
const exactly = 0.1
const lively = 0.7

/** Thoughts included, of which a thinking model may write thousands; a runaway answer ends there. */
export const outputTokensMax = 8192

export const make = (
  name: string,
  prompts: Prompts,
  askProvider: Exchange,
  transcribe?: Service["transcribe"],
): Service => {
  const { watched, denial } = watchDenial()
  const exchange: Exchange = (question) =>
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      const said = yield* askProvider(question)
      const ms = (yield* Clock.currentTimeMillis) - startedAt
      yield* Effect.logDebug(`${name} answered`, { form: question.form.name, ms, ...said.usage, fault: said.fault })
      return said
    }).pipe(
      Effect.tapError((error) =>
        error._tag === "LlmUnavailable" && error.kind === "quota"
          ? Effect.logError(`${name}: the quota is used up, nobody is answered until it is raised or renewed`)
          : Effect.void,
      ),
    )
  const ask = <A>(rendered: Rendered, form: AnswerForm<A>, rest: Pick<Question, "temperature" | "audio">) => {
    const question = { system: rendered.system, user: rendered.user, form, ...rest }
    const attempt = (before: ReadonlyArray<TokenUsage>): Effect.Effect<Answer<A>, LlmError> =>
      watched(exchange(question)).pipe(
        Effect.mapError((error) => withSpent(error, [...before, ...callsOf(error)])),
        Effect.flatMap((said) => {
          const calls = [...before, said.usage]
          const read = said.fault === null ? form.read(said.text) : Result.fail(said.fault)
          if (Result.isSuccess(read)) {
            const answer = { value: read.success, usage: calls.reduce(sum), promptHash: rendered.hash }
            return Effect.succeed(calls.length === 1 ? answer : { ...answer, calls })
          }
          const isLast = calls.length === triesMax
          return isLast ? Effect.fail(badAnswer(`${form.name}: ${read.failure}`, calls)) : attempt(calls)
        }),
      )
    return attempt([])
  }
  const draft = (rendered: Rendered, request: Pick<ReplyRequest, "facts" | "freeSlots" | "zone">) =>
    Effect.map(
      ask(rendered, Form.writtenDraft, { temperature: lively }),
      (answer): Answer<Draft> => ({ ...answer, value: draftOf(answer.value, request) }),
    )
  return {
    name,
    denial,
    classify: (request: ClassifyRequest) =>
      Effect.map(
        ask(renderClassify(prompts.moderator, request), Form.assessment, { temperature: exactly }),
        ({ value, ...answer }) => ({
          ...answer,
          value: {
            verdict: value.isClient === null ? "unknown" : value.isClient ? "client" : "not_client",
            confidence: value.confidence,
            reasoning: value.reasoning,
          },
        }),
      ),
    draftReply: (request) => draft(renderReply(prompts.sales_agent, request), request),
    // Nobody asked for a call here, so none is recorded; a touch that says so is refused by the guard.
    draftTouch: (request) =>
      Effect.map(draft(renderTouch(prompts.follow_up, request), request), (answer) => ({
        ...answer,
        value: { ...answer.value, call: null },
      })),
    transcribe: (bytes, mimeType) => {
      const why = unheard(bytes)
      if (why !== null) return Effect.fail(badAnswer(why))
      if (transcribe !== undefined) return watched(transcribe(bytes, plainMimeType(mimeType)))
      return ask(renderPlain(prompts.transcription), Form.transcript, {
        temperature: exactly,
        audio: { bytes, mimeType: plainMimeType(mimeType) },
      })
    },
  }
}

export const badAnswer = (detail: string, spent: ReadonlyArray<TokenUsage> = []) =>
  new LlmUnavailable({ kind: "bad_answer", retryAfterMs: null, detail, ...(spent.length === 0 ? {} : { spent }) })

/** Providers take about 20 MB a request, and base64 adds a third. */
const audioBytesMax = 14 * 1024 * 1024
const unheard = (bytes: Uint8Array): string | null =>
  bytes.length === 0
    ? "the recording is empty"
    : bytes.length > audioBytesMax
      ? `the recording has ${bytes.length} bytes, at most ${audioBytesMax} can be heard`
      : null

/** WhatsApp says `audio/ogg; codecs=opus`. */
const plainMimeType = (mimeType: string): string => {
  const plain = mimeType.split(";")[0]!.trim().toLowerCase()
  return plain === "" || plain === "application/octet-stream"
    ? "audio/ogg"
    : plain === "audio/opus"
      ? "audio/ogg"
      : plain
}

const draftOf = (
  written: ReturnType<typeof Form.writtenDraft.read> extends Result.Result<infer A, string> ? A : never,
  request: Pick<ReplyRequest, "facts" | "freeSlots" | "zone">,
): Draft => ({
  text: written.text.trim(),
  facts: factIds(written.facts ?? [], request.facts),
  call: written.call == null ? null : { ...written.call, at: momentOf(written.call.at, request) },
  hand_over: written.hand_over?.trim() ? written.hand_over.trim() : null,
})

/**
 * A time without an offset is the wall clock of the company, not of the machine. What is no time at all is kept as it is:
 * the guard refuses it and tells the model.
 */
const momentOf = (at: string | null, { freeSlots, zone }: Pick<ReplyRequest, "freeSlots" | "zone">): string | null => {
  const wall = /^\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.0+)?)?\s*$/.exec(at ?? "")
  if (wall === null) {
    const slot = freeSlots.find((one) => one === Date.parse(at ?? ""))
    return slot === undefined ? at : isoWithOffset(slot, zone)
  }
  const [year, month, day, hour, minute] = wall.slice(1).map(Number) as [number, number, number, number, number]
  return isoWithOffset(instantOf({ year, month, day, hour, minute }, zone), zone)
}

const sum = (one: TokenUsage, other: TokenUsage): TokenUsage => ({
  promptTokens: one.promptTokens + other.promptTokens,
  cachedTokens: one.cachedTokens + other.cachedTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  model: other.model,
})

const detailLettersMax = 300
/** For logs and people: one short line in which no key can be read. */
export const presentable = (text: string, key: string): string =>
  (key === "" ? text : text.replaceAll(key, "***"))
    .replace(/(?<![\w-])(?:AIza|AQ\.|sk-|gsk_)[\w*.-]{4,}/g, "***")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, detailLettersMax)
