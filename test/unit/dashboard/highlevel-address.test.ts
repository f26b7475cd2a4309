import { expect, it } from "vitest";
import { highlevelAddress } from "../../../src/dashboard/address/highlevel.ts";

it.each([
  ["location", undefined, "https://app.agency.example/v2/location/L1/dashboard"],
  ["contact", "c1", "https://app.agency.example/v2/location/L1/contacts/detail/c1"],
  ["conversation", "v1", "https://app.agency.example/v2/location/L1/conversations/conversations/v1"],
  ["workflow", "w1", "https://app.agency.example/location/L1/workflow/w1"],
  ["contact", "a/../b?c#d", "https://app.agency.example/v2/location/L1/contacts/detail/a%2F..%2Fb%3Fc%23d"],
] as const)("a %s %s is opened at its address", (thing, id, address) => {
  expect(highlevelAddress("app.agency.example", "L1", thing, id)).toBe(address);
});
