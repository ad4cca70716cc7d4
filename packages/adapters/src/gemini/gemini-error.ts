/**
 * What a failed call of Gemini proves. Four causes must not be mixed up, because they end differently: a wrong key never
 * passes, a day's quota lasts, a minute's limit passes soon, an overload passes by itself.
 * 429 says RESOURCE_EXHAUSTED for both kinds of limit, with the same words about quota and billing, and names a delay of
 * seconds even when the day is used up: only the violated quota's id tells them apart.
 */
import { ApiError } from "@google/genai"
import { LlmDenied, type LlmError, LlmUnavailable, type TokenUsage } from "@wa/core/ports/llm-port"
import { badAnswer, presentable } from "../model/asked-model.ts"

type Record_ = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Record_ => typeof value === "object" && value !== null

interface Said {
  readonly status: string
  readonly message: string
  readonly details: ReadonlyArray<Record_>
}

/** The SDK's message is the whole body as JSON; null when some proxy answered in its own words. */
const readBody = (message: string): Said | null => {
  try {
    const body: unknown = JSON.parse(message)
    const first: unknown = Array.isArray(body) ? body[0] : body
    const error = isRecord(first) ? first["error"] : undefined
    // The SDK wraps a proxy's page the same way, with the words of the HTTP status.
    if (!isRecord(error) || !/^[A-Z_]+$/.test(textOf(error["status"]))) return null
    const details = Array.isArray(error["details"]) ? error["details"].filter(isRecord) : []
    return { status: textOf(error["status"]), message: textOf(error["message"]), details }
  } catch {
    return null
  }
}
const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

const ofType = (said: Said, type: string) => said.details.filter((one) => textOf(one["@type"]).endsWith(type))

const retryDelayMs = (said: Said): number | null => {
  const seconds = /^([\d.]+)s$/.exec(textOf(ofType(said, "RetryInfo")[0]?.["retryDelay"]))?.[1]
  return seconds === undefined ? null : Math.ceil(Number(seconds) * 1000)
}

const lasts =
  /per ?day|daily|billing account|prepa(?:y|id)|credits?(?!\p{L})|spend(?:ing)? (?:cap|limit)|limit: 0(?!\d)/iu
const passesSoon = /per ?(?:minute|second)/i

const isLasting = (said: Said): boolean => {
  const violations = ofType(said, "QuotaFailure").flatMap((one) =>
    Array.isArray(one["violations"]) ? one["violations"].filter(isRecord) : [],
  )
  const ids = violations.map((one) => `${textOf(one["quotaId"])} ${textOf(one["quotaMetric"])}`)
  // Several may be violated at once: the longest decides.
  if (ids.some((id) => lasts.test(id)) || violations.some((one) => String(one["quotaValue"]) === "0")) return true
  if (ids.some((id) => passesSoon.test(id))) return false
  if (lasts.test(said.message)) return true
  return retryDelayMs(said) === null && /exceeded your current quota/i.test(said.message)
}

const isKeyTrouble = (said: Said) =>
  ofType(said, "ErrorInfo").some((one) => /^API_KEY_|^ACCESS_TOKEN_/.test(textOf(one["reason"]))) ||
  /api[ _-]?key/i.test(said.message)

export const readGeminiError = (cause: unknown, key: string): LlmError => {
  if (cause instanceof SyntaxError) return badAnswer("an answer that is no JSON")
  if (!(cause instanceof ApiError)) return unavailable("network", null, transportOf(cause, key))
  const said = readBody(cause.message)
  const detail = presentable(
    `${cause.status} ${said === null ? "and no JSON of the API in the body" : `${said.status}: ${said.message}`}`,
    key,
  )
  switch (cause.status) {
    case 400:
      if (said === null) return badAnswer(detail)
      if (isKeyTrouble(said)) return new LlmDenied({ mend: "GEMINI_API_KEY", detail })
      // "User location is not supported", or billing that is not set up.
      if (said.status === "FAILED_PRECONDITION") return new LlmDenied({ mend: "GEMINI_BASE_URL", detail })
      return badAnswer(detail)
    case 401:
    case 403:
      return new LlmDenied({ mend: "GEMINI_API_KEY", detail })
    case 404:
      return new LlmDenied({ mend: said === null ? "GEMINI_BASE_URL" : "GEMINI_MODEL", detail })
    case 402:
      return unavailable("quota", null, detail)
    case 429:
      return said !== null && isLasting(said)
        ? unavailable("quota", null, detail)
        : unavailable("overload", said === null ? null : retryDelayMs(said), detail)
    default:
      return cause.status >= 500 || cause.status === 408 || cause.status === 409
        ? unavailable("overload", said === null ? null : retryDelayMs(said), detail)
        : badAnswer(detail)
  }
}

export const unavailable = (
  kind: LlmUnavailable["kind"],
  retryAfterMs: number | null,
  detail: string,
  spent: ReadonlyArray<TokenUsage> = [],
) => new LlmUnavailable({ kind, retryAfterMs, detail, ...(spent.length === 0 ? {} : { spent }) })

/** `fetch failed` hides the reason one level below. */
const transportOf = (cause: unknown, key: string): string => {
  if (!(cause instanceof Error)) return presentable(String(cause), key)
  const below = cause.cause instanceof Error ? cause.cause : null
  const code = below !== null && "code" in below ? `${String(below.code)} ` : ""
  return presentable(`${cause.message}${below === null ? "" : ` (${code}${below.message})`}`, key)
}
