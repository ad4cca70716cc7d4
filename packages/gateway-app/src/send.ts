/**
 * Sends what the agent decided, once. There is no idempotency key at the gateway, so every send is entered into a ledger
 * before it is made, and whenever its outcome is unknown the chat is read before anything is sent again.
 * Promises: the same outbound id is sent at most once, whatever crashes, times out or is redelivered; at most
 * `sendPerMinute` a minute, evenly spaced; nothing after a human's message that is visible in the chat; each message ends
 * as a report to the agent; nothing at all while sending is stopped, which only a person ends. Does not promise delivery to
 * the phone: WhatsApp reports that later. Rules S1 to S6 and S8 of docs/RULES.md.
 */
import { setAside } from "@wa/adapters/runtime/set-aside"
import { chatIdOf } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo, type LedgerRow, type LedgerStatus } from "@wa/core/ports/gateway-repo"
import { ack, type DeadMessage, type Handled, retry } from "@wa/core/ports/queue-port"
import type { WappiDenied, WappiMessage, WappiRefused } from "@wa/core/ports/wappi-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { deliveryReport } from "@wa/core/queue/delivery-report"
import type { OutgoingBody } from "@wa/core/queue/messages"
import { asksForSilence } from "@wa/core/reply-intent/caption"
import type { Instant } from "@wa/core/time/instant"
import { hourMs, minuteMs, secondMs } from "@wa/core/time/instant"
import { Clock, Effect } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { ingest } from "./ingest.ts"

const messagesPerPage = 20
/** A chat is not read further back than so many pages; what is then looked for counts as not found out. */
const pagesMax = 50
/** WhatsApp's clock and ours differ a little. */
const clockSlackMs = 2 * minuteMs
/** An edit takes a moment to reach the agent, who answers it only after a longer quiet one. */
const editTravelsMs = 5 * secondMs
/** As long as the queue keeps a message: what has waited longer is not said any more, the agent decides anew. */
const expiresAfterMs = hourMs
/** What has lain at the sender longer, and was not asked of the gateway yet, goes back too: only the agent knows what people decided since. */
const freshMs = 2 * minuteMs
/** Calls for one message, refusals and lost ones together. */
const triesMax = 3
/** A send that is over with, and still not in the chat, did not happen: a list lags by seconds. */
const settledAfterMs = 60 * secondMs
/** One that the gateway may carry out later is looked for this long, then a person is asked. */
const comesLateMs = 25 * minuteMs

type Settled = Exclude<LedgerStatus, "waiting" | "sending" | "in_doubt" | "in_doubt_late">

/** `startedAt`: when this gateway did; what lay in the queue by then has waited for it. */
export const send = Effect.fn("gateway.send")(
  function* (body: OutgoingBody, startedAt: Instant = 0) {
    const repo = yield* GatewayRepo
    const now = yield* Clock.currentTimeMillis
    const { row } = yield* repo.beginSend(body, now)
    if (row.status === "waiting" && row.tries === 0 && body.published_at !== undefined) {
      const publishedAt = Date.parse(body.published_at)
      if (publishedAt < startedAt && now - publishedAt > freshMs) return yield* expire(body, stale)
    }
    // A known id is a redelivery, or a crash in the middle.
    return yield* resume(row)
  },
  (effect, body, _startedAt?: Instant) => Effect.annotateLogs(effect, { correlation: body.correlation_id }),
  Effect.catchTag("StoreUnavailable", (error) => Effect.succeed<Handled>(retry(error.message))),
  Effect.catchTag("WappiDenied", (error) =>
    Effect.as(Effect.logWarning(error.message), retry(error.message) as Handled),
  ),
)

/**
 * The message of the same chat that was decided earlier and whose fate is open, or null: replies go out in order. One that
 * the gateway may carry out much later holds nobody up.
 */
const hasToWaitFor = Effect.fnUntraced(function* (row: LedgerRow) {
  const repo = yield* GatewayRepo
  const open = yield* repo.openSends(row.profileId)
  return (
    open.find(
      (one) =>
        one.phone === row.phone &&
        one.outboundId !== row.outboundId &&
        one.status !== "in_doubt_late" &&
        Date.parse(one.body.decided_at) < Date.parse(row.body.decided_at),
    ) ?? null
  )
})

