// Lists of hosts that an operator writes.

const ENTRY = /^(?:https?:\/\/)?(\[[^\]]*\]|[^:/?#@\\]+)(?::(\d{1,5}))?\/?$/i;
/** A name of letters, digits, dashes and underscores, or an IPv6 address; no wildcards, no trailing dot. */
const HOSTNAME = /^(?:\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)$/;

/**
 * The entries of a comma-separated list as `host` or `host:port`, spelled as in a `URL`: lower-case, other alphabets in
 * Punycode. What is not a host is dropped, so `*` allows nothing.
 */
export function hostList(entries: Iterable<string>): ReadonlySet<string> {
  return new Set([...entries].flatMap((entry) => canonicalHost(entry) ?? []));
}

function canonicalHost(entry: string): string | null {
  const [, name = "", port] = ENTRY.exec(entry) ?? [];
  if (!URL.canParse(`http://${name}/`)) return null;
  const { hostname } = new URL(`http://${name}/`);
  if (!HOSTNAME.test(hostname)) return null;
  return port === undefined ? hostname : `${hostname}:${Number(port)}`;
}
