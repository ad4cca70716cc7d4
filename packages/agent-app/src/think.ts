/**
 * The thinking that `decide` asks for: gathers what the model may know, asks it, lets the guard read the answer, and turns
 * the result into the next event. Facts, free slots and times come from here; the model only writes.
 */
import { randomUUID } from "node:crypto"
import { freeSlots, slotsToOffer } from "@wa/core/calendar/call-slots"
import { callSubject } from "@wa/core/calendar/call-subject"
import { readTime } from "@wa/core/calendar/call-time"
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Command } from "@wa/core/conversation/conversation"
import { type GuardInput, review } from "@wa/core/guard/guard"
import { AgentRepo, type StoredMessage } from "@wa/core/ports/agent-repo"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import {
  type Answer,
  type ChatLine,
  callsOf,
  type Draft,
  type LlmError,
  LlmPort,
  LlmUnavailable,
  type ReplyRequest,
} from "@wa/core/ports/llm-port"
import { callAgreement } from "@wa/core/reply/call-agreement"
import { safeReply, safeTouch } from "@wa/core/reply/safe-text"
import { hourMs } from "@wa/core/time/instant"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Clock, Effect } from "effect"
import { AgentSettings } from "./agent-settings.ts"
import { applyEvent } from "./apply-event.ts"

type Asked = Extract<Command, { readonly _tag: "Classify" | "DraftReply" | "DraftTouch" }>

const passagesMax = 8
/** Messages of the chat among which those of the turn are looked for. */
const turnLookBack = 200
/** Messages of a chat, of anybody's, whose own ones a touch must not repeat: more than any chat of ours has. */
const saidLookBack = 5000
/** Slots that the model is told of. */
const slotsKnownMax = 40
/** Slots that the guard knows: all that can be booked at all. */
const slotsMax = 1000

export const thinkAbout = Effect.fn("agent.thinkAbout")(
  (key: ContactKey, asked: Asked) =>
    asked._tag === "Classify"
      ? classify(key, asked)
      : asked._tag === "DraftReply"
        ? draftReply(key, asked)
        : draftTouch(key, asked),
  (effect, key, asked) =>
    effect.pipe(
      Effect.catchTag("LlmUnavailable", (error) =>
        Effect.andThen(
          Effect.logWarning(error.message),
          failed(key, asked, error.kind, error.retryAfterMs, error.detail),
        ),
      ),
      // A defect over one conversation must not end the program for all of them: it is told, and tried again ever later.
      Effect.catchDefect((defect) =>
        Effect.andThen(
          Effect.logError("thinking about one conversation failed", { task: asked._tag, defect }),
          failed(key, asked, "bad_answer", null, String(defect)),
        ),
      ),
    ),
)

const failed = Effect.fnUntraced(function* (
  key: ContactKey,
  asked: Asked,
  kind: LlmUnavailable["kind"],
  retryAfterMs: number | null,
  detail: string,
) {
  const at = yield* Clock.currentTimeMillis
  return yield* applyEvent(key, () => ({ _tag: "ModelFailed", at, ticket: asked.ticket, kind, retryAfterMs, detail }))
})

const classify = Effect.fnUntraced(function* (key: ContactKey, asked: Extract<Asked, { _tag: "Classify" }>) {
  const context = yield* gather(key)
  const llm = yield* LlmPort
  const answer = yield* paid(
    key,
    "classify",
    llm.classify({ contact: context.info, chat: context.chat, now: context.now, zone: context.zone }),
  )
  const at = yield* Clock.currentTimeMillis
  return yield* applyEvent(key, () => ({ _tag: "Classified", at, ticket: asked.ticket, ...answer.value }), {
    thoughts: { model: llm.name, prompt: answer.promptHash, isEarly: asked.isEarly },
  })
})

