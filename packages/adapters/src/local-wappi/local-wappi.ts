/**
 * A gateway that runs on this machine and speaks the vendor's contract over HTTP, for `npm start` without an account, for the
 * demo page, and for tests. Every fault of `faults.ts` can be switched on. With a journal, what was answered outlives a kill;
 * sends that were put off are carried out after the restart. Does not reach WhatsApp, and holds everything in memory.
 */
import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import type { Instant } from "@wa/core/time/instant"
import { Effect, Schema } from "effect"
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify"
import { type Endpoint, type Faults, makeFaults, type PlannedFault } from "./faults.ts"
import { chatIdFrom, type LocalWhatsApp, makeLocalWhatsApp, webhookTypesByDefault } from "./local-whatsapp.ts"
import { arriveBetweenPages, isPaid, startTyping } from "./oddities.ts"
import { phoneSide } from "./phone-side.ts"
import { webhookPoster } from "./webhook-post.ts"
import { chatOf, envelope, historyOf, messageOf, moscow, taskOf, type Wire, webhooksOf } from "./wire.ts"

export class LocalWappiCannotStart extends Schema.TaggedError<LocalWappiCannotStart>()("LocalWappiCannotStart", {
  detail: Schema.String,
}) {
  override get message() {
    return `The local stand-in for WhatsApp cannot start: ${this.detail}`
  }
}

export interface LocalWappiSettings {
  readonly host: string
  /** 0 or absent: any free one. */
  readonly port?: number
  readonly token: string
  readonly profileId: string
  readonly ownPhone?: string
  readonly journalFile?: string
  readonly seed?: string
  readonly clientsReadAtOnce?: boolean
  readonly now: () => Instant
}
export interface LocalWappiRequest {
  readonly endpoint: Endpoint
  readonly method: string
  readonly at: Instant
  readonly headers: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, string>>
}
export interface LocalWappi {
  readonly url: string
  readonly whatsapp: LocalWhatsApp
  readonly faults: Faults
  /** The calls that came, oldest first; the last ten thousand. */
  readonly requests: () => ReadonlyArray<LocalWappiRequest>
  /** The most calls that were ever under way together. */
  readonly concurrencyMax: () => number
  /** Until every webhook so far was posted. */
  readonly webhooksDrained: Effect.Effect<void>
}

const bodyBytesMax = 32 * 1024 * 1024
const requestsMax = 10_000
/** How long a call waits for another to be crossed with. */
const crossingMs = 60
const resumeMs = 1000

interface Answer {
  readonly status?: number
  readonly body: unknown
}
interface Asked {
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly raw: unknown
  /** Answer as if another chat had been asked for. */
  readonly isCrossed: boolean
}
interface Route {
  readonly method: "GET" | "POST" | ReadonlyArray<"GET" | "POST">
  readonly path: string
  readonly endpoint: Endpoint
  /** The chat that the call is about, if it says so. */
  readonly chatId?: (asked: Asked) => string
  readonly handle: (asked: Asked) => Answer
}

const error = (status: number, detail: string): Answer => ({ status, body: { status: "error", detail } })
const str = (value: unknown): string => (typeof value === "string" ? value : "")
const whole = (value: string | undefined, otherwise: number): number => {
  const number = Number(value ?? otherwise)
  return Number.isInteger(number) && number >= 0 ? number : otherwise
}

