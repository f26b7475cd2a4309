import type { JSX } from "preact";
import type { Problem } from "../ask/api.ts";

/** What went wrong, and what to do about it. */
export function ProblemNote({
  problem,
  onAgain,
}: {
  readonly problem: Problem;
  readonly onAgain?: () => void;
}): JSX.Element {
  return (
    <div class="problem" role="alert">
      <strong>{problem.message}</strong>
      {problem.detail === "" ? null : <span>{problem.detail}</span>}
      {problem.issues.map(({ pointer, message }) => (
        <span key={pointer}>
          <code>{pointer}</code> {message}
        </span>
      ))}
      {onAgain ? (
        <button type="button" onClick={onAgain}>
          Try again
        </button>
      ) : null}
    </div>
  );
}
