/**
 * The model behind the moderator, the sales agent and the follow-ups. It is asked with structured input; an adapter for a
 * real model renders the prompts from it, the offline brain reads it as it is. Facts, slots and times come from us.
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Fact, Passage } from "../knowledge/document.ts"
import type { ContactInfo } from "../queue/messages.ts"
import type { Instant } from "../time/instant.ts"

/** What one call to a model used. */
export const TokenUsage = Schema.Struct({
  promptTokens: Schema.Int,
  cachedTokens: Schema.Int,
  outputTokens: Schema.Int,
  model: Schema.String,
})
export type TokenUsage = typeof TokenUsage.Type

/** Repeat later, at `retryAfterMs` from now if told. Overload and a bad answer pass; a quota lasts; see `kind`. */
export class LlmUnavailable extends Schema.TaggedError<LlmUnavailable>()("LlmUnavailable", {
  kind: Schema.Literals(["overload", "quota", "network", "bad_answer", "blocked", "budget"]),
  retryAfterMs: Schema.NullOr(Schema.Int),
  detail: Schema.String,
  /** What calls used that answered, but nothing of use: blocked, cut off, not of the form. Absent: nothing. */
  spent: Schema.optionalKey(Schema.Array(TokenUsage)),
}) {
  override get message() {
    return `the model is unavailable (${this.kind}): ${this.detail}`
  }
}
/** Every next call will fail, too: a bad key, an unknown model. Stop, and name the setting to mend. */
export class LlmDenied extends Schema.TaggedError<LlmDenied>()("LlmDenied", {
  mend: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `the model refuses every call; check ${this.mend}: ${this.detail}`
  }
}
export type LlmError = LlmUnavailable | LlmDenied

export interface Answer<A> {
  readonly value: A
  /** Of all tries of the model that answered. */
  readonly usage: TokenUsage
  /** Each call that this answer cost, those of another model included; absent when `usage` is the only one. */
  readonly calls?: ReadonlyArray<TokenUsage>
  /** Hash of the prompt text that was used; null for a brain without prompts. */
  readonly promptHash: string | null
}

/** The calls that an answer, or a failure, is to be counted with. */
export const callsOf = (ended: Answer<unknown> | LlmError): ReadonlyArray<TokenUsage> =>
  ("_tag" in ended
    ? ended._tag === "LlmUnavailable"
      ? (ended.spent ?? [])
      : []
    : (ended.calls ?? [ended.usage])
  ).filter((one) => one.promptTokens + one.outputTokens > 0)

/** The same failure, told with all that was spent on the way to it. */
export const withSpent = (error: LlmError, spent: ReadonlyArray<TokenUsage>): LlmError => {
  if (error._tag === "LlmDenied" || spent.length === callsOf(error).length) return error
  const { kind, retryAfterMs, detail } = error
  return new LlmUnavailable({ kind, retryAfterMs, detail, spent })
}

export interface ChatLine {
  readonly from: "client" | "bot" | "operator"
  readonly text: string
  readonly at: Instant
}

export const Verdict = Schema.Struct({
  verdict: Schema.Literals(["client", "not_client", "unknown"]),
  /** 0..1 */
  confidence: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  reasoning: Schema.String,
})
export type Verdict = typeof Verdict.Type

export interface ClassifyRequest {
  readonly contact: ContactInfo
  /** Oldest first, at most MAX_CONTEXT_MESSAGES. */
  readonly chat: ReadonlyArray<ChatLine>
  readonly now: Instant
  readonly zone: string
}

/** A call the draft proposes to record. The time must be one of the request's free slots. */
export const DraftCall = Schema.Struct({
  action: Schema.Literals(["book", "move", "cancel"]),
  /** ISO with offset; null only for `cancel`. */
  at: Schema.NullOr(Schema.String),
})
export type DraftCall = typeof DraftCall.Type

export const Draft = Schema.Struct({
  text: Schema.String,
  /** Ids of the facts it rests on. */
  facts: Schema.Array(Schema.String),
  call: Schema.NullOr(DraftCall),
  /** Why a person should take over, in Russian; null if none should. The text is sent all the same. */
  hand_over: Schema.NullOr(Schema.String),
})
export type Draft = typeof Draft.Type

export interface ReplyRequest {
  readonly contact: ContactInfo
  /** Oldest first; its last lines are the turn. */
  readonly chat: ReadonlyArray<ChatLine>
  /** The texts of the turn, joined by new lines. */
  readonly newMessage: string
  readonly now: Instant
  readonly zone: string
  readonly facts: ReadonlyArray<Fact>
  readonly passages: ReadonlyArray<Passage>
  /** Everything the documents say when it fits the budget; otherwise "" and the passages must do. */
  readonly knowledge: string
  /** Nearest first. The only times that may be offered or booked. */
  readonly freeSlots: ReadonlyArray<Instant>
  /** What the client's own words name as a time, read by code; null if none. `isFree` tells whether it can be booked. */
  readonly askedTime: {
    readonly at: Instant
    readonly grain: "minute" | "hour" | "daypart" | "day"
    readonly isFree: boolean
  } | null
  /** The call on record, if any. */
  readonly bookedCall: Instant | null
  /** Why the guard sent earlier drafts back, oldest first, in Russian; each with the draft it was about. */
  readonly refusals: ReadonlyArray<{ readonly draft: string; readonly reasons: ReadonlyArray<string> }>
}

export interface TouchRequest extends Omit<ReplyRequest, "newMessage" | "askedTime"> {
  /** 1..5 */
  readonly touch: number
  readonly hoursSilent: number
  readonly lastBotMessage: string
  readonly lastClientMessage: string
  /** `ignored` or `uncertain`. */
  readonly reason: "ignored" | "uncertain"
}

export const Transcript = Schema.Struct({
  text: Schema.String,
  /** ISO 639-1 of what was spoken, `ru`, `kk`, …; "" when the model does not tell. */
  language: Schema.String,
  /** 0..1; how far the words can be relied on. */
  confidence: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
})
export type Transcript = typeof Transcript.Type

/** Every call is refused until a person mends the setting that `error` names. */
export interface Denial {
  readonly error: LlmDenied
  /** The model that answers meanwhile; null: nobody does. */
  readonly standIn: string | null
}

export class LlmPort extends Context.Service<
  LlmPort,
  {
    /** `offline`, or the provider and model. */
    readonly name: string
    readonly classify: (request: ClassifyRequest) => Effect<Answer<Verdict>, LlmError>
    readonly draftReply: (request: ReplyRequest) => Effect<Answer<Draft>, LlmError>
    readonly draftTouch: (request: TouchRequest) => Effect<Answer<Draft>, LlmError>
    /** What the calls themselves have shown, nothing is asked for it; null before the first one. */
    readonly denial: Effect<Denial | null>
    readonly transcribe: (audio: Uint8Array, mimeType: string) => Effect<Answer<Transcript>, LlmError>
  }
>()("core/ports/LlmPort") {}
