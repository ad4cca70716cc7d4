/**
 * What must always hold, read from the two databases and the phone after everything is quiet. The numbers are those of the
 * invariants in docs/RULES.md.
 */
import type { LocalMessage } from "@wa/adapters/local-wappi/local-whatsapp"

export type Row = Readonly<Record<string, unknown>>
/** One read of one program's database. */
export type Ask = (statement: string) => Promise<ReadonlyArray<Row>>
export interface Databases {
  readonly gateway: Ask
  readonly agent: Ask
}

/** What is still under way: nothing, when the system is at rest. */
export const unfinished = async ({ agent, gateway }: Databases): Promise<ReadonlyArray<string>> => {
  const found = await Promise.all([
    gateway(`SELECT 'not relayed: ' || (body->>'event') || ' ' || (body->>'correlation_id') AS what FROM relay
      WHERE queued_at IS NULL`),
    gateway(`SELECT 'not settled: ' || outbound_id || ' ' || status AS what FROM send_ledger
      WHERE status IN ('waiting', 'sending', 'in_doubt', 'in_doubt_late')`),
    agent(
      `SELECT 'without an outcome: ' || message_id AS what FROM messages WHERE author = 'client' AND outcome IS NULL`,
    ),
    agent(`SELECT 'not gone: ' || outbound_id || ' ' || delivery AS what FROM messages
      WHERE delivery IN ('pending', 'published')`),
    agent(`SELECT 'not at rest: ' || phone_number || ' ' || state::text AS what FROM contacts
      WHERE state->'turn'->>'_tag' <> 'Idle' OR jsonb_typeof(state->'thinking') <> 'null'
        OR jsonb_array_length(state->'unreported') > 0`),
  ])
  return found.flat().map((row) => String(row["what"]))
}

export interface Told {
  /** Numbers that are never read and never answered. */
  readonly whitelisted?: ReadonlyArray<string>
  /** Messages that the system may not have seen: written before its beginning. */
  readonly isOld?: (message: LocalMessage) => boolean
  /** Messages that WhatsApp's gateway kept and sent when it liked: their place is not ours to promise. */
  readonly isLate?: (message: LocalMessage) => boolean
}

/** The default of MAX_CONTEXT_MESSAGES is 20; the phone is ahead of what the agent knew. */
const contextMessages = 10
const phoneOf = (message: LocalMessage): string => `+${message.chatId.split("@")[0]}`
const isPerson = (message: LocalMessage): boolean => message.chatId.endsWith("@c.us")

