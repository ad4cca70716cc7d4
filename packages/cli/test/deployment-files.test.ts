/** No container engine is needed: the files are read, linted, and held to the settings and to each other. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { settings } from "@wa/adapters/settings/settings"
import { validate } from "dockerfile-utils"
import { parse } from "yaml"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const read = (path: string) => readFileSync(join(root, path), "utf8")
const apps = ["gateway", "agent"] as const
type App = (typeof apps)[number]

/** As its main.ts asks for them; the agent wants a model as well, and Gemini is the one by default. */
const requiredOf = (app: App): ReadonlyArray<string> => {
  const [, list] = /\[([^\]]*"DATABASE_URL"[^\]]*)\]/.exec(read(`packages/${app}-app/src/main.ts`)) ?? []
  const names = [...(list ?? "").matchAll(/"([A-Z_]+)"/g)].map(([, name]) => name!)
  assert.include(names, "DATABASE_URL")
  return app === "agent" ? [...names, "GEMINI_API_KEY"] : names
}
const unknown = (names: ReadonlyArray<string>) => names.filter((name) => !(name in settings))

describe("the Dockerfiles", () => {
  const pinned = (name: string) => new RegExp(`const ${name} = "([^"]+)"`).exec(read("scripts/boot.mjs"))![1]!
  for (const app of apps) {
    const path = `packages/${app}-app/Dockerfile`
    const text = read(path)
    const stages = text.split(/^FROM /m).slice(1)

    it(`${path} has no fault that a linter sees`, () => {
      assert.deepStrictEqual(validate(text), [])
    })
    it(`${path} runs on the Node and installs with the pnpm that everybody develops with`, () => {
      assert.lengthOf(stages, 2)
      for (const stage of stages) assert.match(stage, new RegExp(`^node:${pinned("NODE")}-\\w+-slim`))
      assert.include(text, `pnpm@${pinned("PNPM")}`)
    })
    it(`${path} ends as a plain user that is asked for its health and told to stop`, () => {
      const last = stages[1]!
      for (const line of [/^USER node$/m, /^STOPSIGNAL SIGTERM$/m, /^HEALTHCHECK .*--timeout=/m, /^CMD \["node", /m])
        assert.match(last, line)
      // The manifest of every package is there before the frozen install, or the install fails.
      for (const name of ["core", "adapters", "gateway-app", "agent-app", "console", "cli"])
        assert.include(stages[0]!, `COPY packages/${name}/package.json packages/${name}/`)
    })
    it(`${path} sets no setting that does not exist`, () => {
      const names = [...text.matchAll(/^ENV (.+)$/gm)].flatMap(([, pairs]) =>
        pairs!.split(" ").map((pair) => pair.split("=")[0]!),
      )
      assert.deepStrictEqual(unknown(names.filter((name) => name !== "NODE_ENV" && name !== "CI")), [])
    })
  }

  it("leave secrets and personal data out of the build, and take in what is shipped", () => {
    const lines = read(".dockerignore").split("\n")
    for (const line of [".env", "data", "logs", "**/node_modules", ".git"]) assert.include(lines, line)
    for (const folder of ["prompts", "knowledge_base", "packages", "scripts", "LICENSE"])
      assert.isFalse(lines.some((line) => line.replace(/^\*\*\/|\/$/g, "") === folder))
  })
})

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string
        readonly build?: { readonly context: string; readonly dockerfile: string }
        readonly environment?: Readonly<Record<string, string>>
        readonly env_file?: string
        readonly restart?: string
        readonly ports?: ReadonlyArray<string>
        readonly volumes?: ReadonlyArray<string>
        readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
        readonly healthcheck?: object
        readonly configs?: ReadonlyArray<{ readonly source: string }>
      }
    >
  >
  readonly volumes: Readonly<Record<string, unknown>>
  readonly configs: Readonly<Record<string, { readonly content: string }>>
}

