import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { agentRepoContract } from "../contracts/agent-repo.contract.ts"
import * as MemoryAgentRepo from "./memory-agent-repo.ts"

agentRepoContract("memory", () => MemoryAgentRepo.layer)

describe("the agent's repository in memory", () => {
  it.effect("fails when told to, and stores nothing then", () =>
    Effect.gen(function* () {
      const { repo, failNext, disconnect, reconnect } = MemoryAgentRepo.make()
      yield* failNext(1)
      assert.strictEqual((yield* Effect.flip(repo.ping))._tag, "StoreUnavailable")
      yield* repo.ping
      yield* disconnect
      yield* Effect.flip(repo.change({ profileId: "p", phone: "+77010000001" }, {}, () => assert.fail("asked")))
      yield* reconnect
      assert.deepStrictEqual(yield* repo.contacts(10), [])
    }),
  )
})
