import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const NOBODY: JsonObject = { firstName: "", email: "", phone: "", attachments: [], subject: "", body: "" };
const looksAt = (name: string, path: string, operator: string, value: string | boolean): Rule =>
  aRule({
    name,
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "contact", path, operator, value }] },
    actions: [aTask()],
  });
const vip = looksAt("vip", "$.tags", "contains", "vip");
const named = looksAt("named", "$.firstName", "equal", "Grace");
const owned = looksAt("owned", "$.owner.email", "exists", true);
const gold = looksAt("gold", "$.custom.f1", "equal", "gold");

async function aScene(rules: readonly Rule[], isMuted = false) {
  const standIn = new HighLevelStandIn({ clock: () => NOON });
  standIn.addToken("pit", LOCATION);
  standIn.addLocation({ id: LOCATION });
  const sent: string[] = [];
  const ledger = await aLedger({
    clock: () => NOON,
    ruleSet: aRuleSet(...rules),
    ...(isMuted
      ? {}
      : { tokens: { current: () => Promise.resolve(succeed("pit")), insteadOf: () => Promise.resolve(null) } }),
    fetch: async (request) => {
      if (request.url.startsWith("https://highlevel.")) return standIn.answer(request);
      sent.push(await request.text());
      return new Response();
    },
  });
  let keys = 0;
  const event = (type: string, fields: JsonObject = {}) => {
    keys += 1;
    const own = {
      type,
      id: CONTACT,
      contactId: CONTACT,
      messageId: `m-${keys}`,
      timestamp: new Date(NOON + keys).toISOString(),
    };
    return ledger.record(anEvent({ ...NOBODY, ...own, ...fields }, `key-${keys}`));
  };
  const lastVerdicts = async () => {
    const { decision } = (await ledger.event(`key-${keys}`)) ?? {};
    return Object.fromEntries(
      (decision?.verdicts ?? []).map(({ rule, fired, detail = "" }) => [rule, `${fired} ${detail}`.trim()]),
    );
  };
  return { standIn, sent, ledger, event, lastVerdicts };
}

describe("a contact of which some parts are known", () => {
  it("is not asked for where a rule looks only at those", async () => {
    const { event, standIn } = await aScene([vip]);
    await event("ContactTagUpdate", { tags: ["vip"] });
    expect(await event("OutboundMessage")).toEqual({ status: "accepted", fired: ["vip"] });
    expect(standIn.requests).toEqual([]);
  });

  it.each([
    ["its fields", named],
    ["its owner, whom its fields name", owned],
    ["its custom fields", gold],
  ])("is asked for once a rule looks at %s", async (_, rule) => {
    const { event, standIn, ledger } = await aScene([rule]);
    standIn.addContact({
      id: CONTACT,
      locationId: LOCATION,
      firstName: "Grace",
      customFields: [{ id: "f1", value: "gold" }],
    });
    await event("ContactTagUpdate", { tags: ["vip"] });
    expect(await event("OutboundMessage")).toEqual({ status: "accepted", fired: [], deciding: true });
    await ledger.decided();
    expect(standIn.requests.filter(({ path }) => path === `/contacts/${CONTACT}`)).toHaveLength(1);
  });

  it("is decided with what is known where HighLevel cannot be asked, and the others say what is not", async () => {
    const { event, lastVerdicts } = await aScene([gold, named, owned, vip], true);
    await event("ContactTagUpdate", { tags: ["vip"] });
    await event("OutboundMessage");
    expect(await lastVerdicts()).toEqual({
      gold: expect.stringMatching(/^false contact unknown: /),
      named: expect.stringMatching(/^false contact unknown: /),
      owned: expect.stringMatching(/^false contact unknown: /),
      vip: "true",
    });
  });

  it("has its known name in a text, and the default for the rest", async () => {
    const body = {
      text: "Hi {{ contact.firstName | default: 'there' }}, {{ contact.custom.plan | default: 'no plan' }}",
    };
    const greets = aRule({
      name: "greets",
      on: ["OutboundMessage"],
      conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
      actions: [aWebhook({ body })],
    });
    const { event, ledger, sent } = await aScene([greets], true);
    await event("ContactCreate", { firstName: "Grace" });
    await event("OutboundMessage");
    await ledger.alarm();
    expect(sent).toEqual([expect.stringContaining("Hi Grace, no plan")]);
  });

  it("ends a wait by what is known of it", async () => {
    const becomesVip = {
      on: ["NoteCreate" as const],
      conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }] },
    };
    const waits = aRule({
      name: "waits",
      on: ["OutboundMessage"],
      conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
      actions: [aTask({ after: "1d", cancelOn: [becomesVip] })],
    });
    const { event, ledger } = await aScene([waits], true);
    await event("OutboundMessage");
    await event("ContactTagUpdate", { tags: ["vip"] });
    await event("NoteCreate");
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "cancelled" }]);
  });
});
