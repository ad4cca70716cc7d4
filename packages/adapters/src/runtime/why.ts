/** Why something failed, in one line: libraries wrap the sentence that helps into others that do not. */
import { Redacted } from "effect"

const depthMax = 8
const lineMax = 300

/** The innermost message of an error and its causes; an address with its password never shows. */
export const whyOf = (error: unknown): string => {
  let said = ""
  let one = error
  for (let depth = 0; depth < depthMax && typeof one === "object" && one !== null; depth++) {
    const { message, code, cause, reason, errors } = one as Record<string, unknown>
    if (typeof message === "string" && message !== "") said = message
    else if (typeof code === "string") said = code
    const inner =
      cause ?? (typeof reason === "object" ? reason : undefined) ?? (Array.isArray(errors) ? errors[0] : undefined)
    if (inner === undefined) break
    one = inner
  }
  if (said === "") said = String(error)
  return said
    .replace(/\s+/g, " ")
    .replace(/\/\/[^/@\s]+@/g, "//***@")
    .slice(0, lineMax)
}

/** `host:port/database` of an address. */
export const placeOf = (address: Redacted.Redacted): string => {
  const { host, pathname } = new URL(Redacted.value(address))
  return `${host}${pathname}`
}
