// What HighLevel says about a contact's wishes: do-not-disturb by channel. Pure.
// Source: HighLevel's public API description (contacts), 19 June 2026, and its webhook ContactDndUpdate.
import { isJsonObject } from "../kit/json.ts";
import { switchOf } from "../kit/switch.ts";
import { DND_CHANNELS, type DndChannel } from "../model/opt-out.ts";
import type { MessageType } from "../model/rule.ts";

/** The do-not-disturb switches for each message type, besides the one for all channels. */
const SWITCHES: { readonly [type in MessageType]: readonly DndChannel[] } = {
  SMS: ["SMS"],
  // Where a phone has no RCS, it goes out as an SMS; a STOP by either is one to the number that both come from.
  RCS: ["RCS", "SMS"],
  Email: ["Email"],
  WhatsApp: ["WhatsApp"],
  FB: ["FB"],
  IG: ["IG"],
  Live_Chat: [],
  // HighLevel has custom providers deliver what would otherwise be an SMS.
  Custom: ["SMS"],
  TIKTOK: ["TIKTOK"],
};

/** The switches that must be off for a message of this type. */
export function switchesFor(type: MessageType): readonly ("all" | DndChannel)[] {
  return ["all", ...SWITCHES[type]];
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
  const dnd = switchOf(dndTold);
  const on = new Set<"all" | DndChannel>(dnd === true ? ["all"] : []);
  const off = new Set<"all" | DndChannel>();
  // v3 spells them `sms` and `whatsApp`, where it was `SMS` and `WhatsApp`.
  const told = Object.entries(isJsonObject(settings) ? settings : {}).map(
    ([name, setting]) => [name.trim().toLowerCase(), stateOf(setting)] as const,
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
