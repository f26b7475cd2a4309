// What the rules of a folder need of the deployment that runs them.
import { namedSecrets } from "../../act/outbound/named-secrets.ts";
import { kindOf } from "../../act/kinds.ts";
import type { Rule } from "../../model/rule.ts";

/** What they need. */
export interface Needs {
  /** Names of rules with a webhook, which is signed. */
  readonly webhooks: readonly string[];
  /** Names of rules on what a gateway says. */
  readonly gateway: readonly string[];
  /** Secrets that headers name, each with a rule. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Names of rules that act in HighLevel: without a token their actions are dead letters. */
  readonly acting: readonly string[];
  /** All of them, for the scopes that they need in each location. */
  readonly rules: readonly Rule[];
}

/** What these rules need; those that are switched off need nothing. */
export function needsOf(rules: readonly Rule[]): Needs {
  const on = rules.filter(({ enabled }) => enabled !== false);
  const named = on.flatMap(({ name, actions }) =>
    actions.flatMap((action) =>
      action.type === "webhook"
        ? Object.values(action.headers ?? {}).flatMap((text) =>
            Object.keys(namedSecrets(text)).map((secret) => [secret, name] as const),
          )
        : [],
    ),
  );
  return {
    webhooks: on.filter(({ actions }) => actions.some(({ type }) => type === "webhook")).map(({ name }) => name),
    gateway: on.filter((rule) => rule.on.includes("GatewayStatus")).map(({ name }) => name),
    secrets: new Map(named),
    acting: on.filter(({ actions }) => actions.some((action) => kindOf(action).needsToken)).map(({ name }) => name),
    rules: on,
  };
}
