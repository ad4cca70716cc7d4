/**
 * The heart: what to do about one event in one conversation. Pure and total: any event in any state has an answer, and no
 * branch of business logic lives elsewhere. It composes the small machines (classification, turn, takeover, follow-up) and
 * adds only what concerns more than one of them; what comes of the model's answers has a file of its own beside it.
 * Promises, for any order of events: one answer for a turn; silence while a human has the chat, after an opt-out and for
 * everybody who is not a client; no call outside working hours or in the past; an outcome for every client message.
 * Does not promise that commands are carried out: a crash may repeat one, so each carries an id or a ticket.
 */
import * as Classification from "../contact/classification.ts"
import * as FollowUp from "../follow-up/follow-up.ts"
import { unheardVoice } from "../reply/safe-text.ts"
import { captionOf } from "../reply-intent/caption.ts"
import { readIntent } from "../reply-intent/intent.ts"
import type { Instant } from "../time/instant.ts"
import { dayMs, hourMs } from "../time/instant.ts"
import type { Command, Conversation, Decision, Event, Policy } from "./conversation.ts"
import { classified, modelFailed, replyDrafted, sendReply, think, thinkAgain, touchDrafted } from "./model-answers.ts"
import { reminderDue, reminderReturned, reminderWakeUpAt, unsentReminders } from "./reminder.ts"
import {
  followUp,
  handedOver,
  handOver,
  ignored,
  notAClient,
  reopened,
  staleAt,
  unclassified,
  whyNoTouchNow,
} from "./steps.ts"
import * as Takeover from "./takeover.ts"
import * as Turn from "./turn.ts"

export const decide = (before: Conversation, event: Event, policy: Policy): Decision => {
  switch (event._tag) {
    case "ClientWrote":
      return clientWrote(before, event, policy)
    case "ClientEdited":
      return clientEdited(before, event, policy)
    case "ClientDeleted":
      return clientDeleted(before, event, policy)
    case "OperatorWrote":
      return taken(
        { ...before, lastOperatorAt: event.at, lastOperatorSentAt: later(before.lastOperatorSentAt, event.sentAt) },
        event.at,
        "operator",
        policy,
      )
    case "PersonTookOver":
      return taken(before, event.at, "operator", policy)
    case "Released":
      return [{ ...before, takeover: Takeover.free }, []]
    case "Classified":
      return classified(before, event, policy)
    case "PersonClassified":
      return personClassified(before, event, policy)
    case "ReplyDrafted":
      return replyDrafted(before, event, policy)
    case "TouchDrafted":
      return touchDrafted(before, event, policy)
    case "ModelFailed":
      return modelFailed(before, event, policy)
    case "WokeUp":
      return wokeUp(before, event, policy)
    case "DeliveryReported":
      return deliveryReported(before, event, policy)
    case "SendExpired":
      return sendExpired(before, event, policy)
    case "CallCancelled":
      return callCancelled(before, event)
  }
}

/** The one instant at which this conversation next needs attention; null if only an event can move it. */
export const wakeUpAt = (conversation: Conversation, policy: Policy): Instant | null => {
  const { thinking, turn, takeover, followUp } = conversation
  // While somebody thinks, the turn and the chain wait for that answer, at the latest until the lease ends.
  const work =
    thinking !== null
      ? [thinking.until]
      : [Turn.wakeUpAt(turn, policy), FollowUp.wakeUpAt(followUp), reminderWakeUpAt(conversation)]
  const due = [...work, Takeover.wakeUpAt(takeover)].filter((at) => at !== null)
  return due.length === 0 ? null : Math.min(...due)
}

// ---- the client ------------------------------------------------------------------------------------------------------

