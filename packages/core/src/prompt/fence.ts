/**
 * Other people's words inside a prompt: data between two tags, never instructions. Promises that the words cannot close
 * their tag, open another, or hide anything between their letters. Does not promise that the model heeds the tags: the guard
 * reads the answer all the same.
 */

/** Invisible marks, soft hyphens, tag letters; not the joiner that holds an emoji together. */
const invisible = /(?!\u200d)\p{Cf}/gu
/** A bracket that begins a tag, in any of its disguises; `<` before a digit stays a comparison. */
const opening = /[<＜﹤‹〈](?=(?:\s|\u200d|[/\\])*[\p{L}_!?])/gu

/** The same words, unable to pass for a tag. */
export const asData = (text: string): string =>
  text.replace(/\r\n?/g, "\n").replace(invisible, "").replace(opening, "‹ ")

/** The beginning of a text that is too long to be paid for, and a word that it goes on. */
export const shortened = (text: string, lettersMax: number): string =>
  text.length <= lettersMax ? text : `${text.slice(0, lettersMax)}… [сообщение сокращено]`

export const fence = (tag: string, text: string, attributes = ""): string =>
  `<${tag}${attributes}>${asData(text)}</${tag}>`

/** The same over several lines. */
export const fenceBlock = (tag: string, text: string): string => `<${tag}>\n${asData(text).trim()}\n</${tag}>`

const nameLettersMax = 120

/** A name in one line; a contact chooses its own, so it may be anything. */
export const asName = (name: string | null): string => {
  const line = asData(name ?? "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, nameLettersMax)
  return line === "" ? "не указано" : line
}