const draftReply = Effect.fnUntraced(function* (key: ContactKey, asked: Extract<Asked, { _tag: "DraftReply" }>) {
  const context = yield* gather(key)
  const { policy } = yield* AgentSettings
  const llm = yield* LlmPort
  const newMessage = context.stored
    .filter((message) => asked.messageIds.includes(message.messageId))
    .map((message) => message.text)
    .join("\n")
  const read = readTime(newMessage, context.now, context.zone)
  const every = freeSlots(context.now, slotsMax, context.now, context.taken, policy.hours)
  const wanted = read.at !== null && read.grain !== null ? read.at : null
  const near = wanted === null ? [] : slotsToOffer(context.now, wanted, context.taken, policy.hours)
  const known = [...new Set([...near, ...every.slice(0, slotsKnownMax)])].sort((a, b) => a - b)
  const request: ReplyRequest = {
    ...(yield* grounds(newMessage)),
    contact: context.info,
    chat: context.chat,
    newMessage,
    now: context.now,
    zone: context.zone,
    freeSlots: known,
    askedTime: wanted === null ? null : { at: wanted, grain: coarse(read.grain), isFree: every.includes(wanted) },
    bookedCall: context.callAt,
    refusals: asked.refused,
  }
  const answer = yield* paid(key, "reply", llm.draftReply(request))
  const draft = answer.value
  const callAt = momentOf(draft.call?.at ?? null)
  const booked = draft.call?.action === "cancel" ? null : (callAt ?? context.callAt)
  const guard = review(guardInput("reply", draft, { ...request, freeSlots: every }, policy.hours, booked))
  const disagreement =
    draft.call === null || draft.call.action === "cancel" || callAt === null
      ? []
      : callAgreement(callAt, context.chat, context.zone)
  const reasons = [...(guard.verdict === "refuse" ? guard.reasons.map((reason) => reason.detail) : []), ...disagreement]
  const at = yield* Clock.currentTimeMillis
  const said = context.chat.filter((line) => line.from === "bot").map((line) => line.text)
  return yield* applyEvent(
    key,
    (current) => ({
      _tag: "ReplyDrafted",
      at,
      ticket: asked.ticket,
      reviewed: { draft, reasons },
      outboundId: randomUUID(),
      callAt,
      callAbout: callAt === null ? "" : callSubject(context.chat),
      isSlotFree: current.isSlotFree,
      safeText: safeReply(newMessage, said),
    }),
    {
      reads: callAt === null ? {} : { slotAt: callAt },
      thoughts: { ...thoughtsOf(answer, request), guard: guard.verdict, reasons, askedTime: wanted, why: read.why },
    },
  )
})

const draftTouch = Effect.fnUntraced(function* (key: ContactKey, asked: Extract<Asked, { _tag: "DraftTouch" }>) {
  const context = yield* gather(key)
  const { policy, touchesPerDay, zone } = yield* AgentSettings
  const llm = yield* LlmPort
  const lastClient = context.chat.findLast((line) => line.from === "client")
  const lastBot = context.chat.findLast((line) => line.from === "bot")
  const said = yield* saidTo(key)
  const request = {
    ...(yield* grounds(lastClient?.text ?? "")),
    contact: context.info,
    chat: context.chat,
    now: context.now,
    zone: context.zone,
    freeSlots: slotsToOffer(context.now, null, context.taken, policy.hours),
    bookedCall: context.callAt,
    refusals: asked.refused,
    touch: asked.touch,
    hoursSilent: lastBot === undefined ? 0 : Math.round((context.now - lastBot.at) / hourMs),
    lastBotMessage: lastBot?.text ?? "",
    lastClientMessage: lastClient?.text ?? "",
    reason: asked.reason,
  }
  const answer = yield* paid(key, "touch", llm.draftTouch(request))
  const guard = review({
    ...guardInput("touch", answer.value, { ...request, newMessage: "", askedTime: null }, policy.hours, context.callAt),
    said,
  })
  const reasons = guard.verdict === "refuse" ? guard.reasons.map((reason) => reason.detail) : []
  const at = yield* Clock.currentTimeMillis
  return yield* applyEvent(
    key,
    (current) => ({
      _tag: "TouchDrafted",
      at,
      ticket: asked.ticket,
      reviewed: { draft: answer.value, reasons },
      outboundId: randomUUID(),
      touchesLeft: touchesPerDay - current.touchesSent,
      safeText: safeTouch(asked.touch, request.lastClientMessage, said),
    }),
    {
      reads: { touchesSince: startOfDay(at, zone) },
      thoughts: { ...thoughtsOf(answer, request), guard: guard.verdict, reasons },
    },
  )
})