const clientWrote = (
  before: Conversation,
  event: Extract<Event, { _tag: "ClientWrote" }>,
  policy: Policy,
): Decision => {
  const { at, content, messageId } = event
  // Only the transcript of an unanswered voice note says something new under a known id; a redelivery says nothing.
  const isWaitedFor =
    content === "transcript"
      ? Turn.holds(before.turn, messageId)
      : content === "untranscribed" && Turn.isAwaited(before.turn, messageId)
  if (event.isRepeat && !isWaitedFor)
    return content === "transcript" ? lateTranscript(before, event, policy) : [before, []]
  if (content === "reaction" || content === "system") return [before, [ignored([messageId], content)]]
  const says = saidIn(event.text, content)
  const lastClientSentAt = later(before.lastClientSentAt, event.sentAt)
  if (before.isOptedOut) return [{ ...before, lastClientAt: at, lastClientSentAt }, [ignored([messageId], "opted_out")]]
  const answer = answerOf(before, says?.intent ?? "none")
  const counted: Conversation = {
    ...before,
    lastClientAt: at,
    lastClientSentAt,
    lastAnswer: answer,
    classification:
      content === "voice" || content === "untranscribed"
        ? before.classification
        : Classification.seen(before.classification),
  }
  const [heard, chain] = spoke(counted, messageId, at, answer, policy)
  if (says?.optOut === true) return optOut(heard, [messageId], at, chain, policy)
  if (Classification.isClient(heard.classification) === false)
    return [heard, [...chain, ignored([messageId], "not_client")]]
  if (Takeover.isSilent(heard.takeover, at)) return [heard, [...chain, handedOver([messageId], "operator_in_chat")]]
  const message = { id: messageId, isAwaited: content === "voice", isUnheard: content === "untranscribed", answer }
  // Whatever was being thought of is out of date now.
  return [{ ...heard, thinking: null, turn: Turn.add(heard.turn, message, at, event.sentAt) }, chain]
}

/** The note was answered without its words: only a no, of either kind, still counts. Told twice, it is the same no. */
const lateTranscript = (
  before: Conversation,
  event: Extract<Event, { _tag: "ClientWrote" }>,
  policy: Policy,
): Decision => {
  const says = readIntent(event.text)
  if (before.isOptedOut || says.intent !== "no") return [before, []]
  return says.optOut
    ? optOut(before, [], event.at, [], policy)
    : spoke({ ...before, lastAnswer: "no" }, event.messageId, event.at, "no", policy)
}

/** Before any word of ours nothing is agreed to, but who refuses has refused. */
const answerOf = (before: Conversation, intent: FollowUp.Answer): FollowUp.Answer =>
  before.lastOursAt === null && intent !== "no" ? "none" : intent

/** The client's own word ends the chain; a reminder that has not left yet would come after it. */
const spoke = (
  before: Conversation,
  messageId: string,
  at: Instant,
  answer: FollowUp.Answer,
  policy: Policy,
): Decision => {
  const [told, stopping] = followUp(before, { _tag: "ClientWrote", at, answer }, policy)
  const next = answer === "no" ? refused(told, before, messageId) : told
  return [
    next,
    before.unreported.some((message) => message.kind === "touch")
      ? [...stopping, { _tag: "WithdrawUnsent", what: "touches" }]
      : stopping,
  ]
}

const refusalsMax = 20

/** A no that was there before anybody kept count of them can never be taken back. */
const refused = (told: Conversation, before: Conversation, messageId: string): Conversation => {
  const known = before.refusedBy ?? []
  const isOlder = known.length === 0 && before.followUp._tag === "Stopped" && before.followUp.isFinal
  return isOlder || known.includes(messageId) || known.length >= refusalsMax
    ? told
    : { ...told, refusedBy: [...known, messageId] }
}

/** An unanswered message is gone, or says something else: what the others of its turn answer stands, and every other no. */
const unsaid = (before: Conversation, messageId: string, at: Instant, policy: Policy): Conversation => {
  const { refusedBy, turn } = before
  const left = turn._tag === "Idle" ? [] : turn.messages.map((message) => message.answer)
  const answer = left.length === 0 ? "none" : left.at(-1)
  if (answer === undefined || left.includes(undefined)) return before
  const known = refusedBy?.filter((id) => id !== messageId)
  const next: Conversation = {
    ...before,
    lastAnswer: answer,
    ...(known === undefined ? {} : { refusedBy: known }),
  }
  const isRefused =
    known === undefined || known.length > 0 || (refusedBy?.length === 0 && next.followUp._tag === "Stopped")
  const [after] = followUp(next, { _tag: "TakenBack", at, answer: isRefused && isFinal(next) ? "no" : answer }, policy)
  return after
}
const isFinal = ({ followUp }: Conversation): boolean => followUp._tag === "Stopped" && followUp.isFinal

