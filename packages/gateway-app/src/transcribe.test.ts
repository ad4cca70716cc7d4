import { assert, describe, it } from "@effect/vitest"
import { LlmDenied, LlmUnavailable } from "@wa/core/ports/llm-port"
import { retry } from "@wa/core/ports/queue-port"
import { Effect } from "effect"
import { client, minute, second, voiceOf, type World, world } from "./gateway.fixture.ts"
import { giveUpOnVoice, transcribe } from "./transcribe.ts"

/** A voice note of the client, announced to the agent. */
const spoken = Effect.fnUntraced(function* (w: World) {
  w.clock.pass(second)
  const message = w.whatsapp.clientWrites(client, "", { audioBase64: "T2dnUwAAAA==" })
  yield* w.poll
  yield* w.relay
  return voiceOf(message)
})
const doTranscribe = (w: World, body: ReturnType<typeof voiceOf>) => w.within(transcribe(body))
const contents = (w: World) =>
  w.told.flatMap((body) => (body.event === "message" ? [`${body.content}: ${body.message_text}`] : []))
const ack = { _tag: "ack" as const }
const unheard = "untranscribed: [голосовое сообщение: не удалось распознать]"
const overloaded = new LlmUnavailable({ kind: "overload", retryAfterMs: null, detail: "high demand" })
const saying = (text: string, language = "ru", confidence = 0.95) =>
  Effect.succeed({
    value: { text, language, confidence },
    usage: { promptTokens: 1, cachedTokens: 0, outputTokens: 1, model: "scripted" },
    promptHash: null,
  })

describe("a voice note", () => {
  it.effect("arrives as its transcript, behind its announcement, under the same id", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
      yield* w.relay
      assert.deepStrictEqual(contents(w), [
        "voice: [голосовое сообщение]",
        "transcript: [ТРАНСКРИБАЦИЯ] Сколько стоит доставка?",
      ])
      assert.deepInclude(w.told[1], { message_id: body.message_id, is_voice: true, phone_number: client })
      assert.strictEqual((yield* w.repo.stats(0)).voiceTranscribed, 1)
    }),
  )
  it.effect("that is delivered again arrives once, although it may be heard twice", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      yield* doTranscribe(w, body)
      w.model.answer = saying("Другие слова того же сообщения")
      yield* doTranscribe(w, body)
      yield* w.within(giveUpOnVoice(body))
      yield* w.relay
      assert.lengthOf(contents(w), 2)
      assert.include(contents(w)[1], "Сколько стоит доставка?")
    }),
  )
  it.effect("whose transcript is not to be trusted arrives as a message that says so", () =>
    Effect.gen(function* () {
      for (const answer of [
        saying("Салам, баасы канча болот?", "ky"),
        saying("Здравствуйте", "ru", 0.2),
        saying("", "ru"),
        saying("спасибо за просмотр ".repeat(20)),
      ]) {
        const w = yield* world()
        const body = yield* spoken(w)
        w.model.answer = answer
        assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
        yield* w.relay
        assert.strictEqual(contents(w)[1], unheard)
      }
    }),
  )
  it.effect("whose file has expired arrives as a message that says so, without asking the model", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      w.faults.set({ mediaAs: "neither" })
      assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
      yield* w.relay
      assert.strictEqual(contents(w)[1], unheard)
      assert.strictEqual(w.model.asked, 0)
    }),
  )
  it.effect("whose file is late is heard once it is there, and given up after 150 seconds", () =>
    Effect.gen(function* () {
      for (const times of [3, null]) {
        const w = yield* world()
        const body = yield* spoken(w)
        w.faults.plan({ kind: "http", endpoint: "download", status: 404, times })
        for (let n = 0; n < 3; n++) {
          assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
          w.clock.pass(30 * second)
        }
        if (times === null) w.clock.pass(minute + second)
        assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
        yield* w.relay
        assert.include(contents(w)[1], times === null ? unheard : "Сколько стоит доставка?")
      }
    }),
  )
  it.effect("that the model will never answer arrives as a message that says so", () =>
    Effect.gen(function* () {
      for (const kind of ["bad_answer", "blocked"] as const) {
        const w = yield* world()
        const body = yield* spoken(w)
        w.model.answer = Effect.fail(new LlmUnavailable({ kind, retryAfterMs: null, detail: "?" }))
        yield* doTranscribe(w, body)
        yield* w.relay
        assert.strictEqual(contents(w)[1], unheard)
      }
    }),
  )
  it.effect("waits while the model is overloaded, and is heard once it is back", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      const back = w.model.answer
      w.model.answer = Effect.fail(overloaded)
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      w.clock.pass(minute)
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      w.model.answer = back
      assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
      yield* w.relay
      assert.include(contents(w)[1], "Сколько стоит доставка?")
    }),
  )
  it.effect("is given up after 150 seconds, because the client waits", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      w.model.answer = Effect.fail(overloaded)
      w.clock.pass(149 * second)
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      w.clock.pass(2 * second)
      assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
      yield* w.relay
      assert.strictEqual(contents(w)[1], unheard)
    }),
  )
  it.effect("waits while the gateway, the key or the database is refused", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      w.faults.plan(
        { kind: "http", endpoint: "download", status: 502 },
        { kind: "http", endpoint: "download", status: 401 },
      )
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      const back = w.model.answer
      w.model.answer = Effect.fail(new LlmDenied({ mend: "GEMINI_API_KEY", detail: "?" }))
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      w.model.answer = back
      yield* w.store.disconnect
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      yield* w.store.reconnect
      yield* doTranscribe(w, body)
      yield* w.relay
      assert.lengthOf(contents(w), 2)
    }),
  )
  it.effect("that was buried still arrives, as a message that says so", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      yield* w.store.disconnect
      assert.strictEqual((yield* w.within(giveUpOnVoice(body)))._tag, retry("")._tag)
      yield* w.store.reconnect
      assert.deepStrictEqual(yield* w.within(giveUpOnVoice(body)), ack)
      yield* w.relay
      assert.strictEqual(contents(w)[1], unheard)
    }),
  )
})

