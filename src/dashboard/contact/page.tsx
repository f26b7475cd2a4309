// A contact: everything that happened with it, what is still to come, and a way to erase it.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { KnownContact as KnownAnswer } from "../../model/known-contact.ts";
import type { LogEntry } from "../../model/ledger.ts";
import { locationPath } from "../ask/api.ts";
import { linkTo, type PageProps } from "../address/routes.ts";
import { Known } from "./contact-known.tsx";
import { ContactLog } from "./contact-log.tsx";
import { timelineOf } from "./timeline.ts";
import { OpenTasks, Waiting, type Deliveries, type Tasks } from "./contact-waiting.tsx";
import { EraseContact, ErasureNote, type Erasure } from "./erase-contact.tsx";
import { FindContact } from "../parts/find-contact.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { InHighLevel } from "../parts/in-highlevel.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { useQuery } from "../ask/use-query.ts";

const PAGE = 50;
const TO_COME = 100;
/** As many of its deliveries stand between its events: those that were decided last. */
const LAST_DELIVERIES = 200;

export function Contact({ route }: PageProps): JSX.Element {
  return route.item === null ? <WhichContact /> : <KnownContact contactId={route.item} />;
}

function WhichContact(): JSX.Element {
  return (
    <>
      <h1>Contacts</h1>
      <section class="panel" aria-label="Find a contact">
        <p>Look for a contact by name, phone, e-mail or id to see everything that happened with it.</p>
        <FindContact label="Find the contact to show" />
      </section>
    </>
  );
}

function KnownContact({ contactId }: { readonly contactId: string }): JSX.Element {
  const { locationId } = usePlace();
  const [erasure, setErasure] = useState<Erasure | null>(null);
  const paging = usePaging(contactId);
  const known = useQuery<KnownAnswer>(locationPath(locationId, "contacts", contactId));
  const { name, phone, email } = told(known.answer);
  const events = useQuery<{ events: readonly LogEntry[]; cursor: string | null }>(locationPath(locationId, "events"), {
    contact: contactId,
    cursor: paging.cursor,
    limit: PAGE,
  });
  const waiting = useQuery<Deliveries>(locationPath(locationId, "deliveries"), {
    contact: contactId,
    state: "scheduled",
    limit: TO_COME,
  });
  const deliveries = useQuery<Deliveries>(locationPath(locationId, "deliveries"), {
    contact: contactId,
    limit: LAST_DELIVERIES,
  });
  const tasks = useQuery<Tasks>(locationPath(locationId, "tasks"), {
    contact: contactId,
    state: "open",
    order: "due",
    limit: TO_COME,
  });
  const isUnknown =
    paging.cursor === null &&
    events.answer?.events.length === 0 &&
    waiting.answer?.deliveries.length === 0 &&
    deliveries.answer?.deliveries.length === 0 &&
    tasks.answer?.tasks.length === 0;
  const erased = (answer: Erasure): void => {
    setErasure(answer);
    for (const { askAgain } of [known, events, waiting, deliveries, tasks]) askAgain();
  };
  return (
    <>
      <div class="title">
        <h1 class="long-name">
          <span class="hidden">Contact </span>
          {name === null ? (
            contactId
          ) : (
            <>
              {name} <span class="title-id">{contactId}</span>
            </>
          )}
        </h1>
        <span class="contact-reached">
          {phone === null ? null : <span>{phone}</span>}
          {email === null ? null : <span>{email}</span>}
          <InHighLevel thing="contact" id={contactId} />
        </span>
        <EraseContact contactId={contactId} onErased={erased} />
      </div>
      {erasure ? <ErasureNote erasure={erasure} /> : null}
      {isUnknown ? (
        <Unknown isErased={erasure !== null} />
      ) : (
        <>
          <div class="contact">
            <section class="panel" aria-labelledby="log">
              <h2 id="log">What happened</h2>
              {events.problem ? <ProblemNote problem={events.problem} onAgain={events.askAgain} /> : null}
              {events.answer === null && !events.problem ? <p class="quiet-note">Loading…</p> : null}
              {events.answer?.events.length === 0 ? (
                <p class="quiet-note">None of its events is kept any more.</p>
              ) : null}
              {deliveries.problem ? <ProblemNote problem={deliveries.problem} onAgain={deliveries.askAgain} /> : null}
              <ContactLog
                happenings={timelineOf(events.answer?.events ?? [], deliveries.answer?.deliveries ?? [], {
                  isNewest: paging.cursor === null,
                  isOldest: (events.answer?.cursor ?? null) === null,
                })}
                onDone={deliveries.askAgain}
              />
              {deliveries.answer?.cursor ? (
                <p class="quiet-note">
                  Of its deliveries the last {LAST_DELIVERIES} stand here:{" "}
                  <a href={linkTo(locationId, "deliveries", null, { contact: contactId })}>all of them</a>
                </p>
              ) : null}
              <Pager paging={paging} next={events.answer?.cursor ?? null} />
            </section>
            <div class="contact-beside">
              <Waiting contactId={contactId} asked={waiting} />
              <OpenTasks contactId={contactId} asked={tasks} />
              <Known contactId={contactId} asked={known} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Unknown({ isErased }: { readonly isErased: boolean }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="unknown">
      <h2 id="unknown">Nothing is recorded of this contact</h2>
      {isErased ? null : (
        <p>
          Look whether the id is whole, and written with the same capitals. It may belong to another location, its
          events may be older than what is kept, or it was erased. Erasing it still removes events that could not be
          used and name it.
        </p>
      )}
      <p>Look for another contact:</p>
      <FindContact label="Find another contact" />
    </section>
  );
}

/** What people call a contact, and how it is reached. */
function told(known: KnownAnswer | null): { readonly [Part in "name" | "phone" | "email"]: string | null } {
  const text = (part: string): string | null => {
    const value = known?.contact?.[part];
    return typeof value === "string" && value !== "" ? value : null;
  };
  return { name: text("name"), phone: text("phone"), email: text("email") };
}
