// Everything that can be said of the sources without running them: types, Effect's own rules, format, lint, import directions.
import { spawnSync } from "node:child_process"

const checks = [
  ["types", "tsc", ["-p", "."]],
  ["types of the page", "tsc", ["-p", "packages/console"]],
  ["effect rules", "effect-tsgo", ["diagnostics", "--project", "tsconfig.json"]],
  ["format and lint", "biome", ["check", "--error-on-warnings", "."]],
  ["import directions", "node", ["scripts/import-directions.ts"]],
]
let failed = 0
for (const [name, command, args] of checks) {
  const run = spawnSync(command, args, { encoding: "utf8", shell: process.platform === "win32" })
  const ok = run.status === 0
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`)
  if (!ok) {
    failed++
    console.log(run.stdout + run.stderr)
  }
}
process.exit(failed === 0 ? 0 : 1)