const resume = (row: LedgerRow): Effect.Effect<Handled, StoreUnavailable | WappiDenied, Everything> => {
  switch (row.status) {
    case "waiting":
      return resumeWaiting(row)
    case "sending":
    case "in_doubt":
    case "in_doubt_late":
      return lookForIt(row)
    default:
      return Effect.succeed(ack)
  }
}

type Everything = WappiPort | GatewayRepo | GatewaySettings

const sendNow = Effect.fnUntraced(function* (
  body: OutgoingBody,
  tries: number,
): Effect.fn.Return<Handled, StoreUnavailable | WappiDenied, Everything> {
  // It stays in the ledger, and `reviewDoubts` comes back to it.
  if (yield* isStopped(body)) return ack
  const unwanted = yield* whyNot(body)
  if (unwanted !== null) return yield* settle(body, unwanted.becomes, null, unwanted.why)
  if (yield* waitForSlot) {
    // Whoever wrote while we waited is visible now.
    const late = yield* whyNot(body)
    if (late !== null) return yield* settle(body, late.becomes, null, late.why)
  }
  return yield* attempt(body, tries)
})

const isStopped = (body: OutgoingBody) =>
  GatewayRepo.use((repo) => Effect.map(repo.sendingStop(body.profile_id), (stop) => stop !== null))

interface Unwanted {
  /** `expired`: it goes back to the agent and is decided anew. */
  readonly becomes: "dropped" | "expired"
  readonly why: string
}
const dropped = (why: string): Unwanted => ({ becomes: "dropped", why })

/** Somebody wrote meanwhile, or nobody may write to this number. Reads the chat, so that what is visible is known. */
const whyNot = Effect.fnUntraced(function* (body: OutgoingBody) {
  const repo = yield* GatewayRepo
  if (yield* repo.isWhitelisted(body.phone_number)) return dropped("whitelisted")
  yield* readChat(body, Date.parse(body.decided_at))
  const { operatorAt, clientAt } = yield* repo.lastWritten(body.profile_id, body.phone_number)
  if (isNews(operatorAt, body.known_operator_at)) return dropped("operator_wrote")
  if (yield* hasAskedForSilence(body)) return dropped("opted_out")
  if (body.kind === "touch" && isNews(clientAt, body.known_client_at)) return dropped("client_wrote")
  // It answers what no longer stands. Each edit sends back one message at most, so nothing goes round.
  const since = Date.parse(body.decided_at) - editTravelsMs
  if (yield* repo.isEditedSince(body.profile_id, body.phone_number, since))
    return { becomes: "expired", why: "client_edited" } satisfies Unwanted
  return null
})

/** From the second on that the agent knew: a chat shows whole seconds, and had it known of this, it would be silent. */
const hasAskedForSilence = Effect.fnUntraced(function* (body: OutgoingBody) {
  const repo = yield* GatewayRepo
  const from = body.known_client_at === null ? 0 : Date.parse(body.known_client_at)
  return (yield* repo.clientTexts(body.profile_id, body.phone_number, from)).some(asksForSilence)
})

/** Whether the chat holds something that the agent did not know of when it decided. */
const isNews = (writtenAt: number | null, knownAt: string | null): boolean =>
  writtenAt !== null && (knownAt === null || writtenAt > Date.parse(knownAt))

const chatOf = (body: OutgoingBody): string =>
  body.phone_number.startsWith("+") ? chatIdOf(body.phone_number) : body.phone_number

/**
 * Stores what the chat shows since `from` like any other messages; false when it could not be read that far, which does not
 * stop a send. What is older stays as it is: it may be of a time when the number was whitelisted.
 */
const readChat = Effect.fnUntraced(function* (
  body: OutgoingBody,
  from: number,
): Effect.fn.Return<boolean, StoreUnavailable | WappiDenied, WappiPort | GatewayRepo> {
  const wappi = yield* WappiPort
  const since = from - clockSlackMs
  const shown: Array<WappiMessage> = []
  const isWhole = yield* Effect.gen(function* () {
    for (let page = 0; page < pagesMax; page++) {
      const offset = page * messagesPerPage
      const messages = yield* wappi.listMessages(chatOf(body), { limit: messagesPerPage, offset })
      shown.push(...messages)
      if (messages.length < messagesPerPage || messages.some((message) => message.at < since)) return true
    }
    return false
  }).pipe(
    Effect.catchTag("WappiRefused", (refused) =>
      Effect.as(Effect.logWarning("the chat could not be read before the send", { why: refused.message }), false),
    ),
  )
  // Oldest first: the order of a page is all that tells two messages of one second apart.
  const recent = shown.filter((message) => message.at >= since).reverse()
  if (recent.length > 0) yield* ingest(body.profile_id, recent, "poll")
  return isWhole
})

