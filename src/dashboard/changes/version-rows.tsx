import type { JSX } from "preact";
import type { RuleSetVersion } from "../../model/published.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "../parts/row-keys.ts";
import { Time } from "../time/time-elements.tsx";
import { deciding, type PublishedState } from "./in-words.ts";

const onKeyDown = rowKeys();

/** `null`: it was published, and is not known any more. */
export function VersionLink({ version }: { readonly version: number | null }): JSX.Element {
  const { locationId } = usePlace();
  return version === null ? (
    <>a version that is not known</>
  ) : (
    <a href={linkTo(locationId, "changes", String(version))}>Version {version}</a>
  );
}

/** The versions that were published, newest first. */
export function VersionRows({ state }: { readonly state: PublishedState }): JSX.Element {
  const { versions } = state;
  if (versions.length === 0)
    return (
      <p class="quiet-note">
        Nothing is published yet: <code>npm run rules publish -- --worker {location.origin}</code>
      </p>
    );
  return (
    <ul class="rows versions" onKeyDown={onKeyDown}>
      {versions.map((version) => (
        <li key={version.version} data-row>
          <span class="version-name">
            <VersionLink version={version.version} />
            <VersionMarks version={version} state={state} />
          </span>
          <span class="version-note">{version.note === "" ? <i class="quiet-note">no note</i> : version.note}</span>
          <small class="quiet-note">
            {rulesInWords(version.rules)}, by {version.author ?? "somebody"}, <Time at={version.publishedAt} />
          </small>
        </li>
      ))}
    </ul>
  );
}

/** For whom it is in force, and what admission warns of. */
export function VersionMarks({
  version: { version, findings },
  state: { inForce, rulesFrom },
}: {
  readonly version: RuleSetVersion;
  readonly state: PublishedState;
}): JSX.Element {
  const { liveVersion, canaryVersion, canary } = deciding(inForce, rulesFrom);
  const warnings = findings.length;
  return (
    <span class="rule-marks">
      {liveVersion === version ? <span class="badge mark-good">in force for all</span> : null}
      {canary !== null && canaryVersion === version ? <span class="badge mark-unused">canary</span> : null}
      {inForce.shadowVersion === version ? <span class="badge">in the shadow</span> : null}
      {warnings === 0 ? null : (
        <span class="badge mark-unused">{warnings === 1 ? "1 warning" : `${warnings} warnings`}</span>
      )}
    </span>
  );
}

export function rulesInWords(count: number): string {
  return count === 1 ? "1 rule" : `${count} rules`;
}
