/**
 * How a provider wants to be asked. "OpenAI-compatible" providers take different parts of the same protocol and say 400
 * about the rest; each part that is refused is given up for the life of the program, one at a time.
 */
import { outputTokensMax, type Question } from "../model/asked-model.ts"
import type { ApiFault } from "./openai-error.ts"

export interface Manner {
  readonly format: "json_schema" | "json_object" | "none"
  readonly bound: "max_tokens" | "max_completion_tokens" | "none"
  readonly hasTemperature: boolean
}

export const fullest: Manner = { format: "json_schema", bound: "max_tokens", hasTemperature: true }

/** The next manner to try; null when the complaint is about something else. */
export const humbler = (manner: Manner, fault: ApiFault | null): Manner | null => {
  const said = fault === null ? "" : `${fault.param} ${fault.code} ${fault.message}`
  if (/max_completion_tokens/i.test(said) && manner.bound === "max_tokens") {
    return { ...manner, bound: "max_completion_tokens" }
  }
  if (/max_(?:completion_)?tokens/i.test(said) && manner.bound !== "none") return { ...manner, bound: "none" }
  if (/temperature/i.test(said) && manner.hasTemperature) return { ...manner, hasTemperature: false }
  if (/response_?format|json_?schema|json_?object|structured output/i.test(said)) {
    if (manner.format === "json_schema") return { ...manner, format: "json_object" }
    if (manner.format === "json_object") return { ...manner, format: "none" }
  }
  return null
}

export const bodyOf = (model: string, question: Question, manner: Manner): Readonly<Record<string, unknown>> => ({
  model,
  messages: [
    { role: "system", content: question.system },
    { role: "user", content: question.user },
  ],
  ...(manner.hasTemperature ? { temperature: question.temperature } : {}),
  ...(manner.bound === "none" ? {} : { [manner.bound]: outputTokensMax }),
  ...(manner.format === "none"
    ? {}
    : manner.format === "json_object"
      ? { response_format: { type: "json_object" } }
      : {
          response_format: {
            type: "json_schema",
            json_schema: { name: question.form.name, strict: true, schema: question.form.jsonSchema },
          },
        }),
})
