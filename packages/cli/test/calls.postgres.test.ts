/** Needs PostgreSQL. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it, vi } from "@effect/vitest"
import { needsPostgres } from "@wa/adapters/contracts/needs"
import * as AgentRepoSql from "@wa/adapters/postgres/agent-repo-sql"
import { layerServer } from "@wa/adapters/postgres/database"
import { freshDatabase } from "@wa/adapters/postgres/database.fixture"
import { migrateAgent } from "@wa/adapters/postgres/migrations"
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Command } from "@wa/core/conversation/conversation"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { dayMs, hourMs } from "@wa/core/time/instant"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Effect, Layer, Redacted } from "effect"
import { runWa } from "./wa-command.fixture.ts"

// Each question starts a process of its own.
vi.setConfig({ testTimeout: 180_000 })

const wa = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.promise(() => runWa(args, env))

const anna: ContactKey = { profileId: "p1", phone: "+77010000001" }
const boris: ContactKey = { profileId: "p1", phone: "+77010000002" }
const zone = "Asia/Almaty"
/** 15:00 in Almaty, so many days from today. */
const afternoon = (days: number) => startOfDay(Date.now(), zone) + days * dayMs + 15 * hourMs

const world = Effect.gen(function* () {
  const { url } = yield* freshDatabase
  const services = yield* Layer.build(
    AgentRepoSql.layer.pipe(
      Layer.provide(Layer.effectDiscard(migrateAgent())),
      Layer.provide(layerServer({ url, maxConnections: 2 })),
    ),
  )
  const repo = yield* Effect.provideContext(AgentRepo, services)
  const happen = (key: ContactKey, name: string, commands: ReadonlyArray<Command>, callAt: number | null) =>
    repo.change(key, {}, ({ conversation }) => ({
      conversation: { ...conversation, callAt },
      wakeUpAt: null,
      commands,
      info: { name, full_name: null, business_name: null },
      at: Date.now(),
      trace: { event: { _tag: "Released", at: Date.now() }, commands, thoughts: {} },
    }))
  yield* happen(anna, "Анна", [{ _tag: "BookCall", callAt: afternoon(-2), about: "" }], null)
  yield* happen(
    boris,
    "Борис",
    [{ _tag: "BookCall", callAt: afternoon(3), about: "Сколько стоит обжиг?" }],
    afternoon(3),
  )
  yield* happen(anna, "Анна", [{ _tag: "BookCall", callAt: afternoon(2), about: "" }], afternoon(2))
  yield* happen(anna, "Анна", [{ _tag: "MoveCall", from: afternoon(2), callAt: afternoon(4), about: "" }], afternoon(4))
  return { repo, env: { AGENT_DATABASE_URL: Redacted.value(url) } }
})

const numbersOf = (text: string) => [...text.matchAll(/^№ (\d+)/gm)].map(([, id]) => Number(id))

