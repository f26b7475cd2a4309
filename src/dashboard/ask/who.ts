// Who asks for changes, as typed last: kept for the tab, like the token, and forgotten with it.
import { mayKeepDrafts } from "./session.ts";

const KEY = "afterbeep.who";

export function lastWho(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

/** Storage may be full: it is then typed again. */
export function keepWho(who: string): void {
  if (!mayKeepDrafts()) return;
  try {
    sessionStorage.setItem(KEY, who.trim());
  } catch {
    sessionStorage.removeItem(KEY);
  }
}
