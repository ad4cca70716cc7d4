import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect } from "effect"
import { layer, makeMask } from "./log.ts"

describe("the mask", () => {
  const mask = makeMask(["s3cret-token", "abc"])
  it("leaves enough of a phone to recognise and too little to call", () => {
    assert.strictEqual(mask("sent to +77010000001"), "sent to +7701***0001")
    assert.strictEqual(mask("chat 77010000001@c.us"), "chat 7701***0001@c.us")
    assert.strictEqual(mask("from=77010000001, to=77020000000"), "from=7701***0001, to=7702***0000")
  })
  it("hides a secret wherever it stands, and nothing that is too short to be one", () => {
    assert.strictEqual(mask("GET /?token=s3cret-token&x=s3cret-token"), "GET /?token=***&x=***")
    assert.strictEqual(mask("abc"), "abc")
  })
  it("leaves ids, prices and times alone", () => {
    for (const text of [
      "3EB0A1B2C3D4E5F60718",
      "550e8400-e29b-41d4-a716-446655440000",
      "15 000 ₸",
      "2026-11-23T12:00:00.000Z",
      "attempt 12",
    ])
      assert.strictEqual(mask(text), text)
  })
})

/** What one daily file holds after the program has run. */
const logged = (program: Effect.Effect<void>, level: "debug" | "info" = "info") =>
  Effect.gen(function* () {
    const folder = mkdtempSync(join(tmpdir(), "log-"))
    yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true, force: true })))
    const options = { program: "gateway", level, format: "json", folder, secrets: ["s3cret-token"] } as const
    yield* Effect.provide(program, layer(options))
    const read = () =>
      readdirSync(folder)
        .filter((name) => name.endsWith(".log"))
        .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }))
    // The file is written in the background: it is there once its line is.
    yield* Effect.promise(async () => {
      const until = Date.now() + 3000
      while (!read().some(({ text }) => text.includes("last line")) && Date.now() < until)
        await new Promise((resolve) => setImmediate(resolve))
    })
    const [file] = read()
    const lines = (file?.text ?? "").trim().split("\n")
    return { name: file?.name ?? "", lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
  })

describe("the daily file", () => {
  it.live("is named by its day, and holds a line of JSON for each message, with the program's name", () =>
    Effect.gen(function* () {
      const { lines, name } = yield* logged(Effect.andThen(Effect.logInfo("first"), Effect.logWarning("last line")))
      assert.match(name, /^app_\d{4}-\d\d-\d\d\.log$/)
      assert.deepStrictEqual(
        lines.map((line) => [line["program"], line["msg"], line["level"]]),
        [
          ["gateway", "first", 30],
          ["gateway", "last line", 40],
        ],
      )
    }),
  )
  it.live("holds no phone and no secret, however deep, in a field, an annotation or a cause", () =>
    Effect.gen(function* () {
      const { lines } = yield* logged(
        Effect.gen(function* () {
          yield* Effect.logInfo("to +77010000001", { deep: [{ chat: "77010000001@c.us", token: "s3cret-token" }] })
          yield* Effect.logError("failed", Cause.fail(new Error("no answer for +77010000001 with s3cret-token")))
          yield* Effect.annotateLogs(Effect.logInfo("last line"), { phone: "+77010000001" })
        }),
      )
      const text = JSON.stringify(lines)
      assert.lengthOf(lines, 3)
      assert.notInclude(text, "77010000001")
      assert.notInclude(text, "s3cret-token")
      assert.include(text, "+7701***0001")
      assert.include(text, "no answer for")
    }),
  )
  it.live("leaves out what is below its level", () =>
    Effect.gen(function* () {
      const { lines } = yield* logged(Effect.andThen(Effect.logDebug("quiet"), Effect.logInfo("last line")))
      assert.deepStrictEqual(
        lines.map((line) => line["msg"]),
        ["last line"],
      )
    }),
  )
  it.live("bears what has no end: a cycle is cut", () =>
    Effect.gen(function* () {
      const cycle: Record<string, unknown> = { name: "cycle" }
      cycle["self"] = cycle
      const { lines } = yield* logged(Effect.logInfo("last line", cycle))
      assert.lengthOf(lines, 1)
    }),
  )
})