const start = async (settings: LocalWappiSettings) => {
  const { now, profileId } = settings
  const closing = new AbortController()
  const faults = makeFaults()
  const whatsapp = makeLocalWhatsApp({
    now,
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    ...(settings.journalFile === undefined ? {} : { journalFile: settings.journalFile }),
    ...(settings.clientsReadAtOnce === undefined ? {} : { clientsReadAtOnce: settings.clientsReadAtOnce }),
  })
  let url = ""
  const wire: Wire = {
    whatsapp,
    profileId,
    ownPhone: settings.ownPhone ?? "77020000000",
    switches: faults.switches,
    fileUrl: (messageId) => `${url}/files/${messageId}`,
  }
  const poster = webhookPoster(whatsapp, faults.switches, closing.signal)
  whatsapp.subscribe((happening) => poster.enqueue(webhooksOf(wire, happening)))

  const later = (ms: number, act: () => void): void =>
    void pause(ms, undefined, { signal: closing.signal }).then(act, () => undefined)
  for (const task of whatsapp.unsentTasks()) later(resumeMs, () => void whatsapp.runTask(task.id))

  const requests: Array<LocalWappiRequest> = []
  let underWay = 0
  let concurrencyMax = 0

  const done = (more: Record<string, unknown> = {}): Answer => ({ body: { ...envelope(now()), ...more } })
  const sent = (message: { readonly id: string; readonly taskId: string }): Answer =>
    done({ message_id: message.id, task_id: message.taskId, uuid: profileId })
  const listed = (list: ReadonlyArray<unknown>): unknown => {
    if (faults.switches().nullLists) return null
    return faults.switches().nullElements ? [null, ...list.flatMap((one) => [one, null])] : list
  }
  const chats = ({ query, body }: Asked): Answer => {
    const ids = (body["filter"] as { ids?: unknown } | undefined)?.ids
    let patterns: ReadonlyArray<RegExp>
    try {
      patterns = Array.isArray(ids) ? ids.map((id) => new RegExp(`^${String(id)}`)) : []
    } catch {
      return error(400, "filter error")
    }
    const all = whatsapp
      .listChats()
      .filter((chat) => patterns.length === 0 || patterns.some((p) => p.test(chat.chatId)))
    const offset = whole(query["offset"], 0)
    const isLimited = query["show_all"] !== "true" || !faults.switches().showAllIgnoresLimit
    const page = isLimited ? all.slice(offset, offset + whole(query["limit"], 10)) : all
    const answer = done({
      detail: "Chats fetched",
      dialogs: listed(page.map((chat) => chatOf(wire, chat))),
      total_count: all.length,
    })
    arriveBetweenPages(whatsapp, faults, offset)
    return answer
  }
  const messages = ({ query, isCrossed }: Asked): Answer => {
    if (!query["chat_id"]) return error(400, "chat_id is required")
    const asked = chatIdFrom(query["chat_id"])
    const other = whatsapp.listChats().find((chat) => chat.chatId !== asked)?.chatId ?? "70000000000@c.us"
    const all = whatsapp.inOrder(isCrossed ? other : asked).toReversed()
    const offset = whole(query["offset"], 0)
    const page = all.slice(offset, offset + whole(query["limit"], 50))
    const ordered = query["order"] === "asc" ? page.toReversed() : page
    const answer = done({
      messages: listed(ordered.map((message) => messageOf(wire, message))),
      total_count: all.length,
      uuid: profileId,
    })
    if (query["mark_all"] === "true" && page[0] !== undefined) whatsapp.markRead(page[0].id, true)
    arriveBetweenPages(whatsapp, faults, offset)
    return answer
  }
  const oneMessage = ({ query, isCrossed }: Asked): Answer => {
    const asked = str(query["message_id"])
    const other = whatsapp.listChats().map((chat) => chat.last)
    const message = isCrossed ? other.find((one) => one.id !== asked) : whatsapp.message(asked)
    return message === undefined
      ? error(404, "message not found")
      : done({ message: messageOf(wire, message), uuid: profileId })
  }
  const refusal = (): Answer | null => (faults.switches().authorized ? null : error(400, "Not authorized in whatsapp"))
  const wrongText = ({ recipient, body }: Readonly<Record<string, unknown>>): Answer | null => {
    if (!/^\d{7,15}(@c\.us|@s\.whatsapp\.net)?$|@g\.us$/.test(str(recipient))) return error(400, "recipient error")
    return str(body).trim() === "" ? error(400, "body error") : null
  }
  const send = ({ query, body }: Asked): Answer =>
    refusal() ??
    wrongText(body) ??
    sent(
      whatsapp.sends(str(body["recipient"]), str(body["body"]), {
        botId: str(query["bot_id"]),
        fate: faults.switches().fateOfSends,
      }),
    )
  const reply = ({ body }: Asked): Answer => {
    const quoted = whatsapp.message(str(body["message_id"]))
    if (quoted === undefined) return error(400, "message not found")
    if (str(body["body"]).trim() === "") return error(400, "body error")
    const fate = faults.switches().fateOfSends
    return refusal() ?? sent(whatsapp.sends(quoted.chatId, str(body["body"]), { quoted: quoted.id, fate }))
  }
  const asyncSend = ({ query, body }: Asked): Answer => {
    const wrong = refusal() ?? wrongText(body)
    if (wrong !== null) return wrong
    const task = whatsapp.queue({ recipient: str(body["recipient"]), text: str(body["body"]), quoted: "" })
    later(whole(query["timeout_from"], 1) * 1000, () => void whatsapp.runTask(task.id))
    return done({ detail: "Message sent to queue", task_id: task.id })
  }
  const task = ({ query }: Asked): Answer => {
    const found = whatsapp.task(str(query["task_id"]))
    return found.task === undefined
      ? error(404, "task not found")
      : done({ task: taskOf(wire, found.task, found.message) })
  }
  const typing = ({ body }: Asked, isStart: boolean): Answer => {
    const recipient = str(body["recipient"])
    if (recipient === "") return error(400, "recipient error")
    if (isStart) startTyping(whatsapp, faults, recipient)
    else whatsapp.showTyping(recipient, 0)
    return done({ uuid: profileId })
  }
  const markRead = ({ query, body }: Asked): Answer =>
    whatsapp.markRead(str(body["message_id"]), query["mark_all"] === "true")
      ? done({ uuid: profileId })
      : error(400, "message not found")
  const download = ({ query, isCrossed }: Asked): Answer => {
    const asked = str(query["message_id"])
    const withFiles = whatsapp.listChats().flatMap((chat) => whatsapp.inOrder(chat.chatId))
    const message = isCrossed
      ? withFiles.find((one) => one.media !== null && one.id !== asked)
      : whatsapp.message(asked)
    if (message?.media == null) return error(400, "download media error")
    const { mediaAs } = faults.switches()
    const common = {
      task_id: randomUUID(),
      uuid: profileId,
      media_type: message.type,
      mime_type: message.media.mimeType,
    }
    if (mediaAs === "neither") return done(common)
    if (mediaAs === "file_b64") return done({ ...common, file_b64: message.media.base64 })
    return done({
      ...common,
      file_name: message.fileName || `${message.id.toLowerCase()}.bin`,
      file_link: wire.fileUrl(message.id),
      file_link_expire: Math.floor(now() / 1000) + 259_200,
    })
  }
  const status = (): Answer => {
    const { appStatus, authorized, paymentExpiresAt } = faults.switches()
    return {
      body: {
        app_status: appStatus,
        authorized,
        authorized_at: moscow(now() - 86_400_000),
        logouted_at: authorized ? null : moscow(now()),
        checked_at: moscow(now()),
        last_activity: 0,
        message_count: requests.length,
        worked_days: 1,
        name: "Local",
        phone: wire.ownPhone,
        payment_expired_at: paymentExpiresAt,
        payment_notification: true,
        profile_id: profileId,
        uuid: profileId,
        proxy: "",
        webhook_url: whatsapp.webhook().url || null,
        webhook_types: whatsapp.webhook().types,
      },
    }
  }
  const setWebhook = ({ query }: Asked): Answer => {
    const to = str(query["url"])
    if (!URL.canParse(to)) return error(400, "url error")
    whatsapp.setWebhook({ url: to, auth: str(query["auth"]) })
    if (faults.switches().webhookProbe) poster.probe(to)
    return done()
  }
  const setTypes = ({ raw }: Asked): Answer => {
    if (!Array.isArray(raw)) return error(400, "types error")
    whatsapp.setWebhook({ types: raw.filter((type) => typeof type === "string") })
    return done()
  }

  const chatAsked = ({ query }: Asked) => chatIdFrom(str(query["chat_id"]))
  const recipientAsked = ({ body }: Asked) => chatIdFrom(str(body["recipient"]))
  const messageAsked = ({ query, body }: Asked) =>
    whatsapp.message(str(query["message_id"]) || str(body["message_id"]))?.chatId ?? ""
  const routes: ReadonlyArray<Route> = [
    { method: ["GET", "POST"], path: "/sync/chats/get", endpoint: "chats", handle: chats },
    { method: "GET", path: "/sync/messages/get", endpoint: "messages", chatId: chatAsked, handle: messages },
    { method: "GET", path: "/sync/messages/id/get", endpoint: "message", chatId: messageAsked, handle: oneMessage },
    {
      method: "GET",
      path: "/sync/messages/history",
      endpoint: "history",
      handle: ({ query }) => {
        const all = whatsapp.sentByApi()
        const detail = all.slice(0, whole(query["limit"], 200)).map(historyOf)
        return done({ detail, all_messages_count: all.length })
      },
    },
    { method: "POST", path: "/sync/message/send", endpoint: "send", chatId: recipientAsked, handle: send },
    { method: "POST", path: "/async/message/send", endpoint: "async_send", chatId: recipientAsked, handle: asyncSend },
    { method: "GET", path: "/task/get", endpoint: "task", handle: task },
    { method: "POST", path: "/sync/message/reply", endpoint: "reply", chatId: messageAsked, handle: reply },
    {
      method: "POST",
      path: "/sync/chat/typing/start",
      endpoint: "typing",
      chatId: recipientAsked,
      handle: (asked) => typing(asked, true),
    },
    {
      method: "POST",
      path: "/sync/chat/typing/stop",
      endpoint: "typing",
      chatId: recipientAsked,
      handle: (asked) => typing(asked, false),
    },
    { method: "POST", path: "/sync/message/mark/read", endpoint: "mark_read", chatId: messageAsked, handle: markRead },
    {
      method: "GET",
      path: "/sync/message/media/download",
      endpoint: "download",
      chatId: messageAsked,
      handle: download,
    },
    { method: "GET", path: "/sync/get/status", endpoint: "status", handle: status },
    { method: "POST", path: "/webhook/url/set", endpoint: "webhook", handle: setWebhook },
    {
      method: "GET",
      path: "/webhook/url/get",
      endpoint: "webhook",
      handle: () => done({ detail: "", url: whatsapp.webhook().url, installed: whatsapp.webhook().url !== "" }),
    },
    {
      method: "POST",
      path: "/webhook/url/delete",
      endpoint: "webhook",
      handle: () => {
        whatsapp.setWebhook({ url: "", auth: "", types: webhookTypesByDefault })
        return done()
      },
    },
    { method: "POST", path: "/webhook/types/set", endpoint: "webhook", handle: setTypes },
    {
      method: "GET",
      path: "/webhook/types/get",
      endpoint: "webhook",
      handle: () => done({ types: whatsapp.webhook().types }),
    },
  ]

  const app = Fastify({ bodyLimit: bodyBytesMax, forceCloseConnections: true })
  // Clients are known to send an empty body, or an empty array, under any content type.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, text, parsed) => {
    try {
      parsed(null, text.length === 0 ? undefined : JSON.parse(String(text)))
    } catch {
      parsed(Object.assign(new Error("the body is no JSON"), { statusCode: 400 }))
    }
  })
  app.setErrorHandler((failure: { statusCode?: number; message: string }, _request, reply) =>
    reply.code(failure.statusCode ?? 500).send({ status: "error", detail: failure.message }),
  )
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ status: "error", detail: "404 page not found" }))

  /** Two calls that meet here receive each other's answers. */
  const meeting = new Map<Endpoint, { readonly answer: Answer; readonly swap: (other: Answer) => void }>()
  const crossing = (endpoint: Endpoint, answer: Answer): Promise<Answer> => {
    const other = meeting.get(endpoint)
    meeting.delete(endpoint)
    if (other !== undefined) {
      other.swap(answer)
      return Promise.resolve(other.answer)
    }
    return new Promise((resolve) => {
      const waiting = { answer, swap: resolve }
      meeting.set(endpoint, waiting)
      later(crossingMs, () => {
        if (meeting.get(endpoint) === waiting) meeting.delete(endpoint)
        resolve(answer)
      })
    })
  }

  const put = (reply: FastifyReply, answer: Answer) => reply.code(answer.status ?? 200).send(answer.body)
  const drop = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  const meet = async (
    fault: PlannedFault,
    route: Route,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    switch (fault.kind) {
      case "crossed":
        return put(reply, route.handle({ ...asked, isCrossed: true }))
      case "hang":
        if (fault.isDone) route.handle(asked)
        await pause(fault.ms, undefined, { signal: closing.signal }).catch(() => undefined)
        return drop(request, reply)
      case "drop":
        if (fault.isDone) route.handle(asked)
        return drop(request, reply)
      case "status_error":
        return put(reply, error(200, fault.detail ?? "Driver not ready"))
      case "http":
        if (fault.isDone) route.handle(asked)
        return reply
          .code(fault.status)
          .headers({ "content-type": "application/json", ...fault.headers })
          .send(fault.body ?? JSON.stringify({ status: "error", detail: `HTTP ${fault.status}` }))
      case "saved_for_later": {
        const quoted = whatsapp.message(str(asked.body["message_id"]))
        const recipient = quoted?.chatId ?? str(asked.body["recipient"])
        const isSend = route.endpoint === "send" || route.endpoint === "reply"
        const text = str(asked.body["body"])
        const task =
          isSend && fault.sendsAfterMs !== null
            ? whatsapp.queue({ recipient, text, quoted: quoted?.id ?? "" })
            : { id: randomUUID() }
        if (isSend && fault.sendsAfterMs !== null) later(fault.sendsAfterMs, () => void whatsapp.runTask(task.id))
        const command = isSend ? "sendMessage" : "fetchMessages"
        return put(reply, error(400, `Команда ${command} сохранена для повторной отправки. TaskID: ${task.id}`))
      }
    }
  }
  for (const route of routes) {
    app.route<{ Querystring: Record<string, string> }>({
      method: [route.method].flat() as Array<"GET" | "POST">,
      url: `/api${route.path}`,
      handler: async (request, reply) => {
        const body = typeof request.body === "object" && request.body !== null ? request.body : {}
        const { query, method, headers } = request
        const asked: Asked = { query, body: body as Record<string, unknown>, raw: request.body, isCrossed: false }
        requests.push({ endpoint: route.endpoint, method, query, headers, at: now() })
        if (requests.length > requestsMax) requests.shift()
        if (headers.authorization !== settings.token) return put(reply, error(401, "Unauthorized"))
        if (query["profile_id"] !== profileId) return put(reply, { status: 400, body: { detail: "profile_id error" } })
        if (route.endpoint !== "status" && !isPaid(faults, now())) return put(reply, error(402, "Payment required"))
        underWay++
        concurrencyMax = Math.max(concurrencyMax, underWay)
        try {
          const { slowMs, crossedAnswers, webhookBeforeAnswer } = faults.switches()
          if (slowMs > 0) await pause(slowMs, undefined, { signal: closing.signal }).catch(() => undefined)
          const fault = faults.take(route.endpoint, route.chatId?.(asked))
          if (fault !== null) return await meet(fault, route, asked, request, reply)
          const answer = route.handle(asked)
          const canCross = ["messages", "message", "download"].includes(route.endpoint)
          if (webhookBeforeAnswer) await poster.drained()
          return put(reply, crossedAnswers && canCross ? await crossing(route.endpoint, answer) : answer)
        } finally {
          underWay--
        }
      },
    })
  }
  app.get<{ Params: { id: string } }>("/files/:id", async (request, reply) => {
    const message = whatsapp.message(request.params.id)
    const fault = faults.take("file", message?.chatId)
    if (fault?.kind === "http")
      return reply
        .code(fault.status)
        .headers({ "content-type": "text/html", ...fault.headers })
        .send(fault.body ?? "")
    if (message?.media == null) return reply.code(404).send({ status: "error", detail: "file not found" })
    return reply.type(message.media.mimeType).send(Buffer.from(message.media.base64, "base64"))
  })
  phoneSide(app, whatsapp, faults)

  url = await app.listen({ host: settings.host, port: settings.port ?? 0 })
  return {
    url,
    whatsapp,
    faults,
    requests: () => [...requests],
    concurrencyMax: () => concurrencyMax,
    webhooksDrained: Effect.promise(poster.drained),
    close: async () => {
      closing.abort()
      await app.close()
      whatsapp.close()
    },
  }
}

/** Listens until the scope closes. */
export const startLocalWappi = (settings: LocalWappiSettings) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: () => start(settings),
      catch: (cause) => new LocalWappiCannotStart({ detail: cause instanceof Error ? cause.message : String(cause) }),
    }),
    (started) => Effect.promise(started.close),
  ).pipe(Effect.map(({ close: _close, ...started }): LocalWappi => started))
