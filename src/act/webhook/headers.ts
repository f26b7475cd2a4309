// The headers that a rule may set: a list of names that are allowed, and the characters of a value.
// docs/decisions/0017-headers-are-an-allow-list.md says why it is not a list of names that are not.

const NAME = /^(?=.{1,64}$)[a-z\d]+(?:-[a-z\d]+)*$/;
/**
 * What APIs ask for under these very names: HTTP's own (RFC 9110, 7240), tracing's (W3C), and vendors'. Then what
 * vendors make up, by its last word: `Idempotency-Key`, `Private-Token`, `Notion-Version`, `Workspace-Id`.
 */
const ALLOWED =
  /^(?:accept|accept-language|accept-profile|apikey|authorization|content-profile|if-match|if-none-match|prefer|revision|token|traceparent|tracestate|user-agent|version|x-.+|.+-(?:account|auth|beta|environment|event|id|key|organization|project|secret|signature|tenant|timestamp|token|version|workspace))$/;
/**
 * Not the rule's to set, though the form is allowed: Afterbeep's and HighLevel's own, what Cloudflare and browsers set,
 * what tells a server who asks, for which host, path or method, and what opens a cloud's metadata.
 */
const RESERVED =
  /^(?:webhook|cf|sec|proxy|x-(?:ghl|wh|forwarded|real|client-ip|cluster-client|original|rewrite|remote|host|http-method|method-override|middleware|aws-ec2|google-metadata))(?:-|$)/;

/** Whether a rule may set a header of this name. */
export function isSettable(header: string): boolean {
  const name = header.toLowerCase();
  return NAME.test(name) && ALLOWED.test(name) && !RESERVED.test(name);
}

/** What to write instead, for the author of a rule. */
export function refusedHeader(header: string): string {
  return `Header "${header}" cannot be set by a rule, write "Authorization", "X-…", "…-Key", "…-Token" or "…-Id"`;
}

/** Whether a header can hold a value: Latin-1 without control characters. */
export function isHeaderValue(text: string): boolean {
  return /^[\t\u0020-\u007e\u00a0-\u00ff]*$/.test(text);
}
