/** The agent as a program of its own: RabbitMQ, its PostgreSQL database, a model. The only file that chooses its adapters. */
import { listen } from "@wa/adapters/http/listen"
import { whileStarting } from "@wa/adapters/http/starting"
import * as KnowledgeFolder from "@wa/adapters/knowledge/knowledge-folder"
import * as Log from "@wa/adapters/logging/log"
import { brainOf, modelCheck } from "@wa/adapters/model/brain"
import { agentRepoOn } from "@wa/adapters/postgres/migrated"
import * as RabbitmqQueue from "@wa/adapters/rabbitmq/rabbitmq-queue"
import { runProgram } from "@wa/adapters/runtime/run-program"
import { shippedFolder } from "@wa/adapters/runtime/shipped"
import { exitCodeOf, holidaysCheck, holidaysOf, policyOf, readForProgram } from "@wa/adapters/settings/settings"
import { Context, Effect, Layer } from "effect"
import { runAgent } from "./agent.ts"
import { AgentSettings } from "./agent-settings.ts"
import { agentServer } from "./http-server.ts"

const shipped = (name: string, inSources: string): string => shippedFolder(import.meta.url, name, inSources)

const agent = Effect.gen(function* () {
  const promptsFolder = shipped("prompts", "../../../prompts")
  const settings = yield* readForProgram(
    ["RABBITMQ_URL", "DATABASE_URL"],
    [modelCheck({ isRequired: true, promptsFolder }), holidaysCheck, KnowledgeFolder.knowledgeFolderCheck],
  )
  const brain = brainOf(settings, settings.PROMPTS_DIR ?? promptsFolder)!
  const isHoliday = yield* holidaysOf(settings)
  const { DATABASE_URL: url, DATABASE_POOL: maxConnections } = settings
  const otherPorts = Layer.mergeAll(
    RabbitmqQueue.layer({ url: settings.RABBITMQ_URL!, connectionName: "wa-agent", workers: settings.WORKERS }),
    brain.layer,
    KnowledgeFolder.layer({ folder: settings.KNOWLEDGE_DIR ?? shipped("knowledge_base", "../../../knowledge_base") }),
    Layer.succeed(AgentSettings, {
      policy: policyOf(settings, isHoliday),
      zone: settings.TIMEZONE,
      maxContextMessages: settings.MAX_CONTEXT_MESSAGES,
      knowledgeBudgetChars: settings.KNOWLEDGE_BUDGET_CHARS,
      touchesPerDay: settings.TOUCHES_PER_DAY,
      dailyTokenBudget: settings.DAILY_TOKEN_BUDGET === 0 ? null : settings.DAILY_TOKEN_BUDGET,
    }),
  )
  return yield* Effect.gen(function* () {
    // With the clock and the loggers around us: the HTTP side runs its effects by itself.
    const where = { host: "0.0.0.0", port: settings.PORT ?? 8001, setting: "PORT" }
    const ports = yield* whileStarting(where, ["database", "broker", "knowledge", "model"], (isAway) =>
      Layer.build(Layer.merge(agentRepoOn({ url: url!, maxConnections, isAway }, settings.TIMEZONE), otherPorts)),
    )
    const context = Context.merge(yield* Effect.context<never>(), ports)
    const address = yield* listen(
      agentServer(context, {
        adminToken: settings.ADMIN_TOKEN ?? null,
        corsOrigins: settings.CORS_ORIGINS,
        consoleFolder: settings.CONSOLE_DIR ?? shipped("console", "../../console/public"),
      }),
      where,
    )
    yield* Effect.logInfo("the agent is up", { address, model: brain.name })
    return yield* Effect.provideContext(runAgent({ workers: settings.WORKERS }), context)
  }).pipe(Effect.scoped, Effect.provide(Log.layerOf("agent", settings)))
})

runProgram(agent, exitCodeOf)
