/** `wa start` as a newcomer runs it: one process, nothing installed, killed at any moment. */
import { mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import type { LocalMessage } from "@wa/adapters/local-wappi/local-whatsapp"
import { makeLocalWhatsApp } from "@wa/adapters/local-wappi/local-whatsapp"
import * as Database from "@wa/adapters/postgres/database"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { type Ask, brokenPromises } from "./books.fixture.ts"
import { endAll, freePort, makeDice, memoryOf, type Program, pause, startProgram, until } from "./program.fixture.ts"

const firstReadySecondsMax = 30
const readySecondsMax = 10
const stopSecondsMax = 10
/** The design allows 500; a first start once came close. */
const residentMbMax = 450
/** Asked for, like the kills of the two programs: `WA_KILLS=25 npm test start`. */
const killsMax = Number(process.env["WA_KILLS"] ?? 0)

const folders: Array<string> = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "wa-start-"))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  await endAll()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}, 30_000)

const quick = { GATEWAY_PORT: "0", REPLY_QUIET_SECONDS: "0.3", SEND_PER_MINUTE: "600", MODEL_LEASE_SECONDS: "5" }
const launch = (folder: string, settings: Readonly<Record<string, string>> = {}): Program =>
  startProgram("packages/cli/src/main.ts", ["start", "--data", folder, "--port", "0"], { ...quick, ...settings })

interface Page {
  readonly get: <A>(path: string) => Promise<A>
  readonly post: <A>(path: string, body: unknown) => Promise<A>
  readonly gatewayUrl: string
}
/** The printed addresses, used as a browser uses them. */
const pageOf = async (program: Program, secondsMax: number): Promise<Page> => {
  const printed = await until(
    "the address is printed",
    secondsMax,
    () => {
      if (program.hasEnded()) assert.fail(`it ended: ${program.said()}`)
      return /Откройте\s+(http:\/\/\S+)\/\?token=(\S+)[\s\S]*?(http:\/\/\S+)\/health/.exec(program.said()) ?? undefined
    },
    program.said,
  )
  const [, url = "", token = "", gatewayUrl = ""] = printed
  const ask = async <A>(path: string, init: RequestInit = {}): Promise<A> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
    const answer = await fetch(url + path, { ...init, headers })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as A
  }
  return { get: ask, post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }), gatewayUrl }
}
interface Shown {
  readonly id: string
  readonly fromMe: boolean
  readonly text: string
}
const chatOf = (page: Page, phone: string) =>
  page.get<ReadonlyArray<Shown>>(`/demo/phones/${encodeURIComponent(phone)}`)
const write = (page: Page, phone: string, text: string) =>
  page.post<{ readonly id: string }>(`/demo/phones/${encodeURIComponent(phone)}`, { text })

/** One line that a person can read, besides log lines. */
const sentences = (said: string) => said.split("\n").filter((line) => line !== "" && !line.startsWith("{"))

describe("wa start", () => {
  it("answers a customer, starts again at once with the chat as it was, shares its folder with nobody, and stops when told", {
    timeout: 120_000,
  }, async () => {
    const folder = newFolder()
    const beganAt = Date.now()
    const first = launch(folder)
    const page = await pageOf(first, firstReadySecondsMax)
    const firstMs = Date.now() - beganAt
    const phone = "+77010000001"
    const written = await write(page, phone, "Здравствуйте! Сколько стоит тариф «Магазин»?")
    const answer = await until(
      "an answer",
      20,
      async () => (await chatOf(page, phone)).find((message) => message.fromMe),
      first.said,
    )
    assert.include(answer.text, "14 900")
    const health = await fetch(`${page.gatewayUrl}/health`)
    assert.strictEqual(health.status, 200)

    const second = launch(folder)
    const refused = await second.ended
    assert.deepStrictEqual([refused.code, sentences(second.said()).length], [1, 1], second.said())
    assert.match(second.said(), new RegExp(`${first.pid}`))
    // The one that was there first has not suffered.
    await write(page, "+77010000002", "Здравствуйте! Есть ли рассрочка на оборудование?")
    await until("the first one answers on", 20, async () =>
      (await chatOf(page, "+77010000002")).find((message) => message.fromMe),
    )

    const memory = memoryOf(first.pid)
    assert.isBelow(memory.peakMb, residentMbMax, "on a small machine there is no more")
    const stoppedAt = Date.now()
    assert.deepStrictEqual(await first.end("SIGTERM"), { code: 0, signal: null }, first.said())
    const stopMs = Date.now() - stoppedAt
    assert.isBelow(stopMs, stopSecondsMax * 1000)

    const againAt = Date.now()
    const again = launch(folder)
    const pageAgain = await pageOf(again, readySecondsMax)
    const againMs = Date.now() - againAt
    const kept = await chatOf(pageAgain, phone)
    assert.deepStrictEqual(
      kept.map((message) => message.id),
      [written.id, answer.id],
    )
    const { outcomes } = await pageAgain.get<{ readonly outcomes: Readonly<Record<string, number>> }>("/stats")
    assert.deepStrictEqual(outcomes, { answered: 2 })
    console.info(
      `wa start: ready after ${firstMs} ms, again after ${againMs} ms, stopped in ${stopMs} ms, ${memory.nowMb} MB resident (peak ${memory.peakMb} MB)`,
    )
    assert.strictEqual((await again.end("SIGTERM")).code, 0)
  })

  it("tells a port that is taken in one line, and which setting mends it", { timeout: 60_000 }, async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve))
    try {
      const program = launch(newFolder(), { GATEWAY_PORT: String(port) })
      assert.strictEqual((await program.ended).code, 1)
      assert.deepStrictEqual(sentences(program.said()), [
        `порт ${port} занят: остановите другую программу или задайте GATEWAY_PORT`,
      ])
    } finally {
      other.close()
    }
  })
})

