// Who is looking: the holder of an admin token, kept for this tab alone, or whoever Cloudflare Access let through.

const KEY = "afterbeep.token";
const LINK = /^#token=(.*)$/s;
const TOKEN = /^[!-~]+$/;

let isForgotten = false;

/**
 * Takes the token out of a sign-in link, as `npm run dev` prints it, and says whether there was one. The token never
 * reaches a server in this way, since browsers do not send fragments.
 */
export function takeTokenFromLink(): boolean {
  const link = readLink(location.hash);
  if (link === null) return false;
  history.replaceState(null, "", "#/");
  if (link.token !== null) keepToken(link.token);
  return link.token !== null;
}

/** Reads a fragment: `null` if it is not that of a sign-in link, `token: null` if it is but the token is malformed. */
export function readLink(fragment: string): { readonly token: string | null } | null {
  const [, text] = LINK.exec(fragment) ?? [];
  if (text === undefined) return null;
  try {
    const token = decodeURIComponent(text);
    return { token: TOKEN.test(token) ? token : null };
  } catch {
    return { token: null };
  }
}

/** The token of this tab; `null` if it has none. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps a token until the tab is closed. */
export function keepToken(text: string): void {
  sessionStorage.setItem(KEY, text);
}

/** Forgets the token and this tab's drafts, whose events may be a contact's. From then on no draft is kept. */
export function forgetToken(): void {
  isForgotten = true;
  sessionStorage.clear();
}

/** Somebody was let in: drafts may be kept from now on. */
export function beginSession(): void {
  isForgotten = false;
}

/** Whether drafts may be kept: not after signing out, while the page is still being taken down. */
export function mayKeepDrafts(): boolean {
  return !isForgotten;
}
