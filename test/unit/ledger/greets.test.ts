// A text is rendered with what is known of its contact when it leaves: asked for by what acts in HighLevel, and once.
import { describe, expect, it } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import type { Action } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const NOTE = (body: string): Action => ({ type: "highlevel", call: "create-note", body });

async function aScene(actions: readonly Action[], { token = true, status = 200 } = {}) {
  const time = { now: NOON };
  const standIn = new HighLevelStandIn({ clock: () => time.now });
  standIn.addToken("pit", LOCATION);
  standIn.addLocation({
    id: LOCATION,
    name: "Shop",
    customFields: [{ id: "f1", name: "Plan", fieldKey: "contact.plan" }],
  });
  standIn.addUser({ id: "u", locationId: LOCATION, name: "Uma Example" });
  const contact = standIn.addContact({ id: CONTACT, locationId: LOCATION, firstName: "Grace" });
  Object.assign(contact, { assignedTo: "u", customFields: [{ id: "f1", value: "gold" }] });
  const asked: string[] = [];
  const bodies: JsonObject[] = [];
  const broken = { status };
  const current = () => Promise.resolve(succeed("pit"));
  const ledger = await aLedger({
    clock: () => time.now,
    ruleSet: aRuleSet(aRule({ actions })),
    ...(token ? { tokens: { current, insteadOf: () => Promise.resolve(null) } } : {}),
    fetch: async (request) => {
      const { pathname, hostname } = new URL(request.url);
      if (request.method === "GET") {
        asked.push(pathname);
        if (broken.status !== 200) return new Response("{}", { status: broken.status });
      } else bodies.push(JSON.parse(await request.clone().text()) as JsonObject);
      return hostname.startsWith("highlevel.") ? standIn.answer(request) : new Response();
    },
  });
  let keys = 0;
  const fires = async (): Promise<void> => {
    await ledger.record(anEvent({ messageId: `m-${(keys += 1)}` }, `key-${keys}`));
    await ledger.alarm();
  };
  const states = () => ledger.deliveries({ limit: 10 }).deliveries.map(({ state }) => state);
  return { fires, asked, bodies, states, ledger, time, broken };
}

describe("what a text names", () => {
  it("is in a message, with what it has asked for", async () => {
    const { fires, bodies, asked } = await aScene([
      aText({ message: "Hi {{ contact.firstName | default: 'there' }}" }),
    ]);
    await fires();
    expect(bodies).toMatchObject([{ message: "Hi Grace" }]);
    expect(asked).toEqual([`/contacts/${CONTACT}`]);
  });

  it("is asked for before an action in HighLevel, and not again", async () => {
    const text =
      "{{ contact.firstName }} of {{ contact.owner.name }} has {{ contact.custom.plan }} at {{ location.name }}";
    const { fires, bodies, asked } = await aScene([NOTE(text)]);
    await fires();
    expect(bodies).toMatchObject([{ body: "Grace of Uma Example has gold at Shop" }]);
    expect(asked.toSorted()).toEqual([
      `/contacts/${CONTACT}`,
      `/locations/${LOCATION}`,
      `/locations/${LOCATION}/customFields`,
      "/users/u",
    ]);
    await fires();
    expect(bodies).toHaveLength(2);
    expect(asked).toHaveLength(4);
  });

  it("is not asked for where it is not named", async () => {
    const { fires, asked, bodies } = await aScene([NOTE("{{ event.contactId }} is our contact, {braces} or not")]);
    await fires();
    expect(bodies).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it("is as it is known in a task and a webhook, for which HighLevel is not asked", async () => {
    const url = "https://receiver.example.com/hook";
    const body = { name: "{{ contact.firstName | default: 'nobody' }}" };
    const { fires, bodies, asked, ledger } = await aScene([
      aWebhook({ url, body }),
      aTask({ title: "Call {{ contact.firstName | default: event.contactId }}" }),
    ]);
    await fires();
    expect(bodies).toEqual([{ name: "nobody" }]);
    const record = { id: CONTACT, contactId: null, firstName: "Ada", tags: [], customFields: [], dnd: false };
    await ledger.record(anEvent({ type: "ContactUpdate", ...record }, "changed"));
    await fires();
    expect(bodies.slice(1)).toEqual([{ name: "Ada" }]);
    const titles = ledger.tasks({ limit: 10 }).tasks.map(({ title }) => title);
    expect(titles.toSorted()).toEqual(["Call Ada", `Call ${CONTACT}`]);
    expect(asked).toEqual([]);
  });

  it("is absent without a token: dead, or what stands in for it", async () => {
    const { fires, states } = await aScene([aTask({ title: "Call {{ contact.firstName }}" })], { token: false });
    await fires();
    expect(states()).toEqual(["dead"]);
  });

  it("is waited for while HighLevel does not answer", async () => {
    const { fires, states, bodies, broken, ledger, time } = await aScene([NOTE("{{ contact.firstName }}")], {
      status: 503,
    });
    await fires();
    expect(states()).toEqual(["scheduled"]);
    broken.status = 200;
    time.now += 3_600_000;
    await ledger.alarm();
    expect(bodies).toMatchObject([{ body: "Grace" }]);
  });
});
