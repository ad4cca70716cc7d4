/**
 * Both programs killed again and again under traffic, while the gateway to WhatsApp misbehaves: afterwards every promise
 * must hold. `WA_KILLS` sets how often, `WA_SEED` repeats a run's dice (not its clocks).
 */
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import type { PlannedFault } from "@wa/adapters/local-wappi/faults"
import { type Apart, type App, needsServers, openApart, strangersWord } from "./apart.fixture.ts"
import { brokenPromises } from "./books.fixture.ts"
import { endAll, makeDice, type Program, pause, until } from "./program.fixture.ts"

const killsMax = Number(process.env["WA_KILLS"] ?? (process.env["CI"] === undefined ? 40 : 200))
/** A send in doubt is looked for in the chat for a minute before it is made again, at most three times. */
const restSecondsMax = 240
const upSecondsMax = 60

const whitelisted = "+77018855588"
const group = "120363000000000009@g.us"
const stranger = "+77060000100"
const customers = Array.from({ length: 6 }, (_, i) => `+7706000000${i}`)

;(await needsServers())("the two programs, killed again and again", () => {
  let world: Apart
  beforeAll(async () => {
    world = await openApart()
  }, 60_000)
  afterAll(async () => {
    await endAll()
    await world.close()
  }, 60_000)

  it(`keep every promise over ${killsMax} kills`, {
    timeout: (killsMax * 8 + restSecondsMax + 120) * 1000,
  }, async () => {
    const dice = makeDice()
    console.info(`killing ${killsMax} times: WA_SEED=${dice.seed}`)
    const settings: Readonly<Record<App, Readonly<Record<string, string>>>> = {
      gateway: {},
      agent: { REPLY_QUIET_SECONDS: "0.3", REPLY_MAX_WAIT_SECONDS: "2" },
    }
    const whatsapp = world.whatsapp.whatsapp
    const running: Partial<Record<App, Program>> = {}
    const start = (app: App) => {
      running[app] = world.start(app, settings[app])
      return running[app]
    }
    const told = () => [running.gateway, running.agent].map((program) => program?.said().slice(-3000)).join("\n---\n")
    await Promise.all([world.healthy("gateway", start("gateway")), world.healthy("agent", start("agent"))])
    await world.hasPolled()

    let isOver = false
    let written = 0
    const traffic = async () => {
      // Three messages are enough to tell that this is no client.
      for (const text of [`Здравствуйте, это ${strangersWord}`, "Как дела?", "Приезжай в гости"])
        whatsapp.clientWrites(stranger, text)
      while (!isOver) {
        const what = dice.between(0, 1)
        if (what < 0.05) whatsapp.clientWrites(whitelisted, `Сынок, это сообщение ${++written}`)
        else if (what < 0.08) whatsapp.clientWrites(customers[0]!, "Всем привет", { chatId: group })
        else if (what < 0.12) whatsapp.clientWrites(stranger, `Когда приедешь? Жду ${++written}`)
        else whatsapp.clientWrites(dice.one(customers), `Скажите, это вопрос ${++written}`)
        // Faster than people write, but each send reads the chat back to its decision: a backlog must not outgrow the rest.
        await pause(dice.between(50, 3000))
      }
    }
    const misfortunes: ReadonlyArray<() => PlannedFault> = [
      // What breaks off and is not done may still come: it is looked for 25 minutes, longer than this test rests.
      () => ({ kind: "drop", endpoint: "send", isDone: true }),
      () => ({ kind: "hang", endpoint: "send", ms: 800, isDone: true }),
      () => ({
        kind: "http",
        endpoint: "send",
        status: 502,
        isDone: dice.chance(0.5),
        body: "<html>bad gateway</html>",
      }),
      () => ({ kind: "saved_for_later", endpoint: "send", sendsAfterMs: 500 }),
      () => ({ kind: "status_error", endpoint: "send", detail: "Driver not ready" }),
      () => ({ kind: "http", endpoint: "send", status: 429 }),
      () => ({ kind: "drop", endpoint: "messages", isDone: true }),
      () => ({ kind: "http", endpoint: "chats", status: 502 }),
      () => ({ kind: "status_error", endpoint: "messages" }),
      () => ({ kind: "crossed", endpoint: "messages" }),
    ]
    const trouble = async () => {
      while (!isOver) {
        world.whatsapp.faults.plan(dice.one(misfortunes)())
        world.whatsapp.faults.set({
          webhookTwice: dice.chance(0.3),
          webhookLost: dice.chance(0.3),
          webhookOutOfOrder: dice.chance(0.3),
          webhookBeforeAnswer: dice.chance(0.1),
          crossedAnswers: dice.chance(0.1),
        })
        await pause(dice.between(500, 4000))
      }
    }
    let kills = 0
    const killer = async (app: App) => {
      while (kills < killsMax) {
        kills++
        const program = running[app]!
        // Most die at work, some while they start.
        if (dice.chance(0.8))
          await until(
            `the ${app} is up`,
            upSecondsMax,
            () => {
              if (program.hasEnded()) assert.fail(`the ${app} ended by itself`)
              return /the (gateway|agent) is up/.test(program.said()) || undefined
            },
            program.said,
          )
        // Long enough that some turns are answered in between: otherwise nothing is ever under way but what waits.
        await pause(dice.between(0, 5000))
        const { signal } = await program.end("SIGKILL")
        assert.strictEqual(signal, "SIGKILL", `the ${app} ended by itself: ${program.said()}`)
        start(app)
      }
    }
    const beganAt = Date.now()
    const background = [traffic(), trouble()]
    try {
      await Promise.all([killer("gateway"), killer("agent")])
    } finally {
      isOver = true
    }
    await Promise.all(background)
    const killedSeconds = Math.round((Date.now() - beganAt) / 1000)

    world.whatsapp.faults.clear()
    await Promise.all([world.healthy("gateway", running.gateway!), world.healthy("agent", running.agent!)])
    // A last word in each chat, so that a poll looks into it.
    for (const phone of customers) whatsapp.clientWrites(phone, `Скажите, это вопрос ${++written}`)
    const isStored = async () => {
      const [row] = await world.databases.agent(`SELECT count(*)::int AS n FROM messages WHERE author = 'client'`)
      const shown = world
        .allMessages()
        .filter(
          (message) => !message.fromMe && message.chatId !== group && !message.chatId.startsWith(whitelisted.slice(1)),
        )
      return Number(row?.["n"]) >= shown.length ? true : undefined
    }
    // Whoever is missing is told by the promises.
    await until("all is stored", 60, isStored, told).catch((error: unknown) =>
      console.warn(String(error).slice(0, 200)),
    )
    let restless = ""
    await world.atRest(restSecondsMax, told).catch((error: unknown) => {
      restless = String(error)
    })
    const broken = await brokenPromises(world.allMessages(), world.databases, {
      whitelisted: [whitelisted],
      isLate: (message) => whatsapp.task(message.taskId).task !== undefined,
    })
    const outcomes = await world.databases.agent(
      `SELECT outcome, count(*)::int AS n FROM messages WHERE author = 'client' GROUP BY outcome ORDER BY outcome`,
    )
    const fates = await world.databases.gateway(
      `SELECT status, count(*)::int AS n FROM send_ledger GROUP BY status ORDER BY status`,
    )
    const counted = (rows: typeof outcomes, name: string) =>
      rows.map((row) => `${String(row[name])} ${String(row["n"])}`).join(", ")
    console.info(
      `${kills} kills in ${killedSeconds} s, at rest after ${Math.round((Date.now() - beganAt) / 1000) - killedSeconds} s more; client messages: ${counted(outcomes, "outcome")}; sends: ${counted(fates, "status")}`,
    )
    assert.deepStrictEqual(broken, [], `WA_SEED=${dice.seed}\n${restless}`)
    // A run in which little was said would prove little.
    assert.isAbove(Number(fates.find((row) => row["status"] === "sent")?.["n"] ?? 0), killsMax / 4)
    const ends = await Promise.all([running.gateway!.end("SIGTERM"), running.agent!.end("SIGTERM")])
    assert.deepStrictEqual(
      ends.map(({ code }) => code),
      [0, 0],
    )
  })
})
