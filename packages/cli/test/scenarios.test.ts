import { readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { simulateFile } from "../src/simulate/simulate.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const options = { me: null, ours: "leave_out" as const, zone: null, knowledgeFolder: `${root}knowledge_base` }

describe("the scenarios", () => {
  const files = readdirSync(`${root}scenarios`).filter((name) => name.endsWith(".yaml"))

  it("are at least twelve", () => {
    assert.isAtLeast(files.length, 12)
  })

  for (const file of files)
    it.live(`${file} comes out as expected`, () =>
      Effect.gen(function* () {
        const result = yield* simulateFile(`${root}scenarios/${file}`, options)
        assert.deepStrictEqual(result.failures, [])
      }),
    )

  it.live("give the same result twice", () =>
    Effect.gen(function* () {
      const one = yield* simulateFile(`${root}scenarios/06-five-touches.yaml`, options)
      const two = yield* simulateFile(`${root}scenarios/06-five-touches.yaml`, options)
      assert.deepStrictEqual(one, two)
    }),
  )
})
