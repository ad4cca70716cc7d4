/** A program whose database is not there yet: its port is open and says so, and it stops when it is asked to. Needs no server. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { endAll, freePort, startProgram, until } from "./program.fixture.ts"

const nobody = { RABBITMQ_URL: "amqp://127.0.0.1:1", DATABASE_URL: "postgres://wa@127.0.0.1:1/none" }
const programs = {
  gateway: { WAPPI_TOKEN: "t", WAPPI_PROFILE_ID: "p", WAPPI_BASE_URL: "http://127.0.0.1:1" },
  agent: { GEMINI_API_KEY: "k" },
} as const

afterAll(endAll)

describe("while the database is away at the start", () => {
  for (const [name, settings] of Object.entries(programs))
    it(`the ${name} answers 503 and names it`, { timeout: 60_000 }, async () => {
      const port = await freePort()
      const program = startProgram(`packages/${name}-app/src/main.ts`, [], {
        ...nobody,
        ...settings,
        PORT: String(port),
      })
      const told = await until("/health names the database", 40, async () => {
        if (program.hasEnded()) assert.fail(program.said())
        const answer = await fetch(`http://127.0.0.1:${port}/health`)
        const health = (await answer.json()) as { dependencies: Record<string, { state: string; detail: string }> }
        return health.dependencies["database"]?.state === "down" ? { ...health, code: answer.status } : undefined
      })
      assert.strictEqual(told.code, 503)
      assert.match(told.dependencies["database"]!.detail, /ECONNREFUSED/)
      // To Wappi 404 would mean that nobody wants its message, and 413 that it is too large.
      const message = { method: "POST", headers: { "content-type": "application/json" }, body: `"${"x".repeat(5000)}"` }
      for (const [path, request] of [["/"], ["/webhook/wappi/secret", message]] as const)
        assert.strictEqual((await fetch(`http://127.0.0.1:${port}${path}`, request)).status, 503, path)
      assert.strictEqual((await program.end("SIGTERM")).code, 0, program.said())
    })
})
