// The pages of HighLevel's desk, in HTML: pure functions of what the stand-in holds. Every text is escaped.
import type { Contact, Message } from "../stand-in/state.ts";

/** An event that was sent to the Worker, and what it answered. */
export interface Posted {
  readonly at: string;
  /** What it was, such as `ContactUpdate: saved here`. */
  readonly about: string;
  readonly answer: string;
  /** The event on the Worker's page; `null`: it has none. */
  readonly link: string | null;
}

/** What the page shows. */
export interface Desk {
  readonly worker: string;
  /** A link to the Worker's page that signs in. */
  readonly page: string;
  readonly contacts: readonly Contact[];
  /** The contact that is edited, and that events are about. */
  readonly chosen: Contact;
  /** Samples by name, with what each is. */
  readonly events: readonly (readonly [name: string, about: string])[];
  /** Proves that a form is this page's own. */
  readonly proof: string;
}

/** Fields of a contact that can be edited, with their labels. */
export const CONTACT_FIELDS = {
  firstName: "First name",
  lastName: "Last name",
  phone: "Phone",
  email: "E-mail",
} as const;

export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
header p { margin: 0; }
main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); margin-top: 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
label { display: block; margin-bottom: .5rem; } label.check { display: flex; gap: .5rem; align-items: center; }
input:not([type=checkbox]), select { box-sizing: border-box; display: block; font: inherit; padding: .3rem .4rem; width: 100%; }
button { font: inherit; padding: .35rem .8rem; }
iframe { border: 1px solid; box-sizing: border-box; height: 16rem; width: 100%; }
ul { list-style: none; margin: 0; padding: 0; } li { border-bottom: 1px solid; padding: .4rem 0; }
li p { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
small { opacity: .8; }
nav a[aria-current] { font-weight: bold; }
`;

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** What a contact is called. */
export function nameOf({ firstName = "", lastName = "", id }: Contact): string {
  return `${firstName} ${lastName}`.trim() || id;
}

function html(title: string, body: string, head = ""): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${head}
<title>${escaped(title)}</title><link rel="stylesheet" href="/desk/style.css"></head>
<body>${body}</body></html>
`;
}

/** The page: contacts, events to send, and the inbox and what was sent, which look for what is new by themselves. */
export function deskPage({ worker, page, contacts, chosen, events, proof }: Desk): string {
  const hidden = `<input type="hidden" name="proof" value="${escaped(proof)}"><input type="hidden" name="contact" value="${escaped(chosen.id)}">`;
  const links = contacts.map(
    (one) =>
      `<a href="/?contact=${encodeURIComponent(one.id)}"${one.id === chosen.id ? ' aria-current="true"' : ""}>${escaped(nameOf(one))}</a>`,
  );
  const fields = Object.entries(CONTACT_FIELDS).map(
    ([name, label]) =>
      `<label>${label}<input name="${name}" value="${escaped(chosen[name as keyof typeof CONTACT_FIELDS] ?? "")}" autocomplete="off"></label>`,
  );
  const options = events.map(
    ([name, about]) => `<option value="${escaped(name)}">${escaped(`${name}: ${about}`)}</option>`,
  );
  return html(
    "HighLevel's stand-in",
    `<header><h1>HighLevel's stand-in</h1>
<p>Nothing here leaves this machine. Events go, signed, to the Worker at <a href="${escaped(page)}">${escaped(worker)}</a>; what its rules send arrives in the inbox.</p>
<nav aria-label="Contacts">${links.join(" · ")}</nav></header>
<main>
<section aria-labelledby="contact"><h2 id="contact">Contact ${escaped(chosen.id)}</h2>
<form method="post" action="/desk/contact">${hidden}${fields.join("")}
<label>Tags, with commas<input name="tags" value="${escaped(chosen.tags.join(", "))}" autocomplete="off"></label>
<label class="check"><input type="checkbox" name="dnd" value="on"${chosen.dnd ? " checked" : ""}>Do not disturb</label>
<button>Save</button> <small>HighLevel tells the Worker of it.</small></form></section>
<section aria-labelledby="event"><h2 id="event">Send an event about ${escaped(nameOf(chosen))}</h2>
<form method="post" action="/desk/event">${hidden}<label>Event<select name="event">${options.join("")}</select></label>
<button>Send</button></form>
<h2>Sent to the Worker</h2><iframe src="/desk/sent" title="Sent to the Worker"></iframe></section>
<section aria-labelledby="inbox"><h2 id="inbox">Inbox</h2><iframe src="/desk/inbox" title="Inbox"></iframe></section>
</main>`,
  );
}

const EVERY_SECOND = '<meta http-equiv="refresh" content="1">';

/** What contacts got, the newest first. */
export function inboxPage(messages: readonly Message[], named: (contactId: string) => string): string {
  const items = messages.map(
    ({ contactId, type, subject, body, dateAdded }) =>
      `<li><small>${escaped(type)} to ${escaped(named(contactId))}, ${escaped(dateAdded)}</small>${subject ? `<p><b>${escaped(subject)}</b></p>` : ""}<p>${escaped(body)}</p></li>`,
  );
  return html(
    "Inbox",
    items.length === 0 ? "<p>Nothing has arrived yet.</p>" : `<ul>${items.join("")}</ul>`,
    EVERY_SECOND,
  );
}

/** What was sent to the Worker, the newest first. */
export function sentPage(posted: readonly Posted[]): string {
  const items = posted.map(
    ({ at, about, answer, link }) =>
      `<li><small>${escaped(at)}</small><p>${escaped(about)}</p><p>${escaped(answer)}${link === null ? "" : ` <a href="${escaped(link)}" target="_top">Why</a>`}</p></li>`,
  );
  return html("Sent", items.length === 0 ? "<p>Nothing was sent yet.</p>" : `<ul>${items.join("")}</ul>`, EVERY_SECOND);
}
