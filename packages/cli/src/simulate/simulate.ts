/**
 * Replays a scenario, or an export of a real chat, through the programs on a virtual clock, and tells what came of it.
 * Promises: no port is opened, nothing outlives it, and the same file gives the same result.
 */
import { readFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import { fromDocuments } from "@wa/adapters/knowledge/knowledge-folder"
import { isReadable, readPdf } from "@wa/adapters/knowledge/pdf"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import { makeVirtualClock } from "@wa/adapters/runtime/virtual-clock"
import { policyOf, readSettings, WrongSettings } from "@wa/adapters/settings/settings"
import { inWords } from "@wa/core/calendar/time-in-words"
import { isOpen } from "@wa/core/calendar/working-hours"
import { normalisePhone } from "@wa/core/contact/phone"
import { documentOfText } from "@wa/core/knowledge/facts"
import type { StoredMessage, TraceRow } from "@wa/core/ports/agent-repo"
import { KnowledgePort } from "@wa/core/ports/knowledge-port"
import { LlmPort } from "@wa/core/ports/llm-port"
import { isoWithOffset } from "@wa/core/time/wall-clock"
import { Context, Effect, Layer, References } from "effect"
import { looksLikeChatExport, readChatExport } from "./chat-export.ts"
import { unmet } from "./expectations.ts"
import type { Simulation } from "./result.ts"
import { type Expectations, momentOf, readScenario, type Scenario, type Step, spanMs } from "./scenario.ts"
import { makeScriptedBrain } from "./scripted-brain.ts"
import { endOf, makeWorld, profileId } from "./world.ts"

export interface SimulateOptions {
  /** Who is the company in a chat export. */
  readonly me: string | null
  /** What becomes of the company's own lines in an export. */
  readonly ours: "leave_out" | "operator"
  readonly zone: string | null
  /** Folder of the project's own knowledge base. */
  readonly knowledgeFolder: string
  /** Answers what a scenario does not script; the offline brain unless told. */
  readonly brain?: LlmPort["Service"]
}

const phoneDefault = "+77010000001"
/** A Monday morning in working hours. */
const nowDefault = "2026-11-23T11:00"
const stepGapMs = 60_000

/** A file that cannot be simulated is a result, too: not ok, with one failure that says why. */
export const simulateFile = (file: string, options: SimulateOptions): Effect.Effect<Simulation> =>
  Effect.gen(function* () {
    let text: string
    try {
      text = readFileSync(file, "utf8")
    } catch {
      return unusable(file, `файл не читается: ${file}`)
    }
    const isYaml = /\.ya?ml$/i.test(file)
    if (!isYaml && looksLikeChatExport(text)) return yield* simulateExport(file, text, options)
    const scenario = readScenario(text)
    if ("wrong" in scenario)
      return unusable(
        file,
        isYaml ? scenario.wrong : `это ни сценарий YAML, ни выгрузка чата WhatsApp (${scenario.wrong})`,
      )
    return yield* simulateScenario(file, scenario, options)
  }).pipe(
    Effect.provideService(References.MinimumLogLevel, "None"),
    Effect.catchCause((cause) =>
      Effect.succeed(
        unusable(
          file,
          `симуляция прервалась: ${String(cause.reasons[0] && "defect" in cause.reasons[0] ? (cause.reasons[0].defect instanceof Error ? cause.reasons[0].defect.message : cause.reasons[0].defect) : cause)}`,
        ),
      ),
    ),
  )

const unusable = (file: string, why: string): Simulation => ({
  file,
  ok: false,
  name: basename(file),
  messages: [],
  contact: { is_client: null, confidence: null, stop_reason: null, touches_sent: 0 },
  calls: [],
  failures: [why],
  reasons: new Map(),
  outcomes: {},
  askedOperator: false,
  notes: [],
})

const simulateExport = Effect.fnUntraced(function* (file: string, text: string, options: SimulateOptions) {
  const zone = options.zone ?? "Asia/Almaty"
  const read = readChatExport(text, { me: options.me, zone })
  const first = read.messages[0]
  if (first === undefined) return unusable(file, read.problems[0]?.why ?? "в выгрузке нет сообщений")
  const clients = read.senders.filter((sender) => !read.messages.some((one) => one.sender === sender.name && one.isMe))
  const phones = new Map(
    clients.map((sender, i) => [
      sender.name,
      normalisePhone(sender.name) ?? `+7701000${String(1001 + i).padStart(4, "0")}`,
    ]),
  )
  const firstClient =
    clients.length === 0
      ? phoneDefault
      : (phones.get(read.messages.find((one) => !one.isMe)?.sender ?? "") ?? phoneDefault)
  let lastClient = firstClient
  const steps = read.messages.flatMap((message): Array<Step> => {
    const at = isoWithOffset(message.at, zone)
    if (message.isMe)
      return options.ours === "operator" && !message.deleted ? [{ at, operator: message.text, phone: lastClient }] : []
    lastClient = phones.get(message.sender) ?? firstClient
    if (message.deleted) return []
    const type = message.kind === "text" ? undefined : message.kind
    return [
      {
        at,
        phone: lastClient,
        name: message.sender,
        client:
          type === undefined ? message.text : { text: "", type: exportedTypes[message.kind] ?? "document", voice: "" },
      },
    ]
  })
  const scenario: Scenario = {
    name: basename(file),
    now: isoWithOffset(first.at - 1000, zone),
    zone,
    phone: firstClient,
    steps,
  }
  const result = yield* simulateScenario(file, scenario, options)
  return {
    ...result,
    notes: [
      ...read.problems.slice(0, 20).map((one) => (one.line === 0 ? one.why : `строка ${one.line}: ${one.why}`)),
      ...result.notes,
    ],
  }
})

const exportedTypes: Readonly<Record<string, string>> = {
  image: "image",
  voice: "ptt",
  video: "video",
  document: "document",
  sticker: "sticker",
  location: "location",
  contact: "vcard",
  poll: "poll",
}

const knowledgeOf = Effect.fnUntraced(function* (file: string, scenario: Scenario, options: SimulateOptions) {
  const folder = dirname(resolve(file))
  const named =
    scenario.knowledge === undefined
      ? []
      : typeof scenario.knowledge === "string"
        ? [scenario.knowledge]
        : scenario.knowledge
  if (named.length === 0 && scenario.knowledge_text === undefined)
    return yield* Layer.build(KnowledgeFolder.layer({ folder: options.knowledgeFolder, watchSeconds: 3600 }))
  const read = yield* Effect.promise(() =>
    Promise.all(
      named.map(async (name) => {
        const path = resolve(folder, name)
        return /\.pdf$/i.test(name)
          ? readPdf(new Uint8Array(readFileSync(path)), basename(path))
          : documentOfText(readFileSync(path, "utf8"), basename(path))
      }),
    ),
  )
  const written = scenario.knowledge_text === undefined ? [] : [documentOfText(scenario.knowledge_text, "scenario.txt")]
  return yield* Layer.build(fromDocuments([...read.filter(isReadable), ...written]))
})

const simulateScenario = (file: string, scenario: Scenario, options: SimulateOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const zone = scenario.zone ?? options.zone ?? "Asia/Almaty"
      let settings: ReturnType<typeof readSettings>
      try {
        const given = Object.fromEntries(
          Object.entries(scenario.settings ?? {}).map(([name, value]) => [name, String(value)]),
        )
        settings = readSettings({ ...given, TIMEZONE: zone })
      } catch (error) {
        if (error instanceof WrongSettings) return unusable(file, error.problems.join("; "))
        throw error
      }
      const phone = normalisePhone(scenario.contact?.phone ?? scenario.phone ?? phoneDefault) ?? phoneDefault
      const name = scenario.contact?.name
      const startAt = momentOf(scenario.now ?? firstMoment(scenario) ?? nowDefault, zone)
      const clock = makeVirtualClock(startAt)
      const { holidayCheck } = yield* Effect.promise(() => import("@wa/core/calendar/holidays"))
      const isHoliday = holidayCheck(settings.HOLIDAYS_COUNTRY)
      const knowledge = Context.get(yield* knowledgeOf(file, scenario, options), KnowledgePort)
      const otherwise = options.brain ?? Context.get(yield* Layer.build(OfflineBrain.layer), LlmPort)
      const brain = makeScriptedBrain(scenario.brain ?? {}, otherwise, zone)
      const world = yield* makeWorld({ clock, settings, isHoliday, knowledge, knowledgeTag: KnowledgePort, brain })
      for (const written of scenario.whitelist ?? []) {
        const listed = normalisePhone(written)
        if (listed !== null) yield* world.gateway.addToWhitelist(listed, "из сценария", startAt).pipe(Effect.orDie)
      }
      yield* world.runUntil(startAt)
      const reported = { messages: 0 }
      const failures: Array<string> = []
      const outline = () => describe(file, scenario, world, phone, zone)
      let at = startAt
      for (const [i, step] of scenario.steps.entries()) {
        at =
          step.at !== undefined
            ? momentOf(step.at, zone)
            : at + (step.after !== undefined ? spanMs(step.after) : i === 0 || isPure(step) ? 0 : stepGapMs)
        const moment = at
        if (doesSomething(step)) clock.plan({ at: moment, happen: () => act(step, world, brain, phone, name) })
        if (step.wait !== undefined) at += spanMs(step.wait)
        if (step.expect === undefined) continue
        yield* world.runUntil(at)
        const now = yield* outline()
        const since = { ...now, messages: now.messages.slice(reported.messages) }
        failures.push(...unmet(step.expect, since, zone).map((failure) => `шаг ${i + 1}: ${failure}`))
        reported.messages = now.messages.length
      }
      yield* world.runUntil(scenario.run_for === undefined ? endOf(at) : at + spanMs(scenario.run_for))
      const found = yield* outline()
      failures.push(...unmet(scenario.expect ?? ({} as Expectations), found, zone))
      const { hours } = policyOf(settings, isHoliday)
      for (const message of found.messages)
        if (message.kind === "touch" && !isOpen(Date.parse(message.at), hours))
          failures.push(`напоминание вне рабочего времени: ${message.at}`)
      return { ...found, failures, ok: failures.length === 0 }
    }),
  )

