import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskStore } from "../../../src/act/contract/action-kind.ts";
import { kvTasks, type TaskNamespace } from "../../../src/act/task/kv-tasks.ts";
import type { AttemptOutcome } from "../../../src/act/contract/outcome.ts";
import { perform } from "../../../src/act/kinds.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { TaskAction } from "../../../src/model/rule.ts";
import { taskKey, type Task } from "../../../src/model/task.ts";
import { aTask, CONTACT, LOCATION } from "../../builders.ts";
import { context, ports, roots, wordOf } from "./context.ts";

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;

/** Keeps tasks by key, as a KV does. */
function memoryTasks(): TaskStore & { readonly tasks: Map<string, Task> } {
  const tasks = new Map<string, Task>();
  return {
    tasks,
    put(task) {
      tasks.set(taskKey(task.locationId, task.id), task);
      return Promise.resolve();
    },
    delete(locationId, id) {
      tasks.delete(taskKey(locationId, id));
      return Promise.resolve();
    },
  };
}

/** A KV namespace with KV's limits: keys of 512 bytes, 1,024 bytes of metadata as JSON. */
function memoryNamespace(): TaskNamespace & { readonly entries: Map<string, { value: string; metadata: unknown }> } {
  const entries = new Map<string, { value: string; metadata: unknown }>();
  return {
    entries,
    put(key, value, { metadata }) {
      if (utf8Length(key) > 512) return Promise.reject(new Error("414 Key too long"));
      if (utf8Length(JSON.stringify(metadata)) > 1_024) return Promise.reject(new Error("413 Metadata too long"));
      entries.set(key, { value, metadata });
      return Promise.resolve();
    },
    delete(key) {
      entries.delete(key);
      return Promise.resolve();
    },
  };
}

function tried(
  action: Partial<TaskAction>,
  event: JsonObject = {},
  tasks: TaskStore = memoryTasks(),
): Promise<AttemptOutcome> {
  return perform(aTask(action), context({ roots: roots(event), ports: ports({ tasks }) }));
}

/** The task that an attempt made. */
async function taskOf(action: Partial<TaskAction>, event: JsonObject = {}): Promise<Task> {
  const outcome = await tried(action, event);
  if (!outcome.done || outcome.task === undefined) throw new Error(wordOf(outcome));
  return outcome.task;
}

describe("a task", () => {
  it("is put into the store, and told in the outcome", async () => {
    const tasks = memoryTasks();
    const outcome = await tried(
      { title: "Call {{ event.contactId }}", description: "{{ event.n }} s", due: "2h" },
      { n: 5 },
      tasks,
    );
    const task: Task = {
      id: "delivery-1",
      locationId: LOCATION,
      contactId: CONTACT,
      title: `Call ${CONTACT}`,
      description: "5 s",
      dueAt: "2026-03-04T17:30:00.000Z",
      state: "open",
      rule: "test-rule",
      eventKey: "test-key",
      createdAt: "2026-03-04T15:30:00.000Z",
      completedAt: null,
    };
    expect(outcome).toEqual({ done: true, status: null, answer: null, task });
    expect([...tasks.tasks]).toEqual([[`task:${LOCATION}:delivery-1`, task]]);
  });

  it("exists once, however often it is tried, and is the same each time", async () => {
    const tasks = memoryTasks();
    const outcomes = [];
    for (let attempt = 0; attempt < 3; attempt++) outcomes.push(await tried({ due: "1d" }, {}, tasks));
    expect(tasks.tasks.size).toBe(1);
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  });

  it.each([
    { due: "1s", dueAt: "2026-03-04T15:30:01.000Z" },
    { due: "30m", dueAt: "2026-03-04T16:00:00.000Z" },
    { due: "9h", dueAt: "2026-03-05T00:30:00.000Z" },
    { due: "365d", dueAt: "2027-03-04T15:30:00.000Z" },
    { due: undefined, dueAt: null },
    { due: "junk", dueAt: null },
  ])("due $due is due at $dueAt", async ({ due, dueAt }) => {
    expect((await taskOf({ due })).dueAt).toBe(dueAt);
  });

  it("has no description where the rule writes none", async () => {
    expect((await taskOf({})).description).toBeNull();
  });

  it.each<{ title: string; action: Partial<TaskAction> }>([
    { title: "the title", action: { title: "{{ event.missing }}" } },
    { title: "the description", action: { description: "{{ event.missing }}" } },
    { title: "a null", action: { title: "{{ event.nothing }}" } },
    { title: "a secret", action: { description: "{{ secret.TOKEN }}" } },
  ])("is not made from a template that fails: $title", async ({ action }) => {
    const tasks = memoryTasks();
    expect(wordOf(await tried(action, { nothing: null }, tasks))).toBe("ACTION_TEMPLATE never");
    expect(tasks.tasks.size).toBe(0);
  });
});

