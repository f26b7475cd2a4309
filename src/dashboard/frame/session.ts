// Who is looking: an admin token that is kept for this tab alone, or nobody but whom Cloudflare Access let through.

const KEY = "afterbeep.token";
const LINK = /^#token=([!-~]+)$/;

/** Takes the token out of a link that signs in, as `npm run dev` prints it. It never reaches a server: a fragment is not sent. */
export function takeTokenFromLink(): void {
  const [, token] = LINK.exec(location.hash) ?? [];
  if (token === undefined) return;
  keepToken(decodeURIComponent(token));
  history.replaceState(null, "", "#/");
}

/** The token of this tab; `null`: none. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps a token until the tab is closed. */
export function keepToken(text: string): void {
  sessionStorage.setItem(KEY, text);
}

/** Forgets the token, and the drafts of this tab, whose events may be a contact's. */
export function forgetToken(): void {
  sessionStorage.clear();
}
