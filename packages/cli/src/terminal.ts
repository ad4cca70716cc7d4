/** What commands read from the terminal and write to it. */
import { Effect } from "effect"

export const print = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    // A reader that went away (`| head`) is no failure of ours.
    process.stdout.write(`${text}\n`, () => resume(Effect.void))
  })

/** The lines of standard input, without the end of the last one. */
export const stdinLines: Effect.Effect<ReadonlyArray<string>> = Effect.promise(async () => {
  const chunks: Array<Buffer> = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\ufeff/, "")
  const lines = text.split(/\r?\n/)
  if (lines.at(-1) === "") lines.pop()
  return lines
})

const colours = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export const paint = (colour: keyof typeof colours, text: string): string =>
  process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text

/** The folder of the project: `npm run wa` tells it, a built program runs in it. */
export const projectFolder = (): string => process.env["WA_ROOT"] ?? process.cwd()
