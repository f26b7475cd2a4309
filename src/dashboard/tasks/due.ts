// When a task is due, in words.
import type { Task } from "../../model/task.ts";
import { fromNow, lengthInWords } from "../time/time.ts";

/** How urgent a task is: in words, and whether it is overdue. */
export interface Due {
  readonly words: string;
  readonly isOverdue: boolean;
}

/** How urgent an open task is. */
export function dueInWords({ dueAt }: Pick<Task, "dueAt">, now: number): Due {
  if (dueAt === null) return { words: "no date", isOverdue: false };
  const lateMs = now - Date.parse(dueAt);
  if (lateMs < 1_000) return { words: `due ${fromNow(dueAt, now)}`, isOverdue: false };
  const [largest = ""] = lengthInWords(lateMs).match(/^\S+ \S+/) ?? [];
  return { words: `overdue by ${largest}`, isOverdue: true };
}

/** The item that takes the focus once another is gone: the next one, or else the previous one. */
export function neighbourOf<Item extends { readonly id: string }>(items: readonly Item[], id: string): Item | null {
  const at = items.findIndex((item) => item.id === id);
  return at === -1 ? null : (items[at + 1] ?? items[at - 1] ?? null);
}