describe("the tokens of a voice note", () => {
  const usages = (w: World) =>
    w.told.flatMap((body) => (body.event === "message" && body.usage !== undefined ? [body.usage] : []))
  const cost = { promptTokens: 10, cachedTokens: 0, outputTokens: 5, model: "scripted" }
  const told = { model: "scripted", prompt_tokens: 10, cached_tokens: 0, output_tokens: 5 }

  it.effect("are counted here, and travel with the transcript", () =>
    Effect.gen(function* () {
      const w = yield* world()
      yield* doTranscribe(w, yield* spoken(w))
      yield* w.relay
      assert.strictEqual(yield* w.repo.tokensSince(0), 15)
      assert.deepStrictEqual(usages(w), [[told]])
    }),
  )
  it.effect("count for answers of no use, too, and over all tries", () =>
    Effect.gen(function* () {
      const w = yield* world()
      const body = yield* spoken(w)
      w.model.answer = Effect.fail(
        new LlmUnavailable({ kind: "network", retryAfterMs: null, detail: "", spent: [cost] }),
      )
      assert.strictEqual((yield* doTranscribe(w, body))._tag, "retry")
      w.model.answer = Effect.fail(
        new LlmUnavailable({ kind: "bad_answer", retryAfterMs: null, detail: "", spent: [cost, cost] }),
      )
      assert.deepStrictEqual(yield* doTranscribe(w, body), ack)
      yield* w.relay
      assert.strictEqual(contents(w)[1], unheard)
      assert.strictEqual(yield* w.repo.tokensSince(0), 45)
      assert.deepStrictEqual(usages(w), [[told, told, told]])
    }),
  )
  it.effect("are bounded: the budget is asked before the model, and the note arrives unheard", () =>
    Effect.gen(function* () {
      const w = yield* world({ dailyTokenBudget: 15 })
      yield* doTranscribe(w, yield* spoken(w))
      assert.strictEqual(w.model.asked, 1)
      yield* doTranscribe(w, yield* spoken(w))
      assert.strictEqual(w.model.asked, 1)
      yield* w.relay
      assert.deepStrictEqual(contents(w).slice(-1), [unheard])
      // The next day has a budget of its own.
      w.clock.pass(24 * 60 * minute)
      yield* doTranscribe(w, yield* spoken(w))
      assert.strictEqual(w.model.asked, 2)
    }),
  )
})
