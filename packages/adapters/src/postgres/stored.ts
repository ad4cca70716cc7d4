/**
 * What stored things mean, the same for every repository: how an outcome is written down, which of our messages never
 * reached anybody, when an own message is the echo of a send. Pure, and knows nothing of where the rows lie.
 */
import type { Outcome } from "@wa/core/conversation/conversation"
import * as Turn from "@wa/core/conversation/turn"
import type { Change } from "@wa/core/ports/agent-repo"
import type { LaterStatus, LedgerStatus, Seen } from "@wa/core/ports/gateway-repo"
import { systemTypes } from "@wa/core/ports/wappi-port"
import type { ReportedStatus } from "@wa/core/queue/delivery-report"
import type { Instant } from "@wa/core/time/instant"
import { dayMs, minuteMs } from "@wa/core/time/instant"

/** `answered`, `ignored:<why>`, `handed_over:<why>` */
export const outcomeText = (outcome: Outcome): string =>
  outcome._tag === "answered" ? outcome._tag : `${outcome._tag}:${outcome.why}`

/** Deliveries of messages that the client never got: no part of the chat. */
export const unreachedDeliveries = ["withdrawn", "refused", "dropped", "expired", "undeliverable"] as const
export const isUnreached = (delivery: string | null): boolean =>
  delivery !== null && (unreachedDeliveries as ReadonlyArray<string>).includes(delivery)

/** What became of the client messages whose answer was withdrawn, unless the change itself says it. */
export const withdrawnOutcome = (change: Change): string => {
  const { classification, isOptedOut } = change.conversation
  if (isOptedOut) return outcomeText({ _tag: "ignored", why: "opted_out" })
  return classification._tag === "Known" && !classification.isClient
    ? outcomeText({ _tag: "ignored", why: "not_client" })
    : outcomeText({ _tag: "handed_over", why: "operator_wrote" })
}

/** Client messages that the change itself gives an outcome. */
export const judgedMessageIds = (change: Change): ReadonlySet<string> =>
  new Set(change.commands.flatMap((command) => (command._tag === "RecordOutcome" ? command.messageIds : [])))

/** Client messages of a message that expired unsent and is to be drafted anew: they are open again. */
export const reopenedMessageIds = (change: Change): ReadonlyArray<string> =>
  change.delivery?.status === "expired" ? Turn.messageIds(change.conversation.turn) : []

/** What was withdrawn will never be reported, so nobody waits for it. */
export const withoutWithdrawn = (change: Change, withdrawn: ReadonlySet<string>): Change =>
  withdrawn.size === 0
    ? change
    : {
        ...change,
        conversation: {
          ...change.conversation,
          unreported: change.conversation.unreported.filter((one) => !withdrawn.has(one.outboundId)),
        },
      }

/** A report never takes back that a message was sent, but for its failure later on; and what arrived has arrived. */
export const isNewsOfDelivery = (stored: string | null, reported: string): boolean => {
  if (stored === reported || stored === "delivered") return false
  if (reported === "delivered") return true
  if (stored === "undeliverable") return false
  return stored !== "sent" || reported === "undeliverable"
}

const laterRank: Readonly<Record<string, number>> = {
  pending: 0,
  sent: 1,
  undelivered: 2,
  error: 2,
  delivered: 3,
  read: 4,
}
const isFailure = (status: string | null): boolean => status === "undelivered" || status === "error"

export interface LaterFate {
  /** The ledger's new status, where this settles the send; null where it is settled. */
  readonly settle: Extract<LedgerStatus, "sent" | "undeliverable"> | null
  readonly report: Extract<ReportedStatus, "sent" | "undeliverable" | "delivered"> | null
}

/** What a later word of WhatsApp changes about a send that stands so; `known` is the last such word. Null: nothing. */
export const laterFate = (stands: LedgerStatus, known: string | null, told: LaterStatus): LaterFate | null => {
  if (told === "pending") return null
  const hasFailed = isFailure(told)
  if (stands === "sent") {
    if ((laterRank[told] ?? 0) <= (laterRank[known ?? "sent"] ?? 1)) return null
    return { settle: null, report: hasFailed ? "undeliverable" : isFailure(known) ? "delivered" : null }
  }
  if (!hasFailed) return { settle: "sent", report: stands === "undeliverable" ? "delivered" : "sent" }
  return isOpenSend(stands) ? { settle: "undeliverable", report: "undeliverable" } : null
}

/** For people. */
export const failureReason = (told: string): string => `WhatsApp не доставил сообщение (${told})`

/** Only one contact of a profile may carry this out at a time: it uses up what all of them share. */
export const usesShared = (change: Change): boolean =>
  change.commands.some(
    (command) =>
      command._tag === "BookCall" ||
      command._tag === "MoveCall" ||
      (command._tag === "Send" && command.kind === "touch"),
  )

/** Something may still come of it. */
export const openSendStatuses = [
  "waiting",
  "sending",
  "in_doubt",
  "in_doubt_late",
] as const satisfies ReadonlyArray<LedgerStatus>
export const isOpenSend = (status: LedgerStatus): boolean =>
  (openSendStatuses as ReadonlyArray<LedgerStatus>).includes(status)

/** A settled send stays so, but for its echo: that it was sent is learnt late, and never taken back. */
export const maySettle = (stored: LedgerStatus, status: LedgerStatus): boolean =>
  isOpenSend(stored) || status === "sent"

/** Statuses of sends that were never handed to Wappi. */
export const unmadeSends: ReadonlyArray<LedgerStatus> = ["dropped", "expired"]

/** Wappi's clock and ours differ a little; a message saved for re-sending appears much later. */
const echoEarlyMs = 2 * minuteMs
const echoLateMs = dayMs

export const echoWindow = (at: Instant): { readonly from: Instant; readonly to: Instant } => ({
  from: at - echoLateMs,
  to: at + echoEarlyMs,
})

/** WhatsApp trims, and some gateways fold white space. */
export const isSameText = (a: string, b: string): boolean => foldSpace(a) === foldSpace(b)
const foldSpace = (text: string): string => text.replace(/\s+/gu, " ").trim()

/** Whether somebody said something: reactions and system lines, theirs or ours, are stored, but nobody wrote. */
export const isWriting = (seen: Seen): boolean =>
  seen.type !== "reaction" &&
  !systemTypes.includes(seen.type) &&
  !seen.relay.some(
    ({ body }) =>
      "event" in body && body.event === "message" && (body.content === "reaction" || body.content === "system"),
  )

/** The same report of the same send is relayed once. */
export const reportKey = (outboundId: string, status: ReportedStatus | LedgerStatus): string =>
  `${outboundId}:${status}`

/** Numbers that the system never reads or answers, from the first start on. */
export const firstWhitelist = [
  { phone: "+77752837306", note: "Номер компании: бот не отвечает" },
  { phone: "+77018855588", note: "Номер компании: бот не отвечает" },
  { phone: "+77088098009", note: "Номер компании: бот не отвечает" },
] as const
