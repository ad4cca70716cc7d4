import { assert, describe, it } from "@effect/vitest"
import * as Turn from "./turn.ts"

const policy: Turn.Policy = { replyQuietSeconds: 8, replyMaxWaitSeconds: 45, voiceWaitSeconds: 180 }
const at = (second: number) => 1_000_000 + second * 1000
const text = (id: string): Turn.TurnMessage => ({ id, isAwaited: false, isUnheard: false })
const voice = (id: string): Turn.TurnMessage => ({ id, isAwaited: true, isUnheard: false })
const add = (state: Turn.State, message: Turn.TurnMessage, second: number): Turn.Open =>
  Turn.add(state, message, at(second), at(second))

describe("a turn", () => {
  it("is over after the quiet, at the latest after the longest wait", () => {
    let turn = add(Turn.idle, text("a"), 0)
    assert.strictEqual(Turn.answerAt(turn, policy), at(8))
    turn = add(turn, text("b"), 5)
    assert.strictEqual(Turn.answerAt(turn, policy), at(13))
    turn = add(turn, text("c"), 44)
    assert.strictEqual(Turn.answerAt(turn, policy), at(45))
  })

  it("holds a message once", () => {
    const turn = add(add(Turn.idle, text("a"), 0), text("a"), 3)
    assert.deepStrictEqual(Turn.messageIds(turn), ["a"])
  })

  it("waits for the transcript of a voice note, but not for ever", () => {
    const turn = add(add(Turn.idle, text("a"), 0), voice("v"), 2)
    assert.isTrue(Turn.isAwaited(turn, "v"))
    assert.strictEqual(Turn.answerAt(turn, policy), at(180))
    const heard = add(turn, text("v"), 30)
    assert.isFalse(Turn.isAwaited(heard, "v"))
    assert.strictEqual(Turn.answerAt(heard, policy), at(38))
  })

  it("that was being answered keeps its first moment when the client writes on", () => {
    const answering: Turn.State = { ...add(Turn.idle, text("a"), 0), _tag: "Answering" }
    const turn = add(answering, text("b"), 40)
    assert.strictEqual(turn._tag, "Collecting")
    assert.strictEqual(turn.firstAt, at(0))
    assert.deepStrictEqual(Turn.messageIds(turn), ["a", "b"])
  })

  it("that was parked begins its burst anew, and stays as old as it is", () => {
    const parked: Turn.State = { ...add(Turn.idle, text("a"), 0), _tag: "Parked", until: at(9999) }
    assert.strictEqual(Turn.wakeUpAt(parked, policy), at(9999))
    const turn = add(parked, text("b"), 600)
    assert.strictEqual(Turn.answerAt(turn, policy), at(608))
    assert.strictEqual(turn.firstSentAt, at(0))
    assert.notProperty(turn, "until")
  })

  it("that is opened again keeps its messages and its burst, and nothing of its parking", () => {
    const parked = { ...add(Turn.idle, text("a"), 0), _tag: "Parked" as const, until: at(9999) }
    assert.deepStrictEqual(Turn.reopen(parked), add(Turn.idle, text("a"), 0))
  })

  it("is as old as the client's own time says, never younger than now", () => {
    assert.strictEqual(Turn.add(Turn.idle, text("a"), at(100), at(40)).firstSentAt, at(40))
    assert.strictEqual(Turn.add(Turn.idle, text("a"), at(100), at(400)).firstSentAt, at(100))
  })

  it("loses a message that was taken back, and is over with the last one", () => {
    const turn = add(add(Turn.idle, text("a"), 0), text("b"), 1)
    const left = Turn.remove(turn, "a")
    assert.deepStrictEqual(Turn.messageIds(left), ["b"])
    assert.isTrue(Turn.holds(left, "b"))
    assert.strictEqual(Turn.remove(left, "b")._tag, "Idle")
    assert.strictEqual(Turn.remove(Turn.idle, "b")._tag, "Idle")
  })

  it("needs no wake-up while nothing is open, or somebody is thinking", () => {
    assert.isNull(Turn.wakeUpAt(Turn.idle, policy))
    assert.isNull(Turn.wakeUpAt({ ...add(Turn.idle, text("a"), 0), _tag: "Answering" }, policy))
  })
})
