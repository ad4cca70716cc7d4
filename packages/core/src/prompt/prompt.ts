/**
 * The four texts given to the model, and which gaps each may have. A text has two halves around a line of its own:
 *   above   rules, documents, facts: the same from call to call, so that the provider can keep its beginning ready
 *   below   the chat, the moment, the free times: another one each time
 * Promises that a text which reads without problems can be rendered. Does not judge what it says.
 */
import { parse, problemsOf, promptHash, type Template } from "./template.ts"

export const divider = "=== ДАЛЬШЕ МЕНЯЕТСЯ ==="

export interface Prompt {
  readonly stable: Template
  readonly changing: Template
  /** Of the whole text as written. */
  readonly hash: string
}

interface Gaps {
  readonly stable: ReadonlyArray<string>
  readonly changing: ReadonlyArray<string>
  /** Without these the model would answer blindly. */
  readonly required: ReadonlyArray<string>
}

const contact = ["contact_name", "full_name", "business_name"]
const moment = ["current_datetime", "current_weekday"]
const grounds = ["knowledge_base", "facts"]
const groundsRequired = [...grounds, "passages", "conversation_history", "current_datetime", "refusals"]

export const gaps = {
  moderator: {
    stable: [],
    changing: [...contact, ...moment, "conversation_history"],
    required: ["conversation_history"],
  },
  sales_agent: {
    stable: grounds,
    changing: [
      ...contact,
      ...moment,
      "conversation_history",
      "new_message",
      "passages",
      "free_slots",
      "asked_time",
      "booked_call",
      "refusals",
    ],
    required: [...groundsRequired, "new_message", "free_slots", "asked_time", "booked_call"],
  },
  follow_up: {
    stable: grounds,
    changing: [
      ...contact,
      ...moment,
      "conversation_history",
      "touch_number",
      "last_bot_message",
      "last_client_message",
      "follow_up_reason",
      "hours_since_last_message",
      "passages",
      "free_slots",
      "booked_call",
      "refusals",
    ],
    required: [...groundsRequired, "touch_number"],
  },
  transcription: { stable: [], changing: [], required: [] },
} satisfies Record<string, Gaps>
export type PromptName = keyof typeof gaps
export const promptNames = Object.keys(gaps) as ReadonlyArray<PromptName>

export type Prompts = Readonly<Record<PromptName, Prompt>>

/** The text as two templates, or what is wrong with it, in Russian. */
export const readPrompt = (
  name: PromptName,
  text: string,
):
  | { readonly _tag: "Read"; readonly prompt: Prompt }
  | { readonly _tag: "Unusable"; readonly problems: ReadonlyArray<string> } => {
  const allowed: Gaps = gaps[name]
  const lines = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .split("\n")
  const cuts = lines.flatMap((line, at) => (line.trim() === divider ? [at] : []))
  const cut = cuts[0]
  if (cut === undefined || cuts.length > 1) {
    return {
      _tag: "Unusable",
      problems: [`строка «${divider}» должна встретиться ровно один раз, а не ${cuts.length}`],
    }
  }
  const above = lines.slice(0, cut).join("\n")
  const stable = parse(above)
  // Blank lines in place of the first half keep the numbers of the lines true.
  const changing = parse("\n".repeat(cut + 1) + lines.slice(cut + 1).join("\n"))
  const misplaced = stable.placeholders.filter((gap) => !allowed.stable.includes(gap) && allowed.changing.includes(gap))
  const problems = [
    ...(above.trim() === "" ? [`над строкой «${divider}» нет правил`] : []),
    ...misplaced.map((gap) => `вставка {${gap}} меняется с каждым вопросом: её место ниже строки «${divider}»`),
    ...problemsOf(stable, [...allowed.stable, ...misplaced], []),
    ...problemsOf(changing, [...allowed.stable, ...allowed.changing], []),
    ...allowed.required
      .filter((gap) => !stable.placeholders.includes(gap) && !changing.placeholders.includes(gap))
      .map((gap) => `нет обязательной вставки {${gap}}`),
  ]
  return problems.length > 0
    ? { _tag: "Unusable", problems }
    : { _tag: "Read", prompt: { stable, changing, hash: promptHash(text) } }
}
