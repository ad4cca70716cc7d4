/**
 * Reads the chats of one profile: every chat that changed, back to the last message that was stored. The net under the
 * webhook, and sufficient alone.
 * Promises: a message that Wappi showed is stored, although pages shift while they are read; a chat's mark moves only once
 * its messages are stored; one broken chat does not stop the others. Does not promise freshness beyond the interval.
 */

import { readChatId } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { WappiChat, WappiDenied, WappiMessage } from "@wa/core/ports/wappi-port"
import { WappiPort, WappiRefused } from "@wa/core/ports/wappi-port"
import { minuteMs, secondMs } from "@wa/core/time/instant"
import { Clock, Effect, Ref } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { ingest } from "./ingest.ts"

const chatsPerPage = 100
const messagesPerPage = 50
/** Pages overlap by this much, because what arrives meanwhile shifts them. */
const overlap = 2
/** 49,000 chats; whoever has more is told, and the last ones wait until they write again. */
const chatPagesMax = 500
const messagePagesMax = 200
/** A chat that keeps failing is left alone for ever longer, at most this. */
const quarantineMaxMs = 30 * minuteMs

/** So many chats refused in one round, and not one read, are no matter of the chats: nothing can be read. */
const refusedChatsMax = 3

interface Poller {
  /** One round; answers how many messages were new. */
  readonly once: Effect.Effect<number, StoreUnavailable | WappiDenied | WappiRefused, GatewayRepo | WappiPort>
  /** The last round that reached Wappi and the store; null before the first. */
  readonly lastSuccessAt: Effect.Effect<number | null>
}

interface Held {
  /** As the list last showed it: it may have sunk far below by the time it can be read. */
  readonly chat: WappiChat
  readonly failures: number
  readonly until: number
}
/** What became of the chats that one round tried to read. */
interface Round {
  read: number
  readonly refused: Array<{ readonly chat: WappiChat; readonly before: Held | undefined }>
}
const of = ({ what, status, detail, retryAfterMs, permanent }: WappiRefused) => ({
  what,
  status,
  detail,
  retryAfterMs,
  permanent,
})
type Mark = { readonly lastMessageId: string; readonly lastMessageAt: number } | null

