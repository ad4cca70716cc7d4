/** `wa intent`: what a client's answer means for the follow-up. */
import { readIntent } from "@wa/core/reply-intent/intent"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { print, stdinLines } from "./terminal.ts"

export const intentCommand = Command.make(
  "intent",
  {
    text: Argument.String("text").pipe(
      Argument.withDescription("Ответ клиента; без него ответы читаются построчно со стандартного ввода"),
      Argument.variadic(),
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Объект JSON на строку"), Flag.withDefault(false)),
  },
  Effect.fn(function* ({ text, json }) {
    const lines = text.length > 0 ? [text.join(" ")] : yield* stdinLines
    for (const line of lines) {
      const { intent, rule } = readIntent(line)
      yield* print(json ? JSON.stringify({ text: line, intent, rule }) : `${intent}\t${rule}\t${line}`)
    }
  }),
).pipe(Command.withDescription("Что значит ответ клиента: yes, no, uncertain или none"))
