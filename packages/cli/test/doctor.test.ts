import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, vi } from "@effect/vitest"
import { startGemini, wrongKey } from "@wa/adapters/gemini/gemini-server.fixture"
import { startLocalWappi } from "@wa/adapters/local-wappi/local-wappi"
import { json } from "@wa/adapters/model/model-server.fixture"
import { Effect } from "effect"
import type { Finding } from "../src/doctor/check.ts"
import { runWa } from "./wa-command.fixture.ts"

// Each question starts a process of its own.
vi.setConfig({ testTimeout: 40_000 })

interface Report {
  readonly status: number
  readonly ok: boolean
  readonly checks: ReadonlyArray<Finding>
}
const examine = (env: Readonly<Record<string, string>> = {}) =>
  Effect.promise(async (): Promise<Report> => {
    const { status, stdout, stderr } = await runWa(["doctor", "--json"], env)
    assert.strictEqual(stderr, "")
    return { status, ...(JSON.parse(stdout) as Omit<Report, "status">) }
  })
const of = ({ checks }: Report, what: string) => checks.filter((one) => one.what === what)
const statesOf = (report: Report, what: string) => of(report, what).map(({ state }) => state)
const token = "doctor-token"
const profileId = "doctor"

const wappi = Effect.map(
  startLocalWappi({ host: "127.0.0.1", token, profileId, now: () => Date.now() }),
  (started) => ({
    ...started,
    env: { WAPPI_TOKEN: token, WAPPI_PROFILE_ID: profileId, WAPPI_BASE_URL: started.url },
  }),
)

