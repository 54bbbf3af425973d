/** A process of its own that opens a sandbox, says where it is, and goes when its standard input ends. */
import { http } from "../../../src/destinations/http/http";
import { sandboxFor } from "../../../src/sandbox/registry";

async function serve(root: string, connection: string): Promise<void> {
  const handle = await sandboxFor({ root, connection, destination: http, now: () => Date.now() });
  console.log(JSON.stringify({ url: handle.url, own: handle.own }));
  process.stdin.resume().on("end", () => void handle.release().then(() => process.exit(0)));
}

void serve(process.argv[2] as string, process.argv[3] as string);
