// What a comparison of two sets over a log found: what each rule does, who gets which text, and how far to trust it.
import type { JSX } from "preact";
import { trustInWords, untestedInWords } from "../../language/comparison-words.ts";
import {
  isWorthTelling,
  textCounts,
  type BeforeAfter,
  type Comparison,
  type RuleChange,
  type TextCounts,
} from "../../model/comparison.ts";
import { linkTo } from "../address/routes.ts";
import { counted } from "../parts/counted.ts";
import { Time } from "../time/time-elements.tsx";
import { ChangedTexts, Texts } from "./texts.tsx";

const COLUMNS = ["fires", "texts", "others"] as const;

export function ReplayResult({
  compared,
  here,
  counts = textCounts(compared),
}: {
  readonly compared: Comparison;
  /** How many texts are otherwise, also of those that are not listed. */
  readonly counts?: TextCounts;
  /** Whether it is a replay of the location that is shown. */
  readonly here: boolean;
}): JSX.Element {
  const { locationId, from, to, events, gained, lost, changed, untested } = compared;
  const rules = compared.rules.filter(isWorthTelling);
  const trusted = trustInWords(compared);
  if (events === 0) return <p>There was no event in this time.</p>;
  return (
    <>
      <p>
        {events === 1 ? "One event" : `${counted(events)} events`}
        {here ? null : (
          <>
            {" "}
            of <a href={linkTo(locationId)}>{locationId}</a>
          </>
        )}
        {from === null || to === null ? null : (
          <>
            , <Time at={from} /> to <Time at={to} />
          </>
        )}
        . Texts: {counted(counts.gained)} more, {counted(counts.lost)} fewer, {counted(counts.changed)} other.
      </p>
      {rules.length === 0 ? <p class="quiet-note">No rule would have done anything else.</p> : <Rules rules={rules} />}
      <Texts words="Would get a text, and did not" count={counts.gained} texts={gained} locationId={locationId} />
      <Texts words="Would no longer get a text" count={counts.lost} texts={lost} locationId={locationId} />
      <ChangedTexts count={counts.changed} changed={changed} locationId={locationId} />
      <Sentences words="What no event ever tested" lines={untested.map(untestedInWords)} />
      <Sentences words="How far this can be trusted" lines={trusted} />
    </>
  );
}

function Rules({ rules }: { readonly rules: readonly RuleChange[] }): JSX.Element {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="What each rule would have done">
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Fires</th>
            <th scope="col">Texts</th>
            <th scope="col">Other actions</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.rule}>
              <th scope="row">
                {rule.rule} {rule.change === "same" ? null : <span class="badge">{rule.change}</span>}
              </th>
              {COLUMNS.map((column) => (
                <td key={column}>{inWords(rule[column])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inWords([before, after]: BeforeAfter): string {
  return before === after ? counted(after) : `${counted(before)} → ${counted(after)}`;
}

function Sentences({
  words,
  lines,
}: {
  readonly words: string;
  readonly lines: readonly string[];
}): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>
        {words} ({counted(lines.length)})
      </summary>
      <ul class="differences">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}
