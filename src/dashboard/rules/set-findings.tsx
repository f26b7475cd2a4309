import type { JSX } from "preact";
import type { Finding } from "../../model/rule.ts";
import { FileFinding } from "../parts/file-finding.tsx";

const SHOWN = 50;

/** What keeps a newer rule set from taking effect during development; renders nothing if nothing does. */
export function SetFindings({ findings }: { readonly findings: readonly Finding[] }): JSX.Element | null {
  if (findings.length === 0) return null;
  const errorsFirst = findings.toSorted((a, b) => a.severity.localeCompare(b.severity));
  return (
    <section class="panel set-findings" aria-labelledby="set-findings">
      <h2 id="set-findings">The newer rules cannot be taken: the last good ones stay in force</h2>
      <p>Mend this in the rule files. Once they are saved without an error, they come into force by themselves.</p>
      <ul class="findings">
        {errorsFirst.slice(0, SHOWN).map(({ severity, ...found }, index) => (
          <li key={index}>
            <span class={`badge${severity === "error" ? " mark-bad" : ""}`}>{severity}</span> <FileFinding {...found} />
          </li>
        ))}
      </ul>
      {findings.length > SHOWN ? (
        <p>
          {findings.length - SHOWN} more: <code>npm run rules check</code> prints all of them.
        </p>
      ) : null}
    </section>
  );
}
