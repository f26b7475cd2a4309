import { useEffect, useState } from "preact/hooks";
import type { EventStory } from "../../model/ledger.ts";
import type { Rule } from "../../model/rule.ts";
import { get, locationPath, Problem, problemOf } from "../ask/api.ts";
import type { Query } from "../address/routes.ts";
import type { Draft, Drafting } from "./draft.ts";
import { sourceWord, type EventSource } from "./event-choice.tsx";
import { fileText, payloadText } from "./rule-file.ts";

const NOTHING: Promise<Partial<Draft>> = Promise.resolve({});

/** Takes the rule and event named in the address into the draft: only once, so that a reload keeps later edits. */
export function useAddress(
  { rule, event, contact }: Query,
  { draft, replace }: Drafting,
  locationId: string,
): Problem | null {
  const [problem, setProblem] = useState<Problem | null>(null);
  const origin = rule || event ? JSON.stringify([rule, event, contact]) : "";
  useEffect(() => {
    if (origin === "" || origin === draft.origin) return undefined;
    const aborted = new AbortController();
    setProblem(null);
    const named = rule ? ruleNamed(rule, aborted.signal) : NOTHING;
    const recorded = event ? recordedEvent(locationId, event, contact, aborted.signal) : NOTHING;
    Promise.all([named, recorded]).then(
      ([ofRule, ofEvent]) => replace({ ...ofRule, ...ofEvent, origin }),
      (error: unknown) => {
        if (!aborted.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => aborted.abort();
  }, [origin]);
  return problem;
}

async function ruleNamed(name: string, signal: AbortSignal): Promise<Partial<Draft>> {
  const { rules } = await get<{ rules: readonly Rule[] }>("/api/rules", {}, signal);
  const found = rules.find((rule) => rule.name === name);
  if (!found) throw new Problem(404, "NO_RULE", `No rule "${name}" is deployed`, "Choose one on the page of rules");
  return { name, text: fileText(found) };
}

/** The payload of a recorded event, as part of a draft. Throws a `Problem`, or the abort error. */
export async function recordedEvent(
  locationId: string,
  key: string,
  contactId: string | undefined,
  signal?: AbortSignal,
): Promise<Partial<Draft>> {
  const path = locationPath(locationId, "events", key);
  const { event } = await get<EventStory>(path, { contact: contactId }, signal);
  const source: EventSource = { from: "log", key, contactId: event.contactId };
  return { event: payloadText(event.payload), eventFrom: sourceWord(source) };
}
