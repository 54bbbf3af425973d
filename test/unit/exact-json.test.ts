import assert from "node:assert/strict";
import { losesDigits } from "../../src/destinations/exact-json";

describe("exact JSON", () => {
  const kept = [
    "1",
    "1.0",
    "-0.50",
    "1e5",
    "0.1",
    "9007199254740992",
    '"12345678901234567890"',
    '{"a\\"9":[1.25,"12345678901234567891"]}',
    "1e-7",
    "0e10",
    "123456789012345680000",
  ];
  for (const json of kept) it(`loses nothing of ${json}`, () => assert.equal(losesDigits(json), false));
  const lost = [
    "9007199254740993",
    '{"a":[0,12345678901234567890]}',
    "0.1000000000000000055511151231257827",
    "1e999",
    "-1.00000000000000000001",
  ];
  for (const json of lost) it(`would lose digits of ${json}`, () => assert.equal(losesDigits(json), true));
});
