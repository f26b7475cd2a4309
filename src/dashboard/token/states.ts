// How a location's HighLevel token stands, as shown to people, with what to do about it.
import type { ShownToken, TokenSource, TokenState } from "../../model/token.ts";

interface Words {
  readonly words: string;
  /** A sentence; absent: nothing is to be done. */
  readonly todo?: string;
}

/** Where a token that can be used is from. */
const ACTIVE: { readonly [Source in TokenSource]: Words } = {
  private: { words: "The token of a private integration is in use" },
  oauth: { words: "The app is installed here, and its token is in use" },
  agency: { words: "The token that came with the agency's installation is in use" },
};

const ENDED: { readonly [State in Exclude<TokenState, "active">]: { readonly [Source in TokenSource]: Words } } = {
  refused: {
    private: {
      words: "HighLevel refuses the private integration's token",
      todo: "It is tried again with each call, in case HighLevel takes it again. Was it made in another sub-account, or deleted there? Give another",
    },
    oauth: { words: "HighLevel no longer takes the app's token", todo: "Install the app again" },
    agency: {
      words: "HighLevel no longer takes the token that came with the agency's installation",
      todo: "Look at the agency's page, or give the location a token of its own",
    },
  },
  uninstalled: {
    private: { words: "The token has ended" },
    oauth: { words: "The app was uninstalled here", todo: "Install it again, or give a private integration's token" },
    agency: {
      words: "The app was uninstalled here, or in the agency",
      todo: "Install it again, there or in the agency, or give a private integration's token",
    },
  },
};

/** How it stands in words. `null`: there is no token. */
export function standingOf(token: ShownToken | null): Words {
  if (token === null)
    return {
      words: "This location has no HighLevel token",
      todo: "What rules do in HighLevel here is given up until it has one: give it a private integration's token, or install the app",
    };
  const { state, source } = token;
  return state === "active" ? ACTIVE[source] : ENDED[state][source];
}

/** What `failure` of a check means, as a sentence. */
export function failureInWords(failure: string): string {
  return Object.hasOwn(FAILURES, failure) ? (FAILURES[failure] ?? failure) : `${failure}.`;
}

const FAILURES: { readonly [failure: string]: string } = {
  timeout: "HighLevel did not answer in time. Ask again later.",
  broken: "The connection to HighLevel could not be made, or broke. Ask again later.",
  "no-room": "HighLevel's limits have no room for a question now. Ask again in a minute.",
};