describe("compose.yaml", () => {
  const compose = parse(read("compose.yaml"), { merge: true }) as Compose
  const { services } = compose

  for (const app of apps)
    it(`gives the ${app} every setting that it requires, and none that does not exist`, () => {
      const { environment = {}, env_file } = services[app]!
      assert.deepStrictEqual(unknown(Object.keys(environment)), [])
      assert.strictEqual(env_file, ".env")
      const inExample = [...read(".env.example").matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name]) => name!)
      const given = new Set([...inExample, ...Object.keys(environment)])
      assert.deepStrictEqual(
        requiredOf(app).filter((name) => !given.has(name)),
        [],
      )
      // What only exists inside must not come from .env.
      for (const name of ["DATABASE_URL", "RABBITMQ_URL"]) assert.property(environment, name)
    })

  it("reads only addresses that the settings would take", () => {
    for (const app of apps) {
      const { DATABASE_URL: database, RABBITMQ_URL: broker } = services[app]!.environment!
      const filled = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, "$1")
      assert.strictEqual(new URL(filled(database!)).hostname, "postgres")
      assert.strictEqual(new URL(filled(broker!)).hostname, "rabbitmq")
      const name = new URL(filled(database!)).pathname.slice(1)
      const made = [services["postgres"]!.environment!["POSTGRES_DB"]]
      for (const { content } of Object.values(compose.configs)) made.push(/CREATE DATABASE (\w+)/.exec(content)?.[1])
      assert.include(made, name)
    }
  })

  it("starts everything again, waits for health, and opens no port to the network", () => {
    for (const [name, service] of Object.entries(services)) {
      assert.strictEqual(service.restart, "unless-stopped", name)
      for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/)
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        assert.strictEqual(condition, "service_healthy")
        assert.isObject(services[needed]?.healthcheck, `${needed} has no health to wait for`)
      }
      for (const { source } of service.configs ?? []) assert.property(compose.configs, source)
      for (const volume of service.volumes ?? []) {
        const from = volume.split(":")[0]!
        if (from.startsWith(".")) assert.isTrue(existsSync(join(root, from)), `${from} is not there`)
        else assert.property(compose.volumes, from)
      }
      if (service.build !== undefined) assert.isTrue(existsSync(join(root, service.build.dockerfile)))
    }
  })
})

interface RenderService {
  readonly type: string
  readonly name: string
  readonly runtime: string
  readonly plan: string
  readonly dockerfilePath: string
  readonly dockerContext: string
  readonly healthCheckPath: string
  readonly envVars: ReadonlyArray<{
    readonly key: string
    readonly value?: unknown
    readonly sync?: boolean
    readonly generateValue?: boolean
    readonly fromDatabase?: { readonly name: string; readonly property: string }
  }>
}

describe("render.yaml", () => {
  const { services, databases } = parse(read("render.yaml")) as {
    readonly services: ReadonlyArray<RenderService>
    readonly databases: ReadonlyArray<{ readonly name: string; readonly plan: string }>
  }
  const appOf = ({ dockerfilePath }: RenderService): App =>
    (/packages\/(\w+)-app/.exec(dockerfilePath)?.[1] ?? "") as App

  it("has both programs and a database for each", () => {
    assert.deepStrictEqual(services.map(appOf).toSorted(), ["agent", "gateway"])
    assert.lengthOf(databases, 2)
    const used = services.flatMap(({ envVars }) => envVars.flatMap(({ fromDatabase }) => fromDatabase?.name ?? []))
    assert.deepStrictEqual(used.toSorted(), databases.map(({ name }) => name).toSorted())
  })

  for (const service of services)
    it(`gives ${service.name} every setting that it requires, each from one source, and none that does not exist`, () => {
      const keys = service.envVars.map(({ key }) => key)
      assert.deepStrictEqual(unknown(keys), [])
      assert.strictEqual(new Set(keys).size, keys.length)
      assert.deepStrictEqual(
        requiredOf(appOf(service)).filter((name) => !keys.includes(name)),
        [],
      )
      for (const { key, ...sources } of service.envVars) assert.lengthOf(Object.keys(sources), 1, key)
      // PORT is Render's own: it tells the program where to listen.
      assert.notInclude(keys, "PORT")
    })

  it("asks for secrets instead of holding them", () => {
    for (const { envVars } of services)
      for (const { key, value } of envVars)
        if (/TOKEN|KEY|SECRET|_URL$/.test(key)) assert.isUndefined(value, `${key} is written into the file`)
  })

  it("builds from files that exist, checks /health, and uses no plan that sleeps or expires", () => {
    for (const { type, runtime, plan, dockerfilePath, healthCheckPath } of services) {
      assert.deepStrictEqual([type, runtime, healthCheckPath], ["web", "docker", "/health"])
      assert.isTrue(existsSync(join(root, dockerfilePath)))
      assert.notStrictEqual(plan, "free")
    }
    for (const { plan } of databases) assert.notStrictEqual(plan, "free")
  })
})
