import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { gatewayHeaders, gatewaySecret } from "../../../src/local/sign.ts";
import { TEST_GATEWAY_SECRET } from "../../keys.ts";

describe("a sample of a gateway", () => {
  it("is signed so that the reference implementation takes it, under an id of its own", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => gatewayHeaders("{}", TEST_GATEWAY_SECRET, Date.now())));
    expect(() => new Webhook(TEST_GATEWAY_SECRET).verify("{}", { ...one })).not.toThrow();
    expect(one?.["webhook-id"]).not.toBe(two?.["webhook-id"]);
  });

  it("wants a secret in .dev.vars, and says how to have one", () => {
    expect(gatewaySecret({ GATEWAY_SECRET: TEST_GATEWAY_SECRET })).toEqual({ ok: true, value: TEST_GATEWAY_SECRET });
    expect(gatewaySecret({})).toMatchObject({ failure: expect.stringContaining("There is no GATEWAY_SECRET") });
    const bad = gatewaySecret({ GATEWAY_SECRET: "canary!" });
    expect(bad).toMatchObject({ failure: expect.stringContaining("is not whsec_ and base64") });
    expect(JSON.stringify(bad)).not.toContain("canary");
  });
});
