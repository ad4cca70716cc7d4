/**
 * One conversation under test: events go in, the state and the commands are kept. Every state is sent through JSON and its
 * schema, as a database would do it. No clock: each event carries its time.
 */
import { isDeepStrictEqual } from "node:util"
import { assert } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Instant } from "../time/instant.ts"
import { hourMs, minuteMs, secondMs } from "../time/instant.ts"
import type { Command, Event, Policy, Reviewed } from "./conversation.ts"
import { Conversation, defaultPolicy, newConversation } from "./conversation.ts"
import { decide, wakeUpAt } from "./decide.ts"

export const zone = "Asia/Almaty"
/** Almaty has been five hours ahead of UTC since March 2024, without summer time. */
export const local = (text: string): Instant =>
  Date.parse(`${text.replace(" ", "T")}${text.length > 10 ? "" : "T00:00"}+05:00`)

/** 2026-12-16 and 17 are days off; the rest of the calendar is left out. */
export const holidays: ReadonlySet<string> = new Set(["2026-12-16", "2026-12-17"])
export const hours: WorkingHours = {
  zone,
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: (date) => holidays.has(date),
}
export const policy: Policy = defaultPolicy(hours)

const decodeConversation = Schema.decodeUnknownSync(Conversation)

/** What comes back from a database column of JSON. Fails when it is not what went in. */
export const stored = (conversation: Conversation): Conversation => {
  const back = decodeConversation(JSON.parse(JSON.stringify(conversation)))
  if (!isDeepStrictEqual(back, conversation)) assert.deepStrictEqual(back, conversation)
  return back
}

type Of<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>
type ClientWrote = Extract<Event, { readonly _tag: "ClientWrote" }>
type ReplyDrafted = Extract<Event, { readonly _tag: "ReplyDrafted" }>
type TouchDrafted = Extract<Event, { readonly _tag: "TouchDrafted" }>
type WokeUp = Extract<Event, { readonly _tag: "WokeUp" }>

export const draft = (text: string, more: Partial<Reviewed["draft"]> = {}): Reviewed["draft"] => ({
  text,
  facts: [],
  call: null,
  hand_over: null,
  ...more,
})

export class Chat {
  state: Conversation = newConversation({ profileId: "p1", phone: "+77012345678" })
  now: Instant
  /** Commands of the last event. */
  last: ReadonlyArray<Command> = []
  readonly all: Array<Command & { readonly at: Instant }> = []
  readonly policy: Policy
  private ids = 0

  constructor(at: string | Instant, changed: Partial<Policy> = {}) {
    this.now = typeof at === "string" ? local(at) : at
    this.policy = { ...policy, ...changed }
  }

  at(time: string | Instant): this {
    this.now = typeof time === "string" ? local(time) : time
    return this
  }
  after(amount: { hours?: number; minutes?: number; seconds?: number }): this {
    this.now += (amount.hours ?? 0) * hourMs + (amount.minutes ?? 0) * minuteMs + (amount.seconds ?? 0) * secondMs
    return this
  }

  tell(event: Event): ReadonlyArray<Command> {
    const [next, commands] = decide(this.state, event, this.policy)
    this.state = stored(next)
    this.last = commands
    for (const command of commands) this.all.push({ ...command, at: event.at })
    return commands
  }

  writes(text: string, more: Partial<ClientWrote> = {}): ReadonlyArray<Command> {
    const messageId = more.messageId ?? `m${++this.ids}`
    return this.tell({
      _tag: "ClientWrote",
      at: this.now,
      sentAt: this.now,
      messageId,
      text,
      content: "text",
      isRepeat: false,
      ...more,
    })
  }
  operator(): ReadonlyArray<Command> {
    return this.tell({ _tag: "OperatorWrote", at: this.now, sentAt: this.now, messageId: `o${++this.ids}` })
  }

  /** The one timer of this conversation; null when only an event can move it. */
  get due(): Instant | null {
    return wakeUpAt(this.state, this.policy)
  }
  wakes(more: Partial<WokeUp> = {}): ReadonlyArray<Command> {
    return this.tell({ _tag: "WokeUp", at: this.now, touchesLeft: 50, outboundId: `out${++this.ids}`, ...more })
  }
  /** Waits for the timer, and wakes up then. */
  wakesWhenDue(more: Partial<WokeUp> = {}): ReadonlyArray<Command> {
    assert.isNotNull(this.due, "there is no wake-up")
    this.now = Math.max(this.now, this.due!)
    return this.wakes(more)
  }

