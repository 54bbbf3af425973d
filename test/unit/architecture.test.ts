import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const root = path.join(__dirname, "../..");

interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly file: string;
  readonly text: string;
  readonly imports: readonly Import[];
}
interface Import {
  readonly from: string;
  /** The file it leads to, for one of our own. */
  readonly file?: string;
  /** Only types are taken: nothing of it is there when the program runs. */
  readonly typesOnly: boolean;
  /** `import(…)`: loaded when it is reached. */
  readonly late: boolean;
}

const sources: readonly Source[] = ["src", "webview"].flatMap(filesBelow).map(parse);
const src = sources.filter(({ file }) => file.startsWith("src/"));

function filesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.split(path.sep).join("/")}`)
    .filter((file) => file.endsWith(".ts"))
    .sort();
}

function parse(file: string): Source {
  const text = readFileSync(path.join(root, file), "utf8");
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const imports: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typesOnly: boolean, late: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    const from = specifier.text;
    const own = from.startsWith(".") ? { file: `${path.posix.join(path.posix.dirname(file), from)}.ts` } : {};
    imports.push({ from, ...own, typesOnly, late });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, takesOnlyTypes(node), false);
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly, false);
    if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === "require";
      if (isImport || isRequire) add(node.arguments[0], false, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { file, text, imports };
}

function takesOnlyTypes({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = importClause.namedBindings;
  if (importClause.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.every((element) => element.isTypeOnly);
}

/** Fails with one line for each offence, and what to do about it. */
function assertNone(offences: readonly string[], remedy: string): void {
  assert.ok(offences.length === 0, `${remedy}\n  ${offences.join("\n  ")}`);
}

function importers(files: readonly Source[], matches: (taken: Import) => boolean): readonly string[] {
  return files.flatMap(({ file, imports }) => imports.filter(matches).map(({ from }) => `${file} imports ${from}`));
}

function mentions(files: readonly Source[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ file, text }) =>
    withoutComments(text)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** Comments become blanks, so that line numbers stay. */
function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, " ");
  return text.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, blank);
}

const outside = (...allowed: readonly string[]): readonly Source[] =>
  sources.filter(({ file }) => !allowed.some((place) => file === place || file.startsWith(`${place}/`)));
const within = (...places: readonly string[]): readonly Source[] =>
  src.filter(({ file }) => places.some((place) => file === place || file.startsWith(`${place}/`)));

// ── Left to right ────────────────────────────────────────────────────────────────────────────────────────────────────

/** The house from left to right: a part imports what stands before it, and itself. Parts on one line do not meet. */
const house: readonly (readonly string[])[] = [
  ["src/value.ts"],
  ["src/record.ts", "src/failure.ts", "src/problem.ts"],
  ["src/warehouses", "src/destinations"],
  ["src/ledger"],
  ["src/project", "src/sync"],
  ["src/language"],
  ["src/plan"],
  ["src/run"],
  ["src/sandbox"],
  ["src/calls"],
  ["src/language.ts"],
  ["src/editor", "src/cli", "src/engine.ts"],
  ["src/cli.ts", "src/extension.ts", "src/schemas.ts"],
];
/** Two folders of one line that may meet, the first importing the second: a sync is read in terms of its project. */
const neighbours = new Set(["src/sync → src/project"]);

function placeOf(file: string): { readonly part: string; readonly column: number } | undefined {
  const column = house.findIndex((parts) => parts.some((part) => file === part || file.startsWith(`${part}/`)));
  const part = house[column]?.find((one) => file === one || file.startsWith(`${one}/`));
  return part === undefined ? undefined : { part, column };
}

describe("the house", () => {
  it("has a place for every file", () => {
    assertNone(
      src.filter(({ file }) => placeOf(file) === undefined).map(({ file }) => file),
      "Put the file into one of the folders of ARCHITECTURE.md; a new folder is a decision to be written down there.",
    );
  });

  it("is imported from left to right only", () => {
    const offences = src.flatMap(({ file, imports }) => {
      const here = placeOf(file);
      return imports.flatMap((taken) => {
        const there = taken.file === undefined ? undefined : placeOf(taken.file);
        if (here === undefined || there === undefined || there.part === here.part) return [];
        const isLeft = there.column < here.column;
        const isNeighbour = neighbours.has(`${here.part} → ${there.part}`);
        return isLeft || isNeighbour ? [] : [`${file} imports ${taken.from}`];
      });
    });
    assertNone(offences, "Move what is shared to the left, or pass it in as an argument from the right.");
  });

  it("lets the webview take only types and the vocabulary from the source, and the source only the protocol from it", () => {
    const offences = sources.flatMap(({ file, imports }) =>
      imports
        .filter((taken) => {
          if (file.startsWith("webview/"))
            return taken.file?.startsWith("src/") === true && !taken.typesOnly && !vocabulary.has(taken.file);
          return taken.file?.startsWith("webview/") === true && !shared.has(taken.file);
        })
        .map(({ from }) => `${file} imports ${from}`),
    );
    assertNone(offences, "What crosses between host and webview is a message of webview/protocol.ts.");
  });
});
/** What everything speaks in: these import nothing but each other. */
const vocabulary = new Set(house.slice(0, 2).flat());
/** Both sides of a webview need these. */
const shared = new Set(["webview/protocol.ts", "webview/mapping-protocol.ts", "webview/plain-text.ts"]);

// ── Edges ────────────────────────────────────────────────────────────────────────────────────────────────────────────

describe("each door to the outside", () => {
  const doors: readonly { readonly from: string; readonly allowed: readonly string[]; readonly remedy: string }[] = [
    {
      from: "vscode",
      allowed: ["src/editor", "src/extension.ts"],
      remedy: "Logic knows no editor: put it where both surfaces can use it, and call it from src/editor.",
    },
    {
      from: "undici",
      allowed: ["src/run/send.ts"],
      remedy: "Yield a request from a conversation; src/run/send.ts is the only one to send it.",
    },
    {
      from: "@duckdb/node-api",
      // The driver's bulk loader is a file of its own.
      allowed: ["src/warehouses/duckdb-driver.ts", "src/warehouses/duckdb-append.ts"],
      remedy: "Use src/warehouses/duckdb-driver.ts: it knows how not to lose rows.",
    },
    {
      from: "pg",
      allowed: ["src/run/databases/postgresql.ts"],
      remedy: "Yield a query or a transaction from a conversation; src/run/databases carries it out.",
    },
    {
      from: "pg-copy-streams",
      allowed: ["src/run/databases/postgresql.ts"],
      remedy: "Give a statement rows: src/run/databases/postgresql.ts loads them by COPY.",
    },
    {
      from: "@vscode/webview-ui-toolkit",
      allowed: ["webview/elements.ts"],
      remedy: "Add the control to webview/elements.ts: the toolkit is archived and will be replaced there.",
    },
    {
      from: "vscode-jsonrpc/node",
      allowed: ["src/calls/over-jsonrpc.ts", "src/editor/engine/connect.ts", "src/engine.ts"],
      remedy: "Both sides of the channel are in src/calls/over-jsonrpc.ts.",
    },
  ];
  for (const { from, allowed, remedy } of doors) {
    it(`of ${from} is in ${allowed.join(", ")}`, () => {
      const isIt = (taken: Import): boolean =>
        // Types of it may go anywhere but vscode's: a signature with those knows the editor.
        (taken.from === from || taken.from.startsWith(`${from}/`)) && (!taken.typesOnly || from === "vscode");
      assertNone(importers(outside(...allowed), isIt), remedy);
      assert.ok(
        importers(within(...allowed), isIt).length > 0 || from.startsWith("@vscode"),
        `nothing imports ${from}`,
      );
    });
  }

  it("of a driver is opened on first use", () => {
    const drivers = new Set(["@duckdb/node-api", "pg", "pg-copy-streams"]);
    assertNone(
      importers(src, ({ from, late, typesOnly }) => drivers.has(from) && !late && !typesOnly),
      "Load a driver by `await import(…)` in the function that needs it.",
    );
  });

  it("is none of the webview's", () => {
    assertNone(
      importers(
        sources.filter(({ file }) => file.startsWith("webview/")),
        ({ from }) => from.startsWith("node:"),
      ),
      "A webview has no Node: ask the host by a message of webview/protocol.ts.",
    );
  });
});

// ── Purity ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Modules that reach for the world; path, crypto's hashes and util do not. */
const worldly =
  /^(node:)?(fs|fs\/promises|net|http|https|http2|tls|dns|dgram|child_process|cluster|os|process|worker_threads|timers|timers\/promises|readline)$/;

/** The files of a part whose work is to touch the world; every other file of the part is pure. */
const edgesOf: Readonly<Record<string, readonly string[]>> = {
  "src/destinations": [],
  "src/sync": [],
  "src/language": [],
  "src/project": ["src/project/find.ts", "src/project/snapshot.ts"],
  "src/plan": ["src/plan/planner.ts", "src/plan/store.ts", "src/plan/stage.ts"],
};

describe("connectors, sandboxes, planner and parser", () => {
  const parts = Object.keys(edgesOf);
  const pure = within(...parts).filter(({ file }) => !parts.some((part) => edgesOf[part]?.includes(file)));
  const remedy = "Take it as an argument: it enters in src/calls (edges.ts), or in the part's own edge file.";

  it("import nothing that touches the world", () => {
    assertNone(
      importers(pure, ({ from, typesOnly }) => worldly.test(from) && !typesOnly),
      remedy,
    );
  });

  it("read no environment", () => {
    assertNone(mentions(within(...parts), /\bprocess\s*\.\s*env\b/), remedy);
  });

  it("know no time and no chance", () => {
    const clocks =
      /\b(setTimeout|setInterval|setImmediate|performance\.now|Date\.now|Math\.random|randomUUID)\b|new Date\(\)/;
    assertNone(mentions(within("src/destinations", "src/sync", "src/plan"), clocks), remedy);
  });

  it("open no connection of their own", () => {
    assertNone(mentions(pure, /\bfetch\(|new WebSocket\(/), "Yield a request; the engine sends it.");
  });
});

describe("a dry run", () => {
  it("is given no way to write: the planner knows readers only", () => {
    const offences = within("src/plan").flatMap(({ file, text }) =>
      /\bWriter\b/.test(withoutComments(text)) ? [file] : [],
    );
    assertNone(offences, "The planner takes a Reader; only src/run is given a Writer.");
  });
});
