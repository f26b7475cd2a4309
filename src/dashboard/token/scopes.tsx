import type { JSX } from "preact";
import { SCOPE_WORDS, scopeState, type NeededScope, type ScopeState } from "../../language/needed-scopes.ts";
import type { ShownToken } from "../../model/token.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { counted } from "../parts/counted.ts";
import { Time } from "../time/time-elements.tsx";

/** So many rules are named for each scope. */
const NAMED = 5;

const WORDS: { readonly [State in ScopeState | "none"]: readonly [words: string, style: string] } = {
  granted: ["granted", "is-granted"],
  lacking: ["lacking", "is-lacking"],
  open: ["not known yet", "is-open"],
  none: ["needed", ""],
};

/** The scopes that the rules need here, and which of them the token has. */
export function Scopes({
  needed,
  token,
  isAsked,
}: {
  readonly needed: readonly NeededScope[];
  readonly token: ShownToken | null;
  readonly isAsked: boolean;
}): JSX.Element {
  const states = needed.map((one) => ({
    ...one,
    state: token ? scopeState(one.scope, token, isAsked) : ("none" as const),
  }));
  const lacking = states.filter(({ state }) => state === "lacking");
  const it = lacking.length === 1 ? "it" : "them";
  return (
    <section class="panel" aria-label="Scopes">
      <h2>Scopes that the rules need here</h2>
      {lacking.length > 0 ? (
        <p role="status">
          <b class="is-bad">
            {counted(lacking.length)} {lacking.length === 1 ? "is" : "are"} lacking.
          </b>{" "}
          {token?.source === "private"
            ? `Tick ${it} at the private integration in HighLevel: its token stays the same. Then ask HighLevel here.`
            : `Add ${it} to the app in HighLevel's marketplace, and install that again.`}
        </p>
      ) : null}
      {states.some(({ state }) => state === "open") ? (
        <p class="quiet-note">
          HighLevel does not tell the scopes of a private integration. Those to read can be asked for, with Ask
          HighLevel; one to change something shows when it is first used.
        </p>
      ) : null}
      {needed.length === 0 ? <p>None: no rule acts in HighLevel here, or looks at a contact.</p> : null}
      <ul class="rows scopes">
        {states.map(({ scope, rules, state }) => (
          <li key={scope}>
            <span class="row-what">
              <code>{scope}</code>
              <span class={`badge ${WORDS[state][1]}`}>{WORDS[state][0]}</span>
              <Since scope={scope} token={token} />
            </span>
            <span>to {SCOPE_WORDS[scope]}</span>
            <Users rules={rules} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Since when HighLevel refuses it. */
function Since({ scope, token }: { readonly scope: string; readonly token: ShownToken | null }): JSX.Element | null {
  const refused = token?.refusedScopes.find((one) => one.scope === scope);
  return refused ? (
    <span>
      refused since <Time at={refused.since} />
    </span>
  ) : null;
}

function Users({ rules }: { readonly rules: readonly string[] }): JSX.Element | null {
  const { locationId } = usePlace();
  if (rules.length === 0) return null;
  const rest = rules.length - NAMED;
  return (
    <span class="links">
      {rules.slice(0, NAMED).map((rule) => (
        <a key={rule} href={linkTo(locationId, "rules", rule)}>
          {rule}
        </a>
      ))}
      {rest > 0 ? <span>and {counted(rest)} more</span> : null}
    </span>
  );
}
