/**
 * Posts what happens to the registered address, one after another, each once: like the vendor, it promises no repeat. A
 * queue longer than `waitingMax` loses its oldest. Twice, in the wrong order, or not at all, when the faults say so.
 */
import type { Switches } from "./faults.ts"
import type { LocalWhatsApp } from "./local-whatsapp.ts"

const waitingMax = 10_000
const answerMsMax = 10_000
/** So that an answer to the call that caused it usually comes first. */
const headStartMs = 10

interface Post {
  readonly url: string
  readonly auth: string
  readonly body: string
}

export const webhookPoster = (whatsapp: LocalWhatsApp, switches: () => Switches, signal: AbortSignal) => {
  let waiting: Array<Post> = []
  let running: Promise<void> | undefined

  const post = async ({ auth, body, url }: Post): Promise<void> => {
    const headers = { "content-type": "application/json", ...(auth === "" ? {} : { authorization: auth }) }
    const until = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)])
    // Whoever does not answer has missed it.
    await fetch(url, { method: "POST", headers, body, signal: until }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    )
  }
  const drain = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, headStartMs))
    while (waiting.length > 0 && !signal.aborted) {
      const batch = waiting
      waiting = []
      for (const one of switches().webhookOutOfOrder ? swapped(batch) : batch) {
        await post(one)
        if (switches().webhookTwice) await post(one)
      }
    }
    running = undefined
  }
  return {
    enqueue: (messages: ReadonlyArray<Record<string, unknown> & { readonly wh_type: string }>): void => {
      const { url, auth, types } = whatsapp.webhook()
      if (url === "" || switches().webhookLost) return
      for (const message of messages.filter((one) => types.includes(one.wh_type))) {
        // The vendor shows a delivery as a bare object, everything else in a list.
        const isBare = switches().webhookAsObject || message.wh_type === "delivery_status"
        waiting.push({ url, auth, body: JSON.stringify({ messages: isBare ? message : [message] }) })
      }
      waiting = waiting.slice(-waitingMax)
      if (waiting.length > 0) running ??= drain()
    },
    /** Until all that has happened so far was posted. */
    drained: async (): Promise<void> => {
      while (running !== undefined) await running
    },
    probe: (url: string): void => {
      const until = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)])
      void fetch(url, { signal: until }).then(
        (response) => response.arrayBuffer(),
        () => undefined,
      )
    },
  }
}

const swapped = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
  list.flatMap((one, index) => (index % 2 === 1 ? [one, list[index - 1]!] : index === list.length - 1 ? [one] : []))
