import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

const SIM = new URL("../../../proof/sim/", import.meta.url).href;
/** A seed whose destinations hang, so that time limits decide what happens. */
const HANGS = 1629;

const SCRIPT = `
const { createHash } = await import("node:crypto");
const { answerAtOnce } = await import("${SIM}determinism.ts");
answerAtOnce();
const { simulate } = await import("${SIM}run.ts");
console.error = () => undefined;
const told = console.log;
console.log = () => undefined;
const digest = async () => createHash("sha1").update(JSON.stringify(await simulate(${HANGS}))).digest("hex");
const first = await digest();
const { setImmediate: next } = globalThis;
let steps = 0;
globalThis.setImmediate = (...work) => {
  if (++steps % 25 === 0) gc();
  return next(...work);
};
told(first === await digest());
process.exit(0);
`;

it("a seed gives the same run, whenever the machine collects its garbage", () => {
  const args = ["--expose-gc", "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", SCRIPT];
  const ended = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 100_000, killSignal: "SIGKILL" });
  expect(ended).toMatchObject({ stdout: "true\n", stderr: "" });
});
