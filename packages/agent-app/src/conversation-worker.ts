/**
 * Takes the conversation whose wake-up is due, lets `decide` say what to do, and does the thinking it asks for: the model is
 * called outside any transaction, and its answer is one more event. Any number of these may run, in any number of
 * processes: a claimed conversation carries its lease, and an answer under an old ticket changes nothing.
 */
import { randomUUID } from "node:crypto"
import type { ContactKey } from "@wa/core/contact/contact-key"
import type { Command } from "@wa/core/conversation/conversation"
import { AgentRepo, type Change } from "@wa/core/ports/agent-repo"
import { startOfDay } from "@wa/core/time/wall-clock"
import { Clock, Effect } from "effect"
import { AgentSettings } from "./agent-settings.ts"
import { changeBy } from "./apply-event.ts"
import { thinkAbout } from "./think.ts"

/** One due conversation, if there is one; answers whether there was. */
export const wakeNext = Effect.gen(function* () {
  const repo = yield* AgentRepo
  const { policy, touchesPerDay, zone } = yield* AgentSettings
  const at = yield* Clock.currentTimeMillis
  const claimed = yield* repo.changeNextDue(at, { touchesSince: startOfDay(at, zone) }, (_key, current) =>
    changeBy(
      current,
      { _tag: "WokeUp", at, touchesLeft: touchesPerDay - current.touchesSent, outboundId: randomUUID() },
      policy,
    ),
  )
  if (claimed === undefined) return false
  yield* carryOut(claimed.key, claimed.change)
  return true
}).pipe(Effect.withSpan("agent.wakeNext"))

/** Thinks until nothing more is asked: a draft that is sent back is drafted anew here and now. */
const carryOut = Effect.fnUntraced(function* (key: ContactKey, change: Change | null) {
  let commands: ReadonlyArray<Command> = change?.commands ?? []
  for (;;) {
    const asked = commands.find(
      (command) => command._tag === "Classify" || command._tag === "DraftReply" || command._tag === "DraftTouch",
    )
    if (asked === undefined) return
    const next = yield* thinkAbout(key, asked)
    commands = next?.commands ?? []
  }
})
