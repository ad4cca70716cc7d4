/**
 * Everything in one process: the real part for each of Wappi, broker, databases and model whose setting is present, and the
 * embedded or offline one for each that is not. The same two apps as the separate programs.
 */
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import { lockFolder } from "@wa/adapters/embedded/pglite"
import { listen } from "@wa/adapters/http/listen"
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import { startLocalWappi } from "@wa/adapters/local-wappi/local-wappi"
import * as Log from "@wa/adapters/logging/log"
import { brainOf } from "@wa/adapters/model/brain"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import * as AgentRepoSql from "@wa/adapters/postgres/agent-repo-sql"
import * as Database from "@wa/adapters/postgres/database"
import * as GatewayRepoSql from "@wa/adapters/postgres/gateway-repo-sql"
import { agentRepoOn, gatewayRepoOn } from "@wa/adapters/postgres/migrated"
import { migrateAgent, migrateGateway } from "@wa/adapters/postgres/migrations"
import * as RabbitmqQueue from "@wa/adapters/rabbitmq/rabbitmq-queue"
import { holidaysOf, policyOf, type Settings } from "@wa/adapters/settings/settings"
import * as WappiHttp from "@wa/adapters/wappi/wappi-http"
import { runAgent } from "@wa/agent-app/agent"
import { AgentSettings } from "@wa/agent-app/agent-settings"
import { agentServer } from "@wa/agent-app/http-server"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { makeGateway } from "@wa/gateway-app/gateway"
import { GatewaySettings } from "@wa/gateway-app/gateway-settings"
import { gatewayServer } from "@wa/gateway-app/http-server"
import { Clock, Context, Effect, Layer, Redacted } from "effect"
import { CannotRun } from "../ending.ts"
import { paint, print } from "../terminal.ts"
import { makeDemoClock } from "./demo-clock.ts"
import { demoRoutes } from "./demo-routes.ts"

const localProfile = "local"
/** A poll of the stand-in costs nothing, and a newcomer waits for an answer. */
const localPollSeconds = 1

export interface StartOptions {
  /** Checked: what is given by pairs is given whole. */
  readonly settings: Settings
  /** Folder of the project: prompts, documents, page. */
  readonly project: string
  readonly host: string
}

