import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { chat, classifyRequest, hostile, knowledge, now, replyRequest } from "../contracts/llm.contract.ts"
import { json, type ModelServer, type Reply } from "../model/model-server.fixture.ts"
import { loadPrompts } from "../model/prompt-files.ts"
import * as Openai from "./openai.ts"
import { failed, faults, said, startOpenai } from "./openai-server.fixture.ts"

const secret = "sk-test-0123456789"
const start = (settings: Partial<Openai.Settings> = {}) =>
  Effect.gen(function* () {
    const server = yield* startOpenai
    const prompts = yield* loadPrompts()
    const llm = yield* Openai.make({
      apiKey: Redacted.make(secret),
      model: "small-model",
      transcriptionModel: "whisper-1",
      baseUrl: `${server.url}/v1`,
      prompts,
      ...settings,
    }).pipe(Effect.provide(FetchHttpClient.layer))
    return { server, llm }
  })
const failure = (...replies: ReadonlyArray<Reply>) =>
  Effect.gen(function* () {
    const { llm, server } = yield* start()
    server.next(...replies)
    const error = yield* Effect.flip(llm.classify(classifyRequest))
    return { error, asked: server.asked.length, is: error._tag === "LlmDenied" ? error.mend : error.kind }
  })
const last = (server: ModelServer) => server.asked.at(-1)!
const voice = new TextEncoder().encode("OggS")

describe("a request to an OpenAI-compatible provider", () => {
  it.effect("carries the key as a bearer, the rules as system message, and a strict schema", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      const answer = yield* llm.classify(classifyRequest)
      const { body, headers, url } = last(server)
      assert.strictEqual(url, "/v1/chat/completions")
      assert.strictEqual(headers["authorization"], `Bearer ${secret}`)
      assert.strictEqual(headers["traceparent"], undefined)
      assert.deepStrictEqual(Object.keys(body), ["model", "messages", "temperature", "max_tokens", "response_format"])
      assert.deepStrictEqual(
        body.messages.map((message: { role: string }) => message.role),
        ["system", "user"],
      )
      assert.match(body.messages[0].content, /^Ты разбираешь входящие сообщения/)
      assert.strictEqual(body.temperature, 0.1)
      assert.deepStrictEqual(body.response_format, {
        type: "json_schema",
        json_schema: {
          name: "assessment",
          strict: true,
          schema: {
            type: "object",
            properties: {
              reasoning: { type: "string" },
              isClient: { anyOf: [{ type: "boolean" }, { type: "null" }] },
              confidence: { type: "number" },
            },
            required: ["reasoning", "isClient", "confidence"],
            additionalProperties: false,
          },
        },
      })
      assert.deepStrictEqual(answer.usage, {
        promptTokens: 1200,
        cachedTokens: 1024,
        outputTokens: 200,
        model: "small-model-2026",
      })
    }),
  )
  it.effect("begins alike in two turns of a chat, whatever the client writes", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      yield* llm.draftReply(replyRequest)
      const more = [
        { from: "bot" as const, text: "7 500 ₸ за сотку.", at: now },
        { from: "client" as const, text: hostile, at: now },
      ]
      yield* llm.draftReply({ ...replyRequest, chat: [...chat, ...more], newMessage: hostile, freeSlots: [] })
      const [first, second] = server.asked.map(({ body }) =>
        body.messages.map((message: { content: string }) => message.content),
      )
      assert.strictEqual(second[0], first[0])
      assert.include(first[0], knowledge)
      assert.isTrue(second[1].startsWith(first[1].slice(0, first[1].indexOf("\n</переписка>"))))
      assert.lengthOf(second[1].match(/<\/новое_сообщение>/g), 1)
    }),
  )
})

