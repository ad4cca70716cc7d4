/**
 * The guard's examples as a data set for `wa eval guard`: `node scripts/guard-cases.ts > evals/guard.jsonl`, whenever they
 * have grown. The data set is what the guard was measured by, so it may lag behind the examples.
 */
import { readdirSync } from "node:fs"
import { documents, examples } from "../packages/core/src/reply/guard.examples.ts"
import type { GuardExample as Written } from "../packages/core/src/reply/guard-example.ts"

const speakers = { К: "client", Б: "bot", О: "operator" } as const
/** As the first examples say of themselves. */
const nowDefault = "2026-11-23T11:10+05:00"
const taken = ["2026-11-24T16:00+05:00"]

const first = examples.map(
  ({ kb, chat, now, ...rest }): Written => ({
    kb: documents[kb],
    chat: chat
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ from: speakers[line[0] as keyof typeof speakers], text: line.slice(3) })),
    now: now ?? nowDefault,
    taken,
    ...rest,
  }),
)

const folder = new URL("../packages/core/src/reply/", import.meta.url)
const rest: Array<Written> = []
for (const name of readdirSync(folder).sort())
  if (/^guard\.examples-.+\.ts$/.test(name)) {
    const module = (await import(new URL(name, folder).href)) as { readonly examples: ReadonlyArray<Written> }
    rest.push(...module.examples)
  }

for (const { kb, chat, now, booked, taken, kind, draft, verdict, why } of [...first, ...rest])
  process.stdout.write(`${JSON.stringify({ kb, chat, now, booked, taken, kind, draft, verdict, why })}\n`)