const firstMoment = (scenario: Scenario): string | undefined => scenario.steps[0]?.at
const isPure = (step: Step): boolean => !doesSomething(step)
const doesSomething = (step: Step): boolean =>
  step.client !== undefined ||
  step.operator !== undefined ||
  step.edits !== undefined ||
  step.deletes === true ||
  step.group !== undefined ||
  step.model !== undefined ||
  step.broker !== undefined ||
  step.database !== undefined

const captioned: Readonly<Record<string, string>> = {
  image: "image/jpeg",
  video: "video/mp4",
  document: "application/pdf",
}

type World = Effect.Success<ReturnType<typeof makeWorld>>

const act = (
  step: Step,
  world: World,
  brain: ReturnType<typeof makeScriptedBrain>,
  mainPhone: string,
  mainName: string | undefined,
): void => {
  const { whatsapp } = world
  const phone = step.phone ?? mainPhone
  const name = step.name ?? (phone === mainPhone ? mainName : undefined)
  const named = name === undefined ? {} : { name }
  const lastOfClient = whatsapp.chat(phone).findLast((message) => !message.fromMe)
  if (step.client !== undefined) {
    if (typeof step.client === "string") whatsapp.clientWrites(phone, step.client, named)
    else if (step.client.voice !== undefined && (step.client.type ?? "ptt") === "ptt")
      whatsapp.clientWrites(phone, "", {
        ...named,
        type: "ptt",
        media: { base64: Buffer.from(step.client.voice).toString("base64"), mimeType: "audio/ogg" },
      })
    else if (step.client.type === "reaction")
      whatsapp.clientReacts(phone, whatsapp.chat(phone).at(-1)?.id ?? "", step.client.text ?? "👍")
    else {
      const { text = "", type = "chat" } = step.client
      // WhatsApp captions files only.
      const mimeType = captioned[type]
      const media = mimeType === undefined ? {} : { media: { base64: "AA==", mimeType } }
      whatsapp.clientWrites(phone, text, { ...named, type, ...media })
    }
  }
  if (step.group !== undefined)
    whatsapp.clientWrites(phone, step.group, { ...named, chatId: "120363000000000001@g.us" })
  if (step.edits !== undefined && lastOfClient !== undefined) whatsapp.clientEdits(lastOfClient.id, step.edits)
  if (step.deletes === true && lastOfClient !== undefined) whatsapp.clientDeletes(lastOfClient.id)
  if (step.operator !== undefined) whatsapp.operatorWrites(phone, step.operator)
  if (step.model !== undefined) brain.switchOff(step.model === "down")
  if (step.broker !== undefined) world.setBroker(step.broker === "up")
  if (step.database !== undefined) world.setDatabase(step.database === "up")
}

