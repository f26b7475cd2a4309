// The headers that a rule may set: the names that are allowed, and the characters of a value.
// docs/decisions/0017-headers-are-an-allow-list.md says why it is not a list of forbidden names.

const NAME = /^(?=.{1,64}$)[a-z\d]+(?:-[a-z\d]+)*$/;
/**
 * First, exact names that APIs require: HTTP's own (RFC 9110, 7240), tracing's (W3C), and vendors'. Then names that
 * vendors make up, by their last word: `Idempotency-Key`, `Private-Token`, `Notion-Version`, `Workspace-Id`.
 */
const ALLOWED =
  /^(?:accept|accept-language|accept-profile|apikey|authorization|content-profile|if-match|if-none-match|prefer|revision|token|traceparent|tracestate|user-agent|version|x-.+|.+-(?:account|auth|beta|environment|event|id|key|organization|project|secret|signature|tenant|timestamp|token|version|workspace))$/;
/**
 * Not for rules to set, although the form is allowed: Afterbeep's and HighLevel's own, those that Cloudflare and
 * browsers set, those that tell a server the client, host, path or method, and those that open a cloud's metadata.
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
