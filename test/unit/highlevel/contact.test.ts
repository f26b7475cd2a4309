import { describe, expect, it } from "vitest";
import { readDoNotDisturb, switchesFor } from "../../../src/highlevel/contact.ts";
import { MESSAGE_TYPES } from "../../../src/model/rule.ts";

/** What is switched on, and which types of message it keeps from the contact. */
const STATES: [name: string, dnd: unknown, settings: unknown, keeps: readonly string[]][] = [
  ["nothing", false, {}, []],
  ["nothing, and no settings", false, undefined, []],
  ["nothing, and the switch is missing", undefined, undefined, []],
  ["all channels", true, {}, MESSAGE_TYPES],
  ["all channels, while one is off", true, { SMS: { status: "inactive" } }, MESSAGE_TYPES],
  ["SMS", false, { SMS: { status: "active" } }, ["SMS", "RCS", "Custom"]],
  ["SMS for good", false, { SMS: { status: "permanent" } }, ["SMS", "RCS", "Custom"]],
  ["SMS, and the switch is missing", undefined, { SMS: { status: "active" } }, ["SMS", "RCS", "Custom"]],
  ["SMS that is off", false, { SMS: { status: "inactive" } }, []],
  ["Email", false, { Email: { status: "active" } }, ["Email"]],
  ["FB", false, { FB: { status: "active" } }, ["FB"]],
  ["WhatsApp", false, { WhatsApp: { status: "permanent" } }, ["WhatsApp"]],
  ["RCS", false, { RCS: { status: "active" } }, ["RCS"]],
  [
    "RCS that is off, while SMS is on",
    false,
    { RCS: { status: "inactive" }, SMS: { status: "active" } },
    ["SMS", "RCS", "Custom"],
  ],
  ["calls and Google", false, { Call: { status: "active" }, GMB: { status: "active" } }, []],
  ["a channel that nobody knows", false, { Pigeon: { status: "active" } }, []],
  ["a status that nobody knows", false, { SMS: { status: "maybe" } }, []],
  ["settings of another form", false, ["SMS"], []],
  ["a setting of another form", false, { SMS: "active" }, []],
  ["the switch as another type", 1, {}, []],
];

describe("do not disturb for", () => {
  it.each(STATES)("%s", (_, dnd, settings, keeps) => {
    const { on } = readDoNotDisturb(dnd, settings);
    expect(MESSAGE_TYPES.filter((type) => switchesFor(type).some((one) => on.has(one)))).toEqual(keeps);
  });

  it.each([
    ["nothing is on", false, { SMS: { status: "inactive" } }, ["SMS", "all"]],
    ["another channel is on", false, { SMS: { status: "inactive" }, Email: { status: "active" } }, ["SMS"]],
    ["all are on", true, { SMS: { status: "inactive" } }, []],
    ["the switch is missing", undefined, { SMS: { status: "inactive" } }, ["SMS"]],
  ])("says what is off when %s", (_, dnd, settings, off) => {
    expect([...readDoNotDisturb(dnd, settings).off]).toEqual(off);
  });
});

describe("do not disturb in v3, which spells its channels otherwise", () => {
  it.each([
    ["sms", "SMS"],
    ["email", "Email"],
    ["whatsApp", "WhatsApp"],
    ["gmb", "GMB"],
    ["fb", "FB"],
    ["call", "Call"],
  ])("%s is %s", (name, channel) => {
    expect([...readDoNotDisturb(false, { [name]: { status: "active" } }).on]).toEqual([channel]);
    expect([...readDoNotDisturb(false, { [name]: { status: "inactive" } }).off]).toContain(channel);
  });

  it("is on where either spelling says so", () => {
    const both = { sms: { status: "inactive" }, SMS: { status: "permanent" } };
    expect([...readDoNotDisturb(false, both).on]).toEqual(["SMS"]);
  });
});

describe("do not disturb in another spelling", () => {
  it.each([
    ["true", null, ["all"]],
    ["false", { SMS: { status: "Active" } }, ["SMS"]],
    [null, { Email: { status: "PERMANENT" } }, ["Email"]],
  ])("%j %j", (dnd, settings, on) => expect([...readDoNotDisturb(dnd, settings).on]).toEqual(on));
});
