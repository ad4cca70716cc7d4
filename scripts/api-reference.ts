/** `docs/API_REFERENCE.md` from the programs' own OpenAPI documents: `node scripts/api-reference.ts > docs/API_REFERENCE.md`. */
import { pathToFileURL } from "node:url"
import { openApi as agent } from "../packages/agent-app/src/openapi.ts"
import { openApi as gateway } from "../packages/gateway-app/src/openapi.ts"

interface Schema {
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly format?: string
  readonly description?: string
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly $ref?: string
}
interface Content {
  readonly description?: string
  readonly required?: boolean
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}
interface Operation {
  readonly summary: string
  readonly security?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content>>
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
  readonly schema: Schema
}
type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: ReadonlyArray<Parameter> }
interface OpenApi {
  readonly info: { readonly title: string; readonly description: string }
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  readonly paths: Readonly<Record<string, PathItem>>
}

const methods = ["get", "post", "put", "delete"] as const

const kind = (schema: Schema, program: string): string => {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1)!
    return `[${name}](#${program}-${name.toLowerCase()})`
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(", ")
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["any"])
  const named = types.map((type) =>
    type === "array" && schema.items !== undefined
      ? `list of ${kind(schema.items, program)}`
      : type === "object" && schema.additionalProperties !== undefined
        ? `object of ${kind(schema.additionalProperties, program)}`
        : type === "object" && schema.properties !== undefined
          ? `object (${Object.keys(schema.properties).join(", ")})`
          : type,
  )
  const bounds = schema.minimum === undefined ? "" : `, ${schema.minimum} to ${schema.maximum}`
  return `${named.join(" or ")}${schema.format === undefined ? "" : `, ${schema.format}`}${bounds}`
}

/** A value of the schema, such as an answer may hold. */
const example = (schema: Schema, all: OpenApi, name = ""): unknown => {
  if (schema.$ref !== undefined) return example(all.components.schemas[schema.$ref.split("/").at(-1)!]!, all, name)
  if (schema.enum !== undefined) return schema.enum[0]
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0]
  const values = schema.additionalProperties
  if (type === "object" && values !== undefined) {
    const sample: Readonly<Record<string, string>> = { queues: "incoming_messages", outcomes: "answered" }
    return Object.fromEntries((schema.required ?? [sample[name] ?? "…"]).map((key) => [key, example(values, all, key)]))
  }
  if (type === "object")
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, example(inner, all, key)]),
    )
  if (type === "array") return []
  if (type === "boolean") return true
  if (type === "number") return 0.9
  if (type === "integer") return /At$|^at$|^now$/.test(name) ? 1_795_000_000_000 : 1
  if (schema.format === "date-time") return "2026-11-23T05:00:00.000Z"
  return name === "phone" ? "+77010000001" : ({ profileId: "a1b2c3d4-5e6f", timezone: "Asia/Almaty" }[name] ?? "…")
}

const bodyOf = (content: Content | undefined) => Object.entries(content?.content ?? {})[0]

const section = (all: OpenApi, program: string, port: number): string => {
  const lines = [`## ${all.info.title}`, "", `Port ${port}. ${all.info.description}`, ""]
  for (const [path, item] of Object.entries(all.paths))
    for (const method of methods) {
      const operation = item[method]
      if (operation === undefined) continue
      lines.push(`### ${method.toUpperCase()} ${path}`, "", `${operation.summary}.`, "")
      if (operation.security !== undefined) lines.push("Needs `ADMIN_TOKEN`.", "")
      for (const { name, description, schema } of item.parameters ?? [])
        lines.push(`- \`${name}\` in the path: ${description ?? kind(schema, program)}`)
      if ((item.parameters ?? []).length > 0) lines.push("")
      const asked = bodyOf(operation.requestBody)?.[1].schema
      const sent = asked === undefined ? undefined : JSON.stringify(example(asked, all))
      const place = path.replace("{profile}", "a1b2c3d4-5e6f").replace("{phone}", "+77010000001").replace("{id}", "1")
      lines.push(
        "```sh",
        [
          `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "http://localhost:${port}${place.replace("{secret}", "$WEBHOOK_SECRET")}"`,
          ...(operation.security === undefined ? [] : [`-H "Authorization: Bearer $ADMIN_TOKEN"`]),
          ...(sent === undefined ? [] : [`-H "Content-Type: application/json" -d '${sent}'`]),
        ].join(" \\\n  "),
        "```",
        "",
        "| status | meaning | body |",
        "| --- | --- | --- |",
      )
      for (const [status, answer] of Object.entries(operation.responses)) {
        const [type, body] = bodyOf(answer) ?? ["", undefined]
        const told = type === "application/json" && body !== undefined ? kind(body.schema, program) : type
        lines.push(`| ${status} | ${answer.description ?? ""} | ${told} |`)
      }
      lines.push("")
      const [type, good] = bodyOf(operation.responses["200"]) ?? []
      if (type === "application/json" && (good!.schema.$ref !== undefined || good!.schema.properties !== undefined))
        lines.push("```json", JSON.stringify(example(good!.schema, all), null, 2), "```", "")
    }
  lines.push(`### Bodies of the ${program}`, "")
  for (const [name, schema] of Object.entries(all.components.schemas)) {
    lines.push(
      `<a id="${program}-${name.toLowerCase()}"></a>`,
      "",
      `**${name}**${schema.description === undefined ? "" : `: ${schema.description}`}`,
      "",
    )
    if (schema.properties === undefined) lines.push(kind(schema, program), "")
    else {
      lines.push("| field | kind | |", "| --- | --- | --- |")
      for (const [field, inner] of Object.entries(schema.properties))
        lines.push(
          `| \`${field}\` | ${kind(inner, program)} | ${[schema.required?.includes(field) === true ? "always" : "", inner.description ?? ""].filter((part) => part !== "").join("; ")} |`,
        )
      lines.push("")
    }
  }
  return lines.join("\n")
}

export const apiReference = (): string =>
  [
    "# HTTP interface",
    "",
    "Made from the OpenAPI documents that the programs serve at `/docs/openapi.json`, and as a page to read and try at `/docs`;",
    "do not edit it by hand:",
    "`node scripts/api-reference.ts > docs/API_REFERENCE.md`.",
    "",
    "What shows or changes personal data needs `ADMIN_TOKEN`, as `Authorization: Bearer …`; while the setting is empty such",
    "routes let nobody in. The page uses a cookie instead, which `POST /session` leaves. A browser on another origin is",
    "answered only if `CORS_ORIGINS` names it.",
    "",
    'Errors are one object, `{"error": "…"}`, never a stack trace: 400 the request is wrong, 401 the token is missing or',
    "wrong, 403 the cookie came with a request of another page, 404 no such thing (also: a wrong webhook secret), 413 too",
    "large, 500 a mistake of ours (the log says which), 503 something that the answer needs is away: try again.",
    "",
    section(gateway as unknown as OpenApi, "gateway", 8000),
    section(agent as unknown as OpenApi, "agent", 8001),
  ]
    .join("\n")
    .trimEnd() + "\n"

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(apiReference())
