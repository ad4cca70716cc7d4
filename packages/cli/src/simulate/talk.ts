/** A conversation that somebody leads by hand, over the same world as the simulations. */
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import { makeVirtualClock } from "@wa/adapters/runtime/virtual-clock"
import { readSettings } from "@wa/adapters/settings/settings"
import { holidayCheck } from "@wa/core/calendar/holidays"
import { inWords } from "@wa/core/calendar/time-in-words"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { isoWithOffset } from "@wa/core/time/wall-clock"
import { Context, Effect, Layer, References } from "effect"
import { spanMs } from "./scenario.ts"
import { makeScriptedBrain } from "./scripted-brain.ts"
import { makeWorld, profileId } from "./world.ts"

const phone = "+77010000001"
/** Long enough for the burst to be over and the answer to leave. */
const answerMs = 60_000

export const openTalk = Effect.fnUntraced(function* (knowledgeFolder: string) {
  const settings = readSettings({})
  const zone = settings.TIMEZONE
  const clock = makeVirtualClock(Date.now())
  const knowledge = Context.get(yield* Layer.build(KnowledgeFolder.layer({ folder: knowledgeFolder })), KnowledgePort)
  const offline = Context.get(yield* Layer.build(OfflineBrain.layer), LlmPort)
  const brain = makeScriptedBrain({}, offline, zone)
  const world = yield* makeWorld({
    clock,
    settings,
    isHoliday: holidayCheck(settings.HOLIDAYS_COUNTRY),
    knowledge,
    knowledgeTag: KnowledgePort,
    brain,
  })
  yield* world.runUntil(clock.now())
  let shown = 0
  const time = () => isoWithOffset(clock.now(), zone).slice(0, 16).replace("T", " ")
  /** What came since the last look; our own lines were typed here and need not be shown again. */
  const news = () => {
    const all = world.whatsapp.chat(phone)
    const fresh = all.slice(shown).filter((message) => message.fromMe && message.sentFrom === "api")
    shown = all.length
    return fresh.map((message) => `бот> ${message.text}`)
  }
  const wakeUpAt = Effect.orElseSucceed(world.agent.nextWakeUpAt, () => null)

  const say = (line: string): Effect.Effect<ReadonlyArray<string>> =>
    Effect.gen(function* () {
      const [command = "", ...rest] = line.split(/\s+/)
      if (command === "/next") {
        const at = yield* wakeUpAt
        if (at === null) return ["ничего не запланировано"]
        yield* world.runUntil(at + answerMs)
        return [`— ${time()}`, ...news()]
      }
      if (command === "/wait") {
        const span = rest.join(" ")
        if (spanMs(span) <= 0) return ["сколько ждать? Например, /wait 24h"]
        yield* world.runUntil(clock.now() + spanMs(span))
        return [`— ${time()}`, ...news()]
      }
      if (command === "/operator") {
        if (rest.length === 0) return ["что написать? Например, /operator Здравствуйте, это Ержан"]
        world.whatsapp.operatorWrites(phone, rest.join(" "))
        yield* world.runUntil(clock.now() + answerMs)
        return ["(сотрудник написал, бот молчит)", ...news()]
      }
      if (command === "/why") {
        const traces = yield* Effect.orElseSucceed(world.agent.traces({ profileId, phone }, 6), () => [])
        return traces
          .toReversed()
          .map(
            (trace) =>
              `${trace.event._tag}: ${JSON.stringify(trace.thoughts)} → ${trace.commands.map((one) => one._tag).join(", ") || "ничего"}`,
          )
      }
      if (command.startsWith("/")) return [`нет такой команды: ${command}`]
      world.whatsapp.clientWrites(phone, line, { name: "Вы" })
      yield* world.runUntil(clock.now() + answerMs)
      const said = news()
      const at = yield* wakeUpAt
      return said.length > 0 ? said : [`(бот молчит${at === null ? "" : `; следующее событие ${inWords(at, zone)}`})`]
    }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

  return { say, clock: time }
})
