// The frame around a page that is of no location.
import type { ComponentChildren, JSX } from "preact";

export function Unplaced({
  onSignOut,
  children,
}: {
  readonly onSignOut: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <main class="choose">
      <header>
        <a class="brand" href="#/">
          <img src="/icon.svg" alt="" width="32" height="32" /> <span>Afterbeep</span>
        </a>
        <button type="button" class="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      {children}
    </main>
  );
}
