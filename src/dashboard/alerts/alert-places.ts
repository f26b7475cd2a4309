// Where on the page a person sees what an alert is about, and can do something about it.
import type { Alert, AlertKind } from "../../model/alert.ts";
import { linkTo } from "../address/routes.ts";

type Place = (locationId: string, alert: Pick<Alert, "about">) => string;

/** The deliveries in a state, of the rule that the alert is about. */
const deliveries =
  (state: string): Place =>
  (locationId, { about }) =>
    linkTo(locationId, "deliveries", null, { state, rule: about });
const ofHost: Place = (locationId, { about }) =>
  linkTo(locationId, "deliveries", null, { state: "scheduled", host: about });
const events =
  (show: string): Place =>
  (locationId) =>
    linkTo(locationId, "events", null, { show });
const overview: Place = (locationId) => linkTo(locationId);

/** Complete, or it does not compile. */
const PLACES: { readonly [K in AlertKind]: Place } = {
  dead: deliveries("dead"),
  held: deliveries("held"),
  token: events("gaps"),
  "token-unclear": events("gaps"),
  circuit: ofHost,
  quarantine: events("quarantine"),
  silence: (locationId) => linkTo(locationId, "events"),
  gaps: events("gaps"),
  overdue: ofHost,
  budget: overview,
  full: overview,
  drift: events("drift"),
  canary: (locationId) => linkTo(locationId, "changes"),
};

/** The address. */
export function placeOf(locationId: string, alert: Pick<Alert, "kind" | "about">): string {
  return PLACES[alert.kind](locationId, alert);
}
