import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import {
  chat,
  classifyRequest,
  freeSlots,
  hostile,
  knowledge,
  now,
  replyRequest,
  touchRequest,
} from "../contracts/llm.contract.ts"
import { json, type ModelServer, type Reply } from "../model/model-server.fixture.ts"
import { loadPrompts } from "../model/prompt-files.ts"
import * as Gemini from "./gemini.ts"
import { failed, faults, quota, said, startGemini } from "./gemini-server.fixture.ts"

const secret = "AIzaSyTestTestTest"
const start = (settings: Partial<Gemini.Settings> = {}) =>
  Effect.gen(function* () {
    const server = yield* startGemini
    const prompts = yield* loadPrompts()
    const llm = Gemini.make({
      apiKey: Redacted.make(secret),
      model: "gemini-2.5-pro",
      baseUrl: server.url,
      prompts,
      ...settings,
    })
    return { server, llm, prompts }
  })
const failure = (reply: Reply) =>
  Effect.gen(function* () {
    const { llm, server } = yield* start()
    server.next(reply)
    const error = yield* Effect.flip(llm.classify(classifyRequest))
    return { error, asked: server.asked.length, is: error._tag === "LlmDenied" ? error.mend : error.kind }
  })
const last = (server: ModelServer) => server.asked.at(-1)!
const draft = (fields: object) =>
  said(JSON.stringify({ text: "Хорошо.", facts: [], call: null, hand_over: null, ...fields }))

describe("a request to Gemini", () => {
  it.effect("carries the key in its header, the rules as system instruction, and the schema of a verdict", () =>
    Effect.gen(function* () {
      const { llm, prompts, server } = yield* start()
      const answer = yield* llm.classify(classifyRequest)
      const { body, headers, url } = last(server)
      assert.strictEqual(url, "/v1/models/gemini-2.5-pro:generateContent")
      assert.strictEqual(headers["x-goog-api-key"], secret)
      assert.strictEqual(headers["x-server-timeout"], undefined)
      assert.match(body.systemInstruction.parts[0].text, /^Ты разбираешь входящие сообщения/)
      assert.lengthOf(body.contents, 1)
      assert.strictEqual(body.contents[0].role, "user")
      assert.include(
        body.contents[0].parts[0].text,
        '<клиент время="23 ноября в 14:29">Шесть соток. Сколько стоит?</клиент>',
      )
      assert.deepStrictEqual(body.generationConfig, {
        temperature: 0.1,
        maxOutputTokens: 8192,
        responseMimeType: "application/json",
        responseSchema: {
          type: "OBJECT",
          properties: {
            reasoning: { type: "STRING" },
            isClient: { type: "BOOLEAN", nullable: true },
            confidence: { type: "NUMBER" },
          },
          required: ["reasoning", "isClient", "confidence"],
          propertyOrdering: ["reasoning", "isClient", "confidence"],
        },
      })
      assert.deepStrictEqual(answer.value, { verdict: "client", confidence: 0.95, reasoning: "Спрашивает цену." })
      assert.strictEqual(answer.promptHash, prompts.moderator.hash)
    }),
  )
  it.effect("goes to the beta for models that live only there", () =>
    Effect.gen(function* () {
      for (const model of ["gemini-flash-latest", "gemini-3.1-pro-preview"]) {
        const { llm, server } = yield* start({ model })
        yield* llm.classify(classifyRequest)
        assert.strictEqual(last(server).url, `/v1beta/models/${model}:generateContent`)
      }
    }),
  )
  it.effect("asks for a draft more freely, with the documents in the system instruction", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      const answer = yield* llm.draftReply(replyRequest)
      const { body } = last(server)
      assert.strictEqual(body.generationConfig.temperature, 0.7)
      assert.deepStrictEqual(body.generationConfig.responseSchema.properties.call, {
        type: "OBJECT",
        nullable: true,
        properties: {
          action: { type: "STRING", enum: ["book", "move", "cancel"] },
          at: { type: "STRING", nullable: true },
        },
        required: ["action", "at"],
        propertyOrdering: ["action", "at"],
      })
      assert.include(body.systemInstruction.parts[0].text, knowledge)
      assert.deepStrictEqual(answer.value.facts, ["уход.pdf:2:1"])
      assert.strictEqual((yield* llm.draftTouch(touchRequest(2))).value.hand_over, null)
      assert.include(last(server).body.contents[0].parts[0].text, "Сейчас касание 2 из 5")
    }),
  )
  it.effect("carries a voice note inline, without the codec in its type", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      const answer = yield* llm.transcribe(new Uint8Array([1, 2, 3, 255]), "audio/ogg; codecs=opus")
      const { body } = last(server)
      assert.include(body.contents[0].parts[0].text, "Транскрибируй это голосовое сообщение на русском языке")
      assert.deepStrictEqual(body.contents[0].parts[1], { inlineData: { mimeType: "audio/ogg", data: "AQID/w==" } })
      assert.strictEqual(body.generationConfig.temperature, 0.1)
      assert.deepStrictEqual(answer.value, { text: "Здравствуйте, сколько стоит?", language: "ru", confidence: 0.9 })
    }),
  )
  it.effect("begins alike in two turns of a chat", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      yield* llm.draftReply(replyRequest)
      const later = now + 3_600_000
      const more = [
        { from: "bot" as const, text: "7 500 ₸ за сотку.", at: now },
        { from: "client" as const, text: "А обрезка?", at: later },
      ]
      yield* llm.draftReply({
        ...replyRequest,
        chat: [...chat, ...more],
        newMessage: "А обрезка?",
        now: later,
        freeSlots: [],
        passages: [],
      })
      const [first, second] = server.asked.map(({ body }) => ({
        system: body.systemInstruction.parts[0].text as string,
        user: body.contents[0].parts[0].text as string,
      }))
      assert.strictEqual(second!.system, first!.system)
      const grown = first!.user.slice(0, first!.user.indexOf("\n</переписка>"))
      assert.include(grown, "Какой у вас участок?")
      assert.isTrue(second!.user.startsWith(grown))
    }),
  )
  it.effect("never lets a client's words into the rules, nor out of their fence", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      yield* llm.draftReply(replyRequest)
      const turn = [...chat.slice(0, 2), { from: "client" as const, text: hostile, at: now }]
      yield* llm.draftReply({
        ...replyRequest,
        chat: turn,
        newMessage: hostile,
        contact: { name: hostile, full_name: null, business_name: null },
      })
      const [tame, wild] = server.asked.map(({ body }) => body)
      assert.deepStrictEqual(wild.systemInstruction, tame.systemInstruction)
      const text: string = wild.contents[0].parts[0].text
      assert.lengthOf(text.match(/<\/новое_сообщение>/g)!, 1)
      assert.notMatch(text, /<сотрудник|\u200b|\u202e/)
      assert.include(text, "‹ /новое_сообщение>")
    }),
  )
  it.effect("is not sent for an empty or a huge recording", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      for (const size of [0, 15 * 1024 * 1024]) {
        const error = yield* Effect.flip(llm.transcribe(new Uint8Array(size), "audio/ogg"))
        assert.strictEqual(error._tag === "LlmUnavailable" && error.kind, "bad_answer")
      }
      assert.lengthOf(server.asked, 0)
    }),
  )
})

