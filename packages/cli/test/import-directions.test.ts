import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { trespasses } from "../../../scripts/import-directions.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** What is said of a tree that holds this one file. */
const saidOf = (file: string, source: string): ReadonlyArray<string> => {
  const folder = mkdtempSync(join(tmpdir(), "wa-arrows-"))
  try {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), source)
    return trespasses(folder).map((one) => one.why)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe("the import directions", () => {
  it("hold in this repository", () => {
    assert.deepStrictEqual(trespasses(root), [])
  })

  for (const [what, file, source] of [
    ["core that imports an adapter", "packages/core/src/a.ts", `import { x } from "@wa/adapters/x"`],
    ["core that runs effects", "packages/core/src/a.ts", `import * as Effect from "effect/Effect"`],
    ["core that reads a file", "packages/core/src/a.ts", `import { readFileSync } from "node:fs"`],
    ["core that re-exports an adapter", "packages/core/src/a.ts", `export * from "@wa/adapters/x"`],
    ["core that imports later", "packages/core/src/a.ts", `const x = await import("@wa/adapters/x")`],
    ["an adapter that imports an app", "packages/adapters/src/a.ts", `import { x } from "@wa/agent-app/x"`],
    ["an app that imports the other", "packages/agent-app/src/a.ts", `import { x } from "@wa/gateway-app/x"`],
    [
      "a file that reaches into another package",
      "packages/agent-app/src/a.ts",
      `import { x } from "../../core/src/x.ts"`,
    ],
    ["a folder named after a technical kind", "packages/core/src/utils/a.ts", `export const x = 1`],
    ["a package nobody knows", "packages/misc/src/a.ts", `export const x = 1`],
  ] as const)
    it(`catch ${what}`, () => {
      assert.strictEqual(saidOf(file, source).length, 1)
    })

  it("let pass what is allowed", () => {
    assert.deepStrictEqual(
      saidOf(
        "packages/core/src/a.ts",
        `import type { Effect } from "effect/Effect"\nimport * as Schema from "effect/Schema"`,
      ),
      [],
    )
    assert.deepStrictEqual(saidOf("packages/cli/src/a.ts", `import { x } from "@wa/agent-app/x"`), [])
  })
})
