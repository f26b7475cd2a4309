// A live region: screen readers read it out when it changes, and everybody sees it for a while.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 6_000;
const listeners = new Set<(text: string) => void>();

/** Announces what has just happened. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

export function Announcements(): JSX.Element {
  const [said, setSaid] = useState("");
  useEffect(() => {
    listeners.add(setSaid);
    return () => void listeners.delete(setSaid);
  }, []);
  useEffect(() => {
    if (said === "") return undefined;
    const timer = setTimeout(() => setSaid(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class={`said${said === "" ? "" : " is-shown"}`} role="status" aria-live="polite">
      {said}
    </div>
  );
}