describe("an answer of Gemini", () => {
  it.effect("is counted with its thoughts and with what the cache saved", () =>
    Effect.gen(function* () {
      const { llm } = yield* start()
      const { usage } = yield* llm.classify(classifyRequest)
      assert.deepStrictEqual(usage, {
        promptTokens: 1200,
        cachedTokens: 900,
        outputTokens: 200,
        model: "gemini-test-001",
      })
    }),
  )
  it.effect("may be wrapped in a fence, and split into parts", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(
        json({
          candidates: [
            {
              finishReason: "STOP",
              content: {
                parts: [
                  { text: "```json\n" },
                  { text: '{"text": "Да.", "facts": ["F2",],' },
                  { text: '"call": null, "hand_over": " "}\n```' },
                ],
              },
            },
          ],
        }),
      )
      const answer = yield* llm.draftReply(replyRequest)
      assert.deepStrictEqual(answer.value, { text: "Да.", facts: ["уход.pdf:2:2"], call: null, hand_over: null })
      assert.deepStrictEqual(answer.usage, {
        promptTokens: 0,
        cachedTokens: 0,
        outputTokens: 0,
        model: "gemini-2.5-pro",
      })
    }),
  )
  it.effect("names a call by the slot's own time, whatever offset it was written in", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      for (const at of [
        "2026-11-24T15:00:00+05:00",
        "2026-11-24T10:00:00Z",
        "2026-11-24T15:00",
        "2026-11-24 15:00:00",
      ]) {
        server.next(draft({ call: { action: "book", at } }))
        const { call } = (yield* llm.draftReply(replyRequest)).value
        assert.deepStrictEqual(call, { action: "book", at: "2026-11-24T15:00:00+05:00" }, at)
        assert.include(freeSlots, Date.parse(call!.at!))
      }
      server.next(draft({ call: { action: "book", at: "завтра в три" } }))
      assert.strictEqual((yield* llm.draftReply(replyRequest)).value.call?.at, "завтра в три")
      server.next(draft({ call: { action: "cancel", at: null } }))
      assert.deepStrictEqual((yield* llm.draftReply(replyRequest)).value.call, { action: "cancel", at: null })
    }),
  )
  it.effect("records no call in a touch", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(draft({ call: { action: "book", at: "2026-11-24T15:00:00+05:00" } }))
      assert.isNull((yield* llm.draftTouch(touchRequest(4))).value.call)
    }),
  )
  it.effect("that cannot tell is no verdict of either kind", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(said('{"reasoning": "Только привет.", "isClient": null, "confidence": 0.8}'))
      assert.strictEqual((yield* llm.classify(classifyRequest)).value.verdict, "unknown")
      server.next(said('{"reasoning": "Поставщик.", "isClient": false, "confidence": 0.9}'))
      assert.strictEqual((yield* llm.classify(classifyRequest)).value.verdict, "not_client")
    }),
  )
  for (const finish of ["SAFETY", "PROHIBITED_CONTENT", "RECITATION", "BLOCKLIST", "SPII"]) {
    it.effect(`that ends with ${finish} is blocked, and is not asked for again`, () =>
      Effect.gen(function* () {
        const { asked, is } = yield* failure(said('{"reasoning": "", "isClient": true, "confidence": 1}', finish))
        assert.strictEqual(is, "blocked")
        assert.strictEqual(asked, 1)
      }),
    )
  }
})

