/**
 * What a failed call of an OpenAI-compatible provider proves. The providers agree on the shape of an error more than on its
 * words, so the status decides first, then `code` and `type`, then the text.
 */
import { LlmDenied, type LlmError, LlmUnavailable, type TokenUsage } from "@wa/core/ports/llm-port"
import { badAnswer, presentable } from "../model/asked-model.ts"

export interface Failed {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
}
export interface ApiFault {
  readonly code: string
  readonly type: string
  readonly param: string
  readonly message: string
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : ""

/** `{"error": {…}}`, `{"error": "…"}`, or that in a list; null for anything else. */
export const faultOf = (body: unknown): ApiFault | null => {
  const first: unknown = Array.isArray(body) ? body[0] : body
  const error = isRecord(first) ? (first["error"] ?? (first["object"] === "error" ? first : undefined)) : undefined
  if (typeof error === "string") return { code: "", type: "", param: "", message: error }
  if (!isRecord(error)) return null
  const [code, type, param, message] = ["code", "type", "param", "message"].map((key) => textOf(error[key]))
  return { code: code!, type: type!, param: param!, message: message! }
}

export const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds, or an HTTP date; null for what is neither. */
const retryAfterMs = (header: string | undefined, now: number): number | null => {
  const written = header?.trim()
  if (!written) return null
  const ms = /^\d+(\.\d+)?$/.test(written) ? Number(written) * 1000 : Date.parse(written) - now
  return Number.isFinite(ms) ? Math.max(0, Math.round(Math.min(ms, 2 ** 31 - 1))) : null
}

const lasts =
  /insufficient_quota|exceeded your current quota|per day|daily|billing|credits?(?!\p{L})|balance|\(?[TR]PD\)?(?!\p{L})/iu
const isRefusal = /content_filter|content_policy|content management policy|safety/i

export const readOpenaiError = (failed: Failed, key: string, now: number): LlmError => {
  const fault = faultOf(jsonOf(failed.text))
  const words = fault === null ? "" : `${fault.code} ${fault.type} ${fault.message}`
  const detail = presentable(
    `${failed.status} ${fault === null ? "and no JSON of the API in the body" : fault.message || fault.code}`,
    key,
  )
  switch (failed.status) {
    case 401:
      return new LlmDenied({ mend: "OPENAI_API_KEY", detail })
    case 403:
      // OpenRouter's word for a question that its moderation stopped.
      return isRefusal.test(words) || /moderation|flagged/i.test(words)
        ? unavailable("blocked", null, detail)
        : new LlmDenied({ mend: "OPENAI_API_KEY", detail })
    case 404:
      return new LlmDenied({ mend: /model/i.test(words) ? "OPENAI_MODEL" : "OPENAI_BASE_URL", detail })
    case 402:
      return unavailable("quota", null, detail)
    case 429:
      return lasts.test(words)
        ? unavailable("quota", null, detail)
        : unavailable("overload", retryAfterMs(failed.retryAfter, now), detail)
    default:
      if (failed.status >= 500 || [408, 409, 425].includes(failed.status)) {
        return unavailable("overload", retryAfterMs(failed.retryAfter, now), detail)
      }
      if (isRefusal.test(words)) return unavailable("blocked", null, detail)
      if (/invalid_api_key|incorrect api key/i.test(words)) return new LlmDenied({ mend: "OPENAI_API_KEY", detail })
      if (/model_not_found|invalid model|is not a valid model|model .{0,80}does not exist/i.test(words)) {
        return new LlmDenied({ mend: "OPENAI_MODEL", detail })
      }
      return badAnswer(detail)
  }
}

export const unavailable = (
  kind: LlmUnavailable["kind"],
  retryAfter: number | null,
  detail: string,
  spent: ReadonlyArray<TokenUsage> = [],
) => new LlmUnavailable({ kind, retryAfterMs: retryAfter, detail, ...(spent.length === 0 ? {} : { spent }) })
