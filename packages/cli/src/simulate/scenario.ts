/**
 * A scenario: who writes what and when, what the brain answers where that is scripted, and what must have come of it.
 * Written in YAML; docs/SCENARIOS.md tells every key. Wall times are those of `zone`.
 */
import { instantOf } from "@wa/core/time/wall-clock"
import { Result, Schema } from "effect"
import { parse } from "yaml"

const Span = Schema.Union([
  Schema.String.check(Schema.isPattern(/^(\d+(\.\d+)?\s*(s|m|h|d|w))(\s+\d+(\.\d+)?\s*(s|m|h|d|w))*$/)),
  Schema.Finite,
])

const Wrote = Schema.Union([
  Schema.String,
  Schema.Struct({
    text: Schema.optionalKey(Schema.String),
    /** What WhatsApp calls the content: image, document, sticker, location, reaction, … */
    type: Schema.optionalKey(Schema.String),
    /** A voice note that is heard as this; "" is one that cannot be heard. */
    voice: Schema.optionalKey(Schema.String),
  }),
])

const CallWanted = Schema.Struct({ at: Schema.String, status: Schema.optionalKey(Schema.String) })
const MessageWanted = Schema.Struct({
  from: Schema.optionalKey(Schema.Literals(["client", "bot", "operator"])),
  kind: Schema.optionalKey(Schema.Literals(["reply", "touch", "reminder"])),
  contains: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  not_contains: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  matches: Schema.optionalKey(Schema.String),
  at: Schema.optionalKey(Schema.String),
  after: Schema.optionalKey(Schema.String),
  before: Schema.optionalKey(Schema.String),
})
export type MessageWanted = typeof MessageWanted.Type

export const Expectations = Schema.Struct({
  is_client: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
  stop_reason: Schema.optionalKey(Schema.NullOr(Schema.String)),
  touches: Schema.optionalKey(Schema.Int),
  replies: Schema.optionalKey(Schema.Int),
  silence: Schema.optionalKey(Schema.Boolean),
  contains: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  never: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  messages: Schema.optionalKey(Schema.Array(MessageWanted)),
  calls: Schema.optionalKey(Schema.Array(CallWanted)),
  outcomes: Schema.optionalKey(Schema.Record(Schema.String, Schema.Int)),
  asked_operator: Schema.optionalKey(Schema.Boolean),
})
export type Expectations = typeof Expectations.Type

const Step = Schema.Struct({
  /** How long after the step before; a minute unless told. */
  after: Schema.optionalKey(Span),
  /** A wall time instead. */
  at: Schema.optionalKey(Schema.String),
  /** Whose phone; the first contact's unless told. */
  phone: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  client: Schema.optionalKey(Wrote),
  /** The client changes the text of the last message to this. */
  edits: Schema.optionalKey(Schema.String),
  /** The client takes the last message back. */
  deletes: Schema.optionalKey(Schema.Boolean),
  /** A person of the company writes in the chat. */
  operator: Schema.optionalKey(Schema.String),
  /** The same client in a group: nobody of ours may hear of it. */
  group: Schema.optionalKey(Schema.String),
  model: Schema.optionalKey(Schema.Literals(["down", "up"])),
  broker: Schema.optionalKey(Schema.Literals(["down", "up"])),
  database: Schema.optionalKey(Schema.Literals(["down", "up"])),
  /** Nothing happens for that long. */
  wait: Schema.optionalKey(Span),
  /** What must have come between the step before and now. */
  expect: Schema.optionalKey(Expectations),
})
export type Step = typeof Step.Type

const ScriptedDraft = Schema.Union([
  Schema.String,
  Schema.Struct({
    text: Schema.optionalKey(Schema.String),
    call: Schema.optionalKey(
      Schema.Struct({ action: Schema.Literals(["book", "move", "cancel"]), at: Schema.optionalKey(Schema.String) }),
    ),
    hand_over: Schema.optionalKey(Schema.String),
    /** The model fails like this instead. */
    fails: Schema.optionalKey(Schema.Literals(["overload", "quota", "network", "bad_answer", "blocked"])),
    takes: Schema.optionalKey(Span),
  }),
])
export type ScriptedDraft = typeof ScriptedDraft.Type
const ScriptedVerdict = Schema.Struct({
  verdict: Schema.Literals(["client", "not_client", "unknown"]),
  confidence: Schema.optionalKey(Schema.Finite),
  reasoning: Schema.optionalKey(Schema.String),
  takes: Schema.optionalKey(Span),
})
export const Brain = Schema.Struct({
  /** Used one after the other; the last one again and again. What is not scripted, the offline brain answers. */
  classify: Schema.optionalKey(Schema.Union([ScriptedVerdict, Schema.Array(ScriptedVerdict)])),
  replies: Schema.optionalKey(Schema.Array(ScriptedDraft)),
  touches: Schema.optionalKey(Schema.Array(ScriptedDraft)),
})
export type Brain = typeof Brain.Type

export const Scenario = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  about: Schema.optionalKey(Schema.String),
  /** Wall time at which the simulation begins. */
  now: Schema.optionalKey(Schema.String),
  zone: Schema.optionalKey(Schema.String),
  phone: Schema.optionalKey(Schema.String),
  contact: Schema.optionalKey(
    Schema.Struct({ phone: Schema.optionalKey(Schema.String), name: Schema.optionalKey(Schema.String) }),
  ),
  whitelist: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Files beside the scenario, PDF or text; the project's own knowledge base unless told. */
  knowledge: Schema.optionalKey(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  /** A document written out here. */
  knowledge_text: Schema.optionalKey(Schema.String),
  /** Settings by the names of `.env.example`. */
  settings: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])),
  ),
  brain: Schema.optionalKey(Brain),
  steps: Schema.Array(Step),
  /** How long the simulation goes on after the last step; until nothing is due any more, at most 60 days, unless told. */
  run_for: Schema.optionalKey(Span),
  expect: Schema.optionalKey(Expectations),
})
export type Scenario = typeof Scenario.Type

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `1h 30m` → milliseconds; a bare number is seconds. */
export const spanMs = (span: string | number): number =>
  typeof span === "number"
    ? span * 1000
    : [...span.matchAll(/(\d+(?:\.\d+)?)\s*([smhdw])/g)].reduce(
        (sum, [, n, unit]) => sum + Number(n) * units[unit!]!,
        0,
      )

/** `2026-11-24T15:00`, `2026-11-24 15:00[:30]`, or with an offset → instant; throws a RangeError for anything else. */
export const momentOf = (text: string, zone: string): number => {
  const wall = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim())
  if (wall === null) throw new RangeError(`«${text}» — не время; нужно, например, 2026-11-24T15:00`)
  const [, year, month, day, hour, minute, second = "00", offset] = wall
  if (offset !== undefined) return Date.parse(text.trim().replace(" ", "T"))
  return instantOf(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
    },
    zone,
  )
}

/** Reads a scenario; a mistake is told in one line with the place. */
export const readScenario = (text: string): Scenario | { readonly wrong: string } => {
  let written: unknown
  try {
    written = parse(text)
  } catch (error) {
    return { wrong: `это не YAML: ${String(error instanceof Error ? error.message : error).split("\n")[0]}` }
  }
  const read = Schema.decodeUnknownResult(Scenario)(written, { onExcessProperty: "error" })
  return Result.isFailure(read) ? { wrong: read.failure.message.replace(/\s*\n\s*/g, " ") } : read.success
}
