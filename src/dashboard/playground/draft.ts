// What is being tried in the playground of a location: kept for the tab, so that a reload loses nothing.
import { useEffect, useState } from "preact/hooks";
import { mayKeepDrafts } from "../ask/session.ts";
import { payloadOf, SAMPLES } from "../../events/samples.ts";
import { kindNamed } from "../../events/kind-of.ts";
import { isJsonObject } from "../../kit/json.ts";
import { OTHER } from "../../model/event-kinds.ts";
import { FIRST_NAME, firstText, payloadText } from "./rule-file.ts";

/** A rule and an event, as typed. */
export interface Draft {
  readonly name: string;
  readonly text: string;
  readonly event: string;
  /** Which sample or recorded event `event` came from; `""` if it is neither. */
  readonly eventFrom: string;
  /** What the address named when the draft was taken from it: if it names the same again, the draft is kept. */
  readonly origin: string;
}

const FIRST_SAMPLE = "call-voicemail";
const WRITE_MS = 300;

/** A short rule, and an event on which it fires. */
export function firstDraft(locationId: string): Draft {
  return {
    name: FIRST_NAME,
    text: firstText(),
    event: sampleText(FIRST_SAMPLE, locationId),
    eventFrom: `sample ${FIRST_SAMPLE}`,
    origin: "",
  };
}

/** A sample of `rules send`, as if it came from this location. */
export function sampleText(name: string, locationId: string): string {
  const sample = SAMPLES[name];
  return sample ? payloadText(payloadOf(sample, { locationId }, new Date())) : "";
}

const SAMPLE = "sample ";

/** The sample that takes the place of one that a rule does not look at; `null`: it stays, and so does what was typed or recorded. */
export function sampleFor(on: readonly string[], eventFrom: string): string | null {
  if (!eventFrom.startsWith(SAMPLE)) return null;
  const kindOf = (name: string): string => kindNamed(SAMPLES[name]?.payload["type"]) ?? OTHER;
  if (on.includes(kindOf(eventFrom.slice(SAMPLE.length)))) return null;
  return Object.keys(SAMPLES).find((name) => on.includes(kindOf(name))) ?? null;
}

/** A draft, and the ways to change it. */
export interface Drafting {
  readonly draft: Draft;
  /** Takes over what was typed. */
  readonly type: (typed: Partial<Draft>) => void;
  /** Puts different texts into the editors. */
  readonly replace: (other: Partial<Draft>) => void;
  /** Goes up each time texts are replaced, so that the editors read theirs again. */
  readonly revision: number;
}

/** The draft of a location. */
export function useDraft(locationId: string): Drafting {
  const key = `afterbeep.draft.${locationId}`;
  const [draft, setDraft] = useState(() => readDraft(sessionStorage.getItem(key)) ?? firstDraft(locationId));
  useEffect(() => {
    const write = (): void => keep(key, draft);
    const timer = setTimeout(write, WRITE_MS);
    addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", write);
      write();
    };
  }, [key, draft]);
  const [revision, setRevision] = useState(0);
  const type = (changed: Partial<Draft>): void => setDraft((before) => ({ ...before, ...changed }));
  const replace = (other: Partial<Draft>): void => {
    type(other);
    setRevision((count) => count + 1);
  };
  return { draft, type, replace, revision };
}

/** The draft that was kept; `null` if there is none or it is not a draft. */
export function readDraft(kept: string | null): Draft | null {
  if (kept === null) return null;
  try {
    const value: unknown = JSON.parse(kept);
    if (!isJsonObject(value)) return null;
    const { name, text, event, eventFrom, origin } = value;
    return typeof name === "string" &&
      typeof text === "string" &&
      typeof event === "string" &&
      typeof eventFrom === "string" &&
      typeof origin === "string"
      ? { name, text, event, eventFrom, origin }
      : null;
  } catch {
    return null;
  }
}

/** Storage may be full: the draft then lasts as long as the page. */
function keep(key: string, draft: Draft): void {
  if (!mayKeepDrafts()) return;
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    sessionStorage.removeItem(key);
  }
}
