/** How the gateway writes what WhatsApp holds: the chat list, the messages of a chat, and webhooks, oddities included. */
import type { Instant } from "@wa/core/time/instant"
import type { Switches } from "./faults.ts"
import type { Happening, LocalChat, LocalMessage, LocalTask, LocalWhatsApp } from "./local-whatsapp.ts"

export interface Wire {
  readonly whatsapp: LocalWhatsApp
  readonly profileId: string
  readonly ownPhone: string
  readonly switches: () => Switches
  /** Where files can be fetched without a token. */
  readonly fileUrl: (messageId: string) => string
}

/** Moscow, as the vendor writes times. */
export const moscow = (at: Instant): string => `${new Date(at + 3 * 3_600_000).toISOString().slice(0, 19)}+03:00`

export const seconds = (at: Instant, isSameSecond = false): number =>
  Math.floor(at / (isSameSecond ? 60_000 : 1000)) * (isSameSecond ? 60 : 1)

export const envelope = (now: Instant) => ({ status: "done", timestamp: seconds(now), time: moscow(now) })

const digits = (chatId: string) => chatId.split("@")[0] ?? ""
const suffixed = (wire: Wire, chatId: string) => chatId.replace(/@c\.us$/, `@${wire.switches().idSuffix}`)
const isGroup = (chatId: string) => chatId.endsWith("@g.us")

/** Tests of a client that trusts optional fields need them gone; these are the ones the vendor has shown since 2023. */
const coreOfMessage = ["id", "type", "from", "to", "fromMe", "senderName", "time", "body", "chatId", "stanzaId"]
const coreOfChat = ["id", "contact", "isGroup", "last_message_id", "last_timestamp", "last_time", "name"]
const bare = (wire: Wire, core: ReadonlyArray<string>, full: Record<string, unknown>) =>
  wire.switches().bareFields ? Object.fromEntries(Object.entries(full).filter(([key]) => core.includes(key))) : full

export const chatOf = (wire: Wire, chat: LocalChat): Record<string, unknown> => {
  const { last } = chat
  const { zeroTimes } = wire.switches()
  const id = suffixed(wire, chat.chatId)
  return bare(wire, coreOfChat, {
    id,
    type: "",
    phone: isGroup(id) ? "" : digits(id),
    // Without a name the list shows the number, wrapped in invisible marks.
    name: chat.name || `\u202a${digits(id)}\u202c`,
    isGroup: isGroup(id),
    group: null,
    contact: {
      Found: chat.name !== "",
      FirstName: chat.name.split(" ")[0],
      FullName: chat.name,
      PushName: chat.name,
      BusinessName: "",
    },
    chat: { VerifiedName: null, Status: "", PictureID: "", Devices: [`${digits(id)}.0:0@c.us`] },
    image: null,
    last_message_id: last.id,
    last_timestamp: zeroTimes ? 0 : new Date(last.at).toISOString().replace(/\.\d+Z$/, "Z"),
    last_time: zeroTimes ? 0 : seconds(last.at, wire.switches().sameSecond),
    last_message_type: last.type,
    last_message_data: last.text.slice(0, 50),
    last_message_delivery_status: last.fromMe ? last.tick : "",
    last_message_sender: { id, number: digits(id), pushname: chat.name, isMe: last.fromMe },
    unread_count: chat.unread,
    wapi_unread_count: chat.unread,
    isDeleted: false,
    isArchived: false,
    is_wappi_pinned: false,
  })
}

const ends = (wire: Wire, message: LocalMessage) => {
  const own = `${wire.ownPhone}@${wire.switches().idSuffix}`
  const other = suffixed(wire, message.author || message.chatId)
  return { from: message.fromMe ? own : other, to: message.fromMe ? suffixed(wire, message.chatId) : own }
}

export const messageOf = (wire: Wire, message: LocalMessage): Record<string, unknown> => {
  const { mediaBodyIsObject, s3Info, sameSecond } = wire.switches()
  const { media } = message
  const body = {
    url: "https://mmg.whatsapp.example/encrypted.enc",
    mimetype: media?.mimeType,
    fileName: message.fileName,
    caption: message.text,
    PTT: message.type === "ptt",
    JPEGThumbnail: null,
  }
  return bare(wire, coreOfMessage, {
    id: message.id,
    type: message.type,
    ...ends(wire, message),
    fromMe: message.fromMe,
    senderName: message.senderName,
    contact_name: message.fromMe ? "" : wire.whatsapp.chatName(message.chatId),
    time: seconds(message.at, sameSecond),
    body: media === null ? message.text : mediaBodyIsObject ? body : null,
    chatId: suffixed(wire, message.chatId),
    stanzaId: message.refersTo,
    isForwarded: false,
    isReply: message.refersTo !== "" && message.type !== "reaction",
    reply_message: null,
    caption: media === null ? "" : message.text,
    file_name: message.fileName,
    mimetype: media?.mimeType ?? "",
    isRead: message.tick === "read",
    delivery_status: message.tick,
    s3Info: s3Info && media !== null ? { url: wire.fileUrl(message.id), expire: seconds(message.at) + 172_800 } : {},
    media_info: null,
    from_where: message.sentFrom,
    isFromAPI: message.sentFrom === "api",
    isEdited: message.isEdited,
    isDeleted: message.isDeleted,
    reactions: null,
    task_id: message.taskId,
    wappi_bot_id: message.botId,
  })
}

