/**
 * The load of the plan's task 4.3 on both programs, measured: a hundred people who write at once, fifty voice notes, the same
 * again to see whether memory grows. It is asked for (`WA_LOAD=1 npm test load`) and prints figures; all it asserts is that
 * every promise was kept. docs/BENCHMARKS.md says how the figures were taken.
 */
import { readFileSync } from "node:fs"
import { afterAll, assert, beforeAll, it } from "@effect/vitest"
import type { LocalMessage } from "@wa/adapters/local-wappi/local-whatsapp"
import { type Apart, needsServers, openApart } from "./apart.fixture.ts"
import { brokenPromises } from "./books.fixture.ts"
import { endAll, memoryOf, type Program, pause, until } from "./program.fixture.ts"

const people = Number(process.env["WA_LOAD_PEOPLE"] ?? 100)
const voiceNotes = Number(process.env["WA_LOAD_VOICE"] ?? 50)
const rounds = Number(process.env["WA_LOAD_ROUNDS"] ?? 3)
/** The most that may be set, far more than WhatsApp bears: the program is measured, not the throttle. */
const sendPerMinute = process.env["WA_LOAD_SEND_PER_MINUTE"] ?? "600"
const roundSecondsMax = 300
const ticksPerSecond = 100

/** Linux only: seconds of processor time so far. */
const cpuSecondsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
const quantile = (sorted: ReadonlyArray<number>, of: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))]!

;(await needsServers())("the two programs under load", () => {
  let world: Apart
  let running: Readonly<Record<"gateway" | "agent", Program>>
  const told = () => `${running.gateway.said().slice(-2000)}\n${running.agent.said().slice(-2000)}`
  beforeAll(async () => {
    world = await openApart()
    running = {
      gateway: world.start("gateway", { SEND_PER_MINUTE: sendPerMinute, POLLING_INTERVAL: "5" }),
      agent: world.start("agent", { REPLY_QUIET_SECONDS: "1", REPLY_MAX_WAIT_SECONDS: "5" }),
    }
    await Promise.all([world.healthy("gateway", running.gateway), world.healthy("agent", running.agent)])
    await world.hasPolled()
  }, 90_000)
  afterAll(async () => {
    await endAll()
    await world.close()
  }, 60_000)

  /** Each writes once; ends when each has got a new answer. Times are from the writing to the answer on the phone. */
  const measure = async (name: string, phones: ReadonlyArray<string>, write: (phone: string) => LocalMessage) => {
    const before = new Map(phones.map((phone) => [phone, world.sentTo(phone).length]))
    const cpu = { gateway: cpuSecondsOf(running.gateway.pid), agent: cpuSecondsOf(running.agent.pid) }
    const beganAt = Date.now()
    for (const phone of phones) write(phone)
    const answeredAfter = new Map<string, number>()
    const deepest = { incoming: 0, outgoing: 0, voice: 0 }
    let isOver = false
    const depths = (async () => {
      while (!isOver) {
        const [incoming, outgoing, voice] = await Promise.all(
          ["incoming_messages", "outgoing_messages", "voice_transcription"].map(world.depth),
        )
        deepest.incoming = Math.max(deepest.incoming, incoming!)
        deepest.outgoing = Math.max(deepest.outgoing, outgoing!)
        deepest.voice = Math.max(deepest.voice, voice!)
        await pause(500)
      }
    })()
    await until(
      "everybody is answered",
      roundSecondsMax,
      () => {
        for (const phone of phones)
          if (!answeredAfter.has(phone) && world.sentTo(phone).length > before.get(phone)!)
            answeredAfter.set(phone, Date.now() - beganAt)
        return answeredAfter.size === phones.length ? true : undefined
      },
      () => `${answeredAfter.size} of ${phones.length}\n${told()}`,
    ).finally(() => {
      isOver = true
    })
    await depths
    const seconds = (Date.now() - beganAt) / 1000
    const times = [...answeredAfter.values()].sort((a, b) => a - b)
    const of = (app: "gateway" | "agent") => {
      const { nowMb, peakMb } = memoryOf(running[app].pid)
      const used = cpuSecondsOf(running[app].pid) - cpu[app]
      return `${app} ${used.toFixed(1)} s of processor, ${nowMb} MB now, ${peakMb} MB at the most`
    }
    console.info(
      `${name}: ${phones.length} answered in ${seconds.toFixed(1)} s (${((phones.length * 60) / seconds).toFixed(0)} a minute); the first after ${times[0]} ms, half after ${quantile(times, 0.5)} ms, 95 % after ${quantile(times, 0.95)} ms; queues at the most: incoming ${deepest.incoming}, outgoing ${deepest.outgoing}, voice ${deepest.voice}; ${of("gateway")}; ${of("agent")}`,
    )
  }

  it("answer a hundred people at once, and fifty voice notes, again and again", {
    timeout: (rounds + 1) * 2 * roundSecondsMax * 1000,
  }, async () => {
    const { whatsapp } = world.whatsapp
    const phones = Array.from({ length: people }, (_, i) => `+7701${String(i + 1).padStart(7, "0")}`)
    for (let round = 1; round <= rounds; round++) {
      await measure(`texts, round ${round}`, phones, (phone) =>
        whatsapp.clientWrites(phone, `Здравствуйте! Сколько стоит тариф «Магазин»? Это вопрос ${round}`),
      )
      await world.atRest(roundSecondsMax, told)
    }
    await measure("voice notes", phones.slice(0, voiceNotes), (phone) =>
      whatsapp.clientWrites(phone, "", { type: "ptt", audioBase64: Buffer.alloc(20_000, "OggS").toString("base64") }),
    )
    await world.atRest(roundSecondsMax, told)
    const errors = [running.gateway, running.agent].flatMap((program) =>
      program
        .said()
        .split("\n")
        .filter((line) => /"level":"?(?:error|fatal|50|60)/i.test(line)),
    )
    console.info(`errors in the logs: ${errors.length}${errors.length === 0 ? "" : `, the first: ${errors[0]}`}`)
    assert.deepStrictEqual(await brokenPromises(world.allMessages(), world.databases), [])
  })
})
