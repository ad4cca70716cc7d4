/** What a message says, in words: its text, or a Russian placeholder with the caption for everything else. */
import { systemTypes, type WappiMessage } from "@wa/core/ports/wappi-port"

export interface MessageContent {
  readonly kind: "text" | "media" | "voice" | "reaction" | "system"
  readonly text: string
}

const placeholders: Readonly<Record<string, string>> = {
  image: "изображение",
  video: "видео",
  document: "документ",
  sticker: "стикер",
  location: "местоположение",
  vcard: "контакт",
  contact: "контакт",
  poll: "опрос",
  poll_vote: "ответ на опрос",
  buttons: "кнопки",
  list: "список",
  order: "заказ",
  product: "товар",
}

export const describeContent = (message: WappiMessage): MessageContent => {
  const text = message.text.trim()
  if (systemTypes.includes(message.type)) return { kind: "system", text: text === "" ? "[системное сообщение]" : text }
  switch (message.type) {
    case "text":
    case "buttons_response":
    case "list_response":
      return text === "" ? { kind: "media", text: "[пустое сообщение]" } : { kind: "text", text }
    case "ptt":
    case "audio":
      return { kind: "voice", text: "[голосовое сообщение]" }
    case "reaction":
      return { kind: "reaction", text: text === "" ? "[реакция снята]" : text }
    default: {
      const name =
        (Object.hasOwn(placeholders, message.type) ? placeholders[message.type] : undefined) ??
        `сообщение вида «${message.type}»`
      const file = message.type === "document" && message.fileName !== "" ? `: ${message.fileName}` : ""
      return { kind: "media", text: `[${name}${file}]${text === "" ? "" : ` ${text}`}` }
    }
  }
}