/** At most so many a minute, evenly spaced, over restarts too. Answers whether it had to wait. */
const waitForSlot = Effect.gen(function* () {
  const { profileId, sendPerMinute } = yield* GatewaySettings
  const repo = yield* GatewayRepo
  const gapMs = Math.ceil(minuteMs / sendPerMinute)
  for (let waited = false; ; waited = true) {
    const now = yield* Clock.currentTimeMillis
    const starts = yield* repo.sendStarts(profileId, now - minuteMs)
    const last = starts.at(-1)
    const afterGap = last === undefined ? now : last + gapMs
    const afterMinute = starts.length < sendPerMinute ? now : starts[starts.length - sendPerMinute]! + minuteMs
    const free = Math.max(afterGap, afterMinute)
    if (free <= now) return waited
    yield* Effect.sleep(free - now)
  }
})

const attempt = Effect.fnUntraced(function* (
  body: OutgoingBody,
  triesBefore: number,
): Effect.fn.Return<Handled, StoreUnavailable | WappiDenied, Everything> {
  const wappi = yield* WappiPort
  const repo = yield* GatewayRepo
  const lastClientMessage = (yield* repo.lastWritten(body.profile_id, body.phone_number)).clientMessageId
  // A hidden number can only be answered by quoting one of its messages.
  const quoted = body.reply_to_message_id ?? (body.phone_number.startsWith("+") ? null : lastClientMessage)
  // Two gateways may look at the same row: one of them calls. And none does once sending was stopped, be it just now.
  if (!(yield* repo.beginCall(body.outbound_id, triesBefore, yield* Clock.currentTimeMillis))) return ack
  const outcome = yield* (
    quoted === null ? wappi.send(body.phone_number, body.message_text) : wappi.reply(quoted, body.message_text)
  ).pipe(
    Effect.map((messageId) => ({ _tag: "Sent" as const, messageId })),
    Effect.catchTags({
      WappiRefused: (error) => Effect.succeed({ _tag: "Refused" as const, error }),
      WappiOutcomeUnknown: (error) => Effect.succeed({ _tag: "Unknown" as const, error }),
      WappiDenied: (error) => Effect.succeed({ _tag: "Denied" as const, error }),
    }),
  )
  switch (outcome._tag) {
    case "Sent": {
      const handled = yield* settle(body, "sent", outcome.messageId, null)
      if (body.mark_as_read && lastClientMessage !== null)
        yield* wappi.markRead(lastClientMessage, true).pipe(Effect.ignore)
      return handled
    }
    case "Unknown":
      yield* Effect.logWarning("the outcome of a send is unknown; the chat will tell", { why: outcome.error.message })
      yield* repo.settleSend(
        body.outbound_id,
        outcome.error.canComeLate ? "in_doubt_late" : "in_doubt",
        null,
        yield* Clock.currentTimeMillis,
        null,
      )
      return ack // `reviewDoubts` looks for it, so that the queue need not wait.
    case "Denied":
      // Nothing was taken, and nothing will be until a person mends the setting: it waits.
      yield* repo.settleSend(body.outbound_id, "waiting", null, yield* Clock.currentTimeMillis, null)
      return yield* outcome.error
    case "Refused": {
      const tries = triesBefore + 1
      if (outcome.error.permanent || tries >= triesMax)
        return yield* settle(body, "refused", null, outcome.error.message)
      yield* repo.settleSend(body.outbound_id, "waiting", null, yield* Clock.currentTimeMillis, null)
      yield* Effect.sleep(pauseMs(outcome.error, tries))
      return yield* sendNow(body, tries)
    }
  }
})

const pauseMs = (refused: WappiRefused, tries: number): number =>
  Math.min(2 * minuteMs, refused.retryAfterMs ?? 2 * secondMs * 2 ** (tries - 1))

