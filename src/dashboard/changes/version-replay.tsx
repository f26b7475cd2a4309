// What a version would have done in this location, and what a replay said of it when it was published.
import type { JSX } from "preact";
import type { WholeVersion } from "../../model/published.ts";
import { usePlace } from "../ask/place.ts";
import { JsonText } from "../parts/json.tsx";
import { keptReplay } from "../replay/kept.ts";
import { ReplayResult } from "../replay/result.tsx";
import { RunReplay } from "../replay/run.tsx";

export function VersionReplay({ version }: { readonly version: WholeVersion }): JSX.Element {
  const { locationId, name } = usePlace();
  const { replay } = version;
  const kept = keptReplay(replay);
  return (
    <>
      <section class="panel" aria-labelledby="replay-here">
        <h2 id="replay-here">What it would have done here</h2>
        {locationId === "" ? (
          <p class="quiet-note">Open this version in a location, and the log of that is replayed through it.</p>
        ) : (
          <RunReplay
            rules={() => Promise.resolve(version.admitted)}
            about={String(version.version)}
            otherSince="This is of another version."
          >
            The log of {name ?? locationId} is decided again by this version, with its limits, waits, replies and
            windows. Nothing is sent, and nothing recorded.
          </RunReplay>
        )}
      </section>
      {replay === null ? null : (
        <section class="panel" aria-labelledby="replay">
          <h2 id="replay">What a replay said of it when it was published</h2>
          {kept?.failed.map((why) => (
            <p key={why} class="problem">
              <strong>Its gate was not passed</strong> <span>{why}</span>
            </p>
          ))}
          {kept ? (
            <ReplayResult
              compared={kept.compared}
              counts={kept.counts}
              here={kept.compared.locationId === locationId}
            />
          ) : (
            <JsonText value={replay} label="The replay as JSON" />
          )}
        </section>
      )}
    </>
  );
}
