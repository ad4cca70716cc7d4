/** Folders that come with a program: the built one has them beside its `dist`, the sources elsewhere in the repository. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** `main` is the `import.meta.url` of the program's first file; `inSources` is relative to it. */
export const shippedFolder = (main: string, name: string, inSources: string): string => {
  const beside = fileURLToPath(new URL(`../${name}`, main))
  return existsSync(beside) ? beside : fileURLToPath(new URL(inSources, main))
}
