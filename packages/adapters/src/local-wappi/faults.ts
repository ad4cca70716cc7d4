/**
 * What may go wrong at the gateway, to be switched on by a test, a simulation or the demo page. Two kinds:
 *   planned   the next call (or the next `times` calls) of an endpoint ends so
 *   switches  a standing oddity of answers, webhooks or the profile
 * The letters (a) to (r) number the faults: those seen at the real gateway, and those one must fear of it.
 */

export const endpoints = [
  "chats",
  "messages",
  "message",
  "history",
  "send",
  "reply",
  "async_send",
  "task",
  "typing",
  "mark_read",
  "download",
  "file",
  "status",
  "webhook",
] as const
export type Endpoint = (typeof endpoints)[number]

export type PlannedFault = {
  /** All endpoints when absent. */
  readonly endpoint?: Endpoint
  /** Only calls about this chat. */
  readonly chatId?: string
  /** How many calls; 1 when absent, null until cleared. */
  readonly times?: number | null
} & (
  | { readonly kind: "crossed" /** (a) the answer of another chat */ }
  | {
      readonly kind: "saved_for_later" /** (b) a send happens after that time, or never when null */
      readonly sendsAfterMs: number | null
    }
  | { readonly kind: "hang" /** (c) */; readonly ms: number; readonly isDone: boolean }
  | { readonly kind: "drop" /** (c) the connection breaks */; readonly isDone: boolean }
  | { readonly kind: "status_error" /** (d) */; readonly detail?: string }
  | {
      readonly kind: "http"
      /** (l) the bare answer; the call has no effect unless `isDone`. */
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly isDone?: boolean
    }
)

export interface Switches {
  /** (a) Concurrent calls of one endpoint receive each other's answers. */
  readonly crossedAnswers: boolean
  /** (e) `dialogs` and `messages` are null. */
  readonly nullLists: boolean
  /** (e) Lists hold null elements. */
  readonly nullElements: boolean
  /** (e) Optional fields are absent. */
  readonly bareFields: boolean
  /** (e) `last_timestamp` and `last_time` are 0. */
  readonly zeroTimes: boolean
  /** (f) `show_all=true` ignores `limit`. Seen live, so on from the start. */
  readonly showAllIgnoresLimit: boolean
  /** (g) */
  readonly idSuffix: "c.us" | "s.whatsapp.net"
  /** (h) */
  readonly mediaAs: "file_link" | "file_b64" | "neither"
  /** (i) The body of media in a chat is an object; else null. */
  readonly mediaBodyIsObject: boolean
  /** (i) `s3Info` carries a link; else it is `{}`. */
  readonly s3Info: boolean
  /** (j) `messages` of a webhook is a single object. */
  readonly webhookAsObject: boolean
  /** (j) Each webhook comes twice. */
  readonly webhookTwice: boolean
  /** (j) Webhooks swap places in pairs. */
  readonly webhookOutOfOrder: boolean
  /** (j) A send's webhooks come before its answer. */
  readonly webhookBeforeAnswer: boolean
  /** (j) The address is asked with GET when it is set. */
  readonly webhookProbe: boolean
  /** Webhooks are lost. */
  readonly webhookLost: boolean
  /** (k) */
  readonly appStatus: string
  readonly authorized: boolean
  readonly paymentExpiresAt: string
  /** (m) What arrives right after the first page of a chat or of the list was served, once. */
  readonly arrivesBetweenPages: { readonly from: string; readonly text: string } | null
  /** (n) All messages of a minute tell the same second. */
  readonly sameSecond: boolean
  /** (q) What a person of the company types, once, when the bot shows that it types. */
  readonly operatorWritesOnTyping: string | null
  /** (r) Sends are taken, and then told as this. */
  readonly fateOfSends: "delivered" | "undelivered" | "error" | "temporary ban"
  /** Answers come that much later. */
  readonly slowMs: number
}

