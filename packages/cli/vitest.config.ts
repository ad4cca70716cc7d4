import { configDefaults, defineConfig } from "vitest/config"

// Killing the programs and loading them takes minutes and is asked for: `WA_KILLS=200 npm test kill`, `WA_KILLS=25 npm test start`
// for the all-in-one start, `WA_LOAD=1 npm test load`.
const asked = [
  ["WA_KILLS", "**/kill.e2e.test.ts"],
  ["WA_LOAD", "**/load.e2e.test.ts"],
] as const
const unasked = asked.flatMap(([setting, files]) => (process.env[setting] === undefined ? [files] : []))

export default defineConfig({ test: { exclude: [...configDefaults.exclude, ...unasked] } })