export const historyOf = (message: LocalMessage): Record<string, unknown> => ({
  delivered: "success",
  recipient: message.chatId,
  message: message.text,
  caption: "",
  created_at: moscow(message.at),
  task_name: "sendMessage",
  id: message.id,
  task_id: message.taskId,
})

export const taskOf = (wire: Wire, task: LocalTask, message: LocalMessage | undefined): Record<string, unknown> => ({
  task_id: task.id,
  command_start: moscow(task.at),
  command: "sendMessage",
  recipient: task.recipient,
  uuid: wire.profileId,
  body: task.text,
  is_first: true,
  response:
    message === undefined
      ? null
      : {
          ...envelope(message.at),
          detail: "Message sent",
          task_id: task.id,
          uuid: wire.profileId,
          message_id: message.id,
        },
})

const webhookMessage = (
  wire: Wire,
  type: string,
  message: LocalMessage,
  at: Instant,
  more: Record<string, unknown> = {},
) => ({
  wh_type: type,
  profile_id: wire.profileId,
  id: message.id,
  type: message.type,
  body: message.media === null ? message.text : message.media.base64,
  ...ends(wire, message),
  chatId: suffixed(wire, message.chatId),
  platform: "whatsapp",
  chat_type: isGroup(message.chatId) ? "group" : "dialog",
  senderName: message.senderName,
  contact_name: message.fromMe ? "" : wire.whatsapp.chatName(message.chatId),
  timestamp: moscow(at),
  time: seconds(at, wire.switches().sameSecond),
  caption: message.media === null ? null : message.text,
  from_where: message.sentFrom,
  mimetype: message.media?.mimeType ?? "",
  file_name: message.fileName,
  file_link: message.media === null ? "" : wire.fileUrl(message.id),
  file_link_expire: message.media === null ? 0 : seconds(at) + 172_800,
  is_forwarded: false,
  isReply: message.refersTo !== "" && message.type !== "reaction",
  is_edited: false,
  is_deleted: false,
  is_me: message.fromMe,
  is_bot: false,
  stanza_id: message.refersTo,
  media_info: null,
  task_id: message.taskId,
  wappi_bot_id: message.botId,
  ...more,
})

const typeOf = (message: LocalMessage) =>
  !message.fromMe ? "incoming_message" : message.sentFrom === "api" ? "outgoing_message_api" : "outgoing_message_phone"

const deliveryOf = (wire: Wire, message: LocalMessage, status: string, at: Instant) => ({
  wh_type: "delivery_status",
  id: message.id,
  profile_id: wire.profileId,
  timestamp: moscow(at),
  time: seconds(at),
  ...ends(wire, message),
  chat_id: suffixed(wire, message.chatId),
  status,
  task_id: message.taskId,
})

/** What the gateway posts when that happens. An edit comes as a new id that names the old one. */
export const webhooksOf = (
  wire: Wire,
  happening: Happening,
): ReadonlyArray<Record<string, unknown> & { wh_type: string }> => {
  if (happening.what === "wrote") {
    const { message } = happening
    const told = webhookMessage(wire, typeOf(message), message, message.at)
    return message.fromMe ? [told, deliveryOf(wire, message, "pending", message.at)] : [told]
  }
  if (happening.what !== "edited" && happening.what !== "deleted" && happening.what !== "ticked") return []
  const message = wire.whatsapp.message(happening.id)
  if (message === undefined) return []
  const { at } = happening
  switch (happening.what) {
    case "edited":
      return [
        webhookMessage(wire, typeOf(message), message, at, {
          id: happening.editId,
          is_edited: true,
          stanza_id: message.id,
        }),
      ]
    case "deleted":
      return [webhookMessage(wire, typeOf(message), message, at, { is_deleted: true })]
    case "ticked":
      return [deliveryOf(wire, message, happening.tick, at)]
  }
}
