import { describe, expect, it } from "vitest";
import { answerLines, readSets } from "../../../src/cli/send.ts";
import { CHANNEL_SAMPLES, payloadOf, SAMPLES } from "../../../src/events/samples.ts";
import { factsOf, readEvent } from "../../../src/events/event.ts";
import { CHANNELS } from "../../../src/model/channels.ts";
import { EVENT_KINDS } from "../../../src/model/event-kinds.ts";

describe("--set", () => {
  it.each<[args: string[], set: unknown]>([
    [[], {}],
    [["--set", "callDuration=31"], { callDuration: 31 }],
    [["--set=body=hello there"], { body: "hello there" }],
    [["--set", 'to=["a"]', "--set", "dnd=true"], { to: ["a"], dnd: true }],
    [["--set", "dndSettings.SMS.status=active"], { dndSettings: { SMS: { status: "active" } } }],
    [["--set", "body=a=b"], { body: "a=b" }],
  ])("%j", (args, set) => expect(readSets(args)).toEqual(set));

  it("is refused without a key and a value", () => {
    expect(() => readSets(["--set", "callDuration"])).toThrow("write --set key=value");
    expect(() => readSets(["--set"])).toThrow("write --set key=value");
  });
});

describe("the samples", () => {
  const events = Object.entries(SAMPLES).map(([name, sample]) => {
    const read = readEvent(payloadOf(sample, {}, new Date()), {
      key: name,
      route: sample.route,
      receivedAt: new Date().toISOString(),
    });
    return [name, read] as const;
  });

  it.each(events)("%s is a usable event", (_, read) => expect(read.status).toBe("event"));

  it("cover every kind, every channel, and the eight channels of HighLevel's documentation", () => {
    const facts = events.map(([, read]) => (read.status === "event" ? factsOf(read.event) : {}));
    expect(new Set(facts.map(({ kind }) => kind))).toEqual(new Set(EVENT_KINDS));
    expect(new Set(facts.map(({ channel }) => channel).filter(Boolean))).toEqual(
      new Set(CHANNELS.filter((channel) => channel !== "unknown")),
    );
    expect(CHANNEL_SAMPLES).toHaveLength(8);
  });

  it("have ids of their own each time", () => {
    const [sample] = Object.values(SAMPLES);
    if (!sample) throw new Error("No samples");
    const ids = [1, 2].map(() => payloadOf(sample, {}, new Date())["webhookId"]);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("an answer", () => {
  it("that refuses says what to do", () => {
    expect(
      answerLines({ httpStatus: 401, answer: { title: "The signature is wrong", detail: "Sign it" } }, null),
    ).toEqual(["401 The signature is wrong", "  Sign it"]);
  });
  it("that quarantines says where", () => {
    const answer = {
      status: "quarantined",
      eventKey: "k",
      issues: [{ pointer: "/contactId", message: "Expected the id of a contact" }],
    };
    expect(answerLines({ httpStatus: 202, answer }, null)).toEqual([
      "202 quarantined k",
      "  /contactId: Expected the id of a contact",
    ]);
  });
});
