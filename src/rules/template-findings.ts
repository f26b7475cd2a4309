// What is wrong with the templates of an action, or probably a mistake: as far as it can be told without an event.
import type { ActionTemplate } from "../act/contract/action-kind.ts";
import { Budget } from "../act/template/budget.ts";
import type { Chain, Operand } from "../act/template/chains.ts";
import { LIST_FILTERS, NUMBER_FILTERS, TEXT_FILTERS } from "../act/template/filters.ts";
import { chainsIn, isEncodedTwice, isOneOutput, templateProblem } from "../act/template/template.ts";
import { OTHER_CONTACT_PLACES } from "../language/contact-words.ts";
import { FACTS, type FactEntry } from "../language/facts.ts";
import { isKnownFact } from "../language/known-facts.ts";
import type { Path } from "../kit/json.ts";
import { didYouMean } from "../kit/suggestion.ts";
import type { Scope } from "./report.ts";

/** Checks all templates of an action, which pay into one budget as they do when it is performed. */
export function checkTemplates(templates: Iterable<ActionTemplate>, path: Path, { on, report }: Scope): void {
  const budget = new Budget();
  for (const template of templates) {
    const place = [...path, ...template.path];
    const problem = templateProblem(template.text, template.roots, budget);
    if (problem) report(place, problem.code, problem.message);
    else {
      const chains = chainsIn(template.text);
      for (const name of namesOf(chains)) checkName(name, place, { on, report });
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

/** A field of a root that a template names, and what it names under it. */
interface NamedField {
  readonly root: string;
  readonly field: string;
  /** `null`: nothing, or what only the event can tell. */
  readonly under: string | number | null;
  readonly mayBeAbsent: boolean;
}

/** The fields that are named, each once; one that may be absent in one place may be so in all, as behind `if`. */
function namesOf(chains: readonly Chain[]): readonly NamedField[] {
  const found = new Map<string, NamedField>();
  for (const { keys, mayBeAbsent } of chains.flatMap(({ names }) => names)) {
    const [root, field, under = null] = keys;
    if (typeof root !== "string" || typeof field !== "string") continue;
    const before = found.get(`${root} ${field}`);
    const isAllowed = mayBeAbsent || before?.mayBeAbsent === true;
    found.set(`${root} ${field}`, { root, field, under: before?.under ?? under, mayBeAbsent: isAllowed });
  }
  return [...found.values()];
}

/** The fields of those roots that always have the same ones. */
const FIELDS_OF: { readonly [root: string]: readonly string[] } = {
  rule: ["name", "description", "priority"],
  decision: ["eventKey", "decidedAt", "ruleSet", "fired"],
};

/**
 * Reports a field that no event of these kinds is known to have. It is an error where the delivery would always be dead,
 * and a warning where something else stands in for it.
 */
function checkName({ root, field, under, mayBeAbsent }: NamedField, path: Path, { on, report }: Scope): void {
  const warn = (message: string): void => report(path, "RULE_TEMPLATE_FIELD", message);
  const refuse = (message: string): void =>
    report(path, mayBeAbsent ? "RULE_TEMPLATE_FIELD" : "RULE_TEMPLATE", message);
  const fields = FIELDS_OF[root];
  if (fields && !fields.includes(field))
    return refuse(`Root "${root}" has no "${field}"${didYouMean(field, fields) || `, use ${fields.join(", ")}`}`);
  if (root !== "event" && root !== "facts") return;
  // A payload's own field of this name is no fact.
  const entry = root === "event" && isKnownFact(field) ? undefined : factOf(field);
  const elsewhere = OTHER_CONTACT_PLACES.find(({ kinds }) => kinds.some((kind) => on.includes(kind)));
  if (root === "event" && field === "contactId" && elsewhere) {
    const who = elsewhere.who.replace(/^[a-z]/, (letter) => letter.toUpperCase());
    return warn(`${who} the contact as "${elsewhere.path}", write facts.contactId, which every event has`);
  }
  if (entry && root === "facts" && entry.params)
    return refuse(`Fact "${field}" needs params, a template cannot ask it`);
  if (root === "facts" && isKnownFact(field)) return refuse(`Fact "${field}" is none of the event's`);
  if (entry && root === "event" && isOnlyFact(field))
    return warn(`The payload has no "${field}", write facts.${field}`);
  if (entry && !on.some((kind) => entry.kinds.includes(kind))) {
    const message = `Field "${field}" is never there on ${on.join(", ")}`;
    return root === "facts" ? refuse(message) : warn(message);
  }
  if (entry) {
    if (under !== null && !canHave(entry, under))
      warn(`Field "${field}" is a ${entry.type}, which has no "${String(under)}"`);
    return;
  }
  const known = Object.keys(FACTS).filter((name) => on.some((kind) => FACTS[name]?.kinds.includes(kind)));
  const hint = didYouMean(field, known);
  if (root === "facts") return refuse(`Fact "${field}" is not known${hint}`);
  const missing = `No event is known to have "${field}"`;
  if (!mayBeAbsent) return warn(`${missing}${hint}; if yours do, allow for its absence with the default filter`);
  // A key of somebody's own may well be there; these are mistakes, and what stands in for them comes always.
  if (hint !== "" || OF_OTHER_PLACES.has(field))
    warn(`${missing}${hint}, so what stands in for it always comes; if yours do, write facts.payload.${field}`);
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

/** Whether a value of the type of a fact can have something under a key or an index. */
function canHave({ type }: FactEntry, key: string | number): boolean {
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
  if (isUrl && names.some((_, index) => isEncodedTwice(names, index)))
    return "Every value here is percent-encoded, leave url_encode out: it is encoded once all the same, after the filters behind it";
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
  if (under.length > 0 || typeof field !== "string") return "unknown";
  if (root === "decision") return field === "fired" ? "list" : "text";
  const entry = root === "event" || root === "facts" ? factOf(field) : undefined;
  return entry && on.some((kind) => entry.kinds.includes(kind)) ? (FORM_OF[entry.type] ?? "unknown") : "unknown";
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
