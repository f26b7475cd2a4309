// What every part of the page may need to know about where it is.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** The location that is shown, and its time zone. */
export interface Place {
  readonly locationId: string;
  /** What HighLevel calls it; `null`: it is not known. */
  readonly name: string | null;
  /** IANA name of the zone in which times are shown. */
  readonly zone: string;
  /** The host under which people open HighLevel. */
  readonly highlevelHost: string;
}

export const PlaceContext = createContext<Place>({ locationId: "", name: null, zone: "UTC", highlevelHost: "" });

export function usePlace(): Place {
  return useContext(PlaceContext);
}
