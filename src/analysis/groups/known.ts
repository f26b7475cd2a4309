// The contact or the location, as it is known: all of it is one group, since whether it is known at all is asked, too.
import { fieldUnder, type KnownFact } from "../../language/known-facts.ts";
import { pathSteps } from "../../language/path.ts";
import { isJsonObject } from "../../kit/json.ts";
import { treeThat, type WantInside } from "../values/tree.ts";
import { ANYTHING, itemForm, knownForm } from "./forms.ts";
import { wantOf, type Group } from "./group.ts";

/** The group of what is known. */
export function knownGroup(fact: KnownFact): Group {
  return {
    name: `the ${fact}`,
    note: () => undefined,
    partThat(literals) {
      const wants = literals.map((literal): WantInside => {
        const { path } = literal.atom.condition;
        return { ...wantOf(literal), steps: path === undefined ? [] : (pathSteps(path) ?? []) };
      });
      const found = treeThat(wants, (steps) => {
        if (steps.length === 0) return { shapes: ["absent", "object"] };
        const [list, last] = [steps.at(-2), steps.at(-1)];
        if (typeof last === "number" && typeof list === "string") return itemForm(list);
        const { field } = fieldUnder(fact, steps);
        return field === undefined ? ANYTHING : knownForm(field, last);
      });
      if (found.is !== "met") return found;
      return { is: "met", value: { [fact]: isJsonObject(found.value) ? found.value : undefined } };
    },
  };
}
