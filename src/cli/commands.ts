// The commands of the command line. A command's file, and all that it imports, is loaded only when the command is used.
import type { CommandDef } from "citty";

/** A command before it is loaded. */
interface Listed {
  readonly description: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- commands differ in their arguments
  readonly load: () => Promise<CommandDef<any>>;
}

/** Every command by its name, in the order of the usage text. */
export const COMMANDS: { readonly [name: string]: Listed } = {
  check: {
    description: "Check the rule files and run their examples",
    load: async () => (await import("./check.ts")).check,
  },
  explain: {
    description: "Say for every rule why it fires on an event, or why not",
    load: async () => (await import("./explain.ts")).explain,
  },
  analyze: {
    description: "Say what the rules can do together: which never fire, overlap or undo each other, each with an event",
    load: async () => (await import("./analyze.ts")).analyze,
  },
  simulate: {
    description: "Run a story of events through the rules on a virtual clock",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  send: {
    description: "Send a signed sample event and print the decision",
    load: async () => (await import("./send.ts")).send,
  },
  doctor: {
    description: "Say what is wrong with how a running Worker is set up, each with the fix",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  gaps: {
    description: "Show the messages that HighLevel has and a running Worker lacks",
    load: async () => (await import("./gaps.ts")).gaps,
  },
  drift: {
    description: "Compare what the rules test with what a location's events really had",
    load: async () => (await import("./drift.ts")).drift,
  },
  export: {
    description: "Write the log of a location as lines of JSON: a backup, and what replay reads",
    load: async () => (await import("./export.ts")).exportLog,
  },
  import: {
    description: "Bring an export into a location that is empty: a backup, or a move",
    load: async () => (await import("./import.ts")).importLog,
  },
  replay: {
    description: "Say what the rules would have done over a log, and who would have got which text",
    load: async () => (await import("./replay.ts")).replay,
  },
  near: {
    description: "Say on which events of a log one thing alone kept a rule from firing",
    load: async () => (await import("./near.ts")).near,
  },
  publish: {
    description: "Give a running Worker the rules as its next version, which is not in force by that",
    load: async () => (await import("./publish.ts")).publish,
  },
  versions: {
    description: "List the published versions, and which is in force for whom",
    load: async () => (await import("./versions.ts")).versions,
  },
  activate: {
    description: "Put a published version in force: for all, for a share or some locations, or in the shadow",
    load: async () => (await import("./activate.ts")).activate,
  },
  rollback: {
    description: "Put in force what was before the last change",
    load: async () => (await import("./activate.ts")).rollback,
  },
  pause: {
    description: "Let nothing of a rule, or of a location, leave until it is resumed",
    load: async () => (await import("./pause.ts")).pause,
  },
  resume: {
    description: "End a pause: what was held meanwhile stays held until somebody looks at it",
    load: async () => (await import("./pause.ts")).resume,
  },
  locations: {
    description: "List the locations of a running Worker: last event, what waits, is held, dead or overdue, alerts",
    load: async () => (await import("./locations.ts")).locations,
  },
  alerts: {
    description: "Say which alerts are open and since when; with --test send a message that says nothing",
    load: async () => (await import("./alerts.ts")).alerts,
  },
  delete: {
    description: "Delete a location of a running Worker with all that is kept of it",
    load: async () => (await import("./locations.ts")).deleteLocation,
  },
  schema: {
    description:
      "Write schema/rule.schema.json and the actions of docs/openapi.json anew, after the language has changed",
    load: async () => (await import("./schema.ts")).schema,
  },
  token: {
    description: "Make a token for /api, and the hash that lets it in",
    load: async () => (await import("./token.ts")).token,
  },
  environment: {
    description: "Write an environment such as staging into wrangler.toml, with all that the Worker needs",
    load: async () => (await import("./environment.ts")).environment,
  },
  build: {
    description: "Admit the rule files, write the set that is bundled, bundle the page (wrangler runs it)",
    load: async () => (await import("./build.ts")).build,
  },
  highlevel: {
    description: "Start HighLevel's stand-in for a local Worker: contacts, events to send, an inbox",
    load: async () => (await import("./highlevel.ts")).highlevel,
  },
  dev: {
    description: "Start the Worker with wrangler, on development keys, beside HighLevel's stand-in",
    load: async () => (await import("./dev.ts")).dev,
  },
  demo: {
    description: "Run the Worker and one event of every channel, and show what happens",
    load: async () => (await import("./demo.ts")).demo,
  },
};
