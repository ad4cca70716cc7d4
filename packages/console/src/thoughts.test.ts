import { assert, describe, it } from "vitest"
import * as Thoughts from "../public/thoughts.js"

const wrote = (text: string, thoughts: Record<string, unknown> = {}) => ({
  at: 1,
  event: { _tag: "ClientWrote", text },
  commands: [],
  thoughts,
})
const drafted = (
  text: string,
  reasons: Array<string>,
  commands: Array<unknown>,
  thoughts: Record<string, unknown> = {},
) => ({
  at: 2,
  event: { _tag: "ReplyDrafted", reviewed: { draft: { text, hand_over: null }, reasons } },
  commands,
  thoughts,
})
const again = { _tag: "DraftReply", refused: [{}] }
const send = (text: string, isSafe = false) => ({ _tag: "Send", kind: "reply", touch: null, text, isSafe })

describe("the last answer", () => {
  it("is none before anything was said", () => {
    assert.isNull(Thoughts.lastAnswer([wrote("да")]))
    assert.isNull(Thoughts.lastReading([wrote("[фото]")]))
  })

  it("comes with the drafts that were sent back on the way to it, oldest first", () => {
    const traces = [
      drafted("третий", [], [send("третий")], { facts: [{ id: "f" }] }),
      drafted("второй", ["b"], [again]),
      drafted("первый", ["a"], [again]),
      wrote("сколько?"),
      drafted("прошлый", [], [send("прошлый")]),
    ]
    const answer = Thoughts.lastAnswer(traces)
    assert.strictEqual(answer?.text, "третий")
    assert.deepStrictEqual(answer?.refusals, [
      { text: "первый", reasons: ["a"] },
      { text: "второй", reasons: ["b"] },
    ])
    assert.deepStrictEqual(answer?.facts, [{ id: "f" }])
  })

  it("leaves out a draft that came too late to count", () => {
    const answer = Thoughts.lastAnswer([drafted("опоздал", [], []), drafted("ушёл", [], [send("ушёл")])])
    assert.strictEqual(answer?.text, "ушёл")
  })

  it("is the safe sentence when no draft passed, with the last draft among the refused", () => {
    const answer = Thoughts.lastAnswer([drafted("плохой", ["цена"], [send("Уточню у коллеги.", true)]), wrote("?")])
    assert.strictEqual(answer?.text, "Уточню у коллеги.")
    assert.isTrue(answer?.isSafe)
    assert.deepStrictEqual(answer?.refusals, [{ text: "плохой", reasons: ["цена"] }])
  })

  it("has no text yet while it is drafted anew", () => {
    assert.isUndefined(Thoughts.lastAnswer([drafted("плохой", ["цена"], [again])])?.text)
  })
})

describe("the follow-up chain", () => {
  const touch = (number: number, at: number) =>
    ({ kind: "touch", touch: number, at, delivery: "sent" }) as unknown as Thoughts.Message
  const chain = (followUp: object, messages: Array<Thoughts.Message>, createdAt = 100) =>
    Thoughts.chain({
      conversation: { followUp },
      messages,
      followUps: [{ createdAt }],
      policy: { silenceHours: [24, 72, 168] },
    } as unknown as Thoughts.Detail)

  it("tells what was sent, what is next, and what comes later", () => {
    const { touches, isRunning } = chain({ _tag: "Waiting", touch: 2, dueAt: 300 }, [touch(1, 200)])
    assert.isTrue(isRunning)
    assert.deepStrictEqual(touches, [
      { touch: 1, state: "sent", at: 200 },
      { touch: 2, state: "next", at: 300 },
      { touch: 3, state: "later", at: null },
    ])
  })

  it("forgets the touches of an earlier chain", () => {
    const { touches } = chain({ _tag: "Waiting", touch: 1, dueAt: 300 }, [touch(1, 50), touch(2, 60)])
    assert.deepStrictEqual(
      touches.map(({ state }) => state),
      ["next", "later", "later"],
    )
  })

  it("says why it stopped", () => {
    const { stopped, touches } = chain({ _tag: "Stopped", reason: "client_said_no" }, [touch(1, 200)])
    assert.strictEqual(stopped, "client_said_no")
    assert.deepStrictEqual(
      touches.map(({ state }) => state),
      ["sent", "off", "off"],
    )
  })
})
