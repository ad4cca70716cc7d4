/** `.env.example` from the table of settings: `node packages/adapters/src/settings/env-example.ts > .env.example`. */
import { pathToFileURL } from "node:url"
import { type SettingName, settings } from "./settings.ts"

export const envExample = (): string =>
  [
    "# Settings of the system. Copy to `.env` and fill in what you have; what is left out keeps its default, or its embedded part.",
    "# The environment wins over this file. Secrets belong into the environment or into `.env`, never into the repository.",
    "",
    ...(Object.keys(settings) as Array<SettingName>).flatMap((name) => {
      const { about, fallback } = settings[name] as { readonly about: string; readonly fallback?: string }
      return [`# ${about}`, fallback === undefined ? `# ${name}=` : `${name}=${fallback}`, ""]
    }),
  ]
    .join("\n")
    .trimEnd() + "\n"

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(envExample())
