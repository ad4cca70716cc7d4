/** What came of the touches of a day, for each profile: read off the books, with no counter of its own. */
import { balanceOf, type ToldPlan } from "@wa/core/follow-up/touch-plan"
import { AgentRepo } from "@wa/core/ports/agent-repo"
import { Effect } from "effect"

/** Profiles in the order of their names; none where nothing was due. */
export const touchBalances = Effect.fn("agent.touchBalances")(function* (from: number, to: number) {
  const plans = yield* (yield* AgentRepo).touchPlans(from, to)
  const byProfile = new Map<string, Array<ToldPlan>>()
  for (const { key, ...plan } of plans) {
    const known = byProfile.get(key.profileId)
    if (known === undefined) byProfile.set(key.profileId, [plan])
    else known.push(plan)
  }
  return [...byProfile]
    .map(([profile, own]) => {
      const { byTemplate, ...balance } = balanceOf(own, from, to)
      return { profile, ...balance, by_template: byTemplate }
    })
    .filter(({ eligible }) => eligible > 0)
    .sort((a, b) => a.profile.localeCompare(b.profile))
})
export type TouchBalance = Effect.Success<ReturnType<typeof touchBalances>>[number]
