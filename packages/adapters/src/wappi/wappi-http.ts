/**
 * WappiPort over the vendor's HTTP API. Translates, and holds to what the vendor's odd ways demand:
 *   one request in flight for the profile, and a pause before the next read; each answer checked to be of the chat asked for
 *   (concurrent calls receive each other's answers), discarded whole and asked again if not;
 *   reads, ticks and "typing" tried at most three times; sends once, because nothing makes a second one harmless.
 * Serialises within this layer only: another process on the same profile can still cross answers, which the check catches,
 * except for files, whose answer names no chat. Splits no long text and keeps no rate: those are the caller's.
 * Logs at Debug: never a token, a text, or a whole number.
 */
import { maskPhone, normalisePhone, Phone, readChatId, recipientOf } from "@wa/core/contact/phone"
import {
  type WappiChat,
  type WappiMedia,
  type WappiMessage,
  WappiPort,
  type WappiProfile,
} from "@wa/core/ports/wappi-port"
import { Clock, Effect, Layer, Random, Redacted, Schema, Semaphore, Stream } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest } from "effect/http"
import {
  type Failure,
  isFailureOf,
  lateFile,
  passing,
  permanent,
  readAnswer,
  readError,
  readTransportError,
  sendError,
  unclear,
} from "./answer.ts"
import { mimeTypeOf } from "./media.ts"
import { chatKey, firstText, instantOf, isRaw, nameOf, phoneOf, type Raw, readMessage, textOf } from "./message.ts"

export interface Settings {
  /** `https://wappi.pro` */
  readonly baseUrl: string
  readonly token: Redacted.Redacted
  readonly profileId: string
  /** For each try of each call, from the first byte sent to the last one read. */
  readonly timeoutMs?: number
  /** Between the end of any call and the next read. */
  readonly minGapMs?: number
  /** The pause before the second try; the third waits twice as long. Each is shortened or stretched by up to a half. */
  readonly retryPauseMs?: number
}

const triesMax = 3
/** A longer `Retry-After` is told to the caller instead of being waited for. */
const retryAfterMsMax = 30_000
const pageMax = 1000
export const mediaBytesMax = 20 * 1024 * 1024
/** A file of the greatest size in base64, and the envelope around it. */
const answerBytesMax = Math.ceil(mediaBytesMax / 3) * 4 + 1024 * 1024
/** The events the agent lives on. The vendor's default lacks the own messages, by which a human is recognised. */
export const webhookTypes = [
  "incoming_message",
  "delivery_status",
  "outgoing_message_phone",
  "outgoing_message_api",
  "authorization_status",
] as const

interface Call {
  readonly what: string
  readonly method: "GET" | "POST"
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly body?: unknown
  /** Whom it concerns, for the log; masked there. */
  readonly chat?: string
  readonly isSend?: boolean
}

