/** A second `wa start` on the same data folder. The first is played by this process, which holds the lock. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { lockFolder } from "@wa/adapters/embedded/pglite"
import { Effect } from "effect"
import { runWa } from "./wa-command.fixture.ts"

describe("wa start on a data folder that another one uses", () => {
  for (const [name, env] of [
    ["all embedded", {}],
    [
      "with databases of a server",
      { GATEWAY_DATABASE_URL: "postgres://127.0.0.1:1/g", AGENT_DATABASE_URL: "postgres://127.0.0.1:1/a" },
    ],
  ] as const)
    it.live(
      `says so in one line and touches nothing (${name})`,
      () =>
        Effect.gen(function* () {
          const folder = mkdtempSync(join(tmpdir(), "wa-lock-"))
          yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
          mkdirSync(folder, { recursive: true })
          yield* lockFolder(join(folder, "database"))
          // A line that the first one is writing just now: whoever opens the journal would cut it off.
          writeFileSync(join(folder, "whatsapp.jsonl"), '{"half of a line')
          const before = readdirSync(folder).sort()
          const { status, stderr, stdout } = yield* Effect.promise(() =>
            runWa(["start", "--data", folder, "--port", "0"], { ...env, GATEWAY_PORT: "0", LOG_FORMAT: "json" }),
          )
          assert.strictEqual(status, 1, stderr)
          const said = `${stdout}${stderr}`.split("\n").filter((line) => line !== "" && !line.startsWith("{"))
          assert.lengthOf(said, 1)
          assert.include(said[0], `${process.pid}`)
          assert.strictEqual(readFileSync(join(folder, "whatsapp.jsonl"), "utf8"), '{"half of a line')
          assert.deepStrictEqual(readdirSync(folder).sort(), before)
        }),
      120_000,
    )
})
