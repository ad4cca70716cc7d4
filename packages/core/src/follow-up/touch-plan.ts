/**
 * The books of touches: whenever a touch is given a moment, that is one plan, and it ends in exactly one way. From them the
 * balance of a day is drawn: what was due equals what was sent, what was stopped (why), what was moved (why), and what still
 * waits. A touch that nobody sent and nobody can account for is what this is here to show.
 *   A touch belongs to the day for which it was planned, if it still stood when that day began.
 *   Moved within the day it counts once, by its last moment; moved to another day it counts there again, if it comes to it.
 *   Withdrawn or lost on its way it was not sent, whatever was decided.
 * Rule F9 of docs/RULES.md.
 */
import type { Instant } from "../time/instant.ts"
import { type Command as ChainCommand, type MoveReason, moveReasons, StopReason } from "./follow-up.ts"

export interface TouchPlan {
  /** 1.. */
  readonly touch: number
  readonly dueAt: Instant
  readonly plannedAt: Instant
  /** Null while it stands. */
  readonly endedAt: Instant | null
  readonly end: "sent" | "stopped" | "moved" | null
  /** Why it was stopped or moved; `template` of a sent one for which no draft passed. */
  readonly reason: string | null
  /** Of a moved one. */
  readonly movedTo: Instant | null
  /** Of a sent one. */
  readonly outboundId: string | null
}

/** What the books are kept by; all other commands are nothing to them. */
export type Booked =
  | ChainCommand
  | {
      readonly _tag: "Send"
      readonly kind: "reply" | "touch" | "reminder"
      readonly outboundId: string
      readonly touch: number | null
      readonly isSafe: boolean
    }

export const isBooked = <C extends { readonly _tag: string }>(
  command: C,
): command is Extract<C, { readonly _tag: Booked["_tag"] }> =>
  command._tag === "Send" ||
  command._tag === "StartChain" ||
  command._tag === "AdvanceChain" ||
  command._tag === "StopChain"

/**
 * The plans of one contact, oldest first, after what was decided at `at`. Those that stay as they were stay the same objects
 * in the same places; new ones come last. The last twenty are enough to go on.
 */
export const book = (
  before: ReadonlyArray<TouchPlan>,
  at: Instant,
  commands: ReadonlyArray<Booked>,
): ReadonlyArray<TouchPlan> => {
  const plans = [...before]
  const openAt = () => plans.findLastIndex((plan) => plan.endedAt === null)
  const end = (index: number, change: Partial<TouchPlan> & Pick<TouchPlan, "end">) => {
    const plan = plans[index]
    if (plan !== undefined) plans[index] = { ...plan, ...change, endedAt: plan.endedAt ?? at }
  }
  const open = (touch: number, dueAt: Instant) => {
    plans.push({ touch, dueAt, plannedAt: at, endedAt: null, end: null, reason: null, movedTo: null, outboundId: null })
  }
  for (const command of commands)
    switch (command._tag) {
      case "Send": {
        if (command.kind !== "touch") break
        if (openAt() < 0) open(command.touch ?? 1, at)
        end(openAt(), {
          end: "sent",
          reason: command.isSafe ? "template" : null,
          outboundId: command.outboundId,
        })
        break
      }
      case "StartChain":
        end(openAt(), { end: "moved", reason: "we_wrote", movedTo: command.dueAt })
        open(1, command.dueAt)
        break
      case "AdvanceChain": {
        const { touch, dueAt, why } = command
        const standing = openAt()
        if (why === "came_back") {
          // The next one was planned on the strength of it.
          end(standing, { end: "moved", reason: why })
          const sent = plans.findLastIndex((plan) => plan.touch === touch && plan.end === "sent")
          end(sent, { end: "moved", reason: why, movedTo: dueAt })
        } else end(standing, { end: "moved", reason: why ?? "we_wrote", movedTo: dueAt })
        open(touch, dueAt)
        break
      }
      case "StopChain":
        end(openAt(), { end: "stopped", reason: command.reason })
        break
    }
  return plans
}

/** A plan with what is known of its message. */
export interface ToldPlan extends TouchPlan {
  /** As `StoredMessage.delivery` has it; null while it was not sent. */
  readonly delivery: string | null
}

export interface Balance {
  /** What was due: the sum of all that follows. */
  readonly eligible: number
  readonly sent: number
  /** Of those sent: by a template, because no draft passed. */
  readonly byTemplate: number
  readonly waiting: number
  readonly stopped: Readonly<Record<string, number>>
  readonly moved: Readonly<Record<string, number>>
}

/** On its way a touch may yet be stopped: withdrawn before it left, dropped because somebody wrote, never taken. */
const lostOnTheWay: Readonly<Record<string, string>> = {
  withdrawn: "withdrawn",
  dropped: "dropped",
  expired: "expired",
  refused: "undeliverable",
  undeliverable: "undeliverable",
}
/** Every reason that a balance may name. */
export const reasons: { readonly stopped: ReadonlyArray<string>; readonly moved: ReadonlyArray<MoveReason> } = {
  stopped: [...new Set([...StopReason.literals, ...Object.values(lostOnTheWay)])],
  moved: moveReasons,
}

/** Whether a plan is due on the day that begins at `from` and ends before `to`. */
export const isOfDay = (plan: TouchPlan, from: Instant, to: Instant): boolean =>
  plan.dueAt >= from &&
  plan.dueAt < to &&
  (plan.endedAt === null || plan.endedAt >= from) &&
  !(plan.movedTo !== null && plan.movedTo >= from && plan.movedTo < to)

/** Of the plans of any number of contacts, those of other days left out. */
export const balanceOf = (plans: ReadonlyArray<ToldPlan>, from: Instant, to: Instant): Balance => {
  let [eligible, sent, byTemplate, waiting] = [0, 0, 0, 0]
  const stopped: Record<string, number> = {}
  const moved: Record<string, number> = {}
  const count = (sums: Record<string, number>, reason: string) => {
    sums[reason] = (sums[reason] ?? 0) + 1
  }
  for (const plan of plans) {
    if (!isOfDay(plan, from, to)) continue
    eligible++
    const lost = plan.end === "sent" && plan.delivery !== null ? lostOnTheWay[plan.delivery] : undefined
    if (plan.end === null) waiting++
    else if (lost !== undefined) count(stopped, lost)
    else if (plan.end === "sent") {
      sent++
      if (plan.reason === "template") byTemplate++
    } else count(plan.end === "stopped" ? stopped : moved, plan.reason ?? "unknown")
  }
  return { eligible, sent, byTemplate, waiting, stopped, moved }
}
