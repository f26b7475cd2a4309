// What the page asks is answered, or ends: whoever asks every two seconds waits for no answer for good.
import { afterEach, expect, it, vi } from "vitest";
import { get, onRefused, Problem } from "../../../src/dashboard/ask/api.ts";

/** A network that answers nothing, until it is given up: what gives a question up, and after how long, milliseconds. */
function aSilentNetwork(): { readonly late: AbortController; readonly asked: readonly number[] } {
  const late = new AbortController();
  const asked: number[] = [];
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal(
    "fetch",
    (_: string, { signal }: RequestInit) =>
      new Promise((_done, fail) => signal?.addEventListener("abort", () => fail(signal.reason as Error))),
  );
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    asked.push(ms);
    return late.signal;
  });
  return { late, asked };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("gives a question up that is not answered within a minute, and says so", async () => {
  const { late, asked } = aSilentNetwork();
  const answer = get("/api/locations/L/changes", {}, new AbortController().signal).catch((error: unknown) => error);
  late.abort(new DOMException("late", "TimeoutError"));
  const problem = await answer;
  expect(asked).toEqual([60_000]);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ status: 0, code: "NO_ANSWER" });
});

it("is given up by who asked, without a word", async () => {
  aSilentNetwork();
  const own = new AbortController();
  const answer = get("/api/locations/L/changes", {}, own.signal).catch((error: unknown) => error);
  own.abort();
  expect(await answer).not.toBeInstanceOf(Problem);
});

it("is no refusal any more where it was given up before the answer was read", async () => {
  const own = new AbortController();
  vi.stubGlobal("sessionStorage", { getItem: () => "token" });
  // A browser ends the reading of a body whose call was given up.
  const json = (): Promise<never> => {
    own.abort();
    return Promise.reject(own.signal.reason as Error);
  };
  vi.stubGlobal("fetch", () => Promise.resolve({ ok: false, status: 401, json }));
  const refused: Problem[] = [];
  const end = onRefused((problem) => refused.push(problem));
  const answer = get("/api/locations/L/changes", {}, own.signal).catch((error: unknown) => error);
  expect(await answer).not.toBeInstanceOf(Problem);
  end();
  expect(refused).toEqual([]);
});

it("says that no answer came where that ends in its midst", async () => {
  const { late } = aSilentNetwork();
  const json = (): Promise<never> => {
    late.abort(new DOMException("late", "TimeoutError"));
    return Promise.reject(late.signal.reason as Error);
  };
  vi.stubGlobal("fetch", () => Promise.resolve({ ok: true, status: 200, json }));
  await expect(get("/api/locations/L/changes")).rejects.toMatchObject({ status: 0, code: "NO_ANSWER" });
});
