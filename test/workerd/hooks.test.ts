import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { aPayload, signed } from "../builders.ts";
import { resetWorld } from "./world.ts";

beforeEach(resetWorld);

async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return exports.default.fetch("https://afterbeep.test/hooks/highlevel", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-ghl-signature": await signed(body), ...headers },
  });
}

describe("the events route", () => {
  it("accepts a signed event", async () => {
    const response = await post(JSON.stringify(aPayload({ webhookId: "w1" })));
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ status: "accepted", eventKey: "w1", fired: [] });
  });
});
