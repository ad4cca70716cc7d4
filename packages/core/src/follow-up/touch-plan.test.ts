import { assert, describe, it } from "@effect/vitest"
import { dayMs, hourMs } from "../time/instant.ts"
import { type Booked, balanceOf, book, isBooked, type TouchPlan } from "./touch-plan.ts"

const day = Date.UTC(2026, 10, 24, -5)
const at = (hour: number) => day + hour * hourMs
const start = (dueAt: number): Booked => ({ _tag: "StartChain", dueAt })
const next = (touch: number, dueAt: number): Booked => ({ _tag: "AdvanceChain", touch, dueAt, lastTouchAt: null })
const move = (touch: number, dueAt: number, why: Extract<Booked, { _tag: "AdvanceChain" }>["why"]): Booked => ({
  _tag: "AdvanceChain",
  touch,
  dueAt,
  lastTouchAt: null,
  ...(why === undefined ? {} : { why }),
})
const send = (touch: number, isSafe = false): Booked => ({
  _tag: "Send",
  kind: "touch",
  touch,
  outboundId: `o${touch}`,
  isSafe,
})
const stop = (reason: Extract<Booked, { _tag: "StopChain" }>["reason"]): Booked => ({
  _tag: "StopChain",
  reason,
  lastTouchAt: null,
})
const booked = (...steps: ReadonlyArray<readonly [hour: number, ...commands: ReadonlyArray<Booked>]>) =>
  steps.reduce<ReadonlyArray<TouchPlan>>((plans, [hour, ...commands]) => book(plans, at(hour), commands), [])
const balance = (plans: ReadonlyArray<TouchPlan>, days = 0, deliveries: Readonly<Record<string, string>> = {}) =>
  balanceOf(
    plans.map((plan) => ({ ...plan, delivery: deliveries[plan.outboundId ?? ""] ?? null })),
    day + days * dayMs,
    day + (days + 1) * dayMs,
  )
const empty = { eligible: 0, sent: 0, byTemplate: 0, waiting: 0, stopped: {}, moved: {} }

describe("the balance of a day's touches", () => {
  const planned: readonly [number, Booked] = [-13, start(at(11))]

  it("has what stands among what waits, on the day for which it is planned", () => {
    assert.deepStrictEqual(balance(booked(planned)), { ...empty, eligible: 1, waiting: 1 })
    assert.deepStrictEqual(balance(booked(planned), -1), empty)
    assert.deepStrictEqual(balance(booked(planned), 1), empty)
  })
  it("has what was sent, and by whose words", () => {
    const plans = booked(planned, [11, send(1), next(2, at(11 + 72))])
    assert.deepStrictEqual(balance(plans), { ...empty, eligible: 1, sent: 1 })
    assert.deepStrictEqual(balance(plans, 3), { ...empty, eligible: 1, waiting: 1 })
    const safe = booked(planned, [11, send(1, true), next(2, at(11 + 72))])
    assert.deepStrictEqual(balance(safe), { ...empty, eligible: 1, sent: 1, byTemplate: 1 })
  })
  it("has what the client, a person or a call stopped on that day, before its moment or at it", () => {
    for (const reason of ["client_responded", "operator_took_over", "call_scheduled", "opted_out"] as const)
      assert.deepStrictEqual(balance(booked(planned, [9, stop(reason)])), {
        ...empty,
        eligible: 1,
        stopped: { [reason]: 1 },
      })
  })
  it("does not have what was stopped before the day began", () => {
    assert.deepStrictEqual(balance(booked(planned, [-1, stop("client_responded")])), empty)
  })
  it("has what was moved to another day on both, and what was moved within the day once", () => {
    const plans = booked(planned, [11, move(1, at(15), "not_reported_yet")], [15, move(1, at(35), "daily_cap")])
    assert.deepStrictEqual(balance(plans), { ...empty, eligible: 1, moved: { daily_cap: 1 } })
    assert.deepStrictEqual(balance(plans, 1), { ...empty, eligible: 1, waiting: 1 })
    const sent = book(plans, at(35), [send(1), next(2, at(200))])
    assert.deepStrictEqual(balance(sent), { ...empty, eligible: 1, moved: { daily_cap: 1 } })
    assert.deepStrictEqual(balance(sent, 1), { ...empty, eligible: 1, sent: 1 })
  })
  it("does not call sent what was lost on its way", () => {
    const plans = booked(planned, [11, send(1), next(2, at(100))])
    const lost = (delivery: string) => balance(plans, 0, { o1: delivery })
    for (const delivery of ["pending", "published", "sent", "unknown"])
      assert.deepStrictEqual(lost(delivery), { ...empty, eligible: 1, sent: 1 }, delivery)
    assert.deepStrictEqual(lost("withdrawn").stopped, { withdrawn: 1 })
    assert.deepStrictEqual(lost("dropped").stopped, { dropped: 1 })
    assert.deepStrictEqual(lost("refused").stopped, { undeliverable: 1 })
    assert.deepStrictEqual(lost("undeliverable").stopped, { undeliverable: 1 })
    assert.strictEqual(lost("expired").sent, 0)
  })
  it("counts a touch that came back and was sent again the same day once, and the next one not at all", () => {
    const back = booked(planned, [11, send(1), next(2, at(83))], [12, move(1, at(13), "came_back")])
    assert.deepStrictEqual(balance(back, 0, { o1: "expired" }), { ...empty, eligible: 1, waiting: 1 })
    assert.deepStrictEqual(balance(back, 3), empty)
    const again = book(back, at(13), [send(1), next(2, at(85))])
    assert.deepStrictEqual(balance(again), { ...empty, eligible: 1, sent: 1 })
  })
  it("has a touch that came back for another day among what was moved", () => {
    const back = booked(planned, [11, send(1), next(2, at(83))], [12, move(1, at(35), "came_back")])
    assert.deepStrictEqual(balance(back, 0, { o1: "dropped" }), { ...empty, eligible: 1, moved: { came_back: 1 } })
    assert.deepStrictEqual(balance(back, 1), { ...empty, eligible: 1, waiting: 1 })
  })
  it("knows the last touch that came back although its chain was over", () => {
    const plans = booked(
      [-13, next(5, at(11))],
      [11, send(5), stop("completed_5_touches")],
      [12, move(5, at(12.5), "came_back")],
    )
    assert.deepStrictEqual(balance(plans), { ...empty, eligible: 1, waiting: 1 })
  })
  it("takes in a touch for which no plan was kept, as of before the books", () => {
    assert.deepStrictEqual(balance(booked([11, send(3), next(4, at(300))])), { ...empty, eligible: 1, sent: 1 })
  })
  it("is kept by no other command, nor by replies", () => {
    assert.isFalse(isBooked({ _tag: "BookCall" }))
    assert.deepStrictEqual(
      booked([1, { _tag: "Send", kind: "reply", touch: null, outboundId: "r", isSafe: false }]),
      [],
    )
  })
})
