import type { Erased } from "../../model/ledger.ts";

/** What erasing removed, in one line. */
export function erasedInWords({ events, deliveries, tasks, quarantined }: Erased): string {
  const parts = [
    counted(events, "event", "events"),
    counted(deliveries, "delivery", "deliveries"),
    counted(tasks, "task", "tasks"),
    counted(quarantined, "event that could not be used", "events that could not be used"),
  ];
  return events + deliveries + tasks + quarantined === 0
    ? "There was nothing to remove"
    : `Removed: ${parts.filter((part) => part !== null).join(", ")}`;
}

function counted(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