const describePostgres = await needsPostgres()
describePostgres("wa calls", () => {
  it.live("lists what lies ahead, soonest first, with who to call and when, in words", () =>
    Effect.gen(function* () {
      const { env } = yield* world
      const { status, stdout, stderr } = yield* wa(["calls"], env)
      assert.strictEqual(status, 0, stderr)
      const [first, second, ...rest] = stdout.trim().split("\n")
      assert.deepStrictEqual(rest, [])
      assert.match(
        first!,
        /^№ 2 {2}(?:в|во) \p{L}+, \d+ \p{L}+(?: \d{4} года)?, в 15:00 {2}Борис, \+77010000002 {2}назначен {2}о чём: Сколько стоит обжиг\?$/u,
      )
      assert.match(second!, /^№ 4 .*Анна, \+77010000001 {2}назначен$/u)
      assert.deepStrictEqual(numbersOf((yield* wa(["calls", "--all"], env)).stdout), [1, 3, 2, 4])
      const day = new Date(afternoon(3) + 5 * hourMs).toISOString().slice(0, 10)
      assert.deepStrictEqual(numbersOf((yield* wa(["calls", "--from", day, "--to", day], env)).stdout), [2])
      const { calls } = JSON.parse((yield* wa(["calls", "--json", "--to", day, "--all"], env)).stdout)
      assert.deepStrictEqual(
        calls.map((call: { id: number; status: string; phone: string; at: string }) => [
          call.id,
          call.status,
          call.phone,
          call.at.slice(10),
        ]),
        [
          [1, "scheduled", anna.phone, "T15:00:00+05:00"],
          [3, "moved", anna.phone, "T15:00:00+05:00"],
          [2, "scheduled", boris.phone, "T15:00:00+05:00"],
        ],
      )
    }).pipe(Effect.scoped),
  )

  it.live("cancels one through the conversation's own decision, and tells the rest in one line", () =>
    Effect.gen(function* () {
      const { repo, env } = yield* world
      const done = yield* wa(["calls", "cancel", "2"], env)
      assert.strictEqual(done.status, 0, done.stderr)
      assert.match(done.stdout, /^Отменён созвон № 2 .*: Борис, \+77010000002\. Бот клиенту об этом не пишет/)
      assert.isNull((yield* repo.contact(boris))!.conversation.callAt)
      assert.deepStrictEqual(yield* repo.takenSlots("p1", Date.now()), [afternoon(4)])
      const [trace] = yield* repo.traces(boris, 1)
      assert.deepInclude(trace!.event, { _tag: "CallCancelled", callAt: afternoon(3) })
      for (const [id, why] of [
        ["2", /^созвон № 2 уже отменён\n$/],
        ["3", /^созвон № 3 перенесён: теперь это № 4, .* в 15:00\n$/],
        ["1", /^созвон № 1 уже прошёл\n$/],
        ["77", /^созвона № 77 нет\n$/],
      ] as const) {
        const { status, stderr } = yield* wa(["calls", "cancel", id], env)
        assert.strictEqual(status, 1)
        assert.match(stderr, why)
      }
      const json = JSON.parse((yield* wa(["calls", "cancel", "4", "--json"], env)).stdout)
      assert.deepInclude(json, { cancelled: true, id: 4, status: "cancelled", phone: anna.phone })
    }).pipe(Effect.scoped),
  )

  it.live("lets one of two that cancel at once do it, and no other", () =>
    Effect.gen(function* () {
      const { repo, env } = yield* world
      const both = yield* Effect.all([wa(["calls", "cancel", "4"], env), wa(["calls", "cancel", "4"], env)], {
        concurrency: 2,
      })
      assert.deepStrictEqual(both.map(({ status }) => status).sort(), [0, 1])
      const traces = yield* repo.traces(anna, 100)
      assert.lengthOf(
        traces.filter(({ event }) => event._tag === "CallCancelled"),
        1,
      )
      assert.deepInclude(yield* repo.call(4), { status: "cancelled", sequence: 2 })
    }).pipe(Effect.scoped),
  )

  it.live("writes an invitation, to the terminal or to a file", () =>
    Effect.gen(function* () {
      const { env } = yield* world
      const one = yield* wa(["calls", "ics", "3"], env)
      assert.strictEqual(one.status, 0, one.stderr)
      assert.match(one.stdout, /^BEGIN:VCALENDAR\r\n[\s\S]*SEQUENCE:1\r\n[\s\S]*END:VCALENDAR\n$/)
      const folder = mkdtempSync(join(tmpdir(), "wa-ics-"))
      try {
        const file = join(folder, "calls.ics")
        assert.strictEqual((yield* wa(["calls", "ics", "--out", file], env)).status, 0)
        assert.lengthOf([...readFileSync(file, "utf8").matchAll(/^BEGIN:VEVENT\r$/gm)], 2)
        const lost = yield* wa(["calls", "ics", "-o", join(folder, "no", "calls.ics")], env)
        assert.deepStrictEqual([lost.status, lost.stderr.trim().split("\n").length], [1, 1])
        assert.isFalse(existsSync(join(folder, "no")))
      } finally {
        rmSync(folder, { recursive: true })
      }
      assert.strictEqual((yield* wa(["calls", "ics", "77"], env)).status, 1)
    }).pipe(Effect.scoped),
  )

  it.live("says in one line what is wrong with a database, and never migrates it", () =>
    Effect.gen(function* () {
      const { url } = yield* freshDatabase
      const empty = yield* wa(["calls", "--database-url", Redacted.value(url)])
      assert.strictEqual(empty.status, 1)
      assert.match(empty.stderr, /^база агента .*: таблиц агента в ней нет: wa migrate agent\n$/)
      const away = yield* wa(["calls", "--database-url", "postgres://u:hush-hush@127.0.0.1:1/x"])
      assert.strictEqual(away.status, 1)
      assert.match(away.stderr, /^база агента 127\.0\.0\.1:1\/x: .*ECONNREFUSED.*\n$/)
      assert.notInclude(away.stderr, "hush-hush")
    }).pipe(Effect.scoped),
  )
})

