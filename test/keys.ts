// A key pair for tests only, so that workerd can be given its public half before any test runs.
import { HIGHLEVEL_PUBLIC_KEY } from "../src/model/configuration.ts";

export const TEST_PRIVATE_KEY = "MC4CAQAwBQYDK2VwBCIEIFadayxisj8TDMH44S8Wf1CC026gyVYBd+W/H8S0Yqho";
const TEST_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAKphC7KwKyDk7RDLZvgAGyHPK79T2go4FN6n+XFFgbKw=
-----END PUBLIC KEY-----`;

export const TEST_ADMIN_TOKEN = "test-admin-token";
export const TEST_WEBHOOK_SECRET = "whsec_dGVzdC1zZWNyZXQtb2YtMzItYnl0ZXMtZm9yLXRlc3Q=";

/** What the Worker is configured with in tests. */
export const TEST_VARIABLES = {
  HIGHLEVEL_PUBLIC_KEYS: `${HIGHLEVEL_PUBLIC_KEY}\n${TEST_PUBLIC_KEY}`,
  ALLOWED_LOCATIONS: "*",
  ADMIN_TOKEN: TEST_ADMIN_TOKEN,
  WEBHOOK_SECRET: TEST_WEBHOOK_SECRET,
  OUTBOUND_ALLOWED_HOSTS: "",
  GATEWAY_TOKEN: "gateway-secret",
};
