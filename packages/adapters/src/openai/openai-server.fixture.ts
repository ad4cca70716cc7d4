/** An OpenAI-compatible provider's side of the protocol: completions, transcriptions, and errors as they are sent. */
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

export const said = (content: string | null, finish_reason = "stop", message: object = {}): Reply =>
  json({
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "small-model-2026",
    error: null,
    choices: [{ index: 0, finish_reason, message: { role: "assistant", content, ...message } }],
    usage: {
      prompt_tokens: 1200,
      completion_tokens: 200,
      total_tokens: 1400,
      prompt_tokens_details: { cached_tokens: 1024 },
    },
  })

export const failed = (status: number, error: object, headers: Readonly<Record<string, string>> = {}): Reply =>
  json({ error: { message: "", type: null, param: null, code: null, ...error } }, status, headers)

export const wrongKey = failed(401, {
  message: "Incorrect API key provided: sk-test*******abcd. You can find your API key at https://platform.openai.com.",
  type: "invalid_request_error",
  code: "invalid_api_key",
})

export const faults: Readonly<Record<Fault, Reply>> = {
  overload: failed(503, {
    message: "The engine is currently overloaded, please try again later",
    type: "server_error",
  }),
  minute_limit: failed(
    429,
    {
      message: "Rate limit reached for small-model on requests per min (RPM): Limit 3, Used 3.",
      type: "requests",
      code: "rate_limit_exceeded",
    },
    { "retry-after": "17" },
  ),
  day_quota: failed(
    429,
    {
      message: "You exceeded your current quota, please check your plan and billing details.",
      type: "insufficient_quota",
      code: "insufficient_quota",
    },
    { "retry-after": "41" },
  ),
  wrong_key: wrongKey,
  unknown_model: failed(404, {
    message: "The model `nope` does not exist or you do not have access to it.",
    type: "invalid_request_error",
    code: "model_not_found",
  }),
  broken_json: said('{"text": "Стрижка стоит 7 500 ₸", "facts": ["F1"'),
  other_form: said('{"answer": "Стрижка стоит 7 500 ₸"}'),
  cut: said('{"text": "Стрижка газона стоит 7 500', "length"),
  empty: said(null),
  blocked: said(null, "content_filter"),
  html_502: html502,
  drop: "drop",
}

const answer = (asked: Asked): Reply => {
  if (asked.url === "/v1/audio/transcriptions") {
    return json({
      task: "transcribe",
      language: "russian",
      duration: 3.1,
      text: " Здравствуйте, сколько стоит?",
      segments: [{ id: 0, avg_logprob: -0.105, no_speech_prob: 0.01 }],
    })
  }
  if (asked.url !== "/v1/chat/completions") return failed(404, { message: `Unknown request URL: POST ${asked.url}` })
  const schema = asked.body.response_format?.json_schema?.schema
  const fields = Object.keys(schema?.properties ?? {})
  const isModerator = /isClient/.test(asked.body.messages[0].content)
  return said(JSON.stringify(wellBehaved(fields.length > 0 ? fields : isModerator ? ["isClient"] : ["text"])))
}

export const startOpenai: Effect.Effect<ModelServer, unknown, Scope.Scope> = startModelServer(answer)
