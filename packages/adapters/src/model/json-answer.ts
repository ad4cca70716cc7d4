/**
 * The JSON object in what a model wrote. Lenient about the wrapping (code fences, thoughts, prose around it, trailing
 * commas, an array of one), never about the content: nothing is guessed, closed or completed.
 */

const trailingComma = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/gs

const tryParse = (text: string): object | null => {
  for (const attempt of [text, text.replace(trailingComma, (_, string) => string ?? "")]) {
    try {
      const value: unknown = JSON.parse(attempt)
      const one = Array.isArray(value) && value.length === 1 ? value[0] : value
      if (typeof one === "object" && one !== null && !Array.isArray(one)) return one
    } catch {
      // not this one
    }
  }
  return null
}

/** Beginnings that are looked at in prose; a text with more braces is no answer. */
const beginningsMax = 50

/** The object, or null. Of several in prose the last one counts: models correct themselves. */
export const readJsonObject = (text: string): object | null => {
  const said = text
    .replace(/<(think|thinking|thought)>.*?<\/\1>/gis, "")
    .replace(/^\uFEFF/, "")
    .trim()
  const whole = tryParse(said)
  if (whole !== null) return whole
  let found: object | null = null
  let tries = 0
  for (let at = said.indexOf("{"); at >= 0 && tries < beginningsMax; tries++) {
    const end = endOfObject(said, at)
    const object = end === -1 ? null : tryParse(said.slice(at, end))
    found = object ?? found
    at = said.indexOf("{", object === null ? at + 1 : end)
  }
  return found
}

/** Behind the brace that closes the one at `from`; -1 when none does. */
const endOfObject = (text: string, from: number): number => {
  let depth = 0
  let isString = false
  for (let at = from; at < text.length; at++) {
    const letter = text[at]
    if (isString) {
      if (letter === "\\") at++
      else if (letter === '"') isString = false
    } else if (letter === '"') isString = true
    else if (letter === "{") depth++
    else if (letter === "}" && --depth === 0) return at + 1
  }
  return -1
}
