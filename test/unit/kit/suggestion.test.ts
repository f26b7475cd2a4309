import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "../../../src/kit/suggestion.ts";

const FACTS = ["status", "callStatus", "channel", "contactId", "to", "from", "id"];

describe("nearest", () => {
  it.each([
    { word: "status", meant: "status", slip: "nothing" },
    { word: "statu", meant: "status", slip: "a letter left out" },
    { word: "sttus", meant: "status", slip: "a letter left out inside" },
    { word: "statuss", meant: "status", slip: "a letter too many" },
    { word: "stetus", meant: "status", slip: "another letter" },
    { word: "satus", meant: "status", slip: "a letter left out early" },
    { word: "sattus", meant: "status", slip: "neighbours swapped" },
    { word: "STATUS", meant: "status", slip: "capitals" },
    { word: "callstatus", meant: "callStatus", slip: "a small letter" },
    { word: "call_status", meant: "callStatus", slip: "an underscore" },
    { word: "contactID", meant: "contactId", slip: "capitals at the end" },
    { word: "chanel", meant: "channel", slip: "one of two letters" },
    { word: "form", meant: "from", slip: "a swap that makes another word" },
    { word: "ot", meant: "to", slip: "a swap in a short word" },
  ])("finds $meant in $word: $slip", ({ word, meant }) => {
    expect(nearest(word, FACTS)).toBe(meant);
  });

  it.each(["zzz", "messageType", "statistics", "banana", "contacts-identifier", "s t a t u s"])(
    "finds nothing near enough to %s",
    (word) => {
      expect(nearest(word, FACTS)).toBeNull();
    },
  );

  it("looks at no letter of a word that is much longer than any", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `name${index}`);
    // Letter by letter this takes hours.
    expect(nearest("a".repeat(1_000_000), names)).toBeNull();
  });

  it("takes the nearest of several, and of equally near ones the first", () => {
    expect(nearest("abcdeX", ["abcdYZ", "abcdef", "abcdeg"])).toBe("abcdef");
    expect(nearest("abcdeX", ["abcdeg", "abcdef"])).toBe("abcdeg");
  });

  it("counts a swap as one edit, so that it wins over two", () => {
    expect(nearest("abdcef", ["abxyef", "abcdef"])).toBe("abcdef");
  });

  it("allows a third of a long word, and one edit in a short one", () => {
    expect(nearest("abcdefXXX", ["abcdefghi"])).toBe("abcdefghi");
    expect(nearest("abcdeXXXX", ["abcdefghi"])).toBeNull();
    expect(nearest("aX", ["ab"])).toBe("ab");
    expect(nearest("XY", ["ab"])).toBeNull();
  });

  it("reads any iterable, also an empty one", () => {
    expect(nearest("statu", new Set(FACTS))).toBe("status");
    expect(nearest("status", [])).toBeNull();
    expect(nearest("", FACTS)).toBeNull();
  });
});

describe("didYouMean", () => {
  it("is the tail of a message where something is near, and nothing otherwise", () => {
    expect(didYouMean("statsu", FACTS)).toBe(', did you mean "status"');
    expect(didYouMean("zzz", FACTS)).toBe("");
  });
});
