/** The page of the HTTP interface in a real browser. Needs Chromium (CHROMIUM_PATH, or Debian's). */
import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { apiDocs } from "@wa/adapters/http/api-docs"
import { openApi as agentApi } from "@wa/agent-app/openapi"
import { openApi as gatewayApi } from "@wa/gateway-app/openapi"
import Fastify from "fastify"
import { chromium } from "playwright-core"

const chromiumPath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"
const hasChromium = existsSync(chromiumPath)
if (!hasChromium)
  console.warn(`SKIPPED the page of the API: there is no Chromium at ${chromiumPath} (set CHROMIUM_PATH)`)

const documents = { gateway: gatewayApi, agent: agentApi }

describe.skipIf(!hasChromium && !process.env["CI"])("the page of the API", () => {
  for (const [program, document] of Object.entries(documents))
    it(`of the ${program} shows every route and tries one, asks nobody else, and breaks no rule of its policy`, {
      timeout: 90_000,
    }, async () => {
      const server = Fastify()
      server.get("/health", async () => ({ status: "healthy" }))
      await server.register(apiDocs(document))
      const address = await server.listen({ port: 0, host: "127.0.0.1" })
      const browser = await chromium.launch({
        executablePath: chromiumPath,
        args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      })
      try {
        const page = await browser.newPage()
        const troubles: Array<string> = []
        const foreign: Array<string> = []
        page.on("pageerror", (error) => troubles.push(String(error)))
        page.on("console", (message) => {
          if (message.type() === "error") troubles.push(message.text())
        })
        page.on("request", (request) => {
          if (!request.url().startsWith(address) && !request.url().startsWith("data:")) foreign.push(request.url())
        })
        await page.goto(`${address}/docs`)
        await page.getByRole("heading", { name: document.info.title }).waitFor()
        const operations = page.locator(".opblock-summary-control")
        const count = Object.values(document.paths).flatMap((path) =>
          Object.keys(path).filter((key) => key !== "parameters"),
        )
        assert.strictEqual(await operations.count(), count.length)
        for (const operation of await operations.all()) await operation.click()
        const health = page.locator("#operations-default-get_health")
        await health.getByRole("button", { name: "Try it out" }).click()
        await health.getByRole("button", { name: "Execute" }).click()
        await health.getByText('"healthy"').first().waitFor()
        assert.deepStrictEqual(troubles, [])
        assert.deepStrictEqual(foreign, [])
      } finally {
        await browser.close()
        await server.close()
      }
    })
})
