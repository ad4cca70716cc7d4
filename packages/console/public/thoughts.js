// @ts-check
/**
 * Reads out of one contact's traces what a person wants to know: how the client's last words were understood, what the last
 * answer rests on and what the check said of it, how far the follow-up chain is. Pure.
 */

/**
 * @typedef {{at: number, event: any, commands: any[], thoughts: Record<string, any>}} Trace
 * @typedef {{messageId: string, from: string, text: string, at: number, isVoice: boolean, kind: string | null, touch: number | null, delivery: string | null, outcome: string | null}} Message
 * @typedef {{touchNumber: number, nextTouchAt: number | null, lastTouchAt: number | null, isCompleted: boolean, stopReason: string | null, createdAt: number}} FollowUp
 * @typedef {{now: number, zone: string, policy: {silenceHours: number[], takeoverHours: number}, contact: any, conversation: any, messages: Message[], traces: Trace[], followUps: FollowUp[], calls: any[], requests: any[]}} Detail
 */

/** How the client's last words were understood; null before the first. @param {ReadonlyArray<Trace>} traces newest first */
export const lastReading = (traces) => {
  const trace = traces.find(
    ({ event, thoughts }) => event._tag === "ClientWrote" && typeof thoughts["intent"] === "string",
  )
  if (trace === undefined) return null
  const { intent, rule, optOut } = trace.thoughts
  return { text: trace.event.text, at: trace.at, intent, rule: rule ?? "", optOut: optOut === true }
}

/** @param {Trace} trace */
const isDraft = ({ event, commands }) =>
  // A draft that came too late to count decided nothing.
  (event._tag === "ReplyDrafted" || event._tag === "TouchDrafted") && commands.length > 0

/**
 * The last answer of the system with what it rests on; null when it has said nothing yet.
 * @param {ReadonlyArray<Trace>} traces newest first
 */
export const lastAnswer = (traces) => {
  const at = traces.findIndex(isDraft)
  const last = traces[at]
  if (last === undefined) return null
  const refusals = []
  // The drafts that were sent back on the way to it.
  for (const trace of traces.slice(at + 1)) {
    if (trace.event._tag === "ClientWrote" || trace.commands.some((command) => command._tag === "Send")) break
    if (isDraft(trace))
      refusals.unshift({ text: trace.event.reviewed.draft.text, reasons: trace.event.reviewed.reasons })
  }
  const { draft, reasons } = last.event.reviewed
  const sent = last.commands.find((command) => command._tag === "Send")
  if (reasons.length > 0) refusals.push({ text: draft.text, reasons })
  const { facts, passages, model } = last.thoughts
  return {
    at: last.at,
    kind: last.event._tag === "TouchDrafted" ? "touch" : "reply",
    touch: sent?.touch ?? null,
    /** Undefined while it is drafted anew. @type {string | undefined} */
    text: sent?.text,
    isSafe: sent?.isSafe === true,
    handOver: draft.hand_over ?? null,
    refusals,
    facts: /** @type {any[]} */ (Array.isArray(facts) ? facts : []),
    passages: /** @type {any[]} */ (Array.isArray(passages) ? passages : []),
    model: typeof model === "string" ? model : "",
  }
}

/**
 * The touches of the newest chain.
 * @param {Detail} detail
 * @returns {{touches: {touch: number, state: "sent" | "next" | "later" | "off", at: number | null}[], stopped: string | null, isRunning: boolean}}
 */
export const chain = ({ conversation, followUps, messages, policy }) => {
  const state = conversation.followUp
  const began = Math.max(Number.NEGATIVE_INFINITY, ...followUps.map(({ createdAt }) => createdAt))
  const isRunning = state._tag === "Waiting"
  const sentAt = new Map(
    messages
      .filter(
        ({ kind, touch, at, delivery }) =>
          kind === "touch" && touch !== null && at >= began && delivery !== "withdrawn",
      )
      .map(({ touch, at }) => [touch, at]),
  )
  const touches = policy.silenceHours.map((_hours, i) => {
    const touch = i + 1
    const sent = sentAt.get(touch)
    if (sent !== undefined && !(isRunning && touch >= state.touch))
      return { touch, state: /** @type {const} */ ("sent"), at: sent }
    if (isRunning && touch === state.touch) return { touch, state: /** @type {const} */ ("next"), at: state.dueAt }
    return { touch, state: isRunning ? /** @type {const} */ ("later") : /** @type {const} */ ("off"), at: null }
  })
  return { touches, stopped: state._tag === "Stopped" ? state.reason : null, isRunning }
}

/** The call on record that lies ahead. @param {Detail} detail */
export const callAhead = ({ conversation, now }) =>
  conversation.callAt !== null && conversation.callAt > now ? /** @type {number} */ (conversation.callAt) : null

/** Somebody is thinking right now. @param {Detail} detail */
export const isWriting = ({ conversation }) =>
  conversation.thinking?.isAsked === true &&
  (conversation.thinking.task === "reply" || conversation.thinking.task === "touch")
