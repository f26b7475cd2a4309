// The operator's page: signs in, chooses a location, and shows one page of it. It knows the Worker by the operator's
// API alone, and keeps nothing but the token of the tab.
import { render, type ComponentChildren, type ComponentType, type JSX } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import type { Settings } from "../model/settings.ts";
import { get, locationPath, Problem } from "./ask/api.ts";
import { Locations } from "./frame/locations.tsx";
import { SignIn } from "./frame/sign-in.tsx";
import { Contact } from "./contact/page.tsx";
import { Deliveries } from "./deliveries/page.tsx";
import { EventPage } from "./events/event.tsx";
import { Events } from "./events/page.tsx";
import { Overview } from "./overview/page.tsx";
import { Rules } from "./rules/page.tsx";
import { Tasks } from "./tasks/page.tsx";
import { Announcements } from "./parts/announce.tsx";
import { Later } from "./frame/later.tsx";
import { PlaceContext } from "./parts/place.ts";
import { ProblemNote } from "./parts/problem.tsx";
import { Shell } from "./frame/shell.tsx";
import { useRoute, type PageName, type PageProps, type Route } from "./routes.ts";
import { forgetToken, takeTokenFromLink, token } from "./frame/session.ts";
import { Change } from "./ask/use-query.ts";

const CHANGE_EVERY_MS = 2_000;

/** The editor is most of the page's weight: it comes when it is asked for. */
const Playground: ComponentType<PageProps> = (props) => (
  <Later load={() => import("./playground/page.tsx")} show={({ Playground: Loaded }) => <Loaded {...props} />} />
);

const SHOWN: { readonly [Page in PageName]: ComponentType<PageProps> } = {
  overview: Overview,
  events: (props) => (props.route.item === null ? <Events {...props} /> : <EventPage {...props} />),
  contacts: Contact,
  deliveries: Deliveries,
  tasks: Tasks,
  rules: Rules,
  playground: Playground,
};

function App(): JSX.Element {
  const [settings, setSettings] = useState<Settings | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [held, setHeld] = useState(token);
  const route = useRoute();
  useEffect(() => {
    get<Settings>("/api/settings").then(
      (answer) => {
        setSettings(answer);
        setProblem(null);
      },
      (error: unknown) => setProblem(error instanceof Problem ? error : null),
    );
  }, [held]);
  const signOut = (): void => {
    forgetToken();
    setSettings(null);
    setHeld(null);
  };
  if (problem?.status === 401) return <SignIn refused={held === null ? null : problem} onToken={setHeld} />;
  if (problem) return <ProblemNote problem={problem} onAgain={() => location.reload()} />;
  if (!settings) return <main class="loading">Loading…</main>;
  if (route.locationId === null) return <Locations onSignOut={signOut} />;
  return <Located key={route.locationId} route={route} settings={settings} onSignOut={signOut} />;
}

/** A page of a location, told of every change there as long as somebody looks. */
function Located({
  route,
  settings,
  onSignOut,
}: {
  readonly route: Route;
  readonly settings: Settings;
  readonly onSignOut: () => void;
}): JSX.Element {
  const locationId = route.locationId ?? "";
  const [change, problem] = useChange(locationId);
  const Page = SHOWN[route.page];
  useEffect(() => {
    document.title = `${route.item ?? route.page} · ${locationId} · Afterbeep`;
  }, [route.page, route.item, locationId]);
  return (
    <PlaceContext.Provider value={{ locationId, zone: settings.timeZone }}>
      <Change.Provider value={change}>
        <Shell route={route} onSignOut={onSignOut}>
          {problem ? <ProblemNote problem={problem} /> : null}
          <Guarded key={`${route.page} ${route.item ?? ""}`}>
            <Page route={route} />
          </Guarded>
        </Shell>
      </Change.Provider>
    </PlaceContext.Provider>
  );
}

/** A fault in one page is told there, and the others stay. */
function Guarded({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const [fault] = useErrorBoundary((error: unknown) => reportError(error));
  if (fault !== undefined)
    return (
      <ProblemNote
        problem={new Problem(0, "BUG", "This page has a fault", "Go to another one, or reload it")}
        onAgain={() => location.reload()}
      />
    );
  return <>{children}</>;
}

/** What the location says has changed, asked every two seconds while the tab is seen. */
function useChange(locationId: string): [change: string, problem: Problem | null] {
  const [change, setChange] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const ask = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const answer = await get<{ change: string }>(locationPath(locationId, "changes"));
          if (isOver) return;
          setChange(answer.change);
          setProblem(null);
        } catch (error) {
          if (error instanceof Problem && !isOver) setProblem(error);
        }
      }
      if (!isOver) timer = setTimeout(() => void ask(), CHANGE_EVERY_MS);
    };
    const seen = (): void => {
      if (document.hidden) return;
      clearTimeout(timer);
      void ask();
    };
    void ask();
    document.addEventListener("visibilitychange", seen);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [locationId]);
  return [change, problem];
}

takeTokenFromLink();
const root = document.getElementById("page");
if (root)
  render(
    <>
      <App />
      <Announcements />
    </>,
    root,
  );
