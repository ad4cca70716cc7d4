/**
 * A case for the guard as people write them down: the text of a document, what was said, a draft. It builds what `review`
 * is given in a running agent: facts, lines a minute apart, the free times of the calendar, the recorded call.
 */
import { freeSlots } from "../calendar/call-slots.ts"
import type { WorkingHours } from "../calendar/working-hours.ts"
import type { Fact } from "../knowledge/document.ts"
import { documentOfText, factsOf } from "../knowledge/facts.ts"
import type { ChatLine } from "../ports/llm-port.ts"
import { minuteMs } from "../time/instant.ts"
import type { Review } from "./guard.ts"
import { review } from "./guard.ts"

export interface GuardCase {
  /** The plain text of a document. */
  readonly kb: string
  readonly chat: ReadonlyArray<{ readonly from: ChatLine["from"]; readonly text: string }>
  /** ISO 8601 with offset. */
  readonly now: string
  /** The call that this draft records, ISO 8601 with offset. */
  readonly booked?: string | undefined
  /** Starts of calls with others. */
  readonly taken?: ReadonlyArray<string> | undefined
  readonly kind?: "reply" | "touch" | undefined
  readonly draft: string
}

/** Weekdays from ten to six in Almaty; which days are holidays is the caller's to say. */
const usualHours = (isHoliday: (date: string) => boolean): WorkingHours => ({
  zone: "Asia/Almaty",
  opensMinute: 600,
  closesMinute: 1080,
  weekdays: [1, 2, 3, 4, 5],
  isHoliday,
})

/** More than anybody would be offered; a month of half hours. */
const slotsMax = 400

interface Read {
  readonly kb: string
  readonly facts: ReadonlyArray<Fact>
}
/** Cases come in runs over one document. */
let last: Read | null = null
const factsOfKb = (kb: string): ReadonlyArray<Fact> => {
  if (last?.kb !== kb) last = { kb, facts: factsOf(documentOfText(kb, "document.txt")) }
  return last.facts
}

export const reviewCase = (one: GuardCase, isHoliday: (date: string) => boolean): Review => {
  const hours = usualHours(isHoliday)
  const now = Date.parse(one.now)
  const bookedCall = one.booked === undefined ? null : Date.parse(one.booked)
  const taken = new Set((one.taken ?? []).map((at) => Date.parse(at)))
  if (bookedCall !== null) taken.add(bookedCall)
  return review({
    draft: {
      text: one.draft,
      facts: [],
      call: one.booked === undefined ? null : { action: "book", at: one.booked },
      hand_over: null,
    },
    kind: one.kind ?? "reply",
    facts: factsOfKb(one.kb),
    knowledge: one.kb,
    chat: one.chat.map((line, at) => ({ ...line, at: now - (one.chat.length - at) * minuteMs })),
    now,
    zone: hours.zone,
    hours,
    freeSlots: freeSlots(now, slotsMax, now, taken, hours),
    bookedCall,
  })
}
