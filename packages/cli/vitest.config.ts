import { configDefaults, defineConfig } from "vitest/config"

// Killing the programs takes minutes and is asked for: `WA_KILLS=200 npm test kill`, and `WA_KILLS=25 npm test start` for the
// all-in-one start.
const isAsked = process.env["WA_KILLS"] !== undefined

export default defineConfig({
  test: { exclude: [...configDefaults.exclude, ...(isAsked ? [] : ["**/kill.e2e.test.ts"])] },
})
