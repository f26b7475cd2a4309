// What was sent for a contact: the last deliveries that arrived, each with what left.
import type { JSX } from "preact";
import { doesInWords } from "../../language/in-words.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import type { Asked } from "../ask/use-query.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { SentRequest } from "../parts/sent-request.tsx";
import { Time } from "../time/time-elements.tsx";
import type { Deliveries } from "./contact-waiting.tsx";

export function Sent({
  contactId,
  asked: { answer, problem, askAgain },
}: {
  readonly contactId: string;
  readonly asked: Asked<Deliveries>;
}): JSX.Element {
  const { locationId } = usePlace();
  return (
    <section class="panel" aria-labelledby="sent">
      <h2 id="sent">Sent</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {answer?.deliveries.length === 0 ? <p class="quiet-note">Nothing was sent for this contact.</p> : null}
      <ul class="rows">
        {answer?.deliveries.map(({ id, rule, action, attempts, unsettled, decidedAt }) => {
          const request = attempts.findLast((attempt) => attempt.request !== null)?.request ?? unsettled.at(-1);
          return (
            <li key={id} class="to-come">
              <span>
                <Time at={request?.at ?? decidedAt} />
              </span>
              <span class="to-come-what">
                <a href={linkTo(locationId, "deliveries", null, { id })}>{rule}</a>{" "}
                {action ? doesInWords(action) : "an action of another version"}
              </span>
              {request ? <SentRequest request={request} label={`What ${rule} sent`} /> : null}
            </li>
          );
        })}
      </ul>
      {answer?.cursor ? (
        <p>
          <a href={linkTo(locationId, "deliveries", null, { contact: contactId, state: "sent" })}>All that was sent</a>
        </p>
      ) : null}
    </section>
  );
}
