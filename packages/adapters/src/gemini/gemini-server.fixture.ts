/** Gemini's side of the protocol, as far as the adapter uses it: answers and errors in the shapes that Google sends. */
import type { Effect, Scope } from "effect"
import type { Fault } from "../contracts/llm.contract.ts"
import {
  type Asked,
  html502,
  json,
  type ModelServer,
  type Reply,
  startModelServer,
  wellBehaved,
} from "../model/model-server.fixture.ts"

export const usage = {
  promptTokenCount: 1200,
  cachedContentTokenCount: 900,
  candidatesTokenCount: 40,
  thoughtsTokenCount: 160,
  totalTokenCount: 1400,
}

/** It would do for an answer, if it were one. */
const thought = JSON.stringify({ text: "мысль", reasoning: "мысль", isClient: true, confidence: 1, language: "ru" })

export const said = (text: string, finishReason = "STOP"): Reply =>
  json({
    candidates: [
      {
        index: 0,
        finishReason,
        content: { role: "model", parts: [{ thought: true, text: thought }, ...(text === "" ? [] : [{ text }])] },
      },
    ],
    usageMetadata: usage,
    modelVersion: "gemini-test-001",
    responseId: "r1",
  })

export const failed = (status: number, name: string, message: string, details: ReadonlyArray<unknown> = []): Reply =>
  json({ error: { code: status, message, status: name, details } }, status)

const rpc = (type: string, fields: object) => ({ "@type": `type.googleapis.com/google.rpc.${type}`, ...fields })
const overQuota =
  "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
export const quota = (quotaId: string, retryDelay: string): Reply =>
  failed(429, "RESOURCE_EXHAUSTED", overQuota, [
    rpc("QuotaFailure", {
      violations: [
        {
          quotaMetric: "generativelanguage.googleapis.com/generate_content_free_tier_requests",
          quotaId,
          quotaValue: "5",
        },
      ],
    }),
    rpc("Help", { links: [] }),
    rpc("RetryInfo", { retryDelay }),
  ])
export const wrongKey = failed(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [
  rpc("ErrorInfo", {
    reason: "API_KEY_INVALID",
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com" },
  }),
])

export const faults: Readonly<Record<Fault, Reply>> = {
  overload: failed(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
  minute_limit: quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "17s"),
  day_quota: quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "41s"),
  wrong_key: wrongKey,
  unknown_model: failed(
    404,
    "NOT_FOUND",
    "models/gemini-nope is not found for API version v1, or is not supported for generateContent.",
  ),
  broken_json: said('{"text": "Стрижка стоит 7 500 ₸", "facts": ["F1"'),
  other_form: said('{"answer": "Стрижка стоит 7 500 ₸"}'),
  cut: said('{"text": "Стрижка газона стоит 7 500', "MAX_TOKENS"),
  empty: said(""),
  blocked: json({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: { promptTokenCount: 1200 } }),
  html_502: html502,
  drop: "drop",
}

const answer = (asked: Asked): Reply => {
  if (!/^\/v1(?:beta)?\/models\/[^:]+:generateContent$/.test(asked.url))
    return failed(404, "NOT_FOUND", `no ${asked.url}`)
  const fields = Object.keys(asked.body.generationConfig?.responseSchema?.properties ?? {})
  return said(JSON.stringify(wellBehaved(fields)))
}

export const startGemini: Effect.Effect<ModelServer, unknown, Scope.Scope> = startModelServer(answer)
