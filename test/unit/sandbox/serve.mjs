// A process of its own that opens a sandbox, says where it is, and goes when its standard input ends.
const [root, connection] = process.argv.slice(2);
const { sandboxFor } = await import("../../../src/sandbox/registry.ts");
const { http } = await import("../../../src/destinations/http/http.ts");
const handle = await sandboxFor({ root, connection, destination: http, now: () => Date.now() });
console.log(JSON.stringify({ url: handle.url, own: handle.own }));
process.stdin.resume().on("end", () => void handle.release().then(() => process.exit(0)));