export const make = Effect.fnUntraced(function* (settings: Settings) {
  const client = yield* HttpClient.HttpClient
  const timeoutMs = settings.timeoutMs ?? 30_000
  const minGapMs = settings.minGapMs ?? 200
  const retryPauseMs = settings.retryPauseMs ?? 500
  const baseUrl = settings.baseUrl.replace(/\/+$/, "")
  const oneAtATime = yield* Semaphore.make(1)
  let lastEndedAt = Number.NEGATIVE_INFINITY
  let chatsMethod: "POST" | "GET" = "POST"

  const exchange = (request: HttpClientRequest.HttpClientRequest, bytesMax: number, redirect: "manual" | "follow") =>
    client.execute(request).pipe(
      Effect.mapError(readTransportError),
      Effect.flatMap((response) =>
        Effect.map(readBytes(response.stream, bytesMax), (bytes) => ({
          status: response.status,
          headers: response.headers,
          bytes,
        })),
      ),
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () => Effect.fail(unclear(null, `gave up after ${timeoutMs} ms`)),
      }),
      Effect.provideService(FetchHttpClient.RequestInit, { redirect }),
      // A span would carry the address with the numbers in it, and the vendor has no use for our trace headers.
      Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    )

  /** Crossed answers come from concurrent calls, so there are none. */
  const alone = <A>(isSend: boolean, effect: Effect.Effect<A, Failure>) =>
    oneAtATime.withPermits(1)(
      Effect.gen(function* () {
        const wait = lastEndedAt + minGapMs - (yield* Clock.currentTimeMillis)
        if (!isSend && wait > 0) yield* Effect.sleep(Math.min(wait, minGapMs))
        return yield* effect
      }).pipe(
        Effect.ensuring(
          Effect.map(Clock.currentTimeMillis, (now) => {
            lastEndedAt = now
          }),
        ),
      ),
    )

  /** One try of one call. */
  const call = (call: Call): Effect.Effect<Raw, Failure> => {
    const params = { profile_id: settings.profileId, ...call.query }
    const bare = HttpClientRequest.make(call.method)(`${baseUrl}/api${call.path}`).pipe(
      HttpClientRequest.setUrlParams(params),
      HttpClientRequest.setHeader("authorization", Redacted.value(settings.token)), // the bare token, no "Bearer"
      HttpClientRequest.setHeader("accept", "application/json"),
    )
    const request = call.body === undefined ? bare : HttpClientRequest.bodyJsonUnsafe(bare, call.body)
    return alone(
      call.isSend ?? false,
      Effect.gen(function* () {
        const startedAt = yield* Clock.currentTimeMillis
        const outcome = yield* Effect.result(exchange(request, answerBytesMax, "manual"))
        const endedAt = yield* Clock.currentTimeMillis
        const answer =
          outcome._tag === "Failure"
            ? outcome.failure
            : readAnswer(
                {
                  status: outcome.success.status,
                  retryAfter: outcome.success.headers["retry-after"],
                  text: new TextDecoder().decode(outcome.success.bytes),
                },
                endedAt,
              )
        yield* Effect.logDebug(`wappi ${call.what}`, {
          ms: endedAt - startedAt,
          status: outcome._tag === "Success" ? outcome.success.status : null,
          ...(call.chat === undefined ? {} : { chat: maskPhone(call.chat.replace(/@.*$/, "")) }),
          ...(isFailureOf(answer) ? { failed: answer.detail } : {}),
        })
        return isFailureOf(answer) ? yield* Effect.fail(answer) : answer
      }),
    )
  }

  /** For calls that may be repeated: three tries, growing pauses, the gateway's own wish first. */
  const repeated = <A>(once: Effect.Effect<A, Failure>): Effect.Effect<A, Failure> => {
    const attempt = (tryNo: number): Effect.Effect<A, Failure> =>
      Effect.catch(once, (failure) => {
        const asked = failure._tag === "Refused" ? (failure.retryAfterMs ?? 0) : 0
        const isHopeless = failure._tag === "Denied" || (failure._tag === "Refused" && failure.permanent)
        if (isHopeless || tryNo >= triesMax || asked > retryAfterMsMax) return Effect.fail(failure)
        return Random.next.pipe(
          Effect.flatMap((chance) => Effect.sleep(Math.max(asked, retryPauseMs * 2 ** (tryNo - 1) * (0.5 + chance)))),
          Effect.andThen(Effect.suspend(() => attempt(tryNo + 1))),
        )
      })
    return attempt(1)
  }

  const listChats = (page: { readonly limit: number; readonly offset: number }) => {
    const what = "list chats"
    const once = Effect.suspend(() =>
      call({ what, method: chatsMethod, path: "/sync/chats/get", query: { ...page, show_all: false } }),
    ).pipe(
      // Titled POST, shown as GET: a server may know only one of the two.
      Effect.catchIf(
        (failure) => chatsMethod === "POST" && (failure.status === 404 || failure.status === 405),
        () => {
          chatsMethod = "GET"
          return call({ what, method: "GET", path: "/sync/chats/get", query: { ...page, show_all: false } })
        },
      ),
      Effect.flatMap((answer) => listOf(answer, "dialogs")),
    )
    return refuse(badPage(page)).pipe(
      Effect.andThen(repeated(once)),
      Effect.map((dialogs) =>
        // With `show_all` the limit was ignored, and pinned chats may stand first.
        dialogs
          .flatMap(readChat)
          .sort((a, b) => b.lastMessageAt - a.lastMessageAt)
          .slice(0, page.limit),
      ),
      Effect.mapError(readError(what)),
    )
  }

  const listMessages = (chatId: string, page: { readonly limit: number; readonly offset: number }) => {
    const what = "list messages"
    const ask = (asked: string) =>
      repeated(
        call({
          what,
          method: "GET",
          path: "/sync/messages/get",
          query: { chat_id: asked, ...page, order: "desc" },
          chat: asked,
        }).pipe(Effect.flatMap((answer) => readPage(answer, chatId))),
      )
    const chat = readChatId(chatId)
    return refuse(chatId.trim() === "" ? "the chat id is empty" : badPage(page)).pipe(
      Effect.andThen(ask(chatId)),
      // Not every form of an id need be known to it; a hidden number has no digits to fall back to.
      Effect.catchIf(
        (failure) =>
          (failure.status === 400 || failure.status === 404) &&
          failure._tag === "Refused" &&
          failure.permanent &&
          chat.kind === "person" &&
          chatId !== recipientOf(chat.phone),
        (failure) => (chat.kind === "person" ? ask(recipientOf(chat.phone)) : Effect.fail(failure)),
      ),
      Effect.map((messages) => messages.slice(0, page.limit)),
      Effect.mapError(readError(what)),
    )
  }

  const message = (id: string) => {
    const what = "read message"
    const once = call({ what, method: "GET", path: "/sync/messages/id/get", query: { message_id: id } }).pipe(
      Effect.flatMap((answer): Effect.Effect<WappiMessage | null, Failure> => {
        const raw = answer["message"]
        if (raw === undefined || raw === null) return Effect.succeed(null)
        const read = readMessage(raw, { timeless: instantOf(answer["timestamp"]) })
        if ("why" in read) return Effect.fail(permanent(200, read.why))
        return read.id === id ? Effect.succeed(read) : crossed(what)
      }),
      Effect.catchIf(
        (failure) => failure.status === 404 || (failure.status === 400 && /not found|не найден/i.test(failure.detail)),
        () => Effect.succeed(null),
      ),
    )
    return refuse(badId(id)).pipe(Effect.andThen(repeated(once)), Effect.mapError(readError(what)))
  }

  const sending = (what: string, path: string, body: Raw, chat: string | undefined) =>
    call({ what, method: "POST", path, body, isSend: true, ...(chat === undefined ? {} : { chat }) }).pipe(
      Effect.flatMap((answer) => {
        const id = textOf(answer["message_id"]).trim()
        // Taken without telling an id is told as such; an answer that says neither proves nothing.
        return id === "" && textOf(answer["status"]) === ""
          ? Effect.fail(unclear(200, "an answer with neither status nor message_id"))
          : Effect.succeed(id === "" ? null : id)
      }),
    )

  const send = (to: string, text: string) =>
    refuse(badRecipient(to) ?? badText(text)).pipe(
      Effect.andThen(
        Effect.suspend(() => sending("send", "/sync/message/send", { recipient: recipientOf(to), body: text }, to)),
      ),
      Effect.mapError(sendError("send")),
    )

  const reply = (messageId: string, text: string) =>
    refuse(badId(messageId) ?? badText(text)).pipe(
      Effect.andThen(sending("reply", "/sync/message/reply", { message_id: messageId, body: text }, undefined)),
      Effect.mapError(sendError("reply")),
    )

  const markRead = (messageId: string, wholeChat: boolean) => {
    const what = "mark read"
    const once = call({
      what,
      method: "POST",
      path: "/sync/message/mark/read",
      query: { mark_all: wholeChat },
      body: { message_id: messageId },
    })
    return refuse(badId(messageId)).pipe(
      Effect.andThen(repeated(once)),
      Effect.asVoid,
      Effect.mapError(readError(what)),
    )
  }

  const typing = (to: string) =>
    refuse(badRecipient(to)).pipe(
      Effect.andThen(
        Effect.suspend(() =>
          repeated(
            call({
              what: "typing",
              method: "POST",
              path: "/sync/chat/typing/start",
              body: { recipient: recipientOf(to) },
              chat: to,
            }),
          ),
        ),
      ),
      Effect.asVoid,
      Effect.mapError(readError("typing")),
    )

  /** The signed link needs no token, and must not be shown ours. */
  const download = (link: string): Effect.Effect<Uint8Array, Failure> => {
    if (!/^https?:\/\//i.test(link)) return Effect.fail(permanent(null, "the link to the file is none"))
    return alone(false, exchange(HttpClientRequest.get(link), mediaBytesMax, "follow")).pipe(
      Effect.flatMap(({ bytes, status }) => {
        if (status < 300) return Effect.succeed(bytes)
        // A signed link may be ahead of its file, or have run out: the next question brings a new one.
        return Effect.fail(passing(status, "the link to the file does not work"))
      }),
    )
  }

  const downloadMedia = (messageId: string) => {
    const what = "download media"
    const once = call({
      what,
      method: "GET",
      path: "/sync/message/media/download",
      query: { message_id: messageId },
    }).pipe(
      Effect.mapError(lateFile),
      Effect.flatMap((answer): Effect.Effect<WappiMedia, Failure> => {
        const told = firstText(answer["message_id"])
        if (told !== "" && told !== messageId) return crossed(what)
        const link = firstText(answer["file_link"])
        const encoded = firstText(answer["file_b64"])
        if (link === "" && encoded === "") return Effect.fail(permanent(200, "the answer holds no file"))
        const bytes =
          link === ""
            ? decodeBase64(encoded)
            : Effect.catchIf(
                download(link),
                (failure) => failure._tag === "Refused" && encoded !== "",
                () => decodeBase64(encoded),
              )
        return Effect.flatMap(bytes, (bytes) => {
          if (bytes.length === 0) return Effect.fail(permanent(200, "the file is empty"))
          const mimeType = mimeTypeOf(bytes, firstText(answer["mime_type"], answer["mimetype"]))
          return Effect.succeed({ bytes, mimeType, fileName: firstText(answer["file_name"]) })
        })
      }),
    )
    return refuse(badId(messageId)).pipe(Effect.andThen(repeated(once)), Effect.mapError(readError(what)))
  }

  const profile = repeated(
    call({ what: "profile", method: "GET", path: "/sync/get/status" }).pipe(
      Effect.flatMap((answer): Effect.Effect<WappiProfile, Failure> => {
        const { authorized } = answer
        if (typeof authorized !== "boolean") return Effect.fail(passing(200, "the status names no authorisation"))
        const told = firstText(answer["profile_id"], settings.profileId)
        if (told !== settings.profileId) return crossed("profile")
        const appStatus = textOf(answer["app_status"])
        return Effect.succeed({
          isHealthy: authorized && appStatus === "open",
          authorized,
          appStatus,
          phone: phoneOf(answer["phone"]),
          paymentExpiresAt: instantOf(answer["payment_expired_at"]),
          loggedOutAt: instantOf(answer["logouted_at"]),
        })
      }),
    ),
  ).pipe(Effect.mapError(readError("profile")))

  const registerWebhook = (url: string, secret: string) => {
    const what = "register webhook"
    const query = secret === "" ? { url } : { url, auth: secret }
    return refuse(badWebhook(url, secret)).pipe(
      Effect.andThen(repeated(call({ what, method: "POST", path: "/webhook/url/set", query }))),
      Effect.andThen(repeated(call({ what, method: "POST", path: "/webhook/types/set", body: webhookTypes }))),
      Effect.asVoid,
      Effect.mapError(readError(what)),
    )
  }

  const webhookUrl = repeated(
    call({ what: "webhook address", method: "GET", path: "/webhook/url/get" }).pipe(
      Effect.flatMap((answer): Effect.Effect<string | null, Failure> => {
        const { url } = answer
        if (url !== null && typeof url !== "string") return Effect.fail(permanent(200, "the answer names no address"))
        return Effect.succeed(url === null || url.trim() === "" ? null : url.trim())
      }),
    ),
  ).pipe(Effect.mapError(readError("webhook address")))

  return WappiPort.of({
    listChats,
    listMessages,
    message,
    send,
    reply,
    markRead,
    typing,
    downloadMedia,
    profile,
    webhookUrl,
    registerWebhook,
  })
})

