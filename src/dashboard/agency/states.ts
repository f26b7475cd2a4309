// The states of an agency's sub-accounts, and of its own token, as shown to people, with what to do about each.
import type { AgencyLocationState } from "../../model/agency.ts";
import type { TokenState } from "../../model/token.ts";

interface Words {
  readonly words: string;
  /** A sentence; absent: nothing is to be done. */
  readonly todo?: string;
}

/** In the order in which the page counts them. */
export const STATES: { readonly [State in AgencyLocationState]: Words } = {
  given: { words: "with a token" },
  own: { words: "with one of its own" },
  wanting: { words: "waiting for one", todo: "Nothing: it gets its token as soon as HighLevel gives one" },
  outside: {
    words: "not admitted",
    todo: "ALLOWED_LOCATIONS does not name it: name it there and deploy, and within the hour it has its token",
  },
  refused: {
    words: "refused by HighLevel",
    todo: "It is asked for again every hour; if this lasts, install the app there again",
  },
  left: { words: "uninstalled", todo: "Install the app again, there or in the agency" },
};

/** The state of the agency's own token. */
export const TOKEN_STATES: { readonly [State in TokenState | "none"]: Words } = {
  active: { words: "is in use" },
  refused: {
    words: "is no longer taken by HighLevel",
    todo: "Have an admin of the agency open /oauth/start of this Worker and install the app again",
  },
  uninstalled: {
    words: "ended, as the agency has uninstalled the app",
    todo: "To have it again, an admin of the agency opens /oauth/start of this Worker",
  },
  none: { words: "is not there", todo: "An admin of the agency opens /oauth/start of this Worker" },
};