/** Reads the phone and the database: the one tells what was said, the other why. */
const describe = Effect.fnUntraced(function* (
  file: string,
  scenario: Scenario,
  world: World,
  phone: string,
  zone: string,
) {
  const key = { profileId, phone }
  // A database that is away in the scenario must not keep us from looking.
  world.setDatabase(true)
  const stored = yield* Effect.orDie(world.agent.history(key, 100_000, { withUnsent: true }))
  const traces = yield* Effect.orDie(world.agent.traces(key, 100_000))
  const contact = yield* Effect.orDie(world.agent.contact(key))
  const chains = yield* Effect.orDie(world.agent.followUps(key))
  const calls = (yield* Effect.orDie(world.agent.calls(1000))).filter((call) => call.key.phone === phone)
  const byText = new Map(stored.filter((one) => one.from === "bot").map((one) => [one.text, one]))
  const byId = new Map(stored.map((one) => [one.messageId, one]))
  const said = world.whatsapp.chat(phone).filter((message) => message.type !== "reaction")
  const reasons = new Map<number, string>()
  const messages = said.map((message, i) => {
    const row =
      byId.get(message.id) ?? (message.fromMe && message.sentFrom === "api" ? byText.get(message.text) : undefined)
    const from = !message.fromMe
      ? ("client" as const)
      : message.sentFrom === "api"
        ? ("bot" as const)
        : ("operator" as const)
    const why =
      from === "bot" && row !== undefined
        ? whyBot(row, traces)
        : from === "client"
          ? whyClient(message.id, row, traces)
          : ""
    if (why !== "") reasons.set(i, why)
    return {
      at: isoWithOffset(message.at, zone),
      from,
      text: message.text === "" ? (row?.text ?? `[${message.type}]`) : message.text,
      kind: from === "bot" ? (row?.kind ?? "reply") : null,
    }
  })
  const outcomes: Record<string, number> = {}
  for (const one of stored)
    if (one.from === "client") outcomes[one.outcome ?? "open"] = (outcomes[one.outcome ?? "open"] ?? 0) + 1
  const last = [...chains].sort((a, b) => a.createdAt - b.createdAt).at(-1)
  return {
    file,
    name: scenario.name ?? basename(file),
    ok: true,
    messages,
    contact: {
      is_client: contact?.isClient ?? null,
      confidence: contact?.confidence ?? null,
      stop_reason: last?.stopReason ?? null,
      touches_sent: messages.filter((message) => message.kind === "touch").length,
    },
    calls: calls
      .map((call) => ({ at: isoWithOffset(call.scheduledAt, zone), status: call.status }))
      .sort((a, b) => a.at.localeCompare(b.at)),
    failures: [],
    reasons,
    outcomes,
    askedOperator: traces.some((trace) => trace.commands.some((command) => command._tag === "AskOperator")),
    notes: contact?.wakeUpAt == null ? [] : [`следующее событие: ${inWords(contact.wakeUpAt, zone)}`],
  } satisfies Simulation
})

