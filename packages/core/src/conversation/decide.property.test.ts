/**
 * Random lives of one contact against `decide` alone: events in any order, twice, late, early and under old tickets. What must
 * hold is kept in books of its own, written from the rules and never read off the state of `decide`; the numbers are those of
 * docs/RULES.md. `WA_SEED` replays one life, `WA_LIVES` sets how many there are. What the lives reached is counted: a
 * property that nothing came near to would hold for the wrong reason.
 */
import { assert, describe, it } from "@effect/vitest"
import { nextOpening } from "../calendar/working-hours.ts"
import { type Balance, balanceOf, book, isBooked, reasons, type TouchPlan } from "../follow-up/touch-plan.ts"
import { unheardVoiceTexts } from "../reply/safe-text.ts"
import { readIntent } from "../reply-intent/intent.ts"
import { dayMs, hourMs, minuteMs, secondMs } from "../time/instant.ts"
import { policy as defaults, draft, holidays, hours, local, stored } from "./chat.fixture.ts"
import type { Command, Conversation, Event, Policy } from "./conversation.ts"
import { newConversation } from "./conversation.ts"
import { decide, wakeUpAt } from "./decide.ts"

const lives = Number(process.env["WA_LIVES"] ?? 2_000)
const eventsPerLife = 40

type Meaning = "yes" | "no" | "uncertain" | "none" | "opt-out"
const pool: Readonly<Record<Meaning, ReadonlyArray<string>>> = {
  yes: ["да, давайте", "хорошо, подходит", "ок"],
  no: ["нет, спасибо", "не надо"],
  uncertain: ["я подумаю", "да, но дорого"],
  none: ["Сколько стоит?", "А когда начало?", "Здравствуйте", "какие сроки и интернет", "расскажите про урок"],
  "opt-out": ["не пишите мне больше", "удалите мой номер"],
}

/** Mulberry32: small, and the same everywhere. */
const chance = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    isLucky: (share: number): boolean => next() < share,
    from: (least: number, most: number): number => least + Math.floor(next() * (most - least + 1)),
    one: <A>(list: ReadonlyArray<A>): A => list[Math.floor(next() * list.length)]!,
    weighted: <A extends string>(shares: Readonly<Record<A, number>>): A => {
      const entries = Object.entries(shares) as Array<[A, number]>
      let at = next() * entries.reduce((sum, [, share]) => sum + share, 0)
      for (const [name, share] of entries) {
        at -= share
        if (at < 0) return name
      }
      return entries[0]![0]
    },
  }
}

/** Working hours, told anew: Almaty is UTC+5, 10:00 to 18:00, Monday to Friday, two days off. */
const isWorkingMoment = (at: number): boolean => {
  const there = new Date(at + 5 * hourMs)
  const minute = there.getUTCHours() * 60 + there.getUTCMinutes()
  const weekday = there.getUTCDay()
  return (
    minute >= 600 && minute < 1080 && weekday >= 1 && weekday <= 5 && !holidays.has(there.toISOString().slice(0, 10))
  )
}

interface Outbound {
  readonly id: string
  readonly kind: "reply" | "touch" | "reminder"
  readonly touch: number | null
  readonly at: number
  readonly messageIds: ReadonlyArray<string>
  /** The call on record when it was said. */
  readonly callAt: number | null
  /** Out of our hands: no longer to be withdrawn. */
  isPublished: boolean
}

const reached = new Map<string, number>()
const count = (what: string) => reached.set(what, (reached.get(what) ?? 0) + 1)

class Life {
  readonly chance: ReturnType<typeof chance>
  readonly policy: Policy
  state: Conversation = newConversation({ profileId: "p", phone: "+77010000000" })
  now: number
  readonly log: Array<string> = []
  /** How readily the gateway reports: in some lives hardly ever. */
  readonly readiness: number
  private ids = 0

  // What the world knows.
  asked: Array<Extract<Command, { readonly _tag: "Classify" | "DraftReply" | "DraftTouch" }>> = []
  inFlight: Array<Outbound> = []
  settled: Array<string> = []
  voices: Array<string> = []
  messageIds: Array<string> = []

  // The books: the rules, told anew.
  /** Client messages by outcome; "" while open. In the order in which they came. */
  readonly outcomes = new Map<string, string>()
  readonly arrivedAt = new Map<string, number>()
  isClient: boolean | null = null
  isOptedOut = false
  /** The messages that said no, and what each open one means. */
  readonly noes = new Set<string>()
  readonly meanings = new Map<string, Meaning>()
  meant: Meaning = "none"
  hasSpoken = false
  silentUntil = -1
  callAt: number | null = null
  /** The booking on record, counted; a move is another one. */
  booking = 0
  bookedAt = -1
  mayRemind = false
  lastClientAt = -1
  turnBeganAt = -1
  lastOursAt = -1
  chain: "open" | "closed" = "closed"
  /** What left, by its id: WhatsApp may still say that it did not arrive. */
  readonly sent = new Map<string, Outbound>()
  failedLater: Outbound | undefined
  touches = 0
  touchReturned = false
  repliesAt: Array<number> = []
  plans: ReadonlyArray<TouchPlan> = []
  readonly fates = new Map<string, string>()
  /** Stretches in which a touch was due at one moment, read off the state: the books know nothing of it. */
  readonly standing: Array<{ readonly name: string; readonly dueAt: number; until: number }> = []
  chains = 0
  lastTicket = 0
  earlyAnswers = 0
  edits = 0

