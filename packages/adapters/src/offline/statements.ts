/**
 * The documents as sentences that can be said to a client word for word, each with the headings it stands under. Read from
 * the whole text where the request carries it, otherwise from the passages. A table's rows are left to the facts, save
 * those of two cells. Text that gives orders is left out.
 */
import { documentOfText } from "@wa/core/knowledge/facts"
import { givesOrders } from "@wa/core/knowledge/injection"
import { stemsOf } from "@wa/core/knowledge/wording"
import type { ReplyRequest } from "@wa/core/ports/llm-port"
import { sentencesOf } from "@wa/core/reply/sentence"

export interface Statement {
  /** One or two sentences, with their full stop. */
  readonly text: string
  /** The nearest heading; "" if none. */
  readonly heading: string
  readonly isAnswer: boolean
  readonly stems: ReadonlySet<string>
  readonly headingStems: ReadonlySet<string>
  /** Of the words before its colon: `Рассрочка: …`. */
  readonly leadStems: ReadonlySet<string>
}

const lettersMax = 330

export const statementsOf = (
  request: Pick<ReplyRequest, "knowledge" | "passages" | "facts">,
): ReadonlyArray<Statement> => {
  const kept = known.get(request.facts)
  if (kept !== undefined && kept.knowledge === request.knowledge && request.knowledge !== "") return kept.statements
  const statements = request.knowledge !== "" ? ofText(request.knowledge) : ofPassages(request)
  if (request.knowledge !== "") known.set(request.facts, { knowledge: request.knowledge, statements })
  return statements
}
const known = new WeakMap<object, { readonly knowledge: string; readonly statements: ReadonlyArray<Statement> }>()

const ofText = (knowledge: string): ReadonlyArray<Statement> => {
  const found: Array<Statement> = []
  let heading = ""
  const clean = knowledge.replace(/^(?:\[стр\. \d+\]|=== .* ===)$/gmu, "")
  for (const block of documentOfText(clean, "knowledge").blocks) {
    if (block.kind === "heading") heading = block.text
    else if (block.rows !== undefined) {
      if (block.rows[0]?.length === 2)
        for (const [name, value] of block.rows)
          if (name && value) add(found, `${name.replace(/:$/, "")}: ${value}`, heading)
    } else add(found, block.text, heading)
  }
  return found
}

const ofPassages = ({ passages }: Pick<ReplyRequest, "passages">): ReadonlyArray<Statement> => {
  const found: Array<Statement> = []
  for (const passage of passages)
    for (const line of passage.text.split("\n")) {
      // A labelled row of a table: its figures are facts.
      if ((line.match(/: /g)?.length ?? 0) >= 2 && (line.match(/; /g)?.length ?? 0) >= 1) continue
      add(found, line.replace(/^•\s*/, ""), passage.headings.at(-1) ?? "")
    }
  return found
}

const add = (found: Array<Statement>, text: string, heading: string) => {
  const isAnswer = /\?\s*$/.test(heading)
  const sentences = sentencesOf(text).map((sentence) => sentence.text.trim())
  if (isAnswer) push(found, sentences.slice(0, 2), heading, true)
  // Behind the answer's beginning a sentence no longer answers the heading by itself.
  for (const [at, sentence] of sentences.entries())
    if (!isAnswer || at > 0) push(found, [sentence], isAnswer ? "" : heading, false)
}

const push = (found: Array<Statement>, sentences: ReadonlyArray<string>, heading: string, isAnswer: boolean) => {
  const text = sentences.map(ended).join(" ")
  // A worked example is true of its example only.
  if (/пример/iu.test(heading)) return
  if (text.length > lettersMax || givesOrders(text) || !/\p{L}{3}/u.test(text)) return
  const lead = /^([^:.!?]{2,40}):\s/u.exec(text)?.[1] ?? ""
  found.push({
    text,
    heading,
    isAnswer,
    stems: new Set(stemsOf(text)),
    headingStems: new Set(stemsOf(heading)),
    leadStems: new Set(stemsOf(lead)),
  })
}

const ended = (sentence: string) => {
  const trimmed = sentence.replace(/^\d{1,2}[.)]\s+/, "").trim()
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed.replace(/[;:,]$/, "")}.`
}
