import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, assert, describe, it } from "@effect/vitest"
import type { ContactKey } from "@wa/core/contact/contact-key"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { Effect, Layer, ManagedRuntime } from "effect"
import { SqlClient } from "effect/sql"
import { agentRepoContract } from "../contracts/agent-repo.contract.ts"
import { gatewayRepoContract } from "../contracts/gateway-repo.contract.ts"
import * as AgentRepoSql from "../postgres/agent-repo-sql.ts"
import { emptied, emptyAgent, emptyGateway } from "../postgres/database.fixture.ts"
import * as GatewayRepoSql from "../postgres/gateway-repo-sql.ts"
import { migrateAgent, migrateGateway } from "../postgres/migrations.ts"
import * as Pglite from "./pglite.ts"

const migrated = Effect.andThen(migrateAgent({ schema: "agent" }), migrateGateway({ schema: "gateway" }))
const inMemory = ManagedRuntime.make(Layer.effectDiscard(migrated).pipe(Layer.provideMerge(Pglite.layer())))
afterAll(() => inMemory.dispose())

agentRepoContract("PGlite", emptied(inMemory, emptyAgent, AgentRepoSql.layer))
gatewayRepoContract("PGlite", emptied(inMemory, emptyGateway, GatewayRepoSql.layer))

const folders: Array<string> = []
const newFolder = () => {
  const parent = mkdtempSync(join(tmpdir(), "wa-pglite-"))
  folders.push(parent)
  return join(parent, "database")
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const open = (folder: string) => Layer.effectDiscard(migrated).pipe(Layer.provideMerge(Pglite.layer({ folder })))
const key: ContactKey = { profileId: "profile-1", phone: "+77010000001" }

/** Another process that works in the folder; resolves with the last number it printed once it is gone. */
const otherProcess = (folder: string) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./pglite.fixture.ts", import.meta.url)), folder], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  let last = 0
  let said = ""
  const lines = createInterface({ input: child.stdout })
  lines.on("line", (line) => {
    last = Number(line)
  })
  child.stderr.on("data", (data) => {
    said += String(data)
  })
  const printed = async (count: number) => {
    while (last < count && child.exitCode === null) await once(lines, "line")
  }
  const gone = once(child, "close").then(() => ({ last, said }))
  return { pid: child.pid!, printed, gone, kill: () => child.kill("SIGKILL") }
}

describe("the embedded database", () => {
  it.live("keeps each program's tables in its own schema, and both in reach of one client", () =>
    Effect.gen(function* () {
      const context = yield* inMemory.contextEffect
      const rows = yield* SqlClient.SqlClient.use(
        (sql) => sql`SELECT schemaname, tablename FROM pg_tables
          WHERE tablename IN ('contacts', 'agent_migrations', 'message_logs', 'gateway_migrations') ORDER BY 2`,
      ).pipe(Effect.provideContext(context))
      assert.deepStrictEqual(rows, [
        { schemaname: "agent", tablename: "agent_migrations" },
        { schemaname: "agent", tablename: "contacts" },
        { schemaname: "gateway", tablename: "gateway_migrations" },
        { schemaname: "gateway", tablename: "message_logs" },
      ])
    }),
  )
  it.live(
    "bears both programs at once on its one connection",
    () =>
      Effect.gen(function* () {
        const context = yield* inMemory.contextEffect
        yield* Effect.all([emptyAgent, emptyGateway]).pipe(Effect.provideContext(context))
        const repos = Layer.mergeAll(AgentRepoSql.layer, GatewayRepoSql.layer).pipe(
          Layer.provide(Layer.succeedContext(context)),
        )
        const numbers = Array.from({ length: 40 }, (_, n) => n)
        yield* Effect.gen(function* () {
          const agent = yield* AgentRepo
          const gateway = yield* GatewayRepo
          yield* Effect.forEach(
            numbers,
            (n) =>
              Effect.all(
                [
                  agent.change(key, {}, ({ conversation }) => ({
                    conversation: { ...conversation, lastTicket: conversation.lastTicket + 1 },
                    wakeUpAt: null,
                    commands: [],
                    at: n,
                    trace: { event: { _tag: "Released", at: n }, commands: [], thoughts: {} },
                  })),
                  gateway.beganAt(`profile-${n}`, n),
                  gateway.stats(0),
                ],
                { concurrency: "unbounded" },
              ),
            { concurrency: "unbounded" },
          )
          assert.strictEqual((yield* agent.contact(key))?.conversation.lastTicket, numbers.length)
        }).pipe(Effect.provide(repos))
      }),
    60_000,
  )
  it.live(
    "takes over the lock of a process that is gone, and gives it back",
    () =>
      Effect.gen(function* () {
        const folder = newFolder()
        // No process has an id this high on Linux.
        writeFileSync(`${folder}.lock`, "4194304999")
        yield* SqlClient.SqlClient.use((sql) => sql`SELECT 1`).pipe(Effect.provide(open(folder)))
        assert.isFalse(existsSync(`${folder}.lock`))
      }),
    60_000,
  )
  it.live(
    "begins anew where a crash left half of a new database, and refuses a folder with other things in it",
    () =>
      Effect.gen(function* () {
        const folder = newFolder()
        mkdirSync(`${folder}.new`)
        writeFileSync(join(`${folder}.new`, "PG_VERSION"), "half")
        yield* SqlClient.SqlClient.use((sql) => sql`SELECT 1`).pipe(Effect.provide(open(folder)))
        const other = newFolder()
        mkdirSync(other)
        writeFileSync(join(other, "holiday.jpg"), "")
        const error = yield* Effect.flip(
          SqlClient.SqlClient.use((sql) => sql`SELECT 1`).pipe(Effect.provide(open(other))),
        )
        assert.strictEqual(error._tag, "DatabaseNotOpened")
        assert.isTrue(existsSync(join(other, "holiday.jpg")))
        assert.isFalse(existsSync(`${other}.lock`))
      }),
    60_000,
  )
  it.live(
    "is not opened twice in one process",
    () =>
      Effect.gen(function* () {
        const folder = newFolder()
        yield* Effect.gen(function* () {
          const error = yield* Effect.flip(
            SqlClient.SqlClient.use((sql) => sql`SELECT 1`).pipe(Effect.provide(open(folder))),
          )
          assert.include(String(error), `the process ${process.pid}`)
        }).pipe(Effect.provide(open(folder)))
      }),
    60_000,
  )
  it.live(
    "refuses a second process by the first one's id, and keeps what was stored before kill -9",
    () =>
      Effect.gen(function* () {
        const folder = newFolder()
        const first = otherProcess(folder)
        yield* Effect.promise(() => first.printed(200))
        const refused = yield* Effect.flip(
          SqlClient.SqlClient.use((sql) => sql`SELECT 1`).pipe(Effect.provide(open(folder))),
        )
        assert.include(String(refused), `in use by the process ${first.pid}`)
        first.kill()
        const { last } = yield* Effect.promise(() => first.gone)
        assert.isAtLeast(last, 200)
        const stored = yield* AgentRepo.use((repo) =>
          Effect.all({
            contact: repo.contact(key),
            history: repo.history(key, 1_000_000),
            traces: repo.traces(key, 1_000_000),
          }),
        ).pipe(Effect.provide(AgentRepoSql.layer.pipe(Layer.provide(open(folder)))))
        // What was acknowledged is there, whole; the one under way may be, too.
        const ticket = stored.contact?.conversation.lastTicket ?? 0
        assert.include([last, last + 1], ticket)
        assert.strictEqual(stored.history.length, ticket)
        assert.strictEqual(stored.traces.length, ticket)
      }),
    120_000,
  )
})
