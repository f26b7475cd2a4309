import { describe, expect, it } from "vitest";
import { firstDraft, readDraft, sampleText } from "../../../src/dashboard/playground/draft.ts";
import { payloadIn } from "../../../src/dashboard/playground/use-check.ts";
import { SAMPLES } from "../../../src/events/samples.ts";

const draft = firstDraft("location-1");

describe("a draft that was kept", () => {
  it("is the draft again", () => {
    expect(readDraft(JSON.stringify(draft))).toEqual(draft);
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["another shape", "[]"],
    ["a part that is missing", JSON.stringify({ ...draft, text: undefined })],
    ["a part of another type", JSON.stringify({ ...draft, name: 7 })],
  ])("is none where there is %s", (_, kept) => {
    expect(readDraft(kept)).toBeNull();
  });
});

describe("the event of a draft", () => {
  it.each(Object.keys(SAMPLES))("can be the sample %s, as if the location had sent it", (name) => {
    expect(payloadIn(sampleText(name, "location-1"))).toMatchObject({
      ...SAMPLES[name]?.payload,
      locationId: "location-1",
    });
  });

  it.each(["", "{", "[]", "null", '"text"'])("is no payload where it is %j", (text) => {
    expect(payloadIn(text)).toBeNull();
  });
});
