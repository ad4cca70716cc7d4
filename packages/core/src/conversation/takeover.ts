/**
 * A human wrote in the chat: the bot is silent there until `until`, or until it is released. Each further human message
 * begins the time anew. Rule T1 of docs/RULES.md.
 */
import * as Schema from "effect/Schema"
import { hourMs, Instant } from "../time/instant.ts"

export const State = Schema.TaggedUnion({
  Free: {},
  Taken: { until: Instant, by: Schema.Literals(["operator", "loop"]) },
})
export type State = typeof State.Type

export const free: State = { _tag: "Free" }

export const take = (at: Instant, hours: number, by: "operator" | "loop"): State => ({
  _tag: "Taken",
  until: at + Math.round(hours * hourMs),
  by,
})

/** Half-open: at `until` the bot may speak again. */
export const isSilent = (state: State, at: Instant): boolean => state._tag === "Taken" && at < state.until

export const wakeUpAt = (state: State): Instant | null => (state._tag === "Taken" ? state.until : null)
