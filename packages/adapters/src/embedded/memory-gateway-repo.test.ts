import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { gatewayRepoContract } from "../contracts/gateway-repo.contract.ts"
import * as MemoryGatewayRepo from "./memory-gateway-repo.ts"

gatewayRepoContract("memory", () => MemoryGatewayRepo.layer)

describe("the gateway's repository in memory", () => {
  it.effect("fails when told to, and stores nothing then", () =>
    Effect.gen(function* () {
      const { repo, failNext, disconnect, reconnect } = MemoryGatewayRepo.make()
      yield* failNext(1)
      assert.strictEqual((yield* Effect.flip(repo.addToWhitelist("+77010000001", "", 0)))._tag, "StoreUnavailable")
      yield* disconnect
      yield* Effect.flip(repo.ping)
      yield* reconnect
      assert.isFalse(yield* repo.isWhitelisted("+77010000001"))
    }),
  )
})
