// In which order a bundle has its modules. gzip finds again what stands less than 32 KB before, and what resembles each
// other most stands in one room. Modules still run after those that they import: only neighbours change.
import { relative, sep } from "node:path";
import type { RenderedModule } from "rolldown";

/**
 * The rooms of src, in an order that was found by trying: a kilobyte and a half less than in that of their imports. What
 * stands beside them, such as the entry, comes last.
 */
export const ROOMS: readonly string[] =
  "act highlevel kit events rules time language drift counterfactual match api receive model agency ledger registry objects".split(
    " ",
  );

/** Modules of packages first, the largest farthest away from our own; then room by room, and in each folder by folder. */
export function inOrder(project: string, modules: { readonly [id: string]: RenderedModule }): readonly string[] {
  const ids = Object.keys(modules).filter((id) => modules[id]?.code);
  const placeOf = new Map(ids.map((id) => [id, relative(project, id).split(sep)]));
  const sizeOf = (id: string): number => modules[id]?.renderedLength ?? 0;
  const ours = ids.filter((id) => placeOf.get(id)?.[0] === "src");
  const packages = ids.filter((id) => !ours.includes(id)).toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const folders = Map.groupBy(ours, (id) => placeOf.get(id)?.slice(1, -1).join("/") ?? "");
  const rankOf = (folder: string): number => {
    const rank = ROOMS.indexOf(folder.split("/", 1)[0] ?? "");
    return rank < 0 ? ROOMS.length : rank;
  };
  const byRoom = [...folders].toSorted(([a], [b]) => rankOf(a) - rankOf(b));
  return [...packages, ...byRoom.flatMap(([, inFolder]) => inFolder)];
}
