import type { JSX } from "preact";
import { CopyButton } from "./copy-button.tsx";

/** Shown while nothing has come yet: how to send an event, from this machine and from HighLevel. */
export function SendFirst({ locationId }: { readonly locationId: string | null }): JSX.Element {
  const set = locationId === null ? "" : ` --set locationId=${locationId}`;
  const command = `npm run rules send voicemail -- --set callDuration=31${set} --to ${location.origin}`;
  return (
    <section class="first" aria-labelledby="first">
      <h2 id="first">{locationId === null ? "Nothing has come in yet" : "No event is kept of this location"}</h2>
      <p>Send a signed sample from the project's folder. What becomes of it shows up here within two seconds.</p>
      <div class="command">
        <code>{command}</code>
        <CopyButton text={() => command} label="Copy the command" />
      </div>
      <p>
        HighLevel sends its own once the webhook URL of your marketplace app is{" "}
        <code>{`${location.origin}/hooks/highlevel`}</code> and <code>ALLOWED_LOCATIONS</code> names the location.
      </p>
    </section>
  );
}
