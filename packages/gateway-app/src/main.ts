/** The gateway as a program of its own: Wappi, RabbitMQ, its PostgreSQL database. The only file that chooses its adapters. */
import { listen } from "@wa/adapters/http/listen"
import { whileStarting } from "@wa/adapters/http/starting"
import * as Log from "@wa/adapters/logging/log"
import { brainOf, modelCheck } from "@wa/adapters/model/brain"
import * as OfflineBrain from "@wa/adapters/offline/offline-brain"
import { gatewayRepoOn } from "@wa/adapters/postgres/migrated"
import * as RabbitmqQueue from "@wa/adapters/rabbitmq/rabbitmq-queue"
import { runProgram } from "@wa/adapters/runtime/run-program"
import { shippedFolder } from "@wa/adapters/runtime/shipped"
import { exitCodeOf, readForProgram, type Settings } from "@wa/adapters/settings/settings"
import * as WappiHttp from "@wa/adapters/wappi/wappi-http"
import { Context, Effect, Layer, Redacted } from "effect"
import { makeGateway } from "./gateway.ts"
import { GatewaySettings } from "./gateway-settings.ts"
import { gatewayServer } from "./http-server.ts"

const gateway = Effect.gen(function* () {
  const promptsFolder = shippedFolder(import.meta.url, "prompts", "../../../prompts")
  const settings = yield* readForProgram(
    ["WAPPI_TOKEN", "WAPPI_PROFILE_ID", "RABBITMQ_URL", "DATABASE_URL"],
    [modelCheck({ isRequired: false, promptsFolder })],
  )
  const profileId = settings.WAPPI_PROFILE_ID!
  const { DATABASE_URL: url, DATABASE_POOL: maxConnections } = settings
  const otherPorts = Layer.mergeAll(
    WappiHttp.layerFetch({ baseUrl: settings.WAPPI_BASE_URL, token: settings.WAPPI_TOKEN!, profileId }),
    RabbitmqQueue.layer({ url: settings.RABBITMQ_URL!, connectionName: "wa-gateway" }),
    // It only transcribes here; without a key a voice note arrives as one that could not be heard.
    brainOf(settings, settings.PROMPTS_DIR ?? promptsFolder)?.layer ?? OfflineBrain.layer,
    Layer.succeed(GatewaySettings, {
      profileId,
      pollingInterval: settings.POLLING_INTERVAL,
      sendPerMinute: settings.SEND_PER_MINUTE,
      dailyTokenBudget: settings.DAILY_TOKEN_BUDGET === 0 ? null : settings.DAILY_TOKEN_BUDGET,
      zone: settings.TIMEZONE,
      webhook: webhookOf(settings),
    }),
  )
  return yield* Effect.gen(function* () {
    // With the clock and the loggers around us: the HTTP side runs its effects by itself.
    const where = { host: "0.0.0.0", port: settings.PORT ?? 8000, setting: "PORT" }
    const ports = yield* whileStarting(
      where,
      ["database", "broker", "wappi", "poll", "sending", "webhook", "voice"],
      (isAway) => Layer.build(Layer.merge(gatewayRepoOn({ url: url!, maxConnections, isAway }), otherPorts)),
    )
    const context = Context.merge(yield* Effect.context<never>(), ports)
    const workers = yield* Effect.provideContext(makeGateway, context)
    const address = yield* listen(
      gatewayServer(context, {
        webhookSecret: settings.WEBHOOK_SECRET ?? null,
        adminToken: settings.ADMIN_TOKEN ?? null,
        corsOrigins: settings.CORS_ORIGINS,
        health: workers.health,
      }),
      where,
    )
    yield* Effect.logInfo("the gateway is up", { address, profile: profileId })
    return yield* Effect.provideContext(workers.run, context)
  }).pipe(Effect.scoped, Effect.provide(Log.layerOf("gateway", settings)))
})

const webhookOf = ({ WEBHOOK_PUBLIC_URL: publicUrl, WEBHOOK_SECRET: secret }: Settings) =>
  publicUrl === undefined || secret === undefined
    ? null
    : {
        url: Redacted.make(`${publicUrl}/webhook/wappi/${encodeURIComponent(Redacted.value(secret))}`),
        secret,
      }

runProgram(gateway, exitCodeOf)
