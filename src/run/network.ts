/** Why a connection failed, for people: by the code of the error, never by its text. */
import { SyncFailure } from "../failure";

export const untrusted = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

const phrases: Readonly<Record<string, string>> = {
  EAI_AGAIN: "the name of the host could not be looked up",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no network",
  ENOENT: "there is no such socket",
  ENOTFOUND: "there is no host of this name",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the host did not answer in time",
  UND_ERR_CONNECT_TIMEOUT: "the host did not answer in time",
  UND_ERR_SOCKET: "the connection was closed",
};

/** A phrase: "the connection was refused". */
export function whyFailed(code: string): string {
  return phrases[code] ?? "the connection failed";
}

export function isTlsFailure(code: string): boolean {
  return untrusted.has(code) || code.startsWith("ERR_SSL_") || code === "EPROTO";
}

export function untrustedCertificate(code: string, hint: string, options: ErrorOptions): SyncFailure {
  return new SyncFailure(
    "untrusted-certificate",
    `No secure connection could be made: ${untrusted.has(code) ? "the certificate of the host is not trusted" : "the host does not speak TLS as expected"} (${code}).`,
    hint,
    options,
  );
}

export function codeOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === "string") return code;
  // Several addresses were tried: the first failure speaks for all.
  return Array.isArray(errors) && errors.length > 0 ? codeOf(errors[0]) : "";
}
