import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aCheckout } from "./checkout.ts";
import { freePort } from "../../src/local/workerd.ts";
import { signBody } from "../../src/local/sign.ts";
import { parseEnv } from "node:util";

/** A checkout of its own, so that the rules of this one are not edited. */
const checkout = aCheckout("dev");
const RULE = join(checkout, "rules/sms-failed.json");
const PAGE = join(checkout, "src/dashboard/main.tsx");
const page = readFileSync(PAGE, "utf8");
let child: ChildProcess;
let url = "";
let output = "";

async function until<Value>(look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const value = await look().catch(() => undefined);
    if (value !== undefined && value !== false) return value;
    await new Promise((soon) => setTimeout(soon, 100));
  }
}

beforeAll(async () => {
  const port = await freePort(0);
  // On a fresh clone there is no page from before.
  writeFileSync(PAGE, `${page}<`);
  url = `http://127.0.0.1:${port}`;
  child = spawn(
    "npm",
    [
      "run",
      "--silent",
      "dev",
      "--",
      "--port",
      String(port),
      "--ip",
      "127.0.0.1",
      "--show-interactive-dev-session=false",
    ],
    {
      cwd: checkout,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
      detached: true,
    },
  );
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await until(async () => (await fetch(`${url}/healthz`)).ok);
}, 60_000);

afterAll(() => {
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  rmSync(checkout, { recursive: true, force: true });
});

const variables = () => parseEnv(readFileSync(join(checkout, ".dev.vars"), "utf8")) as Record<string, string>;
async function rules(): Promise<{
  hash: string;
  rules: { name: string; description: string }[];
  findings: { file: string; code: string }[];
}> {
  const response = await fetch(`${url}/api/rules`, {
    headers: { authorization: `Bearer ${variables()["ADMIN_TOKEN"]}` },
  });
  return response.json() as never;
}
async function sendFailedSms(key: string): Promise<{ status: string; fired: string[] }> {
  const body = JSON.stringify({
    type: "OutboundMessage",
    locationId: "l",
    contactId: "c",
    messageType: "SMS",
    status: "failed",
    webhookId: key,
  });
  const signature = await signBody(body, variables()["DEV_PRIVATE_KEY"] ?? "");
  const headers = { "content-type": "application/json", "x-ghl-signature": signature };
  return (await fetch(`${url}/hooks/highlevel`, { method: "POST", body, headers })).json() as never;
}

describe("npm run dev", () => {
  it("made .dev.vars, and takes events signed with its key", async () => {
    expect(Object.keys(variables())).toEqual(
      expect.arrayContaining(["HIGHLEVEL_PUBLIC_KEYS", "DEV_PRIVATE_KEY", "ADMIN_TOKEN", "WEBHOOK_SECRET"]),
    );
    expect(await sendFailedSms("first")).toMatchObject({
      status: "accepted",
      fired: expect.arrayContaining(["sms-failed"]),
    });
  });

  it("answers although the page cannot be bundled, says so in its place, and shows it once it can", async () => {
    const shown = async (): Promise<string> => (await fetch(`${url}/`)).text();
    expect(await shown()).toContain("could not be bundled");
    expect(output).toContain("src/dashboard/main.tsx");
    writeFileSync(PAGE, page);
    await until(async () => (await shown()).includes('<div id="page">'));
  }, 30_000);

  it("prints a link to the page that signs in", () => {
    expect(output).toContain(`/#token=${encodeURIComponent(variables()["ADMIN_TOKEN"] ?? "")}`);
  });

  it("is asked about a recorded event by rules explain", () => {
    const args = [
      "src/cli/main.ts",
      "explain",
      "--event",
      "first",
      "--location",
      "l",
      "--to",
      url,
      "--rule",
      "sms-failed",
    ];
    const { stdout, stderr } = spawnSync(join(checkout, "node_modules/.bin/node"), args, {
      cwd: checkout,
      encoding: "utf8",
    });
    expect([stdout.split("\n")[0], stderr]).toEqual(["✔ sms-failed: fired", ""]);
  });

  it("takes an edited rule over", async () => {
    const edited = readFileSync(RULE, "utf8").replace('"failed", "undelivered"', '"undelivered"');
    const before = (await rules()).hash;
    writeFileSync(RULE, edited);
    await until(async () => (await rules()).hash !== before);
    expect(await sendFailedSms("second")).toMatchObject({
      status: "accepted",
      fired: expect.not.arrayContaining(["sms-failed"]),
    });
  }, 30_000);

  it("keeps the last good rules through a broken edit, says what is wrong, and goes on answering", async () => {
    const good = readFileSync(RULE, "utf8");
    const { hash } = await rules();
    writeFileSync(RULE, good.replace('"fact": "status"', '"fact": "statsu"'));
    const broken = await until(async () => {
      const now = await rules();
      return now.findings.length > 0 && now;
    });
    expect(broken).toMatchObject({ hash, findings: [{ file: "rules/sms-failed.json", code: "RULE_UNKNOWN_FACT" }] });
    expect(output).toContain('Fact "statsu" is not known, did you mean "status"');
    expect(await sendFailedSms("third")).toMatchObject({
      status: "accepted",
      fired: expect.not.arrayContaining(["sms-failed"]),
    });
    writeFileSync(RULE, good);
    await until(async () => (await rules()).findings.length === 0);
  }, 30_000);
});