export const makePoller = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  const lastSuccess = yield* Ref.make<number | null>(null)
  const quarantine = new Map<string, Held>()
  /** Until a round has come to its end, a page without a change proves nothing of the pages behind it. */
  let isCaughtUp = false
  /** Wappi asked to be left alone until then. */
  let notBefore = 0

  const isBefore = (chat: WappiChat, beganAt: number): boolean =>
    chat.lastMessageAt !== 0 && chat.lastMessageAt < Math.floor(beganAt / secondMs) * secondMs

  const isChanged = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    if (isBefore(chat, beganAt)) return false
    const mark = yield* (yield* GatewayRepo).chatMark(profileId, chat.chatId)
    return (
      mark === null ||
      chat.lastMessageId === "" ||
      mark.lastMessageId !== chat.lastMessageId ||
      chat.lastMessageAt > mark.lastMessageAt
    )
  })

  /** Groups, broadcasts and channels are not asked for; nor are the chats of whitelisted numbers. */
  const isOurs = (chat: WappiChat): boolean => {
    const { kind } = readChatId(chat.chatId)
    return !chat.isGroup && kind !== "group" && kind !== "broadcast" && kind !== "newsletter"
  }
  const isWhitelisted = Effect.fnUntraced(function* (chat: WappiChat) {
    const named = readChatId(chat.chatId)
    return named.kind === "person" && (yield* (yield* GatewayRepo).isWhitelisted(named.phone))
  })

  /**
   * Newest first, back to the chat's mark: that some of a page is stored proves nothing, the webhook may have brought it. A
   * page may be shorter than asked for, since what is no message is left out of it; only an empty one is the end.
   */
  const unseen = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    const wappi = yield* WappiPort
    const repo = yield* GatewayRepo
    const mark: Mark = yield* repo.chatMark(profileId, chat.chatId)
    const found = new Map<string, WappiMessage>()
    let offset = 0
    for (let page = 0; page < messagePagesMax; page++) {
      const messages = yield* wappi.listMessages(chat.chatId, { limit: messagesPerPage, offset })
      const fresh = messages.filter((message) => !found.has(message.id))
      if (fresh.length === 0) break
      for (const message of fresh) found.set(message.id, message)
      // The whole page is looked at: messages of one second may stand in any order.
      if (fresh.some((message) => message.at < beganAt - secondMs)) break
      if (mark !== null && (yield* isReached(mark, fresh))) break
      offset += Math.max(1, messages.length - overlap)
    }
    // Oldest first: the order of a page is all that tells two messages of one second apart.
    const all = [...found.values()].reverse()
    if (mark === null || mark.lastMessageId === "" || (yield* isStored(mark.lastMessageId))) return all
    // What the mark stands on was never stored: it was a whitelisted number's then, and what it wrote stays unread.
    return all.filter((message) => message.at >= mark.lastMessageAt && message.id !== mark.lastMessageId)
  })
  const isReached = Effect.fnUntraced(function* (mark: NonNullable<Mark>, fresh: ReadonlyArray<WappiMessage>) {
    if (mark.lastMessageAt !== 0) return fresh.some((message) => message.at < mark.lastMessageAt)
    const known = yield* (yield* GatewayRepo).known(
      profileId,
      fresh.map((message) => message.id),
    )
    return known.size > 0
  })
  const isStored = Effect.fnUntraced(function* (messageId: string) {
    return (yield* (yield* GatewayRepo).known(profileId, [messageId])).size > 0
  })

  const readChat = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    const repo = yield* GatewayRepo
    const messages = (yield* isWhitelisted(chat)) ? [] : yield* unseen(chat, beganAt)
    const { stored } = yield* ingest(profileId, messages, "poll", chat.contactInfo)
    // The mark is what the list showed: whatever came after it makes the chat differ from the mark again.
    if (chat.lastMessageId !== "") yield* repo.setChatMark(profileId, chat.chatId, chat)
    quarantine.delete(chat.chatId)
    return stored
  })
  const readOrHold = (chat: WappiChat, beganAt: number, now: number, round: Round) =>
    readChat(chat, beganAt).pipe(
      Effect.tap(() => Effect.sync(() => void round.read++)),
      Effect.catchTag("WappiRefused", (refused) => {
        const before = quarantine.get(chat.chatId)
        const failures = (before?.failures ?? 0) + 1
        const pause = Math.max(refused.retryAfterMs ?? 0, Math.min(quarantineMaxMs, 5 * secondMs * 2 ** failures))
        quarantine.set(chat.chatId, { chat, failures, until: now + pause })
        round.refused.push({ chat, before })
        if (round.read === 0 && round.refused.length >= refusedChatsMax) return noChatIsRead(round, refused, now)
        return Effect.as(
          Effect.logWarning("a chat could not be read; it is tried again later", { failures, why: refused.message }),
          0,
        )
      }),
    )
  /** Nobody's chat is at fault, so none is held for it; a chat that is kept in memory only must not be forgotten either. */
  const noChatIsRead = (round: Round, refused: WappiRefused, now: number): Effect.Effect<never, WappiRefused> =>
    Effect.suspend(() => {
      for (const { chat, before } of round.refused)
        quarantine.set(chat.chatId, before ?? { chat, failures: 0, until: now })
      return Effect.fail(
        new WappiRefused({
          ...of(refused),
          detail: `${round.refused.length} chats in a row could not be read, and none could: ${refused.detail}`,
        }),
      )
    })

  const once = Effect.gen(function* () {
    const wappi = yield* WappiPort
    const repo = yield* GatewayRepo
    const now = yield* Clock.currentTimeMillis
    if (now < notBefore) return 0
    const round: Round = { read: 0, refused: [] }
    const beganAt = yield* repo.beganAt(profileId, now)
    const isThorough = !isCaughtUp
    isCaughtUp = false
    let stored = 0
    const met = new Set<string>()
    let offset = 0
    for (let page = 0; ; page++) {
      if (page === chatPagesMax) {
        yield* Effect.logWarning("the list of chats is longer than it is read", { chats: met.size })
        break
      }
      const chats = yield* wappi.listChats({ limit: chatsPerPage, offset })
      const fresh = chats.filter((chat) => !met.has(chat.chatId))
      let changed = 0
      for (const chat of fresh) {
        met.add(chat.chatId)
        if (!isOurs(chat) || !(yield* isChanged(chat, beganAt))) continue
        const held = quarantine.get(chat.chatId)
        if (held !== undefined && held.until > now) {
          quarantine.set(chat.chatId, { ...held, chat })
          continue
        }
        changed++
        stored += yield* readOrHold(chat, beganAt, now, round)
      }
      if (fresh.length === 0) break
      // The list is newest first: behind a page without a change there is none, once all was read.
      if (changed === 0 && (!isThorough || fresh.every((chat) => isBefore(chat, beganAt)))) break
      offset += Math.max(1, chats.length - overlap)
    }
    for (const { chat, until } of [...quarantine.values()])
      if (until <= now && !met.has(chat.chatId)) stored += yield* readOrHold(chat, beganAt, now, round)
    isCaughtUp = true
    yield* Ref.set(lastSuccess, now)
    return stored
  }).pipe(
    Effect.tapError((error) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (error._tag === "WappiRefused" && error.retryAfterMs !== null) notBefore = now + error.retryAfterMs
      }),
    ),
    Effect.withSpan("gateway.poll"),
  )

  return { once, lastSuccessAt: Ref.get(lastSuccess) } satisfies Poller
})
