// The browser that tests and benchmarks of the page look through: one that the machine has. None is downloaded.
import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** Where it is; `undefined`: nowhere. */
const executablePath = PLACES.find((path) => path !== "" && existsSync(path));

export const hasChromium = executablePath !== undefined;
export const NO_CHROMIUM = "No Chromium here: install Debian's chromium, or name a Chromium in CHROMIUM";

/** Starts the browser. It throws where there is none. */
export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath, args: FLAGS.split(" ") });
}
