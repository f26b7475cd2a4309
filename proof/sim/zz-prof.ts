import { answerAtOnce } from "./determinism.ts";
process.on("unhandledRejection", () => undefined);
answerAtOnce();
const { simulate } = await import("./run.ts");
const { violations } = await import("../checker.ts");
const log = console.log;
console.log = console.error = () => undefined;
const t0 = performance.now();
for (let s = 1; s <= 25; s++) { try { const t = performance.now(); const h = await simulate(s); const t2 = performance.now(); violations(h); log(s, h.events.length, h.calls.length, (t2 - t).toFixed(0), (performance.now() - t2).toFixed(0)); } catch (e) { log(s, String(e)); } }
log((performance.now() - t0) / 25, process.cpuUsage().user / 25000);
