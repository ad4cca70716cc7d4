/**
 * LlmPort over Google's Gemini. One request a question, with the stable half of the prompt as system instruction, the form
 * of the answer as schema, and voice notes inline. Google keeps equal beginnings of requests ready by itself, so the
 * system instruction comes first and never holds anything that changes.
 * Promises an error that says what the caller may do, within `timeoutMs` a request, two requests at most. Keeps no rate.
 */
import { BlockedReason, FinishReason, type GenerateContentResponse, GoogleGenAI, type Schema } from "@google/genai"
import { type LlmError, LlmPort } from "@wa/core/ports/llm-port"
import type { Prompts } from "@wa/core/prompt/prompt"
import { Effect, Layer, Redacted } from "effect"
import { make as makeAsked, outputTokensMax, type Question, type Said } from "../model/asked-model.ts"
import { readGeminiError, unavailable } from "./gemini-error.ts"

export interface Settings {
  readonly apiKey: Redacted.Redacted
  /** `gemini-2.5-pro` */
  readonly model: string
  readonly baseUrl?: string
  /** For each request, from the first byte sent to the last one read. */
  readonly timeoutMs?: number
  readonly prompts: Prompts
}

const baseUrlDefault = "https://generativelanguage.googleapis.com"
/** The stable API, which the SDK asks since 3.0, has neither the `-latest` names nor every preview. */
const needsBeta = /-(?:latest|preview)(?:-|$)/
const timeoutMsDefault = 60_000

export const make = (settings: Settings): LlmPort["Service"] => {
  const key = Redacted.value(settings.apiKey)
  const timeoutMs = settings.timeoutMs ?? timeoutMsDefault
  // Key, kind and address said outright: left out, the SDK would take them from variables of its own.
  const client = new GoogleGenAI({
    apiKey: key,
    enterprise: false,
    ...(needsBeta.test(settings.model) ? { apiVersion: "v1beta" } : {}),
    httpOptions: { baseUrl: settings.baseUrl ?? baseUrlDefault },
  })

  const exchange = (question: Question): Effect.Effect<Said, LlmError> =>
    Effect.tryPromise({
      try: (abortSignal) =>
        client.models.generateContent({
          model: settings.model,
          contents: [
            {
              role: "user",
              parts: [
                { text: question.user },
                ...(question.audio === undefined
                  ? []
                  : [
                      {
                        inlineData: {
                          mimeType: question.audio.mimeType,
                          data: Buffer.from(question.audio.bytes).toString("base64"),
                        },
                      },
                    ]),
              ],
            },
          ],
          config: {
            systemInstruction: question.system,
            temperature: question.temperature,
            maxOutputTokens: outputTokensMax,
            responseMimeType: "application/json",
            responseSchema: schemaOf(question.form.jsonSchema),
            abortSignal,
          },
        }),
      catch: (cause) => readGeminiError(cause, key),
    }).pipe(
      // The SDK's own timeout is told like an abort, and is sent to the server.
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => Effect.fail(unavailable("network", null, `no answer within ${timeoutMs} ms`)),
      }),
      Effect.flatMap((response) => readResponse(response, settings.model)),
    )

  return makeAsked(`gemini ${settings.model}`, settings.prompts, exchange)
}

export const layer = (settings: Settings): Layer.Layer<LlmPort> => Layer.sync(LlmPort, () => LlmPort.of(make(settings)))

const refusedFor: ReadonlyArray<string> = [
  FinishReason.SAFETY,
  FinishReason.RECITATION,
  FinishReason.LANGUAGE,
  FinishReason.BLOCKLIST,
  FinishReason.PROHIBITED_CONTENT,
  FinishReason.SPII,
]

const readResponse = (response: GenerateContentResponse, model: string): Effect.Effect<Said, LlmError> => {
  const { candidates, promptFeedback, usageMetadata } = response
  const usage = {
    promptTokens: usageMetadata?.promptTokenCount ?? 0,
    cachedTokens: usageMetadata?.cachedContentTokenCount ?? 0,
    // Thoughts are billed as output.
    outputTokens: (usageMetadata?.candidatesTokenCount ?? 0) + (usageMetadata?.thoughtsTokenCount ?? 0),
    model: response.modelVersion ?? model,
  }
  const blockReason = promptFeedback?.blockReason
  if (blockReason !== undefined && blockReason !== BlockedReason.BLOCKED_REASON_UNSPECIFIED) {
    return Effect.fail(unavailable("blocked", null, `the question was blocked: ${blockReason}`, [usage]))
  }
  const candidate = candidates?.[0]
  const finish = candidate?.finishReason
  if (finish !== undefined && refusedFor.includes(finish)) {
    return Effect.fail(unavailable("blocked", null, `the answer was blocked: ${finish}`, [usage]))
  }
  // Thoughts are no part of the answer.
  const text = (candidate?.content?.parts ?? [])
    .filter((part) => part.thought !== true)
    .map((part) => part.text ?? "")
    .join("")
  return Effect.succeed({
    text,
    fault:
      text.trim() === ""
        ? `an empty answer (${finish ?? "no reason told"})`
        : finish !== undefined && finish !== FinishReason.STOP && finish !== FinishReason.FINISH_REASON_UNSPECIFIED
          ? `the answer broke off (${finish})`
          : null,
    usage,
  })
}

/** JSON Schema in Gemini's dialect: upper-case types, `nullable`, an order of the fields; `null` is no type of its own. */
export const schemaOf = (schema: Readonly<Record<string, unknown>>): Schema => {
  const variants = schema["anyOf"] as ReadonlyArray<Readonly<Record<string, unknown>>> | undefined
  const one = variants?.find((variant) => variant["type"] !== "null")
  if (one !== undefined) return { ...schemaOf(one), nullable: true }
  const properties = schema["properties"] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
  return {
    type: String(schema["type"]).toUpperCase(),
    ...(schema["enum"] === undefined ? {} : { enum: schema["enum"] }),
    ...(schema["items"] === undefined ? {} : { items: schemaOf(schema["items"] as Readonly<Record<string, unknown>>) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, schemaOf(of)])),
          required: schema["required"],
          propertyOrdering: Object.keys(properties),
        }),
  } as Schema
}
