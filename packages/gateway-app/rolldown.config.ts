/**
 * The program as `dist/main.js`: our own code of all packages, because Node strips no types under node_modules. Everything
 * else stays a package, since some of them look for files beside themselves (PDF fonts). `scripts/pack.ts` adds those.
 */
import { defineConfig } from "rolldown"

export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  external: (id) => !/^(?:[./]|@wa\/)/.test(id),
  // A package of which nothing is used is not imported for its side effects.
  treeshake: { moduleSideEffects: (_id, isExternal) => !isExternal },
  output: { dir: "dist", format: "esm", sourcemap: true, cleanDir: true },
})
