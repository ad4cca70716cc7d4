/**
 * LlmPort over any provider that speaks OpenAI's chat completions. The stable half of the prompt is the system message, so
 * that providers which keep equal beginnings ready find one. Voice notes go to `/audio/transcriptions` when a model for
 * them is set and the provider has that door; otherwise the transcript is empty, with no confidence, which callers read as
 * "not heard".
 * Promises an error that says what the caller may do, within `timeoutMs` a request; beyond the second try of a bad answer it
 * asks again only when the provider refuses a part of the request, and each part can be refused but once. Keeps no rate.
 */
import { type Answer, type LlmError, LlmPort, type TokenUsage, type Transcript } from "@wa/core/ports/llm-port"
import type { Prompts } from "@wa/core/prompt/prompt"
import { Clock, Effect, Layer, Redacted, Result, Schema } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import { badAnswer, make as makeAsked, presentable, type Question, type Said } from "../model/asked-model.ts"
import { bodyOf, fullest, humbler } from "./manner.ts"
import { SpokenAnswer, transcriptOf } from "./openai-audio.ts"
import { type Failed, faultOf, jsonOf, readOpenaiError, unavailable } from "./openai-error.ts"

export interface Settings {
  /** `https://api.openai.com/v1` */
  readonly baseUrl: string
  readonly apiKey: Redacted.Redacted
  readonly model: string
  /** `whisper-1`; left out: voice notes are not heard. */
  readonly transcriptionModel?: string
  /** For each request, from the first byte sent to the last one read. */
  readonly timeoutMs?: number
  readonly prompts: Prompts
}

const timeoutMsDefault = 60_000

interface Arrived extends Failed {
  readonly isFine: boolean
}

export const make = Effect.fnUntraced(function* (settings: Settings) {
  const client = yield* HttpClient.HttpClient
  const key = Redacted.value(settings.apiKey)
  const timeoutMs = settings.timeoutMs ?? timeoutMsDefault
  const baseUrl = settings.baseUrl.replace(/\/+$/, "")
  let manner = fullest
  let audioFormat: "verbose_json" | "json" = "verbose_json"
  let hasAudioDoor = settings.transcriptionModel !== undefined

  const post = (
    path: string,
    withBody: (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest,
  ): Effect.Effect<Arrived, LlmError> =>
    HttpClientRequest.post(`${baseUrl}${path}`).pipe(
      HttpClientRequest.bearerToken(key),
      HttpClientRequest.acceptJson,
      withBody,
      client.execute,
      Effect.flatMap((response) =>
        Effect.map(response.text, (text) => ({
          status: response.status,
          retryAfter: response.headers["retry-after"],
          text,
          isFine: response.status >= 200 && response.status < 300,
        })),
      ),
      Effect.mapError((error) => unavailable("network", null, presentable(error.message, key))),
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => Effect.fail(unavailable("network", null, `no answer within ${timeoutMs} ms`)),
      }),
      // The provider has no use for our trace headers.
      Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    )

  const failed = (arrived: Failed) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(readOpenaiError(arrived, key, now)))

  const exchange = (question: Question): Effect.Effect<Said, LlmError> =>
    Effect.suspend(() => {
      const asked = manner
      return Effect.flatMap(
        post("/chat/completions", HttpClientRequest.bodyJsonUnsafe(bodyOf(settings.model, question, asked))),
        (arrived) => {
          if (arrived.isFine) return readCompletion(arrived, settings.model, key)
          const isComplaint = arrived.status === 400 || arrived.status === 422
          const next = isComplaint ? humbler(asked, faultOf(jsonOf(arrived.text))) : null
          if (next === null) return failed(arrived)
          manner = next
          return Effect.andThen(
            Effect.logInfo(`${settings.model} does not take every part of a request, asked without`, { ...next }),
            exchange(question),
          )
        },
      )
    })

  const transcribe = (bytes: Uint8Array, mimeType: string): Effect.Effect<Answer<Transcript>, LlmError> =>
    Effect.suspend(() => {
      const model = settings.transcriptionModel
      if (model === undefined || !hasAudioDoor) return Effect.succeed(notHeard)
      const form = new FormData()
      form.set("model", model)
      form.set("response_format", audioFormat)
      form.set("temperature", "0")
      // No language is named: told "Russian", a model writes Russian over Kazakh speech.
      form.set("file", new Blob([Uint8Array.from(bytes)], { type: mimeType }), `voice.${extensionOf(mimeType)}`)
      return Effect.flatMap(post("/audio/transcriptions", HttpClientRequest.bodyFormData(form)), (arrived) => {
        if (!arrived.isFine) {
          const words = arrived.text.slice(0, 2000)
          if (arrived.status === 400 && audioFormat === "verbose_json" && /response_format|verbose_json/i.test(words)) {
            audioFormat = "json"
            return transcribe(bytes, mimeType)
          }
          if ([404, 405, 501].includes(arrived.status)) {
            hasAudioDoor = false
            const why = faultOf(jsonOf(arrived.text))?.message ?? ""
            return Effect.as(
              Effect.logError(`voice notes are not heard: no ${model} at the provider. ${presentable(why, key)}`),
              notHeard,
            )
          }
          return failed(arrived)
        }
        const decoded = Schema.decodeUnknownResult(SpokenAnswer)(jsonOf(arrived.text))
        return Result.isFailure(decoded)
          ? Effect.fail(badAnswer("transcript: not of the form asked for", [usageOf(jsonOf(arrived.text), model)]))
          : Effect.succeed({
              value: transcriptOf(decoded.success),
              usage: usageOf(jsonOf(arrived.text), model),
              promptHash: null,
            })
      })
    })

  return makeAsked(`openai ${settings.model}`, settings.prompts, exchange, transcribe)
})

