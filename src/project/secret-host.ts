/** Which host a secret is sent to, as it is approved for and bound to in the editor. */

/**
 * A host in the one spelling that URLs are compared by, with its port where that is not the usual one. What leaves this
 * machine unencrypted is another place than the same host over TLS, and says so. undefined: no web address.
 */
export function secretHost(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, hostname } = new URL(address);
  if (protocol === "https:") return host;
  if (databases.has(protocol)) return databaseHost(address);
  if (protocol !== "http:") return undefined;
  return isThisMachine(hostname) ? host : `http://${host}`;
}

const databases = new Set(["postgresql:", "mysql:"]);

/** A server, and whether it is spoken to in clear or without a look at its certificate. */
function databaseHost(address: string): string {
  const { protocol, host, search } = new URL(address);
  return `${protocol}//${host}${search}`;
}

export function isThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
