// The export of a real ledger, redacted: nothing of a person is in it, and what decided without looking at texts decides so.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import { redacted } from "../../../src/replay/redact.ts";
import { CANARY_PERSON, holdsCanary } from "../../canaries.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "../ledger/a-ledger.ts";

const hash = (text: string): string => createHash("sha256").update(`key ${text}`).digest("hex");

it("a redacted export of a ledger has nothing of a person, whatever it kept of them", async () => {
  const account: HighLevelAccount = {
    async call(request, leaves) {
      if (request.method !== "GET") leaves?.(outgoing(HIGHLEVEL, request));
      if (request.method === "GET")
        return { kind: "answer", status: 200, body: JSON.stringify({ contact: CANARY_PERSON }) };
      return {
        kind: "answer",
        status: 400,
        body: JSON.stringify({ message: `${CANARY_PERSON.phone} of Canary is no number` }),
      };
    },
  };
  const seesBody = { all: [{ fact: "body", operator: "containsText", value: "words" }] };
  const ledger = await aLedger({
    account,
    fetch: () => Promise.resolve(new Response("Thanks, Canary", { status: 410 })),
    ruleSet: aRuleSet(
      aRule({ name: "texts", actions: [aText({ message: "Hi {{ contact.firstName }}" })] }),
      aRule({
        name: "hooks",
        conditions: seesBody,
        actions: [aWebhook({ body: { of: "{{ event.payload.firstName }}" } })],
      }),
      aRule({ name: "tasks", actions: [aTask({ title: "Call {{ event.payload.firstName }}" })] }),
      aRule({ name: "paused", actions: [aWebhook()] }),
    ),
  });
  await ledger.pause(LOCATION, "paused", { reason: "Canary complained" }, "canary@example.net");
  await ledger.record(anEvent({ messageId: "one" }, "one"));
  await ledger.record(anEvent({ ...CANARY_PERSON, type: "InboundMessage", body: "STOP", messageId: "two" }, "two"));
  await ledger.alarm();
  const lines: ExportLine[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ledger.export({ locationId: LOCATION, until: "2030-01-01T00:00:00Z", cursor });
    lines.push(...page.lines.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ExportLine])));
    if (page.cursor === null) break;
    cursor = page.cursor;
  }
  const kept = lines.filter((line) => line.type === "event" || line.type === "delivery");
  expect(kept.length).toBeGreaterThanOrEqual(5);
  expect(kept.some((line) => holdsCanary(JSON.stringify(line)))).toBe(true);
  for (const line of kept) {
    const text = JSON.stringify(redacted(line, hash));
    expect([holdsCanary(text), text]).toEqual([false, text]);
  }
});