export const layer = (settings: Settings): Layer.Layer<LlmPort, never, HttpClient.HttpClient> =>
  Layer.effect(LlmPort, make(settings))

/** With the platform's own `fetch`. */
export const layerFetch = (settings: Settings): Layer.Layer<LlmPort> =>
  layer(settings).pipe(Layer.provide(FetchHttpClient.layer))

const notHeard: Answer<Transcript> = {
  value: { text: "", language: "", confidence: 0 },
  usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0, model: "none" },
  promptHash: null,
}

const extensionOf = (mimeType: string): string => {
  const kind = mimeType.split("/")[1] ?? "ogg"
  return kind === "mpeg" ? "mp3" : kind === "mp4" || kind === "x-m4a" ? "m4a" : kind.replace(/^x-/, "")
}

const Content = Schema.Union([
  Schema.String,
  Schema.Array(Schema.Struct({ type: Schema.optionalKey(Schema.String), text: Schema.optionalKey(Schema.String) })),
])
const Completion = Schema.Struct({
  choices: Schema.Array(
    Schema.Struct({
      finish_reason: Schema.optionalKey(Schema.NullOr(Schema.String)),
      message: Schema.Struct({
        content: Schema.optionalKey(Schema.NullOr(Content)),
        refusal: Schema.optionalKey(Schema.NullOr(Schema.String)),
      }),
    }),
  ),
  model: Schema.optionalKey(Schema.NullOr(Schema.String)),
})

const readCompletion = (arrived: Arrived, model: string, key: string): Effect.Effect<Said, LlmError> => {
  const body = jsonOf(arrived.text)
  const fault = faultOf(body)
  if (fault !== null) {
    // OpenRouter says 200 and puts what happened further on into the body.
    const status = Number(fault.code)
    const real = { ...arrived, status: Number.isInteger(status) && status >= 400 ? status : 502 }
    return Effect.flatMap(Clock.currentTimeMillis, (now) => Effect.fail(readOpenaiError(real, key, now)))
  }
  const decoded = Schema.decodeUnknownResult(Completion)(body)
  if (Result.isFailure(decoded)) return Effect.fail(badAnswer("an answer that is no chat completion"))
  const choice = decoded.success.choices[0]
  const usage = usageOf(body, decoded.success.model ?? model)
  const finish = choice?.finish_reason ?? null
  if (finish === "content_filter" || choice?.message.refusal) {
    return Effect.fail(unavailable("blocked", null, "the provider would not answer this question", [usage]))
  }
  const content = choice?.message.content ?? ""
  const text = typeof content === "string" ? content : content.map((part) => part.text ?? "").join("")
  return Effect.succeed({
    text,
    fault:
      text.trim() === ""
        ? `an empty answer (${finish ?? "no reason told"})`
        : finish === "length"
          ? "the answer broke off (length)"
          : null,
    usage,
  })
}

/** Output includes thoughts here already. A provider that counts nothing is taken as it is. */
const usageOf = (body: unknown, model: string): TokenUsage => {
  const at = (...path: ReadonlyArray<string>): number => {
    let value: unknown = body
    for (const step of ["usage", ...path]) value = (value as Record<string, unknown> | null | undefined)?.[step]
    return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0
  }
  return {
    promptTokens: at("prompt_tokens") || at("input_tokens"),
    cachedTokens: at("prompt_tokens_details", "cached_tokens") || at("prompt_cache_hit_tokens"),
    outputTokens: at("completion_tokens") || at("output_tokens"),
    model,
  }
}
