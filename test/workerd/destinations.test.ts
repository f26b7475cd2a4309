import { expect, it } from "vitest";
import { allowedDestination } from "../../src/act/outbound/destination.ts";
import { chance } from "../generated/chance.ts";
import { forbiddenUrl, OWN_HOSTS, publicUrl } from "../generated/destinations.ts";

const COUNT = 5_000;

it("the guard gives the same answers where the URL parser is the Worker's", () => {
  const luck = chance(4);
  const isAllowed = (url: string): boolean =>
    allowedDestination(url, { outboundAllowedHosts: new Set(), ownHosts: OWN_HOSTS }).ok;
  expect(Array.from({ length: COUNT }, () => forbiddenUrl(luck)).filter((url) => isAllowed(url))).toEqual([]);
  expect(Array.from({ length: COUNT }, () => publicUrl(luck)).filter((url) => !isAllowed(url))).toEqual([]);
});
