// What every part of the page may need to know about where it is.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** The location that is shown, and its time zone. */
export interface Place {
  readonly locationId: string;
  /** What it is called; `null`: it is not known. */
  readonly name: string | null;
  /** Asks for the name again. */
  readonly askName: () => void;
  /** IANA name of the zone in which times are shown. */
  readonly zone: string;
  /** The host under which people open HighLevel. */
  readonly highlevelHost: string;
}

/** Where no location is shown. */
export const NOWHERE: Place = {
  locationId: "",
  name: null,
  askName: () => undefined,
  zone: "UTC",
  highlevelHost: "",
};

export const PlaceContext = createContext<Place>(NOWHERE);

export function usePlace(): Place {
  return useContext(PlaceContext);
}
