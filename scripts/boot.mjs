// Runs a task of this repository on a machine that has only Node 20 (or newer) and npm: puts the pinned Node and pnpm
// into .tools once, installs the dependencies once, then starts the task. Nothing global, nothing fetched twice, and no
// network needed afterwards. It must stay plain JavaScript without imports from npm.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const NODE = "24.21.0"
const PNPM = "12.21.0"
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, ".tools", `node-${NODE}_pnpm-${PNPM}`)
const bin = join(tools, "node_modules", ".bin")
const windows = process.platform === "win32"

const say = (text) => process.stderr.write(`[setup] ${text}\n`)
const die = (text, code = 1) => {
  process.stderr.write(`[setup] ${text}\n`)
  process.exit(code)
}

if (Number(process.versions.node.split(".")[0]) < 20) die(`Node 20 or newer is needed, this is ${process.version}`, 2)

// npm's lifecycle variables must not reach pnpm; registry and proxy settings must.
const env = {}
for (const [name, value] of Object.entries(process.env)) {
  if (
    /^npm_/i.test(name) &&
    !/^npm_config_(registry|https?_proxy|proxy|noproxy|cafile|userconfig|globalconfig|cache)$/i.test(name)
  )
    continue
  if (name !== "NODE" && name !== "INIT_CWD") env[name] = value
}

/** Runs a command and prints its progress; a dot every two seconds where the command itself is silent. */
const run = (command, args, options) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
    let tail = ""
    let printedAt = Date.now()
    const show = (chunk) => {
      const text = chunk.toString()
      tail = (tail + text).slice(-4000)
      for (const line of text.split("\n")) {
        if (/Progress|downloaded|added \d+/.test(line) && Date.now() - printedAt > 900) {
          say(line.trim())
          printedAt = Date.now()
        }
      }
    }
    child.stdout.on("data", show)
    child.stderr.on("data", show)
    const started = Date.now()
    const heartbeat = setInterval(() => {
      if (Date.now() - printedAt > 3000) {
        say(`still working (${Math.round((Date.now() - started) / 1000)} s)`)
        printedAt = Date.now()
      }
    }, 1000)
    child.on("error", (error) => {
      clearInterval(heartbeat)
      resolve({ status: 1, tail: String(error) })
    })
    child.on("close", (status) => {
      clearInterval(heartbeat)
      resolve({ status, tail })
    })
  })

if (!existsSync(join(tools, ".ok"))) {
  say(`first run: fetching Node ${NODE} and pnpm ${PNPM} into .tools (about a minute, only once)`)
  rmSync(tools, { recursive: true, force: true })
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, "package.json"), `{"private":true,"allowScripts":{"node":true,"pnpm":true}}`)
  const args = [
    "install",
    "--prefix",
    tools,
    "--no-audit",
    "--no-fund",
    "--no-package-lock",
    "--ignore-scripts=false",
    "--loglevel=error",
    `node@${NODE}`,
    `pnpm@${PNPM}`,
  ]
  const npm = process.env.npm_execpath
  const viaNode = npm && /npm-cli\.js$/.test(npm)
  const done = await run(viaNode ? process.execPath : "npm", viaNode ? [npm, ...args] : args, {
    env,
    cwd: tools,
    shell: windows && !viaNode,
  })
  if (done.status !== 0) die(`npm could not fetch Node and pnpm; is there a network?\n${done.tail}`)
  const version = spawnSync(join(bin, windows ? "node.cmd" : "node"), ["-v"], { encoding: "utf8", shell: windows })
  if (version.stdout?.trim() !== `v${NODE}`) die(`expected Node v${NODE}, found ${version.stdout} ${version.stderr}`)
  writeFileSync(join(tools, ".ok"), "")
}

const path = Object.keys(env).find((name) => name.toLowerCase() === "path") ?? "PATH"
env[path] = [bin, join(root, "node_modules", ".bin"), env[path] ?? ""].join(delimiter)

// Compiled once, not at every start.
env.NODE_COMPILE_CACHE ??= join(root, ".tools", "compiled")

// The stamp, not pnpm, decides whether anything is to be installed: pnpm's own check may go to the network.
const manifests = [
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "package.json",
  ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "package.json")),
]
const fingerprint = createHash("sha256")
  .update(
    manifests
      .filter((file) => existsSync(join(root, file)))
      .map((file) => readFileSync(join(root, file), "utf8"))
      .join("\0") +
      PNPM +
      process.platform +
      process.arch,
  )
  .digest("hex")
const stamp = join(root, "node_modules", ".setup-stamp")
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== fingerprint) {
  say("installing the dependencies (only when they change)")
  const done = await run("pnpm", ["install", "--frozen-lockfile", "--reporter=append-only"], {
    cwd: root,
    env: { ...env, CI: env.CI ?? "1" },
    shell: windows,
  })
  if (done.status !== 0) die(`pnpm install failed\n${done.tail}`)
  writeFileSync(stamp, fingerprint)
  say("ready")
}

const [task, ...rest] = process.argv.slice(2)
const commands = {
  // One tier of WebAssembly: the optimising one takes half a gigabyte to compile the embedded database, and gains little.
  // What runs for months keeps its young objects in less room: some 100 MB less, where a simulation would take a third longer.
  wa: [
    "node",
    "--liftoff-only",
    ...(rest[0] === "start" ? ["--max-semi-space-size=8"] : []),
    join(root, "packages", "cli", "src", "main.ts"),
    ...rest,
  ],
  test: ["node", join(root, "scripts", "test.mjs"), ...rest],
  exec: rest,
}
const command = commands[task] ?? die(`unknown task ${task ?? "(none)"}: wa, test or exec`, 2)
const invokedFrom = task === "wa" ? (process.env.INIT_CWD ?? process.cwd()) : root
const child = spawn(command[0], command.slice(1), {
  cwd: invokedFrom,
  env: { ...env, WA_ROOT: root },
  stdio: "inherit",
  shell: windows,
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
// A kill of npm ends only npm's shell; without this the program would live on as an orphan.
const parent = process.ppid
setInterval(() => {
  if (process.ppid !== parent) child.kill("SIGTERM")
}, 300).unref()
child.on("error", (error) => die(error.message))
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)))
