// The Worker's entry: what it was built with is in force.
import { bundledRules } from "./rules/bundled.ts";
import { workerWith } from "./serve.ts";

export { Agency, Directory, Ledger, Registry } from "./objects/durable-objects.ts";

export default workerWith(bundledRules);
