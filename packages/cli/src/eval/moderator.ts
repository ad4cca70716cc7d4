/** How well a moderator tells clients from others, over labelled openings of chats. */
import type { LlmPort, Verdict } from "@wa/core/ports/llm-port"
import { ContactInfo } from "@wa/core/queue/messages"
import { Effect, Schedule, Schema } from "effect"
import { CannotRun } from "../ending.ts"
import { type Calibration, calibrationOf } from "./calibration.ts"
import type { Line } from "./data-file.ts"

export const labels = ["client", "not_client", "unknown"] as const
export type Label = (typeof labels)[number]

export const Opening = Schema.Struct({
  /** Openings of one writer and mood; scripts/train-moderator.ts judges by leaving one out. */
  batch: Schema.optionalKey(Schema.String),
  /** What the correspondent wrote, oldest first. */
  messages: Schema.Array(Schema.String).check(Schema.isMinLength(1)),
  contact: Schema.NullOr(ContactInfo),
  label: Schema.Literals(labels),
})
export type Opening = typeof Opening.Type

export interface ModeratorScore {
  readonly openings: number
  readonly accuracy: number
  /** Label, then verdict. */
  readonly confusion: Readonly<Record<Label, Readonly<Record<Label, number>>>>
  /** Null when nothing was called a client, or nobody was one. */
  readonly client: { readonly precision: number | null; readonly recall: number | null }
  /** Clients called strangers: the mistake that costs most. */
  readonly lost: { readonly count: number; readonly share: number }
  readonly calibration: Calibration
  readonly cost: {
    readonly prompt_tokens: number
    readonly cached_tokens: number
    readonly output_tokens: number
    readonly tokens_per_decision: number
  }
  readonly mistakes: ReadonlyArray<{
    readonly line: number
    readonly label: Label
    readonly verdict: Label
    readonly confidence: number
    readonly reasoning: string
    readonly messages: ReadonlyArray<string>
  }>
}

/** Any moment will do, but it is part of the question, and a cassette must meet it again. */
const now = Date.parse("2026-11-23T11:00+05:00")
const zone = "Asia/Almaty"
const nobody: ContactInfo = { name: null, full_name: null, business_name: null }
/** A provider's limit is a matter of minutes; the offline brain answers at once. */
const askedAtOnce = 4
const tries = { schedule: Schedule.exponential("2 seconds"), times: 4 }

export const scoreModerator = (port: LlmPort["Service"], openings: ReadonlyArray<Line<Opening>>) =>
  Effect.gen(function* () {
    const answers = yield* Effect.forEach(
      openings,
      ({ line, value }) =>
        port
          .classify({
            contact: value.contact ?? nobody,
            chat: value.messages.map((text, i) => ({
              from: "client" as const,
              text,
              at: now - (value.messages.length - i) * 60_000,
            })),
            now,
            zone,
          })
          .pipe(
            Effect.retry({ ...tries, while: (error) => error._tag === "LlmUnavailable" }),
            Effect.mapError((error) => new CannotRun({ why: `строка ${line}: ${error.message}` })),
          ),
      { concurrency: askedAtOnce },
    )
    return summed(
      openings,
      answers.map((answer) => answer.value),
      {
        prompt_tokens: total(answers.map((answer) => answer.usage.promptTokens)),
        cached_tokens: total(answers.map((answer) => answer.usage.cachedTokens)),
        output_tokens: total(answers.map((answer) => answer.usage.outputTokens)),
      },
    )
  })

const total = (counts: ReadonlyArray<number>) => counts.reduce((sum, count) => sum + count, 0)
const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

const summed = (
  openings: ReadonlyArray<Line<Opening>>,
  verdicts: ReadonlyArray<Verdict>,
  cost: Omit<ModeratorScore["cost"], "tokens_per_decision">,
): ModeratorScore => {
  const judged = openings.map(({ line, value }, i) => ({ line, ...value, ...verdicts[i]! }))
  const counted = (label: Label, verdict: Label) =>
    judged.filter((one) => one.label === label && one.verdict === verdict).length
  const confusion = Object.fromEntries(
    labels.map((label) => [label, Object.fromEntries(labels.map((verdict) => [verdict, counted(label, verdict)]))]),
  ) as ModeratorScore["confusion"]
  const clients = judged.filter((one) => one.label === "client").length
  const mistakes = judged.filter((one) => one.label !== one.verdict)
  return {
    openings: judged.length,
    accuracy: 1 - mistakes.length / judged.length,
    confusion,
    client: {
      precision: share(confusion.client.client, judged.filter((one) => one.verdict === "client").length),
      recall: share(confusion.client.client, clients),
    },
    lost: { count: confusion.client.not_client, share: share(confusion.client.not_client, clients) ?? 0 },
    calibration: calibrationOf(
      judged.map((one) => ({ confidence: one.confidence, isRight: one.label === one.verdict })),
    ),
    cost: { ...cost, tokens_per_decision: (cost.prompt_tokens + cost.output_tokens) / judged.length },
    mistakes: mistakes.map(({ line, label, verdict, confidence, reasoning, messages }) => ({
      line,
      label,
      verdict,
      confidence,
      reasoning,
      messages,
    })),
  }
}