  get ticket(): number {
    return this.state.lastTicket
  }
  classified(verdict: "client" | "not_client" | "unknown", confidence = 0.9, ticket = this.ticket) {
    return this.tell({ _tag: "Classified", at: this.now, ticket, verdict, confidence, reasoning: "проверка" })
  }
  drafts(text: string, more: Partial<ReplyDrafted> & { readonly reasons?: ReadonlyArray<string> } = {}) {
    const { reasons = [], ...rest } = more
    return this.tell({
      _tag: "ReplyDrafted",
      at: this.now,
      ticket: this.ticket,
      reviewed: { draft: draft(text), reasons },
      outboundId: `out${++this.ids}`,
      callAt: null,
      callAbout: "",
      isSlotFree: true,
      safeText: "Уточню и вернусь к вам.",
      ...rest,
    })
  }
  /** A draft that books, moves or cancels a call. */
  draftsCall(action: "book" | "move" | "cancel", callAt: Instant | null, more: Partial<ReplyDrafted> = {}) {
    const at = callAt === null ? null : new Date(callAt).toISOString()
    return this.drafts("Хорошо.", {
      reviewed: { draft: draft("Хорошо.", { call: { action, at } }), reasons: [] },
      callAt,
      ...more,
    })
  }
  draftsTouch(text: string, more: Partial<TouchDrafted> & { readonly reasons?: ReadonlyArray<string> } = {}) {
    const { reasons = [], ...rest } = more
    return this.tell({
      _tag: "TouchDrafted",
      at: this.now,
      ticket: this.ticket,
      reviewed: { draft: draft(text), reasons },
      outboundId: `out${++this.ids}`,
      touchesLeft: 50,
      safeText: "Здравствуйте! Остались ли вопросы?",
      ...rest,
    })
  }
  modelFails(
    kind: Extract<Event, { readonly _tag: "ModelFailed" }>["kind"] = "overload",
    retryAfterMs: number | null = null,
  ) {
    return this.tell({ _tag: "ModelFailed", at: this.now, ticket: this.ticket, kind, retryAfterMs, detail: "проверка" })
  }
  delivered(
    outboundId: string,
    status: Extract<Event, { readonly _tag: "DeliveryReported" }>["status"] = "sent",
    reason: string | null = null,
  ) {
    return this.tell({ _tag: "DeliveryReported", at: this.now, outboundId, status, reason })
  }
  expires(outboundId: string, reason: string | null = null) {
    return this.tell({ _tag: "SendExpired", at: this.now, outboundId, reason })
  }

  /** All commands of a kind so far. */
  every<Tag extends Command["_tag"]>(tag: Tag): ReadonlyArray<Of<Tag> & { readonly at: Instant }> {
    return this.all.filter((command): command is Of<Tag> & { at: Instant } => command._tag === tag)
  }
  /** The one command of a kind that the last event gave; undefined if none. */
  only<Tag extends Command["_tag"]>(tag: Tag): Of<Tag> | undefined {
    const found = this.last.filter((command): command is Of<Tag> => command._tag === tag)
    assert.isAtMost(found.length, 1, `more than one ${tag}`)
    return found[0]
  }
  get sent() {
    return this.every("Send")
  }
  /** Last recorded outcome of a message, in words. */
  outcomeOf(messageId: string): string | undefined {
    const found = this.every("RecordOutcome")
      .filter((command) => command.messageIds.includes(messageId))
      .at(-1)
    return found === undefined
      ? undefined
      : found.outcome._tag === "answered"
        ? "answered"
        : `${found.outcome._tag}:${found.outcome.why}`
  }

  /** From the first word to an answered question of a known client; the reply is reported as sent. */
  meets(text = "Сколько стоит курс?"): this {
    this.writes(text)
    this.wakesWhenDue()
    if (this.only("Classify") !== undefined) {
      this.classified("client", 0.95)
      this.wakesWhenDue()
    }
    return this.answers()
  }
  /** The reply that was just asked for. */
  answers(text = "Курс стоит 90 000 тенге."): this {
    assert.isDefined(this.only("DraftReply"), "no reply was asked for")
    this.drafts(text)
    return this.arrives()
  }
  /** The message that was just sent reached WhatsApp. */
  arrives(): this {
    const send = this.sent.at(-1)
    assert.isDefined(send)
    this.delivered(send!.outboundId)
    return this
  }
}
