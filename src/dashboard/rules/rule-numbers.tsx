// How often a rule fired and was suppressed (shown as "held back", for "held" are deliveries that wait for a person): bars over the week, and the numbers beside them.
import type { JSX } from "preact";
import type { RuleUse } from "./rule-use.ts";
import { Bars, folded, Key } from "../parts/bars.tsx";
import { SUPPRESSION_WORDS } from "../parts/suppression-words.ts";
import { Ago, Time } from "../time/time-elements.tsx";
import { counted } from "../parts/counted.ts";

/** What the colours of a week mean. */
export const WEEK_KEY = [
  { bar: "bar-plain", words: "fired" },
  { bar: "bar-held", words: "held back: by its limit, or for another reason" },
] as const;
const SMALL_BARS = 28;
const LARGE_BARS = 84;

/** A rule's week as a small picture, with its numbers as text. */
export function RuleNumbers({ use, isKnown }: { readonly use: RuleUse; readonly isKnown: boolean }): JSX.Element {
  const { fired, suppressed, reasons, lastFired } = use;
  return (
    <div class="rule-numbers">
      <WeekBars use={use} count={SMALL_BARS} height={32} />
      {isKnown ? (
        <>
          <p>
            <b>{counted(fired.day)}</b> fired in 24 hours, <b>{counted(fired.week)}</b> in 7 days
          </p>
          {suppressed.week === 0 ? null : (
            <p class="rule-held">
              {counted(suppressed.day)} held back in 24 hours, {counted(suppressed.week)} in 7 days:{" "}
              {reasons.map(({ reason, count }) => `${counted(count.week)} ${SUPPRESSION_WORDS[reason]}`).join(", ")}
            </p>
          )}
          <p class="quiet-note">
            {lastFired === null ? (
              "on no event that is kept"
            ) : (
              <>
                last <Ago at={lastFired} />
              </>
            )}
          </p>
        </>
      ) : (
        <p class="quiet-note">Counting…</p>
      )}
    </div>
  );
}

/** A rule's week in detail: the picture, and each reason for which the rule was suppressed. */
export function RuleTable({ use }: { readonly use: RuleUse }): JSX.Element {
  const { fired, suppressed, reasons, lastFired } = use;
  const rows = [
    { words: "Fired", count: fired, name: "is-fired" },
    { words: "Held back", count: suppressed, name: "is-held" },
    ...reasons.map(({ reason, count }) => ({ words: `of these ${SUPPRESSION_WORDS[reason]}`, count, name: "is-part" })),
  ];
  return (
    <div class="rule-large">
      <div>
        <WeekBars use={use} count={LARGE_BARS} height={140} />
        <Key entries={WEEK_KEY} />
        <p class="rule-axis">
          <span>7 days ago</span> <span>two hours a bar</span> <span>now</span>
        </p>
      </div>
      <div>
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">24 hours</th>
              <th scope="col">7 days</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ words, count, name }) => (
              <tr key={words} class={name}>
                <th scope="row">{words}</th>
                <td>{counted(count.day)}</td>
                <td>{counted(count.week)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="quiet-note">
          {lastFired === null ? (
            "It fired on no event that is kept."
          ) : (
            <>
              Last fired <Time at={lastFired} />, <Ago at={lastFired} />
            </>
          )}
        </p>
      </div>
    </div>
  );
}

function WeekBars({
  use,
  count,
  height,
}: {
  readonly use: RuleUse;
  readonly count: number;
  readonly height: number;
}): JSX.Element {
  const { fired, suppressed } = use;
  return (
    <Bars
      height={height}
      label={`${use.name} in 7 days: ${counted(fired.week)} fired, ${counted(suppressed.week)} held back`}
      stacks={[
        { name: "bar-plain", values: folded(fired.hours, count) },
        { name: "bar-held", values: folded(suppressed.hours, count) },
      ]}
    />
  );
}
