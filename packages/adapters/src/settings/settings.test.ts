import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { envExample } from "./env-example.ts"
import { policyOf, readSettings, settings, WrongSettings } from "./settings.ts"

const wrongOf = (
  env: Record<string, string>,
  required: Parameters<typeof readSettings>[1] = [],
): ReadonlyArray<string> => {
  try {
    readSettings(env, required)
    return []
  } catch (error) {
    if (error instanceof WrongSettings) return error.problems
    throw error
  }
}

describe("the settings", () => {
  it("have a default each, or are optional, so that an empty environment starts the embedded parts", () => {
    const read = readSettings({})
    assert.strictEqual(read.TIMEZONE, "Asia/Almaty")
    assert.deepStrictEqual(read.FOLLOW_UP_INTERVALS, [24, 72, 168, 336, 720])
    assert.strictEqual(read.SEND_PER_MINUTE, 20)
    assert.strictEqual(read.WAPPI_TOKEN, undefined)
  })

  it("are told all at once when several are missing or malformed", () => {
    const problems = wrongOf({ PORT: "web", FOLLOW_UP_INTERVALS: "24,soon", TIMEZONE: "Asia/Nowhere" }, [
      "WAPPI_TOKEN",
      "RABBITMQ_URL",
    ])
    assert.strictEqual(problems.length, 5)
    for (const name of ["PORT", "FOLLOW_UP_INTERVALS", "TIMEZONE", "WAPPI_TOKEN", "RABBITMQ_URL"])
      assert.isTrue(
        problems.some((problem) => problem.startsWith(`${name}:`)),
        name,
      )
  })

  it("count an empty value as missing", () => {
    assert.strictEqual(readSettings({ GEMINI_MODEL: "", SEND_PER_MINUTE: " " }).GEMINI_MODEL, "gemini-2.5-pro")
  })

  it("keep secrets out of what is printed", () => {
    const read = readSettings({ WAPPI_TOKEN: "very-secret", DATABASE_URL: "postgres://u:hidden@localhost/x" })
    assert.notInclude(JSON.stringify(read), "very-secret")
    assert.notInclude(String(read.DATABASE_URL), "hidden")
    assert.strictEqual(Redacted.value(read.WAPPI_TOKEN!), "very-secret")
  })

  it("refuse a working day that ends before it begins", () => {
    assert.include(wrongOf({ WORKING_HOURS_START: "19", WORKING_HOURS_END: "10" })[0]!, "WORKING_HOURS_START")
  })

  it("turn into the rules of the conversation", () => {
    const policy = policyOf(readSettings({ WORKING_HOURS_START: "9.5", TAKEOVER_HOURS: "3" }), () => false)
    assert.strictEqual(policy.hours.opensMinute, 570)
    assert.strictEqual(policy.takeoverHours, 3)
  })

  it("are all in .env.example, with the same defaults and words", () => {
    assert.strictEqual(readFileSync(new URL("../../../../.env.example", import.meta.url), "utf8"), envExample())
    assert.strictEqual(new Set(Object.keys(settings)).size, Object.keys(settings).length)
  })
})
