/**
 * Puts a built program into a folder that needs nothing but Node: `node scripts/pack.ts gateway|agent <new folder>`.
 * Needs `npm run build` before. The folder holds dist/, the files of node_modules that dist/main.js can reach (versions of
 * pnpm-lock.yaml, found by tracing the imports), and prompts/; the agent's knowledge_base/ and console/ as well.
 * Promises nothing about files that a library finds by a name that it computes: such folders are named below.
 */
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { nodeFileTrace } from "@vercel/nft"

const root = fileURLToPath(new URL("..", import.meta.url))
/** The page of the HTTP interface. */
const swaggerUi = ["@fastify/swagger-ui/static"]
const shipped = {
  gateway: { folders: { prompts: "prompts" }, computed: swaggerUi },
  agent: {
    folders: { prompts: "prompts", knowledge_base: "knowledge_base", "packages/console/public": "console" },
    computed: [
      ...swaggerUi,
      "pdfjs-dist/package.json",
      "pdfjs-dist/standard_fonts",
      "pdfjs-dist/cmaps",
      "pdfjs-dist/legacy/build/pdf.worker.mjs",
    ],
  },
} as const

/** Tried and done without by their users. Any other import that leads nowhere is a mistake. */
const optional = ["bufferutil", "utf-8-validate", "@node-rs/xxhash", "@opentelemetry/api", "supports-color"]

/**
 * pdf.js asks for this package to draw with, and prints three warnings at every start without it. Nothing here draws: reading
 * text needs only that the names exist, which spares 30 MB of native code.
 */
const noCanvas = `const absent = (name) => class { constructor() { throw new Error(name + ": drawing is left out of this program") } }
module.exports = { DOMMatrix: absent("DOMMatrix"), Path2D: absent("Path2D") }
`

const fail = (why: string): never => {
  process.stderr.write(`${why}\n`)
  process.exit(2)
}

const [name, folder] = process.argv.slice(2)
if ((name !== "gateway" && name !== "agent") || folder === undefined)
  throw fail("usage: node scripts/pack.ts gateway|agent <new folder>")
const out = resolve(folder)
if (existsSync(out)) fail(`${out} exists already: name a new folder`)
const dist = join(root, "packages", `${name}-app`, "dist")
if (!existsSync(join(dist, "main.js"))) fail(`${dist} has no main.js: run \`npm run build\` first`)

const staging = mkdtempSync(join(tmpdir(), "wa-pack-"))
try {
  // Flat, so that the imports of all our packages, now in one file, are found from it.
  const deployed = join(staging, "deployed")
  const deploy = spawnSync(
    "pnpm",
    [
      ...["--filter", `@wa/${name}-app`, "deploy", "--prod", "--no-optional", "--prefer-offline"],
      ...["--config.node-linker=hoisted", deployed],
    ],
    { cwd: root, encoding: "utf8", env: { ...process.env, CI: "1" }, shell: process.platform === "win32" },
  )
  if (deploy.status !== 0) throw new Error(`pnpm deploy failed\n${deploy.stdout}\n${deploy.stderr}`)
  cpSync(dist, join(deployed, "dist"), { recursive: true })

  const { fileList, warnings } = await nodeFileTrace([join(deployed, "dist", "main.js")], {
    base: deployed,
    processCwd: deployed,
    conditions: ["node", "import"],
    // For browsers, and copied below: what they import is inside them.
    ignore: swaggerUi.map((path) => `node_modules/${path}/**`),
  })
  const unresolved = [...warnings].flatMap(
    ({ message }) => /Failed to resolve dependency "([^"]+)"/.exec(message)?.[1] ?? [],
  )
  const unexpected = unresolved.filter((dependency) => !optional.includes(dependency))
  if (unexpected.length > 0) throw new Error(`not found, though dist/main.js leads to it: ${unexpected.join(", ")}`)
  for (const file of fileList) {
    if (!file.startsWith("node_modules/") || !lstatSync(join(deployed, file)).isFile()) continue
    mkdirSync(dirname(join(out, file)), { recursive: true })
    cpSync(join(deployed, file), join(out, file))
  }
  for (const path of shipped[name].computed)
    cpSync(join(deployed, "node_modules", path), join(out, "node_modules", path), { recursive: true })
  if (name === "agent") {
    mkdirSync(join(out, "node_modules", "@napi-rs", "canvas"), { recursive: true })
    writeFileSync(join(out, "node_modules", "@napi-rs", "canvas", "index.js"), noCanvas)
  }
  cpSync(dist, join(out, "dist"), { recursive: true })
  for (const [from, to] of Object.entries(shipped[name].folders))
    cpSync(join(root, from), join(out, to), { recursive: true })
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>
  writeFileSync(
    join(out, "package.json"),
    `${JSON.stringify({ name: `wa-${name}`, version, license, private: true, type: "module", scripts: { start: "node dist/main.js" } }, null, 2)}\n`,
  )
  cpSync(join(root, "LICENSE"), join(out, "LICENSE"))
  process.stdout.write(`${out}: node dist/main.js\n`)
} finally {
  rmSync(staging, { recursive: true, force: true })
}
