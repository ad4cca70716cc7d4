import { assert, describe, it } from "@effect/vitest"
import { hourMs } from "../time/instant.ts"
import * as Takeover from "./takeover.ts"

describe("a takeover", () => {
  const taken = Takeover.take(1000, 12, "operator")

  it("is silence until its end, and the bot may speak at the end itself", () => {
    assert.isTrue(Takeover.isSilent(taken, 1000))
    assert.isTrue(Takeover.isSilent(taken, 1000 + 12 * hourMs - 1))
    assert.isFalse(Takeover.isSilent(taken, 1000 + 12 * hourMs))
  })

  it("wakes the conversation at its end", () => {
    assert.strictEqual(Takeover.wakeUpAt(taken), 1000 + 12 * hourMs)
    assert.isNull(Takeover.wakeUpAt(Takeover.free))
  })

  it("may last a fraction of an hour, and ends at a whole millisecond", () => {
    assert.isTrue(Number.isInteger(Takeover.wakeUpAt(Takeover.take(1000, 1 / 7, "loop"))))
  })

  it("is none in a free chat", () => {
    assert.isFalse(Takeover.isSilent(Takeover.free, 0))
  })
})
