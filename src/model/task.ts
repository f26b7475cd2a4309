/** A task for a person, as stored in KV under `task:<locationId>:<id>`. */
export interface Task {
  readonly id: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly title: string;
  readonly description: string | null;
  /** ISO 8601, UTC; null: no date. */
  readonly dueAt: string | null;
  readonly state: "open" | "done";
  /** The rule whose action it is. */
  readonly rule: string;
  readonly eventKey: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
}

/** The key of a task in KV. */
export function taskKey(locationId: string, id: string): string {
  return `task:${locationId}:${id}`;
}
