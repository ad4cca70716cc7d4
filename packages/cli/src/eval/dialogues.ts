/**
 * Whole dialogues, each played several times through the programs: how often one comes out right, and how many come out
 * right every time. What counts is the state of the world at the end (messages that left, calls on record, touches,
 * outcomes), never the model's own word.
 */
import type { LlmPort } from "@wa/core/ports/llm-port"
import { Effect } from "effect"
import { simulateFile } from "../simulate/simulate.ts"

export interface DialoguesScore {
  readonly dialogues: number
  readonly repeats: number
  /** The share of all runs that came out as expected. */
  readonly pass_1: number
  /** The share of dialogues of which every run did. */
  readonly pass_k: number
  readonly results: ReadonlyArray<{
    readonly file: string
    readonly name: string
    readonly passed: number
    /** Of the first run that failed. */
    readonly failures: ReadonlyArray<string>
  }>
}

export const scoreDialogues = (
  files: ReadonlyArray<string>,
  given: { readonly repeats: number; readonly knowledgeFolder: string; readonly brain: LlmPort["Service"] | null },
) =>
  Effect.gen(function* () {
    const results: Array<DialoguesScore["results"][number]> = []
    for (const file of files) {
      let passed = 0
      let name = file
      let failures: ReadonlyArray<string> = []
      for (let i = 0; i < given.repeats; i++) {
        const run = yield* simulateFile(file, {
          me: null,
          ours: "leave_out",
          zone: null,
          knowledgeFolder: given.knowledgeFolder,
          ...(given.brain === null ? {} : { brain: given.brain }),
        })
        name = run.name
        if (run.ok) passed++
        else if (failures.length === 0) failures = run.failures
      }
      results.push({ file, name, passed, failures })
    }
    return {
      dialogues: results.length,
      repeats: given.repeats,
      pass_1: results.reduce((sum, one) => sum + one.passed, 0) / (results.length * given.repeats),
      pass_k: results.filter((one) => one.passed === given.repeats).length / results.length,
      results,
    } satisfies DialoguesScore
  })
