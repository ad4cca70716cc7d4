/**
 * One canonical name for a correspondent. Wappi names the same person `77012345678@c.us`,
 * `77012345678:12@s.whatsapp.net` or `7701...`; a person writes `8 (701) 234-56-78`. Rule N1 of docs/RULES.md.
 */

import * as Schema from "effect/Schema"
import { parsePhoneNumberFromString } from "libphonenumber-js/max"

/** E.164: `+77012345678`. */
export const Phone = Schema.String.check(Schema.isPattern(/^\+[1-9]\d{6,14}$/))
export type Phone = typeof Phone.Type

/**
 * The E.164 number a person meant, or null. Eleven digits that begin with 8 are a domestic Kazakh or Russian number; ten
 * that begin with 7 (mobiles, 70x and 77x) or 9 lack the country code. Other countries are kept.
 */
export const normalisePhone = (text: string): Phone | null => {
  // The marks are invisible bidi controls that chat lists wrap around a number.
  const cleaned = text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim()
  if (/[^\d\s()+.\-–\u00a0]/.test(cleaned)) return null
  const digits = cleaned.replace(/\D/g, "")
  if (digits.length < 7 || digits.length > 15) return null
  const international =
    digits.length === 11 && digits.startsWith("8")
      ? `7${digits.slice(1)}`
      : digits.length === 10 && /^[79]/.test(digits) && !cleaned.startsWith("+")
        ? `7${digits}`
        : digits
  const parsed = parsePhoneNumberFromString(`+${international}`)
  return parsed?.isPossible() ? (parsed.number as Phone) : null
}

/** What kind of correspondent a chat id names. Only a `person` is read and answered. */
export type Chat =
  | { readonly kind: "person"; readonly phone: Phone }
  /** A hidden number: the whole id is the key, and it is answered only as a reply to a message. */
  | { readonly kind: "hidden"; readonly id: string }
  | { readonly kind: "group" | "broadcast" | "newsletter" | "unreadable" }

export const readChatId = (chatId: string): Chat => {
  const id = chatId.trim().toLowerCase()
  const [name = "", server = ""] = id.split("@")
  if (server === "g.us") return { kind: "group" }
  if (server === "broadcast" || name === "status") return { kind: "broadcast" }
  if (server === "newsletter") return { kind: "newsletter" }
  if (server === "lid") return /^[^@\s]{1,64}@lid$/.test(id) ? { kind: "hidden", id } : { kind: "unreadable" }
  if (server !== "" && server !== "c.us" && server !== "s.whatsapp.net") return { kind: "unreadable" }
  const phone = normalisePhone(name.replace(/[:.]\d.*$/, ""))
  return phone === null ? { kind: "unreadable" } : { kind: "person", phone }
}

/** `+77012345678` → `77012345678`, as Wappi wants a recipient. */
export const recipientOf = (phone: Phone): string => phone.slice(1)

/** `+77012345678` → `77012345678@c.us` */
export const chatIdOf = (phone: Phone): string => `${phone.slice(1)}@c.us`

/** `+77012345678` → `+7701***5678`: enough to recognise, too little to call. */
export const maskPhone = (phone: string): string =>
  phone.length < 10 ? "***" : `${phone.slice(0, phone.startsWith("+") ? 5 : 4)}***${phone.slice(-4)}`
