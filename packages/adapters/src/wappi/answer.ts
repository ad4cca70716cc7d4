/**
 * What an answer of the gateway proves. Three ends only, because a caller has three choices:
 *   Denied   every next call fails, too
 *   Refused  it was certainly not taken
 *   Unclear  it may have been taken: after a read ask again, after a send look into the chat first
 * A 200 proves nothing, `status` in the body does; an error is decided by its code and, where one code means several things,
 * by its text. The bodies of 401, 402, 429 and 5xx were never seen, so nothing depends on them.
 */
import { maskPhone } from "@wa/core/contact/phone"
import { WappiDenied, WappiOutcomeUnknown, WappiRefused } from "@wa/core/ports/wappi-port"
import { firstText, isRaw, type Raw } from "./message.ts"

export type Failure =
  | { readonly _tag: "Denied"; readonly status: number; readonly detail: string; readonly mend: string }
  | {
      readonly _tag: "Refused"
      readonly status: number | null
      readonly detail: string
      readonly permanent: boolean
      readonly retryAfterMs: number | null
    }
  | { readonly _tag: "Unclear"; readonly status: number | null; readonly detail: string }

export const denied = (status: number, detail: string, mend: string): Failure => ({
  _tag: "Denied",
  status,
  detail,
  mend,
})
export const passing = (status: number | null, detail: string, retryAfterMs: number | null = null): Failure => ({
  _tag: "Refused",
  status,
  detail,
  permanent: false,
  retryAfterMs,
})
export const permanent = (status: number | null, detail: string): Failure => ({
  _tag: "Refused",
  status,
  detail,
  permanent: true,
  retryAfterMs: null,
})
/** A file may come later than its message: that it is gone for good is said with another code. */
export const lateFile = (failure: Failure): Failure => (failure.status === 404 ? passing(404, failure.detail) : failure)
export const unclear = (status: number | null, detail: string): Failure => ({ _tag: "Unclear", status, detail })

export const readError =
  (what: string) =>
  (failure: Failure): WappiRefused | WappiDenied =>
    failure._tag === "Denied"
      ? new WappiDenied({ status: failure.status, detail: failure.detail, mend: failure.mend })
      : new WappiRefused({
          what,
          status: failure.status,
          detail: failure.detail,
          retryAfterMs: failure._tag === "Refused" ? failure.retryAfterMs : null,
          permanent: failure._tag === "Refused" && failure.permanent,
        })

export const sendError =
  (what: string) =>
  (failure: Failure): WappiRefused | WappiOutcomeUnknown | WappiDenied =>
    failure._tag === "Unclear"
      ? new WappiOutcomeUnknown({
          what,
          detail: failure.status === null ? failure.detail : `${failure.status} ${failure.detail}`,
          // No answer, or "kept for later": only a 5xx is over with.
          canComeLate: failure.status === null || failure.status < 500,
        })
      : readError(what)(failure)

const detailCharsMax = 200
/** For logs and people: short, and no number in it can be called. A UUID keeps its digits. */
const presentable = (text: string) =>
  text
    .replace(/(?<![\w-])\+?\d{10,15}(?![\w-])/g, maskPhone)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, detailCharsMax)

/** Seconds, or an HTTP date; null for what is neither. */
const retryAfterOf = (header: string | undefined, now: number): number | null => {
  const written = header?.trim()
  if (!written) return null
  const ms = /^\d+(\.\d+)?$/.test(written) ? Number(written) * 1000 : Date.parse(written) - now
  return Number.isFinite(ms) ? Math.max(0, Math.round(Math.min(ms, 2 ** 31 - 1))) : null
}

const isKeptForLater = /сохранен\p{L}* для повторной|saved for (re-?sending|retry)/iu
const isWrongProfile = /profile_id error|wrong platform/i
const mayPassLater = /not ready|try_again_later|повторите|позже|not authori[sz]ed in|connecting|temporar/iu

export interface Answered {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly text: string
}

/** The body of an answer that succeeded, or what its failure proves. `now` reads a `Retry-After` that is a date. */
export const readAnswer = ({ status, retryAfter, text }: Answered, now: number): Raw | Failure => {
  const json = parse(text)
  const body = isRaw(json) ? json : null
  const detail = presentable(
    body === null
      ? `a body that is no JSON object: ${text.slice(0, detailCharsMax)}`
      : firstText(body["detail"], body["error"], body["message"], body["description"], body["status"], "no detail"),
  )
  const said =
    body === null ? "" : ["detail", "error", "message", "description"].map((key) => firstText(body[key])).join(" ")
  if (status === 401) return denied(status, detail, "WAPPI_TOKEN")
  if (status === 402) return denied(status, detail, "payment")
  if (isKeptForLater.test(said) && (status >= 400 || isFailure(body))) return unclear(status, detail)
  if (isWrongProfile.test(said) && (status === 400 || isFailure(body)))
    return denied(status, detail, "WAPPI_PROFILE_ID")
  if (status === 429) return passing(status, detail, retryAfterOf(retryAfter, now))
  // 408: the server gave up waiting for us, or for WhatsApp; nobody knows which.
  if (status >= 500 || status === 408) return unclear(status, detail)
  if (status >= 400) {
    const isPassing = mayPassLater.test(said) || [403, 409, 423, 425].includes(status)
    return isPassing ? passing(status, detail, retryAfterOf(retryAfter, now)) : permanent(status, detail)
  }
  if (status >= 300) return permanent(status, "a redirection: the base URL is not that of the API")
  if (body === null) return unclear(status, detail)
  return isFailure(body) ? passing(status, detail) : body
}

/** No `status` is no failure: the profile's status answers without one. */
const isFailure = (body: Raw | null): boolean => {
  const status = body?.["status"]
  if (status === undefined || status === null) return false
  return !(typeof status === "string" && /^(done|success|ok)$/i.test(status.trim()))
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const isFailureOf = (answer: Raw | Failure): answer is Failure =>
  answer["_tag"] === "Denied" || answer["_tag"] === "Refused" || answer["_tag"] === "Unclear"

/** Codes of errors that arise before a byte of the request has left. */
const unsent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
])

/** What a broken connection proves: only a failure to connect proves that nothing was sent. */
export const readTransportError = (error: unknown): Failure => {
  let cause: unknown = error
  for (let depth = 0; depth < 8 && isRaw(cause); depth++) {
    const { code, syscall } = cause
    if (code === "ERR_INVALID_URL" || cause["_tag"] === "InvalidUrlError" || cause["_tag"] === "EncodeError")
      return permanent(null, "the request cannot be built: check the base URL")
    if ((typeof code === "string" && unsent.has(code)) || syscall === "connect" || syscall === "getaddrinfo")
      return passing(null, `cannot connect: ${String(code)}`)
    if (typeof code === "string") return unclear(null, `the connection broke: ${code}`)
    cause = cause["reason"] ?? cause["cause"]
  }
  return unclear(null, "the connection broke")
}
