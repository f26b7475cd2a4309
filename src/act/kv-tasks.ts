import { taskKey, type Task } from "../model/task.ts";
import type { TaskStore } from "./action-kind.ts";

/** The two calls of a KV namespace that tasks need. */
export interface TaskNamespace {
  put(key: string, value: string, options: { metadata: unknown }): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Tasks in Workers KV: the task as JSON, with what a list of tasks shows as metadata. */
export function kvTasks(namespace: TaskNamespace): TaskStore {
  return {
    put(task: Task) {
      const { title, dueAt, state, contactId } = task;
      return namespace.put(taskKey(task.locationId, task.id), JSON.stringify(task), {
        metadata: { title, dueAt, state, contactId },
      });
    },
    delete: (locationId, taskId) => namespace.delete(taskKey(locationId, taskId)),
  };
}
