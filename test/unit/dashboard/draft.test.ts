import { describe, expect, it } from "vitest";
import { firstDraft, readDraft, sampleText } from "../../../src/dashboard/playground/draft.ts";
import { payloadIn, requestOf } from "../../../src/dashboard/playground/use-check.ts";
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

  it("can stand with what is known beside it", () => {
    const [event, contact] = [{ type: "OutboundMessage" }, { firstName: "Grace" }];
    expect(requestOf({ event, contact, more: 1 })).toEqual({ event, contact });
    expect(requestOf({ event, location: {} })).toEqual({ event, location: {} });
    expect(requestOf(event)).toEqual({ event });
    // A payload may have a field of that name.
    expect(requestOf({ ...event, event: "started", contact })).toEqual({
      event: { ...event, event: "started", contact },
    });
  });

  it.each(["", "{", "[]", "null", '"text"'])("is no payload where it is %j", (text) => {
    expect(payloadIn(text)).toBeNull();
  });
});
