// What is known of a contact: what rules and texts find in it, since when, and from where.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { KnownContact, Source } from "../../model/known-contact.ts";
import type { TokenAnswer } from "../../model/token.ts";
import { linkTo } from "../address/routes.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery, type Asked } from "../ask/use-query.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { knownParts, originOf, stateInWords, type KnownPart } from "./known-parts.ts";

export function Known({
  contactId,
  asked: { answer, problem, askAgain },
}: {
  readonly contactId: string;
  readonly asked: Asked<KnownContact>;
}): JSX.Element {
  const { locationId } = usePlace();
  const token = useQuery<TokenAnswer>(locationPath(locationId, "token"));
  // A phone shows what happened first.
  const [isWide] = useState(() => matchMedia("(min-width: 52rem)").matches);
  // Until that is answered, nothing is said against it.
  const hasToken = token.answer === null || token.answer.token?.state === "active";
  return (
    <section class="panel" aria-labelledby="known">
      <details class="known-details" open={isWide}>
        <summary>
          <h2 id="known">What is known</h2>
        </summary>
        {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
        {answer === null && !problem ? <p class="quiet-note">Loading…</p> : null}
        {answer ? (
          <>
            <p class="quiet-note">
              {stateInWords(answer)} {answer.gone ? <Since source={answer.gone} contactId={contactId} /> : null}
            </p>
            <div class="known">
              {knownParts(answer, hasToken).map((part) => (
                <Part key={part.title} part={part} contactId={contactId} />
              ))}
            </div>
          </>
        ) : null}
      </details>
    </section>
  );
}

function Part({
  part: { title, entries, source, note },
  contactId,
}: {
  readonly part: KnownPart;
  readonly contactId: string;
}): JSX.Element {
  return (
    <section class="known-part" aria-label={title}>
      <h3>{title}</h3>
      {entries.length === 0 ? null : (
        <dl class="facts">
          {entries.map(({ name, value }, index) => (
            <div key={index}>
              <dt class={entries[index - 1]?.name === name ? "hidden" : "mono"}>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {note === null ? null : <p>{note}</p>}
      {source === null ? null : (
        <p class="quiet-note">
          <Since source={source} contactId={contactId} />
        </p>
      )}
    </section>
  );
}

function Since({ source, contactId }: { readonly source: Source; readonly contactId: string }): JSX.Element {
  const { locationId } = usePlace();
  const origin = originOf(source);
  return (
    <>
      Since <Time at={source.since} />, from{" "}
      {origin.by === "event" ? (
        <a href={linkTo(locationId, "events", origin.key, { contact: contactId })}>an event</a>
      ) : (
        "HighLevel's answer"
      )}
    </>
  );
}
