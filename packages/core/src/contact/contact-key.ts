/** What names one correspondent of one profile: an E.164 number, or the whole id of a hidden number. */
import * as Schema from "effect/Schema"
import { Phone } from "./phone.ts"

/** WhatsApp hides this person's number behind an id of its own; never strip it to digits. */
export const HiddenNumber = Schema.String.check(Schema.isPattern(/^[^@\s]{1,64}@lid$/))

export const Correspondent = Schema.Union([Phone, HiddenNumber])
export type Correspondent = typeof Correspondent.Type

export interface ContactKey {
  readonly profileId: string
  readonly phone: Correspondent
}
