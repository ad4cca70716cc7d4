/**
 * An append-only file of JSON lines. A line is in the file before `append` returns, so killing the process loses nothing
 * that was answered; losing power may, since nothing is synced. A last line torn by the kill was never answered: it is
 * cut off when the file is opened. Any other broken line stops the start, because what follows it cannot be trusted.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs"
import { dirname } from "node:path"

export interface Journal<A> {
  readonly append: (entry: A) => void
  readonly close: () => void
}

export const openJournal = <A>(file: string): { readonly entries: ReadonlyArray<A>; readonly journal: Journal<A> } => {
  mkdirSync(dirname(file), { recursive: true })
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  const end = bytes.lastIndexOf(0x0a) + 1
  if (end < bytes.length) truncateSync(file, end)
  const lines = bytes.subarray(0, end).toString("utf8").split("\n").slice(0, -1)
  const entries = lines.map((line, index): A => {
    try {
      return JSON.parse(line) as A
    } catch {
      throw new Error(`line ${index + 1} of the journal ${file} is broken; move the file away to begin anew`)
    }
  })
  const descriptor = openSync(file, "a")
  return {
    entries,
    journal: {
      append: (entry) => {
        const line = Buffer.from(`${JSON.stringify(entry)}\n`)
        for (let written = 0; written < line.length; ) written += writeSync(descriptor, line, written)
      },
      close: () => closeSync(descriptor),
    },
  }
}
