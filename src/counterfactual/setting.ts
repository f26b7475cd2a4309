// Making an event have another value: at a path, or for a fact that follows from several fields.
import { derivedWord, outcomeSpellings } from "../events/derive.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { pathSteps, type Step } from "../language/path.ts";
import { MESSAGE_TYPE_WORDS } from "../model/channels.ts";
import { KINDS, type EventKind } from "../model/event-kinds.ts";

/** A value with another one where a path leads; `null`: the path cannot be made there. `to` absent: nothing is there. */
export function withValueAt(
  value: Json | undefined,
  path: string | undefined,
  to: Json | undefined,
): { readonly value: Json | undefined } | null {
  const steps = path === undefined ? [] : pathSteps(path);
  return steps === null ? null : set(value, steps, to);
}

function set(
  value: Json | undefined,
  steps: readonly Step[],
  to: Json | undefined,
): { readonly value: Json | undefined } | null {
  const [step, ...rest] = steps;
  if (step === undefined) return { value: to };
  if (typeof step === "string") {
    if (value !== undefined && value !== null && !isJsonObject(value)) return null;
    const own: JsonObject = isJsonObject(value) ? value : {};
    const inner = set(own[step], rest, to);
    if (!inner) return null;
    const others = Object.entries(own).filter(([key]) => key !== step);
    return { value: Object.fromEntries(inner.value === undefined ? others : [...others, [step, inner.value]]) };
  }
  if (value !== undefined && value !== null && !Array.isArray(value)) return null;
  const list: readonly Json[] = Array.isArray(value) ? value : [];
  const isMeant = (item: Json): boolean =>
    typeof step !== "number" && isJsonObject(item) && item[step.key] === step.value;
  const index = typeof step === "number" ? step : list.findIndex(isMeant);
  // A list has no gaps.
  if (index > list.length) return null;
  const made = index < 0 && typeof step !== "number" ? { [step.key]: step.value } : list[index];
  const inner = set(made, rest, to);
  if (!inner) return null;
  const item = inner.value === undefined ? [] : [inner.value];
  return { value: index < 0 ? [...list, ...item] : [...list.slice(0, index), ...item, ...list.slice(index + 1)] };
}

/** Fields that may make a fact come to a value, one try after the other; `undefined` takes a field away. */
type Ways = (kind: EventKind, to: Json | undefined) => readonly { readonly [field: string]: Json | undefined }[];

const WAYS: { readonly [fact: string]: Ways } = {
  channel: (_, to) =>
    MESSAGE_TYPE_WORDS.filter((word) => derivedWord("channel", word) === to).map((messageType) => ({
      messageType,
      messageTypeString: undefined,
    })),
  outcome: (_, to) =>
    ["completed", ...outcomeSpellings().filter((word) => derivedWord("outcome", word) === to)].flatMap((word) => [
      { status: word },
      { callStatus: word },
      { status: word, callStatus: word },
      { status: word, callStatus: undefined },
    ]),
  sender: () => [{ source: "api" }, { source: "app", userId: "user" }, { source: "workflow", userId: undefined }],
  recipients: (kind, to) => (KINDS[kind].recipients ?? []).map((field) => ({ [field]: to })),
  occurredAt: (kind, to) => [{ [KINDS[kind].time ?? "timestamp"]: to }, { timestamp: to }],
};

/** Whether a fact follows from several fields. */
export function isDerived(fact: string): boolean {
  return Object.hasOwn(WAYS, fact);
}

/** Payloads in which a derived fact may have come to a value: whether it has, the reader says. */
export function payloadsThat(
  kind: EventKind,
  payload: JsonObject,
  fact: string,
  to: Json | undefined,
): readonly JsonObject[] {
  return (WAYS[fact]?.(kind, to) ?? []).map((fields) => {
    const whole = Object.entries({ ...payload, ...fields }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return Object.fromEntries(whole);
  });
}
