/**
 * WappiPort directly over `LocalWhatsApp`: no sockets, no waiting but the clock's, so that a whole world runs on virtual
 * time. What it answers passes through the same writing and reading as over HTTP, so the oddities of answers hold here,
 * too. A planned fault strikes a whole call, not one try of it: there is nobody inside who would try again.
 */
import { normalisePhone, recipientOf } from "@wa/core/contact/phone"
import { type WappiMessage, WappiPort } from "@wa/core/ports/wappi-port"
import { Effect, Layer } from "effect"
import {
  denied,
  type Failure,
  isFailureOf,
  lateFile,
  passing,
  permanent,
  readAnswer,
  readError,
  sendError,
  unclear,
} from "../wappi/answer.ts"
import { mimeTypeOf } from "../wappi/media.ts"
import { instantOf, readMessage } from "../wappi/message.ts"
import {
  badId,
  badPage,
  badRecipient,
  badText,
  badWebhook,
  readChat,
  refuse,
  webhookTypes,
} from "../wappi/wappi-http.ts"
import { type Endpoint, type Faults, makeFaults, type PlannedFault } from "./faults.ts"
import { chatIdFrom, type LocalMessage, type LocalWhatsApp } from "./local-whatsapp.ts"
import { arriveBetweenPages, isPaid, startTyping } from "./oddities.ts"
import { chatOf, messageOf, type Wire, webhooksOf } from "./wire.ts"

export interface MemoryWappiSettings {
  readonly whatsapp: LocalWhatsApp
  readonly faults?: Faults
  readonly profileId: string
  readonly ownPhone?: string
  /** How long a hanging call is waited for. */
  readonly timeoutMs?: number
  /** Receives, at once, each body that the gateway would post, once a webhook is registered. */
  readonly post?: (body: unknown) => void
}

