/**
 * How far the words of a transcription endpoint can be relied on. `verbose_json` names the language and, for each segment,
 * the mean log probability of its tokens and the chance that nobody spoke; plain `json` tells the words alone.
 */
import type { Transcript } from "@wa/core/ports/llm-port"
import { Schema } from "effect"

export const SpokenAnswer = Schema.Struct({
  text: Schema.String,
  language: Schema.optionalKey(Schema.NullOr(Schema.String)),
  segments: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(
        Schema.Struct({
          avg_logprob: Schema.optionalKey(Schema.Finite),
          no_speech_prob: Schema.optionalKey(Schema.Finite),
        }),
      ),
    ),
  ),
})

/** Neither trusted nor mistrusted: the letters must decide. */
const untold = 0.5

export const transcriptOf = (answer: typeof SpokenAnswer.Type): Transcript => {
  const text = answer.text.trim()
  const measured = (answer.segments ?? []).flatMap(({ avg_logprob, no_speech_prob }) =>
    avg_logprob === undefined ? [] : [Math.exp(Math.min(0, avg_logprob)) * (1 - Math.min(1, no_speech_prob ?? 0))],
  )
  const mean = measured.reduce((sum, one) => sum + one, 0) / measured.length
  const confidence = text === "" ? 0 : measured.length === 0 ? untold : Math.round(Math.max(0, mean) * 100) / 100
  return { text, language: languageCode(answer.language ?? ""), confidence }
}

/** Whisper writes `russian` where others write `ru`. */
const codes = "ru kk ky uz en tr uk be az tg tk tt ba hy ka mn zh ko ja ar fa de fr es it pl".split(" ")
const names = new Intl.DisplayNames("en", { type: "language" })
const codeByName = new Map(codes.map((code) => [names.of(code)!.toLowerCase(), code]))

/** Two letters; the word itself for a language that is none of ours, and "" for none. */
const languageCode = (said: string): string => {
  const word = said.trim().toLowerCase()
  return codeByName.get(word) ?? (/^[a-z]{2}(?:-|$)/.test(word) ? word.slice(0, 2) : word)
}
