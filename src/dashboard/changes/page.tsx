// The changes of the rules, for all locations: what is in force, the versions that were published, who changed what and
// why; and one version in detail.
import type { JSX } from "preact";
import type { PageProps } from "../address/routes.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ChangeList } from "./change-list.tsx";
import { InForcePanel } from "./in-force-panel.tsx";
import { usePublished } from "./use-published.ts";
import { VersionPage } from "./version-page.tsx";
import { VersionRows } from "./version-rows.tsx";

export function Changes({ route }: PageProps): JSX.Element {
  const paging = usePaging("versions");
  const { answer: state, problem, askAgain } = usePublished(paging.cursor);
  const { item, query } = route;
  return (
    <>
      {item === null ? (
        <div class="title">
          <h1>Changes</h1>
          <span class="quiet-note">Of the rules, for all locations</span>
        </div>
      ) : null}
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {state === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {item === null && state ? (
        <>
          <InForcePanel state={state} onChanged={askAgain} />
          <section class="panel" aria-labelledby="versions">
            <h2 id="versions">Versions</h2>
            <VersionRows state={state} />
            <Pager paging={paging} next={state.cursor} />
          </section>
          <ChangeList changes={state.changes} />
        </>
      ) : null}
      {item !== null && state ? (
        <VersionPage item={item} against={query["against"] ?? ""} state={state} onChanged={askAgain} />
      ) : null}
    </>
  );
}
