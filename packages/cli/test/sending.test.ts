import { assert, describe, it } from "@effect/vitest"
import * as InProcessQueue from "@wa/adapters/embedded/in-process-queue"
import * as MemoryGatewayRepo from "@wa/adapters/embedded/memory-gateway-repo"
import { GatewayRepo } from "@wa/core/ports/gateway-repo"
import { LlmPort } from "@wa/core/ports/llm-port"
import { QueuePort } from "@wa/core/ports/queue-port"
import { WappiPort } from "@wa/core/ports/wappi-port"
import { GatewaySettings } from "@wa/gateway-app/gateway-settings"
import { makeHealth } from "@wa/gateway-app/health"
import { gatewayServer } from "@wa/gateway-app/http-server"
import { Context, Effect, Redacted } from "effect"
import { runWa } from "./wa-command.fixture.ts"

const profileId = "a1b2c3d4-5e6f"

/** A gateway that listens on a port of its own, over memory. */
const listening = Effect.gen(function* () {
  const store = MemoryGatewayRepo.make()
  const queue = yield* InProcessQueue.make()
  const context = (yield* Effect.context<never>()).pipe(
    Context.add(GatewayRepo, store.repo),
    Context.add(QueuePort, queue.port),
    Context.add(WappiPort, {} as unknown as WappiPort["Service"]),
    Context.add(LlmPort, {} as unknown as LlmPort["Service"]),
    Context.add(GatewaySettings, {
      profileId,
      pollingInterval: 5,
      sendPerMinute: 20,
      dailyTokenBudget: null,
      zone: "Asia/Almaty",
      webhook: null,
    }),
  )
  const server = gatewayServer(context, {
    webhookSecret: null,
    corsOrigins: [],
    adminToken: Redacted.make("admin-token"),
    health: makeHealth({ lastPollAt: Effect.succeed(null), webhook: Effect.succeed({ state: "up", detail: "" }) }),
  })
  yield* Effect.addFinalizer(() => Effect.promise(() => server.close()))
  const address = yield* Effect.promise(() => server.listen({ port: 0, host: "127.0.0.1" }))
  const wa = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = { ADMIN_TOKEN: "admin-token" }) =>
    Effect.promise(() => runWa(["sending", ...args, "--gateway", address], env))
  return { repo: store.repo, wa }
})

describe("wa sending", () => {
  it.live("stops, tells why, and resumes", () =>
    Effect.gen(function* () {
      const { repo, wa } = yield* listening
      assert.include((yield* wa(["status"])).stdout, "Отправка идёт. Ждут отправки: 0.")
      const stopped = yield* wa(["stop", "номер", "на", "проверке"])
      assert.strictEqual(stopped.status, 0, stopped.stderr)
      assert.include(stopped.stdout, "остановил человек (номер на проверке)")
      assert.deepInclude(yield* repo.sendingStop(profileId), { why: "person", detail: "номер на проверке" })
      assert.deepInclude(JSON.parse((yield* wa(["status", "--json"])).stdout), { is_stopped: true, why: "person" })
      assert.strictEqual((yield* wa(["resume"])).status, 0)
      assert.isNull(yield* repo.sendingStop(profileId))
    }),
  )

  it.live("tells in one line what is wrong: no token, a wrong one, no gateway", () =>
    Effect.gen(function* () {
      const { repo, wa } = yield* listening
      const unsaid = yield* wa(["stop"], {})
      assert.strictEqual(unsaid.status, 2)
      const wrong = yield* wa(["stop"], { ADMIN_TOKEN: "another" })
      assert.strictEqual(wrong.status, 1)
      const nobody = yield* Effect.promise(() => runWa(["sending", "status", "--gateway", "http://127.0.0.1:1"]))
      assert.strictEqual(nobody.status, 1)
      for (const { stderr } of [unsaid, wrong, nobody]) {
        assert.strictEqual(stderr.trim().split("\n").length, 1, stderr)
        assert.notInclude(stderr, "    at ")
      }
      assert.include(nobody.stderr, "не отвечает")
      assert.isNull(yield* repo.sendingStop(profileId))
    }),
  )
})
