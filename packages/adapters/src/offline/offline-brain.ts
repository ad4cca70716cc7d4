/**
 * The model's place without a model: rules and templates, so that the system runs, can be tried and can be simulated with
 * neither key nor network. Deterministic: the same request has the same answer. Promises that each figure it says is
 * written in the documents, for the thing it is said of, and that it says so when it does not know.
 * Does not understand: it finds by words. It cannot hear: every transcript is empty, with confidence 0.
 */
import type { Answer } from "@wa/core/ports/llm-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { Effect, Layer } from "effect"
import { classify } from "./moderator.ts"
import { draftReply } from "./reply.ts"
import { draftTouch } from "./touch.ts"

export const name = "offline"

const free = <A>(value: A): Answer<A> => ({
  value,
  usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0, model: name },
  promptHash: null,
})

export const layer: Layer.Layer<LlmPort> = Layer.succeed(LlmPort, {
  name,
  denial: Effect.succeed(null),
  classify: (request) => Effect.sync(() => free(classify(request))),
  draftReply: (request) => Effect.sync(() => free(draftReply(request))),
  draftTouch: (request) => Effect.sync(() => free(draftTouch(request))),
  transcribe: () => Effect.succeed(free({ text: "", language: "", confidence: 0 })),
})
