/**
 * The offline moderator: client, not a client, or not known, by a small linear model over words, forms and classes of words,
 * trained on labelled openings (scripts/train-moderator.ts).
 * Promises to be total, deterministic and quick on any text; that a stranger is named only when the model is surer than the
 * bound that lost hardly any client on unseen batches; that the confidence is the share of such decisions that were right
 * there (docs/EVALUATION.md). Names its weightiest words in Russian. It does not understand.
 */
import type { ClassifyRequest, Verdict } from "@wa/core/ports/llm-port"
import { classesOf, featuresOf, type Seen } from "./moderator-features.ts"
import { type ClassName, wordClasses } from "./moderator-lexicon.ts"
import { decide, type Label, labels, scoresOf, sharesOf } from "./moderator-model.ts"
import { bytes, strangerFrom, temperature, unit } from "./moderator-weights.ts"

const weights = Float32Array.from(new Int8Array(Buffer.from(bytes, "base64")), (byte) => byte * unit)

export const classify = (request: Pick<ClassifyRequest, "chat" | "contact">): Verdict => {
  const messages = request.chat.filter((line) => line.from === "client").map((line) => line.text)
  if (!/[\p{L}\d]/u.test(messages.join("")))
    return { verdict: "unknown", confidence: 0.95, reasoning: "Слов нет: судить не по чему." }
  const seen = featuresOf({ messages, contact: request.contact })
  const shares = sharesOf(scoresOf(seen.features, weights), temperature)
  const verdict = decide(shares, strangerFrom)
  const business = request.contact.business_name?.trim() ?? ""
  const card = business === "" ? "" : ` В карточке указан бизнес «${business.slice(0, 60)}».`
  return {
    verdict,
    confidence: Math.round(shares[labels.indexOf(verdict)]! * 100) / 100,
    reasoning: `${reasoningOf(verdict, shares, seen)}${card}`,
  }
}

const sureFrom = 0.7
const reasoningOf = (verdict: Label, [client, stranger]: readonly [number, number, number], seen: Seen): string => {
  if (verdict === "client")
    return `${client >= sureFrom ? "Похож на клиента" : "Скорее клиент"}${evidence(seen, "client")}.`
  if (verdict === "not_client") return `Не похож на клиента${evidence(seen, "not_client")}.`
  if (stranger > client && stranger > 1 - sureFrom)
    return `Напоминает постороннего${evidence(seen, "not_client")}, но не наверняка.`
  if (client > 1 - sureFrom) return `Напоминает клиента${evidence(seen, "client")}, но не наверняка.`
  return "Сказано слишком мало или слишком общо, чтобы судить."
}

const evidenceMax = 3
/** The words that speak loudest for one side against the other, neighbours together, with what they are about. */
const evidence = ({ tokens, features }: Seen, side: "client" | "not_client"): string => {
  const [one, other] = side === "client" ? [0, 1] : [1, 0]
  const says = tokens.map(() => 0)
  for (const { bucket, value, at } of features) {
    const places = at.filter((i) => i >= 0 && i < tokens.length)
    const said = value * (weights[bucket * labels.length + one]! - weights[bucket * labels.length + other]!)
    for (const i of places) says[i]! += said / places.length
  }
  const chosen = [...says.keys()]
    .filter((i) => says[i]! > 0 && /[\p{L}\d]/u.test(tokens[i]!) && !aboutNothing.has(classNameOf(tokens[i]!) ?? "")) // greetings tell nothing
    .sort((a, b) => says[b]! - says[a]!)
    .slice(0, evidenceMax)
    .sort((a, b) => a - b)
  const phrases: Array<{ readonly at: Array<number> }> = []
  for (const i of chosen) {
    const last = phrases.at(-1)
    if (last !== undefined && last.at.at(-1) === i - 1) last.at.push(i)
    else phrases.push({ at: [i] })
  }
  const told = phrases.map(({ at }) => {
    const loudest = at.reduce((a, b) => (says[b]! > says[a]! ? b : a))
    const name = classNameOf(tokens[loudest]!)
    const words = `«${at
      .map((i) => tokens[i]!)
      .join(" ")
      .slice(0, 60)}»`
    return name === null ? words : `${wordClasses[name].told} (${words})`
  })
  return told.length === 0 ? "" : `: ${told.join(", ")}`
}
const aboutNothing: ReadonlySet<string> = new Set<ClassName>(["greeting"])
const classNameOf = (token: string): ClassName | null =>
  classesOf(token).find((name): name is ClassName => name in wordClasses) ?? null