const whyBot = (row: StoredMessage, traces: ReadonlyArray<TraceRow>): string => {
  const trace = traces.find((one) =>
    one.commands.some((command) => command._tag === "Send" && command.text === row.text),
  )
  const facts = (trace?.thoughts["facts"] ?? []) as ReadonlyArray<{ subject: string; attribute: string; value: string }>
  const send = trace?.commands.find((command) => command._tag === "Send")
  return [
    row.kind === "touch" ? `касание ${row.touch}` : row.kind === "reminder" ? "напоминание о звонке" : "ответ",
    send?._tag === "Send" && send.isSafe ? "запасная фраза" : "",
    ...facts.slice(0, 3).map((fact) => `${fact.subject} — ${fact.attribute}: ${fact.value}`),
    ...(trace?.commands ?? []).flatMap((command) =>
      command._tag === "BookCall" || command._tag === "MoveCall"
        ? ["звонок записан"]
        : command._tag === "CancelCall"
          ? ["звонок отменён"]
          : [],
    ),
  ]
    .filter((part) => part !== "")
    .join("; ")
}

const whyClient = (id: string, row: StoredMessage | undefined, traces: ReadonlyArray<TraceRow>): string => {
  const trace = traces.find((one) => one.event._tag === "ClientWrote" && one.event.messageId === id)
  const intent = trace?.thoughts["intent"]
  return [
    typeof intent === "string" && intent !== "none" ? `${intent} (${String(trace?.thoughts["rule"])})` : "",
    row?.outcome ?? "",
  ]
    .filter((part) => part !== "")
    .join("; ")
}

export const knowledgeFolderOf = (root: string): string => join(root, "knowledge_base")
