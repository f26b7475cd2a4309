// What a deployment tells of itself, and which of its secrets are of no use.
import { isoOf } from "../kit/moment.ts";
import { sealKeys } from "../highlevel/seal.ts";
import { webhookKeys } from "../kit/standard-webhooks.ts";
import { HIGHLEVEL_PUBLIC_KEY } from "../model/configuration.ts";
import type { Health } from "../model/health.ts";
import type { ReadPorts } from "./ports.ts";

const [, HIGHLEVELS = ""] = HIGHLEVEL_PUBLIC_KEY.split("\n");

export async function healthTold({ configuration, ruleSet, health, clock, refusedUrl }: ReadPorts): Promise<Health> {
  const { webhookSecret, gatewaySecret, highlevel, publicKeys, alertUrl } = configuration;
  const isUsable: { readonly [name: string]: boolean } = {
    WEBHOOK_SECRET: webhookKeys(webhookSecret ?? "") !== null,
    GATEWAY_SECRET: webhookKeys(gatewaySecret ?? "") !== null,
    ALERT_URL: alertUrl === null || refusedUrl(alertUrl) === null,
    HIGHLEVEL_TOKEN_KEY: highlevel.tokenKeys.length === 0 || (await sealKeys(highlevel.tokenKeys)).ok,
  };
  return {
    ...(await health()),
    now: isoOf(clock()),
    ruleSet: ruleSet.hash,
    isHighLevelsKey: publicKeys.includes(HIGHLEVELS),
    unusable: Object.keys(isUsable).filter((name) => isUsable[name] === false),
  };
}
