/**
 * The two programs side by side as they are deployed, on two throwaway databases and a virtual host of the broker that is
 * theirs alone, with a phone and a model that live in the test. The wires to the servers can be cut.
 */
import { execFile, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { promisify } from "node:util"
import { assert } from "@effect/vitest"
import { describeNeeds, postgresUrl, rabbitmqUrl, reachable } from "@wa/adapters/contracts/needs"
import { said } from "@wa/adapters/gemini/gemini-server.fixture"
import { startLocalWappi } from "@wa/adapters/local-wappi/local-wappi"
import type { LocalMessage } from "@wa/adapters/local-wappi/local-whatsapp"
import { type Asked, type Reply, startModelServer } from "@wa/adapters/model/model-server.fixture"
import { layerServer } from "@wa/adapters/postgres/database"
import { freshDatabase } from "@wa/adapters/postgres/database.fixture"
import { withChannel } from "@wa/adapters/rabbitmq/broker.fixture"
import { Effect, Exit, ManagedRuntime, Redacted, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { type Ask, type Databases, unfinished } from "./books.fixture.ts"
import { freePort, type Program, startProgram, until, type Wire, wireTo } from "./program.fixture.ts"

const run = promisify(execFile)
const at = (url: string, port: number) => reachable(new URL(url).hostname, Number(new URL(url).port) || port)

/** `(await needsServers())("…", () => { … })`: skipped with the reason where they are missing, failing where CI is set. */
export const needsServers = async () =>
  describeNeeds(
    "PostgreSQL, RabbitMQ or rabbitmqctl",
    (await at(postgresUrl, 5432)) &&
      (await at(rabbitmqUrl, 5672)) &&
      spawnSync("rabbitmqctl", ["list_vhosts"], { stdio: "ignore" }).status === 0,
  )

export const profileId = "apart-profile"
const wappiToken = "apart-wappi-token"
const adminToken = "apart-admin-token"
const webhookSecret = "apart-webhook-secret"
const readySecondsMax = 30

export type App = "gateway" | "agent"

/** What the model does instead of answering by its rules; null: it answers. */
export interface Model {
  fault: Reply | null
  readonly asked: ReadonlyArray<Asked>
}

export interface Apart {
  readonly whatsapp: Effect.Success<ReturnType<typeof startLocalWappi>>
  readonly model: Model
  readonly broker: Wire
  readonly gatewayDatabase: Wire
  readonly agentDatabase: Wire
  readonly databases: Databases
  readonly port: Readonly<Record<App, number>>
  readonly settings: Readonly<Record<App, Readonly<Record<string, string>>>>
  /** Starts the program; a second call starts it again, with other settings if given. */
  readonly start: (app: App, settings?: Readonly<Record<string, string>>) => Program
  /** Answers `/health` with 200. */
  readonly healthy: (app: App, program: Program, secondsMax?: number) => Promise<void>
  /** The gateway has read the chats once: what is written from now on is new. */
  readonly hasPolled: () => Promise<void>
  readonly stats: <A>(app: App) => Promise<A>
  /** As the page asks. */
  readonly api: <A>(path: string, body?: unknown) => Promise<A>
  /** A raw body into a queue of ours. */
  readonly publishRaw: (queue: string, body: string) => Promise<void>
  /** The one message that waits there dies as if its time had run out. Nobody else may consume. */
  readonly expire: (queue: string) => Promise<void>
  /** All that the broker holds there, also what a consumer has in hand. Slow. */
  readonly kept: (queue: string) => Promise<number>
  readonly depth: (queue: string) => Promise<number>
  readonly allMessages: () => ReadonlyArray<LocalMessage>
  readonly sentTo: (phone: string) => ReadonlyArray<LocalMessage>
  readonly atRest: (secondsMax: number, told?: () => string) => Promise<void>
  readonly close: () => Promise<void>
}

export const openApart = async (): Promise<Apart> => {
  const scope = Scope.makeUnsafe()
  const within = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>) =>
    Effect.runPromise(Effect.provideService(effect, Scope.Scope, scope))
  const vhost = `wa_e2e_${randomBytes(4).toString("hex")}`
  await run("rabbitmqctl", ["add_vhost", vhost])
  const brokerUrl = new URL(rabbitmqUrl)
  brokerUrl.pathname = `/${vhost}`
  await run("rabbitmqctl", ["set_permissions", "-p", vhost, brokerUrl.username || "guest", ".*", ".*", ".*"])

  const whatsapp = await within(
    startLocalWappi({ host: "127.0.0.1", token: wappiToken, profileId, now: () => Date.now() }),
  )
  let fault: Reply | null = null
  const gemini = await within(startModelServer((asked) => fault ?? answerByRules(asked)))
  const broker = await wireTo(brokerUrl.href, 5672)
  const [gatewayUrl, agentUrl] = [
    Redacted.value((await within(freshDatabase)).url),
    Redacted.value((await within(freshDatabase)).url),
  ]
  const [gatewayDatabase, agentDatabase] = [await wireTo(gatewayUrl, 5432), await wireTo(agentUrl, 5432)]
  const port = { gateway: await freePort(), agent: await freePort() }
  const common = {
    RABBITMQ_URL: broker.url,
    GEMINI_API_KEY: "apart-gemini-key",
    GEMINI_BASE_URL: gemini.url,
    ADMIN_TOKEN: adminToken,
    LOG_FORMAT: "json",
  }
  const settings: Apart["settings"] = {
    gateway: {
      ...common,
      DATABASE_URL: gatewayDatabase.url,
      WAPPI_TOKEN: wappiToken,
      WAPPI_PROFILE_ID: profileId,
      WAPPI_BASE_URL: whatsapp.url,
      WEBHOOK_SECRET: webhookSecret,
      WEBHOOK_PUBLIC_URL: `http://127.0.0.1:${port.gateway}`,
      POLLING_INTERVAL: "0.3",
      SEND_PER_MINUTE: "600",
      PORT: String(port.gateway),
    },
    agent: {
      ...common,
      DATABASE_URL: agentDatabase.url,
      REPLY_QUIET_SECONDS: "0.5",
      REPLY_MAX_WAIT_SECONDS: "5",
      MODEL_LEASE_SECONDS: "5",
      MAX_TURNS_PER_HOUR: "1000",
      PORT: String(port.agent),
    },
  }
  // Past the wires: what is read here is not what is tested.
  const reader = (url: string) => {
    const runtime = ManagedRuntime.make(layerServer({ url: Redacted.make(url), maxConnections: 2 }))
    const ask: Ask = (statement) =>
      runtime.runPromise(SqlClient.SqlClient.use((sql) => sql.unsafe<Record<string, unknown>>(statement)))
    return { ask, close: () => runtime.dispose() }
  }
  const [ofGateway, ofAgent] = [reader(gatewayUrl), reader(agentUrl)]
  const databases: Databases = { gateway: ofGateway.ask, agent: ofAgent.ask }

  const onChannel = <A>(use: Parameters<typeof withChannel<A>>[0]): Promise<A> =>
    Effect.runPromise(withChannel(use, brokerUrl.href))
  const ask = async <A>(app: App, path: string, body?: unknown): Promise<A> => {
    const answer = await fetch(`http://127.0.0.1:${port[app]}${path}`, {
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as A
  }
  return {
    whatsapp,
    model: {
      asked: gemini.asked,
      get fault() {
        return fault
      },
      set fault(to) {
        fault = to
      },
    },
    broker,
    gatewayDatabase,
    agentDatabase,
    databases,
    port,
    settings,
    start: (app, more = {}) => startProgram(`packages/${app}-app/src/main.ts`, [], { ...settings[app], ...more }),
    healthy: async (app, program, secondsMax = readySecondsMax) => {
      await until(
        `the ${app} is healthy`,
        secondsMax,
        async () => {
          if (program.hasEnded()) assert.fail(`the ${app} ended`)
          const answer = await fetch(`http://127.0.0.1:${port[app]}/health`)
          return answer.status === 200 ? true : undefined
        },
        program.said,
      )
    },
    hasPolled: async () => {
      await until("the first poll", readySecondsMax, async () => {
        const health = await fetch(`http://127.0.0.1:${port.gateway}/health`)
        return ((await health.json()) as { readonly last_poll_at: string | null }).last_poll_at ?? undefined
      })
    },
    stats: (app) => ask(app, "/stats"),
    api: (path, body) => ask("agent", path, body),
    publishRaw: (queue, body) =>
      onChannel(async (channel) => {
        channel.sendToQueue(queue, Buffer.from(body), { persistent: true })
        await channel.waitForConfirms()
      }),
    expire: (queue) =>
      onChannel(async (channel) => {
        const found = Promise.withResolvers<void>()
        await channel.prefetch(1)
        let isFirst = true
        const { consumerTag } = await channel.consume(queue, (message) => {
          if (message === null || !isFirst) return
          isFirst = false
          const { contentType, correlationId, messageId, type } = message.properties
          const same = { contentType, correlationId, messageId, type, persistent: true }
          channel.sendToQueue(queue, message.content, { ...same, expiration: "1" })
          channel.ack(message)
          found.resolve()
        })
        await found.promise
        await channel.cancel(consumerTag)
        await channel.waitForConfirms()
      }),
    kept: async (queue) => {
      const { stdout } = await run("rabbitmqctl", [
        "-q",
        "--no-table-headers",
        "-p",
        vhost,
        "list_queues",
        "name",
        "messages",
      ])
      return Number(
        stdout
          .split("\n")
          .map((line) => line.split("\t"))
          .find(([name]) => name === queue)?.[1],
      )
    },
    depth: (queue) => onChannel(async (channel) => (await channel.checkQueue(queue)).messageCount),
    allMessages: () => whatsapp.whatsapp.listChats().flatMap(({ chatId }) => whatsapp.whatsapp.inOrder(chatId)),
    sentTo: (phone) => whatsapp.whatsapp.chat(phone).filter((message) => message.fromMe && message.sentFrom === "api"),
    atRest: async (secondsMax, told) => {
      let left: ReadonlyArray<string> = []
      await until(
        "everything is at rest",
        secondsMax,
        async () => {
          left = await unfinished(databases)
          return left.length === 0 ? true : undefined
        },
        () => `${left.join("\n")}\n${told?.() ?? ""}`,
      )
    },
    close: async () => {
      await Promise.all([ofGateway.close(), ofAgent.close()])
      for (const wire of [broker, gatewayDatabase, agentDatabase]) wire.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
      await run("rabbitmqctl", ["delete_vhost", vhost])
    },
  }
}

// ---- the model -------------------------------------------------------------------------------------------------------

export const transcriptOfVoice = "Здравствуйте, сколько стоит тариф Магазин?"
/** Whoever writes this is no client. */
export const strangersWord = "тётя Гуля"

const touchTexts = [
  "Здравствуйте! Удалось ли обдумать наш разговор? Подскажите, какие вопросы остались.",
  "Добрый день! Что для вас сейчас важнее: порядок на складе или скорость на кассе?",
  "Здравствуйте! Как вы сейчас ведёте учёт товара, в тетради или в программе?",
  "Добрый день! Если тема ещё актуальна, напишите, с чем помочь.",
  "Здравствуйте! Больше не буду отвлекать. Если понадобится касса, пишите сюда.",
]

const answerByRules = ({ body, url }: Asked): Reply => {
  if (!/:generateContent$/.test(url)) return { status: 404, body: "{}" }
  const fields = Object.keys(body.generationConfig?.responseSchema?.properties ?? {})
  const user: string = body.contents[0].parts[0].text
  return said(JSON.stringify(answerTo(fields, user)))
}

const answerTo = (fields: ReadonlyArray<string>, user: string): object => {
  if (fields.includes("isClient")) {
    const isStranger = user.includes(strangersWord)
    return { reasoning: isStranger ? "Родственница." : "Спрашивает о тарифе.", isClient: !isStranger, confidence: 0.95 }
  }
  if (fields.includes("language")) return { language: "ru", text: transcriptOfVoice, confidence: 0.95 }
  const touch = /Сейчас касание (\d) из 5/.exec(user)?.[1]
  if (touch !== undefined) return draft(touchTexts[Number(touch) - 1]!)
  const asked = /<новое_сообщение[^>]*>([\s\S]*?)<\/новое_сообщение>/.exec(user)?.[1] ?? ""
  const freeTime = /Время в словах клиента: ([^\n]+?) \((\d{4}-[^)]+)\): это время свободно/.exec(user)
  if (freeTime !== null) return draft(`Спасибо! Записал вас на ${freeTime[1]}.`, { action: "book", at: freeTime[2]! })
  if (/^\s*да[.!]?\s*$/i.test(asked)) return draft("Отлично! На какой день и час вам удобно созвониться?")
  // The last ones only: after a long outage a turn holds more questions than an answer may have letters.
  const numbers = [...asked.matchAll(/вопрос (\d+)/g)].map((match) => match[1]).slice(-5)
  const told = numbers.length === 0 ? "за сообщение" : `за вопрос ${numbers.join(", ")}`
  return draft(`Спасибо ${told}! Тариф «Магазин» стоит 14 900 ₸ в месяц. Сколько у вас касс?`)
}
const draft = (text: string, call: { readonly action: "book"; readonly at: string } | null = null) => ({
  text,
  facts: [],
  call,
  hand_over: null,
})
