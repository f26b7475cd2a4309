import { describe, expect, it } from "vitest";
import { readConfiguration, type Variables } from "../../../src/model/configuration.ts";
import type { Event } from "../../../src/model/event.ts";
import { hex, sha256 } from "../../../src/kit/hash.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Quarantined } from "../../../src/model/ledger.ts";
import { ingestAgain, receive, type ReceivePorts } from "../../../src/receive/receive.ts";
import { aGatewayStatus, gatewaySigned, LOCATION } from "../../builders.ts";
import { TEST_VARIABLES } from "../../keys.ts";

const NOW = Date.parse("2026-03-04T15:30:00.000Z");

function aWorld(variables: Variables = {}): ReceivePorts & { events: Event[]; held: Quarantined[] } {
  const [events, held]: [Event[], Quarantined[]] = [[], []];
  return {
    events,
    held,
    configuration: readConfiguration({ ...TEST_VARIABLES, ...variables }),
    clock: () => NOW,
    store: {
      record: (event) => Promise.resolve(events.push(event) > 0 ? { status: "accepted", fired: [] } : (null as never)),
      quarantine: (_, item) => Promise.resolve(held.push(item) > 0 ? { status: "held" } : (null as never)),
      install: () => Promise.resolve(),
      uninstall: () => Promise.reject(new Error("Not expected")),
      join: () => Promise.reject(new Error("Nothing of a gateway's is joined")),
      countIgnored: () => Promise.reject(new Error("Nothing of a gateway's is ignored")),
    },
  };
}

async function send(payload: JsonObject | string, world: ReceivePorts, id = "msg-1") {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  const headers = { "content-type": "application/json", ...(await gatewaySigned(body, { id, atMs: NOW })) };
  const request = new Request("https://afterbeep.test/hooks/gateway", { method: "POST", body, headers });
  return receive(request, "gateway", world);
}

describe("the hook of gateways", () => {
  it("is closed without a secret, and with one that cannot be used, and says what to set", async () => {
    for (const GATEWAY_SECRET of ["", "  ", "whsec_c2hvcnQ=", "junk!"]) {
      const world = aWorld({ GATEWAY_SECRET });
      expect(await send(aGatewayStatus(), world)).toEqual({ ok: false, failure: { code: "HOOK_CLOSED" } });
      expect(world.events).toEqual([]);
    }
  });

  it("is not for locations that are not served", async () => {
    const world = aWorld({ ALLOWED_LOCATIONS: LOCATION });
    expect(await send(aGatewayStatus(), world)).toMatchObject({ ok: true, value: { status: "accepted" } });
    expect(await send(aGatewayStatus({ locationId: "elsewhere" }), world)).toMatchObject({
      ok: false,
      failure: { code: "EVENT_NOT_ALLOWED" },
    });
  });

  it("keeps a body that cannot be used for each message that brings it", async () => {
    const world = aWorld();
    for (const id of ["msg-1", "msg-2", "msg-2"]) await send("[]", world, id);
    expect(world.held.map(({ eventKey }) => eventKey)).toEqual(["gateway-msg-1", "gateway-msg-2", "gateway-msg-2"]);
    expect(new Set(world.held.map(({ id }) => id)).size).toBe(2);
  });

  it("never takes the key of an event from the payload, where it could be one of HighLevel's", async () => {
    const world = aWorld();
    await send(aGatewayStatus({ webhookId: "highlevels-own" }), world);
    expect(world.events.map(({ key }) => key)).toEqual(["gateway-msg-1"]);
  });

  it.each(["an id with spaces", "x".repeat(121), "id-\u00e9"])(
    "knows an event by its bytes where its id can be no key: %s",
    async (id) => {
      const world = aWorld();
      const body = JSON.stringify(aGatewayStatus());
      await send(body, world, id);
      expect(world.events.map(({ key }) => key)).toEqual([hex(await sha256(body))]);
    },
  );

  it.each([{ type: "OutboundMessage" }, { type: "SMS" }, { type: "Nonsense" }, { contactId: "" }])(
    "keeps what it cannot use, and takes it in again as a gateway's: %j",
    async (fields) => {
      const world = aWorld();
      expect(await send(aGatewayStatus(fields), world)).toMatchObject({ ok: true, value: { status: "quarantined" } });
      const [item] = world.held;
      if (!item) throw new Error("Not held");
      expect(item).toMatchObject({ route: "gateway", eventKey: "gateway-msg-1" });
      const repaired = { ...item, body: JSON.stringify(aGatewayStatus()) };
      let released = 0;
      const again = await ingestAgain(repaired, world, () => Promise.resolve(void (released += 1)));
      expect(again).toEqual({ ok: true, value: { status: "accepted", eventKey: "gateway-msg-1", fired: [] } });
      expect(released).toBe(1);
    },
  );
});
