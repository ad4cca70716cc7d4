/**
 * The other end of the line, for the demo page and for tests: what a client and a person of the company do on their
 * phones, and the switches of the faults. No password: it belongs on a loopback address.
 */
import { normalisePhone } from "@wa/core/contact/phone"
import type { FastifyInstance } from "fastify"
import { type Faults, readFaultRequest } from "./faults.ts"
import { chatIdFrom, type LocalMessage, type LocalWhatsApp } from "./local-whatsapp.ts"

const textCharsMax = 65_536
const typesOfClients = [
  "chat",
  "ptt",
  "audio",
  "image",
  "video",
  "document",
  "sticker",
  "location",
  "vcard",
  "reaction",
  "poll",
]

class Wrong extends Error {}
const wrong = (why: string): never => {
  throw new Wrong(why)
}

const fields = (body: unknown): Record<string, unknown> =>
  typeof body === "object" && body !== null && !Array.isArray(body)
    ? (body as Record<string, unknown>)
    : wrong("the body must be a JSON object")
const optional = (from: Record<string, unknown>, key: string): string | undefined => {
  const value = from[key]
  if (value === undefined || value === null) return undefined
  return typeof value === "string" ? value : wrong(`${key} must be a text`)
}
const required = (from: Record<string, unknown>, key: string): string =>
  optional(from, key) ?? wrong(`${key} is missing`)
const words = (from: Record<string, unknown>): string => {
  const text = optional(from, "text") ?? ""
  return text.length > textCharsMax ? wrong(`text is longer than ${textCharsMax} characters`) : text
}
const phone = (from: Record<string, unknown>, key: string): string =>
  normalisePhone(required(from, key)) ?? wrong(`${key} must be a phone number such as +77010000001`)

const shown = (message: LocalMessage) => ({
  id: message.id,
  fromMe: message.fromMe,
  sentFrom: message.fromMe ? message.sentFrom : "phone",
  type: message.type,
  text: message.text,
  fileName: message.fileName,
  hasMedia: message.media !== null,
  refersTo: message.refersTo,
  at: message.at,
  tick: message.tick,
  isEdited: message.isEdited,
  isDeleted: message.isDeleted,
})

export const phoneSide = (app: FastifyInstance, whatsapp: LocalWhatsApp, faults: Faults): void => {
  const post = (path: string, act: (body: Record<string, unknown>) => unknown) =>
    app.post(path, async (request, reply) => {
      try {
        return await reply.send(act(fields(request.body)))
      } catch (error) {
        if (error instanceof Wrong || error instanceof RangeError) return reply.code(400).send({ error: error.message })
        throw error
      }
    })

  post("/phone/messages", (body) => {
    const chatId = optional(body, "chatId")
    const from = chatId === undefined ? phone(body, "from") : required(body, "from")
    const audioBase64 = optional(body, "audioBase64")
    const type = optional(body, "type") ?? (audioBase64 === undefined ? "chat" : "ptt")
    if (!typesOfClients.includes(type)) wrong(`type must be one of ${typesOfClients.join(", ")}`)
    if (audioBase64 !== undefined && !/^[A-Za-z0-9+/\s]+={0,2}$/.test(audioBase64)) wrong("audioBase64 must be base64")
    const text = words(body)
    if (type === "chat" && text.trim() === "") wrong("text is missing")
    const name = optional(body, "name")
    const refersTo = optional(body, "refersTo")
    const message = whatsapp.clientWrites(from, text, {
      type,
      ...(name === undefined ? {} : { name }),
      ...(audioBase64 === undefined ? {} : { audioBase64: audioBase64.replace(/\s/g, "") }),
      ...(refersTo === undefined ? {} : { refersTo }),
      ...(chatId === undefined ? {} : { chatId }),
    })
    return shown(message)
  })
  post("/phone/edit", (body) => {
    const id = required(body, "id")
    const text = words(body)
    if (text.trim() === "") wrong("text is missing")
    return whatsapp.clientEdits(id, text) ? { id } : wrong(`there is no message ${id} to edit`)
  })
  post("/phone/delete", (body) => {
    const id = required(body, "id")
    return whatsapp.clientDeletes(id) ? { id } : wrong(`there is no message ${id}`)
  })
  post("/phone/operator", (body) => {
    const text = words(body)
    if (text.trim() === "") wrong("text is missing")
    return shown(whatsapp.operatorWrites(phone(body, "to"), text))
  })
  app.get("/phone/chats", async () =>
    whatsapp.listChats().map((chat) => ({
      phone: normalisePhone(chat.chatId.split("@")[0] ?? "") ?? chat.chatId,
      chatId: chat.chatId,
      name: chat.name,
      lastText: chat.last.text,
      lastFromMe: chat.last.fromMe,
      lastAt: chat.last.at,
      unread: chat.unread,
    })),
  )
  app.get<{ Params: { phone: string } }>("/phone/chats/:phone", async (request) => {
    const chatId = chatIdFrom(normalisePhone(request.params.phone) ?? request.params.phone)
    return {
      chatId,
      name: whatsapp.chatName(chatId),
      isTyping: whatsapp.isTyping(chatId),
      messages: whatsapp.inOrder(chatId).map(shown),
    }
  })
  app.get("/phone/faults", async () => faults.read())
  post("/phone/faults", (body) => {
    const asked = readFaultRequest(body)
    if (typeof asked === "string") return wrong(asked)
    if (asked.clear) faults.clear()
    faults.set(asked.switches)
    faults.plan(...asked.planned)
    return faults.read()
  })
}
