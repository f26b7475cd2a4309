import { describe, expect, it } from "vitest";
import { withDraft } from "../../../src/dashboard/playground/with-draft.ts";

const EXAMPLES = '{ "examples": [{ "event": {}, "fires": true }] }';
const files = {
  rules: [
    { file: "a.json", text: "{}" },
    { file: "b.json", text: EXAMPLES },
  ],
  conditions: [{ file: "c.json", text: "{}" }],
};

describe("the files of a version with a draft among them", () => {
  it("have it in the place of the file of its name, and the others as they were", () => {
    expect(withDraft(files, "a", '{ "on": [] }')).toEqual({
      files: { ...files, rules: [{ file: "a.json", text: '{ "on": [] }' }, files.rules[1]] },
      file: "a.json",
      isNew: false,
      losesExamples: false,
    });
  });

  it("have it at the end, if none is called so", () => {
    const would = withDraft(files, "c", "{}");
    expect(would.files.rules.map(({ file }) => file)).toEqual(["a.json", "b.json", "c.json"]);
    expect([would.isNew, would.losesExamples]).toEqual([true, false]);
  });

  it.each([
    ["{}", true],
    ["not JSON", true],
    ['{ "examples": [] }', true],
    [EXAMPLES, false],
  ])("say whether examples are lost: %s", (text, losesExamples) => {
    expect(withDraft(files, "b", text)).toMatchObject({ losesExamples });
  });
});
