// One rule: what it does, how often it did so, its events, and its file.
import type { JSX } from "preact";
import type { Json } from "../../kit/json.ts";
import type { LogEntry } from "../../model/ledger.ts";
import type { Rule } from "../../model/rule.ts";
import type { RuleStatistics } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { linkTo } from "../address/routes.ts";
import { ruleUse, type RuleSetAnswer } from "./rule-use.ts";
import { useQuery } from "../ask/use-query.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { EventRows } from "../parts/event-rows.tsx";
import { JsonText } from "../parts/json.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { PauseControl } from "../parts/pauses.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { NearMisses } from "./near-misses.tsx";
import { RuleTable } from "./rule-numbers.tsx";
import { RuleMarks } from "./rule-marks.tsx";
import { RuleFindings, RuleWords } from "../parts/rule-words.tsx";

const PAGE = 25;

export function RulePage({
  name,
  set,
  statistics,
}: {
  readonly name: string;
  readonly set: RuleSetAnswer;
  readonly statistics: RuleStatistics | null;
}): JSX.Element {
  const { locationId } = usePlace();
  const use = ruleUse(name, set, statistics, locationId);
  const { rule, checked } = use;
  return (
    <>
      <div class="title">
        <h1 class="long-name">{name}</h1>
        <span class="links">
          {rule ? <a href={linkTo(locationId, "playground", null, { rule: name })}>Try in the playground</a> : null}
          <a href={linkTo(locationId, "deliveries", null, { rule: name })}>Its deliveries</a>
          <a href={linkTo(locationId, "rules")}>All rules</a>
        </span>
      </div>
      <PauseControl rule={name} />
      <section class="panel" aria-labelledby="does">
        <h2 id="does">What it does</h2>
        {rule ? (
          <>
            <RuleMarks use={use} />
            {rule.description ? <p class="rule-description">{rule.description}</p> : null}
            <RuleWords rule={rule} />
            {checked && checked.findings.length > 0 ? <RuleFindings checked={checked} /> : null}
          </>
        ) : (
          <p>
            The rule set in force has no rule of this name. It may have been renamed or removed since; what it did stays
            in the log.
          </p>
        )}
      </section>
      <section class="panel" aria-labelledby="did">
        <h2 id="did">In the last 7 days</h2>
        {statistics ? <RuleTable use={use} /> : <p class="quiet-note rule-large">Counting…</p>}
      </section>
      {rule ? <NearMisses key={`${locationId} ${name}`} name={name} inForce={set.rules} /> : null}
      <FiredOn name={name} />
      {rule ? <RuleFileText rule={rule} /> : null}
    </>
  );
}

function FiredOn({ name }: { readonly name: string }): JSX.Element {
  const { locationId } = usePlace();
  const paging = usePaging(name);
  const { answer, problem, askAgain } = useQuery<{ events: readonly LogEntry[]; cursor: string | null }>(
    locationPath(locationId, "events"),
    { rule: name, cursor: paging.cursor, limit: PAGE },
  );
  return (
    <section class="panel" aria-labelledby="fired-on">
      <h2 id="fired-on">Events on which it fired</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer || !problem ? <EventRows events={answer?.events ?? null} /> : null}
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}

function RuleFileText({ rule }: { readonly rule: Rule }): JSX.Element {
  const { name, ...file } = rule;
  const value = JSON.parse(JSON.stringify(file)) as Json;
  return (
    <section class="panel" aria-labelledby="file">
      <div class="title">
        <h2 id="file">As it is in force</h2>
        <CopyButton label="Copy the JSON" text={() => JSON.stringify(value, null, 2)} />
      </div>
      <p class="quiet-note">
        <code>rules/{name}.json</code> without its examples, and with named conditions put in their places.
      </p>
      <JsonText value={value} label={`The rule ${name} as JSON`} />
    </section>
  );
}
