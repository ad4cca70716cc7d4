/**
 * The agent's memory without a database: the same answers as the SQL one, kept in maps and gone with the process.
 * Promises what the port's contract asks, and that a change is seen whole or not at all: each runs in one piece.
 * Does not promise to be fast beyond a few thousand contacts (it looks through all of them for the next one due), nor to
 * copy: what is handed in must not be changed afterwards. Never sleeps, so it runs on a virtual clock.
 */
import type { ContactKey } from "@wa/core/contact/contact-key"
import { type Command, type Conversation, newConversation } from "@wa/core/conversation/conversation"
import { book, isBooked, type TouchPlan } from "@wa/core/follow-up/touch-plan"
import {
  AgentRepo,
  type AgentStats,
  type CallRow,
  type Change,
  type Contact,
  type Current,
  type FollowUpRow,
  type OperatorRequest,
  type OutboxRow,
  type Reads,
  type StoredMessage,
  StoreUnavailable,
  type TraceRow,
} from "@wa/core/ports/agent-repo"
import type { ContactInfo } from "@wa/core/queue/messages"
import type { Instant } from "@wa/core/time/instant"
import { Effect, Layer } from "effect"
import {
  isNewsOfDelivery,
  isUnreached,
  judgedMessageIds,
  outcomeText,
  reopenedMessageIds,
  withdrawnOutcome,
  withoutWithdrawn,
} from "../postgres/stored.ts"

export interface MemoryAgentRepoOptions {
  /** Told with every call; default Asia/Almaty. */
  readonly timezone?: string
}