describe("wa doctor", () => {
  it.live("is content with nothing configured, and says which parts are embedded", () =>
    Effect.gen(function* () {
      const report = yield* examine()
      assert.deepStrictEqual([report.status, report.ok], [0, true])
      for (const what of ["базы данных", "брокер", "Wappi", "модель"])
        assert.match(of(report, what)[0]!.detail, /встроенная|местная/)
      for (const what of ["часовой пояс", "тексты для модели", "база знаний", "папка данных"])
        assert.deepStrictEqual(statesOf(report, what), ["ok"])
    }),
  )

  it.live("prints for people: a mark and a line each, and what to do beneath", () =>
    Effect.gen(function* () {
      const { status, stdout } = yield* Effect.promise(() =>
        runWa(["doctor"], { PORT: "door", KNOWLEDGE_DIR: "/nowhere" }),
      )
      assert.strictEqual(status, 1)
      assert.match(stdout, /^✗ настройки: PORT: .*\n {4}→ /m)
      assert.match(stdout, /^✗ база знаний: папка не читается: \/nowhere\n {4}→ /m)
      assert.match(stdout, /^✓ часовой пояс: /m)
    }),
  )

  it.live("names all settings that are malformed or do not go together, and goes on with the others", () =>
    Effect.gen(function* () {
      const report = yield* examine({
        ...{ PORT: "door", WORKERS: "0", WORKING_HOURS_START: "19", WAPPI_TOKEN: token },
        WEBHOOK_PUBLIC_URL: "https://shop.example",
      })
      assert.strictEqual(report.status, 1)
      const details = of(report, "настройки").map(({ detail }) => detail)
      for (const name of ["PORT", "WORKERS", "WORKING_HOURS_START", "WAPPI_TOKEN", "WEBHOOK_PUBLIC_URL"])
        assert.isTrue(
          details.some((detail) => detail.startsWith(name)),
          `${name} in ${details.join("\n")}`,
        )
      assert.deepStrictEqual(statesOf(report, "тексты для модели"), ["ok"])
    }),
  )

  it.live("calls a setting that is malformed malformed, and not missing", () =>
    Effect.gen(function* () {
      const report = yield* examine({
        GATEWAY_DATABASE_URL: "postgres://u:p@127.0.0.1:1/one",
        AGENT_DATABASE_URL: "mysql://x",
      })
      const details = of(report, "настройки").map(({ detail }) => detail)
      assert.lengthOf(details, 1)
      assert.match(details[0]!, /^AGENT_DATABASE_URL: /)
    }),
  )

  it.live("asks Wappi for the profile, its payment and its clock", () =>
    Effect.gen(function* () {
      const { env, faults } = yield* wappi
      const well = yield* examine(env)
      assert.deepStrictEqual([statesOf(well, "Wappi"), statesOf(well, "часы"), well.ok], [["ok"], ["ok"], true])
      const soon = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 19)
      faults.set({ authorized: false, paymentExpiresAt: soon })
      const ill = yield* examine(env)
      assert.deepStrictEqual(
        [statesOf(ill, "Wappi"), statesOf(ill, "оплата Wappi"), ill.ok],
        [["bad"], ["warn"], false],
      )
      const denied = yield* examine({ ...env, WAPPI_TOKEN: "another-token" })
      assert.deepStrictEqual(statesOf(denied, "Wappi"), ["bad"])
      assert.include(of(denied, "Wappi")[0]!.todo, "WAPPI_TOKEN")
      assert.notInclude(JSON.stringify(denied), "another-token")
    }).pipe(Effect.scoped),
  )

  it.live("tells a wrong key from a wrong model, for one cheap question", () =>
    Effect.gen(function* () {
      const gemini = yield* startGemini
      const env = { GEMINI_API_KEY: "doctor-key", GEMINI_BASE_URL: gemini.url, GEMINI_MODEL: "gemini-test" }
      gemini.next(json({ name: "models/gemini-test" }))
      assert.deepStrictEqual(statesOf(yield* examine(env), "модель Gemini"), ["ok"])
      assert.deepStrictEqual(
        gemini.asked.map(({ url }) => url),
        ["/v1beta/models/gemini-test"],
      )
      gemini.next(wrongKey)
      const refused = yield* examine(env)
      assert.include(of(refused, "модель Gemini")[0]!.todo, "GEMINI_API_KEY")
      assert.notInclude(JSON.stringify(refused), "doctor-key")
      // The fixture knows no such address by itself: 404.
      const unknown = yield* examine(env)
      assert.include(of(unknown, "модель Gemini")[0]!.todo, "GEMINI_MODEL")
      assert.deepStrictEqual([refused.status, unknown.status], [1, 1])
    }).pipe(Effect.scoped),
  )

  it.live("names the documents and prompts that cannot be read", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "wa-doctor-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true })),
      )
      writeFileSync(join(folder, "price.pdf"), "not a PDF")
      const report = yield* examine({ KNOWLEDGE_DIR: folder, PROMPTS_DIR: folder, DATA_DIR: join(folder, "price.pdf") })
      assert.deepStrictEqual(statesOf(report, "база знаний"), ["warn", "warn"])
      assert.include(of(report, "база знаний")[1]!.detail, "price.pdf")
      assert.deepStrictEqual(statesOf(report, "тексты для модели"), ["bad", "bad", "bad", "bad"])
      assert.deepStrictEqual(statesOf(report, "папка данных"), ["bad"])
    }).pipe(Effect.scoped),
  )

  it.live(
    "gives up on whatever takes a connection and never answers",
    () =>
      Effect.gen(function* () {
        const port = yield* Effect.acquireRelease(
          Effect.promise(
            () =>
              new Promise<{ readonly port: number; readonly close: () => void }>((resolve) => {
                const sockets = new Set<Socket>()
                const server = createServer((socket) => {
                  sockets.add(socket.on("error", () => undefined))
                }).listen(0, "127.0.0.1", () =>
                  resolve({
                    port: (server.address() as { port: number }).port,
                    close: () => {
                      for (const socket of sockets) socket.destroy()
                      server.close()
                    },
                  }),
                )
              }),
          ),
          ({ close }) => Effect.sync(close),
        )
        const at = `127.0.0.1:${port.port}`
        const startedAt = performance.now()
        const report = yield* examine({
          WAPPI_TOKEN: token,
          WAPPI_PROFILE_ID: profileId,
          WAPPI_BASE_URL: `http://${at}`,
          RABBITMQ_URL: `amqp://u:p@${at}`,
          GATEWAY_DATABASE_URL: `postgres://u:p@${at}/one`,
          AGENT_DATABASE_URL: `postgres://u:p@${at}/two`,
          GEMINI_API_KEY: "doctor-key",
          GEMINI_BASE_URL: `http://${at}`,
        })
        const seconds = (performance.now() - startedAt) / 1000
        assert.isBelow(seconds, 20)
        for (const what of ["Wappi", "брокер", "база шлюза", "база агента", "модель Gemini"])
          assert.deepStrictEqual(statesOf(report, what), ["bad"], what)
      }).pipe(Effect.scoped),
    40_000,
  )
})