export const noSwitches: Switches = {
  crossedAnswers: false,
  nullLists: false,
  nullElements: false,
  bareFields: false,
  zeroTimes: false,
  showAllIgnoresLimit: true,
  idSuffix: "c.us",
  mediaAs: "file_link",
  mediaBodyIsObject: true,
  s3Info: false,
  webhookAsObject: false,
  webhookTwice: false,
  webhookOutOfOrder: false,
  webhookBeforeAnswer: false,
  webhookProbe: false,
  webhookLost: false,
  appStatus: "open",
  authorized: true,
  paymentExpiresAt: "2099-12-31T00:00:00Z",
  arrivesBetweenPages: null,
  sameSecond: false,
  operatorWritesOnTyping: null,
  fateOfSends: "delivered",
  slowMs: 0,
}

const kinds = ["crossed", "saved_for_later", "hang", "drop", "status_error", "http"]

export const makeFaults = () => {
  let switches = noSwitches
  let planned: ReadonlyArray<{ readonly fault: PlannedFault; readonly left: number }> = []
  return {
    switches: (): Switches => switches,
    set: (some: Partial<Switches>): void => {
      switches = { ...switches, ...some }
    },
    plan: (...faults: ReadonlyArray<PlannedFault>): void => {
      const more = faults.map((fault) => ({
        fault,
        left: fault.times === undefined ? 1 : (fault.times ?? Number.POSITIVE_INFINITY),
      }))
      planned = [...planned, ...more]
    },
    /** The first planned fault that this call meets; it is used up by that. */
    take: (endpoint: Endpoint, chatId = ""): PlannedFault | null => {
      const met = planned.find(
        ({ fault }) =>
          (fault.endpoint ?? endpoint) === endpoint && (fault.chatId === undefined || fault.chatId === chatId),
      )
      if (met === undefined) return null
      planned = planned.flatMap((one) => (one !== met ? [one] : one.left > 1 ? [{ ...one, left: one.left - 1 }] : []))
      return met.fault
    },
    clear: (): void => {
      switches = noSwitches
      planned = []
    },
    read: () => ({
      switches,
      planned: planned.map(({ fault, left }) => ({ ...fault, times: Number.isFinite(left) ? left : null })),
    }),
  }
}
export type Faults = ReturnType<typeof makeFaults>

/** A control request's body, or what is wrong with it. */
export const readFaultRequest = (
  body: unknown,
):
  | { readonly switches: Partial<Switches>; readonly planned: ReadonlyArray<PlannedFault>; readonly clear: boolean }
  | string => {
  if (typeof body !== "object" || body === null) return "the body must be {switches?, planned?, clear?}"
  const { switches = {}, planned = [], clear = false } = body as Record<string, unknown>
  if (typeof switches !== "object" || switches === null) return "switches must be an object"
  for (const [name, value] of Object.entries(switches)) {
    if (!Object.hasOwn(noSwitches, name)) return `there is no switch ${name}`
    const known = noSwitches[name as keyof Switches]
    if (known !== null && typeof value !== typeof known) return `the switch ${name} must be a ${typeof known}`
  }
  if (!Array.isArray(planned)) return "planned must be a list"
  for (const fault of planned as ReadonlyArray<Record<string, unknown> | null>) {
    if (!kinds.includes(String(fault?.["kind"]))) return `a planned fault's kind must be one of ${kinds.join(", ")}`
    const endpoint = fault?.["endpoint"]
    if (endpoint !== undefined && !endpoints.includes(endpoint as Endpoint))
      return `a planned fault's endpoint must be one of ${endpoints.join(", ")}`
    if (fault?.["kind"] === "http" && !(Number(fault["status"]) >= 200 && Number(fault["status"]) <= 599))
      return "a planned http fault needs a status from 200 to 599"
  }
  return {
    switches: switches as Partial<Switches>,
    planned: planned as ReadonlyArray<PlannedFault>,
    clear: clear === true,
  }
}
