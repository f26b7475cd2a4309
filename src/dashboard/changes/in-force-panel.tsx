// What is in force now, and the ways to end or to take back.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { canaryInWords } from "../../language/published-words.ts";
import { counted } from "../parts/counted.ts";
import { ChangeDialog, type Asking } from "./change-dialog.tsx";
import { deciding, type PublishedState } from "./in-words.ts";
import { VersionLink } from "./version-rows.tsx";

export function InForcePanel({
  state,
  onChanged,
}: {
  readonly state: PublishedState;
  readonly onChanged: () => void;
}): JSX.Element {
  const [asking, setAsking] = useState<Asking | null>(null);
  const { rulesFrom, inForce, before } = state;
  const { liveVersion, canary, canaryVersion } = deciding(inForce, rulesFrom);
  const { shadow, shadowVersion } = inForce;
  const end = (version: number | null, ruleSet: string, label: string): JSX.Element | null =>
    version === null ? null : (
      <button
        type="button"
        aria-label={label}
        onClick={() => setAsking({ offer: "nobody", version: { version, ruleSet }, after: inForce.change })}
      >
        End…
      </button>
    );
  return (
    <section class="panel in-force" aria-labelledby="in-force">
      <div class="title">
        <h2 id="in-force">In force now</h2>
        {before === null ? null : (
          <button type="button" onClick={() => setAsking({ offer: "roll-back", after: inForce.change })}>
            Roll back…
          </button>
        )}
      </div>
      <dl class="rule-words">
        <dt>For all</dt>
        <dd>{liveVersion === null ? "The rules of the last deploy" : <VersionLink version={liveVersion} />}</dd>
        <dt>Canary</dt>
        <dd>
          {canary === null ? (
            <span class="quiet-note">none</span>
          ) : (
            <>
              <VersionLink version={canaryVersion} />, for {canaryInWords(canary)}{" "}
              {end(canaryVersion, canary.ruleSet, "End the canary…")}
            </>
          )}
        </dd>
        <dt>Shadow</dt>
        <dd>
          {shadow === null ? (
            <span class="quiet-note">none</span>
          ) : (
            <>
              <VersionLink version={shadowVersion} /> decides beside it, and nothing of it leaves{" "}
              {end(shadowVersion, shadow, "End the shadow…")}
            </>
          )}
        </dd>
      </dl>
      <KnownBy state={state} />
      {rulesFrom === "deploy" ? <FromDeploy state={state} /> : null}
      {asking ? (
        <ChangeDialog asking={asking} state={state} onChanged={onChanged} onClose={() => setAsking(null)} />
      ) : null}
    </section>
  );
}

function KnownBy({ state: { told, locations } }: { readonly state: PublishedState }): JSX.Element | null {
  if (locations === 0) return null;
  if (told >= locations)
    return (
      <p class="quiet-note">
        {locations === 1 ? "The one location knows" : `All ${counted(locations)} locations know`} of it.
      </p>
    );
  return (
    <p class="not-all-told" role="status">
      {counted(told)} of {counted(locations)} locations know of it. The others are being told, and go on with what they
      know until then.
    </p>
  );
}

/** Why nothing that was published can be put in force here, and what can be done. */
export function FromDeploy({ state: { inForce } }: { readonly state: PublishedState }): JSX.Element {
  const { liveVersion, canaryVersion } = inForce;
  const idle = [
    ...(liveVersion === null ? [] : [`Version ${liveVersion}, which was in force for all,`]),
    ...(canaryVersion === null
      ? []
      : [`${liveVersion === null ? "Version" : "version"} ${canaryVersion}, the canary,`]),
  ];
  return (
    <p class="from-deploy">
      <code>RULES_FROM</code> is <code>deploy</code>: only the rules of the deployed Worker decide. A published version
      can run in the shadow. To put one in force, deploy its rules, or deploy with <code>RULES_FROM</code> set to{" "}
      <code>published</code>.{idle.length === 0 ? "" : ` ${idle.join(" and ")} would decide again then.`}
    </p>
  );
}
