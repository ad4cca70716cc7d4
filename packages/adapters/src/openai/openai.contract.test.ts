import { Effect, Layer, Redacted } from "effect"
import { llmOverNetworkContract, ModelOtherSide } from "../contracts/llm.contract.ts"
import { loadPrompts } from "../model/prompt-files.ts"
import * as Openai from "./openai.ts"
import { faults, startOpenai } from "./openai-server.fixture.ts"

const subject = Layer.unwrap(
  Effect.gen(function* () {
    const server = yield* startOpenai
    const prompts = yield* loadPrompts()
    const port = Openai.layerFetch({
      apiKey: Redacted.make("key-of-the-test"),
      model: "small-model",
      transcriptionModel: "whisper-1",
      baseUrl: `${server.url}/v1/`,
      prompts,
    })
    const otherSide = ModelOtherSide.of({
      fail: (fault, times) => server.next(...Array.from({ length: times }, () => faults[fault])),
      asked: () => server.asked.length,
    })
    return Layer.merge(port, Layer.succeed(ModelOtherSide, otherSide))
  }),
)
llmOverNetworkContract("an OpenAI-compatible provider", subject, { key: "OPENAI_API_KEY", model: "OPENAI_MODEL" })
