/**
 * How the cases of the guard's tests are written down: a document, then drafts that must pass (`ok`) or be refused (`no`).
 * `chat` holds one line a message: `К:` the client, `Б:` the bot, `О:` the operator. Now is Monday, 23 November 2026, 11:10 in
 * Almaty unless told; calls are possible 10:00–18:00 from Monday to Friday at every half hour.
 */
import type { GuardCase } from "./guard-case.ts"

export interface GuardExample extends GuardCase {
  readonly verdict: "pass" | "refuse"
  readonly why: string
}

type Extra = Partial<Pick<GuardCase, "now" | "booked" | "taken" | "kind">>
type Written = Omit<GuardExample, "kb">

const speakers = { К: "client", Б: "bot", О: "operator" } as const

const written =
  (verdict: GuardExample["verdict"]) =>
  (chat: string, draft: string, why: string, extra: Extra = {}): Written => ({
    chat: chat
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ from: speakers[line[0] as keyof typeof speakers], text: line.slice(3) })),
    now: "2026-11-23T11:10+05:00",
    draft,
    verdict,
    why,
    ...extra,
  })

export const ok = written("pass")
export const no = written("refuse")
export const about = (kb: string, ...cases: ReadonlyArray<Written>): ReadonlyArray<GuardExample> =>
  cases.map((one) => ({ ...one, kb }))
