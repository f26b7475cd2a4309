// The operator's page: takes the token out of the link that opened it, and renders.
import { render } from "preact";
import { App } from "./frame/app.tsx";
import { takeTokenFromLink } from "./ask/session.ts";
import { Announcements } from "./parts/announce.tsx";

takeTokenFromLink();
const root = document.getElementById("page");
if (root)
  render(
    <>
      <App />
      <Announcements />
    </>,
    root,
  );
