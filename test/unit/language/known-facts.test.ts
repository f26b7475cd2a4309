import { describe, expect, it } from "vitest";
import { KNOWN_NAMES, fieldAt, fieldUnder, pathPatternOf, pathsInto } from "../../../src/language/known-facts.ts";
import { PATH_PATTERN, pathSteps } from "../../../src/language/path.ts";
import { EVENT_KINDS, KINDS } from "../../../src/model/event-kinds.ts";

describe("a path into the contact or the location", () => {
  it.each<[fact: "contact" | "location", path: string, name: string, type: string]>([
    ["contact", "$", "contact", "object"],
    ["contact", "$.tags", "contact.tags", "list"],
    ["contact", "$['tags']", "contact.tags", "list"],
    ["contact", "$.tags[0]", "contact.tags", "any"],
    ["contact", "$.dnd", "contact.dnd", "boolean"],
    ["contact", "$.custom", "contact.custom", "object"],
    ["contact", "$.custom.plan", "contact.custom.plan", "any"],
    ["contact", '$.custom["Abc 123"]', 'contact.custom["Abc 123"]', "any"],
    ["contact", "$.custom.rooms[?name=kitchen].size", "contact.custom.rooms", "any"],
    ["contact", "$.owner.email", "contact.owner.email", "text"],
    ["location", "$.timeZone", "location.timeZone", "text"],
  ])("%s %s is %s, %s", (fact, path, name, type) => {
    expect(fieldAt(fact, path)).toMatchObject({ name, field: { type } });
  });

  it.each<[fact: "contact" | "location", path: string, problem: string, says: string]>([
    ["contact", "$.tag", "no such field", 'did you mean "tags"'],
    ["contact", "$.plan", "no such field", "a field of your own is custom.plan"],
    ["contact", "$.toString", "no such field", '"contact" has no "toString"'],
    ["contact", "$.owner.phones", "no such field", '"contact.owner" has no "phones", did you mean "phone"'],
    ["location", "$.tags", "no such field", '"location" has no "tags", it has id,'],
    ["contact", "$[0]", "nothing inside", "is an object"],
    ["contact", "$.owner[?id=u]", "nothing inside", "is an object"],
    ["contact", "$.tags.first", "nothing inside", "is a list"],
    ["contact", "$.email.domain", "nothing inside", "has nothing inside"],
  ])("%s %s leads nowhere: %s", (fact, path, problem, says) => {
    expect(fieldAt(fact, path)).toMatchObject({ problem, message: expect.stringContaining(says) as string });
  });

  it("is offered for each field that has a name of its own", () => {
    expect(pathsInto("contact").map(({ path }) => path)).toContain("$.owner.email");
    for (const fact of KNOWN_NAMES)
      for (const { path, about } of pathsInto(fact)) {
        expect(about, path).not.toBe("");
        expect(fieldAt(fact, path).problem, path).toBeUndefined();
      }
  });

  it("has the form of the schema's pattern exactly if no name in it is wrong", () => {
    const tails = [
      "",
      ".x",
      "['x']",
      '["x"]',
      "[0]",
      "[?a=b]",
      ".id",
      ".owner",
      ".custom",
      ".tags",
      ".tagsy",
      "['id']",
    ];
    const paths = tails.flatMap((a) => tails.flatMap((b) => tails.map((c) => `$${a}${b}${c}`)));
    for (const fact of KNOWN_NAMES) {
      const pattern = new RegExp(pathPatternOf(fact), "u");
      for (const path of paths) {
        expect(new RegExp(PATH_PATTERN, "u").test(path), path).toBe(true);
        const steps = pathSteps(path) ?? [];
        // What is beyond an index or a filter is judged by its type.
        const names = steps.slice(0, steps.findIndex((step) => typeof step !== "string") >>> 0);
        const isWrong = names.some(
          (_, index) => fieldUnder(fact, names.slice(0, index + 1)).problem === "no such field",
        );
        expect(pattern.test(path), `${fact} ${path}`).toBe(!isWrong);
      }
    }
  });
});

describe("the names of what is known", () => {
  it("are no field of any event, whose facts they would hide", () => {
    for (const kind of EVENT_KINDS)
      for (const name of KNOWN_NAMES) expect(Object.keys(KINDS[kind].fields)).not.toContain(name);
  });
});
