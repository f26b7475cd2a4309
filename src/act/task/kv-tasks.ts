import { charactersIn } from "../../kit/characters.ts";
import { taskKey, type Task } from "../../model/task.ts";
import type { TaskStore } from "../contract/action-kind.ts";

/** The two calls of a KV namespace that tasks need. */
export interface TaskNamespace {
  put(key: string, value: string, options: { metadata: unknown }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Workers KV's limit, as JSON in UTF-8. */
const MAX_METADATA_BYTES = 1_024;
const TRIM_CHARACTERS = 20;

/** What a list of tasks shows. The title is cut if all of it would not fit. */
function metadataOf({ title, dueAt, state, contactId }: Task): {
  title: string;
  dueAt: string | null;
  state: string;
  contactId: string;
} {
  for (let characters = charactersIn(title); ; characters = characters.slice(0, -TRIM_CHARACTERS)) {
    const metadata = { title: characters.join(""), dueAt, state, contactId };
    if (characters.length === 0 || new TextEncoder().encode(JSON.stringify(metadata)).byteLength <= MAX_METADATA_BYTES)
      return metadata;
  }
}

/** Tasks in Workers KV: the task as JSON, with what a list of tasks shows as metadata. */
export function kvTasks(namespace: TaskNamespace): TaskStore {
  return {
    put(task: Task) {
      const value = JSON.stringify(task);
      return namespace.put(taskKey(task.locationId, task.id), value, { metadata: metadataOf(task) });
    },
    delete: (locationId, taskId) => namespace.delete(taskKey(locationId, taskId)),
  };
}
