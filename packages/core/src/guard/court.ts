/** What the claims of one draft are judged by: the documents, the draft, the chat, the calendar, and what was found true so far. */
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import type { Quantity } from "../knowledge/quantity.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import type { Instant } from "../time/instant.ts"
import type { DraftView } from "./claim-context.ts"
import type { Index, Place } from "./place.ts"

export interface GroundingInput {
  readonly text: string
  readonly facts: ReadonlyArray<Fact>
  readonly knowledge: string
  readonly chat: ReadonlyArray<ChatLine>
  readonly now: Instant
  readonly zone: string
  readonly hours: WorkingHours
  readonly freeSlots: ReadonlyArray<Instant>
  readonly bookedCall: Instant | null
}

export interface Court {
  readonly index: Index
  readonly view: DraftView
  readonly input: GroundingInput
  /** Figures of our own earlier messages. */
  readonly said: ReadonlyArray<Place>
  readonly clientQuantities: ReadonlyArray<Quantity>
  readonly clientNumbers: ReadonlyArray<number>
  /** Claims found true so far, by where they stand, with the place they rest on. */
  readonly settled: ReadonlyMap<number, Place | null>
}
