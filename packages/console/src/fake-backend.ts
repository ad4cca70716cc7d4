/**
 * A program that the page can be tried against without one: it serves the page under the same policy as the agent does, and
 * answers the demo's and the agent's questions in their shapes from a small scripted story. It decides nothing: a client's
 * first message is met with one refused draft and one good answer, the clock's next event is touch 1.
 */
import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const publicFolder = new URL("../public/", import.meta.url)
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const contentTypes: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
}

const zone = "Asia/Almaty"
const profileId = "a1b2c3d4-5e6f"
const second = 1000
const hour = 3_600_000
const silenceHours = [24, 72, 168, 336, 720]
const fact = {
  id: "f1",
  subject: "Тариф «Старт»",
  attribute: "цена",
  value: "15 000 ₸ в месяц",
  unit: "KZT",
  file: "Тарифы.pdf",
  page: 2,
}
const trial = {
  id: "f2",
  subject: "Тариф «Старт»",
  attribute: "пробный период",
  value: "14 дней",
  unit: "день",
  file: "Тарифы.pdf",
  page: 3,
}
const goodText =
  "Здравствуйте! Тариф «Старт» стоит 15 000 ₸ в месяц, первые 14 дней бесплатно. Сколько менеджеров у вас отвечает клиентам?"
const badText = "Здравствуйте! Тариф «Старт» стоит 12 000 ₸ в месяц."
const touchText = "Айгуль, успели посмотреть на тариф «Старт»? Если остались вопросы, отвечу."

interface Chat {
  name: string
  messages: Array<{ id: string; fromMe: boolean; text: string; at: number; tick: string; type: string }>
  stored: Array<Record<string, unknown>>
  traces: Array<Record<string, unknown>>
  touches: number
  dueAt: number
  takenUntil: number | null
  class: "client" | "not_client" | "unknown"
  by: "moderator" | "person" | null
}

export interface FakeBackend {
  readonly url: string
  /** Paths of requests that nobody here answers. */
  readonly unknown: ReadonlyArray<string>
  /** From now on every question is refused for want of a key. */
  readonly lock: () => void
  readonly close: () => Promise<void>
}