export const layer = (settings: Settings): Layer.Layer<WappiPort, never, HttpClient.HttpClient> =>
  Layer.effect(WappiPort, make(settings))

/** As production wants it: over Node's own fetch. */
export const layerFetch = (settings: Settings): Layer.Layer<WappiPort> =>
  layer(settings).pipe(Layer.provide(FetchHttpClient.layer))

const isPhone = Schema.is(Phone)
export const badRecipient = (to: string): string | null => {
  if (!isPhone(to)) return "the recipient is no E.164 number"
  // Never delivered, though the send would answer success.
  return /^\+8\d{10}$/.test(to) && normalisePhone(to) !== to ? "the recipient begins with 8 instead of 7" : null
}
export const badText = (text: string): string | null => (text.trim() === "" ? "the text is empty" : null)
export const badId = (id: string): string | null => (id.trim() === "" ? "the message id is empty" : null)
export const badPage = ({ limit, offset }: { readonly limit: number; readonly offset: number }): string | null => {
  if (!Number.isInteger(limit) || limit < 1 || limit > pageMax)
    return `the limit must be a whole number from 1 to ${pageMax}`
  return Number.isInteger(offset) && offset >= 0 ? null : "the offset must be a whole number from 0"
}
export const badWebhook = (url: string, secret: string): string | null => {
  if (!/^https?:\/\/\S+$/i.test(url)) return "the webhook's address must begin with http(s)://"
  return /^[\x21-\x7e]*$/.test(secret) ? null : "the webhook's secret must fit a header: ASCII without blanks"
}
/** A parameter that the gateway would misread is refused before the call. */
export const refuse = (why: string | null): Effect.Effect<void, Failure> =>
  why === null ? Effect.void : Effect.fail(permanent(null, why))

