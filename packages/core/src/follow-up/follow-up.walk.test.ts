/**
 * Every life of a follow-up chain to a stated depth: from the first state and from the eve of the fifth touch, each event at
 * each offset, then each again. What
 * must hold is judged by books beside the machine: how many touches left, what the client last said, what stopped the chain.
 */
import { assert, describe, it } from "@effect/vitest"
import type { WorkingHours } from "../calendar/working-hours.ts"
import { hourMs } from "../time/instant.ts"
import * as FollowUp from "./follow-up.ts"

const depth = 5
const transitionsLeast = 1_000_000

const hours: WorkingHours = {
  zone: "Asia/Almaty",
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday: (date) => date === "2026-12-16",
}
const policy: FollowUp.Policy = { silenceHours: [24, 72, 168, 336, 720], touchSpreadMinutes: 120, hours, spreadSeed: 7 }

/** Told anew: Almaty is UTC+5. */
const isWorkingMoment = (at: number): boolean => {
  const there = new Date(at + 5 * hourMs)
  const minute = there.getUTCHours() * 60 + there.getUTCMinutes()
  const weekday = there.getUTCDay()
  return (
    minute >= 600 && minute < 1080 && weekday >= 1 && weekday <= 5 && there.toISOString().slice(0, 10) !== "2026-12-16"
  )
}

interface Books {
  /** Touches that left since the chain began, less those that came back. */
  readonly touches: number
  /** Why no touch may leave now; null while one may. */
  readonly barred: string | null
  /** After no, or an opt-out. */
  readonly isFinal: boolean
  readonly lastOursAt: number
}
interface Node {
  readonly state: FollowUp.State
  readonly books: Books
  readonly now: number
}

/** What may happen in a state. A touch leaves only when it is due, as `decide` has it. */
const events = (node: Node): ReadonlyArray<FollowUp.Event> => {
  const { state, books, now: at } = node
  const always: Array<FollowUp.Event> = [
    { _tag: "ReplySent", at },
    { _tag: "ClientWrote", at, answer: "yes" },
    { _tag: "ClientWrote", at, answer: "no" },
    { _tag: "ClientWrote", at, answer: "uncertain" },
    { _tag: "ClientWrote", at, answer: "none" },
    { _tag: "OperatorWrote", at },
    { _tag: "CallBooked", at },
    { _tag: "OptedOut", at },
    { _tag: "Undeliverable", at },
    { _tag: "NotAClient", at },
    { _tag: "Postponed", until: at + 5 * hourMs, why: "daily_cap" },
    { _tag: "Delivered", at, wasSentAt: books.lastOursAt },
  ]
  if (state._tag === "Waiting" && at >= state.dueAt && isWorkingMoment(at)) always.push({ _tag: "TouchSent", at })
  if (books.touches > 0) always.push({ _tag: "TouchReturned", at: at + hourMs, touch: books.touches })
  return always
}

const hasTouchOut = (commands: FollowUp.Decision[1]) =>
  commands.some(
    (command) => command._tag !== "StopChain" && command._tag !== "StartChain" && command.lastTouchAt !== null,
  )

const note = (books: Books, event: FollowUp.Event): Books => {
  switch (event._tag) {
    case "ReplySent":
      return {
        ...books,
        lastOursAt: event.at,
        ...(books.barred === "client wrote" ? { barred: null, touches: 0 } : {}),
      }
    case "TouchSent":
      return { ...books, lastOursAt: event.at, touches: books.touches + 1 }
    case "TouchReturned":
      return books.barred === null ? { ...books, touches: books.touches - 1 } : books
    case "ClientWrote":
      return {
        ...books,
        touches: 0,
        isFinal: books.isFinal || event.answer === "no",
        barred: books.isFinal || event.answer === "no" ? "no" : event.answer === "yes" ? "yes" : "client wrote",
      }
    case "OptedOut":
      return { ...books, isFinal: true, barred: "opt-out" }
    case "OperatorWrote":
    case "CallBooked":
    case "Undeliverable":
    case "NotAClient":
      // What never began cannot end: the next reply begins it.
      return books.barred === null && books.lastOursAt > 0 ? { ...books, barred: event._tag } : books
    default:
      return books
  }
}

