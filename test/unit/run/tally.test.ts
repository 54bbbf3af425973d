/** What a run keeps of a million records: every rejection, and not every exchange that shows one. */
import { deepStrictEqual, ok } from "node:assert";
import { type PlanHeader } from "../../../src/plan/plan";
import { type Exchange, type OutgoingChange, type Rejection } from "../../../src/record";
import { createTally } from "../../../src/run/tally";

const header = {
  fields: [{ name: "email", type: "text" }],
  keyTypes: ["text"],
  counts: { rows: 0, create: 0, update: 0, delete: 0, unchanged: 0, rejected: 0, held: 0, skipped: 0 },
} as unknown as PlanHeader;

describe("tally", () => {
  const megabyte = "x".repeat(1024 * 1024);

  async function kept(codes: readonly string[]) {
    const rejections: Rejection[] = [];
    const exchanges: string[] = [];
    const tally = createTally(header, {
      rejected: async (rejection) => void rejections.push(rejection),
      exchanged: async ({ id }) => void exchanges.push(id),
      flush: async () => undefined,
      finish: async () => undefined,
    });
    for (const [id, code] of codes.entries()) {
      const exchange: Exchange = {
        id: `x${id}`,
        at: "2026-01-01T00:00:00.000Z",
        request: { method: "POST", url: "https://a.example/", headers: {}, body: megabyte },
        ms: 1,
        changes: [id],
      };
      await tally.delivered([{ id, key: `k${id}`, action: "create" } as OutgoingChange], {
        settled: [{ outcome: { outcome: "rejected", id, code, reason: "No." }, exchange: exchange.id }],
        exchanges: [exchange],
      });
    }
    return { rejections, exchanges };
  }

  it("keeps the exchange of every rejection while they are few", async () => {
    const { rejections, exchanges } = await kept(Array.from({ length: 60 }, () => "invalid"));
    deepStrictEqual(exchanges.length, 60);
    deepStrictEqual(
      rejections.map(({ exchange }) => exchange),
      exchanges,
    );
  });

  it("keeps every rejection past 64 MB of exchanges, and names no exchange that was not kept", async () => {
    const { rejections, exchanges } = await kept(Array.from({ length: 100 }, () => "invalid"));
    deepStrictEqual(rejections.length, 100);
    deepStrictEqual(exchanges.length, 64);
    deepStrictEqual(
      rejections.flatMap(({ exchange }) => exchange ?? []),
      exchanges,
    );
  });

  it("still keeps exchanges of a kind of rejection that is new then", async () => {
    const { exchanges } = await kept([...Array.from({ length: 70 }, () => "invalid"), "gone", "gone"]);
    deepStrictEqual(exchanges.slice(-2), ["x70", "x71"]);
    ok(!exchanges.includes("x69"));
  });
});
