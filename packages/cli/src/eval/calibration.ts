/** Whether confidence means what it says: of the decisions made with 0.9, nine in ten should be right. */
export interface Calibration {
  /** From the lowest; bins without a decision are left out. */
  readonly bins: ReadonlyArray<{
    readonly from: number
    readonly to: number
    readonly count: number
    readonly confidence: number
    readonly accuracy: number
  }>
  /** Expected calibration error: the gap between the two, averaged over decisions. 0 is perfect. */
  readonly ece: number
}

const binsCount = 10

export const calibrationOf = (
  decisions: ReadonlyArray<{ readonly confidence: number; readonly isRight: boolean }>,
): Calibration => {
  const bins = Array.from({ length: binsCount }, (_, i) => {
    const within = decisions.filter(
      ({ confidence }) => Math.min(binsCount - 1, Math.floor(confidence * binsCount)) === i,
    )
    return {
      from: i / binsCount,
      to: (i + 1) / binsCount,
      count: within.length,
      confidence: within.reduce((sum, one) => sum + one.confidence, 0) / within.length,
      accuracy: within.filter((one) => one.isRight).length / within.length,
    }
  }).filter((bin) => bin.count > 0)
  return {
    bins,
    ece: bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.accuracy), 0) / decisions.length,
  }
}
