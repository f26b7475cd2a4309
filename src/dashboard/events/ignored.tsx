// Kinds of event and words that Afterbeep does not know: how often each came, when last, and what would make it usable.
import type { JSX } from "preact";
import type { IgnoredKindTold, UnknownWords } from "../../model/ledger.ts";
import { locationPath } from "../ask/api.ts";
import { useQuery } from "../ask/use-query.ts";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

/** What came for this location, and what named none. */
export function Ignored(): JSX.Element {
  const { locationId } = usePlace();
  return (
    <>
      <Words path={locationPath(locationId, "unknown-words")} />
      <Kinds base={locationPath(locationId)} title="Kinds that are not known" />
      <Kinds base="/api" title="Kinds that are not known, of no location" isQuietWhenEmpty />
    </>
  );
}

/** HighLevel's words on recorded events that nobody knows. */
function Words({ path }: { readonly path: string }): JSX.Element {
  const { answer, problem, askAgain } = useQuery<UnknownWords>(path);
  const title = "Words that are not known";
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <p class="quiet-note">
        Their channel or outcome is unknown, and they end no wait. The events are in the log; a later version may know
        them.
      </p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer?.words.length === 0 ? <p>None.</p> : null}
      {answer?.words.map(({ field, word, count, firstSeen, lastSeen }) => (
        <details class="verdict" key={`${field} ${word}`}>
          <summary>
            <span>{word}</span>
            <span class="verdict-why">
              {count.toLocaleString("en")} {count === 1 ? "time" : "times"}, last <Time at={lastSeen} />
            </span>
          </summary>
          <div class="verdict-body">
            <p>
              In <code>{field}</code>, first <Time at={firstSeen} />.
            </p>
          </div>
        </details>
      ))}
      {answer?.others ? <p>Others came {answer.others.toLocaleString("en")} times.</p> : null}
    </section>
  );
}

interface KindsProps {
  readonly base: string;
  readonly title: string;
  /** Nothing is shown where there is none. */
  readonly isQuietWhenEmpty?: boolean;
}

function Kinds({ base, title, isQuietWhenEmpty = false }: KindsProps): JSX.Element | null {
  const { answer, problem, askAgain } = useQuery<{ ignored: readonly IgnoredKindTold[] }>(`${base}/ignored`);
  if (isQuietWhenEmpty && !problem && !answer?.ignored.length) return null;
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <p class="quiet-note">
        These are counted by day and not kept, because no rule looks at them. What is kept of such kinds is in the log,
        as Other.
      </p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer?.ignored.length === 0 ? <p>None.</p> : null}
      {answer?.ignored.map(({ kind, count, lastDay, lastSeen, use }) => (
        <details class="verdict" key={kind}>
          <summary>
            <span>{kind}</span>
            <span class="verdict-why">
              {count.toLocaleString("en")} {count === 1 ? "time" : "times"}, last{" "}
              {lastSeen === null ? `on ${lastDay}` : <Time at={lastSeen} />}
            </span>
          </summary>
          <div class="verdict-body">
            <p>{use}.</p>
          </div>
        </details>
      ))}
    </section>
  );
}
