// The HighLevel token of a location: how it stands, what rules need of it and it lacks, giving and forgetting it, and what
// died for want of it. The token itself is typed here and shown nowhere.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { neededScopes } from "../../language/needed-scopes.ts";
import type { DeliveryCounts } from "../../model/delivery.ts";
import type { Rule } from "../../model/rule.ts";
import type { Settings } from "../../model/settings.ts";
import type { ShownToken, TokenAnswer, TokenChecked } from "../../model/token.ts";
import { linkTo } from "../address/routes.ts";
import { locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { announce } from "../parts/announce.tsx";
import { counted } from "../parts/counted.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { ForgetToken } from "./forget-token.tsx";
import { GiveToken } from "./give-token.tsx";
import { Scopes } from "./scopes.tsx";
import { failureInWords, standingOf } from "./states.ts";

/** The codes with which a delivery dies for want of a token. */
const WANTING = ["HIGHLEVEL_TOKEN", "HIGHLEVEL_TOKEN_REFUSED"] as const;

export function Token(): JSX.Element {
  const { locationId } = usePlace();
  const told = useQuery<TokenAnswer>(locationPath(locationId, "token"));
  const settings = useQuery<Settings>("/api/settings");
  const rules = useQuery<{ rules: readonly Rule[] }>("/api/rules");
  const { checked, problem: unchecked, isBusy, check, forget } = useCheck(locationId, told.askAgain);
  const failed = [told, settings, rules].find(({ problem }) => problem !== null);
  const isLoaded = told.answer && settings.answer && rules.answer;
  return (
    <>
      <h1 tabIndex={-1}>HighLevel token</h1>
      {failed?.problem ? <ProblemNote problem={failed.problem} onAgain={failed.askAgain} /> : null}
      {told.answer && settings.answer ? (
        <section class="panel token" aria-label="How it stands">
          <Standing token={told.answer.token} />
          {checked?.failure ? <p role="status">{failureInWords(checked.failure)}</p> : null}
          {unchecked ? <ProblemNote problem={unchecked} /> : null}
          <div class="buttons">
            {canBeAsked(told.answer.token) ? (
              <button type="button" aria-disabled={isBusy} onClick={check}>
                {isBusy ? "Asking…" : "Ask HighLevel"}
              </button>
            ) : null}
            <GiveToken
              isThere={told.answer.token !== null}
              onGiven={() => {
                told.askAgain();
                check();
              }}
            />
            {settings.answer.canInstall ? (
              <a class="button" href="/oauth/start" target="_blank" rel="noopener">
                Install the app…
              </a>
            ) : null}
            {told.answer.token ? (
              <ForgetToken
                onForgotten={() => {
                  forget();
                  told.askAgain();
                }}
              />
            ) : null}
          </div>
          <HowTo settings={settings.answer} />
        </section>
      ) : null}
      <Dead token={told.answer?.token ?? null} />
      {isLoaded ? (
        <Scopes
          needed={neededScopes(rules.answer?.rules ?? [], locationId, settings.answer ?? { reconciles: false })}
          token={told.answer?.token ?? null}
          isAsked={checked?.failure === null}
        />
      ) : failed ? null : (
        <p class="quiet-note">Loading…</p>
      )}
    </>
  );
}

/** Asking HighLevel with the token what it may read. */
function useCheck(locationId: string, onChecked: () => void) {
  const [checked, setChecked] = useState<TokenChecked | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const check = (): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    post<TokenChecked>(locationPath(locationId, "token", "check"))
      .then(
        (answer) => {
          setChecked(answer);
          announce(answer.failure === null ? "HighLevel has answered" : "HighLevel could not be asked");
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => {
        setBusy(false);
        onChecked();
      });
  };
  return { checked, problem, isBusy, check, forget: () => setChecked(null) };
}

/** Whether there is a token that HighLevel can be asked with. */
function canBeAsked(token: ShownToken | null): boolean {
  return token?.state === "active" || (token?.state === "refused" && token.source === "private");
}

function Standing({ token }: { readonly token: ShownToken | null }): JSX.Element {
  const { words, todo } = standingOf(token);
  return (
    <>
      <p>
        <b class={token?.state === "active" ? "" : "is-bad"}>{words}</b>
        {token ? (
          <>
            , since <Time at={token.since} />
          </>
        ) : null}
        .{todo ? ` ${todo}.` : ""}
      </p>
      {token?.state === "active" ? (
        <p class="quiet-note">
          {token.expiresAt === null ? (
            "It does not expire."
          ) : (
            <>
              It expires <Time at={token.expiresAt} />, and is refreshed by itself before that.
            </>
          )}
        </p>
      ) : null}
    </>
  );
}

function HowTo({ settings: { keepsTokens, canInstall } }: { readonly settings: Settings }): JSX.Element {
  return (
    <>
      {keepsTokens ? null : (
        <p role="status">
          <b>No token can be kept</b>: put what <code>openssl rand -base64 32</code> prints into the secret{" "}
          <code>HIGHLEVEL_TOKEN_KEY</code> of the Worker.
        </p>
      )}
      <p class="quiet-note">
        {canInstall ? (
          <>
            To install the app, be signed in to HighLevel as an admin of the sub-account or of its agency, choose this
            sub-account or the agency, and agree to what it asks for. Its token then appears here.
          </>
        ) : (
          <>
            To install the app from here, set <code>HIGHLEVEL_CLIENT_ID</code> and <code>HIGHLEVEL_CLIENT_SECRET</code>:
            docs/highlevel.md, "The app".
          </>
        )}
      </p>
    </>
  );
}

/** Deliveries that died for want of a token, which can be retried once there is one. */
function Dead({ token }: { readonly token: ShownToken | null }): JSX.Element | null {
  const { locationId } = usePlace();
  const path = locationPath(locationId, "deliveries", "counts");
  const asked = [
    useQuery<DeliveryCounts>(path, { error: WANTING[0] }),
    useQuery<DeliveryCounts>(path, { error: WANTING[1] }),
  ] as const;
  const dead = WANTING.map((error, index) => ({ error, count: asked[index]?.answer?.counts.dead ?? 0 }));
  const shown = dead.filter(({ count }) => count > 0);
  if (shown.length === 0) return null;
  return (
    <section class="panel" aria-label="Given up for want of a token">
      <h2>Given up for want of a token</h2>
      <ul class="rows">
        {shown.map(({ error, count }) => (
          <li key={error}>
            <a href={linkTo(locationId, "deliveries", null, { state: "dead", error })}>
              {counted(count)} dead {count === 1 ? "delivery" : "deliveries"}
            </a>
            <span>
              {error === WANTING[0] ? "there was no token" : "HighLevel refused the token, or it lacked a scope"}
            </span>
          </li>
        ))}
      </ul>
      <p class="quiet-note">
        {token?.state === "active"
          ? "Look at them there, and retry them one by one or all at once: nothing is sent again by itself."
          : "Once there is a token they can be retried there, one by one or all at once."}
      </p>
    </section>
  );
}
