// Alerts as an operator meets them: one at a receiver, signed, on the page with its mark, and its end.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LOCATION } from "../../../src/events/samples.ts";
import { webhookKeys, webhookSignature } from "../../../src/kit/standard-webhooks.ts";
import { TEST_WEBHOOK_SECRET } from "../../keys.ts";
import { describeInBrowser, show, useDashboard } from "./browser.ts";

const HERE = `#/l/${LOCATION}`;
const ALERTS = "https://alerts.example.com/services/secret-part";

describeInBrowser("alerts on the page", () => {
  const received: { readonly headers: IncomingMessage["headers"]; readonly body: string }[] = [];
  let receiver: Server;
  const dashboard = useDashboard({ ALERT_URL: ALERTS });

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        response.end("ok");
      });
    });
    await new Promise<void>((listens) => receiver.listen(0, "127.0.0.1", listens));
    const { port } = receiver.address() as AddressInfo;
    dashboard.answer = async (request) => {
      // What goes to alerts goes on to a real receiver.
      if (!request.url.startsWith("https://alerts.") && !request.url.startsWith("https://own."))
        return new OutboundResponse(null, { status: 410 });
      const headers = Object.fromEntries(request.headers);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: await request.text() });
      return new OutboundResponse(await answer.text(), { status: answer.status });
    };
  });
  afterAll(() => receiver.close());

  it("shows an alert that a receiver got, signed, with a mark and a way to what it is about", async () => {
    await dashboard.send("sms-failed");
    await dashboard.send("voicemail");
    const page = await dashboard.open(`${HERE}/alerts`);
    const here = page.getByRole("region", { name: "In this location" });
    await here.getByText("Alerts of this location go where those of all locations do").waitFor();
    // A look is a minute after something has died.
    await here
      .getByText(/have died/)
      .first()
      .waitFor({ timeout: 100_000 });
    await expect.poll(() => received.length, { timeout: 30_000 }).toBe(1);
    const [message] = received;
    const [key = new Uint8Array()] = webhookKeys(TEST_WEBHOOK_SECRET) ?? [];
    const id = String(message?.headers["webhook-id"]);
    const seconds = Number(message?.headers["webhook-timestamp"]);
    expect(message?.headers["webhook-signature"]).toBe(await webhookSignature(key, id, seconds, message?.body ?? ""));
    expect(JSON.parse(message?.body ?? "{}")).toMatchObject({ type: "alerts", data: { locationId: LOCATION } });
    await page.getByRole("link", { name: /^Alerts \d/ }).waitFor();
    const everywhere = page.getByRole("region", { name: "Open in every location" });
    await show(page, `${HERE}/overview`);
    await show(page, `${HERE}/alerts`);
    await everywhere.getByRole("link", { name: LOCATION }).first().waitFor();
    const shots = process.env["SHOTS"];
    if (shots) await page.screenshot({ path: `${shots}/alerts.png` });
    await here
      .getByRole("link", { name: /have died/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "Deliveries" }).waitFor();
    expect(page.url()).toContain("state=dead");
  }, 180_000);

  it("sends a test, gives the location a URL that is not shown again, and tells nobody", async () => {
    const page = await dashboard.open(`${HERE}/alerts`);
    const before = received.length;
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText("The test arrived").waitFor();
    expect(JSON.parse(received[before]?.body ?? "{}")).toMatchObject({ type: "alerts.test" });
    await page.getByLabel("A URL of this location's own").fill("https://10.0.0.1/x");
    await page.getByRole("button", { name: "Send them there" }).click();
    await page.getByText("The host is an IP address").waitFor();
    await page.getByLabel("A URL of this location's own").fill("https://own.example.com/very-secret");
    await page.getByRole("button", { name: "Send them there" }).click();
    await page.getByText("go to a URL of its own").waitFor();
    expect(await page.content()).not.toContain("very-secret");
    await page.getByRole("button", { name: "Tell nobody" }).click();
    await page.getByText("Nobody is told of this location's alerts").waitFor();
    await page.getByRole("button", { name: "Send them where all go" }).click();
    await page.getByText("Alerts of this location go where those of all locations do.").waitFor();
  });
});
