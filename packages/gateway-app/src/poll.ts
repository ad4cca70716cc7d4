/**
 * Reads the chats of one profile: every chat that changed, back to the last message that was stored. The net under the
 * webhook, and sufficient alone.
 * Promises: a message that Wappi showed is stored, although pages shift while they are read; a chat's mark moves only once
 * its messages are stored; one broken chat does not stop the others. Does not promise freshness beyond the interval.
 */
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { WappiChat, WappiDenied, WappiMessage, WappiRefused } from "@wa/core/ports/wappi-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { minuteMs, secondMs } from "@wa/core/time/instant"
import { Clock, Effect, Ref } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { ingest } from "./ingest.ts"

const chatsPerPage = 100
const messagesPerPage = 50
/** Pages overlap by this much, because what arrives meanwhile shifts them. */
const overlap = 2
/** A list longer than this is read on at the next poll; the marks tell where to go on. */
const chatPagesMax = 50
const messagePagesMax = 200
/** A chat that keeps failing is left alone for ever longer, at most this. */
const quarantineMaxMs = 30 * minuteMs

interface Poller {
  /** One round; answers how many messages were new. */
  readonly once: Effect.Effect<number, StoreUnavailable | WappiDenied | WappiRefused, GatewayRepo | WappiPort>
  /** The last round that reached Wappi and the store; null before the first. */
  readonly lastSuccessAt: Effect.Effect<number | null>
}

export const makePoller = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  const lastSuccess = yield* Ref.make<number | null>(null)
  const quarantine = new Map<string, { readonly failures: number; readonly until: number }>()

  const isChanged = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    if (chat.lastMessageAt !== 0 && chat.lastMessageAt < Math.floor(beganAt / secondMs) * secondMs) return false
    const mark = yield* (yield* GatewayRepo).chatMark(profileId, chat.chatId)
    return (
      mark === null ||
      chat.lastMessageId === "" ||
      mark.lastMessageId !== chat.lastMessageId ||
      chat.lastMessageAt > mark.lastMessageAt
    )
  })

  /** Newest first, until a page holds nothing that is both new and ours to read. */
  const unseen = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    const wappi = yield* WappiPort
    const repo = yield* GatewayRepo
    const found = new Map<string, WappiMessage>()
    let offset = 0
    for (let page = 0; page < messagePagesMax; page++) {
      const messages = yield* wappi.listMessages(chat.chatId, { limit: messagesPerPage, offset })
      const fresh = messages.filter((message) => !found.has(message.id))
      for (const message of fresh) found.set(message.id, message)
      const known = yield* repo.known(
        profileId,
        fresh.map((message) => message.id),
      )
      // The whole page is looked at: messages of one second may stand in any order.
      const isEnd =
        fresh.length === 0 ||
        fresh.some((message) => message.at < beganAt - secondMs) ||
        (page > 0 || fresh.length > 1 ? known.size === fresh.length : known.size > 0)
      if (isEnd || messages.length < messagesPerPage) break
      offset += messages.length - overlap
    }
    return [...found.values()]
  })

  const readChat = Effect.fnUntraced(function* (chat: WappiChat, beganAt: number) {
    const repo = yield* GatewayRepo
    const messages = yield* unseen(chat, beganAt)
    const { stored } = yield* ingest(profileId, messages, "poll", chat.contactInfo)
    // The mark is what the list showed: whatever came after it makes the chat differ from the mark again.
    if (chat.lastMessageId !== "") yield* repo.setChatMark(profileId, chat.chatId, chat)
    quarantine.delete(chat.chatId)
    return stored
  })

  const once = Effect.gen(function* () {
    const wappi = yield* WappiPort
    const repo = yield* GatewayRepo
    const now = yield* Clock.currentTimeMillis
    const beganAt = yield* repo.beganAt(profileId, now)
    let stored = 0
    const met = new Set<string>()
    let offset = 0
    for (let page = 0; page < chatPagesMax; page++) {
      const chats = yield* wappi.listChats({ limit: chatsPerPage, offset })
      const fresh = chats.filter((chat) => !met.has(chat.chatId))
      let changed = 0
      for (const chat of fresh) {
        met.add(chat.chatId)
        if (chat.isGroup || !(yield* isChanged(chat, beganAt))) continue
        changed++
        const held = quarantine.get(chat.chatId)
        if (held !== undefined && held.until > now) continue
        stored += yield* readChat(chat, beganAt).pipe(
          Effect.catchTag("WappiRefused", (refused) => {
            const failures = (quarantine.get(chat.chatId)?.failures ?? 0) + 1
            quarantine.set(chat.chatId, {
              failures,
              until: now + Math.min(quarantineMaxMs, 5 * secondMs * 2 ** failures),
            })
            return Effect.as(
              Effect.logWarning("a chat could not be read; it is tried again later", {
                failures,
                why: refused.message,
              }),
              0,
            )
          }),
        )
      }
      // The list is newest first: behind a page without a change there is none.
      if (fresh.length === 0 || changed === 0) break
      offset += Math.max(1, chats.length - overlap)
    }
    yield* Ref.set(lastSuccess, now)
    return stored
  }).pipe(Effect.withSpan("gateway.poll"))

  return { once, lastSuccessAt: Ref.get(lastSuccess) } satisfies Poller
})
