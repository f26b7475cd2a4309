import { describe, expect, it } from "vitest";
import { isHeaderValue, isSettable, refusedHeader } from "../../../src/act/webhook/headers.ts";

describe("a header that a rule may set", () => {
  it.each([
    "Authorization",
    "authorization",
    "Accept",
    "Accept-Language",
    "User-Agent",
    "Prefer",
    "If-Match",
    "If-None-Match",
    "Traceparent",
    "Tracestate",
    "Token",
    "ApiKey",
    "Api-Key",
    "Version",
    "revision",
    "Accept-Profile",
    "Content-Profile",
    "Idempotency-Key",
    "Ocp-Apim-Subscription-Key",
    "xi-api-key",
    "DD-API-KEY",
    "Private-Token",
    "Circle-Token",
    "Api-Token",
    "Client-Secret",
    "Stripe-Account",
    "Stripe-Version",
    "Notion-Version",
    "OpenAI-Organization",
    "anthropic-beta",
    "Request-Id",
    "Correlation-Id",
    "Workspace-Id",
    "Shop-Signature",
    "X-Api-Key",
    "X-Contact",
    "X-GitHub-Event",
    "X-Realtime",
    "X-Hosting",
    `X-${"a".repeat(62)}`,
  ])("is %s", (name) => {
    expect(isSettable(name)).toBe(true);
  });
});

/** Names by who sets them. */
const REFUSED = {
  transport: `Host Content-Length Content-Type Content-Encoding Content-Location Transfer-Encoding TE Connection
    Keep-Alive Upgrade Trailer Expect Via Forwarded Max-Forwards HTTP2-Settings Proxy-Authorization Proxy-Connection
    Proxy-Key Accept-Encoding Accept-Charset Early-Data Alt-Used Range Date Age Cache-Control`,
  browser: `Cookie Cookie2 Set-Cookie Origin Referer Sec-Fetch-Mode Sec-WebSocket-Key sec-websocket-version
    Access-Control-Request-Method`,
  cloudflare: "CF-Connecting-IP cf-worker Cf-Access-Client-Id CF-Access-Client-Secret CF-Access-Token CDN-Loop CF-Key",
  afterbeep: "webhook-id Webhook-Signature WEBHOOK-TIMESTAMP webhook-anything",
  highLevel: "X-GHL-Signature X-WH-Signature",
  // What a server takes for somebody else's address, host, path, method or name.
  proxy: `X-Forwarded-For X-Forwarded-Host X-Forwarded X-Real-IP X-Client-IP X-Cluster-Client-IP True-Client-IP
    X-Original-URL X-Original-Host X-Rewrite-URL X-Host X-Remote-User X-Remote-Addr Remote-User X-HTTP-Method
    X-HTTP-Method-Override X-Method-Override X-Middleware-Subrequest`,
  metadata: "Metadata Metadata-Flavor X-aws-ec2-metadata-token X-Google-Metadata-Request",
  nobody: "X X- -X X--A X-A- X_A X-A: X-é X-Ⓐ ſec-key toString constructor key id",
};

describe("a header that a rule may not set", () => {
  it.each(Object.entries(REFUSED).flatMap(([by, names]) => names.split(/\s+/).map((name) => ({ by, name }))))(
    "is $name, which $by sets",
    ({ name }) => {
      expect(isSettable(name)).toBe(false);
    },
  );

  it.each(["", " ", "X-A B", "X-A\r\nB", "X-A\n", "X-\0", `X-${"a".repeat(63)}`])("is no name: %j", (name) => {
    expect(isSettable(name)).toBe(false);
  });

  it("is told what to write instead", () => {
    expect(refusedHeader("Host")).toMatch(/^Header "Host" .*"Authorization", "X-…", "…-Key"/);
    for (const suggested of ["Authorization", "X-Anything", "Any-Key", "Any-Token", "Any-Id"])
      expect(isSettable(suggested)).toBe(true);
  });
});

describe("the value of a header", () => {
  it("may be every character of Latin-1 but the controls, and a tab", () => {
    const allowed = Array.from({ length: 0x3_00 }, (_, code) => code).filter((code) =>
      isHeaderValue(`a${String.fromCodePoint(code)}b`),
    );
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(allowed).toEqual([9, ...range(0x20, 0x7e), ...range(0xa0, 0xff)]);
  });

  it.each(["a\n", "\na", "a\r", "a\0", "a\u007f", "a\u2028", "日本", "😀", "\ud800", "a\u0130"])(
    "is not %j",
    (text) => {
      expect(isHeaderValue(text)).toBe(false);
    },
  );
});