/** What the client's own words answer; of a picture, its caption. */
const saidIn = (text: string, content: Extract<Event, { _tag: "ClientWrote" }>["content"]) => {
  if (content === "text" || content === "transcript") return readIntent(text)
  const caption = content === "media" ? captionOf(text) : ""
  return caption === "" ? null : readIntent(caption)
}

const optOut = (
  before: Conversation,
  /** The message that says so, unless it has its outcome already. */
  own: ReadonlyArray<string>,
  at: Instant,
  commands: ReadonlyArray<Command>,
  policy: Policy,
): Decision => {
  const [stopped, chain] = followUp(before, { _tag: "OptedOut", at }, policy)
  const unanswered = [...Turn.messageIds(before.turn).filter((id) => !own.includes(id)), ...own]
  // The client's own word is the better reason than "responded".
  const others = commands.filter((command) => command._tag !== "StopChain")
  const stop: ReadonlyArray<Command> =
    commands.length > others.length ? [{ _tag: "StopChain", reason: "opted_out", lastTouchAt: null }] : chain
  return [
    { ...stopped, isOptedOut: true, reminder: null, thinking: null, turn: Turn.idle },
    [
      ...others,
      ...stop,
      { _tag: "WithdrawUnsent", what: "all" },
      ...(unanswered.length === 0 ? [] : [ignored(unanswered, "opted_out")]),
    ],
  ]
}

const clientEdited = (
  before: Conversation,
  event: Extract<Event, { _tag: "ClientEdited" }>,
  policy: Policy,
): Decision => {
  if (before.isOptedOut) return [before, []]
  const says = readIntent(event.text)
  if (says.optOut) return optOut(before, [], event.at, [], policy)
  const isUnanswered = before.turn._tag !== "Idle" && Turn.holds(before.turn, event.messageId)
  // What is still to be answered says what it says now; of what is answered, a plain yes or no still counts.
  const answer = answerOf(before, says.intent)
  const isAnswer = answer === "no" || (before.lastOursAt !== null && (isUnanswered || answer === "yes"))
  const [heard, chain] = isAnswer
    ? spoke({ ...before, lastAnswer: answer }, event.messageId, event.at, answer, policy)
    : [before, []]
  if (!isUnanswered) return [heard, chain]
  const message = { id: event.messageId, isAwaited: false, isUnheard: false, answer }
  const next: Conversation = {
    ...heard,
    classification: Classification.reread(heard.classification),
    thinking: null,
    turn: Turn.add(before.turn, message, event.at, before.turn.firstSentAt),
  }
  const isNoMore = answer !== "no" && before.refusedBy?.includes(event.messageId) === true
  return [isNoMore ? unsaid(next, event.messageId, event.at, policy) : next, chain]
}

const clientDeleted = (
  before: Conversation,
  event: Extract<Event, { _tag: "ClientDeleted" }>,
  policy: Policy,
): Decision => {
  if (!Turn.holds(before.turn, event.messageId)) return [takenBack(before, event.messageId), []]
  const turn = Turn.remove(before.turn, event.messageId)
  const next: Conversation = {
    ...before,
    thinking: null,
    turn: turn._tag === "Answering" ? Turn.reopen(turn) : turn,
  }
  return [unsaid(next, event.messageId, event.at, policy), [ignored([event.messageId], "deleted")]]
}

/** It is answered already; should that answer come back unsent, there is nothing more to answer. */
const takenBack = (before: Conversation, messageId: string): Conversation => ({
  ...before,
  unreported: before.unreported.map((one) =>
    one.messageIds.includes(messageId) && one.deleted?.includes(messageId) !== true
      ? { ...one, deleted: [...(one.deleted ?? []), messageId] }
      : one,
  ),
})

// ---- people of the company -------------------------------------------------------------------------------------------