export const make = Effect.fnUntraced(function* (settings: MemoryWappiSettings) {
  const { whatsapp, profileId } = settings
  const faults = settings.faults ?? makeFaults()
  const timeoutMs = settings.timeoutMs ?? 30_000
  const scope = yield* Effect.scope
  const wire: Wire = {
    whatsapp,
    profileId,
    ownPhone: settings.ownPhone ?? "77020000000",
    switches: faults.switches,
    fileUrl: (id) => `memory:${id}`,
  }
  const { post } = settings
  if (post !== undefined) {
    const stop = whatsapp.subscribe((happening) => {
      const { url, types } = whatsapp.webhook()
      const { webhookAsObject, webhookLost, webhookTwice } = faults.switches()
      if (url === "" || webhookLost) return
      for (const message of webhooksOf(wire, happening).filter((one) => types.includes(one.wh_type))) {
        const isBare = webhookAsObject || message.wh_type === "delivery_status"
        const body = { messages: isBare ? message : [message] }
        for (let times = webhookTwice ? 2 : 1; times > 0; times--) post(body)
      }
    })
    yield* Effect.addFinalizer(() => Effect.sync(stop))
  }

  const strike = (fault: PlannedFault, act: () => unknown): Effect.Effect<never, Failure> => {
    const did = (isDone: boolean) => Effect.sync(() => (isDone ? void act() : undefined))
    switch (fault.kind) {
      case "crossed":
        return Effect.fail(passing(200, "another call's answer came"))
      case "hang":
        return did(fault.isDone).pipe(
          Effect.andThen(Effect.sleep(Math.min(fault.ms, timeoutMs))),
          Effect.andThen(Effect.fail(unclear(null, `gave up after ${timeoutMs} ms`))),
        )
      case "drop":
        return Effect.andThen(did(fault.isDone), Effect.fail(unclear(null, "the connection broke")))
      case "status_error":
        return Effect.fail(passing(200, fault.detail ?? "Driver not ready"))
      case "saved_for_later": {
        const kept = Effect.fail(unclear(400, "the command was saved for re-sending"))
        if (fault.sendsAfterMs === null) return kept
        return Effect.andThen(
          Effect.forkIn(Effect.andThen(Effect.sleep(fault.sendsAfterMs), did(true)), scope, { startImmediately: true }),
          kept,
        )
      }
      case "http": {
        const text = fault.body ?? JSON.stringify({ status: "error", detail: `HTTP ${fault.status}` })
        const answer = readAnswer(
          { status: fault.status, retryAfter: fault.headers?.["retry-after"], text },
          whatsapp.now(),
        )
        const failure = isFailureOf(answer) ? answer : unclear(fault.status, "an answer that says nothing")
        return Effect.andThen(did(fault.isDone ?? false), Effect.fail(failure))
      }
    }
  }
  /** One call: what stands in its way, then the thing itself. */
  const call = <A>(
    endpoint: Endpoint,
    chatId: string,
    bad: string | null,
    act: () => A | Failure,
  ): Effect.Effect<A, Failure> =>
    Effect.gen(function* () {
      yield* refuse(bad)
      const { slowMs } = faults.switches()
      if (slowMs > 0) yield* Effect.sleep(slowMs)
      if (endpoint !== "status" && !isPaid(faults, whatsapp.now()))
        return yield* Effect.fail(denied(402, "Payment required", "payment"))
      const fault = faults.take(endpoint, chatId)
      if (fault !== null) return yield* strike(fault, act)
      const done = act()
      return isFailure(done) ? yield* Effect.fail(done) : done
    })
  const read = (message: LocalMessage): ReadonlyArray<WappiMessage> => {
    const told = readMessage(messageOf(wire, message), { chatId: message.chatId })
    return "why" in told ? [] : [told]
  }
  const chatOfMessage = (id: string) => whatsapp.message(id)?.chatId ?? ""
  const loggedOut = () => (faults.switches().authorized ? null : passing(400, "Not authorized in whatsapp"))

  const sends = (recipient: string, text: string, quoted: string) => (): string | Failure =>
    loggedOut() ?? whatsapp.sends(recipient, text, { quoted, fate: faults.switches().fateOfSends }).id

  return WappiPort.of({
    listChats: (page) =>
      call("chats", "", badPage(page), () => {
        const all = faults.switches().nullLists ? [] : whatsapp.listChats()
        const chats = all.slice(page.offset, page.offset + page.limit).flatMap((chat) => readChat(chatOf(wire, chat)))
        arriveBetweenPages(whatsapp, faults, page.offset)
        return chats
      }).pipe(Effect.mapError(readError("list chats"))),
    listMessages: (chatId, page) => {
      const bad = chatId.trim() === "" ? "the chat id is empty" : badPage(page)
      return call("messages", chatIdFrom(chatId), bad, () => {
        const all = faults.switches().nullLists ? [] : whatsapp.inOrder(chatIdFrom(chatId)).toReversed()
        const messages = all.slice(page.offset, page.offset + page.limit).flatMap(read)
        arriveBetweenPages(whatsapp, faults, page.offset)
        return messages.sort((a, b) => b.at - a.at)
      }).pipe(Effect.mapError(readError("list messages")))
    },
    message: (id) =>
      call("message", chatOfMessage(id), badId(id), () => {
        const found = whatsapp.message(id)
        return found === undefined ? null : (read(found)[0] ?? null)
      }).pipe(Effect.mapError(readError("read message"))),
    send: (to, text) => {
      const bad = badRecipient(to) ?? badText(text)
      const act = () => sends(recipientOf(to), text, "")()
      return call("send", chatIdFrom(to), bad, act).pipe(Effect.mapError(sendError("send")))
    },
    reply: (messageId, text) =>
      call("reply", chatOfMessage(messageId), badId(messageId) ?? badText(text), () => {
        const quoted = whatsapp.message(messageId)
        return quoted === undefined ? permanent(400, "message not found") : sends(quoted.chatId, text, quoted.id)()
      }).pipe(Effect.mapError(sendError("reply"))),
    markRead: (messageId, wholeChat) =>
      call("mark_read", chatOfMessage(messageId), badId(messageId), () =>
        whatsapp.markRead(messageId, wholeChat) ? undefined : permanent(400, "message not found"),
      ).pipe(Effect.mapError(readError("mark read"))),
    typing: (to) =>
      call("typing", chatIdFrom(to), badRecipient(to), () => startTyping(whatsapp, faults, recipientOf(to))).pipe(
        Effect.mapError(readError("typing")),
      ),
    downloadMedia: (messageId) =>
      call("download", chatOfMessage(messageId), badId(messageId), () => {
        const found = whatsapp.message(messageId)
        if (found?.media == null) return permanent(400, "download media error")
        if (faults.switches().mediaAs === "neither") return permanent(200, "the answer holds no file")
        const bytes = new Uint8Array(Buffer.from(found.media.base64, "base64"))
        if (bytes.length === 0) return permanent(200, "the file is empty")
        return { bytes, mimeType: mimeTypeOf(bytes, found.media.mimeType), fileName: found.fileName }
      }).pipe(Effect.mapError(lateFile), Effect.mapError(readError("download media"))),
    profile: call("status", "", null, () => {
      const { appStatus, authorized, paymentExpiresAt } = faults.switches()
      return {
        isHealthy: authorized && appStatus === "open",
        authorized,
        appStatus,
        phone: normalisePhone(wire.ownPhone) ?? wire.ownPhone,
        paymentExpiresAt: instantOf(paymentExpiresAt),
        loggedOutAt: authorized ? null : whatsapp.now(),
      }
    }).pipe(Effect.mapError(readError("profile"))),
    webhookUrl: call("webhook", "", null, () => whatsapp.webhook().url || null).pipe(
      Effect.mapError(readError("webhook address")),
    ),
    registerWebhook: (url, secret) => {
      const bad = badWebhook(url, secret)
      return call("webhook", "", bad, () => whatsapp.setWebhook({ url, auth: secret, types: webhookTypes })).pipe(
        Effect.mapError(readError("register webhook")),
      )
    },
  })
})

const isFailure = (value: unknown): value is Failure =>
  typeof value === "object" && value !== null && "_tag" in value && isFailureOf(value as Failure)

export const layer = (settings: MemoryWappiSettings): Layer.Layer<WappiPort> => Layer.effect(WappiPort, make(settings))
