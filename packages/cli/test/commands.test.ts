import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const wa = (args: ReadonlyArray<string>, input = "") => {
  const { status, stdout, stderr } = spawnSync("node", [`${root}packages/cli/src/main.ts`, ...args], {
    input,
    encoding: "utf8",
    env: { ...process.env, WA_ROOT: root },
  })
  return { status, stdout, stderr }
}
const jsonLines = (text: string): ReadonlyArray<Record<string, unknown>> =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe("wa intent", () => {
  it("answers each line of standard input in order", () => {
    const { status, stdout } = wa(["intent", "--json"], "да\nнет, спасибо\nхорошо, я подумаю\n\nкогда начало?\n")
    assert.strictEqual(status, 0)
    assert.deepStrictEqual(
      jsonLines(stdout).map((line) => line["intent"]),
      ["yes", "no", "uncertain", "none", "none"],
    )
  })
})

describe("wa when", () => {
  it("reads JSON lines with a wall time of the zone", () => {
    const asked = [
      { text: "завтра в 15:00", now: "2026-11-23T10:00:00", zone: "Asia/Almaty" },
      { text: "вчера в 10", now: "2026-11-23T10:00:00", zone: "Asia/Almaty" },
    ]
    const { status, stdout } = wa(["when", "--json"], asked.map((one) => JSON.stringify(one)).join("\n"))
    assert.strictEqual(status, 0)
    assert.deepStrictEqual(
      jsonLines(stdout).map((line) => line["at"]),
      ["2026-11-24T15:00:00+05:00", null],
    )
  })

  it("tells a wrong moment, zone or line in one line, with exit code 2", () => {
    for (const [args, input] of [
      [["when", "завтра", "--now", "скоро"], ""],
      [["when", "завтра", "--now", "2026-11-23T10:00", "--zone", "Asia/Nowhere"], ""],
      [["when"], "не json\n"],
    ] as const) {
      const { status, stderr } = wa([...args], input)
      assert.strictEqual(status, 2)
      assert.strictEqual(stderr.trim().split("\n").length, 1)
      assert.notInclude(stderr, "    at ")
    }
  })
})

describe("wa simulate", () => {
  it("gives one object a file with the promised keys", () => {
    const { status, stdout } = wa([
      "simulate",
      "--json",
      `${root}scenarios/06-five-touches.yaml`,
      `${root}scenarios/08-opt-out.yaml`,
    ])
    assert.strictEqual(status, 0)
    const results = jsonLines(stdout)
    assert.strictEqual(results.length, 2)
    for (const result of results)
      assert.deepStrictEqual(Object.keys(result), ["file", "ok", "messages", "contact", "calls", "failures"])
    const { messages, contact } = results[0] as {
      messages: ReadonlyArray<{ at: string; kind: string | null }>
      contact: { touches_sent: number }
    }
    assert.strictEqual(contact.touches_sent, 5)
    assert.strictEqual(messages.filter((message) => message.kind === "touch").length, 5)
    for (const message of messages) assert.match(message.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+05:00$/)
  })

  it("fails with 1 and says why for a file that cannot be played", () => {
    const { status, stdout } = wa(["simulate", "--json", `${root}package.json`, `${root}no-such-file.yaml`])
    assert.strictEqual(status, 1)
    for (const result of jsonLines(stdout)) assert.strictEqual((result["failures"] as ReadonlyArray<string>).length, 1)
  })
})

describe("wa", () => {
  it("answers an unknown command with 2 and without a stack trace", () => {
    const { status, stderr, stdout } = wa(["bad"])
    assert.strictEqual(status, 2)
    assert.notInclude(stderr + stdout, "    at ")
  })
})
