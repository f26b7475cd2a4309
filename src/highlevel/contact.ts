// What HighLevel says about a contact's wishes and hours: do-not-disturb by channel, and time zones. Pure.
// Source: HighLevel's public API description (contacts, locations), 19 June 2026, and its webhook ContactDndUpdate.
import { isJsonObject, jsonObjectIn } from "../kit/json.ts";
import { DND_CHANNELS, type DndChannel } from "../model/opt-out.ts";
import type { MessageType } from "../model/rule.ts";
import type { HighLevelRequest } from "./account.ts";

/** The do-not-disturb switch for each message type; `null`: only the one for all channels. */
const SWITCHES: { readonly [type in MessageType]: DndChannel | null } = {
  SMS: "SMS",
  Email: "Email",
  WhatsApp: "WhatsApp",
  FB: "FB",
  IG: "IG",
  Live_Chat: null,
  // HighLevel has custom providers deliver what would otherwise be an SMS.
  Custom: "SMS",
};

/** The switches that must be off for a message of this type. */
export function switchesFor(type: MessageType): readonly ("all" | DndChannel)[] {
  const own = SWITCHES[type];
  return own === null ? ["all"] : ["all", own];
}

/** Do-not-disturb as HighLevel keeps it: one switch for all channels, and one for each. */
export interface DoNotDisturb {
  readonly on: ReadonlySet<"all" | DndChannel>;
  /** The switches known to be off; includes `all` only if nothing is on. */
  readonly off: ReadonlySet<"all" | DndChannel>;
  /** Whether anything is on, also a channel that nobody knows. */
  readonly isOn: boolean;
}

/** Reads `dnd` and `dndSettings` of an event or a record; an unknown status says nothing. */
export function readDoNotDisturb(dndTold: unknown, settings: unknown): DoNotDisturb {
  // Some events have been seen with text in place of booleans.
  const dnd = dndTold === "true" ? true : dndTold === "false" ? false : dndTold;
  const on = new Set<"all" | DndChannel>(dnd === true ? ["all"] : []);
  const off = new Set<"all" | DndChannel>();
  // v3 spells them `sms` and `whatsApp`, where it was `SMS` and `WhatsApp`.
  const told = Object.entries(isJsonObject(settings) ? settings : {}).map(
    ([name, setting]) => [name.toLowerCase(), stateOf(setting)] as const,
  );
  for (const channel of DND_CHANNELS) {
    const says = (word: "on" | "off"): boolean =>
      told.some(([name, state]) => name === channel.toLowerCase() && state === word);
    if (says("on")) on.add(channel);
    else if (says("off") && dnd !== true) off.add(channel);
  }
  if (dnd === false && on.size === 0) off.add("all");
  return { on, off, isOn: on.size > 0 || told.some(([, state]) => state === "on") };
}

/** What one channel's setting says, in whichever spelling; `null`: nothing that is known. */
function stateOf(setting: unknown): "on" | "off" | null {
  const said = isJsonObject(setting) ? setting["status"] : null;
  const status = typeof said === "string" ? said.trim().toLowerCase() : null;
  if (status === "active" || status === "permanent") return "on";
  return status === "inactive" ? "off" : null;
}

/** What matters about a contact to whoever wants to reach them. */
export interface ContactRecord {
  readonly doNotDisturb: DoNotDisturb;
  /** As HighLevel has it; not checked to be an existing zone. */
  readonly timeZone: string | null;
}

/** A question to HighLevel: its request, the scope that it needs, and how to read the answer. */
export interface Question<Answer> {
  readonly request: HighLevelRequest;
  readonly scope: string;
  /** `null`: the answer cannot be read. */
  readonly read: (body: string) => Answer | null;
}

/** Asks for a contact. */
export function contactQuestion(contactId: string): Question<ContactRecord> {
  return {
    request: { method: "GET", path: `/contacts/${encodeURIComponent(contactId)}` },
    scope: "contacts.readonly",
    read: (body) => {
      const contact = objectIn(body, "contact");
      return (
        contact && {
          doNotDisturb: readDoNotDisturb(contact["dnd"], contact["dndSettings"]),
          timeZone: textOf(contact["timezone"]),
        }
      );
    },
  };
}

/** Asks for the time zone of a location; `""`: it has none. */
export function locationZoneQuestion(locationId: string): Question<string> {
  return {
    request: { method: "GET", path: `/locations/${encodeURIComponent(locationId)}` },
    scope: "locations.readonly",
    read: (body) => {
      const location = objectIn(body, "location");
      return location && (textOf(location["timezone"]) ?? "");
    },
  };
}

function objectIn(body: string, key: string): { readonly [key: string]: unknown } | null {
  const value = jsonObjectIn(body)?.[key];
  return isJsonObject(value) ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
