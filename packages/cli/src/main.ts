/** The `wa` command. Subcommands load what they need when they run, so that the light ones answer at once. */
import { NodeServices } from "@effect/platform-node"
import { runProgram } from "@wa/adapters/runtime/run-program"
import { Effect } from "effect"
import { Command } from "effect/cli"
import { callsCommand } from "./calls-command.ts"
import { chatCommand } from "./chat-command.ts"
import { doctorCommand } from "./doctor-command.ts"
import { evalCommand } from "./eval-command.ts"
import { intentCommand } from "./intent-command.ts"
import { kbCommand } from "./kb-command.ts"
import { migrateCommand } from "./migrate-command.ts"
import { sendingCommand } from "./sending-command.ts"
import { simulateCommand } from "./simulate-command.ts"
import { startCommand } from "./start-command.ts"
import { touchesCommand } from "./touches-command.ts"
import { whenCommand } from "./when-command.ts"

const wa = Command.make("wa").pipe(
  Command.withDescription("WhatsApp-агент: запуск, симуляция и инструменты"),
  Command.withSubcommands([
    startCommand,
    chatCommand,
    simulateCommand,
    evalCommand,
    intentCommand,
    whenCommand,
    kbCommand,
    callsCommand,
    touchesCommand,
    migrateCommand,
    sendingCommand,
    doctorCommand,
  ]),
)

/** What was printed already, or is a mistake of whoever typed. */
const codeOf = (error: unknown): number | undefined => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""
  if (tag === "CheckFailed") return 1
  // The parser has printed its own help.
  if (tag === "ShowHelp") return (error as { readonly errors: ReadonlyArray<unknown> }).errors.length === 0 ? 0 : 2
  if (tag !== "WrongUsage" && tag !== "WrongSettings") return undefined
  process.stderr.write(`${(error as Error).message}\n`)
  return 2
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
})

runProgram(wa.pipe(Command.run({ version: "0.1.0" }), Effect.provide(NodeServices.layer)), codeOf)
