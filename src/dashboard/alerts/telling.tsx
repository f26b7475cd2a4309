// Where the alerts of a location go, whether they arrive, and how to change that.
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { AlertsTo, LocationAlerts } from "../../model/alert.ts";
import { locationPath, post, problemOf, put, remove, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

const WORDS: { readonly [To in AlertsTo]: string } = {
  deployment: "Alerts of this location go where those of all locations do.",
  own: "Alerts of this location go to a URL of its own, which is not shown.",
  off: "Nobody is told of this location's alerts.",
  nowhere: "Nobody is told: this deployment has no ALERT_URL. Set it, or give this location a URL of its own.",
};

export function Telling({
  told: { to, message },
  onChanged,
}: {
  readonly told: LocationAlerts;
  readonly onChanged: () => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const field = useId();
  const [url, setUrl] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const path = locationPath(locationId, "alerts");
  const change = (work: () => Promise<unknown>, words: string): void => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    work()
      .then(
        () => {
          setUrl("");
          announce(words);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => {
        setBusy(false);
        onChanged();
      });
  };
  const give = (event: Event): void => {
    event.preventDefault();
    if (url.trim() !== "") change(() => put(path, { url: url.trim() }), "Alerts go to this URL now");
  };
  const isAnybody = to === "deployment" || to === "own";
  return (
    <div class="telling">
      <h3>Where they go</h3>
      <p>{WORDS[to]}</p>
      {message?.error ? (
        <p role="status">
          {message.endedAt === null ? "The last message has not arrived yet" : "The last message was given up"} (made{" "}
          <Time at={message.madeAt} />, {message.attempts} attempts): {message.error}
        </p>
      ) : null}
      <form onSubmit={give}>
        <label for={field}>A URL of this location&apos;s own</label>
        <input
          id={field}
          type="url"
          autocomplete="off"
          placeholder="https://hooks.slack.com/services/…"
          value={url}
          onInput={(event) => setUrl(event.currentTarget.value)}
        />
        <button type="submit" disabled={url.trim() === "" || isBusy}>
          Send them there
        </button>
      </form>
      <div class="buttons">
        {isAnybody ? (
          <button
            type="button"
            disabled={isBusy}
            onClick={() => change(() => post(`${path}/test`), "The test arrived")}
          >
            Send a test
          </button>
        ) : null}
        {to === "off" ? null : (
          <button
            type="button"
            disabled={isBusy}
            onClick={() => change(() => put(path, { url: null }), "Nobody is told")}
          >
            Tell nobody
          </button>
        )}
        {to === "own" || to === "off" ? (
          <button
            type="button"
            disabled={isBusy}
            onClick={() => change(() => remove(path), "Alerts go where those of all locations do")}
          >
            Send them where all go
          </button>
        ) : null}
      </div>
      {problem ? <ProblemNote problem={problem} /> : null}
    </div>
  );
}
