// What is wrong with the templates of an action, or probably a mistake: as far as it can be told without an event.
import type { ActionTemplate } from "../act/contract/action-kind.ts";
import { Budget } from "../act/template/budget.ts";
import type { Chain, Operand } from "../act/template/chains.ts";
import { LIST_FILTERS, NUMBER_FILTERS, TEXT_FILTERS } from "../act/template/filters.ts";
import { chainsIn, isEncodedTwice, isOneOutput, templateProblem } from "../act/template/template.ts";
import { OTHER_CONTACT_PLACES } from "../language/contact-words.ts";
import { FACTS, type FactEntry } from "../language/facts.ts";
import { fieldUnder, isKnownFact, KNOWN_FACTS, type KnownFact } from "../language/known-facts.ts";
import type { Path } from "../kit/json.ts";
import type { FindingCode } from "../model/rule.ts";
import { didYouMean, nearest } from "../kit/suggestion.ts";
import type { FieldType } from "../model/event-fields.ts";
import type { Scope } from "./report.ts";

/** What a check of templates needs besides them. */
export interface TemplateScope extends Scope {
  /** The fields of the root `rule` that the rule does not have. */
  readonly lacks: readonly string[];
}

/** Checks all templates of an action, which pay into one budget as they do when it is performed. */
export function checkTemplates(templates: Iterable<ActionTemplate>, path: Path, scope: TemplateScope): void {
  const { on, report } = scope;
  const budget = new Budget();
  for (const template of templates) {
    const place = [...path, ...template.path];
    const problem = templateProblem(template.text, template.roots, budget);
    if (problem) report(place, problem.code, problem.message);
    else {
      const chains = chainsIn(template.text);
      const told = new Set<string>();
      for (const name of namesOf(chains)) checkName(name, place, told, scope);
      const doubt = firstOf(chains, (chain) => doubtAbout(chain, template, on));
      if (doubt !== null) report(place, "RULE_TEMPLATE_VALUE", doubt);
    }
  }
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** What a template names, from its root; a key that only the event can tell ends it. */
interface NamedValue {
  readonly root: string;
  readonly keys: readonly (string | number)[];
  readonly mayBeAbsent: boolean;
}

/** What is named, each once, what must be there before what may be absent; what `if` asks for may be so everywhere. */
function namesOf(chains: readonly Chain[]): readonly NamedValue[] {
  const isAsked = new Set<string>();
  const found: NamedValue[] = [];
  for (const { tag, names } of chains)
    for (const { keys, mayBeAbsent } of names) {
      const [root, ...rest] = keys;
      const open = rest.indexOf(null);
      const known = (open === -1 ? rest : rest.slice(0, open)).filter((key) => key !== null);
      if (typeof root !== "string" || known.length === 0) continue;
      if (mayBeAbsent && tag !== null) isAsked.add(fieldName(root, known));
      found.push({ root, keys: known, mayBeAbsent });
    }
  const once = new Map<string, NamedValue>();
  for (const { root, keys, mayBeAbsent } of found) {
    const name = JSON.stringify([root, ...keys]);
    const isAllowed = mayBeAbsent || isAsked.has(fieldName(root, keys));
    if (!once.has(name) || !isAllowed) once.set(name, { root, keys, mayBeAbsent: isAllowed });
  }
  return [...once.values()].toSorted((a, b) => Number(a.mayBeAbsent) - Number(b.mayBeAbsent));
}

function fieldName(root: string, [field]: readonly (string | number)[]): string {
  return JSON.stringify([root, field]);
}

/** The fields of those roots that always have the same ones. */
const FIELDS_OF: { readonly [root: string]: { readonly [field: string]: FieldType } } = {
  rule: { name: "text", description: "text", priority: "number" },
  decision: { eventKey: "id", decidedAt: "time", ruleSet: "id", fired: "list" },
};

/**
 * Reports a field that no event of these kinds is known to have. It is an error where the delivery would always be dead,
 * and a warning where something else stands in for it.
 */
function checkName(
  { root, keys, mayBeAbsent }: NamedValue,
  path: Path,
  told: Set<string>,
  { on, report, lacks }: TemplateScope,
): void {
  const tell = (code: FindingCode, message: string): void => {
    // What a field has under it does not matter if there is no such field.
    if (told.has(`${code} ${message}`) || told.has(fieldName(root, keys))) return;
    told.add(root === "event" || root === "facts" ? fieldName(root, keys) : `${code} ${message}`);
    report(path, code, message);
  };
  const warn: Tell = (message) => tell("RULE_TEMPLATE_FIELD", message);
  const refuse: Tell = (message) => tell(mayBeAbsent ? "RULE_TEMPLATE_FIELD" : "RULE_TEMPLATE", message);
  const [field = "", ...under] = keys;
  if (isKnownFact(root)) return checkKnown(root, keys, warn, refuse);
  const fields = Object.hasOwn(FIELDS_OF, root) ? FIELDS_OF[root] : undefined;
  if (typeof field !== "string") {
    return root === "event" ? warn(noList(root, field)) : refuse(noList(root, field));
  }
  if (fields) {
    const type = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const names = Object.keys(fields);
    if (type === undefined)
      return refuse(`Root "${root}" has no "${field}"${didYouMean(field, names) || `, use ${names.join(", ")}`}`);
    if (root === "rule" && lacks.includes(field))
      return refuse(`The rule has no "${field}", write one or leave it out here`);
    return checkUnder(`${root}.${field}`, type, under, warn);
  }
  if (root === "event" || root === "facts") checkField(root, field, { under, mayBeAbsent, on, warn, refuse });
}

type Tell = (message: string) => void;

/** Reports what a contact or location has not, whatever event it is. */
function checkKnown(root: KnownFact, keys: readonly (string | number)[], warn: Tell, refuse: Tell): void {
  let name: string = root;
  let type: FieldType = "object";
  for (const [index, key] of keys.entries()) {
    const found = fieldUnder(root, keys.slice(0, index + 1));
    if (found.problem === "nothing inside" && type !== "object") return checkUnder(name, type, [key], warn);
    if (found.problem === "nothing inside") return refuse(noList(name, key));
    if (found.problem !== undefined) return refuse(`${name === root ? "Root" : "Field"} ${found.message}`);
    ({ name } = found);
    ({ type } = found.field);
  }
}

function noList(name: string, key: string | number): string {
  return `${name.includes(".") ? "Field" : "Root"} "${name}" is no list, so it has no [${key}]`;
}

/** Reports a key under a value that can have none. */
function checkUnder(name: string, type: FieldType, [key]: readonly (string | number)[], warn: Tell): void {
  if (key !== undefined && !canHave(type, key)) warn(`Field "${name}" is a ${type}, which has no "${key}"`);
}

interface FieldScope {
  readonly under: readonly (string | number)[];
  readonly mayBeAbsent: boolean;
  readonly on: Scope["on"];
  readonly warn: Tell;
  readonly refuse: Tell;
}

function checkField(root: "event" | "facts", field: string, scope: FieldScope): void {
  const { under, mayBeAbsent, on, warn, refuse } = scope;
  // A payload's own field of this name is no fact.
  const entry = isKnownFact(field) ? undefined : factOf(field);
  const elsewhere = OTHER_CONTACT_PLACES.find(({ kinds }) => kinds.some((kind) => on.includes(kind)));
  if (root === "event" && field === "contactId" && elsewhere) {
    const who = elsewhere.who.replace(/^[a-z]/, (letter) => letter.toUpperCase());
    return warn(`${who} the contact as "${elsewhere.path}", write facts.contactId, which every event has`);
  }
  if (entry && root === "facts" && entry.params)
    return refuse(`Fact "${field}" needs params, a template cannot ask it`);
  if (entry && root === "event" && isOnlyFact(field))
    return warn(`The payload has no "${field}", write facts.${field}`);
  const known = isKnownFact(field) ? `, write ${[field, ...under].join(".")}` : contactHint(field);
  if (entry && !on.some((kind) => entry.kinds.includes(kind))) {
    const message = `Field "${field}" is never there on ${on.join(", ")}${known}`;
    return root === "facts" ? refuse(message) : warn(message);
  }
  if (entry) return checkUnder(field, entry.type, under, warn);
  const names = Object.keys(FACTS).filter((name) => on.some((kind) => FACTS[name]?.kinds.includes(kind)));
  const hint = isKnownFact(field) ? known : didYouMean(field, names) || known;
  if (root === "facts") return refuse(`Fact "${field}" is not known${hint}`);
  const missing = `No event is known to have "${field}"`;
  if (!mayBeAbsent) return warn(`${missing}${hint}; if yours do, allow for its absence with the default filter`);
  // A key of somebody's own may well be there; these are mistakes, and what stands in for them comes always.
  if (hint !== "" || OF_OTHER_PLACES.has(field))
    warn(`${missing}${hint}, so what stands in for it always comes; if yours do, write facts.payload.${field}`);
}

/** Where the contact has what is looked for in the event: `, did you mean contact.firstName`. */
function contactHint(field: string): string {
  const name = nearest(field, Object.keys(KNOWN_FACTS.contact.fields));
  return name === null ? "" : `, did you mean contact.${name}`;
}

/** What HighLevel's merge fields and the webhooks of its workflows begin with: no event has them. */
const OF_OTHER_PLACES: ReadonlySet<string> = new Set(
  `appointment associated_object attributionSource calendar campaign company contact contactInfo conversation
  custom_fields custom_values customer first_name full_name inbound_webhook invoice last_name lead location
  membership opportunity order payment pipeline_stage trigger_link triggerData user workflow`.split(/\s+/),
);

function factOf(field: string): FactEntry | undefined {
  return Object.hasOwn(FACTS, field) ? FACTS[field] : undefined;
}

function isOnlyFact(field: string): boolean {
  return FACTS[field]?.derived === true && field !== "contactId";
}

/** Whether a value of a type can have something under a key or an index. */
function canHave(type: FieldType, key: string | number): boolean {
  if (type === "object" || type === "any" || type === "address") return true;
  const isSized = type === "text" || type === "id" || type === "time" || type === "list";
  if (!isSized) return false;
  return typeof key === "number" || key === "size" || (type === "list" && (key === "first" || key === "last"));
}

type Form = "list" | "object" | "text" | "unknown";
const FORM_OF: { readonly [type: string]: Form } = { list: "list", object: "object", text: "text", id: "text" };
const TEXT_RESULTS: ReadonlySet<string> = new Set(["join", "json", "size", "sum"]);
/** What `date` writes for a letter behind `%`, with flags and a width between them. */
const DIRECTIVE = /%[-_0^#:]*\d*[EO]?(.)/gs;
const KNOWN_DIRECTIVES = "aAbBcCdeHhIjklLmMnNpPqsStuUwWxXyYzZ%";

/** What an output would write that nobody meant; `null`: nothing is known. */
function doubtAbout(chain: Chain, { place, text }: ActionTemplate, on: Scope["on"]): string | null {
  const names = chain.filters.map(({ name }) => name);
  const last = names.at(-1);
  const format = firstOf(chain.filters, ({ name, args: [given] }) => (name === "date" ? wrongFormat(given) : null));
  if (format !== null) return format;
  if (chain.tag !== null) return null;
  const isUrl = place === "url" || place === "path";
  const encodes = isUrl ? names.findIndex((_, index) => isEncodedTwice(names, index)) : -1;
  if (encodes !== -1) {
    const isLast = names.slice(encodes).every((name) => name === "url_encode");
    return `Every value here is percent-encoded once its filters are done, leave url_encode out: it is passed over${isLast ? "" : ", so what stands behind it is given the text as it was"}`;
  }
  if (isUrl && names.includes("escape")) return "Every value here is percent-encoded, leave escape out: it is for HTML";
  const form = formOf(chain, on);
  if (form.problem !== undefined) return form.problem;
  const isAlone = isOneOutput(text);
  if (last === "json" && isAlone && place === "list")
    return "The list becomes one text with json behind it, leave it out: each item is an entry of its own";
  if (last === "json" && isAlone && place === "json" && formOf({ ...chain, filters: [] }, on).form === "text")
    return "The body is written as JSON anyway, leave json out: the text would be quoted twice";
  const keepsForm = isAlone && (place === "json" || (place === "list" && form.form === "list"));
  if (keepsForm || (form.form !== "list" && form.form !== "object")) return null;
  const what = form.form === "list" ? "A list" : "An object";
  return `${what} stands where a text is wanted, write it out with ${form.form === "list" ? "join" : "json"}`;
}

/** The form of a chain's value, through its filters; or what is wrong on the way. */
function formOf({ initial, filters }: Chain, on: Scope["on"]): { readonly form: Form; readonly problem?: string } {
  let form = initialForm(initial, on);
  for (const { name, args } of filters) {
    const isOne = form !== "list" && form !== "object";
    if (!isOne && (TEXT_FILTERS.has(name) || NUMBER_FILTERS.has(name)))
      return {
        form,
        problem: `Filter "${name}" takes one value, and is given ${form === "list" ? "a list" : "an object"}`,
      };
    if (LIST_FILTERS.has(name)) form = "list";
    else if (TEXT_RESULTS.has(name) || TEXT_FILTERS.has(name)) form = "text";
    else if (name === "default") form = form === initialForm(args[0] ?? null, on) ? form : isOne ? "unknown" : form;
    else if (name !== "slice") form = "unknown";
  }
  return { form };
}

function initialForm(operand: Operand | null, on: Scope["on"]): Form {
  if (operand === null) return "unknown";
  if ("literal" in operand) return typeof operand.literal === "string" ? "text" : "unknown";
  const [root, field, ...under] = operand.keys;
  if (field === undefined) return "object";
  if (typeof root === "string" && isKnownFact(root)) return knownForm(root, [field, ...under]);
  if (under.length > 0 || typeof field !== "string") return "unknown";
  if (root === "decision") return field === "fired" ? "list" : "text";
  const entry = root === "event" || root === "facts" ? factOf(field) : undefined;
  return entry && on.some((kind) => entry.kinds.includes(kind)) ? (FORM_OF[entry.type] ?? "unknown") : "unknown";
}

function knownForm(root: KnownFact, keys: readonly (string | number | null)[]): Form {
  const known = keys.filter((key) => key !== null);
  const found = known.length < keys.length ? null : fieldUnder(root, known);
  return found?.field === undefined ? "unknown" : (FORM_OF[found.field.type] ?? "unknown");
}

/** What is wrong with the constant that says how a date is written. */
function wrongFormat(given: Operand | null | undefined): string | null {
  if (!given || !("literal" in given)) return null;
  const format = given.literal;
  if (typeof format !== "string") return 'Filter "date" takes a format such as "%Y-%m-%d"';
  const directives = [...format.matchAll(DIRECTIVE)];
  if (directives.length === 0)
    return `Filter "date" writes "${format}" for every moment, use directives such as "%Y-%m-%d"`;
  const unknown = directives.find(([, letter = ""]) => !KNOWN_DIRECTIVES.includes(letter));
  return unknown ? `Filter "date" knows no "${unknown[0]}", use directives such as "%Y-%m-%d"` : null;
}
