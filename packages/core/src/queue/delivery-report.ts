/** What became of an outgoing message, as the agent is told of it. */
import type { Correspondent } from "../contact/contact-key.ts"
import type { Instant } from "../time/instant.ts"
import type { DeliveryReport } from "./messages.ts"

export type ReportedStatus = (typeof DeliveryReport.Type)["status"]

export const deliveryReport = (
  body: {
    readonly correlation_id: string
    readonly profile_id: string
    readonly phone_number: Correspondent
    readonly outbound_id: string
  },
  status: ReportedStatus,
  reason: string | null,
  messageId: string | null,
  at: Instant,
): typeof DeliveryReport.Type => ({
  version: 1,
  correlation_id: body.correlation_id,
  profile_id: body.profile_id,
  phone_number: body.phone_number,
  event: "delivery",
  outbound_id: body.outbound_id,
  status,
  reason,
  message_id: messageId,
  timestamp: new Date(at).toISOString(),
})
