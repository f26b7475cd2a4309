import type { Model } from "./model.ts";
import { eventsModel } from "./models/events.ts";
import { guardModel } from "./models/guard.ts";
import { receiveModel } from "./models/receive.ts";
import { resolverModel } from "./models/resolver.ts";
import { rulesModel } from "./models/rules.ts";
import { templatesModel } from "./models/templates.ts";

/** Everything that has to hold for every input. Their shares add up to a hundred. */
export const MODELS: readonly Model[] = [
  receiveModel,
  eventsModel,
  rulesModel,
  templatesModel,
  resolverModel,
  guardModel,
];
