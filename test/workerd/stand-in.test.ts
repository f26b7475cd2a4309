import { describe, expect, it } from "vitest";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";

describe("the stand-in for HighLevel, inside workerd", () => {
  const asking = (signal?: AbortSignal): Request =>
    new Request("https://stand-in/contacts/ada/tags", {
      method: "POST",
      headers: { Authorization: "Bearer pit", Version: "2021-07-28", "Content-Type": "application/json" },
      body: JSON.stringify({ tags: ["missed"] }),
      ...(signal ? { signal } : {}),
    });

  it("answers, and leaves a caller without an answer until it gives up", async () => {
    const highLevel = new HighLevelStandIn({ clock: () => 0 });
    highLevel.addToken("pit", "here");
    highLevel.addContact({ id: "ada", locationId: "here" });
    expect(await (await highLevel.answer(asking())).json()).toEqual({ tags: ["missed"] });
    highLevel.faults.push({ match: () => true, kind: "hang", times: 1 });
    const patience = new AbortController();
    const answer = highLevel.answer(asking(patience.signal));
    patience.abort(new Error("enough"));
    await expect(answer).rejects.toThrow("enough");
    expect(highLevel.violations).toEqual([]);
  });
});
