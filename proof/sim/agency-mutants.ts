// Bugs in what an agency's installation takes, for proof/agencies.ts to find.
import type { SimulatedMutant } from "./mutants.ts";

export const AGENCY_MUTANTS: readonly SimulatedMutant[] = [
  {
    name: "install-that-got-lost-is-not-made-up-for",
    file: "agency/progress.ts",
    from: "const LIST_EVERY_MS = 3_600_000;",
    to: "const LIST_EVERY_MS = 3_600_000_000;",
    seed: 43,
  },
  {
    name: "token-from-before-the-app-came-back-is-kept",
    file: "agency/agency.ts",
    from: 'const isNewer = token?.source !== "agency" || Date.parse(token.storedAt) >= row.state_at;',
    to: "const isNewer = true;",
    seed: 250,
  },
  {
    name: "token-handed-to-another-ledger",
    file: "agency/agency.ts",
    from: "const isTaken = await ledger.offerToken(locationId, asked.token, askedAtMs);",
    to: 'const isTaken = await this.#ports.ledger("sub-0").offerToken(locationId, asked.token, askedAtMs);',
    seed: 1,
  },
  {
    name: "tokens-of-an-agency-that-left-live-on",
    file: "objects/installs.ts",
    from: "const locations = await objects.directory.ofCompany(companyId, UNINSTALLED_AT_ONCE);",
    to: "const locations = (await objects.directory.ofCompany(companyId, UNINSTALLED_AT_ONCE)).slice(1);",
    seed: 16,
  },
  {
    name: "token-of-a-location-that-left-lives-on",
    file: "objects/installs.ts",
    from: "return endToken(objects, locationId, event);",
    to: 'return event.atMs === 0 ? endToken(objects, locationId, event) : "kept";',
    seed: 1,
  },
  {
    name: "location-that-is-not-admitted-gets-a-token",
    file: "agency/agency.ts",
    from: "if (!isOnList(admitted, locationId)) {",
    to: 'if (!isOnList(admitted, locationId) && locationId === "") {',
    seed: 1,
  },
  {
    name: "admitted-later-is-not-looked-at-again",
    file: "agency/locations.ts",
    from: "outside: ({ isAdmitted }) => isAdmitted,",
    to: "outside: () => false,",
    seed: 58,
  },
];
