// The door to everything that only the operator may see: `/api`.
import type { Configuration } from "../model/configuration.ts";
import { hasAccessJwt, type AccessPorts } from "./access.ts";
import { hasToken } from "./token.ts";

export interface DoorPorts extends AccessPorts {
  readonly configuration: Pick<Configuration, "adminToken" | "adminTokenHashes" | "access">;
}

/** Whether nothing that could open it is configured. */
export function isClosed({ configuration: { adminToken, adminTokenHashes, access } }: DoorPorts): boolean {
  return adminToken === null && adminTokenHashes.length === 0 && access === null;
}

/** Whether a request is the operator's, proved by one of the tokens or by Cloudflare Access. */
export async function hasAccess(request: Request, ports: DoorPorts): Promise<boolean> {
  const { configuration } = ports;
  if (await hasToken(request.headers, configuration)) return true;
  if (configuration.access === null || !isOfThisOrigin(request)) return false;
  return hasAccessJwt(request.headers, configuration.access, ports);
}

/**
 * Access turns a browser's cookie into its header even when somebody else's page makes the request (CSRF). Browsers
 * name the page's origin on every request that can change something; programs name none.
 */
function isOfThisOrigin({ headers, url }: Request): boolean {
  const origin = headers.get("origin");
  return origin === null || origin === new URL(url).origin;
}
