/** `wa simulate`: conversations replayed on a virtual clock through the real programs. */
import { join } from "node:path"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { CheckFailed } from "./ending.ts"
import type { Simulation } from "./simulate/result.ts"
import { paint, print, projectFolder } from "./terminal.ts"

export const simulateCommand = Command.make(
  "simulate",
  {
    files: Argument.String("file").pipe(
      Argument.withDescription("Сценарий YAML или выгрузка чата WhatsApp (_chat.txt)"),
      Argument.variadic({ min: 1 }),
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Объект JSON на файл"), Flag.withDefault(false)),
    me: Flag.String("me").pipe(
      Flag.withDescription("Кто в выгрузке — компания; её строки не проигрываются"),
      Flag.optional,
    ),
    ours: Flag.Literals("ours", ["leave_out", "operator"]).pipe(
      Flag.withDescription("Строки компании: пропустить или проиграть как сотрудника"),
      Flag.withDefault("leave_out" as const),
    ),
    zone: Flag.String("zone").pipe(Flag.withDescription("Часовой пояс, если файл его не называет"), Flag.optional),
    knowledge: Flag.String("knowledge").pipe(
      Flag.withDescription("Папка с документами; по умолчанию knowledge_base"),
      Flag.optional,
    ),
  },
  Effect.fn(function* ({ files, json, me, ours, zone, knowledge }) {
    const { simulateFile } = yield* Effect.promise(() => import("./simulate/simulate.ts"))
    let failed = 0
    for (const file of files) {
      const result = yield* simulateFile(file, {
        me: Option.getOrNull(me),
        ours,
        zone: Option.getOrNull(zone),
        knowledgeFolder: Option.getOrElse(knowledge, () => join(projectFolder(), "knowledge_base")),
      })
      if (!result.ok) failed++
      yield* print(json ? JSON.stringify(asJson(result)) : asText(result))
    }
    if (!json && files.length > 1) yield* print(`${files.length - failed} из ${files.length} сошлись с ожиданиями`)
    if (failed > 0) return yield* new CheckFailed()
  }),
).pipe(Command.withDescription("Проиграть сценарий или выгрузку чата на виртуальных часах"))

const asJson = ({ file, ok, messages, contact, calls, failures }: Simulation) => ({
  file,
  ok,
  messages,
  contact,
  calls,
  failures,
})

const whom = { client: "клиент", bot: "бот", operator: "сотрудник" } as const
const colourOf = { client: "cyan", bot: "green", operator: "yellow" } as const

const asText = (result: Simulation): string => {
  const lines = [paint("bold", `── ${result.name} (${result.file})`)]
  for (const note of result.notes) lines.push(paint("dim", `   ${note}`))
  result.messages.forEach((message, i) => {
    const at = `${message.at.slice(0, 10)} ${message.at.slice(11, 19)}`
    lines.push(
      `${paint("dim", at)}  ${paint(colourOf[message.from], whom[message.from].padEnd(9))} ${message.text.replaceAll("\n", "\n".padEnd(33))}`,
    )
    const why = result.reasons.get(i)
    if (why !== undefined) lines.push(paint("dim", `${"".padEnd(32)}↳ ${why}`))
  })
  const { contact } = result
  const klass = contact.is_client === null ? "неизвестно" : contact.is_client ? "клиент" : "не клиент"
  lines.push(
    `   ${klass}${contact.confidence === null ? "" : ` (${contact.confidence.toFixed(2)})`}; касаний: ${contact.touches_sent}; цепочка: ${contact.stop_reason ?? "не остановлена"}`,
  )
  for (const call of result.calls) lines.push(`   звонок ${call.at}: ${call.status}`)
  for (const failure of result.failures) lines.push(paint("red", `   ✗ ${failure}`))
  lines.push(result.ok ? paint("green", "   ✓ сошлось") : paint("red", "   не сошлось"), "")
  return lines.join("\n")
}
