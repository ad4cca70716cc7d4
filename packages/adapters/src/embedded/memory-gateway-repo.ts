/**
 * The gateway's memory without a database: the same answers as the SQL one, kept in maps and gone with the process.
 * Promises what the port's contract asks; each call is carried out whole or not at all. Never sleeps, so it runs on a
 * virtual clock. Does not promise to copy: what is handed in must not be changed afterwards.
 */
import type { Correspondent } from "@wa/core/contact/contact-key"
import type { Phone } from "@wa/core/contact/phone"
import { StoreUnavailable } from "@wa/core/ports/agent-repo"
import {
  GatewayRepo,
  type LaterStatus,
  type LedgerRow,
  type LedgerStatus,
  type Relayed,
  type Seen,
  type SendingStop,
} from "@wa/core/ports/gateway-repo"
import { deliveryReport } from "@wa/core/queue/delivery-report"
import type { OutgoingBody } from "@wa/core/queue/messages"
import type { Instant } from "@wa/core/time/instant"
import { Effect, Layer } from "effect"
import {
  echoWindow,
  failureReason,
  firstWhitelist,
  isOpenSend,
  isSameText,
  isWriting,
  laterFate,
  maySettle,
  reportKey,
  unmadeSends,
} from "../postgres/stored.ts"

export interface MemoryGatewayRepo {
  readonly repo: GatewayRepo["Service"]
  /** From now on everything fails as unavailable, as with a database that is away. */
  readonly disconnect: Effect.Effect<void>
  readonly reconnect: Effect.Effect<void>
  /** The next `count` calls fail as unavailable. */
  readonly failNext: (count: number) => Effect.Effect<void>
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface LogRow {
  readonly profileId: string
  messageId: string | null
  readonly phone: Correspondent
  readonly direction: Seen["direction"]
  text: string
  readonly at: Instant
  readonly isWriting: boolean
  isDeleted: boolean
  editedAt: Instant | null
  byPoll: boolean
  byWebhook: boolean
  /** Set on ours. */
  outboundId: string | null
  transcribedAt: Instant | null
  transcript: string | null
}

const nameOf = (profileId: string, id: string) => `${profileId} ${id}`
const append = <A>(lists: Map<string, Array<A>>, name: string, one: A) => {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [one])
  else list.push(one)
}

