// The promise about records: whatever arrived anywhere is kept as it left, with names in the place of what is secret.
import type { SentRequest } from "../src/model/sent-request.ts";
import type { Arrived, History } from "./history.ts";

/** The secret that the webhooks of a simulated location carry. */
export const PROOF_SECRET = { name: "PROOF_KEY", value: "nobody-may-keep-this-4f1d" } as const;

/** Every promise by its name. */
export const RECORDS: { readonly [name: string]: (history: History) => Iterable<string> } = {
  "nothing is sent without a record of what was sent": everythingKept,
  "nothing that is secret is kept": nothingSecretKept,
};

function* everythingKept(history: History): Generator<string> {
  const { arrived, deliveries, confirmed, interrupted, isStorageRefusing } = history;
  const made = new Set(deliveries.map(({ id }) => id));
  const all = deliveries.flatMap(({ kept }) => kept);
  const kept = new Set(all.map(textOf));
  // Of a request that was cut, no more is known than where it went.
  const cut = new Set(all.filter(({ cutBytes }) => cutBytes > 0).map(({ method, url }) => `${method} ${url}`));
  const erased = new Set(
    confirmed.filter(({ what }) => what === "erased" || what === "erase asked").map(({ id }) => id),
  );
  for (const request of arrived) {
    const { deliveryId, contactId, method, url } = request;
    if (erased.has(contactId) || (deliveryId !== null && !made.has(deliveryId))) continue;
    // A webhook is not written down before it leaves: it leaves again.
    const mayBeLost = deliveryId !== null && (isStorageRefusing || interrupted.includes(deliveryId));
    if (mayBeLost || cut.has(`${method} ${url}`) || kept.has(textOf(named(request)))) continue;
    yield `${method} ${url} arrived, and is not kept as it did`;
  }
}

function* nothingSecretKept({ deliveries }: History): Generator<string> {
  for (const { id, kept } of deliveries)
    for (const { headers, ...request } of kept) {
      const { authorization = "", "webhook-signature": signature = "" } = headers;
      if (JSON.stringify([headers, request]).includes(PROOF_SECRET.value)) yield `${id} keeps a secret`;
      if (!["", "Bearer {{ token }}"].includes(authorization)) yield `${id} keeps a token`;
      if (!["", "{{ signature }}"].includes(signature)) yield `${id} keeps a signature`;
    }
}

type Sent = Pick<SentRequest, "method" | "url" | "headers" | "body">;

/** What arrived, as it has to be kept. */
function named({ method, url, headers, body }: Arrived): Sent {
  const names: { readonly [header: string]: string } = {
    authorization: "Bearer {{ token }}",
    "webhook-signature": "{{ signature }}",
  };
  const shown = Object.entries(headers).map(([name, value]) => [
    name,
    names[name] ?? value.replaceAll(PROOF_SECRET.value, `{{ secret.${PROOF_SECRET.name} }}`),
  ]);
  return { method, url, headers: Object.fromEntries(shown) as Sent["headers"], body };
}

function textOf({ method, url, headers, body }: Sent): string {
  return JSON.stringify([method, url, Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)), body]);
}
