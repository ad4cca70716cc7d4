/**
 * Counts the words of the labelled openings for the offline moderator:
 * `node scripts/moderator-counts.ts > packages/adapters/src/offline/moderator-counts.ts`, after each change of evals/moderator.jsonl.
 */
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { fold } from "../packages/adapters/src/offline/moderator.ts"
import { count, type Side } from "../packages/adapters/src/offline/moderator-words.ts"

export const countsModule = (): string => {
  const lines = readFileSync(new URL("../evals/moderator.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
  const { openings, words } = count(
    lines.map((line) => {
      const { messages, label } = JSON.parse(line) as { messages: ReadonlyArray<string>; label: Side }
      return { is: label, folded: fold(messages.join("\n")) }
    }),
  )
  const rows = Object.entries(words).map(([word, row]) => [word, ...row].join(" "))
  return `/** Written by scripts/moderator-counts.ts from evals/moderator.jsonl: do not edit. Each row: a word, then how many clients, strangers and unknown show it. */
import type { Counts } from "./moderator-words.ts"

const rows = \`
${rows.join("\n")}
\`

export const counts: Counts = {
  openings: { client: ${openings.client}, not_client: ${openings.not_client}, unknown: ${openings.unknown} },
  words: Object.fromEntries(
    rows
      .trim()
      .split("\\n")
      .map((row) => {
        const [word, client, stranger, unknown] = row.split(" ")
        return [word!, [Number(client), Number(stranger), Number(unknown)]]
      }),
  ),
}
`
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) process.stdout.write(countsModule())
