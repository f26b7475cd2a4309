import type { JSX } from "preact";
import type { JsonObject } from "../../kit/json.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQueryAt } from "../ask/use-query.ts";

/** A user of HighLevel by name, asked for once: HighLevel may not say, and then it is the id. */
export function UserName({ id }: { readonly id: string }): JSX.Element {
  const { locationId } = usePlace();
  const { answer } = useQueryAt<{ user: JsonObject }>("", locationPath(locationId, "users", id), {});
  const { name, email } = answer?.user ?? {};
  return typeof name === "string" && name !== "" ? (
    <span class="person">
      <b>{name}</b>
      {typeof email === "string" ? <span>{email}</span> : null}
      <span class="person-id">{id}</span>
    </span>
  ) : (
    <span class="person">{id}</span>
  );
}