describePostgres("wa touches", () => {
  it.live("tells what came of the touches of a day, and that it sums", () =>
    Effect.gen(function* () {
      const { repo, env } = yield* world
      const tell = (key: ContactKey, at: number, commands: ReadonlyArray<Command>) =>
        repo.change(key, {}, ({ conversation }) => ({
          conversation,
          wakeUpAt: null,
          commands,
          at,
          trace: { event: { _tag: "Released", at }, commands, thoughts: {} },
        }))
      const [due, began] = [afternoon(0), afternoon(-1)]
      for (const key of [anna, boris]) yield* tell(key, began, [{ _tag: "StartChain", dueAt: due }])
      yield* tell(boris, due, [
        { _tag: "AdvanceChain", touch: 1, dueAt: due + dayMs, lastTouchAt: null, why: "model_away" },
      ])
      const { status, stdout, stderr } = yield* wa(["touches"], env)
      assert.strictEqual(status, 0, stderr)
      assert.match(
        stdout,
        /^(?:В|Во) .*, профиль p1: срок пришёл 2 = отправлено 0 \+ остановлено 0 \+ перенесено на другой день 1 \+ ещё ждут 1\n {2}перенесено: модель недоступна — 1\n$/u,
      )
      const { profiles } = JSON.parse((yield* wa(["touches", "--json"], env)).stdout)
      assert.deepStrictEqual(profiles, [
        {
          profile: "p1",
          eligible: 2,
          sent: 0,
          by_template: 0,
          waiting: 1,
          stopped: {},
          moved: { model_away: 1 },
        },
      ])
      const none = yield* wa(["touches", "--date", "2020-02-29"], env)
      assert.deepStrictEqual([none.status, /^Касаний, .* нет\.\n$/.test(none.stdout)], [0, true])
      assert.strictEqual((yield* wa(["touches", "--date", "2021-02-29"], env)).status, 2)
      assert.match((yield* wa(["touches"])).stderr, /^база агента не задана/)
    }).pipe(Effect.scoped),
  )
})

describe("wa calls without a database", () => {
  it("says so in one line, with 2", async () => {
    for (const args of [["calls"], ["calls", "cancel", "1"], ["calls", "ics"], ["calls", "ics", "1"]]) {
      const { status, stderr } = await runWa(args)
      assert.deepStrictEqual([status, stderr.trim().split("\n").length], [2, 1], stderr)
      assert.match(stderr, /^база агента не задана/)
    }
  })

  it("says what is no date and no number, with 2", async () => {
    for (const args of [
      ["calls", "--from", "вчера"],
      ["calls", "--to", "2026-02-30"],
      ["calls", "--from", "2026-03-02", "--to", "2026-03-01"],
    ]) {
      const { status, stderr } = await runWa(args)
      assert.deepStrictEqual([status, stderr.trim().split("\n").length], [2, 1], stderr)
    }
    assert.strictEqual((await runWa(["calls", "cancel", "второй"])).status, 2)
  })

  it("tells the address of the calendar, which does not hold ADMIN_TOKEN", async () => {
    const { status, stdout } = await runWa(["calls", "address", "--base", "https://wa.example.kz/"], {
      ADMIN_TOKEN: "a-long-token",
    })
    assert.strictEqual(status, 0)
    assert.match(stdout, /^https:\/\/wa\.example\.kz\/calls\.ics\?token=[0-9a-f]{64}\n$/)
    assert.notInclude(stdout, "a-long-token")
    assert.strictEqual((await runWa(["calls", "address"])).status, 2)
    assert.strictEqual((await runWa(["calls", "address", "--base", "ftp://x"], { ADMIN_TOKEN: "t" })).status, 2)
  })
})