/**
 * What a send that may have happened became. Reading the chat stores what it shows, and an own message with our text
 * settles the row. One that is over with and not in the chat is sent again; one that may still come is never repeated.
 */
const lookForIt = Effect.fnUntraced(function* (
  open: LedgerRow,
): Effect.fn.Return<Handled, StoreUnavailable | WappiDenied, Everything> {
  const repo = yield* GatewayRepo
  const { body } = open
  const isRead = yield* readChat(body, open.startedAt)
  const now = yield* Clock.currentTimeMillis
  const row = (yield* repo.openSends(body.profile_id)).find((one) => one.outboundId === open.outboundId)
  if (row === undefined) return ack
  const age = now - row.startedAt
  if (row.status === "in_doubt_late") {
    if (age < comesLateMs) return ack
  } else {
    if (age < settledAfterMs || !isRead) return age < comesLateMs ? ack : yield* giveUp(body)
    if (yield* isStopped(body)) {
      if (age < comesLateMs) return ack
    } else if (row.tries < triesMax) return yield* sendNow(body, row.tries)
  }
  return yield* giveUp(body)
})

const giveUp = (body: OutgoingBody) => settle(body, "unknown", null, "неизвестно, ушло ли сообщение: проверьте чат")

/**
 * Looks again for every send in doubt, and goes on with those that a crash or a refusal left behind: the queue may have been
 * told already that they are in good hands. Answers how many are open.
 */
export const reviewDoubts = Effect.gen(function* () {
  const { profileId } = yield* GatewaySettings
  const repo = yield* GatewayRepo
  const rows = yield* repo.openSends(profileId)
  yield* Effect.forEach(rows, resume, { discard: true })
  return rows.length
}).pipe(Effect.withSpan("gateway.doubts"))

const expire = Effect.fnUntraced(function* (body: OutgoingBody, why: string) {
  return yield* settle(body, "expired", null, (yield* isStopped(body)) ? "sending_stopped" : why)
})

/** Entered, it is safe here: what must go first is settled first, and `reviewDoubts` goes on with this one then. */
const resumeWaiting = Effect.fnUntraced(function* (
  row: LedgerRow,
): Effect.fn.Return<Handled, StoreUnavailable | WappiDenied, Everything> {
  if ((yield* hasToWaitFor(row)) !== null) return ack
  if (yield* isLate(row)) return yield* expire(row.body, tooLate)
  if (yield* isStopped(row.body)) return ack
  return (yield* isStale(row)) ? yield* expire(row.body, stale) : yield* sendNow(row.body, row.tries)
})

const stale = "устарело, пока ждало отправки"
/** What was tried goes on by itself: given back after each refusal, it would be drafted anew as often. */
const isStale = (row: LedgerRow) =>
  Effect.map(Clock.currentTimeMillis, (now) => row.tries === 0 && now - row.startedAt > freshMs)

const tooLate = "слишком долго не удавалось отправить"
const isLate = (row: LedgerRow) =>
  Effect.map(Clock.currentTimeMillis, (now) => now - Date.parse(row.body.decided_at) > expiresAfterMs)

const settle = Effect.fnUntraced(function* (
  body: OutgoingBody,
  status: Settled,
  messageId: string | null,
  reason: string | null,
) {
  const repo = yield* GatewayRepo
  const now = yield* Clock.currentTimeMillis
  yield* repo.settleSend(body.outbound_id, status, messageId, now, deliveryReport(body, status, reason, messageId, now))
  return ack
})

/** A message that waited too long comes back to the agent, unless it left after all. */
export const returnExpired = Effect.fn("gateway.returnExpired")(
  function* (message: DeadMessage<"outgoing_messages">) {
    if (message.body === undefined) return yield* setAside("outgoing_messages", message)
    const repo = yield* GatewayRepo
    const { row } = yield* repo.beginSend(message.body, yield* Clock.currentTimeMillis)
    // Waiting: nothing was asked of the gateway yet, or it was refused.
    return row.status === "waiting" ? yield* expire(message.body, message.reason) : yield* resume(row)
  },
  Effect.catchTag("StoreUnavailable", (error) => Effect.succeed<Handled>(retry(error.message))),
  Effect.catchTag("WappiDenied", (error) => Effect.succeed<Handled>(retry(error.message))),
)
