// Runs the tests and ends with one line of counts. Arguments go to vitest; a part of a file name narrows the run.
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const folder = mkdtempSync(join(tmpdir(), "wa-test-"))
const report = join(folder, "report.json")
const run = spawnSync(
  "vitest",
  // Patience for a machine that is busy: what hangs still fails.
  [
    "run",
    "--testTimeout=30000",
    "--hookTimeout=60000",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", shell: process.platform === "win32" },
)
let counts
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, "utf8"),
  )
  // A file that does not load, or whose set-up fails, counts as a failure: its tests would vanish from the sum.
  const broken = testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length
  counts = { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + (numTodoTests ?? 0) }
} catch {
  counts = { passed: 0, failed: 1, skipped: 0 }
}
rmSync(folder, { recursive: true, force: true })
// In CI every service is there: a test that skips itself hides something.
const skipsCount = process.env.CI === "true" && counts.skipped > 0
if (skipsCount) console.log("tests were skipped although this is CI: that counts as a failure")
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(run.status !== 0 || counts.failed > 0 || skipsCount ? 1 : 0)
