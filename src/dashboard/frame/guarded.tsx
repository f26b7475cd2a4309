import type { ComponentChildren, JSX } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { Problem } from "../ask/api.ts";
import { ProblemNote } from "../parts/problem.tsx";

/** A bug in one page is reported there and leaves the others usable. */
export function Guarded({ children }: { readonly children: ComponentChildren }): JSX.Element {
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
