// A part of the directory by itself, whose ledgers answer as the test says.
import { sqliteStorage, type SqliteStorage } from "../src/local/sqlite-storage.ts";
import { LocationDirectory, type DirectoryPorts } from "../src/objects/directory.ts";

const DAY_MS = 86_400_000;

export function aDirectory(
  clock: () => number,
  ports: Partial<DirectoryPorts> = {},
  storage: SqliteStorage = sqliteStorage(),
): LocationDirectory {
  const done = (): Promise<void> => Promise.resolve();
  const lone: DirectoryPorts = {
    clock,
    timer: done,
    tell: done,
    poke: () => Promise.resolve({ isOpen: false }),
    object: () => ({ take: done, forget: done }),
  };
  return new LocationDirectory(storage, { ...lone, ...ports }, 30 * DAY_MS);
}
