/** What people do with booked calls. A cancellation is an event like any other: decided by core, in one transaction. */
import { AgentRepo, type CallRow } from "@wa/core/ports/agent-repo"
import { Clock, Effect } from "effect"
import { applyEvent } from "./apply-event.ts"

export type Cancelled =
  | { readonly is: "cancelled"; readonly call: CallRow }
  | { readonly is: "unknown" }
  /** There is nothing to cancel under this number; the call as it stands now. */
  | { readonly is: "moved" | "cancelled_before" | "over" | "changed"; readonly call: CallRow }

/**
 * Cancels the call of this number, if it still stands. Safe beside a running agent: what counts is the conversation as it
 * is inside the transaction. Tells the client nothing; whoever cancels does.
 */
export const cancelCall = Effect.fn("agent.cancelCall")(function* (id: number, by: "console" | "terminal") {
  const repo = yield* AgentRepo
  const call = yield* repo.call(id)
  if (call === null) return { is: "unknown" } satisfies Cancelled as Cancelled
  if (call.status === "cancelled") return { is: "cancelled_before", call } satisfies Cancelled as Cancelled
  // Under the number that somebody saw, the call was at another time.
  if (call.id !== id) return { is: "moved", call } satisfies Cancelled as Cancelled
  const at = yield* Clock.currentTimeMillis
  if (call.scheduledAt <= at) return { is: "over", call } satisfies Cancelled as Cancelled
  const { scheduledAt: callAt } = call
  const change = yield* applyEvent(
    call.key,
    ({ conversation }) => (conversation.callAt === callAt ? { _tag: "CallCancelled", at, callAt } : null),
    { thoughts: { by } },
  )
  const isDone = change?.commands.some((command) => command._tag === "CancelCall") === true
  const now = (yield* repo.call(id)) ?? call
  return { is: isDone ? "cancelled" : "changed", call: now } satisfies Cancelled as Cancelled
})

/** More than can be booked ahead in 60 days. */
const callsMax = 5000

/** What lies ahead, soonest first; cancelled ones, too, if they are wanted. */
export const callsFrom = Effect.fn("agent.callsFrom")(function* (from: number, to?: number) {
  const repo = yield* AgentRepo
  const calls = yield* repo.calls(callsMax, to === undefined ? { from } : { from, to })
  return calls.toReversed()
})
