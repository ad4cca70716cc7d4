/** A program for tests: opens the folder of its first argument, and prints the number of each change once it is stored. */
import type { ContactKey } from "@wa/core/contact/contact-key"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { Effect, Layer } from "effect"
import * as AgentRepoSql from "../postgres/agent-repo-sql.ts"
import { migrateAgent } from "../postgres/migrations.ts"
import * as Pglite from "./pglite.ts"

const key: ContactKey = { profileId: "profile-1", phone: "+77010000001" }

const database = Layer.effectDiscard(migrateAgent({ schema: "agent" })).pipe(
  Layer.provideMerge(Pglite.layer({ folder: process.argv[2]! })),
)
const program = Effect.gen(function* () {
  const repo = yield* AgentRepo
  for (let n = 1; ; n++) {
    yield* repo.change(key, {}, ({ conversation }) => ({
      conversation: { ...conversation, lastTicket: n },
      wakeUpAt: null,
      commands: [],
      at: n,
      message: { messageId: `m${n}`, from: "client", text: `Сообщение ${n}`, at: n, isVoice: false, transcript: null },
      trace: { event: { _tag: "Released", at: n }, commands: [], thoughts: {} },
    }))
    process.stdout.write(`${n}\n`)
  }
})

await Effect.runPromise(program.pipe(Effect.provide(AgentRepoSql.layer.pipe(Layer.provide(database))))).catch(
  (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  },
)
