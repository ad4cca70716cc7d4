/** How well the guard tells drafts that may leave from drafts that must not, over labelled cases. It needs no model. */
import { holidayCheck } from "@wa/core/calendar/holidays"
import { reviewCase } from "@wa/core/guard/guard-case"
import { Schema } from "effect"
import type { Line } from "./data-file.ts"

const Moment = Schema.String.check(
  Schema.makeFilter(
    (text) =>
      (Number.isFinite(Date.parse(text)) && /(?:Z|[+-]\d\d:?\d\d)$/.test(text)) || "это не время ISO со смещением",
  ),
)

export const GuardLine = Schema.Struct({
  /** The text of the company's document. */
  kb: Schema.String,
  chat: Schema.Array(Schema.Struct({ from: Schema.Literals(["client", "bot", "operator"]), text: Schema.String })),
  now: Moment,
  /** The call that the draft records. */
  booked: Schema.optionalKey(Moment),
  /** Starts of calls with others. */
  taken: Schema.optionalKey(Schema.Array(Moment)),
  kind: Schema.optionalKey(Schema.Literals(["reply", "touch"])),
  draft: Schema.String,
  verdict: Schema.Literals(["pass", "refuse"]),
  why: Schema.String,
})
export type GuardLine = typeof GuardLine.Type

export interface GuardMistake {
  readonly line: number
  readonly why: string
  readonly draft: string
  /** Why the guard refused; none for what it let through. */
  readonly reasons: ReadonlyArray<{ readonly code: string; readonly detail: string }>
}
export interface GuardScore {
  readonly cases: number
  readonly should_pass: number
  readonly should_refuse: number
  readonly accuracy: number
  /** Of the drafts that must not leave, the share that would have. */
  readonly false_accept_rate: number
  /** Of the drafts that may leave, the share that was held back. */
  readonly false_refusal_rate: number
  readonly false_accepts: ReadonlyArray<GuardMistake>
  readonly false_refusals: ReadonlyArray<GuardMistake>
}

export const scoreGuard = (cases: ReadonlyArray<Line<GuardLine>>): GuardScore => {
  const isHoliday = holidayCheck("KZ")
  const judged = cases.map(({ line, value }) => {
    const found = reviewCase(value, isHoliday)
    const mistake: GuardMistake = {
      line,
      why: value.why,
      draft: value.draft,
      reasons: found.verdict === "pass" ? [] : found.reasons.map(({ code, detail }) => ({ code, detail })),
    }
    return { wanted: value.verdict, found: found.verdict, mistake }
  })
  const mistaken = (wanted: GuardLine["verdict"]) =>
    judged.filter((one) => one.wanted === wanted && one.found !== wanted).map((one) => one.mistake)
  const pass = judged.filter((one) => one.wanted === "pass").length
  const refuse = judged.length - pass
  const accepts = mistaken("refuse")
  const refusals = mistaken("pass")
  return {
    cases: judged.length,
    should_pass: pass,
    should_refuse: refuse,
    accuracy: 1 - (accepts.length + refusals.length) / judged.length,
    false_accept_rate: refuse === 0 ? 0 : accepts.length / refuse,
    false_refusal_rate: pass === 0 ? 0 : refusals.length / pass,
    false_accepts: accepts,
    false_refusals: refusals,
  }
}
