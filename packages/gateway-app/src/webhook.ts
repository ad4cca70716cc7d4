/**
 * What Wappi posts, carried into the store: messages by the same way in as those of the poller, deliveries against our own
 * ledger, news of the profile into the log. A ban stops all sending (rule S8 of docs/RULES.md).
 * Promises: succeeds only when every message that is ours to read is stored; what is recognised but of no use is told with
 * its reason; no body makes it fail but a store that is away. What a later "not delivered" means is the agent's to decide.
 */
import { readWebhook, type WebhookDelivery } from "@wa/adapters/wappi/webhook"
import { maskPhone, readChatId } from "@wa/core/contact/phone"
import type { StoreUnavailable } from "@wa/core/ports/agent-repo"
import { GatewayRepo, type LaterStatus } from "@wa/core/ports/gateway-repo"
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import { Clock, Effect, Metric } from "effect"
import { GatewaySettings } from "./gateway-settings.ts"
import { ingest } from "./ingest.ts"

export interface WebhookAnswer {
  /** Messages that were new. */
  readonly stored: number
  /** Delivery and profile events that were taken note of. */
  readonly noted: number
  /** Why an element was of no use, in the order of the body. */
  readonly rejected: ReadonlyArray<string>
}

const knownStatuses = ["pending", "delivered", "read", "undelivered", "temporary ban", "error"]
const deliveries = (status: string) =>
  Metric.counter("wa_gateway_delivery_events_total", {
    description: "Delivery events that Wappi posted, by status",
    incremental: true,
    // Bounded: a foreign word must not make a series of its own.
    attributes: { status: knownStatuses.includes(status) ? status : "other" },
  })
const rejections = (what: "element" | "not_json" | "unreadable") =>
  Metric.counter("wa_gateway_webhook_rejected_total", {
    description: "What was posted to the webhook and is of no use: elements of a body, or whole bodies",
    incremental: true,
    attributes: { what },
  })

/** A whole body that nobody can read: told and counted, so that a person can find out why something is missing. */
export const rejectBody = (what: "not_json" | "unreadable", why: string, bytes: number | null) =>
  Effect.andThen(
    Metric.update(rejections(what), 1),
    Effect.logWarning("the webhook left a whole body out", { why, bytes }),
  )

/** Elements of one body that are answered with their reason; the rest is only counted. */
const reasonsMax = 100

export const receiveWebhook = Effect.fn("gateway.webhook")(function* (
  body: unknown,
): Effect.fn.Return<WebhookAnswer, StoreUnavailable, GatewayRepo | GatewaySettings> {
  const { profileId } = yield* GatewaySettings
  const told = readWebhook(body)
  const rejected = told.rejected.map(({ why }) => why)
  const isOurs = (of: { readonly profileId: string | null }) => {
    if (of.profileId === null || of.profileId === profileId) return true
    rejected.push(`profile ${of.profileId.slice(0, 60)} is not the one that is served here`)
    return false
  }
  const messages: Array<WappiMessage> = []
  for (const message of told.messages) {
    if (!isOurs(message)) continue
    if (readChatId(message.chatId).kind === "unreadable")
      rejected.push(`chat ${maskPhone(message.chatId.slice(0, 60))} names nobody who can be answered`)
    else messages.push(message)
  }
  const { stored } = messages.length === 0 ? { stored: 0 } : yield* ingest(profileId, messages, "webhook")
  let noted = 0
  for (const delivery of told.deliveries) {
    if (!isOurs(delivery)) continue
    noted++
    yield* noteDelivery(delivery)
  }
  for (const event of told.profileEvents) {
    if (!isOurs(event)) continue
    noted++
    const line = `the WhatsApp profile says ${event.kind}: ${event.status || "nothing"}`
    const detail = { reason: event.reason }
    yield* event.status === "online" || event.status === "open"
      ? Effect.logInfo(line, detail)
      : Effect.logWarning(line, detail)
  }
  if (rejected.length > 0) {
    yield* Metric.update(rejections("element"), rejected.length)
    for (const why of rejected.slice(0, reasonsMax)) yield* Effect.logWarning("the webhook left something out", { why })
  }
  return { stored, noted, rejected: rejected.slice(0, reasonsMax) }
})

const noteDelivery = Effect.fnUntraced(function* (delivery: WebhookDelivery) {
  const now = yield* Clock.currentTimeMillis
  const at = delivery.at ?? now
  yield* Metric.update(deliveries(delivery.status), 1)
  switch (delivery.status) {
    case "temporary ban":
      yield* stopForBan(Math.min(at, now))
      return
    case "delivered":
    case "read":
    case "undelivered":
    case "error":
      yield* noteFate(delivery, delivery.status, now)
  }
})

/** The ledger knows ours by their ids: what becomes of somebody else's message is not our news. */
const noteFate = Effect.fnUntraced(function* (delivery: WebhookDelivery, status: LaterStatus, now: number) {
  if (delivery.messageId === "") return
  const { profileId } = yield* GatewaySettings
  const row = yield* (yield* GatewayRepo).noteDelivery(profileId, delivery.messageId, status, now)
  if (row !== null && (status === "undelivered" || status === "error"))
    yield* Effect.logWarning("a message of ours was not delivered", {
      phone: maskPhone(row.phone),
      status,
      correlation: row.body.correlation_id,
    })
})

/** Whoever goes on writing loses the number for good, so a person ends this, not a timer and not a delivery. */
const stopForBan = Effect.fnUntraced(function* (at: number) {
  const { profileId } = yield* GatewaySettings
  const isNew = yield* (yield* GatewayRepo).stopSending(profileId, { at, why: "temporary_ban", detail: "" })
  yield* isNew
    ? Effect.logError(
        "WhatsApp has limited the number: sending is stopped until a person resumes it (wa sending resume); open WhatsApp on the phone to see why and for how long",
      )
    : Effect.logWarning(
        "WhatsApp says again that it has limited the number: sending is stopped already, or was resumed since",
      )
})
