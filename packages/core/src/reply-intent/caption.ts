/** What a client says beside what he sends: a picture is told as a placeholder in brackets with its caption behind. */
import { readIntent } from "./intent.ts"

export const captionOf = (text: string): string => text.replace(/^\[[^\]]*\]\s*/, "")

/** Whether a stored text, of whatever content, asks never to be written to again: as `decide` hears it. */
export const asksForSilence = (text: string): boolean => readIntent(captionOf(text)).optOut
