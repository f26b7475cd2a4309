// In which order a location is forgotten: its ledger opens again as the last, so that nothing that comes later is lost.
import { describe, expect, it } from "vitest";
import { deleteLocation, type KeptAt } from "../../../src/objects/delete-location.ts";

const NOTE = { by: { through: "token", name: "ada" }, action: "location.delete", about: {} } as const;

/** All that keeps something, each call noted; `fails` does not answer. */
function keptAt({ more = false, fails = "" } = {}): { readonly calls: string[]; readonly kept: KeptAt } {
  const calls: string[] = [];
  const answers =
    <Value>(name: string, value: Value) =>
    (...args: unknown[]): Promise<Value> => {
      calls.push([name, ...args.filter((one) => one === true)].join(" "));
      return name === fails ? Promise.reject(new Error("It does not answer")) : Promise.resolve(value);
    };
  const nothing = undefined as unknown as void;
  const kept: KeptAt = {
    directory: {
      actionBegins: answers("noted", 1),
      actionEnds: answers("ended", nothing),
      companyOf: answers("company", "agency-1"),
      forget: answers("directory", nothing),
    },
    agency: () => ({ deleted: answers("agency", nothing) }),
    ledger: () => ({ remove: answers("ledger", { tasks: 2, more }) }),
    registry: { forget: answers("registry", nothing) },
    tasks: { list: answers("list", { keys: [{ name: "task:l:1" }] }), delete: answers("task", nothing) },
  };
  return { calls, kept };
}

describe("deleting a location", () => {
  const begun = ["noted", "company", "agency", "ledger true"];
  it("opens its ledger anew once all have forgotten it", async () => {
    const { calls, kept } = keptAt();
    expect(await deleteLocation(kept, NOTE, "l")).toEqual({ tasks: 2, more: false });
    expect(calls).toEqual([...begun, "list", "task", "registry", "directory", "ledger", "ended"]);
  });

  it("leaves it closed after a part", async () => {
    const { calls, kept } = keptAt({ more: true });
    await deleteLocation(kept, NOTE, "l");
    expect(calls).toEqual([...begun, "ended"]);
  });

  it.each(["list", "task", "registry", "directory"])(
    "leaves it closed where one does not answer: %s",
    async (fails) => {
      const { calls, kept } = keptAt({ fails });
      await expect(deleteLocation(kept, NOTE, "l")).rejects.toThrow("It does not answer");
      expect(calls).not.toContain("ledger");
      expect(calls.at(-1)).toBe(fails);
    },
  );
});