  constructor(seed: number) {
    this.chance = chance(seed)
    this.now = local("2026-11-23 00:00") + this.chance.from(0, 28 * 24 * 60) * minuteMs
    this.readiness = this.chance.one([12, 12, 12, 0.7])
    this.policy = {
      ...defaults,
      classifyAfterMessages: this.chance.from(1, 3),
      maxTurnsPerHour: this.chance.one([2, 12]),
      staleReplyHours: this.chance.one([12, 12, 1.1]),
      modelLeaseSeconds: this.chance.one([120, 16.1]),
      redraftsMax: this.chance.one([0, 2, 2]),
      touchSpreadMinutes: this.chance.one([0, 120]),
      callReminderMinutes: this.chance.one([0, 60, 60, 1440]),
    }
  }

  get open(): ReadonlyArray<string> {
    return [...this.outcomes].filter(([, outcome]) => outcome === "").map(([id]) => id)
  }

  tell(event: Event): void {
    this.log.push(`${new Date(event.at).toISOString()} ${JSON.stringify(event)}`)
    count(`event ${event._tag}`)
    const wasOpen = new Set(this.open)
    const told = this.inFlight.find((one) => "outboundId" in event && one.id === event.outboundId)
    this.note(event, told)
    const [next, commands] = decide(this.state, event, this.policy)
    this.state = stored(next)
    for (const command of commands) {
      this.log.push(`    → ${JSON.stringify(command)}`)
      count(`command ${command._tag}`)
      this.check(command, event, told, wasOpen)
    }
    this.plans = book(this.plans, event.at, commands.filter(isBooked))
    if (commands.some((command) => command._tag === "StartChain")) this.chains++
    this.watchTouches(event.at)
    // What speaks of a time that no longer is must not leave.
    for (const one of this.inFlight)
      assert.isTrue(
        one.kind !== "reminder" || one.isPublished || this.callAt !== null,
        "C10: a reminder of a cancelled call is still to leave",
      )
    // An expired reply that nobody judged is to be answered anew.
    if (event._tag === "SendExpired" && told?.kind === "reply")
      for (const id of told.messageIds)
        if (!commands.some((one) => one._tag === "RecordOutcome" && one.messageIds.includes(id))) {
          this.outcomes.set(id, "")
          this.chain = "closed"
          count("an expired reply reopened")
        }
    const due = wakeUpAt(this.state, this.policy)
    if (due !== null) assert.isTrue(Number.isSafeInteger(due), `the wake-up is no instant: ${due}`)
    if (this.open.length > 0) assert.isNotNull(due, `INV2: open messages ${this.open.join()}, and no wake-up`)
  }

  private watchTouches(at: number): void {
    const { followUp } = this.state
    const last = this.standing.at(-1)
    if (last !== undefined && last.until === Number.POSITIVE_INFINITY) {
      if (
        followUp._tag === "Waiting" &&
        last.dueAt === followUp.dueAt &&
        last.name === `${this.chains}.${followUp.touch}`
      )
        return
      last.until = at
    }
    if (followUp._tag === "Waiting")
      this.standing.push({
        name: `${this.chains}.${followUp.touch}`,
        dueAt: followUp.dueAt,
        until: Number.POSITIVE_INFINITY,
      })
  }

