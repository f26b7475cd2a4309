// Who is looking: an admin token that is kept for this tab alone, or nobody but whom Cloudflare Access let through.

const KEY = "afterbeep.token";
const LINK = /^#token=(.*)$/s;
const TOKEN = /^[!-~]+$/;

let isForgotten = false;

/** Takes the token out of a link that signs in, as `npm run dev` prints it, and says whether there was one. It never reaches a server: a fragment is not sent. */
export function takeTokenFromLink(): boolean {
  const link = readLink(location.hash);
  if (link === null) return false;
  history.replaceState(null, "", "#/");
  if (link.token !== null) keepToken(link.token);
  return link.token !== null;
}

/** What a fragment that is such a link holds; `token` is `null` when it can be none. */
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

/** The token of this tab; `null`: none. */
export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

/** Keeps a token until the tab is closed. */
export function keepToken(text: string): void {
  sessionStorage.setItem(KEY, text);
}

/** Forgets the token, and the drafts of this tab, whose events may be a contact's. None is kept from then on. */
export function forgetToken(): void {
  isForgotten = true;
  sessionStorage.clear();
}

/** Somebody is let in: what is drafted from now on may be kept. */
export function beginSession(): void {
  isForgotten = false;
}

/** Whether drafts may be kept: not while a page that was signed out of is still being taken down. */
export function mayKeepDrafts(): boolean {
  return !isForgotten;
}
