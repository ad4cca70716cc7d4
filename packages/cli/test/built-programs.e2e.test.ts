/** Needs PostgreSQL, RabbitMQ and rabbitmqctl: builds both programs, and runs them from folders that hold nothing else of ours. */
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import { describeNeeds, postgresUrl, rabbitmqUrl, reachable } from "@wa/adapters/contracts/needs"
import { startGemini } from "@wa/adapters/gemini/gemini-server.fixture"
import { startLocalWappi } from "@wa/adapters/local-wappi/local-wappi"
import { freshDatabase } from "@wa/adapters/postgres/database.fixture"
import { Effect, Exit, Redacted, Scope } from "effect"
import { runWa } from "./wa-command.fixture.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const run = promisify(execFile)
const startSecondsMax = 20
const stopSecondsMax = 10

const at = (url: string, port: number) => reachable(new URL(url).hostname, Number(new URL(url).port) || port)
const hasServers =
  (await at(postgresUrl, 5432)) &&
  (await at(rabbitmqUrl, 5672)) &&
  spawnSync("rabbitmqctl", ["list_vhosts"], { stdio: "ignore" }).status === 0

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

interface Ended {
  readonly code: number | null
  readonly said: string
}
interface Running {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<Ended>
}

describeNeeds("PostgreSQL, RabbitMQ or rabbitmqctl", hasServers)("the built programs", () => {
  const folder = mkdtempSync(join(tmpdir(), "wa-built-"))
  const vhost = `wa_e2e_${randomBytes(4).toString("hex")}`
  const broker = new URL(rabbitmqUrl)
  broker.pathname = `/${vhost}`
  const scope = Scope.makeUnsafe()
  const within = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
    Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope))
  const started: Array<ChildProcess> = []

  beforeAll(async () => {
    const build = async () => {
      await run("turbo", ["run", "build", "--output-logs=errors-only"], { cwd: root })
      await Promise.all(
        ["gateway", "agent"].map((app) => run("node", ["scripts/pack.ts", app, join(folder, app)], { cwd: root })),
      )
    }
    const openVhost = async () => {
      await run("rabbitmqctl", ["add_vhost", vhost])
      await run("rabbitmqctl", ["set_permissions", "-p", vhost, broker.username || "guest", ".*", ".*", ".*"])
    }
    await Promise.all([build(), openVhost()])
  }, 300_000)

  afterAll(async () => {
    for (const child of started) if (child.exitCode === null) child.kill("SIGKILL")
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await run("rabbitmqctl", ["delete_vhost", vhost])
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  /** In its own folder, with these settings and no others. */
  const start = (app: "gateway" | "agent", settings: Readonly<Record<string, string>>): Running => {
    const child = spawn(process.execPath, ["dist/main.js"], {
      cwd: join(folder, app),
      env: { PATH: process.env["PATH"], ...settings },
    })
    started.push(child)
    let said = ""
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString()
      })
    const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, said })))
    return { child, said: () => said, ended }
  }

  /** Asked until it holds: another process has no clock of ours. */
  const until = async <A>(what: string, secondsMax: number, ask: () => Promise<A | undefined>): Promise<A> => {
    const deadline = Date.now() + secondsMax * 1000
    for (;;) {
      const answer = await ask().catch(() => undefined)
      if (answer !== undefined) return answer
      if (Date.now() > deadline) assert.fail(`not within ${secondsMax} s: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const healthy = (port: number, { said, child }: Running) =>
    until(`${port} is healthy`, startSecondsMax, async () => {
      if (child.exitCode !== null) assert.fail(`it ended with ${child.exitCode}: ${said()}`)
      const answer = await fetch(`http://127.0.0.1:${port}/health`)
      return answer.status === 200
        ? ((await answer.json()) as { dependencies: Record<string, { state: string; detail: string }> })
        : undefined
    }).catch((error: unknown) => assert.fail(`${String(error)}\n${said()}`))

  it("hold no sources of ours, and packages of the lockfile's versions only", () => {
    const lockfile = readFileSync(join(root, "pnpm-lock.yaml"), "utf8")
    for (const app of ["gateway", "agent"]) {
      const files = readdirSync(join(folder, app), { recursive: true, encoding: "utf8" })
      assert.deepStrictEqual(
        files.filter((file) => /\.ts$|node_modules\/@wa(\/|$)|\.env$/.test(file)),
        [],
      )
      const manifests = files.filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
      assert.isAtLeast(manifests.length, 30)
      const strangers = manifests
        .map((file) => JSON.parse(readFileSync(join(folder, app, file), "utf8")) as { name?: string; version?: string })
        .filter(({ name, version }) => version !== undefined && !lockfile.includes(`${name}@${version}`))
      assert.deepStrictEqual(strangers, [])
    }
  })

  it("name every missing setting at once and end with 2", async () => {
    const gateway = await start("gateway", {}).ended
    assert.strictEqual(gateway.code, 2)
    for (const name of ["WAPPI_TOKEN", "WAPPI_PROFILE_ID", "RABBITMQ_URL", "DATABASE_URL"])
      assert.include(gateway.said, `- ${name}: не задано`)
    const agent = await start("agent", {}).ended
    assert.strictEqual(agent.code, 2)
    // Nothing but the list: no warning of a library, no stack.
    assert.match(
      agent.said,
      /^Настройки не годятся:\n {2}- RABBITMQ_URL: .*\n {2}- DATABASE_URL: .*\n {2}- GEMINI_API_KEY: .*\n$/,
    )
  })

  it("name every malformed setting at once and end with 2", async () => {
    const { code, said } = await start("gateway", {
      ...{ WAPPI_TOKEN: "t", WAPPI_PROFILE_ID: "p", RABBITMQ_URL: "http://x", DATABASE_URL: "nowhere", PORT: "port" },
    }).ended
    assert.strictEqual(code, 2)
    for (const name of ["RABBITMQ_URL", "DATABASE_URL", "PORT"]) assert.match(said, new RegExp(`^ {2}- ${name}: `, "m"))
  })

  it("refuse a model without a key before anything else is opened", async () => {
    const { code, said } = await start("agent", {
      ...{ RABBITMQ_URL: "amqp://127.0.0.1:1", DATABASE_URL: "postgres://127.0.0.1:1/none" },
    }).ended
    assert.deepStrictEqual(
      [code, said],
      [2, "Настройки не годятся:\n  - GEMINI_API_KEY: не задано (Key of Google AI Studio)\n"],
    )
  })

  it("answer a client, tell that they are healthy, and stop within ten seconds of being asked to", {
    timeout: 90_000,
  }, async () => {
    const whatsapp = await within(
      startLocalWappi({ host: "127.0.0.1", token: "built-token", profileId: "built", now: () => Date.now() }),
    )
    const gemini = await within(startGemini)
    const [gatewayDb, agentDb] = await Promise.all([within(freshDatabase), within(freshDatabase)])
    const [gatewayPort, agentPort] = await Promise.all([freePort(), freePort()])
    const model = { GEMINI_API_KEY: "built-key", GEMINI_BASE_URL: gemini.url }
    const gatewaySettings = {
      ...model,
      WAPPI_TOKEN: "built-token",
      WAPPI_PROFILE_ID: "built",
      WAPPI_BASE_URL: whatsapp.url,
      RABBITMQ_URL: broker.href,
      DATABASE_URL: Redacted.value(gatewayDb.url),
      POLLING_INTERVAL: "0.3",
      PORT: String(gatewayPort),
    }
    const gateway = start("gateway", gatewaySettings)
    const agent = start("agent", {
      ...model,
      RABBITMQ_URL: broker.href,
      DATABASE_URL: Redacted.value(agentDb.url),
      CLASSIFY_AFTER_MESSAGES: "1",
      REPLY_QUIET_SECONDS: "0",
      PORT: String(agentPort),
    })
    const [ofGateway, ofAgent] = await Promise.all([healthy(gatewayPort, gateway), healthy(agentPort, agent)])
    assert.deepStrictEqual(
      Object.entries(ofGateway.dependencies).filter(([, { state }]) => state === "down"),
      [],
    )
    // The documents, the prompts and the page lie beside the program.
    assert.match(ofAgent.dependencies["knowledge"]!.detail, /^[1-9]\d* documents read, 0 unreadable$/)
    const page = await fetch(`http://127.0.0.1:${agentPort}/`)
    assert.match(await page.text(), /<!doctype html>/i)

    // So does the page of each one's HTTP interface, with all that it loads.
    for (const port of [gatewayPort, agentPort]) {
      const docs = await fetch(`http://127.0.0.1:${port}/docs`)
      const html = await docs.text()
      const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => new URL(link!, docs.url).href)
      assert.isAtLeast(parts.length, 5, html)
      for (const part of parts) assert.strictEqual((await fetch(part)).status, 200, part)
      assert.strictEqual((await fetch(`http://127.0.0.1:${port}/docs/openapi.json`)).status, 200)
    }

    // What was written before the first poll is old, and is not answered.
    await until("the first poll", startSecondsMax, async () => {
      const { last_poll_at } = (await (await fetch(`http://127.0.0.1:${gatewayPort}/health`)).json()) as {
        last_poll_at: string | null
      }
      return last_poll_at ?? undefined
    })
    const asked = whatsapp.whatsapp.clientWrites("+77010000001", "Здравствуйте! Сколько стоит ваша программа?")
    const answers = await until("the answer in the chat", 30, async () => {
      const ours = whatsapp.whatsapp.inOrder(asked.chatId).filter((message) => message.fromMe)
      return ours.length > 0 ? ours : undefined
    }).catch((error: unknown) => assert.fail(`${String(error)}\n${gateway.said()}\n${agent.said()}`))
    assert.lengthOf(answers, 1)
    assert.isAtLeast(gemini.asked.length, 2)

    // The doctor, beside the running programs.
    const { DATABASE_URL, PORT: _port, ...shared } = gatewaySettings
    const examined = await runWa(["doctor", "--json"], {
      ...shared,
      GATEWAY_DATABASE_URL: DATABASE_URL,
      AGENT_DATABASE_URL: Redacted.value(agentDb.url),
    })
    const { checks } = JSON.parse(examined.stdout) as { checks: ReadonlyArray<{ what: string; state: string }> }
    const statesOf = (what: string) => checks.filter((one) => one.what === what).map(({ state }) => state)
    for (const what of ["база шлюза", "база агента", "база шлюза: миграции", "база агента: миграции", "брокер"])
      assert.deepStrictEqual(statesOf(what), ["ok"], `${what}: ${examined.stdout}`)
    for (const what of ["очереди", "Wappi", "часы"]) assert.deepStrictEqual(statesOf(what), ["ok"], what)
    assert.match(examined.stdout, /incoming_messages 0, outgoing_messages 0, voice_transcription 0/)

    // A port that another program has: one line says so, and which setting mends it.
    const busy = await start("gateway", gatewaySettings).ended
    assert.strictEqual(busy.code, 1)
    const plain = busy.said.split("\n").filter((line) => line !== "" && !line.startsWith("{"))
    assert.deepStrictEqual(plain, [`порт ${gatewayPort} занят: остановите другую программу или задайте PORT`])

    for (const program of [gateway, agent]) {
      const askedAt = Date.now()
      program.child.kill("SIGTERM")
      const { code, said } = await program.ended
      assert.strictEqual(code, 0, said)
      assert.isBelow(Date.now() - askedAt, stopSecondsMax * 1000)
      for (const secret of ["built-token", "built-key"]) assert.notInclude(said, secret)
    }
  })
})
