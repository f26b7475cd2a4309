// Signs in and shows what the address names. It knows the Worker only through the operator's API.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Settings } from "../../model/settings.ts";
import { get, onRefused, problemOf, type Problem } from "../ask/api.ts";
import { useChange } from "../ask/use-change.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { useRoute } from "../address/routes.ts";
import { Everywhere } from "./everywhere.tsx";
import { InAgency } from "./in-agency.tsx";
import { Located } from "./located.tsx";
import { Locations } from "./locations.tsx";
import { beginSession, forgetToken, keepToken, takeTokenFromLink, token } from "../ask/session.ts";
import { SignIn } from "./sign-in.tsx";

/** The path at which Cloudflare Access ends its session, on the host of any application behind it. */
const ACCESS_LOGOUT = "/cdn-cgi/access/logout";

type State =
  | { readonly at: "asking" }
  | { readonly at: "in"; readonly settings: Settings }
  | { readonly at: "out"; readonly refused: Problem | null }
  | { readonly at: "failed"; readonly problem: Problem };

export function App(): JSX.Element {
  const { state, signIn, signOut } = useSession();
  const route = useRoute();
  // Asked in parallel with the settings, so that a page waiting for it is not drawn later.
  const changed = useChange(state.at === "out" ? null : route.locationId);
  switch (state.at) {
    case "asking":
      return <main class="loading">Loading…</main>;
    case "out":
      return <SignIn refused={state.refused} onToken={signIn} />;
    case "failed":
      return <ProblemNote problem={state.problem} onAgain={() => location.reload()} />;
    case "in": {
      const { locationId, companyId } = route;
      const { timeZone: zone } = state.settings;
      if (companyId !== null) return <InAgency companyId={companyId} route={route} zone={zone} onSignOut={signOut} />;
      if (route.page === "changes" && locationId === null)
        return <Everywhere route={route} zone={zone} onSignOut={signOut} />;
      if (locationId === null) return <Locations route={route} onSignOut={signOut} />;
      return (
        <Located
          key={locationId}
          route={route}
          locationId={locationId}
          zone={zone}
          highlevelHost={state.settings.highlevelHost}
          changed={changed}
          onSignOut={signOut}
        />
      );
    }
  }
}

interface Session {
  readonly state: State;
  readonly signIn: (token: string) => void;
  readonly signOut: () => void;
}

/** Whether access is granted: asked when the tab opens and with each token. Any call answered 401 leads to sign-in. */
function useSession(): Session {
  const [state, setState] = useState<State>({ at: "asking" });
  const [session, setSession] = useState(0);
  const begin = (): void => setSession((count) => count + 1);
  useEffect(() => {
    const aborted = new AbortController();
    get<Settings>("/api/settings", {}, aborted.signal).then(
      (settings) => {
        beginSession();
        setState({ at: "in", settings });
      },
      (error: unknown) => {
        const problem = problemOf(error);
        // `onRefused` has already reported a 401.
        if (!aborted.signal.aborted && problem.status !== 401) setState({ at: "failed", problem });
      },
    );
    return () => aborted.abort();
  }, [session]);
  useEffect(() => {
    const follow = (): void => {
      if (takeTokenFromLink()) begin();
    };
    const forget = onRefused((problem) => setState({ at: "out", refused: worthSaying(problem) ? problem : null }));
    addEventListener("hashchange", follow);
    return () => {
      forget();
      removeEventListener("hashchange", follow);
    };
  }, []);
  const signIn = (text: string): void => {
    keepToken(text);
    setState((now) => (now.at === "out" ? { at: "out", refused: null } : now));
    begin();
  };
  const signOut = (): void => {
    const isByAccess = token() === null;
    forgetToken();
    setState({ at: "asking" });
    if (isByAccess) location.assign(ACCESS_LOGOUT);
    else begin();
  };
  return { state, signIn, signOut };
}

/** Whoever has not given a token yet is asked for one, not told that it is wrong. */
function worthSaying({ code }: Problem): boolean {
  return token() !== null || code === "API_CLOSED";
}
