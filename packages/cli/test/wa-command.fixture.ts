/** Runs the CLI as a person would, in a folder of its own and with no settings but those given. */
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))

export interface Said {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Not the blocking kind: what it talks to may live in this process. */
export const runWa = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Promise<Said> => {
  const folder = mkdtempSync(join(tmpdir(), "wa-command-"))
  return new Promise<Said>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, "packages", "cli", "src", "main.ts"), ...args],
      { cwd: folder, env: { PATH: process.env["PATH"], WA_ROOT: root, ...env } },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    )
  }).finally(() => rmSync(folder, { recursive: true, force: true }))
}
