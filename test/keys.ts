// A key pair for tests only, so that workerd can be given its public half before any test runs.
import { HIGHLEVEL_PUBLIC_KEY } from "../src/model/configuration.ts";

export const TEST_PRIVATE_KEY = "MC4CAQAwBQYDK2VwBCIEIFadayxisj8TDMH44S8Wf1CC026gyVYBd+W/H8S0Yqho";
const TEST_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAKphC7KwKyDk7RDLZvgAGyHPK79T2go4FN6n+XFFgbKw=
-----END PUBLIC KEY-----`;

export const TEST_ADMIN_TOKEN = "canary-admin-token";
export const TEST_GATEWAY_SECRET = "whsec_Y2FuYXJ5LWdhdGV3YXktc2VjcmV0LW9mLTMyLWJ5dGU=";
export const TEST_WEBHOOK_SECRET = "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LW9mLTMyLWJ5dGU=";
/** Base64 of 32 bytes each; also canaries. */
export const TEST_TOKEN_KEY = "Y2FuYXJ5LXRva2VuLWtleS1vZi0zMi1ieXRlcy1vbmU=";
export const TEST_OLD_TOKEN_KEY = "Y2FuYXJ5LXRva2VuLWtleS1vZi0zMi1ieXRlcy10d28=";
export const TEST_APP = { clientId: "canaryapp-suffix", clientSecret: "canary-client-secret" };

/** The Worker's configuration in tests. Its secrets are canaries: test/canaries.ts. */
export const TEST_VARIABLES = {
  HIGHLEVEL_PUBLIC_KEYS: `${HIGHLEVEL_PUBLIC_KEY}\n${TEST_PUBLIC_KEY}`,
  ALLOWED_LOCATIONS: "*",
  ADMIN_TOKEN: TEST_ADMIN_TOKEN,
  WEBHOOK_SECRET: TEST_WEBHOOK_SECRET,
  GATEWAY_SECRET: TEST_GATEWAY_SECRET,
  OUTBOUND_ALLOWED_HOSTS: "",
  HIGHLEVEL_CLIENT_ID: TEST_APP.clientId,
  HIGHLEVEL_CLIENT_SECRET: TEST_APP.clientSecret,
  HIGHLEVEL_TOKEN_KEY: TEST_TOKEN_KEY,
  GATEWAY_TOKEN: "canary-gateway-token",
};
