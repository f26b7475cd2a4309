// The doctor's questions, where what answers stops answering.
import { expect, it } from "vitest";
import { examine } from "../../../src/cli/doctor/examine.ts";

it("says so where a Worker answers the first question and no other, each of which has an end", async () => {
  const signals: AbortSignal[] = [];
  const patient = {
    url: "https://worker.example",
    adminToken: "t",
    clock: () => 0,
    fetch: async ({ pathname }: URL, { signal }: { readonly signal: AbortSignal }) => {
      signals.push(signal);
      if (pathname !== "/healthz") throw new TypeError("fetch failed");
      return Response.json({ status: "ok" });
    },
  };
  expect(await examine(patient)).toEqual({ kind: "unreachable", why: "not every question is answered" });
  expect(signals).toEqual([expect.any(AbortSignal), expect.any(AbortSignal)]);
});
