/**
 * WhatsApp as far as one company's number sees it: chats, messages, ticks, and who typed what. A stand-in keeps it, and
 * tests and the demo page play the clients and the company's people on it. Time is what `now` says; ids are upper-case
 * hex and follow from `seed`, so a run can be repeated exactly. With a journal, every change is in the file before the
 * call returns. Knows nothing of HTTP or of faults, and forgets nothing: it grows with what is written.
 */
import { createHash, randomBytes } from "node:crypto"
import { normalisePhone } from "@wa/core/contact/phone"
import type { Instant } from "@wa/core/time/instant"
import { type Journal, openJournal } from "./journal.ts"

export interface LocalMedia {
  readonly base64: string
  readonly mimeType: string
}
export interface LocalMessage {
  readonly id: string
  /** `77010000001@c.us`, a group, or a hidden `…@lid`. */
  readonly chatId: string
  /** In a group the author; else the chat. */
  readonly author: string
  readonly fromMe: boolean
  readonly at: Instant
  /** As WhatsApp names it: `chat`, `ptt`, `image`, `reaction`, … */
  readonly type: string
  readonly text: string
  readonly fileName: string
  readonly media: LocalMedia | null
  readonly refersTo: string
  readonly sentFrom: "api" | "phone"
  readonly taskId: string
  readonly botId: string
  readonly senderName: string
  /** Of an own message, what became of it; of a client's, whether we have read it. */
  readonly tick: string
  readonly isEdited: boolean
  readonly isDeleted: boolean
}
/** A send that was put off. */
export interface LocalTask {
  readonly id: string
  readonly recipient: string
  readonly text: string
  readonly quoted: string
  readonly at: Instant
}
export interface LocalWebhook {
  readonly url: string
  readonly auth: string
  readonly types: ReadonlyArray<string>
}

/** What has happened, and all that is kept. */
export type Happening =
  | { readonly what: "began"; readonly seed: string }
  | { readonly what: "wrote"; readonly message: LocalMessage; readonly name: string }
  | {
      readonly what: "edited"
      readonly id: string
      readonly editId: string
      readonly text: string
      readonly at: Instant
    }
  | { readonly what: "deleted"; readonly id: string; readonly at: Instant }
  | { readonly what: "ticked"; readonly id: string; readonly tick: string; readonly at: Instant }
  | { readonly what: "readByUs"; readonly ids: ReadonlyArray<string>; readonly at: Instant }
  | { readonly what: "queued"; readonly task: LocalTask }
  | { readonly what: "webhook"; readonly webhook: LocalWebhook }

export interface LocalChat {
  readonly chatId: string
  readonly name: string
  readonly last: LocalMessage
  readonly unread: number
}

export interface ClientWrites {
  readonly name?: string
  readonly type?: string
  readonly audioBase64?: string
  readonly media?: LocalMedia
  readonly fileName?: string
  readonly refersTo?: string
  /** The chat, when it is not the writer's own: a group, or a hidden `…@lid`. */
  readonly chatId?: string
}

export interface LocalWhatsAppOptions {
  readonly now: () => Instant
  readonly seed?: string
  readonly journalFile?: string
  /** Whether clients read what arrives at once (the default) or when told to by `clientReads`. */
  readonly clientsReadAtOnce?: boolean
}

/** How an unfilled `chatId`, phone or recipient names a chat here; 8… stays 8…, where nobody is reached. */
export const chatIdFrom = (written: string): string => {
  const [name = "", server = "c.us"] = written.trim().toLowerCase().split("@")
  if (server !== "c.us" && server !== "s.whatsapp.net") return `${name}@${server}`
  return `${name.replace(/[:.]\d.*$/, "").replace(/\D/g, "")}@c.us`
}

export const webhookTypesByDefault = ["authorization_status", "incoming_message", "delivery_status"]

