import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const documents = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]

/** The commands in the fenced blocks of a document, without what a block explains beside them. */
const commandsOf = (document: string): ReadonlyArray<string> =>
  [...readFileSync(join(root, document), "utf8").matchAll(/```[a-z]*\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!
      .split("\n")
      .filter((line) => line.startsWith("npm "))
      .map((line) => line.split(/ {3,}/)[0]!.trim()),
  )

/** Those that end by themselves and need nothing that a document's reader must bring. */
const isRunnable = (command: string): boolean =>
  /^npm run wa -- (simulate scenarios|simulate --json scenarios|intent|when|kb|--help)/.test(command)

describe("the documents", () => {
  const commands = [...new Set(documents.flatMap(commandsOf))]

  it("show commands", () => {
    assert.isAtLeast(commands.filter(isRunnable).length, 6)
  })

  for (const command of commands.filter(isRunnable))
    it(`show a command that works: ${command}`, { timeout: 120_000 }, () => {
      const words = command.slice("npm run wa -- ".length)
      const run = spawnSync("sh", ["-c", `node packages/cli/src/main.ts ${words}`], {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, WA_ROOT: root },
      })
      assert.strictEqual(run.status, 0, run.stdout + run.stderr)
      assert.isAtLeast(run.stdout.trim().length, 1)
    })

  it("link to files that exist", () => {
    const broken = documents.flatMap((document) =>
      [...readFileSync(join(root, document), "utf8").matchAll(/\]\(((?!https?:|#|mailto:)[^)\s]+)\)/g)]
        .map(([, link]) => link!.split("#")[0]!)
        .filter((link) => link !== "" && !existsSync(resolve(root, dirname(document), link)))
        .map((link) => `${document}: ${link}`),
    )
    assert.deepStrictEqual(broken, [])
  })
})
