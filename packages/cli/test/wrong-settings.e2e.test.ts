/** A wrong start, told whole: one list, and nothing that needs a second try to be heard of. Needs no server. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { endAll, startProgram } from "./program.fixture.ts"

const data = mkdtempSync(join(tmpdir(), "wa-wrong-"))
afterAll(async () => {
  await endAll()
  rmSync(data, { recursive: true, force: true })
})

const programs = {
  gateway: ["packages/gateway-app/src/main.ts"],
  agent: ["packages/agent-app/src/main.ts"],
  "wa start": ["packages/cli/src/main.ts", "start", "--data", data, "--port", "0"],
} as const

/** What each line of the list is about, sorted. */
const complaintsOf = async (program: keyof typeof programs, settings: Readonly<Record<string, string>>) => {
  const [main, ...args] = programs[program]
  const started = startProgram(main, args, settings)
  assert.strictEqual((await started.ended).code, 2, started.said())
  const [head, ...lines] = started.said().trimEnd().split("\n")
  assert.strictEqual(head, "Настройки не годятся:", started.said())
  return lines.map((line) => /^ {2}- (\w+): ./.exec(line)?.[1] ?? line).sort()
}

describe("a wrong start names everything at once", { timeout: 60_000 }, () => {
  it("of the agent, with the model's key and the country of the holidays", async () => {
    assert.deepStrictEqual(await complaintsOf("agent", {}), ["DATABASE_URL", "GEMINI_API_KEY", "RABBITMQ_URL"])
    assert.deepStrictEqual(
      await complaintsOf("agent", { LLM_PROVIDER: "openai", HOLIDAYS_COUNTRY: "Mars", PORT: "web", WORKING_DAYS: "8" }),
      ["DATABASE_URL", "HOLIDAYS_COUNTRY", "OPENAI_API_KEY", "OPENAI_MODEL", "PORT", "RABBITMQ_URL", "WORKING_DAYS"],
    )
  })

  it("of the gateway, with what its second model lacks", async () => {
    assert.deepStrictEqual(await complaintsOf("gateway", { GEMINI_API_KEY: "k", LLM_FALLBACK: "openai" }), [
      "DATABASE_URL",
      "OPENAI_API_KEY",
      "OPENAI_MODEL",
      "RABBITMQ_URL",
      "WAPPI_PROFILE_ID",
      "WAPPI_TOKEN",
    ])
  })

  it("of the one process, with every half of a pair", async () => {
    assert.deepStrictEqual(
      await complaintsOf("wa start", {
        ...{ LLM_PROVIDER: "openai", OPENAI_API_KEY: "k", HOLIDAYS_COUNTRY: "Mars", TIMEZONE: "Mars/Base" },
        ...{ WAPPI_TOKEN: "t", AGENT_DATABASE_URL: "postgres://127.0.0.1:1/none" },
      }),
      ["GATEWAY_DATABASE_URL", "HOLIDAYS_COUNTRY", "OPENAI_MODEL", "TIMEZONE", "WAPPI_PROFILE_ID"],
    )
  })

  it("with a folder of documents that is not there, if it was named", async () => {
    const nowhere = join(data, "nowhere")
    for (const program of ["agent", "wa start"] as const) {
      const complaints = await complaintsOf(program, { HOLIDAYS_COUNTRY: "Mars", KNOWLEDGE_DIR: nowhere })
      assert.includeMembers(complaints, ["HOLIDAYS_COUNTRY", "KNOWLEDGE_DIR"])
    }
  })

  it("with the texts for the model, which a folder of its own must hold", async () => {
    const lines = await complaintsOf("agent", { GEMINI_API_KEY: "k", PROMPTS_DIR: data })
    assert.deepStrictEqual(
      lines.filter((line) => /^[A-Z_]+$/.test(line)),
      ["DATABASE_URL", ...Array.from({ length: 4 }, () => "PROMPTS_DIR"), "RABBITMQ_URL"],
    )
  })
})
