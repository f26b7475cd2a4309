// Names under which no public receiver is found. Each covers itself and every name below it.

const KINDS: readonly (readonly [refusal: string, names: string])[] = [
  // RFC 6761, 6762 (.local), 7686 (.onion), 8375 (home.arpa), 9476 (.alt), ICANN's 2024 resolution on .internal; then
  // names that home, office and cluster networks commonly use.
  [
    "The host is private",
    "localhost local internal arpa onion test invalid alt lan intranet private localdomain corp home svc",
  ],
  // Google, Azure, Tencent, Equinix Metal and IBM document these beside their metadata addresses.
  [
    "The host is a metadata service",
    "metadata.goog metadata.azure.com metadata.tencentyun.com metadata.packet.net metadata.platformequinix.com metadata.cloud.ibm.com",
  ],
  // Public DNS that resolves to the address spelled in the name, to loopback, or to changing addresses. Nobody can list
  // them all: docs/rules.md, "Destinations", says what protects behind this list.
  [
    "The name of the host stands for an address",
    "nip.io sslip.io xip.io localtest.me lvh.me vcap.me lacolhost.com lndo.site plex.direct rbndr.us",
  ],
];
const REFUSALS = new Map(KINDS.flatMap(([refusal, names]) => names.split(" ").map((name) => [name, refusal])));

/** Why a lower-case host name is refused, or `null`. */
export function refusedName(hostname: string): string | null {
  const labels = hostname.split(".");
  for (const index of labels.keys()) {
    const refusal = REFUSALS.get(labels.slice(index).join("."));
    if (refusal !== undefined) return refusal;
  }
  return null;
}
