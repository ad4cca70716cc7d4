/** What the operator's pages say is held to the code: commands, settings, files, metrics, and the HTTP reference. */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { settings } from "@wa/adapters/settings/settings"
import { apiReference } from "../../../scripts/api-reference.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const read = (path: string) => readFileSync(join(root, path), "utf8")
const documents = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
]
const operations = ["docs/DEPLOYMENT.md", "docs/RUNBOOK.md"]
/** Compose's own, and what the examples borrow from the shell. */
const foreign = ["POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"]

const blocksOf = (text: string) => [...text.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].map(([, block]) => block!)

describe("the documents of the operator", () => {
  const help = spawnSync(process.execPath, [join(root, "packages/cli/src/main.ts"), "--help"], { encoding: "utf8" })
  const known = [...help.stdout.slice(help.stdout.indexOf("SUBCOMMANDS")).matchAll(/^ {2}([a-z]+)\s{2,}/gm)].map(
    ([, name]) => name!,
  )

  it("name only commands of wa that exist", () => {
    assert.includeMembers(known, ["start", "doctor", "migrate", "kb"])
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npm run wa -- ([a-z]+)/g), ...read(document).matchAll(/`wa ([a-z]+)/g)].map(
        ([, name]) => ({ document, name: name! }),
      ),
    )
    assert.isAtLeast(named.length, 10)
    assert.deepStrictEqual(
      named.filter(({ name }) => !known.includes(name)),
      [],
    )
  })

  it("name only scripts of npm that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Readonly<Record<string, string>> }
    const named = documents.flatMap((document) =>
      [...read(document).matchAll(/npm run ([a-z]+)/g)].map(([, name]) => ({ document, name: name! })),
    )
    assert.deepStrictEqual(
      named.filter(({ name }) => !(name in scripts)),
      [],
    )
  })

  for (const document of operations)
    it(`${document} names only settings that exist`, () => {
      const text = read(document)
      const inCode = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!).concat(blocksOf(text))
      const names = inCode.flatMap((code) =>
        [...code.matchAll(/(?<![A-Za-z_.-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![A-Za-z_-])/g)].map(([name]) => name),
      )
      assert.isAtLeast(names.length, 10)
      assert.deepStrictEqual(
        names.filter((name) => !(name in settings) && !foreign.includes(name)),
        [],
      )
    })

  for (const document of operations)
    it(`${document} leads only to headings that exist`, () => {
      const anchorsOf = (path: string) =>
        [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
          heading!
            .toLowerCase()
            .replace(/[^\p{L}\p{N} -]/gu, "")
            .replaceAll(" ", "-"),
        )
      const broken = [...read(document).matchAll(/\]\(([A-Z_]+\.md)?#([^)]+)\)/g)].filter(
        ([, path, anchor]) => !anchorsOf(path === undefined ? document : `docs/${path}`).includes(anchor!),
      )
      assert.deepStrictEqual(
        broken.map(([link]) => link),
        [],
      )
    })

  it("alert on metrics that the programs have", () => {
    const sources = ["gateway", "agent"].map((app) => ({
      app,
      text: readdirSync(join(root, `packages/${app}-app/src`))
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
        .map((file) => read(`packages/${app}-app/src/${file}`))
        .join("\n"),
    }))
    const own = sources.flatMap(({ app, text }) => [
      ...[...text.matchAll(/gauge\("([a-z_]+)"/g)].map(([, name]) => `wa_${app}_${name}`),
      ...[...text.matchAll(/"(wa_[a-z_]+)"/g)].map(([, name]) => name!),
    ])
    const named = [...read("docs/RUNBOOK.md").matchAll(/wa_(?:gateway|agent)_[a-z_]+/g)].map(([name]) => name)
    assert.isAtLeast(named.length, 3)
    assert.deepStrictEqual(
      named.filter((name) => !own.includes(name)),
      [],
    )
  })

  it("describe the HTTP interface as the programs do (node scripts/api-reference.ts > docs/API_REFERENCE.md)", () => {
    assert.strictEqual(read("docs/API_REFERENCE.md"), apiReference())
  })
})
