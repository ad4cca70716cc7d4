/**
 * Texts with gaps: `{name}` is filled in, `{{` and `}}` are the braces themselves (a JSON example needs them).
 * Promises: a value goes in as it is and is never read again, so what a client writes cannot open a gap; the same text has
 * the same hash on every machine. Does not promise that a value is harmless to the reader: fencing is the work of render.ts.
 */

export type Part =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Gap"; readonly name: string; readonly line: number }

export interface Template {
  readonly parts: ReadonlyArray<Part>
  /** In the order of their first use, each once. */
  readonly placeholders: ReadonlyArray<string>
  /** Braces that are neither a gap nor doubled, in Russian, for whoever edits the text. Such a brace is kept as text. */
  readonly problems: ReadonlyArray<string>
}

const gap = /\{([a-z][a-z0-9_]*)\}/y

export const parse = (text: string): Template => {
  const parts: Array<Part> = []
  const problems: Array<string> = []
  let written = ""
  let line = 1
  for (let at = 0; at < text.length; ) {
    const letter = text[at]!
    if (letter === "\n") line++
    if (letter !== "{" && letter !== "}") {
      written += letter
      at++
      continue
    }
    if (text[at + 1] === letter) {
      written += letter
      at += 2
      continue
    }
    gap.lastIndex = at
    const found = letter === "{" ? gap.exec(text) : null
    if (found === null) {
      problems.push(`строка ${line}: одиночная «${letter}»; если это не вставка вида {name}, удвойте скобку`)
      written += letter
      at++
      continue
    }
    if (written !== "") parts.push({ _tag: "Text", text: written })
    written = ""
    parts.push({ _tag: "Gap", name: found[1]!, line })
    at = gap.lastIndex
  }
  if (written !== "") parts.push({ _tag: "Text", text: written })
  const names = parts.flatMap((part) => (part._tag === "Gap" ? [part.name] : []))
  return { parts, placeholders: [...new Set(names)], problems }
}

/** Values that the text has no gap for are left aside. Throws a RangeError that names every gap without a value. */
export const render = (template: Template, values: Readonly<Record<string, string>>): string => {
  const missing = template.placeholders.filter((name) => !Object.hasOwn(values, name))
  if (missing.length > 0) throw new RangeError(`no value for ${missing.map((name) => `{${name}}`).join(", ")}`)
  return template.parts.map((part) => (part._tag === "Text" ? part.text : values[part.name]!)).join("")
}

/** What is wrong with the gaps of a text, in Russian: those nobody fills, and those it cannot do without. */
export const problemsOf = (
  template: Template,
  known: ReadonlyArray<string>,
  required: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const unknown = template.parts.flatMap((part) =>
    part._tag === "Gap" && !known.includes(part.name)
      ? [`строка ${part.line}: неизвестная вставка {${part.name}}`]
      : [],
  )
  const missing = required.filter((name) => !template.placeholders.includes(name))
  return [...template.problems, ...unknown, ...missing.map((name) => `нет обязательной вставки {${name}}`)]
}

const prime = 0x100000001b3n
const offset = 0xcbf29ce484222325n
const mask = 0xffffffffffffffffn

/** FNV-1a over the UTF-16 units, 16 hex digits. Line ends do not count: a checkout on Windows is the same text. */
export const promptHash = (text: string): string => {
  let hash = offset
  const unified = text.replace(/\r\n?/g, "\n")
  for (let at = 0; at < unified.length; at++) {
    const unit = unified.charCodeAt(at)
    hash = ((hash ^ BigInt(unit & 0xff)) * prime) & mask
    hash = ((hash ^ BigInt(unit >> 8)) * prime) & mask
  }
  return hash.toString(16).padStart(16, "0")
}