const taken = (before: Conversation, at: Instant, by: "operator" | "loop", policy: Policy): Decision => {
  const [next, chain] = followUp(before, { _tag: "OperatorWrote", at }, policy)
  const unanswered = Turn.messageIds(before.turn)
  const outcome =
    unanswered.length === 0 ? [] : [handedOver(unanswered, by === "loop" ? "too_many_turns" : "operator_wrote")]
  return [
    {
      ...next,
      takeover: Takeover.take(at, policy.takeoverHours, by),
      // Who has the chat may have agreed on another time there; the reminder is theirs, too.
      reminder: null,
      thinking: null,
      turn: Turn.idle,
    },
    [{ _tag: "WithdrawUnsent", what: "all" }, ...outcome, ...chain],
  ]
}

const personClassified = (
  before: Conversation,
  event: Extract<Event, { _tag: "PersonClassified" }>,
  policy: Policy,
): Decision => {
  const next: Conversation = {
    ...before,
    classification: Classification.decidedByPerson(event.isClient),
    thinking: null,
  }
  const record: Command = {
    _tag: "RecordClassification",
    isClient: event.isClient,
    confidence: 1,
    reasoning: "решил человек",
  }
  const [after, commands] = event.isClient ? reopened(next) : notAClient(next, event.at, policy)
  return [after, [record, ...commands]]
}

/** A call that the client moved meanwhile is another one than the person meant, and one that is over took place. */
const callCancelled = (before: Conversation, event: Extract<Event, { _tag: "CallCancelled" }>): Decision => {
  const { callAt } = event
  if (before.callAt !== callAt || callAt <= event.at) return [before, []]
  // A draft that is being written may still speak of the call: it is asked for anew.
  const [next] = reopened({ ...before, callAt: null, reminder: null, thinking: null })
  return [next, [{ _tag: "CancelCall", callAt }, ...unsentReminders(before)]]
}

// ---- the timer -------------------------------------------------------------------------------------------------------

const wokeUp = (before: Conversation, event: Extract<Event, { _tag: "WokeUp" }>, policy: Policy): Decision => {
  const { at } = event
  const conversation: Conversation =
    before.takeover._tag === "Taken" && !Takeover.isSilent(before.takeover, at)
      ? { ...before, takeover: Takeover.free }
      : before
  const { thinking, turn } = conversation
  if (thinking !== null)
    return at < thinking.until ? [conversation, []] : thinkAgain(conversation, thinking, at, policy)
  if (turn._tag === "Collecting" && at >= Turn.answerAt(turn, policy))
    return answerTurn(conversation, turn, event, policy)
  if (turn._tag === "Parked" && at >= turn.until)
    return handOver(conversation, "unclassified", "непонятно, клиент ли это", policy)
  const reminder = reminderWakeUpAt(conversation)
  if (reminder !== null && at >= reminder) return reminderDue(conversation, event, policy)
  if (turn._tag === "Idle" && FollowUp.isDue(conversation.followUp, at)) return touchDue(conversation, event, policy)
  return [conversation, []]
}

/** The burst is over. */
const answerTurn = (
  before: Conversation,
  turn: Extract<Turn.State, { _tag: "Collecting" }>,
  event: Extract<Event, { _tag: "WokeUp" }>,
  policy: Policy,
): Decision => {
  const { at } = event
  if (at >= staleAt(turn, policy)) return handOver(before, "too_late", "сообщение дошло слишком поздно", policy)
  const question = Classification.question(before.classification, policy)
  const answering: Conversation = { ...before, turn: { ...turn, _tag: "Answering" } }
  if (question !== "none") {
    const isEarly = question === "early"
    const [asked, ticket] = think(answering, isEarly ? "classify_early" : "classify_full", at, policy)
    return [asked, [{ _tag: "Classify", ticket, isEarly }]]
  }
  return Classification.isClient(before.classification) === true
    ? answerClient(answering, at, event.outboundId, policy)
    : unclassified(answering, policy)
}

