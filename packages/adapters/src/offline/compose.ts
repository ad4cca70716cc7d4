/**
 * The composing of a draft: parts are put together in several ways, and the first that the guard lets through, and that no
 * refusal names, is taken. The brain so holds itself to the rules that will judge it; the real guard judges again, with the
 * true working hours. Where nothing passes, a sentence that claims nothing remains, and a person is asked.
 */
import type { WorkingHours } from "@wa/core/calendar/working-hours"
import { review } from "@wa/core/guard/guard"
import type { Draft, DraftCall, ReplyRequest } from "@wa/core/ports/llm-port"
import { sentencesOf } from "@wa/core/reply/sentence"

export interface Candidate {
  readonly text: string
  readonly facts: ReadonlyArray<string>
  readonly call: DraftCall | null
  readonly handOver: string | null
}

type Ground = Pick<
  ReplyRequest,
  "facts" | "knowledge" | "passages" | "chat" | "now" | "zone" | "freeSlots" | "bookedCall" | "refusals"
>

export const sentencesMax = 4
/** Whatever is offered is a free slot, and free slots lie in working hours. */
const anyHours = (zone: string): WorkingHours => ({
  zone,
  opensMinute: 0,
  closesMinute: 24 * 60,
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  isHoliday: () => false,
})

/** Whether the guard would let it through, and no earlier refusal speaks against it. */
export const isFit = (candidate: Candidate, kind: "reply" | "touch", ground: Ground): boolean => {
  const { refusals } = ground
  if (refusals.some((refusal) => same(refusal.draft, candidate.text))) return false
  const blamed = blamedIn(refusals)
  const low = candidate.text.toLowerCase()
  if (candidate.call === null && blamed.some((words) => low.includes(words))) return false
  const booked =
    candidate.call === null || candidate.call.at === null
      ? candidate.call?.action === "cancel"
        ? null
        : ground.bookedCall
      : Date.parse(candidate.call.at)
  const knowledge =
    ground.knowledge !== ""
      ? ground.knowledge
      : ground.passages.map((passage) => `# ${passage.headings.join(" › ")}\n\n${passage.text}`).join("\n\n")
  const { verdict } = review({
    draft: draftOf(candidate),
    kind,
    facts: ground.facts,
    knowledge,
    chat: ground.chat,
    now: ground.now,
    zone: ground.zone,
    hours: anyHours(ground.zone),
    freeSlots: ground.freeSlots,
    bookedCall: booked,
  })
  return verdict === "pass"
}

export const draftOf = ({ text, facts, call, handOver }: Candidate): Draft => ({
  text,
  facts: [...new Set(facts)],
  call,
  hand_over: handOver,
})

/** What the refusals quote of their drafts. */
const blamedIn = (refusals: ReplyRequest["refusals"]): ReadonlyArray<string> =>
  refusals.flatMap(({ draft, reasons }) =>
    reasons
      .flatMap((reason) => [...reason.matchAll(/«([^«»]{2,})»/gu)].map((match) => match[1]!.toLowerCase()))
      .filter((words) => draft.toLowerCase().includes(words)),
  )

const same = (one: string, other: string) => plain(one) === plain(other)
const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, " ")
    .trim()

/** The first sentences, as many as a draft may have. */
export const cut = (parts: ReadonlyArray<string>): string => {
  const text = parts.filter((part) => part !== "").join(" ")
  const sentences = sentencesOf(text)
  return sentences.length <= sentencesMax ? text : text.slice(0, sentences[sentencesMax - 1]!.end).trim()
}
export const countOf = (parts: ReadonlyArray<string>) =>
  sentencesOf(parts.filter((part) => part !== "").join(" ")).length