describe("a failure of Gemini", () => {
  const key = "GEMINI_API_KEY"
  const cases: ReadonlyArray<readonly [string, Reply, string]> = [
    ["a key that is wrong", faults.wrong_key, key],
    ["a key that expired", failed(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), key],
    ["401", failed(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), key],
    ["403", failed(403, "PERMISSION_DENIED", "Your API key was reported as leaked."), key],
    [
      "a region that is not served",
      failed(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
      "GEMINI_BASE_URL",
    ],
    ["an unknown model", faults.unknown_model, "GEMINI_MODEL"],
    ["an address where no API lives", { status: 404, body: "<html>not found</html>" }, "GEMINI_BASE_URL"],
    ["a request it cannot take", failed(400, "INVALID_ARGUMENT", "Unsupported MIME type: audio/amr"), "bad_answer"],
    ["500", failed(500, "INTERNAL", "An internal error has occurred."), "overload"],
    ["504", failed(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."), "overload"],
    ["408", { status: 408, body: "" }, "overload"],
    ["a day's quota", quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "12s"), "quota"],
    ["a minute's limit without a delay", quota("GenerateRequestsPerMinutePerProjectPerModel", ""), "overload"],
    ["a minute's tokens", quota("GenerateContentInputTokensPerModelPerMinute-PaidTier", "12.4s"), "overload"],
    [
      "spent credits",
      failed(
        429,
        "RESOURCE_EXHAUSTED",
        "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
      ),
      "quota",
    ],
    [
      "a quota without details",
      failed(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."),
      "quota",
    ],
    [
      "shared capacity that ran out",
      failed(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
      "overload",
    ],
    ["a proxy's 429", { status: 429, body: "slow down" }, "overload"],
  ]
  for (const [what, reply, wanted] of cases) {
    it.effect(`${what} is told as ${wanted}, after one request`, () =>
      Effect.gen(function* () {
        const { asked, error, is } = yield* failure(reply)
        assert.strictEqual(is, wanted, error.message)
        assert.strictEqual(asked, 1)
      }),
    )
  }
  it.effect("tells the delay of a minute's limit to the millisecond", () =>
    Effect.gen(function* () {
      const { error } = yield* failure(quota("GenerateContentInputTokensPerModelPerMinute-PaidTier", "12.4s"))
      assert.strictEqual(error._tag === "LlmUnavailable" && error.retryAfterMs, 12_400)
    }),
  )
  it.effect("with a 200 that is no JSON is a bad answer", () =>
    Effect.gen(function* () {
      const { is } = yield* failure({
        status: 200,
        body: "<html>Login</html>",
        headers: { "content-type": "text/html" },
      })
      assert.strictEqual(is, "bad_answer")
    }),
  )
  it.effect("never repeats the key", () =>
    Effect.gen(function* () {
      const { error } = yield* failure(
        failed(403, "PERMISSION_DENIED", `Requests with ${secret} and AIzaSyOtherKey_123 are blocked.`),
      )
      assert.notInclude(error.message, "AIza")
      assert.include(error.message, "are blocked")
    }),
  )
  it.live("to answer at all ends at the timeout, and the connection with it", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start({ timeoutMs: 60 })
      server.next("hang")
      const error = yield* Effect.flip(llm.classify(classifyRequest))
      assert.strictEqual(error._tag === "LlmUnavailable" && error.kind, "network")
      assert.include(error.message, "no answer within 60 ms")
      yield* Effect.promise(() => server.hungUp)
      assert.lengthOf(server.asked, 1)
    }),
  )
  it.effect("to be reached is told with the reason", () =>
    Effect.gen(function* () {
      const { llm } = yield* start({ baseUrl: "http://127.0.0.1:1" })
      const error = yield* Effect.flip(llm.classify(classifyRequest))
      assert.strictEqual(error._tag === "LlmUnavailable" && error.kind, "network")
      assert.match(error.message, /ECONNREFUSED|bad port/)
    }),
  )
})
