import { configDefaults, defineConfig } from "vitest/config"

// The long kill test of the two programs takes minutes and is asked for: `WA_KILLS=200 npm test kill`. A shorter one of the
// all-in-one start is always run.
const isAsked = process.env["WA_KILLS"] !== undefined

export default defineConfig({
  test: { exclude: [...configDefaults.exclude, ...(isAsked ? [] : ["**/kill.e2e.test.ts"])] },
})
