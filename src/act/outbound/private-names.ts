// Names under which no public receiver is found. Each stands for itself and for every name below it.

const KINDS: readonly (readonly [refusal: string, names: string])[] = [
  // RFC 6761, 6762 (.local), 7686 (.onion), 8375 (home.arpa), 9476 (.alt), ICANN's resolution of 2024 on .internal;
  // then what networks of a house, an office or a cluster are in the habit of using.
  [
    "The host is private",
    "localhost local internal arpa onion test invalid alt lan intranet private localdomain corp home svc",
  ],
  // Google, Azure, Tencent, Equinix Metal and IBM document these beside their metadata addresses.
  [
    "The host is a metadata service",
    "metadata.goog metadata.azure.com metadata.tencentyun.com metadata.packet.net metadata.platformequinix.com metadata.cloud.ibm.com",
  ],
  // Public DNS that answers with the address which the name spells, with loopback, or with one now and another later.
  // Nobody can list them all: see docs/rules.md, "Destinations", for what stands behind this list.
  [
    "The name of the host stands for an address",
    "nip.io sslip.io xip.io localtest.me lvh.me vcap.me lacolhost.com lndo.site plex.direct rbndr.us",
  ],
];
const REFUSALS = new Map(KINDS.flatMap(([refusal, names]) => names.split(" ").map((name) => [name, refusal])));

/** Why a host name in small letters is refused, or `null`. */
export function refusedName(hostname: string): string | null {
  const labels = hostname.split(".");
  for (const index of labels.keys()) {
    const refusal = REFUSALS.get(labels.slice(index).join("."));
    if (refusal !== undefined) return refusal;
  }
  return null;
}
