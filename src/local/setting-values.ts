// Settings whose value can be read by nobody, so that a default counts in its place: each by its name, with what is expected,
// and never with the value, which may be a secret in the wrong place.
import { hostList } from "../kit/host-list.ts";
import { isTimeZone } from "../kit/time-zone.ts";
import { ALERT_KINDS } from "../model/alert.ts";
import { hostIn, readConfiguration } from "../model/configuration.ts";

type Settings = { readonly [name: string]: string | number | boolean };

/** A form: whether an entry has it, and what it is in words. */
interface Form {
  readonly isList: boolean;
  readonly fits: (entry: string) => boolean;
  readonly words: string;
}

const NUMBER: Form = { isList: false, fits: (text) => Number(text) >= 1, words: "a number of 1 or more" };
const HOSTS: Form = {
  isList: true,
  fits: (entry) => hostList([entry]).size === 1,
  words: "a host or host:port, such as crm.example.com",
};
const isHost = (text: string): boolean => hostIn(text) !== undefined;
const isQuietHours = (entry: string): boolean =>
  readConfiguration({ ALERT_SILENCE: entry }).alertSilence.awake !== null;

/** Complete of those that can be malformed and are no words (`wrongWord`). */
const FORMS: { readonly [name: string]: Form } = {
  ALERT_SILENCE: {
    isList: true,
    fits: (entry) => Object.hasOwn(ALERT_KINDS, entry) || isQuietHours(entry),
    words: "a kind of alert, or hours such as 22:00-07:00",
  },
  ADMIN_TOKEN_HASHES: {
    isList: true,
    fits: (entry) => readConfiguration({ ADMIN_TOKEN_HASHES: entry }).adminTokenHashes.length === 1,
    words: "name:hash, as npm run rules token NAME prints it",
  },
  ACCESS_TEAM_DOMAIN: {
    isList: false,
    fits: isHost,
    words: "a host, such as my-team.cloudflareaccess.com",
  },
  HIGHLEVEL_APP_HOST: {
    isList: false,
    fits: isHost,
    words: "a host, such as app.my-agency.com",
  },
  HIGHLEVEL_API: { isList: false, fits: (text) => URL.canParse(text), words: "a URL" },
  OUTBOUND_ALLOWED_HOSTS: HOSTS,
  OWN_HOSTS: HOSTS,
  TIME_ZONE: { isList: false, fits: isTimeZone, words: "the name of a time zone, such as America/Denver" },
  RETENTION_DAYS: NUMBER,
  LEDGER_MAX_BYTES: NUMBER,
  EVENTS_PER_SECOND: NUMBER,
  REQUESTS_PER_SECOND: NUMBER,
};

/** A setting that nobody can read: its name, with its place in a list, and what to write there. */
export interface MalformedSetting {
  readonly name: string;
  readonly what: string;
  readonly words: string;
}

/** Each that nobody can read. */
export function malformedSettings(settings: Settings): readonly MalformedSetting[] {
  return Object.entries(FORMS).flatMap(([name, { isList, fits, words }]) => {
    const text = String(settings[name] ?? "");
    const entries = isList ? text.split(",") : [text];
    return entries.flatMap((entry, index) => {
      if (entry.trim() === "" || fits(entry.trim())) return [];
      const where = entries.length > 1 ? `Entry ${index + 1} of ${name}` : name;
      return [{ name, what: `${where} is not what it has to be, and counts for nothing`, words }];
    });
  });
}
