// The page of alerts tells every kind, and the API's description knows it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bodyOf } from "../../../src/ledger/alerts/messages.ts";
import { readConfiguration } from "../../../src/model/configuration.ts";
import { ALERT_KINDS, type Alert } from "../../../src/model/alert.ts";

const ROOT = join(import.meta.dirname, "../../..");
const page = readFileSync(join(ROOT, "docs/alerts.md"), "utf8");
const kinds = Object.keys(ALERT_KINDS);

it("has a row for each kind, in the order of the code", () => {
  expect([...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind)).toEqual(kinds);
});

it("is what docs/openapi.json says", () => {
  const { components } = JSON.parse(readFileSync(join(ROOT, "docs/openapi.json"), "utf8"));
  for (const schema of ["Alert", "PlacedAlert"]) expect(components.schemas[schema].properties.kind.enum).toEqual(kinds);
});

it("shows a message as it is made", () => {
  const [, shown = ""] = /```json\n(\{\n {2}"text"[\s\S]*?)```/.exec(page) ?? [];
  const { data, timestamp } = JSON.parse(shown) as {
    timestamp: string;
    data: { locationId: string; name: string; alerts: Alert[] };
  };
  const made = bodyOf(data.locationId, data.name, data.alerts, Date.parse(timestamp));
  expect(JSON.parse(made)).toEqual(JSON.parse(shown));
});

it("shows a silence that is read as it says", () => {
  const [, given = ""] = /ALERT_SILENCE = "([^"]+)"/.exec(page) ?? [];
  const { alertSilence } = readConfiguration({ ALERT_SILENCE: given });
  expect([...alertSilence.kinds].filter((kind) => kinds.includes(kind))).toEqual(["quarantine", "drift"]);
  expect(alertSilence.awake).toEqual({ from: "07:00", to: "22:00" });
  expect(readConfiguration({ ALERT_SILENCE: "tpyo, 25:00-07:00" }).alertSilence.awake).toBeNull();
});
