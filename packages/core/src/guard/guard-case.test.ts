import { assert, describe, it } from "@effect/vitest"
import type { GuardCase } from "./guard-case.ts"
import { reviewCase } from "./guard-case.ts"

const one: GuardCase = {
  kb: "Тариф «Старт» — 9 900 ₸ в месяц.",
  chat: [{ from: "client", text: "Давайте созвонимся во вторник в 11" }],
  now: "2026-11-23T11:10+05:00",
  draft: "Записал вас на вторник, 24 ноября, в 11:00.",
}
const codes = (given: GuardCase, isHoliday = (_: string) => false) => {
  const result = reviewCase(given, isHoliday)
  return result.verdict === "pass" ? [] : result.reasons.map((reason) => reason.code)
}

describe("a case for the guard", () => {
  it("holds a promised call to the call recorded with it", () => {
    assert.deepStrictEqual(codes({ ...one, booked: "2026-11-24T11:00+05:00" }), [])
    assert.include(codes(one), "promise_without_call")
    assert.include(codes({ ...one, booked: "2026-11-24T12:00+05:00" }), "call_time_differs")
  })

  it("offers no time that is taken or on a holiday", () => {
    const offer = { ...one, draft: "Удобно созвониться во вторник, 24 ноября, в 11:00?" }
    assert.deepStrictEqual(codes(offer), [])
    assert.include(codes({ ...offer, taken: ["2026-11-24T11:00+05:00"] }), "call_slot_not_free")
    assert.include(
      codes(offer, (date) => date === "2026-11-24"),
      "call_outside_hours",
    )
  })
})
