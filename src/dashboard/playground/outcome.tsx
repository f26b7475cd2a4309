// What would be decided on the event if the draft were in force: the draft first, then other rules, then the actions.
import type { JSX } from "preact";
import { doesInWords } from "../../language/in-words.ts";
import type { ExplainedAction } from "../../model/playground.ts";
import { SentRequest } from "../parts/sent-request.tsx";
import { DecisionRows } from "../parts/verdicts.tsx";
import { Time } from "../time/time-elements.tsx";
import { lengthInWords, openingInWords } from "../time/time.ts";
import type { Window } from "../../model/window.ts";
import { usePlace } from "../ask/place.ts";
import { isOpening } from "../parts/waits.ts";
import type { Checking } from "./use-check.ts";

/** The decision. `isOld`: it is from before, as no decision is possible with the rule and the event as typed now. */
export function Outcome({
  explained,
  isOld,
  window = null,
}: {
  readonly explained: Checking["explained"];
  /** That of the draft. */
  readonly window?: Window | null;
  readonly isOld: boolean;
}): JSX.Element {
  const { zone } = usePlace();
  if (!explained)
    return (
      <p class="quiet-note">
        {isOld ? "The rule and the event have findings: mend them to see a decision." : "Loading…"}
      </p>
    );
  const { name, of } = explained;
  const { decision, actions } = of;
  const own = decision.verdicts.filter(({ rule }) => rule === name);
  const others = decision.verdicts.filter(({ rule }) => rule !== name);
  const fires = decision.fired.includes(name);
  const happens = actions.toSorted((a, b) => Number(b.rule === name) - Number(a.rule === name));
  return (
    <div class={isOld ? "is-old" : undefined}>
      <p role="status" class="outcome-line">
        <b class={fires ? "fired" : "held"}>{fires ? `${name} fires` : `${name} does not fire`}</b>
        {isOld ? <span class="quiet-note">This was decided before the findings: mend them to see it anew.</span> : null}
      </p>
      {own.length === 0 ? (
        <p class="quiet-note">
          {name} does not look at {of.event.kind}: its “on” does not name that kind.
        </p>
      ) : (
        <DecisionRows decision={{ ...decision, verdicts: own, leftOut: undefined }} open={name} draft={name} />
      )}
      {own.some(({ reason }) => reason === "duplicate-action") ? (
        <p class="quiet-note">
          The log has this message already, and the rule has fired on it. Change its <code>messageId</code> to see what
          would follow on another one.
        </p>
      ) : null}
      <h3>What would follow</h3>
      {happens.length === 0 ? <p class="quiet-note">Nothing.</p> : null}
      <ul class="planned">
        {happens.map((action) => (
          <li key={`${action.rule} ${action.index}`}>
            <span class="fired">{action.rule}</span>
            <span class="delivery-what">{doesInWords(action.action)}</span>
            <span>
              {window !== null && action.rule === name && waitsFor(window, action, decision.decidedAt, zone) ? (
                `when its window opens: ${openingInWords(action.dueAt, window.timeZone ?? zone)}`
              ) : (
                <>
                  {whenInWords(action, decision.decidedAt)} <Time at={action.dueAt} />
                </>
              )}
            </span>
            {action.dead === null ? null : <p class="would-be-dead">It would be dead: {action.dead}</p>}
            {action.request === null ? null : (
              <SentRequest request={action.request} label={`What ${action.rule} would send`} />
            )}
          </li>
        ))}
      </ul>
      {others.length === 0 ? null : (
        <details class="others">
          <summary>
            The {others.length === 1 ? "other rule that looks" : `${others.length} other rules that look`} at this kind
            of event
          </summary>
          <DecisionRows decision={{ ...decision, verdicts: others }} open="" />
        </details>
      )}
    </div>
  );
}

/** When an action is due, counted from the decision. */
function whenInWords({ dueAt }: ExplainedAction, decidedAt: string): string {
  const ms = Date.parse(dueAt) - Date.parse(decidedAt);
  return ms < 1_000 ? "at once:" : `after ${lengthInWords(ms)}:`;
}

/** Whether an action is put off to when its window opens. */
function waitsFor(window: Window, { dueAt }: ExplainedAction, decidedAt: string, zone: string): boolean {
  return Date.parse(dueAt) - Date.parse(decidedAt) >= 1_000 && isOpening(dueAt, window, zone);
}
