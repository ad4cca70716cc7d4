/** What a simulation gives: the shape that `--json` prints, one object a file. Times are ISO with the zone's offset. */
export interface SimulatedMessage {
  readonly at: string
  readonly from: "client" | "bot" | "operator"
  readonly text: string
  readonly kind: "reply" | "touch" | "reminder" | null
}
export interface SimulationResult {
  readonly file: string
  readonly ok: boolean
  readonly messages: ReadonlyArray<SimulatedMessage>
  readonly contact: {
    readonly is_client: boolean | null
    readonly confidence: number | null
    readonly stop_reason: string | null
    readonly touches_sent: number
  }
  readonly calls: ReadonlyArray<{ readonly at: string; readonly status: string }>
  readonly failures: ReadonlyArray<string>
}
/** Beside what programs read: what a person wants to see. */
export interface Simulation extends SimulationResult {
  readonly name: string
  /** By the text's place in `messages`: why it was said. */
  readonly reasons: ReadonlyMap<number, string>
  readonly outcomes: Readonly<Record<string, number>>
  readonly askedOperator: boolean
  readonly notes: ReadonlyArray<string>
}
