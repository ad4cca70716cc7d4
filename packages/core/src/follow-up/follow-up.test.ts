import { assert, describe, it } from "@effect/vitest"
import type { WorkingHours } from "../calendar/working-hours.ts"
import { hourMs, minuteMs } from "../time/instant.ts"
import * as FollowUp from "./follow-up.ts"

const hours: WorkingHours = {
  zone: "Asia/Almaty",
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: () => false,
}
const policy: FollowUp.Policy = { silenceHours: [24, 72, 168, 336, 720], touchSpreadMinutes: 120, hours, spreadSeed: 1 }
const local = (text: string) => Date.parse(`${text.replace(" ", "T")}+05:00`)
const tuesday = local("2026-11-24 12:00")
const waiting = (touch: number, dueAt: number, since = dueAt - 24 * hourMs): FollowUp.State => ({
  _tag: "Waiting",
  touch,
  dueAt,
  since,
})
const stopped = (reason: FollowUp.StopReason, isFinal = false): FollowUp.State => ({ _tag: "Stopped", reason, isFinal })
const tell = (state: FollowUp.State, event: FollowUp.Event, of = policy) => FollowUp.decide(state, event, of)

describe("a chain", () => {
  it("begins with our reply: the first touch is due a day later", () => {
    const dueAt = tuesday + 24 * hourMs
    assert.deepStrictEqual(tell(FollowUp.resting, { _tag: "ReplySent", at: tuesday }), [
      waiting(1, dueAt),
      [{ _tag: "StartChain", dueAt }],
    ])
  })

  it("goes on from touch to touch, each counted from the one before", () => {
    const [next, commands] = tell(waiting(1, tuesday), { _tag: "TouchSent", at: tuesday })
    const dueAt = tuesday + 72 * hourMs
    assert.deepStrictEqual(next, { _tag: "Waiting", touch: 2, dueAt, since: tuesday })
    assert.deepStrictEqual(commands, [{ _tag: "AdvanceChain", touch: 2, dueAt, lastTouchAt: tuesday }])
  })

  it("is completed by the fifth touch", () => {
    const [next, commands] = tell(waiting(5, tuesday), { _tag: "TouchSent", at: tuesday })
    assert.deepStrictEqual(next, stopped("completed_5_touches"))
    assert.deepStrictEqual(commands, [{ _tag: "StopChain", reason: "completed_5_touches", lastTouchAt: tuesday }])
  })

  it("that is completed begins again only after a new message of the client", () => {
    const done = stopped("completed_5_touches")
    assert.deepStrictEqual(tell(done, { _tag: "ReplySent", at: tuesday }), [done, []])
    const [rested] = tell(done, { _tag: "ClientWrote", at: tuesday, answer: "none" })
    assert.strictEqual(tell(rested, { _tag: "ReplySent", at: tuesday })[0]._tag, "Waiting")
  })

  it("has as many touches as there are intervals, and none without", () => {
    const [one] = tell(waiting(1, tuesday), { _tag: "TouchSent", at: tuesday }, { ...policy, silenceHours: [24] })
    assert.deepStrictEqual(one, stopped("completed_5_touches"))
    assert.deepStrictEqual(
      tell(FollowUp.resting, { _tag: "ReplySent", at: tuesday }, { ...policy, silenceHours: [] }),
      [FollowUp.resting, []],
    )
  })

  it("counts the silence anew, but not the touches, when we speak again unasked", () => {
    const [next] = tell(waiting(3, tuesday + hourMs), { _tag: "ReplySent", at: tuesday })
    assert.deepInclude(next, { touch: 3, dueAt: tuesday + 168 * hourMs })
  })
})

describe("the client's word", () => {
  const says = (answer: FollowUp.Answer, state: FollowUp.State = waiting(2, tuesday)) =>
    tell(state, { _tag: "ClientWrote", at: tuesday, answer })

  it("stops the chain by its name", () => {
    const reasons = (["yes", "no", "uncertain", "none"] as const).map((answer) => says(answer)[1])
    assert.deepStrictEqual(
      reasons.map(([command]) => command?._tag === "StopChain" && command.reason),
      ["client_said_yes", "client_said_no", "client_responded", "client_responded"],
    )
  })

  it("of yes lets us answer without a reminder to follow", () => {
    const [rested] = says("yes")
    assert.deepStrictEqual(tell(rested, { _tag: "ReplySent", at: tuesday }), [rested, []])
  })

  it("of no is final, whatever comes", () => {
    const [no] = says("no")
    for (const event of [
      { _tag: "ClientWrote", at: tuesday, answer: "yes" },
      { _tag: "ReplySent", at: tuesday },
      { _tag: "TouchReturned", at: tuesday, touch: 5 },
      { _tag: "OperatorWrote", at: tuesday },
    ] as const)
      assert.deepStrictEqual(tell(no, event), [no, []])
  })

  it("of no is final even where no chain ran, and says nothing to stop", () => {
    assert.deepStrictEqual(says("no", FollowUp.resting), [stopped("client_said_no", true), []])
  })

  it("of opting out is final and overrides the no", () => {
    const out = stopped("opted_out", true)
    const event = { _tag: "OptedOut", at: tuesday } as const
    assert.deepStrictEqual(tell(FollowUp.resting, event), [out, []])
    assert.deepStrictEqual(tell(stopped("client_said_no", true), event), [out, []])
    assert.deepStrictEqual(tell(waiting(2, tuesday), event)[0], out)
    assert.strictEqual(tell(waiting(2, tuesday), event)[1].length, 1)
  })
})

