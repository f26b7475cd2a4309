// Receiving: any bytes under any headers, before a real ledger on Node's SQLite.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { readConfiguration } from "../../../src/model/configuration.ts";
import type { HookRoute } from "../../../src/model/event-kinds.ts";
import { hex, sha256 } from "../../../src/kit/hash.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import type { Uninstall, UninstalledPlace } from "../../../src/model/token.ts";
import type { Quarantined } from "../../../src/model/ledger.ts";
import { ingestAgain, receive, type HookAnswer, type ReceivePorts } from "../../../src/receive/receive.ts";
import { respond } from "../../../src/respond.ts";
import { gatewaySigned, signed } from "../../builders.ts";
import { within } from "../../cases/json-cases.ts";
import { TEST_VARIABLES } from "../../keys.ts";
import { aLedger } from "../../unit/ledger/a-ledger.ts";
import { bytes, documentText, sent } from "../inputs.ts";
import { claim, model } from "../model.ts";

const PROTOTYPE_KEYS = new Set(["__proto__", "constructor", "prototype"]);
const EVENTS_A_LEDGER = 200;

/** One request, and which bit of its body is turned after it was signed. */
interface Sending {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly route: HookRoute;
  readonly headers: { readonly [name: string]: string };
  readonly turnedBit: number | null;
}

const routes = fc.constantFrom<HookRoute>("events", "provider", "gateway");
const utf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));
const realistic = sent.map(({ payload, route }) => ({ body: utf8(JSON.stringify(payload)), route }));
const spelt = fc
  .tuple(sent, documentText)
  .map(([{ payload, route }, text]) => ({ body: within(payload, { text }), route }));
const arbitrary = fc.record({ body: bytes, route: routes });
const odd = fc.stringMatching(/^[\t -~\u00a0-\u00ff]{0,30}$/);
const headers = fc.dictionary(
  fc.constantFrom("content-type", "content-encoding", "content-length", "x-ghl-signature", "x-wh-signature", "x-other"),
  fc.oneof(
    odd,
    fc.constantFrom("application/json", "application/json; charset=utf-8", "identity", "gzip", "N/A", "0", "-1", "1e9", "NaN", "A".repeat(88), "=".repeat(9_000), ","),
  ),
  { maxKeys: 3 },
); // prettier-ignore
const sendings: fc.Arbitrary<Sending> = fc
  .tuple(
    fc.oneof(realistic, spelt, arbitrary),
    fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
    fc.option(fc.nat(), { freq: 4 }),
  )
  .map(([request, given, turnedBit]) => ({ ...request, headers: given, turnedBit }));

/** A ledger with its hook; a new one now and then, as it remembers all that it is given. */
interface Place {
  readonly ledger: LocationLedger;
  readonly ports: ReceivePorts;
  readonly held: Map<string, Quarantined>;
  left: number;
}
let place: Promise<Place> | null = null;

async function newPlace(): Promise<Place> {
  // Each event comes a minute after the one before, so that none waits to share a commit.
  let now = Date.parse("2026-03-04T12:00:00Z");
  const clock = (): number => (now += 60_000);
  const ledger = await aLedger({ clock });
  const held = new Map<string, Quarantined>();
  const configuration = readConfiguration(TEST_VARIABLES);
  const store = {
    record: ledger.record.bind(ledger),
    quarantine: (locationId: string | null, item: Quarantined) => {
      held.set(item.eventKey, item);
      return Promise.resolve(ledger.quarantine(locationId ?? "", item));
    },
    join: (locationId: string, item: Quarantined) => {
      held.set(item.eventKey, item);
      return ledger.join(locationId, item);
    },
    countIgnored: (locationId: string | null, kind: string) =>
      Promise.resolve(ledger.countIgnored(locationId ?? "", kind)),
    install: () => Promise.resolve(),
    uninstall: (_: UninstalledPlace, event: Uninstall) => Promise.resolve(ledger.uninstall(event)),
  };
  return { ledger, ports: { configuration, clock, store }, held, left: EVENTS_A_LEDGER };
}

async function aPlace(): Promise<Place> {
  const known = await (place ??= newPlace());
  known.left -= 1;
  if (known.left <= 0) place = null;
  return known;
}

async function requestOf({ body, route, headers, turnedBit }: Sending, nowMs: number): Promise<Request> {
  const digest = hex(await sha256(body));
  const proof =
    route === "gateway"
      ? await gatewaySigned(body, { id: digest, atMs: nowMs })
      : { "x-ghl-signature": await signed(body) };
  const sent = Uint8Array.from(body);
  const at = turnedBit === null || body.length === 0 ? null : Math.floor(turnedBit / 8) % body.length;
  if (at !== null) sent[at] = (sent[at] ?? 0) ^ (1 << ((turnedBit ?? 0) % 8));
  return new Request("https://afterbeep.test/hooks/highlevel", {
    method: "POST",
    body: sent,
    headers: { "content-type": "application/json", ...proof, ...headers },
  });
}

/** What a body says, by JSON.parse alone. What cannot be kept, as JSON has no word for it, must not have been accepted. */
function meaningOf(body: Uint8Array): Json {
  const text = new TextDecoder().decode(body);
  const value = JSON.parse(text, (key, item: Json) => (PROTOTYPE_KEYS.has(key) ? undefined : item)) as Json;
  const written = JSON.stringify(value, (_, item: Json) => {
    claim(typeof item !== "number" || Number.isFinite(item), "It holds a number that cannot be kept");
    return item;
  });
  // JSON writes -0 as 0.
  return JSON.parse(written) as Json;
}

async function holds(sending: Sending): Promise<void> {
  const { body, route, headers, turnedBit } = sending;
  const { ledger, ports, held } = await aPlace();
  const result = await receive(await requestOf(sending, ports.clock()), route, ports);
  const response = respond(result, 202);
  const isAsSigned = turnedBit === null || body.length === 0;
  claim(response.status < 500, `Answered ${response.status}`);
  claim(response.status !== 429, "The ledger did not take it");
  if (!isAsSigned) return claim(!result.ok, "Accepted with one bit turned");
  if (Object.keys(headers).length > 0 || !result.ok)
    return claim(response.status === 202 || !result.ok, "Refused with 2xx");
  await checkKept(result.value, body, { ledger, ports, held });
}

async function checkKept(
  answer: HookAnswer,
  body: Uint8Array,
  { ledger, ports, held }: Omit<Place, "left">,
): Promise<void> {
  if (answer.status === "accepted") {
    const story = await ledger.event(answer.eventKey);
    const sent = meaningOf(body) as JsonObject;
    const kept = story?.event.payload ?? {};
    // What it comes to stands beside it, and where HighLevel leaves a field empty: a kind, a location, an e-mail's fate.
    const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== null && value !== ""));
    claim(isDeepStrictEqual(kept, { ...sent, ...kept, ...given }), "It is not kept as it was sent");
  }
  if (answer.status !== "quarantined") return;
  const item = ledger.findQuarantined(held.get(answer.eventKey)?.id ?? "");
  claim(item !== undefined, "What cannot be used is not in the quarantine");
  const again = await ingestAgain(item, ports, () => Promise.resolve());
  claim(isDeepStrictEqual(again, { ok: true, value: answer }), "The quarantine holds other bytes than were sent");
}

export const receiveModel = model({
  name: "receive",
  about: "Any request has an answer below 500; one turned bit is refused; what is accepted is kept as it was sent",
  share: 12,
  inputs: sendings,
  holds,
});
