// Pages whose code is loaded when they are first shown.
import type { ComponentType } from "preact";
import type { PageProps } from "../address/routes.ts";
import { Later } from "./later.tsx";

/** The editor is most of the page's weight. */
export const Playground: ComponentType<PageProps> = (props) => (
  <Later load={() => import("../playground/page.tsx")} show={({ Playground: Loaded }) => <Loaded {...props} />} />
);

/** Few look at it, and seldom. */
export const Changes: ComponentType<PageProps> = (props) => (
  <Later load={() => import("../changes/page.tsx")} show={({ Changes: Loaded }) => <Loaded {...props} />} />
);

export const Token: ComponentType<PageProps> = () => (
  <Later load={() => import("../token/page.tsx")} show={({ Token: Loaded }) => <Loaded />} />
);
