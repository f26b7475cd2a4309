import { expect, it } from "vitest";
import { readLink } from "../../../src/dashboard/ask/session.ts";

it.each([
  ["#token=abc", { token: "abc" }],
  ["#token=a%25b%3D", { token: "a%b=" }],
  ["#token=%", { token: null }],
  ["#token=", { token: null }],
  ["#token=a%0Ab", { token: null }],
  ["#/l/token=abc", null],
  ["", null],
])("the fragment %j holds %j", (fragment, expected) => {
  expect(readLink(fragment)).toEqual(expected);
});