describe("a title", () => {
  it.each([
    { length: 199, kept: 199 },
    { length: 200, kept: 200 },
    { length: 201, kept: 200 },
    { length: 100_000, kept: 200 },
  ])("of $length characters keeps $kept", async ({ length, kept }) => {
    expect((await taskOf({ title: "{{ event.x }}" }, { x: "x".repeat(length) })).title).toBe("x".repeat(kept));
  });

  it("is a text, though the template is one number", async () => {
    expect((await taskOf({ title: "{{ event.n }}" }, { n: 5 })).title).toBe("5");
  });

  it("is not cut within a character", async () => {
    const { title } = await taskOf({ title: "{{ event.x }}" }, { x: `${"x".repeat(199)}😀` });
    expect(title.isWellFormed()).toBe(true);
  });
});

describe("a store that refuses", () => {
  it.each([
    { title: "later", put: () => Promise.reject(new Error("429 private words")) },
    {
      title: "at once",
      put: (): Promise<void> => {
        throw new Error("private words");
      },
    },
  ])("is tried again later: $title", async ({ put }) => {
    const outcome = await tried({}, {}, { ...memoryTasks(), put });
    expect(wordOf(outcome)).toBe("ACTION_TASK_STORE later");
    expect(JSON.stringify(outcome)).not.toContain("private words");
  });
});

describe("tasks in KV", () => {
  it("are JSON under task:<location>:<id>, with what a list shows as metadata", async () => {
    const namespace = memoryNamespace();
    const outcome = await tried({ due: "2h", description: "d" }, {}, kvTasks(namespace));
    if (!outcome.done) throw new Error(wordOf(outcome));
    const [[key, entry] = []] = namespace.entries;
    expect(key).toBe("task:test-location:delivery-1");
    expect(JSON.parse(entry?.value ?? "")).toEqual(outcome.task);
    expect(entry?.metadata).toEqual({
      title: "Call back",
      dueAt: "2026-03-04T17:30:00.000Z",
      state: "open",
      contactId: CONTACT,
    });
  });

  it("are deleted under the same key", async () => {
    const namespace = memoryNamespace();
    const store = kvTasks(namespace);
    await tried({}, {}, store);
    expect(namespace.entries.size).toBe(1);
    await store.delete(LOCATION, "delivery-1");
    expect(namespace.entries.size).toBe(0);
  });

  it.each([
    { title: "wide letters", x: "漢".repeat(500) },
    { title: "emoji", x: "😀".repeat(500) },
    { title: "quotes", x: '"'.repeat(500) },
    { title: "line ends", x: "\n".repeat(500) },
    { title: "control characters", x: "\u0001".repeat(500) },
    { title: "lone surrogates", x: "\ud800".repeat(500) },
  ])("fit KV's metadata with the longest title, due date and contact id: $title", async ({ x }) => {
    const namespace = memoryNamespace();
    const action = aTask({ title: "{{ event.x }}", due: "1d" });
    const given = context({
      contactId: "c".repeat(128),
      roots: roots({ x }),
      ports: ports({ tasks: kvTasks(namespace) }),
    });
    expect(wordOf(await perform(action, given))).toBe("done");
    expect(namespace.entries.size).toBe(1);
  });

  it("fit KV with any ordinary title", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 400 }), async (x) => {
        const namespace = memoryNamespace();
        expect(wordOf(await tried({ title: "<{{ event.x }}>" }, { x }, kvTasks(namespace)))).toBe("done");
      }),
    );
  });
});