const crossed = (what: string): Effect.Effect<never, Failure> =>
  Effect.andThen(
    Effect.logWarning(`wappi ${what}: another call's answer came; it is discarded`),
    Effect.fail(passing(200, "another call's answer came")),
  )

const readBytes = <E>(stream: Stream.Stream<Uint8Array, E>, bytesMax: number): Effect.Effect<Uint8Array, Failure> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    return stream.pipe(
      Stream.mapError(readTransportError),
      Stream.runForEach((chunk) => {
        chunks.push(chunk)
        size += chunk.length
        return size > bytesMax
          ? Effect.fail<Failure>(permanent(null, `the answer is larger than ${bytesMax} bytes`))
          : Effect.void
      }),
      Effect.map(() => new Uint8Array(Buffer.concat(chunks))),
    )
  })

const decodeBase64 = (text: string): Effect.Effect<Uint8Array, Failure> => {
  const bare = text.replace(/^data:[^,]*,/, "").replace(/\s+/g, "")
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(bare)) return Effect.fail(passing(200, "the file is not in base64"))
  const bytes = Buffer.from(bare, "base64")
  return bytes.length > mediaBytesMax
    ? Effect.fail(permanent(200, `the file is larger than ${mediaBytesMax} bytes`))
    : Effect.succeed(new Uint8Array(bytes))
}