  /** F9: each day, what was due is what was sent, stopped, moved or waits; told anew from the states that were seen. */
  checkBalances(): void {
    const told = this.plans.map((plan) => ({ ...plan, delivery: this.fates.get(plan.outboundId ?? "") ?? null }))
    const startOf = (at: number) => at - ((at + 5 * hourMs) % dayMs)
    const days = new Set(this.standing.map((one) => startOf(one.dueAt)))
    for (const { dueAt } of this.plans) days.add(startOf(dueAt))
    const sums: Array<Balance> = []
    for (const day of days) {
      const balance = balanceOf(told, day, day + dayMs)
      sums.push(balance)
      const due = new Set(
        this.standing.filter((one) => startOf(one.dueAt) === day && one.until >= day).map((one) => one.name),
      )
      const all = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)
      const day_ = new Date(day).toISOString()
      assert.strictEqual(balance.eligible, due.size, `F9: of the touches due on ${day_} some are missing`)
      const { sent, waiting, stopped, moved } = balance
      assert.strictEqual(sent + waiting + all(stopped) + all(moved), balance.eligible, "F9: the balance does not sum")
      assert.strictEqual(waiting, 0, "F9: a touch waits although everything is over")
      for (const reason of Object.keys(stopped)) {
        assert.include(reasons.stopped, reason)
        count(`balance stopped ${reason}`)
      }
      for (const reason of Object.keys(moved)) {
        assert.include(reasons.moved as ReadonlyArray<string>, reason)
        count(`balance moved ${reason}`)
      }
    }
    const lost = ["withdrawn", "dropped", "expired", "refused", "undeliverable"]
    const left = [...this.fates.values()].filter((fate) => !lost.includes(fate)).length
    const sent = sums.reduce((sum, one) => sum + one.sent, 0)
    assert.strictEqual(sent, left, "F9: what was sent is not what left")
    if (sent > 0) count("balance sent")
  }

  /** Facts into the books, before `decide` hears of them. */
  private note(event: Event, told: Outbound | undefined): void {
    switch (event._tag) {
      case "ClientWrote": {
        if (event.content === "reaction" || event.content === "system") {
          if (!event.isRepeat) this.outcomes.set(event.messageId, "")
          return
        }
        const isRedelivery = event.isRepeat && event.content === "text"
        const meaning = this.meaningOf(event)
        if (isRedelivery) return
        if (!event.isRepeat) {
          if (this.open.length === 0) this.turnBeganAt = event.at
          this.outcomes.set(event.messageId, "")
          this.arrivedAt.set(event.messageId, event.at)
        }
        // A voice note that was answered without its words: they are too late.
        if (event.isRepeat && this.outcomes.get(event.messageId) !== "") {
          if (event.content !== "transcript") return
          if (meaning === "opt-out") this.isOptedOut = true
          if (meaning === "no") this.hears(meaning, event.messageId)
          return
        }
        this.hears(meaning, event.messageId)
        if (!event.isRepeat || event.content === "transcript") this.lastClientAt = event.at
        return
      }
      case "ClientEdited": {
        this.edits++
        const meaning = this.meaningOf({ text: event.text, content: "text" })
        const isOpen = this.outcomes.get(event.messageId) === ""
        if (isOpen && meaning !== "no") this.noes.delete(event.messageId)
        if (meaning === "opt-out") this.isOptedOut = true
        else if (meaning === "no" || (this.hasSpoken && (isOpen || meaning === "yes")))
          this.hears(meaning, event.messageId)
        return
      }
      case "Classified":
        if (this.state.thinking?.ticket === event.ticket && this.state.thinking.task === "classify_early")
          this.earlyAnswers++
        return
      case "ClientDeleted": {
        if (this.outcomes.get(event.messageId) !== "" || this.isOptedOut) return
        if (this.noes.delete(event.messageId)) count("a no was taken back")
        const left = this.open.filter((id) => id !== event.messageId).at(-1)
        this.meant = left === undefined ? "none" : (this.meanings.get(left) ?? "none")
        return
      }
      case "OperatorWrote":
      case "PersonTookOver":
        this.silentUntil = event.at + 12 * hourMs
        this.chain = "closed"
        this.mayRemind = false
        return
      case "Released":
        this.silentUntil = -1
        return
      case "PersonClassified":
        this.isClient = event.isClient
        if (!event.isClient) {
          this.chain = "closed"
          this.mayRemind = false
        }
        return
      case "DeliveryReported":
      case "SendExpired": {
        this.failedLater = undefined
        if (told === undefined) {
          if (event._tag === "DeliveryReported" && event.status === "undeliverable")
            this.noteLaterFailure(event.outboundId)
          return
        }
        if (event._tag === "DeliveryReported" && (event.status === "sent" || event.status === "delivered"))
          this.sent.set(told.id, told)
        this.inFlight = this.inFlight.filter((one) => one !== told)
        this.settled.push(told.id)
        if (event._tag === "SendExpired" && told.kind === "reminder" && told.callAt === this.callAt) {
          this.mayRemind ||= !this.isOptedOut && this.isClient !== false && event.at >= this.silentUntil
          count("an expired reminder of a call that stands")
        }
        if (told.kind === "touch") this.fates.set(told.id, event._tag === "DeliveryReported" ? event.status : "expired")
        if (event._tag === "DeliveryReported") {
          count(`delivery ${event.status}`)
          const isOver = event.status === "refused" || event.status === "undeliverable"
          if (isOver || (event.status === "dropped" && event.reason === "whitelisted")) this.chain = "closed"
          if (event.status === "dropped" && event.reason === "opted_out") {
            this.isOptedOut = true
            this.chain = "closed"
            count("silence heard by the gateway first")
          } else if (event.status === "dropped" && told.kind === "touch") this.takeBack(told)
        } else if (told.kind === "touch") this.takeBack(told)
        else if (event.reason === "sending_stopped") this.chain = "closed"
        return
      }
      default:
    }
  }

  private noteLaterFailure(id: string): void {
    this.failedLater = this.sent.get(id)
    this.sent.delete(id)
    if (this.failedLater === undefined) return
    count("a failure after it was sent")
    if (this.lastClientAt <= this.failedLater.at) this.chain = "closed"
  }

  private takeBack(told: Outbound): void {
    // Only our last word, and only in the chain that it belongs to.
    if (this.chain !== "open" || told.touch !== this.touches || told.at !== this.lastOursAt) return
    this.touches--
    this.touchReturned = true
    count("a touch came back")
  }

  private meaningOf(event: { readonly text: string; readonly content: string }): Meaning {
    if (event.content !== "text" && event.content !== "transcript") return "none"
    const found = (Object.keys(pool) as Array<Meaning>).find((meaning) => pool[meaning].includes(event.text))
    assert.isDefined(found, event.text)
    return found!
  }

  private hears(meaning: Meaning, id: string): void {
    this.meanings.set(id, this.hasSpoken || meaning === "no" ? meaning : "none")
    if (meaning !== "no" && this.outcomes.get(id) === "") this.noes.delete(id)
    this.chain = "closed"
    this.touches = 0
    if (meaning === "opt-out") this.isOptedOut = true
    else this.meant = this.hasSpoken || meaning === "no" ? meaning : "none"
    if (meaning === "no") {
      this.noes.add(id)
      if (!this.hasSpoken) count("a no before any word of ours")
    }
  }

  /** Every command against the books. */
  private check(command: Command, event: Event, told: Outbound | undefined, wasOpen: ReadonlySet<string>) {
    const { at } = event
    switch (command._tag) {
      case "Classify":
      case "DraftReply":
      case "DraftTouch":
        if (command._tag === "Classify" && command.isEarly) {
          assert.isAtMost(this.earlyAnswers, this.arrivedAt.size + this.edits, "K3: asked early about nothing new")
          if (event._tag === "WokeUp" && this.earlyAnswers > 0) count("asked early again")
        }
        this.asked.push(command)
        this.lastTicket = command.ticket
        if (command._tag === "DraftReply") {
          assert.strictEqual(this.isClient, true, "INV5: a reply is drafted for somebody who is no known client")
          assert.deepStrictEqual(
            [...command.messageIds].sort(),
            [...this.open].sort(),
            "INV4: the draft answers the whole turn",
          )
        }
        return
      case "RecordClassification": {
        const isTold =
          event._tag === "PersonClassified" ? event.isClient : event._tag === "Classified" && event.verdict === "client"
        assert.strictEqual(command.isClient, isTold)
        if (event._tag === "Classified") assert.strictEqual(event.ticket, this.lastTicket, "M2: a stale verdict")
        if (event._tag === "Classified" && event.verdict === "not_client")
          assert.isAtLeast(this.arrivedAt.size, this.policy.classifyAfterMessages, "K2: no client, concluded early")
        this.isClient = command.isClient
        return
      }
      case "Send":
        return this.checkSend(command, event)
      case "WithdrawUnsent":
        for (const one of this.inFlight.filter(
          (each) =>
            !each.isPublished &&
            (command.what === "all" || each.kind === (command.what === "touches" ? "touch" : "reminder")),
        )) {
          count("a message was withdrawn")
          this.inFlight = this.inFlight.filter((each) => each !== one)
          this.settled.push(one.id)
          if (one.kind === "touch") this.fates.set(one.id, "withdrawn")
          this.state = { ...this.state, unreported: this.state.unreported.filter((each) => each.outboundId !== one.id) }
        }
        return
      case "BookCall":
      case "MoveCall":
        assert.strictEqual(event._tag, "ReplyDrafted")
        if (event._tag !== "ReplyDrafted") return
        assert.isTrue(isWorkingMoment(command.callAt), "INV7: a call outside working hours")
        assert.isAbove(command.callAt, at, "INV7: a call in the past")
        assert.isTrue(event.isSlotFree, "INV7: a slot that was taken")
        assert.strictEqual(command.callAt, event.callAt)
        if (command._tag === "MoveCall") assert.strictEqual(command.from, this.callAt)
        else assert.isTrue(this.callAt === null || this.callAt <= at, "INV7: a second call")
        this.callAt = command.callAt
        this.booking++
        this.bookedAt = at
        this.mayRemind = true
        this.chain = "closed"
        return
      case "CancelCall":
        assert.strictEqual(command.callAt, this.callAt)
        this.callAt = null
        this.mayRemind = false
        return
      case "RecordOutcome": {
        const { outcome } = command
        const text = outcome._tag === "answered" ? "answered" : `${outcome._tag}:${outcome.why}`
        count(`outcome ${text}`)
        if (text === "ignored:deleted" && event._tag === "SendExpired") count("an expired reply to what was taken back")
        assert.isAbove(command.messageIds.length, 0, "an outcome of nothing")
        for (const id of command.messageIds) {
          assert.isTrue(this.outcomes.has(id), `INV2: outcome of the unknown message ${id}`)
          const isRevised = (told ?? this.failedLater)?.messageIds.includes(id) === true
          if (!isRevised) {
            assert.isTrue(wasOpen.has(id) || this.outcomes.get(id) === "", `INV2: a second outcome of ${id}`)
            assert.strictEqual(this.outcomes.get(id), "", `INV2: two outcomes of ${id} at once`)
          }
          this.outcomes.set(id, text)
        }
        return
      }
      case "AskOperator":
        count(`asked ${command.why}`)
        if (command.why === "too_many_turns") {
          const lately = this.repliesAt.filter((one) => one > at - hourMs).length
          assert.isAtLeast(lately, this.policy.maxTurnsPerHour)
          this.silentUntil = at + 12 * hourMs
          this.chain = "closed"
          this.mayRemind = false
        }
        return
      case "StopChain":
        count(`stop ${command.reason}`)
        return
      case "StartChain":
      case "AdvanceChain":
        assert.isTrue(Number.isSafeInteger(command.dueAt))
        return
    }
  }

  private checkSend(command: Extract<Command, { readonly _tag: "Send" }>, event: Event): void {
    const { at } = event
    assert.strictEqual(this.isClient, true, "INV5: sent to somebody who is no known client")
    assert.isFalse(this.isOptedOut, "INV6: sent after an opt-out")
    assert.isAtMost(this.silentUntil, at, "T1: sent while a human has the chat")
    count(`send ${command.kind}${command.isSafe ? " safe" : ""}`)
    if (event._tag === "ReplyDrafted" || event._tag === "TouchDrafted") {
      assert.strictEqual(event.ticket, this.lastTicket, "M2: a stale draft")
      const passed = event.reviewed.reasons.length === 0
      if (command.isSafe) assert.strictEqual(command.text, event.safeText)
      else assert.isTrue(passed && command.text === event.reviewed.draft.text, "INV8: a draft that the guard sent back")
    } else if (command.kind !== "reminder") assert.include(unheardVoiceTexts, command.text)
    if (command.kind === "reminder") {
      assert.strictEqual(event._tag, "WokeUp")
      assert.isTrue(this.mayRemind, "C10: reminded twice, or after a cancellation, a takeover, or of no call")
      this.mayRemind = false
      const lead = this.policy.callReminderMinutes * minuteMs
      assert.isAbove(lead, 0, "C9: reminded although nobody is to be")
      assert.isTrue(isWorkingMoment(at), "C9: reminded outside working hours")
      assert.isTrue(this.callAt !== null && this.callAt > at, "C9: reminded of a call that is over")
      assert.isAbove(this.callAt! - this.bookedAt, lead, "C9: reminded of what was booked at shorter notice")
      // Early only where its own moment is none of working hours.
      if (isWorkingMoment(this.callAt! - lead)) assert.isAtLeast(at, this.callAt! - lead, "C9: reminded too early")
      assert.deepStrictEqual(this.open, [], "C9: reminded over an unanswered message")
      assert.deepStrictEqual([command.messageIds, command.touch, command.isSafe], [[], null, false])
      // It is no touch, and no word that a chain counts from.
    } else if (command.kind === "reply") {
      assert.deepStrictEqual([...command.messageIds].sort(), [...this.open].sort(), "INV4: one turn, one reply")
      assert.isAbove(command.messageIds.length, 0)
      const first = Math.min(this.turnBeganAt, ...command.messageIds.map((id) => this.arrivedAt.get(id) ?? at))
      assert.isAtLeast(
        at,
        Math.min(this.lastClientAt + 8 * secondMs, first + 45 * secondMs),
        "B1: answered into the burst",
      )
      this.repliesAt.push(at)
      const isHandedOver = event._tag === "ReplyDrafted" && (command.isSafe || event.reviewed.draft.hand_over !== null)
      const isCancelling =
        event._tag === "ReplyDrafted" && !command.isSafe && event.reviewed.draft.call?.action === "cancel"
      const hasCall = this.callAt !== null && this.callAt > at && !isCancelling
      const isAnswered = this.meant === "yes" || this.noes.size > 0
      this.chain = isHandedOver || hasCall || isAnswered ? "closed" : "open"
      this.touches = 0
    } else {
      assert.strictEqual(this.chain, "open", "INV6: a touch in a chain that is over")
      assert.isFalse(this.noes.size > 0, "INV6: a touch after no")
      assert.deepStrictEqual(this.open, [], "INV6: a touch over an unanswered message")
      assert.isTrue(this.callAt === null || this.callAt <= at, "INV6: a touch before a booked call")
      assert.isBelow(this.lastClientAt, this.lastOursAt + 1, "INV6: a touch after a newer message of the client")
      assert.isTrue(isWorkingMoment(at), "INV6: a touch outside working hours")
      assert.strictEqual(command.touch, this.touches + 1, "INV6: touches out of order")
      assert.isAtMost(command.touch!, 5, "INV6: a sixth touch")
      const wait = this.policy.silenceHours[command.touch! - 1]! * hourMs
      if (!this.touchReturned) assert.isAtLeast(at - this.lastOursAt, wait, "F2: a touch too early")
      this.touches++
      this.fates.set(command.outboundId, "pending")
      count(`touch ${command.touch}`)
    }
    assert.isFalse(this.inFlight.some((one) => one.id === command.outboundId))
    this.touchReturned = false
    this.hasSpoken = true
    this.lastOursAt = at
    this.inFlight.push({
      id: command.outboundId,
      kind: command.kind,
      touch: command.touch,
      at,
      messageIds: command.messageIds,
      callAt: this.callAt,
      isPublished: false,
    })
  }

  // ---- what happens ----------------------------------------------------------------------------------------------------

  private fresh(prefix: string): string {
    return `${prefix}${++this.ids}`
  }

  private passTime(): void {
    const due = wakeUpAt(this.state, this.policy)
    // While something is under way mostly little time passes, or every answer would come too late.
    const isBusy = this.open.length > 0 || this.inFlight.length > 0
    const how = isBusy
      ? this.chance.weighted({ none: 3, seconds: 5, burst: 2, minutes: 0.5, hours: 0.25, days: 0.03, due: 6 })
      : this.chance.weighted({ none: 1, seconds: 1, burst: 1, minutes: 1, hours: 1, days: 0.4, due: 6 })
    if (how === "seconds") this.now += this.chance.from(1, 9) * secondMs
    else if (how === "burst") this.now += this.chance.from(8, 200) * secondMs
    else if (how === "minutes") this.now += this.chance.from(1, 90) * minuteMs
    else if (how === "hours") this.now += this.chance.from(1, 30) * hourMs
    else if (how === "days") this.now += this.chance.from(1, 40) * dayMs
    else if (how === "due" && due !== null)
      this.now = Math.max(this.now, due + (this.chance.isLucky(0.2) ? this.chance.from(0, 20) * hourMs : 0))
  }

  private wakes(touchesLeft = this.chance.isLucky(0.1) ? 0 : 9): void {
    this.tell({ _tag: "WokeUp", at: this.now, touchesLeft, outboundId: this.fresh("w") })
  }

  private writes() {
    const known = this.messageIds.length > 0 && this.chance.isLucky(0.08)
    const waiting = this.voices[0]
    if (waiting !== undefined && this.chance.isLucky(0.5)) {
      const content = this.chance.one(["transcript", "transcript", "untranscribed"] as const)
      const text = content === "transcript" ? this.text() : "[не удалось распознать]"
      this.clientWrote(waiting, text, content, true)
      this.voices = this.voices.filter((id) => id !== waiting)
      return
    }
    if (known) return this.clientWrote(this.chance.one(this.messageIds), "Здравствуйте", "text", true)
    const content = this.chance.weighted({
      text: 20,
      media: 2,
      voice: 3,
      reaction: 1,
      system: 0.5,
      untranscribed: 0.5,
      transcript: 1,
    })
    const id = this.fresh("m")
    this.messageIds.push(id)
    if (content === "voice") this.voices.push(id)
    this.clientWrote(id, content === "text" || content === "transcript" ? this.text() : "[файл]", content, false)
  }

  private text(): string {
    return this.chance.one(pool[this.chance.weighted({ none: 12, uncertain: 3, yes: 2.5, no: 0.9, "opt-out": 0.2 })])
  }

  private clientWrote(
    messageId: string,
    text: string,
    content: Extract<Event, { _tag: "ClientWrote" }>["content"],
    isRepeat: boolean,
  ): void {
    const late = this.chance.weighted({ fresh: 20, seconds: 3, hours: 1, ahead: 0.3 })
    const sentAt =
      this.now -
      (late === "seconds"
        ? 20 * secondMs
        : late === "hours"
          ? this.chance.from(1, 15) * hourMs
          : late === "ahead"
            ? -minuteMs
            : 0)
    this.tell({ _tag: "ClientWrote", at: this.now, sentAt, messageId, text, content, isRepeat })
  }

  private answersModel() {
    // Mostly the last question, sometimes an old one: its ticket is stale, and the answer must be worth nothing.
    const asked = this.chance.isLucky(0.85) ? this.asked.at(-1) : this.chance.one(this.asked)
    if (asked === undefined) return
    if (this.chance.isLucky(0.85)) this.asked = this.asked.filter((one) => one !== asked)
    const { ticket } = asked
    const at = this.now
    if (this.chance.isLucky(0.15)) {
      const kind = this.chance.one(["overload", "quota", "network", "bad_answer", "blocked", "budget"] as const)
      const retryAfterMs = this.chance.isLucky(0.3) ? this.chance.from(1, 600) * secondMs : null
      return this.tell({ _tag: "ModelFailed", at, ticket, kind, retryAfterMs, detail: "x" })
    }
    if (asked._tag === "Classify") {
      const verdict = this.chance.weighted({ client: 8, not_client: 1, unknown: 2 })
      return this.tell({
        _tag: "Classified",
        at,
        ticket,
        verdict,
        confidence: this.chance.from(50, 100) / 100,
        reasoning: "x",
      })
    }
    const reasons = this.chance.isLucky(0.3) ? ["цены нет в документах"] : []
    const action = this.chance.weighted(
      this.callAt !== null && this.callAt > at
        ? { none: 4, book: 1, move: 4, cancel: 2 }
        : { none: 6, book: 3, move: 0.5, cancel: 0.3 },
    )
    const callAt = action === "none" || action === "cancel" ? null : this.someTime()
    const call = action === "none" ? null : { action, at: callAt === null ? null : new Date(callAt).toISOString() }
    const reviewed = {
      draft: draft(this.fresh("текст "), { call, hand_over: this.chance.isLucky(0.07) ? "просит человека" : null }),
      reasons,
    }
    const outboundId = this.fresh("r")
    if (asked._tag === "DraftReply")
      this.tell({
        _tag: "ReplyDrafted",
        at,
        ticket,
        reviewed,
        outboundId,
        callAt,
        callAbout: "",
        isSlotFree: this.chance.isLucky(0.85),
        safeText: "Уточню.",
      })
    else
      this.tell({
        _tag: "TouchDrafted",
        at,
        ticket,
        reviewed: this.chance.isLucky(0.8) ? { ...reviewed, draft: draft("Напоминание") } : reviewed,
        outboundId,
        touchesLeft: this.chance.isLucky(0.1) ? 0 : 5,
        safeText: "Остались вопросы?",
      })
  }

  /** A call at any time at all: bookable ones, past ones, Sundays, nights, the one on record. */
  private someTime(): number {
    if (this.callAt !== null && this.chance.isLucky(0.3)) return this.callAt
    if (this.chance.isLucky(0.6)) return nextOpening(this.now + hourMs, hours) + this.chance.from(0, 15) * 30 * minuteMs
    return Math.floor(this.now / (30 * minuteMs)) * 30 * minuteMs + this.chance.from(-48, 96) * 30 * minuteMs
  }

  private reports() {
    for (const one of this.inFlight) if (this.chance.isLucky(0.6)) one.isPublished = true
    const published = this.inFlight.filter((one) => one.isPublished)
    const outboundId =
      published.length > 0 && this.chance.isLucky(0.9)
        ? this.chance.one(published).id
        : this.chance.one([...this.settled, "never"])
    if (this.chance.isLucky(0.12)) {
      const reason = this.chance.isLucky(0.3) ? "sending_stopped" : null
      return this.tell({ _tag: "SendExpired", at: this.now, outboundId, reason })
    }
    // Of what was reported already, mostly that it failed after all.
    if (!published.some((one) => one.id === outboundId) && this.chance.isLucky(0.5))
      return this.tell({ _tag: "DeliveryReported", at: this.now, outboundId, status: "undeliverable", reason: null })
    const status = this.chance.weighted({
      sent: 12,
      dropped: 2,
      refused: 0.5,
      undeliverable: 0.5,
      unknown: 0.7,
      delivered: 0.5,
    })
    const reason =
      status === "dropped"
        ? this.chance.weighted({ operator_wrote: 4, client_wrote: 4, whitelisted: 4, opted_out: 1 })
        : null
    this.tell({ _tag: "DeliveryReported", at: this.now, outboundId, status, reason })
  }

  private editsOrDeletes(): void {
    const messageId =
      this.messageIds.length > 0 && this.chance.isLucky(0.95) ? this.chance.one(this.messageIds) : "never"
    if (this.chance.isLucky(0.5)) this.tell({ _tag: "ClientDeleted", at: this.now, messageId })
    else this.tell({ _tag: "ClientEdited", at: this.now, messageId, text: this.text() })
  }

  /** Half of the lives are those of known clients, or most events would pass over a stranger. */
  begins(): void {
    if (this.chance.isLucky(0.5)) this.tell({ _tag: "PersonClassified", at: this.now, isClient: true })
  }

  step(): void {
    this.passTime()
    const what = this.chance.weighted({
      wake: 10,
      write: this.open.length > 0 ? 3 : 5,
      model: this.asked.length > 0 ? 16 : 0,
      report: this.inFlight.length > 0 ? this.readiness : 0.3,
      edit: 0.7,
      operator: 0.5,
      person: 0.5,
    })
    if (what === "wake") this.wakes()
    else if (what === "write") this.writes()
    else if (what === "model") this.answersModel()
    else if (what === "report") this.reports()
    else if (what === "edit") this.editsOrDeletes()
    else if (what === "operator")
      this.tell({ _tag: "OperatorWrote", at: this.now, sentAt: this.now, messageId: this.fresh("o") })
    else {
      const act = this.chance.weighted({ PersonTookOver: 1, Released: 2, CallCancelled: 1, client: 2, notClient: 0.5 })
      if (act === "client" || act === "notClient")
        this.tell({ _tag: "PersonClassified", at: this.now, isClient: act === "client" })
      else if (act === "CallCancelled")
        this.tell({ _tag: act, at: this.now, callAt: this.chance.isLucky(0.9) ? (this.callAt ?? this.now) : this.now })
      else this.tell({ _tag: act, at: this.now })
    }
  }

  /** Nothing more happens from outside; what was asked is answered, what was sent arrives, and time runs on. */
  runsOut(): void {
    const until = this.now + 150 * dayMs
    let standing = 0
    for (let turn = 0; turn < 400; turn++) {
      for (const one of this.inFlight)
        this.tell({ _tag: "DeliveryReported", at: this.now, outboundId: one.id, status: "sent", reason: null })
      const asked = this.asked.at(-1)
      this.asked = []
      if (asked !== undefined) {
        const { ticket } = asked
        const reviewed = { draft: draft("Хороший ответ"), reasons: [] }
        const given = { at: this.now, ticket }
        if (asked._tag === "Classify")
          this.tell({ _tag: "Classified", ...given, verdict: "client", confidence: 0.95, reasoning: "x" })
        else if (asked._tag === "DraftReply")
          this.tell({
            _tag: "ReplyDrafted",
            ...given,
            reviewed,
            outboundId: this.fresh("r"),
            callAt: null,
            callAbout: "",
            isSlotFree: true,
            safeText: "Уточню.",
          })
        else
          this.tell({
            _tag: "TouchDrafted",
            ...given,
            reviewed,
            outboundId: this.fresh("r"),
            touchesLeft: 5,
            safeText: "Вопросы?",
          })
        continue
      }
      const due = wakeUpAt(this.state, this.policy)
      if (due === null) break
      standing = due <= this.now ? standing + 1 : 0
      assert.isBelow(standing, 5, "the wake-up stands still")
      this.now = Math.max(this.now, due)
      assert.isBelow(this.now, until, "the conversation never comes to rest")
      this.wakes(9)
    }
    assert.isNull(wakeUpAt(this.state, this.policy), "the conversation never comes to rest")
    assert.deepStrictEqual(this.open, [], "INV2: client messages without an outcome")
  }
}