/** Runs until interrupted. Prints what is real, what is embedded, and where the page is, once it can be used. */
export const start = ({ settings, project, host }: StartOptions) =>
  Effect.gen(function* () {
    const dataFolder = resolve(settings.DATA_DIR)
    yield* Effect.try({
      try: () => mkdirSync(dataFolder, { recursive: true }),
      catch: (error) => new CannotRun({ why: `папка данных ${dataFolder} не создаётся: ${String(error)}` }),
    })
    const database = join(dataFolder, "database")
    // Before anything in the folder is opened: the journal of the stand-in, the clock and the token are one process's, too.
    yield* lockFolder(database).pipe(
      Effect.catchTag("DataFolderLocked", ({ pid, file }) =>
        Effect.fail(
          new CannotRun({
            why: `с папкой данных ${dataFolder} уже работает процесс ${pid}: остановите его или назовите другую папку, --data (замок: ${file})`,
          }),
        ),
      ),
    )
    const hasWappi = settings.WAPPI_TOKEN !== undefined && settings.WAPPI_PROFILE_ID !== undefined
    const demo = hasWappi ? null : yield* makeDemoClock(join(dataFolder, "demo-clock"))
    const clock = demo?.clock ?? (yield* Clock.Clock)

    return yield* Effect.gen(function* () {
      const local =
        demo === null
          ? null
          : yield* startLocalWappi({
              host: "127.0.0.1",
              token: "local",
              profileId: localProfile,
              journalFile: join(dataFolder, "whatsapp.jsonl"),
              now: demo.now,
            })
      const profileId = settings.WAPPI_PROFILE_ID ?? localProfile
      const wappi = WappiHttp.layerFetch(
        local === null
          ? { baseUrl: settings.WAPPI_BASE_URL, token: settings.WAPPI_TOKEN!, profileId }
          : { baseUrl: local.url, token: Redacted.make("local"), profileId, minGapMs: 0 },
      )
      const queue =
        settings.RABBITMQ_URL === undefined
          ? InProcessQueue.layer({ workers: settings.WORKERS })
          : RabbitmqQueue.layer({ url: settings.RABBITMQ_URL, workers: settings.WORKERS })
      const brain = brainOf(settings, settings.PROMPTS_DIR ?? join(project, "prompts"))
      const isHoliday = yield* holidaysOf(settings)
      const ports = Layer.mergeAll(
        repositories(settings, database),
        wappi,
        queue,
        brain === null ? OfflineBrain.layer : brain.layer,
        KnowledgeFolder.layer({ folder: settings.KNOWLEDGE_DIR ?? join(project, "knowledge_base") }),
        Layer.succeed(GatewaySettings, {
          profileId,
          pollingInterval:
            local === null ? settings.POLLING_INTERVAL : Math.min(settings.POLLING_INTERVAL, localPollSeconds),
          sendPerMinute: settings.SEND_PER_MINUTE,
          dailyTokenBudget: settings.DAILY_TOKEN_BUDGET === 0 ? null : settings.DAILY_TOKEN_BUDGET,
          zone: settings.TIMEZONE,
          webhook: null,
        }),
        Layer.succeed(AgentSettings, {
          policy: policyOf(settings, isHoliday),
          zone: settings.TIMEZONE,
          maxContextMessages: settings.MAX_CONTEXT_MESSAGES,
          knowledgeBudgetChars: settings.KNOWLEDGE_BUDGET_CHARS,
          touchesPerDay: settings.TOUCHES_PER_DAY,
          dailyTokenBudget: settings.DAILY_TOKEN_BUDGET === 0 ? null : settings.DAILY_TOKEN_BUDGET,
        }),
      )
      // With the clock and the loggers around us: the HTTP side runs its effects by itself.
      const context = Context.merge(yield* Effect.context<never>(), yield* Layer.build(ports))
      const gateway = yield* Effect.provideContext(makeGateway, context)
      const parts = {
        wappi: local === null ? settings.WAPPI_BASE_URL : "местная замена WhatsApp (нет WAPPI_TOKEN)",
        broker: settings.RABBITMQ_URL === undefined ? "очередь внутри процесса (нет RABBITMQ_URL)" : "RabbitMQ",
        database: settings.GATEWAY_DATABASE_URL === undefined ? "встроенная (нет GATEWAY_DATABASE_URL)" : "PostgreSQL",
        model: brain === null ? "офлайн-мозг без модели (нет ключа)" : brain.name,
      }
      const admin = adminToken(settings, dataFolder)
      const servers = {
        corsOrigins: settings.CORS_ORIGINS,
        adminToken: admin,
      }
      const nextWakeUpAt = AgentRepo.use((repo) => repo.nextWakeUpAt).pipe(Effect.provideContext(context))
      const gatewayAt = yield* listen(
        gatewayServer(context, {
          ...servers,
          webhookSecret: settings.WEBHOOK_SECRET ?? null,
          health: gateway.health,
        }),
        { host, port: settings.GATEWAY_PORT, setting: "GATEWAY_PORT" },
      )
      const pageAt = yield* listen(
        agentServer(context, {
          ...servers,
          consoleFolder: join(project, "packages", "console", "public"),
          ...(local === null || demo === null
            ? {}
            : {
                extra: (server, { only }) =>
                  demoRoutes(
                    { whatsapp: local.whatsapp, clock: demo, zone: settings.TIMEZONE, profileId, parts, nextWakeUpAt },
                    only,
                  )(server),
              }),
        }),
        { host, port: settings.PORT ?? 8001, setting: "PORT" },
      )
      yield* announce(parts, pageAt, gatewayAt, Redacted.value(admin))
      return yield* Effect.all([gateway.run, runAgent({ workers: settings.WORKERS })], {
        concurrency: "unbounded",
        discard: true,
      }).pipe(Effect.provideContext(context))
    }).pipe(Effect.provideService(Clock.Clock, clock))
  }).pipe(Effect.scoped, Effect.provide(Log.layerOf("wa", settings)))

/** Two databases of a server, or one embedded instance with a schema for each app. */
const repositories = (settings: Settings, folder: string) => {
  const { GATEWAY_DATABASE_URL: gatewayUrl, AGENT_DATABASE_URL: agentUrl, DATABASE_POOL: maxConnections } = settings
  if (gatewayUrl !== undefined && agentUrl !== undefined)
    return Layer.mergeAll(
      agentRepoOn({ url: agentUrl, maxConnections }, settings.TIMEZONE),
      gatewayRepoOn({ url: gatewayUrl, maxConnections }),
    )
  return Layer.mergeAll(AgentRepoSql.layerWith({ timezone: settings.TIMEZONE }), GatewayRepoSql.layer).pipe(
    Layer.provide(
      Layer.effectDiscard(Effect.andThen(migrateGateway({ schema: "gateway" }), migrateAgent({ schema: "agent" }))),
    ),
    Layer.provide(Database.layerEmbedded({ folder, isLocked: true })),
  )
}

/** As set, or one of our own that stays the same over restarts. */
const adminToken = (settings: Settings, dataFolder: string): Redacted.Redacted => {
  if (settings.ADMIN_TOKEN !== undefined) return settings.ADMIN_TOKEN
  const file = join(dataFolder, "admin-token")
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString("base64url"), { mode: 0o600 })
  return Redacted.make(readFileSync(file, "utf8").trim())
}

const announce = (parts: Readonly<Record<string, string>>, page: string, gateway: string, token: string) =>
  print(
    [
      "",
      paint("bold", "Система работает."),
      `  WhatsApp   ${parts["wappi"]}`,
      `  очередь    ${parts["broker"]}`,
      `  базы       ${parts["database"]}`,
      `  модель     ${parts["model"]}`,
      "",
      `  Откройте   ${paint("cyan", `${page.replace("0.0.0.0", "localhost").replace("127.0.0.1", "localhost")}/?token=${token}`)}`,
      `  шлюз       ${gateway.replace("127.0.0.1", "localhost")}/health`,
      "",
      paint("dim", "Ctrl+C останавливает. Данные сохраняются, следующий запуск продолжит с того же места."),
      "",
    ].join("\n"),
  )