describe("a provider that takes less of the protocol", () => {
  const noSchema = failed(400, {
    message: "'response_format.type' must be 'text' or 'json_object'",
    param: "response_format",
  })
  it.effect("is asked for a plain JSON object, from then on", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(noSchema)
      assert.strictEqual((yield* llm.classify(classifyRequest)).value.verdict, "client")
      assert.deepStrictEqual(last(server).body.response_format, { type: "json_object" })
      yield* llm.draftReply(replyRequest)
      assert.deepStrictEqual(last(server).body.response_format, { type: "json_object" })
      assert.lengthOf(server.asked, 3)
    }),
  )
  it.effect("is asked without any format when it knows none", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(noSchema, failed(422, { message: "Extra inputs are not permitted: response_format" }))
      yield* llm.classify(classifyRequest)
      assert.notProperty(last(server).body, "response_format")
    }),
  )
  it.effect("is asked without the temperature, or with the other name of the bound, when it says so", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(
        failed(400, {
          message:
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          param: "max_tokens",
        }),
        failed(400, {
          message: "Unsupported value: 'temperature' does not support 0.1 with this model.",
          param: "temperature",
        }),
      )
      yield* llm.classify(classifyRequest)
      assert.deepStrictEqual(Object.keys(last(server).body), [
        "model",
        "messages",
        "max_completion_tokens",
        "response_format",
      ])
    }),
  )
  it.effect("that refuses everything is given up on", () =>
    Effect.gen(function* () {
      const { asked, is } = yield* failure(...Array.from({ length: 9 }, () => noSchema))
      assert.strictEqual(is, "bad_answer")
      assert.strictEqual(asked, 3)
    }),
  )
})

describe("an answer of such a provider", () => {
  it.effect("may come in parts, fenced, behind its thoughts", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(
        json({
          choices: [
            {
              message: {
                content: [
                  { type: "text", text: '<think>{"text": "нет"}</think>\n```json\n{"text": "Да.",' },
                  { type: "text", text: '"facts": ["F1"]}\n```' },
                ],
              },
            },
          ],
          usage: { prompt_tokens: 10, completion_tokens: 5, prompt_cache_hit_tokens: 4 },
        }),
      )
      const answer = yield* llm.draftReply(replyRequest)
      assert.deepStrictEqual(answer.value, { text: "Да.", facts: ["уход.pdf:2:1"], call: null, hand_over: null })
      assert.deepStrictEqual(answer.usage, { promptTokens: 10, cachedTokens: 4, outputTokens: 5, model: "small-model" })
    }),
  )
  it.effect("that refuses is blocked", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* failure(said(null, "stop", { refusal: "I can't help with that." }))).is, "blocked")
    }),
  )
})

