import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const readme = readFileSync(here("README.md"), "utf8")
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([^]*?)\\n\`\`\``).exec(readme)?.[1] ?? ""

/** Only the type: so that the compiler reads the example, too. */
export type Example = typeof import("../examples/one-conversation.ts")

describe("the README", () => {
  it("shows the example as it is", () => {
    assert.strictEqual(block("ts"), readFileSync(here("examples/one-conversation.ts"), "utf8").trimEnd())
  })

  it("shows what the example prints", () => {
    const printed = execFileSync(process.execPath, [here("examples/one-conversation.ts")], { encoding: "utf8" })
    assert.strictEqual(block("text"), printed.trimEnd())
  })

  it("names modules that exist", () => {
    const rows = readme.split("\n").filter((line) => line.startsWith("| `"))
    const modules = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`([^`*]+)`/g)].map(([, name]) => name),
    )
    assert.isAbove(modules.length, 10)
    for (const name of modules) assert.isTrue(existsSync(here(`src/${name}.ts`)), name)
  })
})
