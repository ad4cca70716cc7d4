import { assert, describe, it } from "@effect/vitest"
import type { Answer, Draft, LlmError } from "@wa/core/ports/llm-port"
import { LlmDenied, LlmPort, LlmUnavailable } from "@wa/core/ports/llm-port"
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { replyRequest } from "../contracts/llm.contract.ts"
import * as Fallback from "./fallback.ts"

const away = (kind: LlmUnavailable["kind"], retryAfterMs: number | null = null) =>
  new LlmUnavailable({ kind, retryAfterMs, detail: kind })
const denied = new LlmDenied({ mend: "GEMINI_API_KEY", detail: "401" })

/** A model that fails as told until it is told otherwise, and counts its questions. */
const fake = (name: string) => {
  const state = { asked: 0, error: null as LlmError | null, heard: "слова" }
  const usage = { promptTokens: 1, cachedTokens: 0, outputTokens: 1, model: name }
  const say = <A>(value: () => A) =>
    Effect.suspend((): Effect.Effect<Answer<A>, LlmError> => {
      state.asked++
      return state.error === null
        ? Effect.succeed({ value: value(), usage, promptHash: null })
        : Effect.fail(state.error)
    })
  const draft: Draft = { text: name, facts: [], call: null, hand_over: null }
  const port: LlmPort["Service"] = {
    name,
    classify: () => say(() => ({ verdict: "client" as const, confidence: 1, reasoning: name })),
    draftReply: () => say(() => draft),
    draftTouch: () => say(() => draft),
    denial: Effect.sync(() => (state.error?._tag === "LlmDenied" ? { error: state.error, standIn: null } : null)),
    transcribe: () => say(() => ({ text: state.heard, language: "ru", confidence: state.heard === "" ? 0 : 0.9 })),
  }
  return { port, state }
}
const two = () => {
  const first = fake("первая")
  const second = fake("вторая")
  const llm = Fallback.make(first.port, second.port)
  return {
    first: first.state,
    second: second.state,
    llm,
    reply: Effect.map(llm.draftReply(replyRequest), (answer) => answer.value.text),
  }
}

