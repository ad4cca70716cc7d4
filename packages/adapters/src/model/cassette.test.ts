import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { type LlmPort, LlmUnavailable } from "@wa/core/ports/llm-port"
import { Effect } from "effect"
import { classifyRequest, replyRequest } from "../contracts/llm.contract.ts"
import * as Cassette from "./cassette.ts"
import { loadPrompts } from "./prompt-files.ts"

const usage = { promptTokens: 900, cachedTokens: 0, outputTokens: 60, model: "stub" }
/** A model that counts how often it was asked. */
const makeStub = () => {
  let asked = 0
  const answer = <A>(value: A) => Effect.sync(() => ({ value, usage, promptHash: `h${++asked}` }))
  const port: LlmPort["Service"] = {
    name: "stub",
    classify: () => answer({ verdict: "client" as const, confidence: 0.9, reasoning: `ответ ${asked + 1}` }),
    draftReply: () => answer({ text: "Да", facts: [], call: null, hand_over: null }),
    draftTouch: () => Effect.fail(new LlmUnavailable({ kind: "overload", retryAfterMs: null, detail: "busy" })),
    denial: Effect.succeed(null),
    transcribe: () => answer({ text: "Да", language: "ru", confidence: 1 }),
  }
  return { port, asked: () => asked }
}
const inFolder = <A, E>(use: (file: string) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "cassette-"))),
    (folder) => use(join(folder, "answers.jsonl")),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
  )
const open = (file: string, recorder: LlmPort["Service"] | null, model = "stub") =>
  Effect.flatMap(loadPrompts(), (prompts) => Cassette.make({ file, model, prompts, recorder }))

describe("a cassette", () => {
  it.effect("asks the model once, and then nobody", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const stub = makeStub()
        const recording = yield* open(file, stub.port)
        const first = yield* recording.port.classify(classifyRequest)
        const replaying = yield* open(file, null)
        assert.deepStrictEqual(yield* replaying.port.classify(classifyRequest), first)
        assert.strictEqual(stub.asked(), 1)
        assert.deepStrictEqual(replaying.tally(), { replayed: 1, recorded: 0, missing: 0 })
      }),
    ),
  )
  it.effect("does not answer another question, nor for another model", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        yield* (yield* open(file, makeStub().port)).port.classify(classifyRequest)
        const replaying = yield* open(file, null)
        const other = { ...classifyRequest, chat: [{ from: "client" as const, text: "Иное", at: 0 }] }
        assert.strictEqual((yield* Effect.flip(replaying.port.classify(other)))._tag, "LlmDenied")
        assert.strictEqual((yield* Effect.flip(replaying.port.draftReply(replyRequest)))._tag, "LlmDenied")
        const another = yield* open(file, null, "other-model")
        assert.strictEqual((yield* Effect.flip(another.port.classify(classifyRequest)))._tag, "LlmDenied")
        assert.strictEqual(replaying.tally().missing, 2)
      }),
    ),
  )
  it.effect("keeps several answers to one question in their order", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const recording = yield* open(file, makeStub().port)
        yield* recording.port.classify(classifyRequest)
        yield* recording.port.classify(classifyRequest)
        const { port } = yield* open(file, null)
        const told: Array<string> = []
        for (let i = 0; i < 3; i++) told.push((yield* port.classify(classifyRequest)).value.reasoning)
        assert.deepStrictEqual(told, ["ответ 1", "ответ 2", "ответ 2"])
      }),
    ),
  )
  it.effect("keeps no failure", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const recording = yield* open(file, makeStub().port)
        yield* recording.port.classify(classifyRequest)
        const { newMessage: _, askedTime: __, ...rest } = replyRequest
        const touch = {
          ...rest,
          touch: 1,
          hoursSilent: 24,
          lastBotMessage: "а",
          lastClientMessage: "б",
          reason: "ignored" as const,
        }
        yield* Effect.flip(recording.port.draftTouch(touch))
        assert.strictEqual(readFileSync(file, "utf8").trim().split("\n").length, 1)
      }),
    ),
  )
  it.effect("names the line that is no answer", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        writeFileSync(file, '\n{"key":"x","task":"classify","value":{"verdict":"maybe"}}\n')
        assert.match((yield* Effect.flip(open(file, null))).message, /строка 2/u)
      }),
    ),
  )
})