/** What must have been reached at least this often in 2,000 lives. */
const floors: Readonly<Record<string, number>> = {
  "event ClientWrote": 5000,
  "event ClientEdited": 100,
  "event ClientDeleted": 100,
  "event OperatorWrote": 100,
  "event Classified": 500,
  "event PersonClassified": 100,
  "event ReplyDrafted": 2000,
  "event TouchDrafted": 500,
  "event ModelFailed": 500,
  "event WokeUp": 5000,
  "event DeliveryReported": 2000,
  "event SendExpired": 100,
  "a failure after it was sent": 20,
  "event Released": 100,
  "event PersonTookOver": 50,
  "event CallCancelled": 50,
  "command Classify": 500,
  "command DraftReply": 1000,
  "command DraftTouch": 500,
  "command Send": 1000,
  "command WithdrawUnsent": 200,
  "command BookCall": 100,
  "command MoveCall": 10,
  "command CancelCall": 20,
  "command RecordOutcome": 2000,
  "command RecordClassification": 200,
  "command AskOperator": 100,
  "command StartChain": 500,
  "command AdvanceChain": 500,
  "command StopChain": 500,
  "send reply": 1000,
  "send reply safe": 50,
  "send touch": 500,
  "send touch safe": 20,
  "send reminder": 20,
  "an expired reminder of a call that stands": 1,
  "balance sent": 200,
  "balance moved daily_cap": 20,
  "balance moved delivered_later": 20,
  "balance moved came_back": 5,
  "balance stopped client_responded": 100,
  "balance stopped withdrawn": 20,
  "balance stopped undeliverable": 10,
  "touch 1": 300,
  "touch 2": 200,
  "touch 3": 150,
  "touch 4": 100,
  "touch 5": 100,
  "stop client_said_yes": 10,
  "stop client_said_no": 10,
  "stop client_responded": 100,
  "stop completed_5_touches": 100,
  "stop operator_took_over": 20,
  "stop call_scheduled": 50,
  "stop opted_out": 5,
  "stop undeliverable": 20,
  "stop not_a_client": 10,
  "delivery sent": 1000,
  "delivery dropped": 100,
  "delivery refused": 20,
  "delivery undeliverable": 20,
  "delivery unknown": 20,
  "outcome answered": 1000,
  "outcome ignored:not_client": 100,
  "outcome ignored:opted_out": 100,
  "outcome ignored:reaction": 50,
  "outcome ignored:system": 20,
  "outcome ignored:deleted": 20,
  "outcome ignored:whitelisted": 10,
  "outcome handed_over:operator_wrote": 100,
  "outcome handed_over:operator_in_chat": 100,
  "outcome handed_over:unclassified": 20,
  "outcome handed_over:too_late": 50,
  "outcome handed_over:model_unavailable": 10,
  "outcome handed_over:guard": 50,
  "outcome handed_over:asked_for_person": 50,
  "outcome handed_over:too_many_turns": 10,
  "outcome handed_over:undeliverable": 20,
  "outcome handed_over:delivery_unknown": 20,
  "a message was withdrawn": 20,
  "a touch came back": 5,
  "an expired reply reopened": 20,
  "a no before any word of ours": 50,
  "asked early again": 50,
  "a no was taken back": 3,
  "an expired reply to what was taken back": 1,
  "silence heard by the gateway first": 10,
}