export interface MemoryAgentRepo {
  readonly repo: AgentRepo["Service"]
  /** From now on everything fails as unavailable, as with a database that is away. */
  readonly disconnect: Effect.Effect<void>
  readonly reconnect: Effect.Effect<void>
  /** The next `count` calls fail as unavailable. */
  readonly failNext: (count: number) => Effect.Effect<void>
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface MessageRow extends Mutable<StoredMessage> {
  transcript: string | null
  readonly outboundId: string | null
  answeredBy: string | null
}
interface ContactRow {
  readonly key: ContactKey
  info: ContactInfo
  conversation: Conversation
  isClient: boolean | null
  confidence: number | null
  reasoning: string | null
  lastMessageAt: Instant | null
  readonly createdAt: Instant
  wakeUpAt: Instant | null
  readonly messages: Array<MessageRow>
  readonly chains: Array<Mutable<FollowUpRow>>
  plans: ReadonlyArray<TouchPlan>
  readonly calls: Array<Mutable<CallRow>>
  readonly traces: Array<TraceRow>
}
interface OutboundRow {
  readonly contact: ContactRow
  readonly message: MessageRow
}

const noInfo: ContactInfo = { name: null, full_name: null, business_name: null }
const nameOf = (key: ContactKey) => `${key.profileId} ${key.phone}`
const messageName = (profileId: string, messageId: string) => `${profileId} ${messageId}`

export const make = (options: MemoryAgentRepoOptions = {}): MemoryAgentRepo => {
  const timezone = options.timezone ?? "Asia/Almaty"
  const contacts = new Map<string, ContactRow>()
  const messages = new Map<string, { readonly contact: ContactRow; readonly message: MessageRow }>()
  const outbound = new Map<string, OutboundRow>()
  const unpublished = new Map<string, OutboundRow>()
  const touches: Array<OutboundRow> = []
  const requests: Array<Mutable<OperatorRequest>> = []
  let callsMade = 0
  const usage: Array<{ readonly at: Instant; readonly tokens: number; readonly once: string | null }> = []
  let isUp = true
  let failing = 0

  const attempt = <A>(what: string, run: () => A): Effect.Effect<A, StoreUnavailable> =>
    Effect.suspend(() => {
      if (isUp && failing === 0) return Effect.sync(run)
      if (isUp) failing -= 1
      return Effect.fail(new StoreUnavailable({ what, cause: new Error(isUp ? "told to fail" : "disconnected") }))
    })

  const newRow = (key: ContactKey, at: Instant): ContactRow => ({
    key,
    info: noInfo,
    conversation: newConversation(key),
    isClient: null,
    confidence: null,
    reasoning: null,
    lastMessageAt: null,
    createdAt: at,
    wakeUpAt: null,
    messages: [],
    chains: [],
    plans: [],
    calls: [],
    traces: [],
  })

  const currentOf = (key: ContactKey, row: ContactRow | undefined, reads: Reads): Current => ({
    conversation: row?.conversation ?? newConversation(key),
    isNew: row === undefined,
    isMessageKnown: reads.messageId !== undefined && messages.has(messageName(key.profileId, reads.messageId)),
    isSlotFree: reads.slotAt === undefined || !isTaken(key, reads.slotAt),
    touchesSent: reads.touchesSince === undefined ? 0 : unansweredTouches(key.profileId, reads.touchesSince),
  })

  const isTaken = (key: ContactKey, at: Instant): boolean => {
    for (const other of contacts.values())
      if (
        other.key.profileId === key.profileId &&
        other.key.phone !== key.phone &&
        other.calls.some((call) => call.status === "scheduled" && call.scheduledAt === at)
      )
        return true
    return false
  }

  const unansweredTouches = (profileId: string, since: Instant): number =>
    touches.filter(
      ({ contact, message }) =>
        message.at >= since &&
        contact.key.profileId === profileId &&
        !isUnreached(message.delivery) &&
        (contact.conversation.lastClientAt ?? Number.NEGATIVE_INFINITY) <= message.at,
    ).length

  const store = (key: ContactKey, change: Change): Change => {
    const row = contacts.get(nameOf(key)) ?? newRow(key, change.at)
    contacts.set(nameOf(key), row)
    if (change.info !== undefined)
      row.info = {
        name: change.info.name ?? row.info.name,
        full_name: change.info.full_name ?? row.info.full_name,
        business_name: change.info.business_name ?? row.info.business_name,
      }
    if (change.message !== undefined) storeMessage(row, change.message)
    if (change.delivery !== undefined) storeDelivery(row, change.delivery)
    setOutcome(row, reopenedMessageIds(change), null)
    const withdrawn = new Set<string>()
    for (const command of change.commands) carryOut(row, change, command, withdrawn)
    row.plans = book(row.plans, change.at, change.commands.filter(isBooked))
    const stored = withoutWithdrawn(change, withdrawn)
    row.conversation = stored.conversation
    row.wakeUpAt = stored.wakeUpAt
    row.traces.push({ ...change.trace, at: change.at, key: row.key })
    return stored
  }

  const seenAt = (row: ContactRow, at: Instant) => {
    row.lastMessageAt = Math.max(row.lastMessageAt ?? at, at)
  }

  const storeMessage = (row: ContactRow, message: NonNullable<Change["message"]>) => {
    const name = messageName(row.key.profileId, message.messageId)
    const known = messages.get(name)
    if (known !== undefined) {
      if (known.contact !== row || known.message.from === "bot") return
      const stored = known.message
      // An announcement that comes again after the transcript says less than what is stored.
      if (!(message.isVoice && message.transcript === null && stored.transcript !== null)) stored.text = message.text
      stored.transcript = message.transcript ?? stored.transcript
      stored.isVoice = stored.isVoice || message.isVoice
      return
    }
    const stored: MessageRow = {
      ...message,
      kind: null,
      touch: null,
      delivery: null,
      outcome: null,
      outboundId: null,
      answeredBy: null,
    }
    row.messages.push(stored)
    messages.set(name, { contact: row, message: stored })
    seenAt(row, message.at)
  }

  const storeDelivery = (row: ContactRow, report: NonNullable<Change["delivery"]>) => {
    const ours = outbound.get(report.outboundId)
    if (ours === undefined || ours.contact !== row) return
    const { message } = ours
    if (isNewsOfDelivery(message.delivery, report.status)) {
      message.delivery = report.status
      unpublished.delete(report.outboundId)
    }
    if (report.messageId === null || message.messageId !== "") return
    const name = messageName(row.key.profileId, report.messageId)
    if (messages.has(name)) return
    message.messageId = report.messageId
    messages.set(name, { contact: row, message })
  }

  const clientMessage = (row: ContactRow, messageId: string): MessageRow | undefined => {
    const found = messages.get(messageName(row.key.profileId, messageId))
    return found?.contact === row && found.message.from === "client" ? found.message : undefined
  }
  const setOutcome = (row: ContactRow, messageIds: ReadonlyArray<string>, outcome: string | null) => {
    for (const id of messageIds) {
      const message = clientMessage(row, id)
      if (message !== undefined) message.outcome = outcome
    }
  }

  const carryOut = (row: ContactRow, change: Change, command: Command, withdrawn: Set<string>): void => {
    const { at } = change
    switch (command._tag) {
      case "Classify":
      case "DraftReply":
      case "DraftTouch":
        return
      case "Send": {
        if (outbound.has(command.outboundId)) return
        const message: MessageRow = {
          messageId: "",
          from: "bot",
          text: command.text,
          at,
          isVoice: false,
          kind: command.kind,
          touch: command.touch,
          delivery: "pending",
          outcome: null,
          transcript: null,
          outboundId: command.outboundId,
          answeredBy: null,
        }
        const ours = { contact: row, message }
        row.messages.push(message)
        outbound.set(command.outboundId, ours)
        unpublished.set(command.outboundId, ours)
        if (command.kind === "touch") touches.push(ours)
        for (const id of command.messageIds) {
          const answered = clientMessage(row, id)
          if (answered !== undefined) answered.answeredBy = command.outboundId
        }
        seenAt(row, at)
        return
      }
      case "WithdrawUnsent": {
        for (const [outboundId, { contact, message }] of unpublished) {
          if (contact !== row) continue
          if (command.what !== "all" && message.kind !== (command.what === "touches" ? "touch" : "reminder")) continue
          message.delivery = "withdrawn"
          unpublished.delete(outboundId)
          withdrawn.add(outboundId)
        }
        const judged = judgedMessageIds(change)
        for (const message of row.messages)
          if (message.answeredBy !== null && withdrawn.has(message.answeredBy) && !judged.has(message.messageId))
            message.outcome = withdrawnOutcome(change)
        return
      }
      case "MoveCall":
        bookCall(row, command, at, endCall(row, command.from, "moved", at))
        return
      case "BookCall":
        bookCall(row, command, at, undefined)
        return
      case "CancelCall":
        endCall(row, command.callAt, "cancelled", at)
        return
      case "RecordOutcome":
        setOutcome(row, command.messageIds, outcomeText(command.outcome))
        return
      case "RecordClassification":
        row.isClient = command.isClient
        row.confidence = command.confidence
        row.reasoning = command.reasoning
        return
      case "AskOperator":
        requests.push({
          id: requests.length + 1,
          key: row.key,
          at,
          why: command.why,
          detail: command.detail,
          isDone: false,
        })
        return
      case "StartChain":
        advanceChain(row, 1, command.dueAt, null, at)
        return
      case "AdvanceChain":
        advanceChain(row, command.touch, command.dueAt, command.lastTouchAt, at)
        return
      case "StopChain": {
        const chain = openChain(row)
        if (chain === undefined) return
        chain.isCompleted = true
        chain.stopReason = command.reason
        chain.nextTouchAt = null
        chain.lastTouchAt = command.lastTouchAt ?? chain.lastTouchAt
        return
      }
    }
  }

  const openChain = (row: ContactRow) => row.chains.find((chain) => !chain.isCompleted)
  const advanceChain = (
    row: ContactRow,
    touchNumber: number,
    nextTouchAt: Instant,
    lastTouchAt: Instant | null,
    at: Instant,
  ) => {
    const chain = openChain(row)
    if (chain === undefined) {
      row.chains.push({
        key: row.key,
        touchNumber,
        nextTouchAt,
        lastTouchAt,
        isCompleted: false,
        stopReason: null,
        createdAt: at,
      })
      return
    }
    chain.touchNumber = touchNumber
    chain.nextTouchAt = nextTouchAt
    chain.lastTouchAt = lastTouchAt ?? chain.lastTouchAt
  }

  const bookCall = (
    row: ContactRow,
    { callAt: scheduledAt, about }: { readonly callAt: Instant; readonly about: string },
    createdAt: Instant,
    from: CallRow | undefined,
  ) => {
    if (row.calls.some((call) => call.status === "scheduled" && call.scheduledAt === scheduledAt)) return
    const id = ++callsMade
    row.calls.push({
      id,
      uid: from?.uid ?? `call-${id}`,
      sequence: from === undefined ? 0 : from.sequence + 1,
      key: row.key,
      name: null,
      scheduledAt,
      timezone,
      status: "scheduled",
      notes: from === undefined || from.notes === "" ? about : from.notes,
      createdAt,
      changedAt: createdAt,
    })
  }
  const endCall = (row: ContactRow, scheduledAt: Instant, status: "moved" | "cancelled", at: Instant) => {
    const call = row.calls.find((one) => one.status === "scheduled" && one.scheduledAt === scheduledAt)
    if (call === undefined) return undefined
    call.status = status
    call.changedAt = at
    if (status === "cancelled") call.sequence += 1
    return call
  }
  const shownCalls = (): Array<CallRow> =>
    all().flatMap((row) => row.calls.map((call) => ({ ...call, name: row.info.name ?? row.info.full_name })))

  const nextDue = (now: Instant): ContactRow | undefined => {
    let next: ContactRow | undefined
    for (const row of contacts.values())
      if (row.wakeUpAt !== null && row.wakeUpAt <= now && (next === undefined || row.wakeUpAt < next.wakeUpAt!))
        next = row
    return next
  }

  const shown = (row: ContactRow): Contact => ({
    key: row.key,
    info: row.info,
    conversation: row.conversation,
    isClient: row.isClient,
    confidence: row.confidence,
    reasoning: row.reasoning,
    lastMessageAt: row.lastMessageAt,
    createdAt: row.createdAt,
    wakeUpAt: row.wakeUpAt,
  })
  const all = () => [...contacts.values()]

  const statsSince = (from: Instant): AgentStats => {
    const rows = all()
    const outcomes: Record<string, number> = {}
    let open = 0
    let replies = 0
    let touched = 0
    for (const row of rows)
      for (const message of row.messages) {
        if (message.from === "client" && message.outcome === null) open += 1
        if (message.at < from) continue
        if (message.outcome !== null) outcomes[message.outcome] = (outcomes[message.outcome] ?? 0) + 1
        if (message.from !== "bot" || isUnreached(message.delivery)) continue
        if (message.kind === "touch") touched += 1
        else if (message.kind === "reply") replies += 1
      }
    return {
      contacts: {
        client: rows.filter((row) => row.isClient === true).length,
        notClient: rows.filter((row) => row.isClient === false).length,
        unknown: rows.filter((row) => row.isClient === null).length,
      },
      outcomes,
      open,
      replies,
      touches: touched,
      calls: rows.flatMap((row) => row.calls).filter((call) => call.status === "scheduled" && call.createdAt >= from)
        .length,
      tokens: tokensSince(from),
    }
  }
  const tokensSince = (from: Instant) => usage.reduce((sum, one) => (one.at >= from ? sum + one.tokens : sum), 0)

  const repo = AgentRepo.of({
    change: (key, reads, answer) =>
      attempt("change", () => {
        const change = answer(currentOf(key, contacts.get(nameOf(key)), reads))
        return change === null ? null : store(key, change)
      }),
    changeNextDue: (now, reads, answer) =>
      attempt("changeNextDue", () => {
        const row = nextDue(now)
        if (row === undefined) return undefined
        const change = answer(row.key, currentOf(row.key, row, reads))
        return { key: row.key, change: change === null ? null : store(row.key, change) }
      }),
    nextWakeUpAt: attempt("nextWakeUpAt", () => {
      let next: Instant | null = null
      for (const { wakeUpAt } of contacts.values())
        if (wakeUpAt !== null && (next === null || wakeUpAt < next)) next = wakeUpAt
      return next
    }),
    contact: (key) =>
      attempt("contact", () => {
        const row = contacts.get(nameOf(key))
        return row === undefined ? null : shown(row)
      }),
    contacts: (limit) =>
      attempt("contacts", () =>
        all()
          .reverse()
          .sort((a, b) => (b.lastMessageAt ?? Number.NEGATIVE_INFINITY) - (a.lastMessageAt ?? Number.NEGATIVE_INFINITY))
          .slice(0, limit)
          .map(shown),
      ),
    history: (key, limit, { withUnsent = false } = {}) =>
      attempt("history", () =>
        (contacts.get(nameOf(key))?.messages ?? [])
          .filter((message) => withUnsent || !isUnreached(message.delivery))
          .sort((a, b) => a.at - b.at)
          .slice(-limit)
          .map(
            ({ messageId, from, text, at, isVoice, kind, touch, delivery, outcome }): StoredMessage => ({
              messageId,
              from,
              text,
              at,
              isVoice,
              kind,
              touch,
              delivery,
              outcome,
            }),
          ),
      ),
    outbox: (limit) =>
      attempt("outbox", () =>
        [...unpublished.entries()]
          .map(
            ([outboundId, { contact, message }]): OutboxRow => ({
              outboundId,
              key: contact.key,
              text: message.text,
              kind: message.kind ?? "reply",
              replyTo: null,
              decidedAt: message.at,
              knownOperatorAt: contact.conversation.lastOperatorSentAt,
              knownClientAt: contact.conversation.lastClientSentAt,
              correlationId: contact.messages.find((one) => one.answeredBy === outboundId)?.messageId ?? outboundId,
            }),
          )
          .sort((a, b) => Number(a.kind === "touch") - Number(b.kind === "touch"))
          .slice(0, limit),
      ),
    markPublished: (outboundId) =>
      attempt("markPublished", () => {
        const ours = unpublished.get(outboundId)
        if (ours === undefined) return false
        ours.message.delivery = "published"
        return unpublished.delete(outboundId)
      }),
    takenSlots: (profileId, from) =>
      attempt("takenSlots", () =>
        all()
          .filter((row) => row.key.profileId === profileId)
          .flatMap((row) => row.calls)
          .filter((call) => call.status === "scheduled" && call.scheduledAt >= from)
          .map((call) => call.scheduledAt)
          .sort((a, b) => a - b),
      ),
    calls: (limit, { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = {}) =>
      attempt("calls", () =>
        shownCalls()
          .filter((call) => call.scheduledAt >= from && call.scheduledAt < to)
          .sort((a, b) => b.scheduledAt - a.scheduledAt || b.id - a.id)
          .slice(0, limit),
      ),
    call: (id) =>
      attempt("call", () => {
        const calls = shownCalls()
        const uid = calls.find((call) => call.id === id)?.uid
        return calls.filter((call) => call.uid === uid).sort((a, b) => b.sequence - a.sequence)[0] ?? null
      }),
    followUps: (key) =>
      attempt("followUps", () => (contacts.get(nameOf(key))?.chains ?? []).map((chain) => ({ ...chain }))),
    touchPlans: (from, to) =>
      attempt("touchPlans", () =>
        all().flatMap(({ key, plans }) =>
          plans
            .filter((plan) => plan.dueAt >= from && plan.dueAt < to)
            .map((plan) => ({
              ...plan,
              delivery: plan.outboundId === null ? null : (outbound.get(plan.outboundId)?.message.delivery ?? null),
              key,
            })),
        ),
      ),
    traces: (key, limit) =>
      attempt("traces", () => [...(contacts.get(nameOf(key))?.traces ?? [])].reverse().slice(0, limit)),
    requests: (limit) =>
      attempt("requests", () =>
        requests
          .filter((request) => !request.isDone)
          .reverse()
          .slice(0, limit)
          .map((request) => ({ ...request })),
      ),
    closeRequest: (id) =>
      attempt("closeRequest", () => {
        const request = requests.find((one) => one.id === id && !one.isDone)
        if (request !== undefined) request.isDone = true
        return request !== undefined
      }),
    recordUsage: ({ at, promptTokens, outputTokens, once }) =>
      attempt("recordUsage", () => {
        if (once !== undefined && usage.some((one) => one.once === once)) return
        usage.push({ at, tokens: promptTokens + outputTokens, once: once ?? null })
      }),
    tokensSince: (from) => attempt("tokensSince", () => tokensSince(from)),
    stats: (from) => attempt("stats", () => statsSince(from)),
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

export const layer = Layer.sync(AgentRepo, () => make().repo)
