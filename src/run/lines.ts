/** Reads the line files of a run: whole lines only, one after the other, so that memory stays flat. */
import { createReadStream, promises as fs } from "node:fs";
import { createInterface } from "node:readline";
import { codeOf } from "./disk";

/** Whole lines; what a crash left half-written at the end is passed over. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  let whole = 0;
  try {
    const data = await fs.open(file, "r");
    try {
      whole = await wholeBytes(data);
    } finally {
      await data.close();
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  if (whole === 0) return;
  const stream = createReadStream(file, { encoding: "utf8", end: whole - 1 });
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) yield line;
  } finally {
    stream.destroy();
  }
}

/** Bytes up to and with the last line break. */
export async function wholeBytes(file: fs.FileHandle): Promise<number> {
  const step = 64 * 1024;
  for (let end = (await file.stat()).size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const at = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}
