// `npm run screenshot`: docs/images/why-not.png, made of the real page: a call that nobody took, and why the rule about
// voicemail did not fire on it. The Worker runs in workerd, the page in Chromium.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { LOCATION, payloadOf, SAMPLES } from "../src/events/samples.ts";
import { sendEvent } from "../src/local/hook-client.ts";
import { signInLink } from "../src/local/project.ts";
import { bundleWorker, runWorker } from "../src/local/workerd.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../test/keys.ts";
import { launchChromium } from "../test/whole/dashboard/chromium.ts";

const IMAGE = join(import.meta.dirname, "../docs/images/why-not.png");
/** The rule that did not fire. */
const RULE = "voicemail-text-back";
const sample = SAMPLES["missed-call"];
if (!sample) throw new Error("There is no sample of a missed call");

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
await bundleWorker(folder);
const worker = await runWorker({
  bundle: folder,
  variables: TEST_VARIABLES,
  outbound: () => Promise.resolve(new OutboundResponse(null, { status: 204 })),
});
const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
const { answer } = await sendEvent(target, "events", payloadOf(sample, {}, new Date()));
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 880, height: 1_400 }, reducedMotion: "reduce" });
await page.goto(signInLink(worker.url, TEST_ADMIN_TOKEN));
await page.goto(`${worker.url}/#/l/${LOCATION}/events/${encodeURIComponent(answer.eventKey ?? "")}`);
await page.getByRole("button", { name: "What would have been enough?" }).click();
const verdict = page.locator("section[aria-labelledby=why] details", { hasText: RULE }).first();
await verdict.waitFor();
await verdict.evaluate((details) => details.setAttribute("open", ""));
// Its conditions are part of it, and what would have been enough.
await verdict.locator(".verdict-enough").waitFor();
await verdict.screenshot({ path: IMAGE, animations: "disabled" });
await browser.close();
await worker.miniflare.dispose();
rmSync(folder, { recursive: true });
