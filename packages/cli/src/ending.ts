/**
 * How a command ends: 0 fine, 1 the check failed, 2 wrong usage. A mistake of the person who typed is told in one line.
 */
import { Schema } from "effect"

/** What was checked does not hold; what is wrong was printed already. */
export class CheckFailed extends Schema.TaggedError<CheckFailed>()("CheckFailed", {}) {}

/** The command cannot be carried out as it was typed. */
export class WrongUsage extends Schema.TaggedError<WrongUsage>()("WrongUsage", { why: Schema.String }) {
  override get message() {
    return this.why
  }
}

/** It was typed well, but something it needs is not there. */
export class CannotRun extends Schema.TaggedError<CannotRun>()("CannotRun", { why: Schema.String }) {
  override get message() {
    return this.why
  }
}
