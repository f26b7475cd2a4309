// Whom a message went to: the fields of a kind that hold numbers and addresses, and the list to which they are brought.
import { recipientsOf } from "../../events/derive.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { treeThat, type WantInside } from "../values/tree.ts";
import { isAsWanted, type Found } from "../values/want.ts";
import { fieldGroup, stepsIn } from "./field.ts";
import { ADDRESSES_FORM } from "./forms.ts";
import { readIn, wantOf, type Group, type Literal, type Part } from "./group.ts";

/** The fields of this group. */
export function addressFields(kind: EventKind): readonly string[] {
  return KINDS[kind].recipients ?? [];
}

/** The group of these fields. */
export function addressGroup(kind: EventKind, fieldOf: (literal: Literal) => string | null): Group {
  const fields = addressFields(kind);
  const last = fields.at(-1) ?? "";
  return {
    name: "the recipients",
    note: () => undefined,
    partThat(literals) {
      const ofList = literals.filter((literal) => fieldOf(literal) === null);
      const isMixed = ofList.length > 0 && ofList.length < literals.length;
      const candidates: JsonObject[] = [];
      const sent: { [name: string]: Json } = {};
      for (const field of fields) {
        const own = literals.filter((literal) => fieldOf(literal) === field);
        if (own.length === 0) continue;
        const found = fieldGroup(kind, field).partThat(own);
        if (found.is === "never" || (found.is === "open" && !isMixed)) return found;
        if (found.is === "met") Object.assign(sent, found.value.payload);
      }
      candidates.push(sent);
      if (ofList.length > 0) {
        const wants = ofList.map((literal): WantInside => ({ ...wantOf(literal), steps: stepsIn(kind, literal) }));
        const found = treeThat(wants, (steps) =>
          steps.length === 0 ? ADDRESSES_FORM : { shapes: ["absent", "text"] },
        );
        if (found.is !== "met") return found;
        const list = Array.isArray(found.value) ? found.value : [];
        const [only] = list;
        candidates.unshift(
          list.length === 0 ? {} : list.length === 1 && only !== undefined ? { [last]: only } : { [last]: list },
          { [last]: list },
          { ...sent, [last]: list },
        );
      }
      return firstRead(kind, candidates, literals);
    },
  };
}

function firstRead(kind: EventKind, candidates: readonly JsonObject[], literals: readonly Literal[]): Found<Part> {
  const payload = candidates.find((candidate) =>
    literals.every((literal) => {
      const { condition } = literal.atom;
      const isList = condition.fact === "recipients";
      if (isList && condition.path === undefined) return isAsWanted(wantOf(literal), recipientsOf(kind, candidate));
      return isAsWanted(wantOf(literal), readIn(kind, candidate, condition));
    }),
  );
  return payload === undefined
    ? { is: "open", why: "conditions look at the recipients and at the field that they are read from" }
    : { is: "met", value: { payload } };
}
