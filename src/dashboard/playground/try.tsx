// The draft tried on the location's past events: how often it would have fired, and how often the rule of its name did.
import { amount } from "../../kit/amount.ts";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { TriedDraft } from "../../model/playground.ts";
import { locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { announce } from "../parts/announce.tsx";
import { EventRows } from "../parts/event-rows.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

const TRIED = 1_000;
const REFUSED = "The rule has findings that refuse it: mend them first";
const TOO_LONG = "The rule would take too long to try on the last event: ask less of patterns and of the past";

export function Try({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  const { locationId } = usePlace();
  const [tried, setTried] = useState<{ answer: TriedDraft; name: string; text: string } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const call = useRef<AbortController | null>(null);
  useEffect(() => () => call.current?.abort(), []);
  const run = async (): Promise<void> => {
    const aborted = (call.current = new AbortController());
    setBusy(true);
    setProblem(null);
    try {
      const body = { name, text, limit: TRIED };
      const answer = await post<TriedDraft>(locationPath(locationId, "try"), body, aborted.signal);
      setTried({ answer, name, text });
      announce(inWords(answer));
    } catch (error) {
      if (!aborted.signal.aborted) setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const isOld = tried !== null && (tried.text !== text || tried.name !== name);
  return (
    <section class="panel try" aria-labelledby="try">
      <div class="title">
        <h2 id="try">On what this location has seen</h2>
        <button type="button" class="primary" disabled={isBusy} onClick={() => void run()}>
          {isBusy ? "Trying…" : "Try on the last 1,000 events of this location"}
        </button>
      </div>
      {problem ? <ProblemNote problem={problem} onAgain={() => void run()} /> : null}
      {tried ? (
        <div class={isOld ? "is-old" : undefined}>
          {isOld ? <p class="quiet-note">The rule has changed since: try it again.</p> : null}
          <Tried answer={tried.answer} name={tried.name} />
        </div>
      ) : (
        <p class="quiet-note">
          Each event is decided again with this rule alone. Nothing is sent, and nothing recorded.
        </p>
      )}
    </section>
  );
}

function Tried({ answer, name }: { readonly answer: TriedDraft; readonly name: string }): JSX.Element {
  const { tried, from, to, fires, firedBefore, both, onlyNow, onlyBefore, findings } = answer;
  if (isRefused(findings)) return <p>{REFUSED}</p>;
  if (tried === 0 && to !== null) return <p>{TOO_LONG}</p>;
  if (tried === 0) return <p>This location has recorded no events yet.</p>;
  return (
    <>
      <p class="quiet-note">
        {tried === 1 ? "One event was" : `${tried.toLocaleString("en-GB")} events were`} decided again
        {from && to ? (
          <>
            , from <Time at={from} /> to <Time at={to} />
          </>
        ) : null}
      </p>
      <dl class="numbers">
        <Count words="would fire" count={fires} />
        <Count words={`${name} fired`} count={firedBefore} />
        <Count words="both" count={both} />
      </dl>
      <div class="columns">
        <Side title="Only with this draft" count={fires - both} events={onlyNow} />
        <Side title="Only as it was" count={firedBefore - both} events={onlyBefore} />
      </div>
    </>
  );
}

function Count({ words, count }: { readonly words: string; readonly count: number }): JSX.Element {
  return (
    <div class="number">
      <dt>{words}</dt>
      <dd>
        <b>{count.toLocaleString("en-GB")}</b>
      </dd>
    </div>
  );
}

function Side({
  title,
  count,
  events,
}: {
  readonly title: string;
  readonly count: number;
  readonly events: TriedDraft["onlyNow"];
}): JSX.Element {
  return (
    <section aria-label={title}>
      <h3>
        {title}: {count.toLocaleString("en-GB")}
      </h3>
      <EventRows events={events} />
      {count > events.length ? <p class="quiet-note">The newest {events.length} are shown.</p> : null}
    </section>
  );
}

function isRefused(findings: TriedDraft["findings"]): boolean {
  return findings.some(({ severity }) => severity === "error");
}

function inWords({ tried, to, fires, firedBefore, findings }: TriedDraft): string {
  if (isRefused(findings)) return REFUSED;
  if (tried === 0 && to !== null) return TOO_LONG;
  return `Of ${amount(tried, "event")} it would fire on ${fires}; it fired on ${firedBefore}`;
}
