/**
 * What the gateway posts to us, read without trust. Pure and total: whatever the body is (nothing, a number, the payload of
 * another gateway, half a message), each element ends as a message, a delivery, a profile event, or a reason. Own messages
 * that some profiles echo as incoming come out with `fromMe: true`. Does not deduplicate, order, or check the secret.
 */
import type { WappiMessage } from "@wa/core/ports/wappi-port"
import type { Instant } from "@wa/core/time/instant"
import { firstText, idCharsMax, instantOf, isRaw, phoneOf, type Raw, readMessage, textOf } from "./message.ts"

export interface WebhookMessage extends WappiMessage {
  readonly profileId: string | null
}
export interface WebhookDelivery {
  readonly profileId: string | null
  /** "" when only the task is known. */
  readonly messageId: string
  readonly chatId: string
  /** Lower case: `pending`, `delivered`, `read`, `undelivered`, `temporary ban`, `error`, or what else it says. */
  readonly status: string
  readonly taskId: string
  readonly at: Instant | null
}
export interface WebhookProfileEvent {
  readonly profileId: string | null
  readonly kind: "authorization" | "application"
  readonly status: string
  readonly reason: string
  readonly phone: string
  readonly at: Instant | null
}
export interface Webhook {
  readonly messages: ReadonlyArray<WebhookMessage>
  readonly deliveries: ReadonlyArray<WebhookDelivery>
  readonly profileEvents: ReadonlyArray<WebhookProfileEvent>
  readonly rejected: ReadonlyArray<{ readonly why: string }>
}

export const readWebhook = (body: unknown): Webhook => {
  const told = { messages: [], deliveries: [], profileEvents: [], rejected: [] } as Told
  const parsed = parse(body)
  if (!isRaw(parsed)) {
    told.rejected.push({ why: `the body is ${Array.isArray(parsed) ? "an array" : kind(parsed)}, not an object` })
    return told
  }
  const { messages } = parsed
  // The vendor's examples send a single delivery or call as an object, the rest as arrays.
  if (Array.isArray(messages)) for (const element of messages as ReadonlyArray<unknown>) sort(element, told)
  else if (isRaw(messages)) sort(messages, told)
  else told.rejected.push({ why: `the body has no messages: its keys are ${quote(Object.keys(parsed).join(", "))}` })
  return told
}

interface Told extends Webhook {
  readonly messages: Array<WebhookMessage>
  readonly deliveries: Array<WebhookDelivery>
  readonly profileEvents: Array<WebhookProfileEvent>
  readonly rejected: Array<{ readonly why: string }>
}

const parse = (body: unknown): unknown => {
  if (typeof body !== "string") return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
const kind = (value: unknown) => (value === null ? "null" : typeof value)
/** Foreign words in a reason stay short. */
const quote = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

const sort = (raw: unknown, told: Told): void => {
  if (!isRaw(raw)) {
    told.rejected.push({ why: `an element is ${Array.isArray(raw) ? "an array" : kind(raw)}, not an object` })
    return
  }
  const type = textOf(raw["wh_type"]).trim().toLowerCase()
  const profileId = firstText(raw["profile_id"]) || null
  switch (type) {
    case "incoming_message":
    case "outgoing_message_api":
    case "outgoing_message_phone": {
      const message = readMessage(raw, { fromMe: type !== "incoming_message" })
      if ("why" in message) {
        told.rejected.push(message)
        return
      }
      const sentFrom =
        type === "incoming_message" ? message.sentFrom : type === "outgoing_message_api" ? "api" : "phone"
      told.messages.push({ ...message, sentFrom, profileId })
      return
    }
    case "delivery_status":
      readDelivery(raw, profileId, told)
      return
    case "authorization_status":
    case "application_status":
      told.profileEvents.push({
        profileId,
        kind: type === "authorization_status" ? "authorization" : "application",
        status: firstText(raw["status"], raw["app_status"]).toLowerCase(),
        reason: textOf(raw["reason"]),
        phone: phoneOf(raw["phone"]),
        at: instantOf(raw["time"]) ?? instantOf(raw["timestamp"]),
      })
      return
    case "incoming_call":
      told.rejected.push({ why: "a voice call cannot be answered here" })
      return
    case "":
      told.rejected.push({ why: `an element has no wh_type: its keys are ${quote(Object.keys(raw).join(", "))}` })
      return
    default:
      told.rejected.push({ why: `wh_type ${quote(type)} is unknown` })
  }
}

const readDelivery = (raw: Raw, profileId: string | null, told: Told): void => {
  const status = textOf(raw["status"]).trim().toLowerCase()
  const messageId = firstText(raw["id"], raw["message_id"]).trim()
  const taskId = firstText(raw["task_id"]).trim()
  // A ban concerns the whole number: it is told even when it names no message.
  if (status === "" || (messageId === "" && taskId === "" && status !== "temporary ban")) {
    told.rejected.push({ why: `a delivery status lacks its ${status === "" ? "status" : "message"}` })
    return
  }
  if (messageId.length > idCharsMax) {
    told.rejected.push({ why: `a delivery status names an id of ${messageId.length} characters` })
    return
  }
  const chatId = firstText(raw["chat_id"], raw["chatId"], raw["to"]).trim()
  const at = instantOf(raw["time"]) ?? instantOf(raw["timestamp"])
  told.deliveries.push({ profileId, messageId, chatId, status, taskId, at })
}
