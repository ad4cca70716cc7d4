/**
 * One message as the gateway writes it, read into our words. The chat reader and the webhook name the same things
 * differently (`fromMe`/`is_me`, `stanzaId`/`stanza_id`, `body` as text, as an object, or as a file in base64); both come
 * through here. Total: anything that is not a message ends as a reason, never as an exception. Unknown keys pass.
 * Does not promise that the text is whole: a preview cannot be told from a text.
 */
import { normalisePhone, readChatId } from "@wa/core/contact/phone"
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import type { Instant } from "@wa/core/time/instant"

/** An object whose keys nobody has checked. */
export type Raw = { readonly [key: string]: unknown }

export const isRaw = (value: unknown): value is Raw =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Text without what a database refuses (NUL, halves of surrogate pairs); "" for all that is no text. */
export const textOf = (value: unknown): string => {
  if (typeof value === "string") return value.replaceAll("\0", "").toWellFormed()
  return typeof value === "number" && Number.isFinite(value) ? String(value) : ""
}

/** The first text that is not blank. */
export const firstText = (...values: ReadonlyArray<unknown>): string =>
  values.map(textOf).find((text) => text.trim() !== "") ?? ""

/**
 * A name as a person would write it; null when there is none. A number shown for want of a name, which lists wrap in
 * invisible bidi marks, is none.
 */
export const nameOf = (...values: ReadonlyArray<unknown>): string | null => {
  const written = values.map((value) =>
    textOf(value)
      .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
      .trim(),
  )
  return cut(firstText(...written.filter((value) => normalisePhone(value) === null)), wordCharsMax) || null
}

/** WhatsApp's own bound; what is longer is a file that came as text. */
const textCharsMax = 65_536
/** Names, file names, words for a kind of content. */
const wordCharsMax = 200
/** Longer than any id that was seen, and short enough for an index. */
export const idCharsMax = 200
const cut = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax - 1).toWellFormed()}…`

const isTrue = (value: unknown) => value === true || value === 1 || value === "true"

/** 2009, before which there was no WhatsApp, and 2100: a time outside is a mistake, not a time. */
const instantMin = 1_230_768_000_000
const instantMax = 4_102_444_800_000

/** Unix seconds (or milliseconds), as a number or a string, or an RFC 3339 text; null for `0`, null and nonsense. */
export const instantOf = (value: unknown): Instant | null => {
  if (typeof value !== "number" && typeof value !== "string") return null
  const written = typeof value === "string" ? value.trim() : value
  const number = Number(written)
  // Nanoseconds, which older answers carry, are more than Date.parse is bound to read.
  const at = Number.isNaN(number)
    ? Date.parse(String(written).replace(/(\.\d{3})\d+/, "$1"))
    : Math.round(number >= 1e11 ? number : number * 1000)
  return at >= instantMin && at <= instantMax ? at : null
}

/** What two names of the same chat have in common, whatever their suffix and device part. */
export const chatKey = (chatId: string): string => {
  const chat = readChatId(chatId)
  return chat.kind === "person" ? chat.phone : chatId.trim().toLowerCase()
}

const fileTypes = new Set(["image", "video", "document", "ptt", "audio", "sticker", "gif", "file", "voice"])
/** Their body is a structure, not words. */
const wordless = new Set(["location", "vcard", "contact", "poll_vote", "system"])

const readText = (raw: Raw, type: string): string => {
  const { body } = raw
  // The body of a file is the file itself in base64, or a structure around it: words stand in the caption only.
  const isFile = fileTypes.has(type) || firstText(raw["mimetype"], raw["file_link"], raw["file_name"]) !== ""
  if (isFile) return firstText(raw["caption"], isRaw(body) ? body["caption"] : "")
  if (wordless.has(type)) return textOf(raw["caption"])
  const words = isRaw(body) ? firstText(body["text"], body["body"], body["caption"]) : textOf(body)
  return words !== "" ? words : firstText(raw["caption"], raw["selectedButtonId"], raw["selected_list_id"])
}

/**
 * The message, or why it is none. `timeless` stands in for a time that is missing; without it such a message is refused.
 * `chatId` stands in for a chat id that is missing.
 */
export const readMessage = (
  raw: unknown,
  missing: { readonly timeless?: Instant | null; readonly chatId?: string; readonly fromMe?: boolean } = {},
): WappiMessage | { readonly why: string } => {
  if (!isRaw(raw)) return { why: `a message is ${raw === null ? "null" : typeof raw}, not an object` }
  const id = textOf(raw["id"]).trim()
  if (id === "") return { why: "a message has no id" }
  if (id.length > idCharsMax) return { why: `a message has an id of ${id.length} characters` }
  const mine = [raw["fromMe"], raw["is_me"]].filter((value) => value !== undefined && value !== null)
  const fromMe = mine.length > 0 ? mine.some(isTrue) : (missing.fromMe ?? false)
  const chatId = firstText(raw["chatId"], raw["chat_id"], missing.chatId, raw[fromMe ? "to" : "from"]).trim()
  if (chatId === "") return { why: `message ${id} names no chat` }
  if (chatId.length > idCharsMax) return { why: `message ${id} names a chat of ${chatId.length} characters` }
  const at = instantOf(raw["time"]) ?? instantOf(raw["timestamp"]) ?? missing.timeless ?? null
  if (at === null) return { why: `message ${id} has no time that can be read` }
  const named = cut(textOf(raw["type"]).trim().toLowerCase(), wordCharsMax)
  const type = named === "" || named === "chat" ? "text" : named
  const body = isRaw(raw["body"]) ? raw["body"] : {}
  const reply = isRaw(raw["reply_message"]) ? raw["reply_message"] : {}
  const quoted = firstText(raw["stanzaId"], raw["stanza_id"], reply["id"])
  const source = textOf(raw["from_where"]).toLowerCase()
  const name = nameOf(raw["contact_name"], fromMe ? "" : raw["senderName"])
  return {
    id,
    chatId,
    fromMe,
    at,
    type,
    text: cut(readText(raw, type), textCharsMax),
    fileName: cut(firstText(raw["file_name"], body["fileName"], body["title"]), wordCharsMax),
    isEdited: isTrue(raw["isEdited"]) || isTrue(raw["is_edited"]),
    isDeleted: isTrue(raw["isDeleted"]) || isTrue(raw["is_deleted"]),
    refersTo: quoted.length > idCharsMax ? "" : quoted,
    ...(fromMe ? { deliveryStatus: textOf(raw["delivery_status"]).trim().toLowerCase() } : {}),
    // `isFromAPI` is true on other people's messages, too: it says nothing.
    sentFrom: source === "api" || source === "phone" ? source : "",
    senderName: nameOf(raw["senderName"]) ?? "",
    contactInfo:
      name === null
        ? null
        : { name, full_name: nameOf(fullName(raw["contact_name"], raw["contact_last_name"])), business_name: null },
  }
}

const fullName = (...parts: ReadonlyArray<unknown>) => parts.map(textOf).join(" ")

/** An own number as the gateway writes it; E.164 if it is a number at all. */
export const phoneOf = (value: unknown): string => {
  const written = textOf(value)
  return normalisePhone(written.split("@")[0] ?? "") ?? written
}
