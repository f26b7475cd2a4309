// What a replay said of a version when it was published.
import { amount } from "../../kit/amount.ts";
import type { JSX } from "preact";
import type { Json } from "../../kit/json.ts";
import { linkTo } from "../address/routes.ts";
import { counted } from "../parts/counted.ts";
import { JsonText } from "../parts/json.tsx";
import { replayedIn, type BeforeAfter, type Replayed, type ReplayedText } from "./replayed.ts";

const SHOWN_TEXTS = 10;
const COLUMNS = ["fires", "texts", "others"] as const;

export function ReplayPanel({ replay }: { readonly replay: Json }): JSX.Element {
  const replayed = replayedIn(replay);
  return (
    <section class="panel" aria-labelledby="replay">
      <h2 id="replay">What a replay said of it</h2>
      {replayed ? <Result replayed={replayed} /> : null}
      {replay === null ? (
        <p class="quiet-note">
          None was kept: <code>npm run rules replay -- --json &gt; replay.json</code>, and{" "}
          <code>npm run rules publish -- --replay replay.json</code>
        </p>
      ) : null}
      {replay !== null && replayed === null ? <JsonText value={replay} label="The replay as JSON" /> : null}
    </section>
  );
}

function Result({ replayed }: { readonly replayed: Replayed }): JSX.Element {
  const { locationId, from, to, events, rules, gained, lost, changed, untested, failed } = replayed;
  return (
    <>
      {failed.map((why) => (
        <p key={why} class="problem">
          <strong>Its gate was not passed</strong> <span>{why}</span>
        </p>
      ))}
      <p>
        {amount(events, "event")} of <a href={linkTo(locationId)}>{locationId}</a>
        {from === null || to === null ? "" : `, ${from.slice(0, 10)} to ${to.slice(0, 10)}`}. Texts:{" "}
        {counted(gained.length)} more, {counted(lost.length)} fewer, {counted(changed)} other.
        {untested === 0 ? "" : ` Conditions that no event met: ${counted(untested)}.`}
      </p>
      {rules.length === 0 ? <p class="quiet-note">No rule would have done anything else.</p> : <Rules rules={rules} />}
      <Texts words="Would get a text, and did not" texts={gained} locationId={locationId} />
      <Texts words="Would no longer get a text" texts={lost} locationId={locationId} />
    </>
  );
}

function Rules({ rules }: Pick<Replayed, "rules">): JSX.Element {
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

function Texts({
  words,
  texts,
  locationId,
}: {
  readonly words: string;
  readonly texts: readonly ReplayedText[];
  readonly locationId: string;
}): JSX.Element | null {
  if (texts.length === 0) return null;
  return (
    <details>
      <summary>
        {words} ({counted(texts.length)})
      </summary>
      <ul class="differences">
        {texts.slice(0, SHOWN_TEXTS).map(({ contactId, rule, text }, index) => (
          <li key={index}>
            <a href={linkTo(locationId, "contacts", contactId)}>{contactId}</a>, {rule}: <q>{text}</q>
          </li>
        ))}
      </ul>
      {texts.length > SHOWN_TEXTS ? <p class="quiet-note">And {counted(texts.length - SHOWN_TEXTS)} more</p> : null}
    </details>
  );
}