/** Every promise that was broken, with what shows it. */
export const brokenPromises = async (
  phone: ReadonlyArray<LocalMessage>,
  { agent, gateway }: Databases,
  { isLate = () => false, isOld = () => false, whitelisted = [] }: Told = {},
): Promise<ReadonlyArray<string>> => {
  const broken: Array<string> = []
  const expect = (holds: boolean, what: () => string) => {
    if (!holds) broken.push(what())
  }
  const logs = await gateway(
    `SELECT message_id, phone_number, message_text FROM message_logs WHERE direction = 'incoming'`,
  )
  const ledger = await gateway(
    `SELECT outbound_id, phone_number, message_text, status, message_id FROM send_ledger ORDER BY id`,
  )
  const messages = await agent(`SELECT m.id, m.message_id, m.phone_number, c.phone_number AS contact, m.author, m.kind,
      m.message_text, m.outcome, m.answered_by, m.outbound_id, m.delivery
    FROM messages m JOIN contacts c ON c.id = m.contact_id ORDER BY m.id`)
  const contacts = await agent(`SELECT phone_number, is_client FROM contacts`)

  const isUnread = (message: LocalMessage) => !isPerson(message) || whitelisted.includes(phoneOf(message))
  const shown = phone.filter((message) => !message.fromMe && !isUnread(message) && !isOld(message))
  const isLeft = (message: LocalMessage) => message.fromMe && message.sentFrom === "api"
  const left = phone.filter(isLeft)
  const ofClients = messages.filter((row) => row["author"] === "client")
  const ours = messages.filter((row) => row["author"] === "bot")

  // 1: stored once, under the right contact.
  for (const [where, rows] of [
    ["the gateway", logs],
    ["the agent", ofClients],
  ] as const) {
    const byId = Map.groupBy(rows, (row) => row["message_id"])
    for (const message of shown) {
      const stored = byId.get(message.id) ?? []
      expect(
        stored.length === 1,
        () => `1: ${where} has ${stored.length} of ${message.id} «${message.text.slice(0, 40)}»`,
      )
      const [row] = stored
      if (row === undefined) continue
      expect(
        row["phone_number"] === phoneOf(message),
        () => `1: ${where} has ${message.id} under ${String(row["phone_number"])}`,
      )
      if (message.type === "chat")
        expect(row["message_text"] === message.text.trim(), () => `1: ${where} has other words of ${message.id}`)
    }
    const known = new Set(phone.map((message) => message.id))
    for (const id of byId.keys())
      expect(known.has(String(id)), () => `1: ${where} has ${String(id)}, which nobody wrote`)
  }
  for (const row of messages)
    expect(row["phone_number"] === row["contact"], () => `1: ${String(row["id"])} is in two chats`)

  // 2: one outcome each, and an answer that was an answer.
  const oursById = new Map(ours.map((row) => [row["outbound_id"], row]))
  for (const row of ofClients) {
    const outcome = String(row["outcome"])
    expect(
      /^(answered|ignored:\w+|handed_over:\w+)$/.test(outcome),
      () => `2: ${String(row["message_id"])} ended as ${outcome}`,
    )
    if (outcome !== "answered") continue
    const answer = oursById.get(row["answered_by"])
    expect(
      answer?.["delivery"] === "sent",
      () => `2: ${String(row["message_id"])} was answered by ${String(answer?.["delivery"])}`,
    )
  }

  // 3: nothing twice.
  const byMessageId = Map.groupBy(ledger, (row) => row["message_id"])
  for (const message of left) {
    const rows = byMessageId.get(message.id) ?? []
    expect(
      rows.length === 1,
      () => `3: ${rows.length} sends are entered for ${message.id} on ${phoneOf(message)} «${message.text}»`,
    )
    const [row] = rows
    if (row === undefined) continue
    expect(row["message_text"] === message.text, () => `3: ${message.id} has other words than the ledger`)
    expect(oursById.has(row["outbound_id"]), () => `3: ${message.id} was not decided by the agent`)
  }
  const onPhone = new Set(left.map((message) => message.id))
  for (const row of ledger) {
    const isThere = row["message_id"] !== null && onPhone.has(String(row["message_id"]))
    expect(
      isThere === (row["status"] === "sent"),
      () => `3: ${String(row["outbound_id"])} is ${String(row["status"])}, and ${isThere ? "" : "not "}on the phone`,
    )
    const delivery = oursById.get(row["outbound_id"])?.["delivery"]
    expect(
      row["status"] !== "sent" || delivery === "sent",
      () => `3: the agent takes ${String(row["outbound_id"])} for ${String(delivery)}`,
    )
  }
  // Under two ids it may say the same again, once the chat that the model is shown has moved on.
  for (const [chat, said] of Map.groupBy(phone.filter(isPerson), phoneOf))
    for (const [i, message] of said.entries())
      if (
        isLeft(message) &&
        said.slice(Math.max(0, i - contextMessages), i).some((one) => isLeft(one) && one.text === message.text)
      )
        broken.push(`3: ${chat} got twice «${message.text}»`)

  // 4: in order, and one for a turn. The turn is in the order in which the agent got to know of the messages.
  const outboundOf = new Map(ledger.map((row) => [row["message_id"], row["outbound_id"]]))
  for (const [chat, rows] of Map.groupBy(messages, (row) => String(row["phone_number"]))) {
    const replies = rows.filter((row) => row["kind"] === "reply" && row["delivery"] === "sent")
    // What expired in its queue is answered anew, by then after later turns.
    const isAllInTime = rows.every((row) => row["delivery"] !== "expired")
    let last = 0
    for (const reply of replies) {
      const turn = rows.filter((row) => row["answered_by"] === reply["outbound_id"]).map((row) => Number(row["id"]))
      expect(turn.length > 0, () => `4: ${chat} got an answer to nothing: «${String(reply["message_text"])}»`)
      expect(
        turn.length === 0 || !isAllInTime || Math.min(...turn) > last,
        () => `4: turns of ${chat} overlap at «${String(reply["message_text"])}»`,
      )
      last = Math.max(last, ...turn)
    }
    const inChat = left.filter((message) => phoneOf(message) === chat)
    const late = new Set(inChat.filter(isLate).map((message) => outboundOf.get(message.id)))
    const decided = rows
      .filter((row) => row["author"] === "bot" && row["delivery"] === "sent" && !late.has(row["outbound_id"]))
      .map((row) => row["outbound_id"])
    const seen = inChat.map((message) => outboundOf.get(message.id)).filter((id) => !late.has(id))
    expect(
      decided.join() === seen.join(),
      () => `4: ${chat} got the messages in another order\n  decided ${decided.join()}\n  got     ${seen.join()}`,
    )
  }

  // 5: silence.
  const silent = new Set([
    ...whitelisted,
    ...contacts.filter((row) => row["is_client"] === false).map((row) => String(row["phone_number"])),
  ])
  for (const message of left)
    expect(isPerson(message) && !silent.has(phoneOf(message)), () => `5: ${message.chatId} got «${message.text}»`)
  for (const row of [...logs, ...contacts])
    expect(!whitelisted.includes(String(row["phone_number"])), () => `5: ${String(row["phone_number"])} was read`)

  // 10: and nothing is left over.
  return [...broken, ...(await unfinished({ agent, gateway })).map((what) => `10: ${what}`)]
}