/** All that the contact has heard of us, however long ago. */
const saidTo = Effect.fnUntraced(function* (key: ContactKey) {
  const stored = yield* (yield* AgentRepo).history(key, saidLookBack)
  return stored.flatMap((message) => (message.from === "bot" ? [message.text] : []))
})

/** What is known of the contact now. */
const gather = Effect.fnUntraced(function* (key: ContactKey) {
  const repo = yield* AgentRepo
  const { maxContextMessages, zone } = yield* AgentSettings
  const now = yield* Clock.currentTimeMillis
  // A turn may be longer, or older, than what the model is shown of the chat.
  const stored = yield* repo.history(key, Math.max(maxContextMessages, turnLookBack))
  const contact = yield* repo.contact(key)
  const callAt = contact?.conversation.callAt ?? null
  const taken = new Set(yield* repo.takenSlots(key.profileId, now))
  return {
    now,
    zone,
    stored,
    chat: stored.slice(-maxContextMessages).map(lineOf),
    info: contact?.info ?? { name: null, full_name: null, business_name: null },
    callAt: callAt !== null && callAt > now ? callAt : null,
    taken,
  }
})

const lineOf = (message: StoredMessage): ChatLine => ({ from: message.from, text: message.text, at: message.at })

/** Facts always, passages for the question, the whole text while it fits. */
const grounds = Effect.fnUntraced(function* (question: string) {
  const knowledge = yield* KnowledgePort
  const { knowledgeBudgetChars } = yield* AgentSettings
  const [facts, passages, whole] = yield* Effect.all([
    knowledge.facts,
    knowledge.search(question, passagesMax),
    knowledge.wholeText,
  ])
  return { facts, passages, knowledge: whole.length <= knowledgeBudgetChars ? whole : "", wholeText: whole }
})

const guardInput = (
  kind: "reply" | "touch",
  draft: Draft,
  request: ReplyRequest & { readonly wholeText?: string },
  hours: GuardInput["hours"],
  bookedCall: number | null,
): GuardInput => ({
  draft,
  kind,
  facts: request.facts,
  knowledge: request.wholeText ?? request.knowledge,
  chat: request.chat,
  now: request.now,
  zone: request.zone,
  hours,
  freeSlots: request.freeSlots,
  bookedCall,
})

/** The model may write anything where a time belongs; what is no time names none. */
const momentOf = (written: string | null): number | null => {
  const at = written === null ? Number.NaN : Date.parse(written)
  return Number.isNaN(at) ? null : at
}

const coarse = (grain: ReturnType<typeof readTime>["grain"]): "minute" | "hour" | "daypart" | "day" =>
  grain === "minute" || grain === "hour" || grain === "daypart" ? grain : "day"

const thoughtsOf = (
  answer: Answer<Draft>,
  request: { readonly facts: ReplyRequest["facts"]; readonly passages: ReplyRequest["passages"] },
) => ({
  prompt: answer.promptHash,
  model: answer.usage.model,
  draft: answer.value.text,
  call: answer.value.call,
  facts: request.facts.filter((fact) => answer.value.facts.includes(fact.id)),
  passages: request.passages
    .slice(0, 3)
    .map((passage) => ({ file: passage.file, page: passage.page, text: passage.text.slice(0, 200) })),
})

/** The budget is checked before the call; every token is counted after it, those of answers of no use as well. */
const paid = Effect.fnUntraced(function* <A, E extends LlmError, R>(
  key: ContactKey,
  task: string,
  call: Effect.Effect<Answer<A>, E, R>,
) {
  const repo = yield* AgentRepo
  const { dailyTokenBudget, zone } = yield* AgentSettings
  if (dailyTokenBudget !== null) {
    const spent = yield* repo.tokensSince(startOfDay(yield* Clock.currentTimeMillis, zone))
    if (spent >= dailyTokenBudget)
      return yield* new LlmUnavailable({
        kind: "budget",
        retryAfterMs: null,
        detail: `${spent} tokens today, the budget is ${dailyTokenBudget}`,
      })
  }
  const count = Effect.fnUntraced(function* (ended: Answer<A> | E) {
    const at = yield* Clock.currentTimeMillis
    for (const usage of callsOf(ended)) yield* repo.recordUsage({ at, key, task, ...usage })
  })
  const answer = yield* Effect.tapError(call, count)
  yield* count(answer)
  return answer
})
