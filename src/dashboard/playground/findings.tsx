// What is wrong with a text: as a list below it, each finding linked to its place, and as marks in it.
import type { JSX } from "preact";
import type { Issue } from "../../model/failure.ts";
import type { Mark } from "./editor.tsx";
import { placesIn, type Range } from "./places.ts";

/** Something said about a place in a text. */
export interface Said {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning";
}

/** The same, with its place. */
export interface PlacedFinding extends Mark, Said {
  /** Counted from 1. */
  readonly line: number;
}

/** Findings with their places in the text that they are about. */
export function placed(text: string, findings: readonly Said[]): readonly PlacedFinding[] {
  const placeOf = placesIn(text);
  return findings.map(({ pointer, code, message, severity }) => {
    const place = placeOf(pointer);
    return { ...place, pointer, code, message, severity, line: text.slice(0, place.from).split("\n").length };
  });
}

/** Why an event cannot be used, as findings about the text, which is its payload or holds that as `event`. */
export function issuesOfEvent(issues: readonly Issue[], isInside: boolean): readonly Said[] {
  return issues.map(({ pointer, code, message }) => ({
    pointer: isInside ? pointer : pointer.replace(/^\/event(?=\/|$)/, ""),
    code,
    message,
    severity: "error",
  }));
}

/** The findings below an editor. The list keeps its place when there are none. */
export function Findings({
  findings,
  label,
  none,
  onShow,
}: {
  readonly findings: readonly PlacedFinding[];
  readonly label: string;
  /** What is said when there are none. */
  readonly none: string;
  readonly onShow: (place: Range) => void;
}): JSX.Element {
  return (
    <div class="findings" role="region" aria-label={label}>
      <p class="hidden" role="status">
        {findings.length === 0 ? none : findings.length === 1 ? "One finding" : `${findings.length} findings`}
      </p>
      {findings.length === 0 ? <p class="quiet-note">{none}</p> : null}
      <ul>
        {findings.map((finding, index) => (
          <li key={index}>
            <button type="button" class={`finding is-${finding.severity}`} onClick={() => onShow(finding)}>
              <span class="finding-where">line {finding.line}</span>
              <span>
                <b>{finding.severity}</b> {finding.message} <code>{finding.code}</code>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
