// Bugs in deleting a location, for proof/deleting.ts to find.
import type { SimulatedMutant } from "./mutants.ts";

export const DELETING_MUTANTS: readonly SimulatedMutant[] = [
  {
    name: "agency-does-not-know-of-a-deletion",
    file: "objects/delete-location.ts",
    from: "if (companyId !== null) await agency(companyId).deleted(locationId);",
    to: "",
    seed: 1,
  },
  {
    name: "what-reached-kv-late-stays-there",
    file: "objects/delete-location.ts",
    from: "await Promise.all(keys.map(({ name }) => tasks.delete(name)));",
    to: "void keys;",
    seed: 3,
  },
  {
    name: "ledger-opens-before-all-have-forgotten",
    file: "objects/delete-location.ts",
    from: "own.remove(locationId, note.by.name, true)",
    to: "own.remove(locationId, note.by.name)",
    seed: 1,
  },
  {
    name: "directory-keeps-the-alerts-of-a-deleted-location",
    file: "objects/directory.ts",
    from: 'for (const table of ["locations", "alerts"])',
    to: 'for (const table of ["locations"])',
    seed: 1,
  },
];
