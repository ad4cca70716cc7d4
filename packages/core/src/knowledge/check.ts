/**
 * `wa kb check`: what the owner should mend in the company's documents before clients are answered from them.
 * Total for any documents, and rather silent than wrong: each finding quotes the words it speaks of. Pure; "today" is
 * handed in. It judges what the system read, so a finding may tell of the document or of how it was read; both are
 * what clients would be told from.
 */
import { contradictionsOf } from "./check-contradiction.ts"
import { pastDatesOf, type Today } from "./check-date.ts"
import { type Finding, quoteOf } from "./check-finding.ts"
import { unansweredOf } from "./check-question.ts"
import { brokenTablesOf, strayPricesOf } from "./check-table.ts"
import type { KnowledgeDocument, UnreadableDocument } from "./document.ts"
import { withoutOrders } from "./injection.ts"

export type { Finding, FindingKind, Place } from "./check-finding.ts"

export interface KnowledgeToCheck {
  readonly documents: ReadonlyArray<KnowledgeDocument>
  readonly unreadable: ReadonlyArray<Pick<UnreadableDocument, "file" | "why">>
  readonly today: Today
  /** Asked besides the usual ones. */
  readonly questions?: ReadonlyArray<string>
}

/** Heaviest first: what cannot be read, what contradicts, what is over; notices last. */
export const checkKnowledge = (knowledge: KnowledgeToCheck): ReadonlyArray<Finding> => {
  const { documents, unreadable, today } = knowledge
  return [
    ...(documents.length === 0 && unreadable.length === 0 ? [noDocuments] : []),
    ...unreadable.map(
      ({ file, why }): Finding => ({
        kind: "unreadable_file",
        weight: "mend",
        message: `Файл не читается: ${why}`,
        places: [{ file, page: null, quote: "" }],
      }),
    ),
    ...documents.flatMap(picturePages),
    ...contradictionsOf(documents),
    ...pastDatesOf(documents, today),
    ...strayPricesOf(documents),
    ...brokenTablesOf(documents),
    ...documents.flatMap(ordersIn),
    ...unansweredOf(documents, knowledge.questions ?? []),
  ]
}

export const needsMending = (findings: ReadonlyArray<Finding>): boolean =>
  findings.some((finding) => finding.weight === "mend")

const noDocuments: Finding = {
  kind: "no_documents",
  weight: "mend",
  message: "Нет ни одного документа: отвечать клиентам не из чего",
  places: [],
}

const picturePages = (document: KnowledgeDocument): ReadonlyArray<Finding> =>
  (document.picturePages ?? []).map((page) => ({
    kind: "page_without_text",
    weight: "mend",
    message: "На странице только картинка (скан): распознайте текст (OCR) или вставьте его текстом",
    places: [{ file: document.file, page, quote: "" }],
  }))

const ordersIn = (document: KnowledgeDocument): ReadonlyArray<Finding> =>
  document.blocks.flatMap((block) => {
    const { orders } = withoutOrders(block.text)
    if (orders.length === 0) return []
    return [
      {
        kind: "order_to_model",
        weight: "mend",
        message: "Похоже на указание для бота; в ответы эти слова не попадают",
        places: [{ file: document.file, page: block.page, quote: quoteOf(orders.join(" ")) }],
      },
    ]
  })
