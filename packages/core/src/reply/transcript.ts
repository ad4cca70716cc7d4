/**
 * Whether the words of a voice note can be answered. A model writes fluent nonsense when it hears a language that it was
 * not told of, so the language must be one of ours and the letters must fit it.
 */
import type { Transcript } from "../ports/llm-port.ts"

const confidenceMin = 0.5
const languages = ["ru", "kk", "en", ""]

export const isTrustworthy = (transcript: Transcript): boolean => {
  const text = transcript.text.trim()
  const letters = text.replace(/[^\p{L}]/gu, "")
  if (letters.length === 0 || transcript.confidence < confidenceMin) return false
  const language = transcript.language.toLowerCase().slice(0, 2)
  if (!languages.includes(language)) return false
  const cyrillic = letters.replace(/[^\p{Script=Cyrillic}]/gu, "").length / letters.length
  const words = text.toLowerCase().split(/\s+/)
  // The same few words over and over is what a model writes over noise.
  const isLooping = words.length >= 12 && new Set(words).size / words.length < 0.3
  return !isLooping && (language === "en" || cyrillic >= 0.5)
}
