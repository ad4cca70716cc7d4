import { assert, describe, it } from "@effect/vitest"
import * as Classification from "./classification.ts"

const policy: Classification.Policy = { classifyAfterMessages: 3, earlyConfidence: 0.85 }
const after = (messages: number, from: Classification.State = Classification.unknown): Classification.State => {
  let state = from
  for (let i = 0; i < messages; i++) state = Classification.seen(state)
  return state
}
const answer = (verdict: "client" | "not_client" | "unknown", confidence = 0.9) => ({ verdict, confidence })

describe("the moderator", () => {
  it("is asked before the full evidence at the end of every turn that says something new, and not about nothing", () => {
    assert.strictEqual(Classification.question(Classification.unknown, policy), "none")
    assert.strictEqual(Classification.question(after(1), policy), "early")
    const asked = Classification.answered(after(1), "early", answer("unknown"), policy)
    assert.strictEqual(Classification.question(asked, policy), "none")
    assert.strictEqual(Classification.question(after(1, asked), policy), "early")
    const again = Classification.answered(after(1, asked), "early", answer("unknown"), policy)
    assert.strictEqual(Classification.question(after(1, again), policy), "full")
  })

  it("is asked early again about what was edited", () => {
    const asked = Classification.answered(after(1), "early", answer("unknown"), policy)
    assert.strictEqual(Classification.question(Classification.reread(asked), policy), "early")
    const judged = Classification.decidedByPerson(false)
    assert.strictEqual(Classification.reread(judged), judged)
  })

  it("is asked again about somebody of whom it was asked early by an older version, which kept no count", () => {
    const stored: Classification.State = { _tag: "Unknown", evidence: 1, asked: 0, askedAt: 0, isEarlyAsked: true }
    assert.strictEqual(Classification.question(after(1, stored), policy), "early")
  })

  it("is asked in full at the end of the first turn when one message is enough", () => {
    assert.strictEqual(Classification.question(after(1), { ...policy, classifyAfterMessages: 1 }), "full")
  })

  it("is not asked early when that is switched off", () => {
    assert.strictEqual(Classification.question(after(2), { ...policy, earlyConfidence: 1 }), "none")
  })

  it("is believed early only about a client, and only when sure", () => {
    const early = (verdict: "client" | "not_client" | "unknown", confidence: number) =>
      Classification.isClient(Classification.answered(after(1), "early", answer(verdict, confidence), policy))
    assert.isTrue(early("client", 0.85))
    assert.isNull(early("client", 0.849))
    assert.isNull(early("not_client", 1))
    assert.isNull(early("unknown", 1))
  })

  it("is believed in full, whatever its confidence", () => {
    const full = (verdict: "client" | "not_client" | "unknown") =>
      Classification.isClient(Classification.answered(after(3), "full", answer(verdict, 0.1), policy))
    assert.isTrue(full("client"))
    assert.isFalse(full("not_client"))
    assert.isNull(full("unknown"))
  })

  it("is asked again only after 1, 2, 3, 5, 8, 13, 21 further messages, then every 21", () => {
    let state = after(3)
    const gaps: Array<number> = []
    let gap = 0
    for (let message = 3; message < 120; message++) {
      if (Classification.question(state, policy) === "full") {
        gaps.push(gap)
        gap = 0
        state = Classification.answered(state, "full", answer("unknown"), policy)
      }
      state = Classification.seen(state)
      gap++
    }
    assert.deepStrictEqual(gaps, [0, 1, 2, 3, 5, 8, 13, 21, 21, 21, 21])
  })
})

describe("a verdict", () => {
  it("is changed by a person only", () => {
    const client = Classification.answered(after(3), "full", answer("client"), policy)
    assert.strictEqual(Classification.question(after(50, client), policy), "none")
    assert.deepStrictEqual(Classification.answered(client, "full", answer("not_client"), policy), client)
    const judged = Classification.decidedByPerson(false)
    assert.deepStrictEqual(judged, { _tag: "Known", isClient: false, confidence: 1, by: "person" })
    assert.deepStrictEqual(Classification.answered(judged, "full", answer("client"), policy), judged)
  })
})
