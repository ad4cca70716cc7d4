import { LlmPort } from "@wa/core/ports/llm-port"
import { Effect, Layer } from "effect"
const usage = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, model: "stub" }
export const layer = Layer.succeed(LlmPort, {
  name: "stub",
  classify: () => Effect.succeed({ value: { verdict: "client" as const, confidence: 0.95, reasoning: "stub" }, usage, promptHash: null }),
  draftReply: (r) => Effect.succeed({ value: { text: r.refusals.length ? `Хорошо, уточню у коллег ${r.refusals.length}.` : r.facts.length ? "Тариф «Магазин» стоит 14 900 ₸ в месяц." : "Уточню.", facts: [], call: null, hand_over: null }, usage, promptHash: null }),
  draftTouch: (r) => Effect.succeed({ value: { text: `Здравствуйте! Напоминание номер ${["один","два","три","четыре","пять"][r.touch-1]}, ${"абвгд"[r.touch-1]?.repeat(4)}`, facts: [], call: null, hand_over: null }, usage, promptHash: null }),
  transcribe: () => Effect.succeed({ value: { text: "", language: "", confidence: 0 }, usage, promptHash: null }),
})
