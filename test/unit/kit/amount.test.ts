import { expect, it } from "vitest";
import { amount } from "../../../src/kit/amount.ts";

it.each<
  [count: number, words: Parameters<typeof amount> extends [number, ...infer Words] ? Words : never, text: string]
>([
  [0, ["message"], "0 messages"],
  [1, ["message"], "1 message"],
  [1_204, ["message"], "1,204 messages"],
  [1, ["delivery", "deliveries"], "1 delivery"],
  [2, ["delivery", "deliveries"], "2 deliveries"],
])("says %d with its noun", (count, words, text) => {
  expect(amount(count, ...words)).toBe(text);
});
