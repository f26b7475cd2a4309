import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Delivery } from "../../model/delivery.ts";
import { optOutInWords } from "../../model/opt-out.ts";
import { pauseInWords } from "../../model/pause.ts";
import { locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { linkTo } from "../address/routes.ts";
import { announce } from "./announce.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "./problem.tsx";

/** What the API can do with one delivery. */
type Verb = "retry" | "release" | "cancel";

/** Retry, release and cancel: those that the state allows. */
export function DeliveryButtons({
  delivery,
  onDone,
}: {
  readonly delivery: Delivery;
  readonly onDone: () => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const host = useRef<HTMLSpanElement>(null);
  const act = (verb: Verb): void => {
    // A disabled button would lose the focus: it stays enabled and does nothing while a call is under way.
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    post<{ delivery: Delivery }>(locationPath(locationId, "deliveries", delivery.id, verb))
      .then(
        ({ delivery: moved }) => {
          announce(movedInWords(moved, verb, delivery));
          // The button that had the focus is gone.
          if (verb !== "retry") host.current?.focus();
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => {
        setBusy(false);
        onDone();
      });
  };
  const { state, rule, contactId } = delivery;
  const against = objectionInWords(delivery);
  const says = against === null ? undefined : `It stays as it is while ${against}`;
  const button = (verb: Verb, words: string): JSX.Element => (
    <button
      type="button"
      aria-disabled={isBusy}
      aria-label={`${words}: ${rule} for ${contactId}`}
      title={verb === "cancel" ? undefined : says}
      onClick={() => act(verb)}
    >
      {words}
    </button>
  );
  return (
    <span class="buttons" ref={host} tabIndex={-1}>
      {state === "held" && against === null && isHeldByHighLevel(delivery) ? (
        <small class="warned">Do not disturb was on: if it still is, it is held again.</small>
      ) : null}
      {state === "held" ? button("release", "Release") : null}
      {state === "held" ? button("cancel", "Discard") : null}
      {state === "scheduled" ? button("retry", "Send now") : null}
      {state === "dead" || state === "cancelled" ? button("retry", "Retry") : null}
      {diedForToken(delivery) ? (
        <a class="button" href={linkTo(locationId, "token")}>
          Give a token
        </a>
      ) : null}
      {state === "scheduled" || state === "sending" ? button("cancel", "Cancel") : null}
      {problem ? <ProblemNote problem={problem} /> : null}
    </span>
  );
}

/** Whether HighLevel's record of the contact held it: that is asked again before it leaves. */
function isHeldByHighLevel({ attempts }: Delivery): boolean {
  return attempts.at(-1)?.error?.startsWith("CONTACT_DND") ?? false;
}

/** Whether it was given up since the location has no token, or one that HighLevel refused. */
function diedForToken({ state, attempts }: Delivery): boolean {
  return state === "dead" && /^HIGHLEVEL_TOKEN(?:_REFUSED)?:/.test(attempts.at(-1)?.error ?? "");
}

/** What keeps a delivery from leaving, as a clause; `null`: nothing is known. */
function objectionInWords({ optOut, paused }: Delivery): string | null {
  if (paused !== null) return `the rule is paused ${pauseInWords(paused)}`;
  return optOut === null ? null : `the contact ${optOutInWords(optOut)}`;
}

function movedInWords(delivery: Delivery, verb: Verb, before: Delivery): string {
  const { state } = delivery;
  const against = objectionInWords(delivery);
  if (verb !== "cancel" && against !== null) return `Left as it is: ${against}`;
  if (verb === "release" && state !== "held")
    return isHeldByHighLevel(before)
      ? "Released. HighLevel is asked about do not disturb again: if it is still on, this is held again"
      : "Released: it is due now";
  if (verb !== "cancel") return state === "scheduled" ? "The delivery is due now" : `The delivery is ${state}`;
  if (state === "sent") return "Too late: the delivery has arrived";
  return state === "sending" ? "It is being sent: if this attempt fails, it is cancelled" : "The delivery is cancelled";
}