describe("whoever steps in", () => {
  const ends = {
    OperatorWrote: "operator_took_over",
    CallBooked: "call_scheduled",
    Undeliverable: "undeliverable",
    NotAClient: "not_a_client",
  } as const
  for (const [tag, reason] of Object.entries(ends) as Array<[keyof typeof ends, (typeof ends)[keyof typeof ends]]>) {
    it(`ends a running chain (${tag}), and a completed one whose last touch may come back`, () => {
      const event = { _tag: tag, at: tuesday }
      assert.deepStrictEqual(tell(waiting(2, tuesday), event), [
        stopped(reason),
        [{ _tag: "StopChain", reason, lastTouchAt: null }],
      ])
      const [ended, commands] = tell(stopped("completed_5_touches"), event)
      assert.deepStrictEqual([ended, commands], [stopped(reason), []])
      assert.deepStrictEqual(tell(ended, { _tag: "TouchReturned", at: tuesday, touch: 5 }), [ended, []])
      assert.deepStrictEqual(tell(FollowUp.resting, event), [FollowUp.resting, []])
    })
  }
})

describe("a touch that came back unsent", () => {
  it("is due again under its number", () => {
    const [again] = tell(waiting(3, tuesday + 99 * hourMs), { _tag: "TouchReturned", at: tuesday, touch: 2 })
    assert.deepInclude(again, { touch: 2, dueAt: tuesday })
    const [fifth] = tell(stopped("completed_5_touches"), { _tag: "TouchReturned", at: tuesday, touch: 5 })
    assert.deepInclude(fifth, { _tag: "Waiting", touch: 5, dueAt: tuesday })
  })

  it("of another chain changes nothing", () => {
    const state = waiting(3, tuesday)
    assert.deepStrictEqual(tell(state, { _tag: "TouchReturned", at: tuesday, touch: 4 }), [state, []])
    assert.deepStrictEqual(tell(FollowUp.resting, { _tag: "TouchReturned", at: tuesday, touch: 1 }), [
      FollowUp.resting,
      [],
    ])
  })
})

describe("the moment of a touch", () => {
  it("is the moment itself while we are open", () => {
    assert.strictEqual(FollowUp.touchMoment(tuesday, policy), tuesday)
  })

  it("otherwise lies in the first two hours after the next opening, spread by contact and day", () => {
    const moments = new Set<number>()
    for (let spreadSeed = 0; spreadSeed < 200; spreadSeed++) {
      const at = FollowUp.touchMoment(local("2026-11-28 12:00"), { ...policy, spreadSeed })
      assert.isAtLeast(at, local("2026-11-30 10:00"))
      assert.isBelow(at, local("2026-11-30 12:00"))
      moments.add(at)
    }
    assert.isAbove(moments.size, 150)
    const offset = (day: string) => FollowUp.touchMoment(local(`${day} 03:00`), policy) - local(`${day} 10:00`)
    assert.notStrictEqual(offset("2026-11-24"), offset("2026-11-25"))
  })

  it("is the opening itself without a spread, and stays before closing with one that is too long", () => {
    const night = local("2026-11-24 03:00")
    assert.strictEqual(FollowUp.touchMoment(night, { ...policy, touchSpreadMinutes: 0 }), local("2026-11-24 10:00"))
    for (let spreadSeed = 0; spreadSeed < 50; spreadSeed++)
      assert.isBelow(
        FollowUp.touchMoment(night, { ...policy, spreadSeed, touchSpreadMinutes: 6000 }),
        local("2026-11-24 18:00"),
      )
  })

  it("moves later when our last message was held up, and never earlier by a postponement", () => {
    const state = waiting(1, tuesday + 24 * hourMs, tuesday)
    const [later] = tell(state, { _tag: "Delivered", at: tuesday + 30 * minuteMs, wasSentAt: tuesday })
    assert.deepInclude(later, { dueAt: tuesday + 24 * hourMs + 30 * minuteMs })
    assert.deepStrictEqual(tell(state, { _tag: "Delivered", at: tuesday + hourMs, wasSentAt: tuesday - 1 }), [
      state,
      [],
    ])
    assert.deepStrictEqual(tell(state, { _tag: "Postponed", until: tuesday, why: "daily_cap" }), [state, []])
  })

  it("is read off the state", () => {
    assert.strictEqual(FollowUp.wakeUpAt(waiting(1, tuesday)), tuesday)
    assert.isTrue(FollowUp.isDue(waiting(1, tuesday), tuesday))
    assert.isFalse(FollowUp.isDue(waiting(1, tuesday), tuesday - 1))
    assert.isNull(FollowUp.wakeUpAt(FollowUp.resting))
  })
})
