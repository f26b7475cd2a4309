import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { allowedDestination } from "../../../src/act/outbound/destination.ts";
import { chance } from "../../generated/chance.ts";
import { forbiddenUrl, mutatedUrl, OWN_HOSTS, publicUrl } from "../../generated/destinations.ts";

const COUNT = 10_000;
const hosts = { outboundAllowedHosts: new Set<string>(), ownHosts: OWN_HOSTS };

function generated(seed: number, url: (luck: ReturnType<typeof chance>) => string): string[] {
  const luck = chance(seed);
  return Array.from({ length: COUNT }, () => url(luck));
}

/** What no allowed URL may be, told without the guard: by its text and by another reader of addresses. */
function objection(url: URL): string | null {
  const labels = url.hostname.split(".");
  const last = labels.at(-1) ?? "";
  if (!url.href.startsWith("https://")) return "scheme";
  if (url.href.slice("https://".length).split("/", 1)[0] !== url.hostname) return "user info, or a port";
  if (isIP(url.hostname) !== 0 || isIP(url.hostname.replaceAll(/[[\]]/g, "")) !== 0) return "an address";
  if (/^(?:0x[\da-f]*|\d+)$/.test(last)) return "a number at the end";
  if (labels.length < 2) return "a single name";
  if (labels.some((label) => !/^[a-z\d_-]{1,63}$/.test(label))) return "an odd label";
  if (/(?:^|\.)(?:localhost|local|internal|arpa|onion|localdomain|nip\.io|lvh\.me)$/.test(url.hostname))
    return "a private name";
  return OWN_HOSTS.has(url.hostname) ? "ourselves" : null;
}

describe(`of ${COUNT} generated URLs`, () => {
  it("that lead where no webhook may go, none is allowed", () => {
    const urls = generated(1, forbiddenUrl);
    expect(urls.filter((url) => allowedDestination(url, hosts).ok)).toEqual([]);
    // Enough of them are different, and enough are refused for where they lead and not for how they are written.
    expect(new Set(urls).size).toBeGreaterThan(COUNT * 0.8);
    expect(urls.filter((url) => URL.canParse(url)).length).toBeGreaterThan(COUNT / 2);
  });

  it("that are public, each is allowed, and read as the URL parser reads it", () => {
    const urls = generated(2, publicUrl);
    expect(new Set(urls).size).toBeGreaterThan(COUNT * 0.8);
    for (const url of urls) {
      const allowed = allowedDestination(url, hosts);
      expect(allowed, JSON.stringify(url)).toEqual({ ok: true, value: new URL(url) });
      if (allowed.ok) expect(objection(allowed.value), JSON.stringify(url)).toBeNull();
    }
  });

  it("in which characters were changed, there is no objection to one that is allowed", () => {
    const allowed = generated(3, mutatedUrl).flatMap((url) => {
      const answer = allowedDestination(url, hosts);
      return answer.ok ? [answer.value] : [];
    });
    expect(allowed.length).toBeGreaterThan(COUNT / 10);
    expect(allowed.filter((url) => objection(url) !== null).map(({ href }) => href)).toEqual([]);
  });
});