export const makeLocalWhatsApp = (options: LocalWhatsAppOptions) => {
  const chats = new Map<string, { name: string; messages: Array<string>; order: number }>()
  const messages = new Map<string, LocalMessage>()
  const tasks = new Map<string, LocalTask>()
  const sentTasks = new Map<string, string>()
  const typingUntil = new Map<string, Instant>()
  const listeners = new Set<(happening: Happening) => void>()
  let webhook: LocalWebhook = { url: "", auth: "", types: webhookTypesByDefault }
  let seed = options.seed ?? randomBytes(8).toString("hex")
  let count = 0
  let ids = 0

  const change = (id: string, to: Partial<LocalMessage>) => {
    const message = messages.get(id)
    if (message !== undefined) messages.set(id, { ...message, ...to })
  }
  const apply = (happening: Happening): void => {
    count++
    switch (happening.what) {
      case "began":
        seed = happening.seed
        break
      case "wrote": {
        const { message, name } = happening
        const chat = chats.get(message.chatId) ?? { name: "", messages: [], order: 0 }
        chat.messages.push(message.id)
        chats.set(message.chatId, { ...chat, name: name || chat.name, order: count })
        messages.set(message.id, message)
        if (message.taskId !== "") sentTasks.set(message.taskId, message.id)
        break
      }
      case "edited":
        change(happening.id, { text: happening.text, isEdited: true })
        break
      case "deleted":
        change(happening.id, { text: "", media: null, isDeleted: true })
        break
      case "ticked":
        change(happening.id, { tick: happening.tick })
        break
      case "readByUs":
        for (const id of happening.ids) change(id, { tick: "read" })
        break
      case "queued":
        tasks.set(happening.task.id, happening.task)
        break
      case "webhook":
        webhook = happening.webhook
        break
    }
  }
  let journal: Journal<Happening> | undefined
  const happen = (happening: Happening): void => {
    journal?.append(happening)
    apply(happening)
    for (const listener of listeners) listener(happening)
  }
  if (options.journalFile !== undefined) {
    const opened = openJournal<Happening>(options.journalFile)
    for (const happening of opened.entries) apply(happening)
    journal = opened.journal
  }
  // Counted on from what was kept (no happening takes more than two ids), so that a restart never gives an id twice.
  ids = count * 4
  if (count === 0) happen({ what: "began", seed })

  const newHex = (length: number) =>
    createHash("sha256").update(`${seed}:${ids++}`).digest("hex").slice(0, length).toUpperCase()
  const newUuid = () =>
    newHex(32)
      .toLowerCase()
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")

  const write = (message: LocalMessage, name = ""): LocalMessage => {
    happen({ what: "wrote", message, name })
    return message
  }
  const blank = { fileName: "", media: null, refersTo: "", taskId: "", botId: "", isEdited: false, isDeleted: false }

  /** A client writes; `from` is a phone as a person would write it. */
  const clientWrites = (from: string, text: string, more: ClientWrites = {}): LocalMessage => {
    const phone = normalisePhone(from)
    if (phone === null && more.chatId === undefined) throw new RangeError(`${from} is no phone number`)
    const author = chatIdFrom(phone ?? (from === "" ? (more.chatId ?? "") : from))
    const media =
      more.media ?? (more.audioBase64 === undefined ? null : { base64: more.audioBase64, mimeType: "audio/ogg" })
    const chatId = more.chatId === undefined ? author : chatIdFrom(more.chatId)
    const known = chats.get(chatId)?.name ?? ""
    return write(
      {
        ...blank,
        id: `3A${newHex(18)}`,
        chatId,
        author,
        fromMe: false,
        at: options.now(),
        type: more.type ?? (more.audioBase64 === undefined ? "chat" : "ptt"),
        text,
        fileName: more.fileName ?? "",
        media,
        refersTo: more.refersTo ?? "",
        sentFrom: "phone",
        senderName: more.name ?? known,
        tick: "delivered",
      },
      more.chatId === undefined ? (more.name ?? "") : "",
    )
  }
  const clientReacts = (from: string, messageId: string, emoji: string) =>
    clientWrites(from, emoji, { type: "reaction", refersTo: messageId })
  const clientEdits = (id: string, text: string): boolean => {
    const message = messages.get(id)
    if (message === undefined || message.isDeleted) return false
    happen({ what: "edited", id, editId: `3A${newHex(18)}`, text, at: options.now() })
    return true
  }
  const clientDeletes = (id: string): boolean => {
    if (!messages.has(id)) return false
    happen({ what: "deleted", id, at: options.now() })
    return true
  }
  /** Blue ticks on all that we wrote to that client. */
  const clientReads = (phone: string): void => {
    for (const message of inOrder(chatIdFrom(normalisePhone(phone) ?? phone)))
      if (message.fromMe && message.tick === "delivered") tick(message.id, "read")
  }
  const tick = (id: string, status: string): void => happen({ what: "ticked", id, tick: status, at: options.now() })

  const ours = (chatId: string, text: string, more: Partial<LocalMessage>): LocalMessage =>
    write({
      ...blank,
      id: "",
      chatId,
      author: "",
      fromMe: true,
      at: options.now(),
      type: "chat",
      text,
      sentFrom: "phone",
      senderName: "",
      tick: "pending",
      ...more,
    })
  /** What WhatsApp does with an own message that it took. Numbers written with 8 are nobody's: nothing arrives. */
  const deliver = (message: LocalMessage): void => {
    if (/^8\d{10}@/.test(message.chatId)) return
    tick(message.id, "delivered")
    if (options.clientsReadAtOnce ?? true) tick(message.id, "read")
  }
  /** A person of the company types on the phone. */
  const operatorWrites = (to: string, text: string): LocalMessage => {
    const phone = normalisePhone(to)
    if (phone === null) throw new RangeError(`${to} is no phone number`)
    const message = ours(chatIdFrom(phone), text, { id: `3A${newHex(18)}` })
    deliver(message)
    return message
  }
  /** The API sends. `fate` other than `delivered` is told as the delivery status instead. */
  const sends = (
    recipient: string,
    text: string,
    more: { readonly quoted?: string; readonly taskId?: string; readonly botId?: string; readonly fate?: string } = {},
  ): LocalMessage => {
    const message = ours(chatIdFrom(recipient), text, {
      id: `3EB0${newHex(16)}`,
      sentFrom: "api",
      refersTo: more.quoted ?? "",
      taskId: more.taskId ?? newUuid(),
      botId: more.botId ?? "",
    })
    if (more.fate === undefined || more.fate === "delivered") deliver(message)
    else tick(message.id, more.fate)
    return message
  }
  const queue = (task: Omit<LocalTask, "id" | "at">): LocalTask => {
    const queued = { ...task, id: newUuid(), at: options.now() }
    happen({ what: "queued", task: queued })
    return queued
  }
  /** Sends what was put off, once. */
  const runTask = (id: string): LocalMessage | null => {
    const task = tasks.get(id)
    if (task === undefined || sentTasks.has(id)) return null
    return sends(task.recipient, task.text, { quoted: task.quoted, taskId: id })
  }

  /** Marks one message, or its whole chat, read by us; false when there is no such message. */
  const markRead = (id: string, wholeChat: boolean): boolean => {
    const message = messages.get(id)
    if (message === undefined) return false
    const isUnread = (one: LocalMessage) => !one.fromMe && one.tick !== "read"
    const unread = (wholeChat ? inOrder(message.chatId) : [message]).filter(isUnread).map((one) => one.id)
    if (unread.length > 0) happen({ what: "readByUs", ids: unread, at: options.now() })
    return true
  }

  /** Oldest first. */
  const inOrder = (chatId: string): ReadonlyArray<LocalMessage> =>
    (chats.get(chatId)?.messages ?? []).flatMap((id) => messages.get(id) ?? [])
  /** Newest first. */
  const listChats = (): ReadonlyArray<LocalChat> =>
    [...chats]
      .sort(([, a], [, b]) => b.order - a.order)
      .map(([chatId, { name }]) => {
        const all = inOrder(chatId)
        const unread = all.filter((one) => !one.fromMe && one.type !== "reaction" && one.tick !== "read").length
        return { chatId, name, last: all.at(-1)!, unread }
      })

  return {
    clientWrites,
    clientReacts,
    clientEdits,
    clientDeletes,
    clientReads,
    operatorWrites,
    sends,
    queue,
    runTask,
    markRead,
    tick,
    newUuid,
    listChats,
    inOrder,
    /** The messages of one client's chat, oldest first. */
    chat: (phone: string) => inOrder(chatIdFrom(normalisePhone(phone) ?? phone)),
    chatName: (chatId: string) => chats.get(chatId)?.name ?? "",
    message: (id: string) => messages.get(id),
    /** All that the API sent, newest first. */
    sentByApi: () => [...messages.values()].filter((one) => one.fromMe && one.sentFrom === "api").reverse(),
    task: (id: string) => ({ task: tasks.get(id), message: messages.get(sentTasks.get(id) ?? "") }),
    unsentTasks: () => [...tasks.values()].filter((task) => !sentTasks.has(task.id)),
    showTyping: (recipient: string, until: Instant) => void typingUntil.set(chatIdFrom(recipient), until),
    isTyping: (chatId: string) => (typingUntil.get(chatId) ?? 0) > options.now(),
    webhook: () => webhook,
    setWebhook: (to: Partial<LocalWebhook>) => happen({ what: "webhook", webhook: { ...webhook, ...to } }),
    /** Tells of everything from now on; gives back how to stop. */
    subscribe: (listener: (happening: Happening) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    now: options.now,
    close: () => journal?.close(),
  }
}
export type LocalWhatsApp = ReturnType<typeof makeLocalWhatsApp>
