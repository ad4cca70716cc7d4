/** A reply that was published and has not left yet: what happens meanwhile on either side decides whether it still may. */

import { assert, describe, it } from "@effect/vitest"
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import { makeVirtualClock } from "@wa/adapters/runtime/virtual-clock"
import { readSettings } from "@wa/adapters/settings/settings"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { Context, Effect, Layer } from "effect"
import { makeScriptedBrain } from "../src/simulate/scripted-brain.ts"
import { makeWorld, profileId } from "../src/simulate/world.ts"

const phone = "+77010000001"
const key = { profileId, phone }
const second = 1000
const minute = 60 * second
const noon = Date.UTC(2026, 10, 24, 7)

/** The client has asked, and the answer lies at a sender that may not send. */
const waiting = Effect.gen(function* () {
  const settings = readSettings({})
  const clock = makeVirtualClock(noon)
  const folder = KnowledgeFolder.layer({ folder: new URL("../../../knowledge_base", import.meta.url).pathname })
  const offline = Context.get(yield* Layer.build(OfflineBrain.layer), LlmPort)
  const world = yield* makeWorld({
    clock,
    settings,
    isHoliday: () => false,
    knowledge: Context.get(yield* Layer.build(folder), KnowledgePort),
    knowledgeTag: KnowledgePort,
    brain: makeScriptedBrain({}, offline, settings.TIMEZONE),
  })
  yield* world.runUntil(clock.now())
  const pass = (ms: number) => world.runUntil(clock.now() + ms)
  yield* world.gateway.stopSending(profileId, { at: clock.now(), why: "person", detail: "" })
  world.whatsapp.clientWrites(phone, "Здравствуйте! Сколько стоит тариф «Лавка»?")
  yield* pass(minute)
  assert.lengthOf(yield* world.gateway.openSends(profileId), 1)
  const state = Effect.gen(function* () {
    const history = yield* world.agent.history(key, 20, { withUnsent: true })
    return {
      received: world.whatsapp.chat(phone).filter((one) => one.sentFrom === "api").length,
      open: (yield* world.gateway.openSends(profileId)).length,
      unreported: (yield* world.agent.contact(key))?.conversation.unreported.length,
      outcomes: history.filter((one) => one.from === "client").map((one) => one.outcome),
    }
  })
  const resume = Effect.gen(function* () {
    yield* world.gateway.resumeSending(profileId, clock.now())
    yield* pass(minute)
  })
  return { clock, world, pass, resume, state }
})

describe("a reply that lies at the sender", () => {
  for (const ms of [20 * second, 30 * minute]) {
    const after = `${ms / second} seconds later`
    it.live(`is not sent once a person has written in the chat, ${after}`, () =>
      Effect.gen(function* () {
        const { world, pass, resume, state } = yield* waiting
        world.whatsapp.operatorWrites(phone, "Добрый день, отвечу сам")
        yield* pass(ms)
        yield* resume
        assert.deepStrictEqual(yield* state, {
          received: 0,
          open: 0,
          unreported: 0,
          outcomes: ["handed_over:operator_wrote"],
        })
      }),
    )
    it.live(`is not sent once the client has asked for silence, ${after}`, () =>
      Effect.gen(function* () {
        const { world, pass, resume, state } = yield* waiting
        world.whatsapp.clientWrites(phone, "Не пишите мне больше")
        yield* pass(ms)
        yield* resume
        assert.deepInclude(yield* state, { received: 0, open: 0, unreported: 0 })
      }),
    )
  }
  it.live("is not sent once a person has taken the chat in the console", () =>
    Effect.gen(function* () {
      const { clock, world, pass, resume, state } = yield* waiting
      yield* world.tell(key, { _tag: "PersonTookOver", at: clock.now() })
      yield* pass(30 * minute)
      yield* resume
      assert.deepStrictEqual(yield* state, {
        received: 0,
        open: 0,
        unreported: 0,
        outcomes: ["handed_over:operator_wrote"],
      })
    }),
  )
  it.live("is not sent once a person has said that this is no client", () =>
    Effect.gen(function* () {
      const { clock, world, pass, resume, state } = yield* waiting
      yield* world.tell(key, { _tag: "PersonClassified", at: clock.now(), isClient: false })
      yield* pass(30 * minute)
      yield* resume
      assert.deepStrictEqual(yield* state, { received: 0, open: 0, unreported: 0, outcomes: ["ignored:not_client"] })
    }),
  )
  it.live("is answered together with what the client has asked since", () =>
    Effect.gen(function* () {
      const { world, pass, resume, state } = yield* waiting
      yield* pass(5 * minute)
      world.whatsapp.clientWrites(phone, "И сколько стоит доставка?")
      yield* pass(5 * minute)
      yield* resume
      assert.deepStrictEqual(yield* state, { received: 1, open: 0, unreported: 0, outcomes: ["answered", "answered"] })
    }),
  )
  it.live("is sent once it may", () =>
    Effect.gen(function* () {
      const { pass, resume, state } = yield* waiting
      yield* pass(30 * minute)
      yield* resume
      assert.deepStrictEqual(yield* state, { received: 1, open: 0, unreported: 0, outcomes: ["answered"] })
    }),
  )
})
