// A rule as the text of a file: a deployed one, to be edited, and one to start from.
import { isJsonObject, type Json } from "../../kit/json.ts";
import type { Rule, RuleFile } from "../../model/rule.ts";

const SCHEMA = "../schema/rule.schema.json";
/** The longest line of a rule file. */
const WIDTH = 100;

/** The name of a new draft. */
export const FIRST_NAME = "my-rule";

const FIRST_RULE: RuleFile = {
  $schema: SCHEMA,
  description: "A call ended at a voicemail: somebody calls again tomorrow",
  on: ["OutboundMessage"],
  conditions: {
    all: [
      { fact: "channel", operator: "equal", value: "call" },
      { fact: "outcome", operator: "equal", value: "voicemail" },
    ],
  },
  actions: [{ type: "task", title: "Call {{ event.contactId }} again", after: "1d", cancelOn: ["reply"] }],
  examples: [
    { event: { messageType: "CALL", callStatus: "voicemail" }, fires: true },
    { event: { messageType: "CALL", callStatus: "answered" }, fires: false },
  ],
};

/** The text of a new draft: a short rule without findings. */
export function firstText(): string {
  return `${written(toJson(FIRST_RULE))}\n`;
}

/** A file that the rule could have come from: its examples are not bundled, and named conditions are written out. */
export function fileText(rule: Rule): string {
  const { name: _, ...rest } = rule;
  return `${written(toJson({ $schema: SCHEMA, ...rest }))}\n`;
}

/** A payload as text to edit. */
export function payloadText(payload: Json): string {
  return `${JSON.stringify(payload, null, 2)}\n`;
}

/** Drops what is `undefined`, which JSON does not have. */
function toJson(rule: RuleFile): Json {
  return JSON.parse(JSON.stringify(rule)) as Json;
}

/** Formats as the rule files are: whatever fits on a line is written on one. */
function written(value: Json, indent = "", before = 0): string {
  const line = inLine(value);
  const isWhole = indent === "" && isJsonObject(value);
  if (!isWhole && indent.length + before + line.length < WIDTH) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value) && value.length > 0)
    return `[\n${value.map((item) => `${inner}${written(item, inner)}`).join(",\n")}\n${indent}]`;
  if (!isJsonObject(value) || Object.keys(value).length === 0) return line;
  const members = Object.entries(value).map(([key, item]) => {
    const start = `${JSON.stringify(key)}: `;
    return `${inner}${start}${written(item, inner, start.length)}`;
  });
  return `{\n${members.join(",\n")}\n${indent}}`;
}

function inLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
