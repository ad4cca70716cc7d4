/** Faults that are things happening in WhatsApp, alike for the server and for the port in memory. */
import type { Faults } from "./faults.ts"
import type { LocalWhatsApp } from "./local-whatsapp.ts"

const typingMs = 20_000

/** The bot shows that it types; a person of the company may happen to write just then. */
export const startTyping = (whatsapp: LocalWhatsApp, faults: Faults, recipient: string): void => {
  whatsapp.showTyping(recipient, whatsapp.now() + typingMs)
  const text = faults.switches().operatorWritesOnTyping
  if (text === null) return
  faults.set({ operatorWritesOnTyping: null })
  whatsapp.operatorWrites(recipient, text)
}

/** A first page was served; a message may arrive before the second, which shifts by it. */
export const arriveBetweenPages = (whatsapp: LocalWhatsApp, faults: Faults, offset: number): void => {
  const arriving = faults.switches().arrivesBetweenPages
  if (arriving === null || offset !== 0) return
  faults.set({ arrivesBetweenPages: null })
  whatsapp.clientWrites(arriving.from, arriving.text)
}

export const isPaid = (faults: Faults, now: number): boolean => Date.parse(faults.switches().paymentExpiresAt) > now