describe("a failure of such a provider", () => {
  const key = "OPENAI_API_KEY"
  const cases: ReadonlyArray<readonly [string, Reply, string]> = [
    ["a wrong key", faults.wrong_key, key],
    ["403", failed(403, { message: "Country, region, or territory not supported" }), key],
    ["403 of a moderation", failed(403, { message: "Your input was flagged", code: 403 }), "blocked"],
    ["an unknown model", faults.unknown_model, "OPENAI_MODEL"],
    [
      "an unknown model told with 400",
      failed(400, { message: "nope/model is not a valid model ID", code: 400 }),
      "OPENAI_MODEL",
    ],
    ["an address where no API lives", { status: 404, body: "<html>not found</html>" }, "OPENAI_BASE_URL"],
    ["402", failed(402, { message: "Insufficient credits. Add more using the billing page." }), "quota"],
    ["spent credits told with 429", faults.day_quota, "quota"],
    [
      "a day's requests",
      failed(429, { message: "Rate limit reached on requests per day (RPD): Limit 200", code: "rate_limit_exceeded" }),
      "quota",
    ],
    [
      "a minute's tokens",
      failed(429, { message: "Rate limit reached on tokens per min (TPM)", code: "rate_limit_exceeded" }),
      "overload",
    ],
    ["529", { status: 529, body: "overloaded" }, "overload"],
    ["500", failed(500, { message: "The server had an error" }), "overload"],
    [
      "too long a question",
      failed(400, { message: "This model's maximum context length is 8192 tokens.", code: "context_length_exceeded" }),
      "bad_answer",
    ],
    ["a content filter", failed(400, { message: "The response was filtered", code: "content_filter" }), "blocked"],
    ["an error within a 200", json({ error: { message: "Provider returned error", code: 502 } }), "overload"],
    [
      "a limit within a 200",
      json({ error: { message: "Rate limit exceeded: free-models-per-min", code: 429 } }),
      "overload",
    ],
    ["a page within a 200", { status: 200, body: "<html>Login</html>" }, "bad_answer"],
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
  it.effect("never repeats the key", () =>
    Effect.gen(function* () {
      const { error } = yield* failure(
        failed(401, { message: `Incorrect API key provided: ${secret} or sk-proj-abc***xyz.` }),
      )
      assert.notMatch(error.message, /sk-/)
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
    }),
  )
})

describe("a voice note", () => {
  it.effect("goes to the transcription's own door, as a file, with no language named", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      const answer = yield* llm.transcribe(voice, "audio/ogg; codecs=opus")
      const { body, headers, url } = last(server)
      assert.strictEqual(url, "/v1/audio/transcriptions")
      assert.match(String(headers["content-type"]), /^multipart\/form-data; boundary=/)
      assert.match(body, /name="model"\r\n\r\nwhisper-1\r\n/)
      assert.match(body, /name="response_format"\r\n\r\nverbose_json\r\n/)
      assert.match(body, /name="file"; filename="voice.ogg"\r\nContent-Type: audio\/ogg\r\n\r\nOggS\r\n/)
      assert.notMatch(body, /name="language"/)
      assert.deepStrictEqual(answer.value, { text: "Здравствуйте, сколько стоит?", language: "ru", confidence: 0.89 })
    }),
  )
  it.effect("in another tongue keeps its name, and is as sure as its segments", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      const heard = (language: string, avg_logprob: number, no_speech_prob: number) => {
        server.next(json({ text: "сөз", language, segments: [{ avg_logprob, no_speech_prob }] }))
        return Effect.map(llm.transcribe(voice, "audio/ogg"), ({ value }) => [value.language, value.confidence])
      }
      assert.deepStrictEqual(yield* heard("kazakh", 0, 0), ["kk", 1])
      assert.deepStrictEqual(yield* heard("Kyrgyz", -1.2, 0), ["ky", 0.3])
      assert.deepStrictEqual(yield* heard("en-US", 0, 0.9), ["en", 0.1])
      assert.deepStrictEqual(yield* heard("welsh", 0, 0), ["welsh", 1])
    }),
  )
  it.effect("is neither trusted nor mistrusted when only its words are told", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(
        failed(400, {
          message: "response_format 'verbose_json' is not compatible with model",
          param: "response_format",
        }),
        json({ text: "Сколько стоит?", usage: { type: "tokens", input_tokens: 30, output_tokens: 6 } }),
      )
      const answer = yield* llm.transcribe(voice, "audio/ogg")
      assert.deepStrictEqual(answer.value, { text: "Сколько стоит?", language: "", confidence: 0.5 })
      assert.deepStrictEqual(answer.usage, { promptTokens: 30, cachedTokens: 0, outputTokens: 6, model: "whisper-1" })
      assert.match(last(server).body, /name="response_format"\r\n\r\njson\r\n/)
    }),
  )
  it.effect("is not heard when the provider has no such door, and it is not knocked at again", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next({ status: 404, body: "not found" })
      for (let times = 0; times < 2; times++) {
        assert.deepStrictEqual((yield* llm.transcribe(voice, "audio/ogg")).value, {
          text: "",
          language: "",
          confidence: 0,
        })
      }
      assert.lengthOf(server.asked, 1)
    }),
  )
  it.effect("waits like any question when the provider is overloaded", () =>
    Effect.gen(function* () {
      const { llm, server } = yield* start()
      server.next(faults.overload)
      const error = yield* Effect.flip(llm.transcribe(voice, "audio/ogg"))
      assert.strictEqual(error._tag === "LlmUnavailable" && error.kind, "overload")
    }),
  )
})