const answerClient = (before: Conversation, at: Instant, outboundId: string, policy: Policy): Decision => {
  const recentTurns = before.recentTurns.filter((one) => one > at - hourMs)
  if (recentTurns.length >= policy.maxTurnsPerHour) {
    const [next, commands] = taken({ ...before, recentTurns }, at, "loop", policy)
    return [
      next,
      [
        ...commands,
        {
          _tag: "AskOperator",
          why: "too_many_turns",
          detail: "слишком много ответов за час: похоже на переписку с ботом",
        },
      ],
    ]
  }
  const conversation = { ...before, recentTurns }
  const { turn } = before
  if (turn._tag !== "Idle" && turn.messages.every((message) => message.isUnheard || message.isAwaited))
    return sendReply(
      conversation,
      { at, outboundId, text: unheardVoice(recentTurns.length), isSafe: true, outcome: null },
      policy,
    )
  const [asked, ticket] = think(conversation, "reply", at, policy)
  return [asked, [{ _tag: "DraftReply", ticket, messageIds: Turn.messageIds(turn), refused: [] }]]
}

const touchDue = (before: Conversation, event: Extract<Event, { _tag: "WokeUp" }>, policy: Policy): Decision => {
  const waiting = before.followUp
  if (waiting._tag !== "Waiting") return [before, []]
  const reprieve = whyNoTouchNow(before, event.at, event.touchesLeft, policy)
  if (reprieve !== null) return followUp(before, { _tag: "Postponed", ...reprieve }, policy)
  const [asked, ticket] = think(before, "touch", event.at, policy)
  return [
    asked,
    [
      {
        _tag: "DraftTouch",
        ticket,
        touch: waiting.touch,
        reason: before.lastAnswer === "uncertain" ? "uncertain" : "ignored",
        refused: [],
      },
    ],
  ]
}

// ---- what became of our messages -------------------------------------------------------------------------------------

const deliveryReported = (
  before: Conversation,
  event: Extract<Event, { _tag: "DeliveryReported" }>,
  policy: Policy,
): Decision => {
  const message = before.unreported.find((one) => one.outboundId === event.outboundId)
  if (message === undefined) return event.status === "undeliverable" ? failedLater(before, event, policy) : [before, []]
  const known: Conversation = { ...before, unreported: before.unreported.filter((one) => one !== message) }
  const { at } = event
  switch (event.status) {
    case "sent":
    case "delivered":
      return followUp(
        { ...known, sent: [...(known.sent ?? []).slice(-sentMax + 1), message] },
        { _tag: "Delivered", at, wasSentAt: message.at },
        policy,
      )
    case "dropped":
      // Nobody may write to this number any more.
      if (event.reason === "whitelisted") {
        const [stopped, chain] = followUp({ ...known, reminder: null }, { _tag: "NotAClient", at }, policy)
        return [
          stopped,
          [...chain, ...(message.messageIds.length === 0 ? [] : [ignored(message.messageIds, "whitelisted")])],
        ]
      }
      // The client asked for silence, and the gateway saw it first.
      if (event.reason === "opted_out") return optOut(known, message.messageIds, at, [], policy)
      // Somebody wrote meanwhile; that event comes by itself. A touch is due again only if the chain survives it.
      return message.kind !== "touch"
        ? [known, message.messageIds.length === 0 ? [] : [handedOver(message.messageIds, "operator_wrote")]]
        : touchReturned(known, message, at + hourMs, policy)
    case "refused":
    case "undeliverable":
    case "unknown": {
      const [stopped, chain] =
        event.status === "unknown"
          ? [known, [] as ReadonlyArray<Command>]
          : followUp(known, { _tag: "Undeliverable", at }, policy)
      const why = event.status === "unknown" ? "delivery_unknown" : "undeliverable"
      const outcome = message.messageIds.length === 0 ? [] : [handedOver(message.messageIds, why)]
      return [
        stopped,
        [...chain, ...outcome, { _tag: "AskOperator", why, detail: event.reason ?? "сообщение не доставлено" }],
      ]
    }
  }
}

/**
 * It was sent, and WhatsApp said afterwards that it did not arrive. Told once, and never sent again by itself: nobody knows
 * why it failed, and whoever repeats what a number does not take is taken for a spammer.
 */