/** A list that may be null, with elements that may be null. Neither list nor `status` is no answer at all. */
const listOf = (answer: Raw, key: string): Effect.Effect<ReadonlyArray<Raw>, Failure> => {
  const list = answer[key]
  if (Array.isArray(list)) return Effect.succeed((list as ReadonlyArray<unknown>).filter(isRaw))
  if (list === undefined && answer["status"] === undefined) return Effect.fail(passing(200, `an answer without ${key}`))
  return Effect.succeed([])
}

export const readChat = (raw: Raw): ReadonlyArray<WappiChat> => {
  const digits = firstText(raw["phone"]).replace(/\D/g, "")
  const chatId = firstText(raw["id"], digits === "" ? "" : `${digits}@c.us`).trim()
  if (chatId === "") return []
  const contact = isRaw(raw["contact"]) ? raw["contact"] : {}
  const chat = isRaw(raw["chat"]) ? raw["chat"] : {}
  return [
    {
      chatId,
      isGroup: raw["isGroup"] === true || readChatId(chatId).kind === "group",
      contactInfo: {
        name: nameOf(contact["PushName"], contact["FirstName"], raw["name"]),
        full_name: nameOf(contact["FullName"]),
        business_name: nameOf(contact["BusinessName"], chat["VerifiedName"]),
      },
      lastMessageId: firstText(raw["last_message_id"]).trim(),
      lastMessageAt: instantOf(raw["last_time"]) ?? instantOf(raw["last_timestamp"]) ?? 0,
    },
  ]
}

/** The messages of a page, newest first and each once, if all are of the chat asked for; else none of them. */
const readPage = (answer: Raw, chatId: string): Effect.Effect<ReadonlyArray<WappiMessage>, Failure> =>
  Effect.flatMap(listOf(answer, "messages"), (list) => {
    const asked = chatKey(chatId)
    // An empty chat id is silence, not another chat.
    const isForeign = (raw: Raw) => firstText(raw["chatId"]) !== "" && chatKey(firstText(raw["chatId"])) !== asked
    if (list.some(isForeign)) return crossed("list messages")
    const read = list.map((raw) => readMessage(raw, { chatId, timeless: instantOf(answer["timestamp"]) }))
    const unread = read.flatMap((message) => ("why" in message ? [message.why] : []))
    const byId = new Map(read.flatMap((message) => ("why" in message ? [] : [[message.id, message] as const])))
    // Two messages may share a second: the sort is stable, so their place in the answer decides.
    const messages = [...byId.values()].sort((a, b) => b.at - a.at)
    return unread.length === 0
      ? Effect.succeed(messages)
      : Effect.as(
          Effect.logWarning(`wappi list messages: ${unread.length} cannot be read`, { why: unread[0] }),
          messages,
        )
  })
