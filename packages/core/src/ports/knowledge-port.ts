import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import type { Fact, KnowledgeDocument, Passage, UnreadableDocument } from "../knowledge/document.ts"

/**
 * The company's own documents. Loaded once, read again when a file changes; a file that cannot be read is named and
 * skipped, so none of these fail.
 */
export class KnowledgePort extends Context.Service<
  KnowledgePort,
  {
    readonly documents: Effect<ReadonlyArray<KnowledgeDocument>>
    readonly unreadable: Effect<ReadonlyArray<UnreadableDocument>>
    readonly facts: Effect<ReadonlyArray<Fact>>
    /** Every document as text, each headed by its file name. */
    readonly wholeText: Effect<string>
    /** Best first, at most `limit`; empty when nothing matches. */
    readonly search: (query: string, limit: number) => Effect<ReadonlyArray<Passage>>
  }
>()("core/ports/KnowledgePort") {}
