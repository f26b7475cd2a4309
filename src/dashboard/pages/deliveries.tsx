import type { JSX } from "preact";
import type { PageProps } from "../main.tsx";

export function Deliveries({ route }: PageProps): JSX.Element {
  return <h1>{route.page}</h1>;
}
