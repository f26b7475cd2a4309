// What the rules of a folder need of the deployment that runs them.
import { namedSecrets } from "../../act/outbound/named-secrets.ts";
import { CALLS } from "../../highlevel/calls.ts";
import { EXPORT_SCOPE } from "../../highlevel/export.ts";
import type { Rule } from "../../model/rule.ts";

/** What they need. */
export interface Needs {
  /** Names of rules with a webhook, which is signed. */
  readonly webhooks: readonly string[];
  /** Names of rules on what a gateway says. */
  readonly gateway: readonly string[];
  /** Secrets that headers name, each with a rule. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Of rules that act in HighLevel: where, by whose name, with which scopes. */
  readonly acting: readonly {
    readonly rule: string;
    readonly locations: readonly string[] | null;
    readonly scopes: readonly string[];
  }[];
}

/** The scope with which messages are looked for of which HighLevel sent no webhook. */
export const RECONCILING_SCOPE = EXPORT_SCOPE;

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
    acting: on.flatMap(({ name, locations, actions }) => {
      const scopes = actions.flatMap((action) => (action.type === "highlevel" ? [CALLS[action.call].scope] : []));
      return scopes.length === 0 ? [] : [{ rule: name, locations: locations ?? null, scopes: [...new Set(scopes)] }];
    }),
  };
}
