// Who reads much keeps nobody waiting: while a long answer leaves, events have their turn.
import { afterAll, beforeAll, expect, it } from "vitest";
import { sendEvent } from "../../src/local/hook-client.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { aPayload, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { shippedBundle } from "./bundles.ts";

const EVENTS = 120;
/** So large that a page of the export has two of them. */
const BODY = "x".repeat(90_000);
/** Events that are answered while an export of so many pages leaves; were it one piece, it would be one. */
const AT_LEAST = 5;

let worker: RunningWorker;
beforeAll(async () => {
  worker = await runWorker({ bundle: shippedBundle(), variables: { ...TEST_VARIABLES, EVENTS_PER_SECOND: "100000" } });
});
afterAll(() => worker.miniflare.dispose());

async function send(turn: string, body: string): Promise<number> {
  const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: undefined };
  const payload = aPayload({ body, messageId: turn, webhookId: turn });
  return (await sendEvent(target, "events", payload)).httpStatus;
}

it("events are answered while an export leaves", async () => {
  for (let n = 0; n < EVENTS; n += 1) expect(await send(`before-${n}`, BODY)).toBe(202);
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  let isOver = false;
  const lines = fetch(`${worker.url}/api/locations/${LOCATION}/export`, { headers })
    .then((answer) => answer.text())
    .finally(() => (isOver = true));
  let answered = 0;
  while (!isOver) {
    expect(await send(`beside-${answered}`, "short")).toBe(202);
    answered += 1;
  }
  expect((await lines).trimEnd().endsWith("}")).toBe(true);
  expect((await lines).split('{"type":"event"').length - 1).toBe(EVENTS);
  expect(answered).toBeGreaterThanOrEqual(AT_LEAST);
}, 120_000);
