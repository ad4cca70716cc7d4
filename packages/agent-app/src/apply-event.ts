/**
 * One event, one transaction: reads the conversation, asks `decide`, stores the new state, its wake-up and everything that
 * was decided. Adds no rule of its own. The commands that ask somebody to think are carried out afterwards by the caller;
 * a crash in between is mended by the lease that the state carries.
 */
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Event } from "@wa/core/conversation/conversation"
import { decide, wakeUpAt } from "@wa/core/conversation/decide"
import { AgentRepo, type Change, type Current, type NewMessage, type Reads } from "@wa/core/ports/agent-repo"
import type { ContactInfo } from "@wa/core/queue/messages"
import { Effect } from "effect"
import { AgentSettings } from "./agent-settings.ts"

export interface Applied {
  readonly reads?: Reads
  readonly info?: ContactInfo
  readonly message?: NewMessage
  readonly delivery?: NonNullable<Change["delivery"]>
  readonly thoughts?: Readonly<Record<string, unknown>>
}

/** The pure part, also used inside the claim of a due conversation. */
export const changeBy = (
  current: Current,
  event: Event,
  policy: AgentSettings["Service"]["policy"],
  applied: Applied = {},
): Change => {
  const [conversation, commands] = decide(current.conversation, event, policy)
  return {
    conversation,
    commands,
    wakeUpAt: wakeUpAt(conversation, policy),
    at: event.at,
    trace: { event, commands, thoughts: applied.thoughts ?? {} },
    ...(applied.info === undefined ? {} : { info: applied.info }),
    ...(applied.message === undefined ? {} : { message: applied.message }),
    ...(applied.delivery === undefined ? {} : { delivery: applied.delivery }),
  }
}

/** `event` sees what was read in the transaction; null stores nothing. */
export const applyEvent = Effect.fn("agent.applyEvent")(function* (
  key: ContactKey,
  event: (current: Current) => Event | null,
  applied: Applied = {},
) {
  const repo = yield* AgentRepo
  const { policy } = yield* AgentSettings
  return yield* repo.change(key, applied.reads ?? {}, (current) => {
    const happened = event(current)
    return happened === null ? null : changeBy(current, happened, policy, applied)
  })
})
