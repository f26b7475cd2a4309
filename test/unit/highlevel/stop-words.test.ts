import { describe, expect, it } from "vitest";
import { stopWordOf } from "../../../src/highlevel/stop-words.ts";

const STOPS = [
  "STOP",
  "stop",
  " Stop. ",
  "STOP!!!",
  "“Stop”",
  "Stop 🛑",
  "STOPALL",
  "Stop all",
  "stop\n all",
  "unsubscribe",
  "Cancel",
  "END",
  "quit",
  "Opt out",
  "OPT-OUT",
  "optout",
  "Revoke.",
  "ＳＴＯＰ",
  `${" ".repeat(60)}STOP`,
];
const STARTS = ["START", "start.", "UNSTOP", "Yes", "YES!"];
const NEITHER = [
  "",
  "   ",
  "...",
  "Please stop",
  "stop texting me",
  "Stop it",
  "don't stop",
  "STOPP",
  "yes please",
  "the end",
  `STOP${"!".repeat(200)}`,
  null,
  undefined,
  5,
  ["STOP"],
  { body: "STOP" },
];

describe("a word such as STOP", () => {
  it.each(STOPS)("is %j", (text) => expect(stopWordOf(text)).toBe("stop"));
  it.each(STARTS)("is taken back by %j", (text) => expect(stopWordOf(text)).toBe("start"));
  it.each(NEITHER.map((text) => [text]))("is not %j", (text) => expect(stopWordOf(text)).toBeNull());
});
