/**
 * Runs a program to its end: SIGTERM and SIGINT interrupt it and wait for what it has begun, ten seconds at most; a failure
 * that has a sentence is told in one line, and only a defect shows its trace.
 */
import { NodeRuntime } from "@effect/platform-node"
import { Cause, type Effect, Exit } from "effect"

/** Whoever sent the signal does not wait longer. */
const drainMsMax = 9_000

/** Exit codes: 0 fine or asked to stop, 1 failed, and what `codeOf` says of a failure that it knows. */
export const runProgram = <A, E>(
  program: Effect.Effect<A, E>,
  codeOf: (error: unknown) => number | undefined = () => undefined,
): void => {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      setTimeout(() => {
        process.stderr.write("остановка затянулась, выхожу: недоделанное продолжится при следующем запуске\n")
        process.exit(0)
      }, drainMsMax).unref()
    })
  NodeRuntime.runMain(program, {
    disableErrorReporting: true,
    teardown: (exit, onExit) => {
      if (Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)) return onExit(0)
      const failed = exit.cause.reasons.find(Cause.isFailReason)
      if (failed === undefined) {
        process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
        return onExit(1)
      }
      const known = codeOf(failed.error)
      if (known === undefined)
        process.stderr.write(`${failed.error instanceof Error ? failed.error.message : String(failed.error)}\n`)
      onExit(known ?? 1)
    },
  })
}
