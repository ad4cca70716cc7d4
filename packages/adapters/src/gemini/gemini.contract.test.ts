import { Effect, Layer, Redacted } from "effect"
import { llmOverNetworkContract, ModelOtherSide } from "../contracts/llm.contract.ts"
import { loadPrompts } from "../model/prompt-files.ts"
import * as Gemini from "./gemini.ts"
import { faults, startGemini } from "./gemini-server.fixture.ts"

const subject = Layer.unwrap(
  Effect.gen(function* () {
    const server = yield* startGemini
    const prompts = yield* loadPrompts()
    const apiKey = Redacted.make("key-of-the-test")
    const port = Gemini.layer({ apiKey, model: "gemini-test", baseUrl: server.url, prompts })
    const otherSide = ModelOtherSide.of({
      fail: (fault, times) => server.next(...Array.from({ length: times }, () => faults[fault])),
      asked: () => server.asked.length,
    })
    return Layer.merge(port, Layer.succeed(ModelOtherSide, otherSide))
  }),
)
llmOverNetworkContract("Gemini", subject, { key: "GEMINI_API_KEY", model: "GEMINI_MODEL" })
