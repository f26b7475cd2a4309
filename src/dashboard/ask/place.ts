// What every part of the page may need to know of where it stands.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** The location that is shown, and by which clock. */
export interface Place {
  readonly locationId: string;
  /** IANA name: times are shown in it. */
  readonly zone: string;
}

export const PlaceContext = createContext<Place>({ locationId: "", zone: "UTC" });

export function usePlace(): Place {
  return useContext(PlaceContext);
}
