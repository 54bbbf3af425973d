import assert from "node:assert/strict";
import type * as vscode from "vscode";
import { Projects } from "../../src/editor/projects";

describe("what must not go wrong", () => {
  it("a target that asks is forgotten with the window, another is kept", async () => {
    const kept = new Map<string, unknown>();
    const memory = {
      keys: () => [...kept.keys()],
      get: <Value>(key: string) => kept.get(key) as Value | undefined,
      update: async (key: string, value: unknown) => void kept.set(key, value),
    } as vscode.Memento;
    const first = new Projects(memory);
    await first.choose("/p", "staging", "keep");
    await first.choose("/p", "prod", "until-reload");
    assert.deepEqual(first.place("/p"), { root: "/p", target: "prod" });
    first.dispose();
    const reloaded = new Projects(memory);
    assert.deepEqual(reloaded.place("/p"), { root: "/p", target: "staging" });
    await reloaded.forgetTarget("/p");
    assert.deepEqual(reloaded.place("/p"), { root: "/p" });
    reloaded.dispose();
  });
});