export const make = (): MemoryGatewayRepo => {
  const began = new Map<string, Instant>()
  const logs: Array<LogRow> = []
  const byMessage = new Map<string, LogRow>()
  const byOutbound = new Map<string, LogRow>()
  const byChat = new Map<string, Array<LogRow>>()
  const marks = new Map<string, { readonly lastMessageId: string; readonly lastMessageAt: Instant }>()
  const unpublished = new Map<number, Relayed>()
  const relayKeys = new Set<string>()
  const ledger = new Map<string, Mutable<LedgerRow>>()
  const openRows = new Set<Mutable<LedgerRow>>()
  /** When a send of the chat last expired. */
  const expiredAt = new Map<string, Instant>()
  const sendsByChat = new Map<string, Array<Mutable<LedgerRow>>>()
  /** In the order of the calls. */
  const calls: Array<{ readonly row: LedgerRow; readonly at: Instant }> = []
  const whitelist = new Map<Phone, { readonly note: string; readonly addedAt: Instant }>(
    firstWhitelist.map(({ phone, note }) => [phone, { note, addedAt: 0 }]),
  )
  const stops = new Map<string, SendingStop>()
  /** What WhatsApp said last of a message of ours. */
  const laterWords = new Map<string, LaterStatus>()
  const earlyFailures = new Map<string, LaterStatus>()
  const usage: Array<Parameters<GatewayRepo["Service"]["recordUsage"]>[0]> = []
  const tokensSince = (from: Instant) =>
    usage.reduce((sum, one) => (one.at >= from ? sum + one.promptTokens + one.outputTokens : sum), 0)
  const resumed = new Map<string, Instant>()
  let lastRelayId = 0
  let isUp = true
  let failing = 0

  const attempt = <A>(what: string, run: () => A): Effect.Effect<A, StoreUnavailable> =>
    Effect.suspend(() => {
      if (isUp && failing === 0) return Effect.sync(run)
      if (isUp) failing -= 1
      return Effect.fail(new StoreUnavailable({ what, cause: new Error(isUp ? "told to fail" : "disconnected") }))
    })

  const relay = (queue: Relayed["queue"], body: Relayed["body"], key?: string) => {
    if (key !== undefined && relayKeys.has(key)) return
    if (key !== undefined) relayKeys.add(key)
    lastRelayId += 1
    unpublished.set(lastRelayId, { id: lastRelayId, queue, body })
  }

  const insert = (row: LogRow) => {
    logs.push(row)
    append(byChat, nameOf(row.profileId, row.phone), row)
    if (row.messageId !== null) byMessage.set(nameOf(row.profileId, row.messageId), row)
    if (row.outboundId !== null) byOutbound.set(row.outboundId, row)
  }

  const recordOne = (seen: Seen): boolean => {
    const { profileId, messageId, via } = seen
    const known = byMessage.get(nameOf(profileId, messageId))
    if (known !== undefined) {
      known.byPoll ||= via === "poll"
      known.byWebhook ||= via === "webhook"
      return false
    }
    insert({
      profileId,
      messageId,
      phone: seen.phone,
      direction: seen.direction,
      text: seen.text,
      at: seen.at,
      isWriting: isWriting(seen),
      isDeleted: false,
      editedAt: null,
      byPoll: via === "poll",
      byWebhook: via === "webhook",
      outboundId: null,
      transcribedAt: null,
      transcript: null,
    })
    for (const { queue, body } of seen.relay) relay(queue, body)
    return true
  }

  const enter = (body: OutgoingBody, now: Instant): Mutable<LedgerRow> => {
    const row: Mutable<LedgerRow> = {
      outboundId: body.outbound_id,
      profileId: body.profile_id,
      phone: body.phone_number,
      text: body.message_text,
      status: "waiting",
      messageId: null,
      startedAt: now,
      tries: 0,
      body,
    }
    ledger.set(row.outboundId, row)
    openRows.add(row)
    append(sendsByChat, nameOf(row.profileId, row.phone), row)
    return row
  }

  /** A message that left is in the log like every other; an echo that was seen first is the same message. */
  const logSent = (row: LedgerRow, now: Instant) => {
    const ours = byOutbound.get(row.outboundId)
    const echo = row.messageId === null ? undefined : byMessage.get(nameOf(row.profileId, row.messageId))
    if (echo !== undefined) {
      if (ours !== undefined && ours !== echo) forget(ours)
      echo.outboundId = row.outboundId
      byOutbound.set(row.outboundId, echo)
      return
    }
    if (ours !== undefined) {
      ours.messageId = row.messageId
      if (row.messageId !== null) byMessage.set(nameOf(row.profileId, row.messageId), ours)
      return
    }
    insert({
      profileId: row.profileId,
      messageId: row.messageId,
      phone: row.phone,
      direction: "outgoing",
      text: row.text,
      at: now,
      isWriting: true,
      isDeleted: false,
      editedAt: null,
      byPoll: false,
      byWebhook: false,
      outboundId: row.outboundId,
      transcribedAt: null,
      transcript: null,
    })
  }
  const forget = (row: LogRow) => {
    const ofChat = byChat.get(nameOf(row.profileId, row.phone))
    for (const rows of [logs, ofChat]) rows?.splice(rows.indexOf(row), 1)
  }

  const settle = (row: Mutable<LedgerRow>, status: LedgerStatus, messageId: string | null, now: Instant) => {
    row.status = status
    row.messageId ??= messageId
    if (!isOpenSend(status)) openRows.delete(row)
    if (status === "expired") expiredAt.set(nameOf(row.profileId, row.phone), now)
    if (status === "sent") logSent(row, now)
  }

  /** Answers whether it was news. */
  const noteFate = (row: Mutable<LedgerRow>, told: LaterStatus, now: Instant): boolean => {
    const fate = laterFate(row.status, laterWords.get(row.outboundId) ?? null, told)
    if (fate === null) return false
    if (fate.settle !== null) settle(row, fate.settle, row.messageId, now)
    laterWords.set(row.outboundId, told)
    if (fate.report !== null) {
      const reason = fate.report === "undeliverable" ? failureReason(told) : null
      relay(
        "incoming_messages",
        deliveryReport(row.body, fate.report, reason, row.messageId, now),
        reportKey(row.outboundId, fate.report),
      )
    }
    return true
  }

  const lastOf = (profileId: string, phone: Correspondent, isAsked: (row: LogRow) => boolean) => {
    let last: LogRow | undefined
    for (const row of byChat.get(nameOf(profileId, phone)) ?? [])
      if (row.isWriting && isAsked(row) && (last === undefined || row.at >= last.at)) last = row
    return last
  }

  const repo = GatewayRepo.of({
    beganAt: (profileId, now) =>
      attempt("beganAt", () => {
        const at = began.get(profileId) ?? now
        began.set(profileId, at)
        return at
      }),
    record: (seen) => attempt("record", () => seen.filter(recordOne).map((one) => one.messageId)),
    recordEdit: (edit) =>
      attempt("recordEdit", () => {
        const known = byMessage.get(nameOf(edit.profileId, edit.messageId))
        if (known !== undefined) {
          known.byPoll ||= edit.via === "poll"
          known.byWebhook ||= edit.via === "webhook"
        }
        if (known === undefined || known.isDeleted || (!edit.isDeleted && known.text === edit.text)) return false
        if (edit.isDeleted) known.isDeleted = true
        else known.text = edit.text
        known.editedAt = edit.now
        relay("incoming_messages", edit.relay)
        return true
      }),
    known: (profileId, messageIds) =>
      attempt("known", () => new Set(messageIds.filter((id) => byMessage.has(nameOf(profileId, id))))),
    chatMark: (profileId, chatId) => attempt("chatMark", () => marks.get(nameOf(profileId, chatId)) ?? null),
    setChatMark: (profileId, chatId, mark) =>
      attempt("setChatMark", () => void marks.set(nameOf(profileId, chatId), mark)),
    pending: (limit, queue) =>
      attempt("pending", () =>
        [...unpublished.values()].filter((row) => queue === undefined || row.queue === queue).slice(0, limit),
      ),
    markQueued: (id) => attempt("markQueued", () => void unpublished.delete(id)),
    enqueue: (queue, body, key) => attempt("enqueue", () => relay(queue, body, key)),

    beginSend: (body, now) =>
      attempt("beginSend", () => {
        const known = ledger.get(body.outbound_id)
        return { isNew: known === undefined, row: { ...(known ?? enter(body, now)) } }
      }),
    beginCall: (outboundId, tries, now) =>
      attempt("beginCall", () => {
        const row = ledger.get(outboundId)
        if (row === undefined || !isOpenSend(row.status) || row.tries !== tries || stops.has(row.profileId))
          return false
        row.status = "sending"
        row.tries += 1
        row.startedAt = now
        calls.push({ row, at: now })
        return true
      }),
    settleSend: (outboundId, status, messageId, now, report) =>
      attempt("settleSend", () => {
        const row = ledger.get(outboundId)
        if (row === undefined || !maySettle(row.status, status)) return
        settle(row, status, messageId, now)
        if (report !== null) relay("incoming_messages", report, reportKey(outboundId, status))
        if (status !== "sent" || row.messageId === null) return
        const name = nameOf(row.profileId, row.messageId)
        const early = earlyFailures.get(name)
        earlyFailures.delete(name)
        if (early !== undefined) noteFate(row, early, now)
      }),
    noteDelivery: (profileId, messageId, told, now) =>
      attempt("noteDelivery", () => {
        const row = [...ledger.values()].find((one) => one.profileId === profileId && one.messageId === messageId)
        if (row !== undefined) return noteFate(row, told, now) ? { ...row } : null
        const name = nameOf(profileId, messageId)
        if (told === "undelivered" || told === "error") {
          if (!earlyFailures.has(name)) earlyFailures.set(name, told)
        } else if (told !== "pending") earlyFailures.delete(name)
        return null
      }),
    openSends: (profileId) =>
      attempt("openSends", () => [...openRows].filter((row) => row.profileId === profileId).map((row) => ({ ...row }))),
    sendOf: (profileId, phone, messageId, text, at) =>
      attempt("sendOf", () => {
        const { from, to } = echoWindow(at)
        const ofChat = sendsByChat.get(nameOf(profileId, phone)) ?? []
        const found =
          ofChat.find((row) => row.messageId === messageId) ??
          ofChat.find(
            (row) =>
              row.messageId === null &&
              row.tries > 0 &&
              !unmadeSends.includes(row.status) &&
              row.startedAt >= from &&
              row.startedAt <= to &&
              isSameText(row.text, text),
          )
        return found === undefined ? null : { ...found }
      }),
    sendStarts: (profileId, from) =>
      attempt("sendStarts", () => {
        const starts: Array<Instant> = []
        for (let i = calls.length - 1; i >= 0 && calls[i]!.at >= from; i--) {
          const { row, at } = calls[i]!
          // A call that was begun again counts by its last start.
          if (row.profileId === profileId && row.startedAt === at) starts.push(at)
        }
        return starts.reverse()
      }),
    lastWritten: (profileId, phone) =>
      attempt("lastWritten", () => {
        const operator = lastOf(profileId, phone, (row) => row.direction === "outgoing" && row.outboundId === null)
        const client = lastOf(profileId, phone, (row) => row.direction === "incoming")
        return {
          operatorAt: operator?.at ?? null,
          clientAt: client?.at ?? null,
          clientMessageId: client?.messageId ?? null,
        }
      }),
    clientTexts: (profileId, phone, from) =>
      attempt("clientTexts", () =>
        (byChat.get(nameOf(profileId, phone)) ?? [])
          .filter((row) => row.direction === "incoming" && row.isWriting && row.at >= from)
          .map((row) => row.transcript ?? row.text),
      ),
    isEditedSince: (profileId, phone, since) =>
      attempt("isEditedSince", () => {
        const givenBackAt = expiredAt.get(nameOf(profileId, phone)) ?? Number.NEGATIVE_INFINITY
        return (byChat.get(nameOf(profileId, phone)) ?? []).some(
          ({ direction, editedAt }) =>
            direction === "incoming" && editedAt !== null && editedAt >= since && editedAt > givenBackAt,
        )
      }),
    sendingStop: (profileId) => attempt("sendingStop", () => stops.get(profileId) ?? null),
    stopSending: (profileId, stop) =>
      attempt("stopSending", () => {
        if (stops.has(profileId) || (resumed.get(profileId) ?? Number.NEGATIVE_INFINITY) > stop.at) return false
        stops.set(profileId, stop)
        return true
      }),
    resumeSending: (profileId, now) =>
      attempt("resumeSending", () => {
        if (!stops.delete(profileId)) return false
        resumed.set(profileId, now)
        return true
      }),
    markTranscribed: (profileId, messageId, transcript, now) =>
      attempt("markTranscribed", () => {
        const row = byMessage.get(nameOf(profileId, messageId))
        if (row === undefined || transcript === null) return
        row.transcribedAt = now
        row.transcript = transcript
      }),

    recordUsage: (spent) => attempt("recordUsage", () => void usage.push(spent)),
    usageOf: (profileId, messageId) =>
      attempt("usageOf", () =>
        usage
          .filter((one) => one.profileId === profileId && one.messageId === messageId)
          .map(({ model, promptTokens, cachedTokens, outputTokens }) => ({
            model,
            promptTokens,
            cachedTokens,
            outputTokens,
          })),
      ),
    tokensSince: (from) => attempt("tokensSince", () => tokensSince(from)),
    isWhitelisted: (phone) => attempt("isWhitelisted", () => whitelist.has(phone)),
    whitelist: attempt("whitelist", () =>
      [...whitelist].map(([phone, { note, addedAt }]) => ({ phone, note, addedAt })),
    ),
    addToWhitelist: (phone, note, now) =>
      attempt(
        "addToWhitelist",
        () => void whitelist.set(phone, { note, addedAt: whitelist.get(phone)?.addedAt ?? now }),
      ),
    removeFromWhitelist: (phone) => attempt("removeFromWhitelist", () => whitelist.delete(phone)),
    stats: (from) =>
      attempt("stats", () => {
        const recent = logs.filter((row) => row.at >= from)
        const received = recent.filter((row) => row.direction === "incoming")
        return {
          messagesReceived: received.length,
          messagesSent: recent.filter((row) => row.outboundId !== null).length,
          voiceTranscribed: logs.filter((row) => row.transcribedAt !== null && row.transcribedAt >= from).length,
          pending: unpublished.size,
          sendsWaiting: [...openRows].filter((row) => row.status === "waiting").length,
          tokens: tokensSince(from),
          seenByWebhookOnly: received.filter((row) => row.byWebhook && !row.byPoll).length,
          seenByPollOnly: received.filter((row) => row.byPoll && !row.byWebhook).length,
        }
      }),
    ping: attempt("ping", () => undefined),
  })

  return {
    repo,
    disconnect: Effect.sync(() => {
      isUp = false
    }),
    reconnect: Effect.sync(() => {
      isUp = true
    }),
    failNext: (count) =>
      Effect.sync(() => {
        failing = count
      }),
  }
}

export const layer = Layer.sync(GatewayRepo, () => make().repo)