const judge = (
  node: Node,
  event: FollowUp.Event,
  books: Books,
  next: FollowUp.State,
  commands: FollowUp.Decision[1],
) => {
  const before = node.state
  const fail = (what: string) =>
    assert.fail(`${what}: ${JSON.stringify({ before, books: node.books, event, next, commands })}`)
  if (next._tag === "Waiting") {
    if (books.barred !== null) fail(`a touch is waited for although barred by ${books.barred}`)
    if (next.touch !== books.touches + 1) fail("touches out of order")
    if (next.touch > 5) fail("a sixth touch")
    if (!isWorkingMoment(next.dueAt)) fail("a touch outside working hours")
    const isCountedAnew = event._tag === "ReplySent" || event._tag === "TouchSent" || event._tag === "Delivered"
    if (isCountedAnew && next !== before) {
      if (next.dueAt < event.at + policy.silenceHours[next.touch - 1]! * hourMs) fail("a touch too early")
    }
  }
  if (books.isFinal && (next._tag !== "Stopped" || !next.isFinal)) fail("revived after a no or an opt-out")
  if (before._tag === "Waiting" && next._tag !== "Waiting" && !commands.some((command) => command._tag === "StopChain"))
    fail("a chain ended without being told to")
  if (before._tag !== "Waiting" && commands.some((command) => command._tag === "StopChain"))
    fail("what did not run was stopped")
  if (commands.filter((command) => command._tag === "StopChain").length > 1) fail("stopped twice")
  if (hasTouchOut(commands) && event._tag !== "TouchSent") fail("a touch from nowhere")
  if (books.touches >= 5 && next._tag === "Waiting") fail("more than five")
}

describe("the follow-up machine", () => {
  it(`breaks no rule in any sequence of up to ${depth} events`, { timeout: 60_000 }, () => {
    const began = Date.UTC(2026, 10, 24, 7)
    const first: Node = {
      state: FollowUp.resting,
      books: { touches: 0, barred: null, isFinal: false, lastOursAt: 0 },
      now: began,
    }
    // The end of a chain lies deeper than the walk goes, so it begins there, too.
    const since = began - 400 * hourMs
    const late: Node = {
      state: { _tag: "Waiting", touch: 5, dueAt: began, since },
      books: { touches: 4, barred: null, isFinal: false, lastOursAt: since },
      now: began,
    }
    let transitions = 0
    const stopped = new Set<string>()
    let touchMost = 0
    let layer = new Map<string, Node>([first, late].map((node) => [keyOf(node), node]))
    for (let level = 0; level < depth; level++) {
      const following = new Map<string, Node>()
      for (const node of layer.values()) {
        // Events come at once, a while later, at the due moment, and long after it, in the night.
        const due = FollowUp.wakeUpAt(node.state)
        const moments = new Set([node.now, node.now + 3 * hourMs])
        if (due !== null) for (const at of [due, due + 30 * hourMs]) if (at >= node.now) moments.add(at)
        for (const now of moments)
          for (const event of events({ ...node, now })) {
            const [state, commands] = FollowUp.decide(node.state, event, policy)
            const books = note(node.books, event)
            transitions++
            judge({ ...node, now }, event, books, state, commands)
            for (const command of commands) {
              if (command._tag === "StopChain") stopped.add(command.reason)
              if (command._tag === "AdvanceChain") touchMost = Math.max(touchMost, command.touch)
            }
            const key = keyOf({ state, books, now })
            if (!following.has(key)) following.set(key, { state, books, now })
          }
      }
      layer = following
    }
    console.log(`follow-up: ${transitions} transitions to depth ${depth}, no violation`)
    assert.isAtLeast(transitions, transitionsLeast)
    assert.strictEqual(touchMost, 5)
    assert.deepStrictEqual(
      [...stopped].sort(),
      FollowUp.StopReason.literals.filter((reason) => reason !== "nothing_to_say").sort(),
    )
  })
})

/** Two nodes are the same when nothing to come can tell them apart: the times relative to now, and the hour of the week. */
const keyOf = ({ state, books, now }: Node): string => {
  const moment = state._tag === "Waiting" ? `${state.touch} ${state.dueAt - now} ${state.since - now}` : ""
  const kind =
    state._tag === "Stopped"
      ? `${state.reason}${state.isFinal}`
      : state._tag === "Resting"
        ? `${state.hasAnswered}`
        : ""
  return `${state._tag} ${kind} ${moment} ${books.touches} ${books.barred} ${books.isFinal} ${books.lastOursAt - now} ${now % (7 * 24 * hourMs)}`
}