const live = (seed: number): Life => {
  const life = new Life(seed)
  try {
    life.begins()
    for (let i = 0; i < eventsPerLife; i++) life.step()
    life.runsOut()
    life.checkBalances()
    return life
  } catch (cause) {
    const tail = life.log.slice(-60).join("\n")
    throw new Error(`WA_SEED=${seed} replays this life:\n${tail}\n${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

describe("any life of a contact", () => {
  it("is told in words whose meaning the intent reader agrees on", () => {
    for (const [meaning, texts] of Object.entries(pool))
      for (const text of texts) {
        const read = readIntent(text)
        assert.strictEqual(read.optOut ? "opt-out" : read.intent, meaning, text)
      }
  })

  const given = process.env["WA_SEED"]
  it(`keeps what must always hold (${given === undefined ? `${lives} lives` : `seed ${given}`})`, {
    timeout: 120_000,
  }, () => {
    if (given !== undefined) {
      live(Number(given))
      return
    }
    const first = 20_261_123
    let events = 0
    reached.clear()
    for (let i = 0; i < lives; i++) events += live(first + i).log.filter((line) => !line.startsWith(" ")).length
    console.log(`decide: ${lives} lives from seed ${first}, ${events} events, no violation`)
    if (process.env["WA_COUNTS"] !== undefined) console.log(Object.fromEntries([...reached].sort()))
    if (lives < 2_000) return
    const missed = Object.entries(floors).filter(([what, least]) => (reached.get(what) ?? 0) < least)
    assert.deepStrictEqual(
      missed.map(([what, least]) => `${what}: ${reached.get(what) ?? 0} of ${least}`),
      [],
    )
  })
})
