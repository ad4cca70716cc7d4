/** The `wa` command. Subcommands load what they need when they run, so that the light ones answer at once. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Cause, Effect, Exit } from "effect"
import { Command } from "effect/cli"
import { chatCommand } from "./chat-command.ts"
import { intentCommand } from "./intent-command.ts"
import { kbCommand } from "./kb-command.ts"
import { simulateCommand } from "./simulate-command.ts"
import { startCommand } from "./start-command.ts"
import { whenCommand } from "./when-command.ts"

const wa = Command.make("wa").pipe(
  Command.withDescription("WhatsApp-агент: запуск, симуляция и инструменты"),
  Command.withSubcommands([startCommand, chatCommand, simulateCommand, intentCommand, whenCommand, kbCommand]),
)

/** A mistake ends in one line; only a defect, which is ours, shows its trace. */
const told = (error: unknown): number => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""
  if (tag === "CheckFailed") return 1
  // The parser has printed its own help.
  if (tag === "ShowHelp" || tag.startsWith("Cli"))
    return "errors" in (error as object) && (error as { errors: ReadonlyArray<unknown> }).errors.length === 0 ? 0 : 2
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return tag === "WrongUsage" || tag === "WrongSettings" ? 2 : 1
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
})

NodeRuntime.runMain(wa.pipe(Command.run({ version: "0.1.0" }), Effect.provide(NodeServices.layer)), {
  disableErrorReporting: true,
  teardown: (exit, onExit) => {
    if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return onExit(0)
    const failed = exit.cause.reasons.find(Cause.isFailReason)
    if (failed !== undefined) return onExit(told(failed.error))
    process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
    onExit(1)
  },
})
