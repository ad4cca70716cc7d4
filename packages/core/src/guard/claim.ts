/** What the guard says of each claim of a draft. */
import type { Quantity } from "../knowledge/quantity.ts"

/** What a claim rests on. `talk` claims nothing of the company: the client's own figure, a question about his affairs. */
export type Basis = "fact" | "chat" | "calendar" | "arithmetic" | "talk"

export interface GroundedClaim {
  readonly text: string
  readonly kind: Quantity["kind"] | "promise"
  readonly basis: Basis
  readonly factId: string | null
}

export type UngroundedCode =
  | "ungrounded"
  | "wrong_subject"
  | "wrong_terms"
  | "ungrounded_promise"
  | "ungrounded_contact"
  | "ungrounded_time"

export interface UngroundedClaim {
  readonly code: UngroundedCode
  readonly text: string
  /** Russian, for the redraft and the owner. */
  readonly detail: string
}
