import { expect, inject, it } from "vitest";
import { share, upTo } from "../thorough.ts";

const isQuick = inject("isQuick");
const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

it("npm test takes a share of a list, evenly, and the same each time; npm run test:all takes the list", () => {
  expect(share(TEN, 3)).toEqual(isQuick ? [0, 3, 6] : TEN);
  expect(share(TEN, 4)).toEqual(isQuick ? [0, 2, 5, 7] : TEN);
});

it("a share is no more than there is", () => {
  expect(share(TEN, 10)).toEqual(TEN);
  expect(share(TEN, 11)).toEqual(TEN);
});

it("a number of cases is the small one in npm test alone", () => {
  expect(upTo(1, 2)).toBe(isQuick ? 1 : 2);
});
