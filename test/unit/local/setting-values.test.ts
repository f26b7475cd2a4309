import { expect, it } from "vitest";
import { deploymentFindings } from "../../../src/local/deployment.ts";
import { malformedSettings } from "../../../src/local/setting-values.ts";
import { projectVariables, wranglerText } from "../../../src/local/project.ts";

const HASH = "0".repeat(64);

it("finds nothing in what ships", () => expect(malformedSettings(projectVariables())).toEqual([]));

it.each<[name: string, good: string, bad: string, place: string]>([
  ["ALERT_SILENCE", "quarantine, drift, 22:00-07:00", "drift, canary-10pm", "Entry 2 of ALERT_SILENCE"],
  ["ADMIN_TOKEN_HASHES", `ada:${HASH}, ${HASH}`, "canary-token", "ADMIN_TOKEN_HASHES"],
  ["ACCESS_TEAM_DOMAIN", "my-team.cloudflareaccess.com", "canary", "ACCESS_TEAM_DOMAIN"],
  ["HIGHLEVEL_APP_HOST", "App.my-agency.com", "canary", "HIGHLEVEL_APP_HOST"],
  ["HIGHLEVEL_API", "http://127.0.0.1:8686", "canary", "HIGHLEVEL_API"],
  ["OUTBOUND_ALLOWED_HOSTS", "localhost:9099, crm.internal", "localhost:9099, *.canary", "Entry 2 of"],
  ["OWN_HOSTS", "afterbeep.agency.workers.dev", "*.canary", "OWN_HOSTS"],
  ["TIME_ZONE", "America/Denver", "canary", "TIME_ZONE"],
  ["RETENTION_DAYS", "30", "canary", "RETENTION_DAYS"],
  ["LEDGER_MAX_BYTES", "8000000000", "0", "LEDGER_MAX_BYTES"],
])("names %s and its place where it is malformed, and never the value", (name, good, bad, place) => {
  expect(malformedSettings({ [name]: good })).toEqual([]);
  const found = malformedSettings({ [name]: bad });
  expect(found).toMatchObject([{ name, what: expect.stringContaining(`${place} `) as string }]);
  expect(JSON.stringify(found)).not.toContain("canary");
});

it("is a finding of rules check, at the deployment that has it", () => {
  const text = wranglerText().replace(/^ALERT_SILENCE = .*$/m, 'ALERT_SILENCE = "canary-words"');
  const found = deploymentFindings(text);
  expect(found).toMatchObject([{ code: "DEPLOYMENT_VALUE", environment: null }]);
  expect(found[0]?.message).toContain("[vars] ALERT_SILENCE");
  expect(JSON.stringify(found)).not.toContain("canary");
});
