// What a location's events really had in thirty days, beside what the rules test.
import type { JSX } from "preact";
import type { Drift as Told, DriftGroup } from "../../model/drift.ts";
import { driftInWords } from "../../language/drift-words.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { linkTo } from "../address/routes.ts";
import { counted } from "../parts/counted.ts";
import { ProblemNote } from "../parts/problem.tsx";

const MAX_WORDS = 12;

/** What has drifted, alerts first, then what was counted. */
export function Drift(): JSX.Element {
  const { locationId } = usePlace();
  const { answer, problem, askAgain } = useQuery<Told>(locationPath(locationId, "drift"));
  return (
    <>
      <section class="panel" aria-label="What has drifted">
        <h2>What has drifted</h2>
        <p class="quiet-note">
          What the rules test, beside what events of the last thirty days had: a word that never comes, a new one, a
          field that is gone, a rule that has gone silent.
        </p>
        {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
        {answer?.findings.length === 0 ? <p>Nothing.</p> : null}
        <ul class="rows drifted">
          {answer?.findings.map((finding) => (
            <li data-row key={driftInWords(finding)}>
              <span class="row-what">
                {finding.isAlert ? "News" : finding.what === "never" ? "Never seen" : "Seen"}
              </span>
              <span>{driftInWords(finding)}</span>
              <a href={linkTo(locationId, "rules", finding.rule)}>{finding.rule}</a>
            </li>
          ))}
        </ul>
      </section>
      {answer ? (
        <div class="drift">
          {answer.groups.filter(hasWords).map((group) => (
            <Group key={nameOf(group)} group={group} />
          ))}
        </div>
      ) : null}
      {answer?.groups.every(hasWords) === false ? (
        <p class="quiet-note">
          Nothing to count word by word in{" "}
          {answer.groups
            .filter((group) => !hasWords(group))
            .map((group) => `${nameOf(group)} (${counted(group.events)})`)
            .join(", ")}
          .
        </p>
      ) : null}
    </>
  );
}

function nameOf({ kind, channel }: DriftGroup): string {
  return channel === null ? kind : `${kind}, ${channel}`;
}

function hasWords(group: DriftGroup): boolean {
  return placesOf(group).length > 0;
}

/** Where words were counted, but for the channel, which the group's name says. */
function placesOf({ places }: DriftGroup): readonly [string, DriftGroup["places"][string]][] {
  return Object.entries(places).filter(
    ([place, { words }]) => place !== "channel" && Object.values(words).some((times) => times > 0),
  );
}

function Group({ group }: { readonly group: DriftGroup }): JSX.Element {
  const name = nameOf(group);
  const { events } = group;
  return (
    <section class="panel" aria-label={name}>
      <h2>{name}</h2>
      <p class="quiet-note">
        {counted(events)} {events === 1 ? "event" : "events"}; how often each word came:
      </p>
      <ul class="rows">
        {placesOf(group).map(([place, { words, others }]) => (
          <li data-row key={place}>
            <span class="row-what">{place}</span>
            <span>{inWords(words, others)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function inWords(words: { readonly [word: string]: number }, others: number): string {
  const came = Object.entries(words).filter(([, times]) => times > 0);
  const sorted = came.toSorted(([, a], [, b]) => b - a);
  const rest = sorted.slice(MAX_WORDS).reduce((sum, [, times]) => sum + times, others);
  const told = sorted.slice(0, MAX_WORDS).map(([word, times]) => `${word} ${counted(times)}×`);
  return [...told, ...(rest > 0 ? [`others ${counted(rest)}×`] : [])].join(", ");
}
