// The rules in force in words, with how often each fired and was suppressed here; and one of them in detail.
import type { JSX } from "preact";
import type { PageProps } from "../address/routes.ts";
import { Calm } from "../ask/calm.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { RuleList } from "./rule-list.tsx";
import { RulePage } from "./rule-page.tsx";
import { SetFindings } from "./set-findings.tsx";
import { useWeek } from "./use-week.ts";
import type { RuleSetAnswer } from "./rule-use.ts";
import { useQuery } from "../ask/use-query.ts";

export function Rules(props: PageProps): JSX.Element {
  return (
    <Calm>
      <RulesInForce {...props} />
    </Calm>
  );
}

function RulesInForce({ route }: PageProps): JSX.Element {
  const { item, query } = route;
  const rules = useQuery<RuleSetAnswer>("/api/rules");
  const week = useWeek();
  const set = rules.answer;
  return (
    <>
      {item === null ? (
        <div class="title">
          <h1>Rules</h1>
          {set ? (
            <span class="quiet-note">
              In the order in which they are decided. Set <code>{set.hash.slice(0, 8)}</code>
            </span>
          ) : null}
        </div>
      ) : null}
      {rules.problem ? <ProblemNote problem={rules.problem} onAgain={rules.askAgain} /> : null}
      {week.problem ? <ProblemNote problem={week.problem} onAgain={week.askAgain} /> : null}
      {set ? <SetFindings findings={set.findings} /> : null}
      {set === null ? <p class="quiet-note">{rules.problem ? "" : "Loading…"}</p> : null}
      {set && item === null ? <RuleList set={set} statistics={week.answer} query={query} /> : null}
      {set && item !== null ? <RulePage name={item} set={set} statistics={week.answer} /> : null}
    </>
  );
}
