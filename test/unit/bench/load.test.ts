import { afterEach, describe, expect, it } from "vitest";
import { load } from "../../../bench/parts/load.ts";
import { ANSWERS, ENDINGS, failingServer } from "./no-answer.ts";

let stop = (): void => undefined;
afterEach(() => stop());

const job = { connections: 2, requests: 6, locations: 3, run: "run" };

describe("a connection under load that", () => {
  it.each(ENDINGS)("%s is counted by name, and its request is sent again", async (_, ending) => {
    const server = await failingServer(ending, 2);
    ({ stop } = server);
    const { statuses, latencies } = await load({ ...job, port: server.port });
    expect(statuses).toEqual({ "202": 6, "no answer": 12 });
    expect(latencies).toHaveLength(6);
    expect([...server.seen.values()]).toEqual(Array(6).fill(3));
  });

  it.each(ANSWERS)("%s is no failure: each request is sent once", async (_, answer) => {
    const server = await failingServer(() => undefined, 0, answer);
    ({ stop } = server);
    const { statuses } = await load({ ...job, port: server.port });
    expect(statuses).toEqual({ "202": 6 });
    expect([...server.seen.values()]).toEqual(Array(6).fill(1));
  });
});
