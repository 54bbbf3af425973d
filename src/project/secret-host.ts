/** Which host a secret is sent to, as it is approved for and bound to in the editor. */

/**
 * A host in the one spelling that URLs are compared by, with its port where that is not the usual one. What leaves this
 * machine unencrypted is another place than the same host over TLS, and says so. undefined: no web address.
 */
export function secretHost(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, hostname } = new URL(address);
  if (protocol === "https:") return host;
  if (protocol !== "http:") return undefined;
  return isThisMachine(hostname) ? host : `http://${host}`;
}

export function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