describe("two models", () => {
  it.effect("tell the cost of the first with the answer of the second, and of both when neither answers", () =>
    Effect.gen(function* () {
      const { first, second, llm } = two()
      const cost = { promptTokens: 7, cachedTokens: 0, outputTokens: 3, model: "первая" }
      first.error = new LlmUnavailable({ kind: "bad_answer", retryAfterMs: null, detail: "", spent: [cost] })
      const { calls } = yield* llm.draftReply(replyRequest)
      assert.deepStrictEqual(
        calls?.map((one) => one.model),
        ["первая", "вторая"],
      )
      const other = { ...cost, model: "вторая" }
      second.error = new LlmUnavailable({ kind: "blocked", retryAfterMs: null, detail: "", spent: [other] })
      const error = yield* Effect.flip(llm.draftReply(replyRequest))
      assert.deepStrictEqual(error._tag === "LlmUnavailable" ? error.spent : null, [cost, other])
    }),
  )
  it.effect("ask only the first while it answers", () =>
    Effect.gen(function* () {
      const { reply, second } = two()
      assert.strictEqual(yield* reply, "первая")
      assert.strictEqual(second.asked, 0)
    }),
  )
  for (const kind of ["overload", "quota", "network"] as const) {
    it.effect(`ask the second when the first is away (${kind}), and leave the first alone for a minute`, () =>
      Effect.gen(function* () {
        const { first, reply } = two()
        first.error = away(kind)
        assert.strictEqual(yield* reply, "вторая")
        first.error = null
        yield* TestClock.adjust("59 seconds")
        assert.strictEqual(yield* reply, "вторая")
        assert.strictEqual(first.asked, 1)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* reply, "первая")
      }),
    )
  }
  it.effect("leave the first alone for as long as it asked for, within ten minutes", () =>
    Effect.gen(function* () {
      const { first, reply } = two()
      first.error = away("overload", 3_600_000)
      yield* reply
      yield* TestClock.adjust("599 seconds")
      yield* reply
      assert.strictEqual(first.asked, 1)
      yield* TestClock.adjust("1 second")
      yield* reply
      assert.strictEqual(first.asked, 2)
    }),
  )
  for (const kind of ["bad_answer", "blocked"] as const) {
    it.effect(`give the second this question only when the first failed at it (${kind})`, () =>
      Effect.gen(function* () {
        const { first, reply } = two()
        first.error = away(kind)
        assert.strictEqual(yield* reply, "вторая")
        first.error = null
        assert.strictEqual(yield* reply, "первая")
      }),
    )
  }
  it.effect("never carry a spent budget to a second bill", () =>
    Effect.gen(function* () {
      const { first, reply, second } = two()
      first.error = away("budget")
      assert.strictEqual(yield* Effect.flip(reply), first.error)
      assert.strictEqual(second.asked, 0)
    }),
  )
  it.effect("tell the error of the first when both are away, also while it is left alone", () =>
    Effect.gen(function* () {
      const { first, reply, second } = two()
      first.error = away("quota")
      second.error = away("network")
      assert.strictEqual(yield* Effect.flip(reply), first.error)
      second.error = denied
      assert.strictEqual(yield* Effect.flip(reply), first.error)
      assert.strictEqual(first.asked, 1)
      assert.strictEqual(second.asked, 2)
    }),
  )
  it.effect("go on with the second when the first is denied, and stop only when both are", () =>
    Effect.gen(function* () {
      const { first, reply, second } = two()
      first.error = denied
      assert.strictEqual(yield* reply, "вторая")
      second.error = away("overload")
      assert.strictEqual(yield* Effect.flip(reply), second.error)
      second.error = new LlmDenied({ mend: "OPENAI_API_KEY", detail: "401" })
      assert.strictEqual(yield* Effect.flip(reply), denied)
    }),
  )
  it.effect(
    "say that the first is refused, with who stands in; a person is told once, and again after it answered",
    () =>
      Effect.gen(function* () {
        const { first, reply, second, llm } = two()
        const errors: Array<string> = []
        const noting = Logger.make(
          ({ logLevel, message }) => void (logLevel === "Error" && errors.push(String(message))),
        )
        yield* Effect.gen(function* () {
          first.error = denied
          for (let n = 0; n < 3; n++) {
            assert.strictEqual(yield* reply, "вторая")
            yield* TestClock.adjust("10 minutes")
          }
          assert.deepStrictEqual(errors, [`первая is refused, вторая stands in: ${denied.message}`])
          assert.deepStrictEqual(yield* llm.denial, { error: denied, standIn: "вторая" })
          second.error = new LlmDenied({ mend: "OPENAI_API_KEY", detail: "401" })
          assert.deepStrictEqual(yield* llm.denial, { error: denied, standIn: null })
          first.error = null
          yield* reply
          assert.isNull(yield* llm.denial)
          second.error = null
          first.error = denied
          yield* reply
          assert.lengthOf(errors, 2)
        }).pipe(Effect.provide(Logger.layer([noting])))
      }),
  )
  it.effect("take a second one that cannot hear for no answer", () =>
    Effect.gen(function* () {
      const { first, llm, second } = two()
      first.error = away("overload")
      const words = Effect.map(llm.transcribe(new Uint8Array([1]), "audio/ogg"), (answer) => answer.value.text)
      assert.strictEqual(yield* words, "слова")
      second.heard = ""
      assert.include(yield* Effect.flip(words), { kind: "overload" })
    }),
  )
  it.effect("make one layer of two, and bear both names", () =>
    Effect.gen(function* () {
      const first = fake("первая")
      const second = fake("вторая")
      first.state.error = away("overload")
      const one = Fallback.layer(Layer.succeed(LlmPort, first.port), Layer.succeed(LlmPort, second.port))
      const [name, text] = yield* LlmPort.use((llm) =>
        Effect.map(llm.draftReply(replyRequest), (answer) => [llm.name, answer.value.text] as const),
      ).pipe(Effect.provide(one))
      assert.strictEqual(name, "первая, then вторая")
      assert.strictEqual(text, "вторая")
    }),
  )
})
