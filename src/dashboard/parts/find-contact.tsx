import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { goTo, linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";

/** Goes to a contact by its id. `label` distinguishes this form from the other one on the page. */
export function FindContact({ label }: { readonly label: string }): JSX.Element {
  const { locationId } = usePlace();
  const [text, setText] = useState("");
  const go = (event: Event): void => {
    event.preventDefault();
    if (text.trim() !== "") goTo(linkTo(locationId, "contacts", text.trim()));
    setText("");
  };
  return (
    <form class="find" role="search" aria-label={label} onSubmit={go}>
      <label>
        <span class="hidden">Contact id</span>
        <input
          type="search"
          placeholder="Contact id"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}
