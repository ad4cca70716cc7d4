/**
 * Who may import whom. Reads every source file's imports and tells each that goes against the arrows:
 *   core          only pure data libraries; effect's runtime only as a type, in ports
 *   adapters      core
 *   gateway-app, agent-app   core and adapters, never each other
 *   cli           all
 * Usage: node scripts/import-directions.ts [FOLDER]; exit 1 when an arrow is broken.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join, relative, sep } from "node:path"
import { pathToFileURL } from "node:url"
import { parseSync } from "oxc-parser"

const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: [],
  adapters: ["core"],
  "gateway-app": ["core", "adapters"],
  "agent-app": ["core", "adapters"],
  console: [],
  cli: ["core", "adapters", "gateway-app", "agent-app"],
}
/** What core may use: data, no effects. */
const pure = new Set([
  "effect/Schema",
  "effect/Context",
  "effect/Option",
  "effect/Result",
  "effect/Redacted",
  "@js-temporal/polyfill",
  "date-holidays",
  "libphonenumber-js/max",
  "minisearch",
  "snowball-stemmers",
])
/** Where core may name effect's runtime, as a type. */
const pureAsType = new Set(["effect/Effect"])
const banned = new Set(["utils", "util", "helpers", "helper", "services", "models", "types", "common", "shared", "lib"])

export interface Trespass {
  readonly file: string
  readonly why: string
}

const sources = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|mts)$/.test(entry.name) && !entry.parentPath.includes(`${sep}node_modules`),
    )
    .map((entry) => join(entry.parentPath, entry.name))

const isTest = (file: string): boolean =>
  /\.(test|contract|fixture|examples)\.ts$|\.[a-z]+\.test\.ts$|[/\\](test|examples)[/\\]/.test(file)

/** Every broken arrow under `root`, the folder that holds `packages`. */
export const trespasses = (root: string): ReadonlyArray<Trespass> => {
  const found: Array<Trespass> = []
  for (const name of readdirSync(join(root, "packages"))) {
    const allowed = mayImport[name]
    if (allowed === undefined) {
      found.push({ file: `packages/${name}`, why: "a package that the rules do not know" })
      continue
    }
    for (const path of sources(join(root, "packages", name))) {
      const file = relative(root, path).split(sep).join("/")
      const folder = file
        .split("/")
        .slice(2, -1)
        .find((part) => banned.has(part))
      if (folder !== undefined) found.push({ file, why: `the folder "${folder}" is named after a technical kind` })
      for (const { from, isType } of importsOf(path)) {
        const own = /^@wa\/([^/]+)/.exec(from)?.[1]
        if (own !== undefined && own !== name && !allowed.includes(own))
          found.push({ file, why: `${name} must not import ${from}` })
        if (from.startsWith(".") && !isTest(file) && escapes(file, from, name))
          found.push({ file, why: `reaches out of its package: ${from}` })
        if (
          name === "core" &&
          !isTest(file) &&
          !from.startsWith(".") &&
          own === undefined &&
          !pure.has(from) &&
          !(isType && pureAsType.has(from))
        )
          found.push({ file, why: `core must stay pure, so not ${from}` })
      }
    }
  }
  return found
}

const importsOf = (path: string): ReadonlyArray<{ readonly from: string; readonly isType: boolean }> => {
  const { module } = parseSync(path, readFileSync(path, "utf8"))
  const still = module.staticImports.map((one) => ({
    from: one.moduleRequest.value,
    isType: one.entries.length > 0 && one.entries.every((entry) => entry.isType),
  }))
  const again = module.staticExports.flatMap((one) =>
    one.entries.flatMap((entry) =>
      entry.moduleRequest === null ? [] : [{ from: entry.moduleRequest.value, isType: entry.isType }],
    ),
  )
  const text = readFileSync(path, "utf8")
  const late = module.dynamicImports.flatMap((one) => {
    const written = text.slice(one.moduleRequest.start, one.moduleRequest.end)
    return /^["'`]/.test(written) ? [{ from: written.slice(1, -1), isType: false }] : []
  })
  return [...still, ...again, ...late]
}

const escapes = (file: string, from: string, name: string): boolean => {
  const parts = file.split("/").slice(0, -1)
  for (const part of from.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== ".") parts.push(part)
  }
  return parts[0] !== "packages" || parts[1] !== name
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const found = trespasses(process.argv[2] ?? ".")
  for (const { file, why } of found) console.log(`${file}: ${why}`)
  process.exit(found.length === 0 ? 0 : 1)
}