export const startFakeBackend = async ({ isDemo }: { readonly isDemo: boolean }): Promise<FakeBackend> => {
  /** A Monday, 12:00 in Almaty. */
  let now = Date.UTC(2026, 10, 23, 7)
  let isLocked = false
  let ids = 0
  const chats = new Map<string, Chat>()
  const unknown: Array<string> = []

  const chatOf = (phone: string, name = ""): Chat => {
    let chat = chats.get(phone)
    if (chat === undefined) {
      chat = {
        name,
        messages: [],
        stored: [],
        traces: [],
        touches: 0,
        dueAt: 0,
        takenUntil: null,
        class: "unknown",
        by: null,
      }
      chats.set(phone, chat)
    }
    if (name !== "") chat.name = name
    return chat
  }
  const put = (chat: Chat, from: "client" | "bot" | "operator", text: string, more: Record<string, unknown> = {}) => {
    const id = `3A${String(++ids).padStart(6, "0")}`
    chat.messages.push({
      id,
      fromMe: from !== "client",
      text,
      at: now,
      tick: from === "client" ? "delivered" : "read",
      type: "chat",
    })
    chat.stored.push({
      messageId: id,
      from,
      text,
      at: now,
      isVoice: false,
      kind: null,
      touch: null,
      delivery: from === "client" ? null : "sent",
      outcome: from === "client" ? "answered" : null,
      ...more,
    })
    return id
  }
  const trace = (chat: Chat, event: Record<string, unknown>, commands: Array<unknown> = [], thoughts: object = {}) =>
    chat.traces.unshift({ at: now, event: { at: now, ...event }, commands, thoughts })
  const draft = (text: string, facts: Array<string>) => ({ text, facts, call: null, hand_over: null })

  const clientWrites = (phone: string, text: string, name: string) => {
    const chat = chatOf(phone, name)
    const id = put(chat, "client", text)
    trace(chat, { _tag: "ClientWrote", sentAt: now, messageId: id, text, content: "text", isRepeat: false }, [], {
      intent: "none",
      rule: 'none:question "сколько"',
      optOut: false,
    })
    if (chat.takenUntil !== null) return
    now += 8 * second
    if (chat.class === "unknown") {
      trace(chat, { _tag: "WokeUp" }, [{ _tag: "Classify", ticket: 1, isEarly: true }])
      chat.class = "client"
      chat.by = "moderator"
      now += second
      trace(
        chat,
        {
          _tag: "Classified",
          ticket: 1,
          verdict: "client",
          confidence: 0.93,
          reasoning: "спрашивает цену продукта компании",
        },
        [{ _tag: "RecordClassification", isClient: true, confidence: 0.93, reasoning: "" }],
        { model: "offline" },
      )
    }
    trace(chat, { _tag: "WokeUp" }, [{ _tag: "DraftReply", ticket: 2, messageIds: [id], refused: [] }])
    now += 2 * second
    const reasons = ["цены 12 000 ₸ нет в документах для «Тариф «Старт»»"]
    trace(
      chat,
      { _tag: "ReplyDrafted", ticket: 2, reviewed: { draft: draft(badText, []), reasons } },
      [{ _tag: "DraftReply", ticket: 3, messageIds: [id], refused: [{ draft: badText, reasons }] }],
      { guard: "refuse", reasons, facts: [], passages: [], model: "offline" },
    )
    now += 2 * second
    for (const message of chat.messages) message.tick = "read"
    put(chat, "bot", goodText, { kind: "reply" })
    chat.dueAt = now + 24 * hour
    trace(
      chat,
      { _tag: "ReplyDrafted", ticket: 3, reviewed: { draft: draft(goodText, ["f1", "f2"]), reasons: [] } },
      [
        { _tag: "Send", outboundId: "o1", kind: "reply", touch: null, text: goodText, messageIds: [id], isSafe: false },
        { _tag: "RecordOutcome", messageIds: [id], outcome: { _tag: "answered" } },
        { _tag: "StartChain", dueAt: chat.dueAt },
      ],
      {
        guard: "pass",
        reasons: [],
        facts: [fact, trial],
        passages: [{ file: "Тарифы.pdf", page: 2, text: "Тариф «Старт»: до трёх менеджеров, 15 000 ₸ в месяц" }],
        model: "offline",
      },
    )
    now += second
    trace(chat, { _tag: "DeliveryReported", outboundId: "o1", status: "sent", reason: null })
  }

  const operatorWrites = (phone: string, text: string) => {
    const chat = chatOf(phone)
    const id = put(chat, "operator", text)
    chat.takenUntil = now + 12 * hour
    chat.dueAt = 0
    trace(chat, { _tag: "OperatorWrote", messageId: id }, [
      { _tag: "WithdrawUnsent" },
      { _tag: "StopChain", reason: "operator_took_over" },
    ])
  }

  const nextEvent = () => {
    const due = [...chats.values()].filter(({ dueAt }) => dueAt > 0).sort((a, b) => a.dueAt - b.dueAt)[0]
    if (due === undefined) return
    now = due.dueAt
    due.touches++
    const touch = due.touches
    put(due, "bot", touchText, { kind: "touch", touch })
    due.dueAt = touch < silenceHours.length ? now + silenceHours[touch]! * hour : 0
    trace(
      due,
      { _tag: "TouchDrafted", ticket: 3 + touch, reviewed: { draft: draft(touchText, []), reasons: [] } },
      [
        { _tag: "Send", outboundId: `t${touch}`, kind: "touch", touch, text: touchText, messageIds: [], isSafe: false },
        { _tag: "AdvanceChain", touch: touch + 1, dueAt: due.dueAt, lastTouchAt: now },
      ],
      { guard: "pass", reasons: [], facts: [], passages: [], model: "offline" },
    )
  }

  const followUpOf = (chat: Chat) =>
    chat.dueAt > 0
      ? { _tag: "Waiting", touch: chat.touches + 1, dueAt: chat.dueAt, since: now }
      : chat.takenUntil === null
        ? { _tag: "Resting", hasAnswered: false }
        : { _tag: "Stopped", reason: "operator_took_over", isFinal: false }
  const contactOf = (phone: string, chat: Chat) => ({
    profileId,
    phone,
    name: chat.name,
    info: { name: chat.name, full_name: null, business_name: null },
    class: chat.class,
    confidence: chat.class === "unknown" ? null : 0.93,
    reasoning: chat.class === "unknown" ? null : "спрашивает цену продукта компании",
    classifiedBy: chat.by,
    isOptedOut: false,
    takenUntil: chat.takenUntil,
    takenBy: chat.takenUntil === null ? null : "operator",
    callAt: null,
    lastMessageAt: chat.messages.at(-1)?.at ?? null,
    createdAt: now,
    wakeUpAt: chat.takenUntil ?? (chat.dueAt || null),
    next:
      chat.takenUntil !== null
        ? { at: chat.takenUntil, why: "takeover_ends", touch: null }
        : chat.dueAt > 0
          ? { at: chat.dueAt, why: "touch", touch: chat.touches + 1 }
          : null,
  })
  const detailOf = (phone: string) => {
    const chat = chats.get(phone)
    if (chat === undefined) return null
    return {
      now,
      zone,
      policy: { silenceHours, takeoverHours: 12, classifyAfterMessages: 3 },
      contact: contactOf(phone, chat),
      conversation: { followUp: followUpOf(chat), thinking: null, callAt: null },
      messages: chat.stored,
      traces: chat.traces,
      followUps: [
        {
          touchNumber: chat.touches + 1,
          nextTouchAt: chat.dueAt,
          lastTouchAt: null,
          isCompleted: false,
          stopReason: null,
          createdAt: 0,
        },
      ],
      calls: [],
      requests: [],
    }
  }

  const answer = (method: string, path: string, body: Record<string, unknown>): unknown => {
    const [, first = "", second = "", third = "", fourth = "", fifth = ""] = path.split("/").map(decodeURIComponent)
    if (first === "demo" && !isDemo) return null
    switch (`${method} /${first}/${second}`) {
      case "GET /demo/":
        return {
          clock: new Date(now).toISOString(),
          zone,
          profileId,
          parts: {
            wappi: "местный макет",
            broker: "в памяти процесса",
            database: "встроенная PostgreSQL",
            model: "офлайн, без ключа",
          },
          suggestions: [
            "Здравствуйте! Сколько стоит?",
            "Есть ли пробный период?",
            "Можно созвониться завтра в 15:00?",
            "Дорого, я подумаю",
          ],
        }
      case "POST /demo/clock":
        nextEvent()
        return { clock: new Date(now).toISOString() }
      case "GET /demo/phones":
        return third === ""
          ? [...chats].map(([phone, { name }]) => ({ phone, name }))
          : (chats.get(third)?.messages ?? [])
      case "POST /demo/phones":
        if (fourth === "operator") operatorWrites(third, String(body["text"]))
        else clientWrites(third, String(body["text"]), String(body["name"]))
        return {}
      case "GET /api/contacts":
        return third === ""
          ? { now, zone, contacts: [...chats].map(([phone, chat]) => contactOf(phone, chat)) }
          : detailOf(fourth)
      case "POST /api/contacts": {
        const chat = chatOf(fourth)
        if (fifth === "release") {
          chat.takenUntil = null
          trace(chat, { _tag: "Released" })
        } else if (fifth === "takeover") {
          chat.takenUntil = now + 12 * hour
          trace(chat, { _tag: "PersonTookOver" })
        } else {
          chat.class = body["is_client"] === true ? "client" : "not_client"
          chat.by = "person"
          trace(chat, { _tag: "PersonClassified", isClient: body["is_client"] })
        }
        return detailOf(fourth)
      }
      case "POST /session/":
        if (body["token"] !== "right") return undefined
        isLocked = false
        return { ok: true }
      default:
        unknown.push(`${method} ${path}`)
        return null
    }
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? "/", "http://fake").pathname
    const file = path === "/" ? "index.html" : /^\/[a-z]+\.(js|css|svg)$/.test(path) ? path.slice(1) : null
    response.setHeader("content-security-policy", contentPolicy)
    if (file !== null) {
      const bytes = await readFile(new URL(file, publicFolder)).catch(() => null)
      response.writeHead(bytes === null ? 404 : 200, { "content-type": contentTypes[file.split(".").at(-1)!]! })
      response.end(bytes)
      return
    }
    let text = ""
    for await (const chunk of request) text += chunk
    const told =
      isLocked && path !== "/session"
        ? undefined
        : answer(request.method ?? "GET", path, text === "" ? {} : (JSON.parse(text) as Record<string, unknown>))
    response.writeHead(told === undefined ? 401 : told === null ? 404 : 200, { "content-type": "application/json" })
    response.end(JSON.stringify(told ?? { error: told === null ? "not found" : "ADMIN_TOKEN is needed" }))
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  if (!isDemo) {
    clientWrites("+77010000001", "Здравствуйте! Сколько стоит?", "Айгуль")
    clientWrites("+77010000002", "Есть ли пробный период?", "Данияр")
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    unknown,
    lock: () => {
      isLocked = true
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}
