// A deployment with many locations, each with something of today: sent as HighLevel does, named as an operator does.
import { sendEvent } from "../../../src/local/hook-client.ts";
import { payloadOf, SAMPLES, type Sample } from "../../../src/events/samples.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Home, LocationOverview } from "../../../src/model/home.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY } from "../../keys.ts";

const AT_ONCE = 8;
const PAGE = 200;
const NAMED = 5;
const AGAIN_MS = 2_000;
const PATIENCE_MS = 180_000;
const MOST_TRIES = 5;
const TOWNS = [
  "Springfield",
  "Shelbyville",
  "Ogdenville",
  "Brockway",
  "Cypress Creek",
  "North Haverbrook",
  "Capital City",
];
const TRADES = ["Dental", "Roofing", "Law", "Spa", "HVAC", "Auto Glass", "Realty", "Fitness", "Vision"];

/** One of them. */
export interface OneOfMany {
  readonly locationId: string;
  /** What an operator calls it; `null`: nothing, and it is shown by its id. */
  readonly name: string | null;
  /** The samples that come to it, by name. */
  readonly samples: readonly string[];
}

/** So many, alike in each run: `samplesOf` says what comes to each. One in five has a name, which begins with its number. */
export function many(count: number, samplesOf: (index: number) => readonly string[]): readonly OneOfMany[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index).padStart(4, "0");
    const words = `${TOWNS[index % TOWNS.length] ?? ""} ${TRADES[index % TRADES.length] ?? ""}`;
    const name = index % NAMED === 0 ? `${number} ${words}` : null;
    return { locationId: `vQz9wL2sR7tYb4Kd${number}`, name, samples: samplesOf(index) };
  });
}

/** Sends what comes to each and names those that have a name; resolves once the home tells all of it. */
export async function live(url: string, locations: readonly OneOfMany[]): Promise<void> {
  await each(locations, async ({ locationId, samples }) => {
    for (const [at, name] of samples.entries())
      await send(url, sampleOf(name), { locationId, contactId: `contact-${at}` });
  });
  const due = new Map(locations.map(({ locationId, samples }) => [locationId, samples.length]));
  const isTold = ({ locationId, events }: LocationOverview): boolean => events >= (due.get(locationId) ?? 0);
  for (const until = Date.now() + PATIENCE_MS; ;) {
    const all = await homeOf(url);
    const late = all.filter((one) => !isTold(one));
    if (all.length >= locations.length && late.length === 0) break;
    if (Date.now() > until) throw new Error(`Home tells of ${all.length} locations, ${late.length} of them not all`);
    // One that was asked between two of its events tells the rest in five minutes: an operator's change is told at once.
    await each(late.filter(({ toldAt }) => toldAt !== null), ({ locationId }) => lookAt(url, locationId)); // prettier-ignore
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
  await each(locations, async ({ locationId, name }) => {
    if (name !== null) await ask(url, `/locations/${locationId}/name`, "PUT", { name });
  });
}

/** An operator changes something and takes it back, so that the home knows how a location stands. */
export async function lookAt(url: string, locationId: string): Promise<void> {
  await ask(url, `/locations/${locationId}/pause`, "PUT", { reason: "Looking" });
  await ask(url, `/locations/${locationId}/pause`, "DELETE");
}

/** A call of the API that has to succeed. */
export async function ask<Answer>(url: string, path: string, method = "GET", body?: JsonObject): Promise<Answer> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}`, "content-type": "application/json" };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await patiently(() => fetch(`${url}/api${path}`, init));
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Does the same with all of them, some at once. */
export async function each<One>(all: readonly One[], work: (one: One) => Promise<unknown>): Promise<void> {
  const left = all.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of left) await work(one);
    }),
  );
}

/** All rows of the home. */
async function homeOf(url: string): Promise<readonly LocationOverview[]> {
  const found: LocationOverview[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Home = await ask<Home>(url, `/overview?sort=name&limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
    found.push(...page.locations);
    cursor = page.cursor;
  }
  return found;
}

function sampleOf(name: string): Sample {
  const sample = SAMPLES[name];
  if (!sample) throw new Error(`There is no sample "${name}"`);
  return sample;
}

async function send(url: string, sample: Sample, set: JsonObject): Promise<void> {
  const target = { url, privateKey: TEST_PRIVATE_KEY, adminToken: undefined };
  const payload = payloadOf(sample, set, new Date());
  const { httpStatus } = await patiently(() => sendEvent(target, sample.route, payload));
  if (httpStatus !== 202) throw new Error(`An event was answered ${httpStatus}`);
}

/** As every sender does: what a connection that was closed did not answer is asked again. */
async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
    }
  }
}
