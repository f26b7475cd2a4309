/** What the Worker's code asks wrangler.toml to bind, by name: the class of a Durable Object; `null`: a KV namespace. */
export const BINDINGS = {
  LEDGER: "Ledger",
  DIRECTORY: "Directory",
  AGENCY: "Agency",
  REGISTRY: "Registry",
  TASKS: null,
} as const;