const failedLater = (
  before: Conversation,
  event: Extract<Event, { _tag: "DeliveryReported" }>,
  policy: Policy,
): Decision => {
  const message = before.sent?.find((one) => one.outboundId === event.outboundId)
  if (message === undefined) return [before, []]
  const known: Conversation = { ...before, sent: (before.sent ?? []).filter((one) => one !== message) }
  if (before.isOptedOut || Classification.isClient(before.classification) === false) return [known, []]
  // Who wrote since can be reached, and the chain is that of a later reply.
  const hasWrittenSince = before.lastClientAt !== null && before.lastClientAt > message.at
  const [stopped, chain] = hasWrittenSince
    ? [known, []]
    : followUp(known, { _tag: "Undeliverable", at: event.at }, policy)
  if (message.kind === "touch") return [stopped, chain]
  const outcome = message.messageIds.length === 0 ? [] : [handedOver(message.messageIds, "undeliverable")]
  const detail = event.reason ?? "ответ не дошёл до клиента"
  return [stopped, [...chain, ...outcome, { _tag: "AskOperator", why: "undeliverable", detail }]]
}

/** A report may be very late: what we said since stands, and the touch is history. */
const touchReturned = (
  before: Conversation,
  message: Conversation["unreported"][number],
  at: Instant,
  policy: Policy,
): Decision =>
  before.lastOursAt === message.at
    ? followUp(before, { _tag: "TouchReturned", at, touch: message.touch ?? 1 }, policy)
    : [before, []]

const sendExpired = (
  before: Conversation,
  event: Extract<Event, { _tag: "SendExpired" }>,
  policy: Policy,
): Decision => {
  const message = before.unreported.find((one) => one.outboundId === event.outboundId)
  if (message === undefined) return [before, []]
  const known: Conversation = { ...before, unreported: before.unreported.filter((one) => one !== message) }
  const { at } = event
  const isStopped = event.reason === "sending_stopped"
  // While nothing may leave, a touch drafted every hour would only come back every hour.
  if (message.kind === "touch") return touchReturned(known, message, isStopped ? at + dayMs : at, policy)
  if (message.kind === "reminder") return [reminderReturned(known, message, at), []]
  if (message.messageIds.length === 0) return [known, []]
  const humanWrote = before.lastOperatorAt !== null && before.lastOperatorAt >= message.at
  if (humanWrote || Takeover.isSilent(before.takeover, at))
    return [known, [handedOver(message.messageIds, "operator_wrote")]]
  if (before.isOptedOut) return [known, [ignored(message.messageIds, "opted_out")]]
  if (Classification.isClient(before.classification) === false)
    return [known, [ignored(message.messageIds, "not_client")]]
  const [quiet] = followUp(
    known,
    { _tag: "ClientWrote", at, answer: before.lastAnswer === "no" ? "none" : before.lastAnswer },
    policy,
  )
  const followUpAfter = known.followUp._tag === "Waiting" ? quiet : known
  const chain: Array<Command> =
    known.followUp._tag === "Waiting" ? [{ _tag: "StopChain", reason: "client_responded", lastTouchAt: null }] : []
  const deleted = message.deleted ?? []
  const messageIds = message.messageIds.filter((id) => !deleted.includes(id))
  if (deleted.length > 0) chain.push(ignored(deleted, "deleted"))
  if (messageIds.length === 0) return [followUpAfter, chain]
  if (isStopped) {
    const detail = "отправка сообщений остановлена, ответ не ушёл: свяжитесь с клиентом сами"
    const told = handedOver(messageIds, "sending_stopped")
    return [followUpAfter, [...chain, told, { _tag: "AskOperator", why: "sending_stopped", detail }]]
  }
  // An hour later the answer may be another one: the turn is opened again and drafted anew.
  const reopenedTurn = messageIds.reduce<Turn.State>(
    (turn, id) => Turn.add(turn, { id, isAwaited: false, isUnheard: false }, at, message.firstSentAt ?? message.at),
    known.turn,
  )
  return [{ ...followUpAfter, thinking: null, turn: reopenedTurn }, chain]
}

/** A failure that is told only after so many further messages is history. */
const sentMax = 20

/** The later of a moment, if there is one, and another. */
const later = (known: Instant | null, at: Instant): Instant => Math.max(known ?? at, at)
