// Workers of a few lines, to compare with: one only answers, one only stores. And the rules that Afterbeep gets beside them.
import type { Rule } from "../../src/model/rule.ts";
import { agencyRules } from "../../test/generated/agency.ts";

/** Reads the body and answers. */
export const ANSWERS = `export default { async fetch(request) { await request.text(); return new Response("{}", { status: 202 }); } };`;

/** Inserts the body into one Durable Object for each location, which has one table. */
export const STORES = `
import { DurableObject } from "cloudflare:workers";
export class Ledger extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  }
  record(body) { this.ctx.storage.sql.exec("INSERT INTO bodies (body) VALUES (?)", body); }
}
export default {
  async fetch(request, env) {
    const body = await request.text();
    const [, location] = /"locationId":"([^"]*)"/.exec(body);
    await env.LEDGER.getByName(location).record(body);
    return new Response("{}", { status: 202 });
  },
};`;

/** Rules whose actions wait, so that receiving is measured and not delivering; they are planned and stored all the same. */
export function waitingRules(count: number): Rule[] {
  return agencyRules(count).map((rule) => ({
    ...rule,
    actions: rule.actions.map((action) => ({ ...action, after: "1d" })),
  }));
}
