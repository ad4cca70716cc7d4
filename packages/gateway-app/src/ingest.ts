/**
 * The one way in, whether a message was read from a chat or came by webhook: sorts out what is not ours to read, tells a
 * client's message from an own echo and from a human of the company, and stores what is new together with what the agent
 * is to be told.
 * Promises: a message is stored once, however often and by whichever way it is shown; a message of a group, a broadcast or
 * a whitelisted number is not stored. Does not promise order between chats. Rules G1 to G5 of docs/RULES.md.
 */
import type { Correspondent } from "@wa/core/contact/contact-key"
import { readChatId } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import type { Seen } from "@wa/core/ports/gateway-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import { deliveryReport } from "@wa/core/queue/delivery-report"
import type { ContactInfo, IncomingBody } from "@wa/core/queue/messages"
import { secondMs } from "@wa/core/time/instant"
import { Clock, Effect } from "effect"
import { describeContent } from "./message-content.ts"

export interface Ingested {
  readonly stored: number
  /** Groups, broadcasts, whitelisted numbers, and what was written before the system began. */
  readonly dropped: number
  /** Neither a person nor anything we know how to leave aside. */
  readonly unreadable: number
}

const noName: ContactInfo = { name: null, full_name: null, business_name: null }

/** A chat shows whole seconds, so everything within the second of the beginning counts as new. */
const isBeforeBeginning = (at: number, beganAt: number): boolean => at < Math.floor(beganAt / secondMs) * secondMs

export const ingest = Effect.fn("gateway.ingest")(function* (
  profileId: string,
  messages: ReadonlyArray<WappiMessage>,
  via: "poll" | "webhook",
  contactInfo: ContactInfo = noName,
): Effect.fn.Return<Ingested, StoreUnavailable, GatewayRepo> {
  const repo = yield* GatewayRepo
  const now = yield* Clock.currentTimeMillis
  const beganAt = yield* repo.beganAt(profileId, now)
  let dropped = 0
  let unreadable = 0
  const seen: Array<Seen> = []
  const edits: Array<WappiMessage & { readonly phone: Correspondent }> = []
  const inOrder = [...messages].sort((a, b) => a.at - b.at)
  for (const message of inOrder) {
    const chat = readChatId(message.chatId)
    if (chat.kind === "unreadable" || message.id === "") {
      unreadable++
      yield* Effect.logWarning("a message of an unreadable chat was left out", { chat: message.chatId, id: message.id })
      continue
    }
    if (chat.kind !== "person" && chat.kind !== "hidden") {
      dropped++
      continue
    }
    const phone = chat.kind === "person" ? chat.phone : chat.id
    if (isBeforeBeginning(message.at, beganAt) || (yield* repo.isWhitelisted(phone))) {
      dropped++
      continue
    }
    if (message.isEdited || message.isDeleted) edits.push({ ...message, phone })
    else seen.push(...(yield* asSeen(profileId, phone, message, via, contactInfo)))
  }
  const stored = seen.length === 0 ? [] : yield* repo.record(seen)
  let edited = 0
  for (const message of edits) edited += yield* ingestEdit(profileId, message, via, contactInfo)
  return { stored: stored.length + edited, dropped, unreadable }
})

const envelopeOf = (profileId: string, phone: Correspondent, messageId: string, at: number) => ({
  version: 1 as const,
  correlation_id: messageId,
  profile_id: profileId,
  phone_number: phone,
  message_id: messageId,
  timestamp: new Date(at).toISOString(),
})

const asSeen = Effect.fnUntraced(function* (
  profileId: string,
  phone: Correspondent,
  message: WappiMessage,
  via: "poll" | "webhook",
  contactInfo: ContactInfo,
) {
  const content = describeContent(message)
  const envelope = envelopeOf(profileId, phone, message.id, message.at)
  const base = {
    profileId,
    messageId: message.id,
    phone,
    type: message.type,
    text: content.text,
    isVoice: content.kind === "voice",
    at: message.at,
    via,
  }
  if (message.fromMe) {
    // A reaction of ours, or a system line, is nobody talking to the client.
    if (content.kind === "reaction" || content.kind === "system")
      return [{ ...base, direction: "outgoing", relay: [] } satisfies Seen]
    if (yield* isOwnEcho(profileId, phone, message)) return []
    const body: IncomingBody = { ...envelope, event: "operator_message", message_text: content.text }
    return [{ ...base, direction: "outgoing", relay: [{ queue: "incoming_messages", body }] } satisfies Seen]
  }
  const info = message.contactInfo ?? contactInfo
  const body: IncomingBody = {
    ...envelope,
    event: "message",
    message_text: content.text,
    is_voice: content.kind === "voice",
    content: content.kind,
    contact_info: info.name === null && message.senderName !== "" ? { ...info, name: message.senderName } : info,
  }
  const relay: Array<Seen["relay"][number]> = [{ queue: "incoming_messages", body }]
  if (content.kind === "voice")
    relay.push({ queue: "voice_transcription", body: { ...envelope, contact_info: body.contact_info } })
  return [{ ...base, direction: "incoming", relay } satisfies Seen]
})

/** An own message that our ledger knows, by its id or, where the gateway told none yet, by its text. */
const isOwnEcho = Effect.fnUntraced(function* (profileId: string, phone: Correspondent, message: WappiMessage) {
  const repo = yield* GatewayRepo
  const row = yield* repo.sendOf(profileId, phone, message.id, message.text, message.at)
  if (row === null) return false
  const now = yield* Clock.currentTimeMillis
  if (row.messageId !== message.id)
    yield* repo.settleSend(
      row.outboundId,
      "sent",
      message.id,
      now,
      deliveryReport(row.body, "sent", null, message.id, now),
    )
  // The net under the webhook, which alone tells this at once.
  if (message.deliveryStatus === "undelivered" || message.deliveryStatus === "error")
    yield* repo.noteDelivery(profileId, message.id, message.deliveryStatus, now)
  return true
})

const ingestEdit = Effect.fnUntraced(function* (
  profileId: string,
  message: WappiMessage & { readonly phone: Correspondent },
  via: "poll" | "webhook",
  contactInfo: ContactInfo,
) {
  const repo = yield* GatewayRepo
  const content = describeContent(message)
  // A chat shows an edit under its own id, and `refersTo` is then what it quotes; a webhook gives an edit an id of its own.
  const original = via === "webhook" && message.refersTo !== "" ? message.refersTo : message.id
  for (const messageId of new Set([message.id, original])) {
    const relay: IncomingBody = {
      ...envelopeOf(profileId, message.phone, messageId, message.at),
      event: message.isDeleted ? "deleted" : "edited",
      message_text: message.isDeleted ? "" : content.text,
    }
    const known = yield* repo.known(profileId, [messageId])
    if (!known.has(messageId)) continue
    if (message.fromMe) return 0
    return (yield* repo.recordEdit({
      profileId,
      via,
      messageId,
      text: relay.message_text,
      isDeleted: message.isDeleted,
      relay,
      now: yield* Clock.currentTimeMillis,
    }))
      ? 1
      : 0
  }
  // Nobody saw the first version: what is left of it is the message.
  if (message.isDeleted) return 0
  const first = yield* asSeen(profileId, message.phone, { ...message, id: original, isEdited: false }, via, contactInfo)
  return first.length === 0 ? 0 : (yield* repo.record(first)).length
})