const customers = Array.from({ length: 5 }, (_, i) => `+7701000010${i}`)
const questions = [
  "Здравствуйте! Сколько стоит тариф «Магазин»?",
  "А есть рассрочка на оборудование?",
  "Работает ли касса без интернета?",
  "Хочу созвониться завтра в 15:00",
  "Я подумаю",
  "Сколько стоит сканер штрихкодов?",
  "А доставка в Астану есть?",
  "Какой пробный период?",
]

if (killsMax > 0)
  describe("wa start, killed at any moment", () => {
    it(`loses nothing, repeats nothing and answers each turn once over ${killsMax} kills`, {
      timeout: (killsMax * 12 + 240) * 1000,
    }, async () => {
      const dice = makeDice()
      console.info(`wa start under kills: WA_SEED=${dice.seed}`)
      const folder = newFolder()
      // A customer may well ask as often as this in an hour of the demo's clock.
      const settings = { MAX_TURNS_PER_HOUR: "1000", TOUCHES_PER_DAY: "1000" }
      let written = 0
      for (let kills = 0; kills < killsMax; kills++) {
        const program = launch(folder, settings)
        // Some die before they are ready.
        if (kills > 0 && dice.chance(0.2)) {
          await pause(dice.between(0, 3000))
          await program.end("SIGKILL")
          continue
        }
        const page = await pageOf(program, firstReadySecondsMax)
        const endsAt = Date.now() + dice.between(200, 3000)
        let isAlive = true
        const traffic = (async () => {
          while (isAlive) {
            // The call may die with the program: whether the message was taken, the phone's journal knows.
            const act = dice.chance(0.05)
              ? page.post("/demo/clock", { to: dice.one(["+1h", "+26h", "next"]) })
              : write(page, dice.one(customers), `${dice.one(questions)} (${++written})`)
            await act.catch(() => undefined)
            await pause(dice.between(0, 250))
          }
        })()
        await pause(Math.max(0, endsAt - Date.now()))
        isAlive = false
        const ended = await program.end("SIGKILL")
        assert.strictEqual(ended.signal, "SIGKILL", `it ended by itself: ${program.said()}`)
        await traffic
      }

      const last = launch(folder, settings)
      const page = await pageOf(last, firstReadySecondsMax)
      // Whatever was left in doubt is looked for in the chat for a minute before it is sent again.
      await until(
        "everything is at rest",
        150,
        async () => {
          const { open } = await page.get<{ readonly open: number }>("/stats")
          const details = await Promise.all(
            customers.map((phone) =>
              page
                .get<{ readonly conversation: Conversation }>(`/api/contacts/local/${encodeURIComponent(phone)}`)
                .catch(() => null),
            ),
          )
          const isAtRest = details.every(
            (one) =>
              one === null ||
              (one.conversation.turn._tag === "Idle" &&
                one.conversation.thinking === null &&
                one.conversation.unreported.length === 0),
          )
          const { pending } = (await (await fetch(`${page.gatewayUrl}/stats`)).json()) as { readonly pending: number }
          return open === 0 && pending === 0 && isAtRest ? true : undefined
        },
        () => last.said().slice(-2000),
      )
      assert.strictEqual((await last.end("SIGTERM")).code, 0, last.said())

      const phone = phoneFrom(join(folder, "whatsapp.jsonl"))
      const { broken, counted } = await inside(join(folder, "database"), async (databases) => ({
        broken: await brokenPromises(phone, databases),
        counted: await databases.agent(
          `SELECT outcome, count(*)::int AS n FROM messages WHERE author = 'client' GROUP BY outcome ORDER BY outcome`,
        ),
      }))
      const sent = phone.filter((message) => message.fromMe).length
      console.info(
        `wa start under kills: ${phone.length - sent} client messages, ${sent} sent; ${counted.map((row) => `${String(row["outcome"])} ${String(row["n"])}`).join(", ")}`,
      )
      assert.deepStrictEqual(broken, [], `WA_SEED=${dice.seed}`)
      assert.isAbove(sent, 0)
    })
  })

interface Conversation {
  readonly turn: { readonly _tag: string }
  readonly thinking: unknown
  readonly unreported: ReadonlyArray<unknown>
}

/** The phone as its journal has it. */
const phoneFrom = (journalFile: string): ReadonlyArray<LocalMessage> => {
  const whatsapp = makeLocalWhatsApp({ now: () => Date.now(), journalFile })
  const messages = whatsapp.listChats().flatMap(({ chatId }) => whatsapp.inOrder(chatId))
  whatsapp.close()
  return messages
}

/** The embedded database of a stopped program. */
const inside = <A>(
  folder: string,
  use: (databases: { readonly gateway: Ask; readonly agent: Ask }) => Promise<A>,
): Promise<A> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const run = Effect.runPromiseWith(yield* Effect.context<never>())
    let turn: Promise<unknown> = Promise.resolve()
    // One session: each read takes its schema along, and they take turns.
    const ask =
      (schema: string): Ask =>
      (statement) => {
        const next = turn.then(async () => {
          await run(sql.unsafe(`SET search_path TO ${schema}`))
          return run(sql.unsafe(statement)) as Promise<ReadonlyArray<Record<string, unknown>>>
        })
        turn = next.catch(() => undefined)
        return next
      }
    return yield* Effect.promise(() => use({ gateway: ask("gateway"), agent: ask("agent") }))
  }).pipe(Effect.provide(Database.layerEmbedded({ folder })), Effect.runPromise)
