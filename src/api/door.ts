// The door to everything that only the operator may see: `/api`. Who comes in is known by a name.
import type { Operator } from "../model/audit.ts";
import type { Configuration } from "../model/configuration.ts";
import { accessNameOf, type AccessPorts } from "./access.ts";
import { tokenNameOf } from "./token.ts";

export interface DoorPorts extends AccessPorts {
  readonly configuration: Pick<Configuration, "adminToken" | "adminTokenHashes" | "access">;
}

/** Whether nothing that could open it is configured. */
export function isClosed({ configuration: { adminToken, adminTokenHashes, access } }: DoorPorts): boolean {
  return adminToken === null && adminTokenHashes.length === 0 && access === null;
}

/** Whose request it is, proved by one of the tokens or by Cloudflare Access; `null`: nobody's who may come in. */
export async function operatorOf(request: Request, ports: DoorPorts): Promise<Operator | null> {
  const { configuration } = ports;
  const token = await tokenNameOf(request.headers, configuration);
  if (token !== null) return { through: "token", name: token };
  if (configuration.access === null || !isOfThisOrigin(request)) return null;
  const name = await accessNameOf(request.headers, configuration.access, ports);
  return name === null ? null : { through: "access", name };
}

/**
 * Access turns a browser's cookie into its header even when somebody else's page makes the request (CSRF). Browsers
 * name the page's origin on every request that can change something; programs name none.
 */
function isOfThisOrigin({ headers, url }: Request): boolean {
  const origin = headers.get("origin");
  return origin === null || origin === new URL(url).origin;
}
