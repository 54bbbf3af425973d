/** The `sluice` command: the same calls as the editor's, in a terminal. */
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Command, CommanderError, Option } from "commander";
import { initProject } from "./calls/init";
import { createSession } from "./calls/session";
import { collectExit } from "./cli/exit";
import { type Context, formats, globalsOf, type Globals, json, placeOf } from "./cli/context";
import { fail } from "./cli/fail";
import { terminalEdges } from "./cli/edges";
import {
  checkCommand,
  connectionsCommand,
  describeCommand,
  previewCommand,
  runsCommand,
  showCommand,
} from "./cli/inspect";
import {
  days,
  keysOf,
  ledgerAction,
  limitArgument,
  planned,
  type PlanFlags,
  planOptions,
  positive,
  type RetryFlags,
  retryOf,
} from "./cli/arguments";
import { ledgerCommand, type LedgerWord, settleCommand } from "./cli/ledger";
import { painter } from "./cli/paint";
import { planCommand } from "./cli/plan";
import { purgeCommand } from "./cli/purge";
import { retryCommand } from "./cli/retry";
import { revertCommand } from "./cli/revert";
import { runCommand, verifyCommand } from "./cli/run";
import { serveSandboxes } from "./cli/sandbox";
import { selectSyncs } from "./cli/select";
import { sampleFolder, version } from "./cli/about";
import { keepPrivate } from "./run/umask";
import { type Limit } from "./sync/definition";

keepPrivate();

const exit = collectExit();
const cancel = new AbortController();
const paint = painter(process.stdout, process.env);
const session = createSession(terminalEdges(() => globals.logLevel));
let globals: Globals = {};

/** Wraps a command: globals, context, failures to sentences, exit code. */
function command(work: (context: Context, ...values: never[]) => Promise<void>) {
  return async (...values: unknown[]): Promise<void> => {
    const self = values.at(-1) as Command;
    globals = globalsOf(self);
    const context: Context = {
      calls: session.calls,
      format: globals.format ?? "text",
      exit,
      signal: cancel.signal,
      place: () => placeOf(globals, process.cwd()),
      print: (text) => void process.stdout.write(`${text}\n`),
      note: (text) => void process.stderr.write(`${text}\n`),
    };
    try {
      await work(context, ...(values.slice(0, -1) as never[]));
    } catch (error) {
      fail(context, error, paint);
    }
  };
}

const syncsOf = async (context: Context, words: readonly string[]) =>
  selectSyncs(context.calls, await context.place(), words, process.cwd());

const program = new Command("sluice")
  .description("Reverse ETL: syncs the rows of a SQL model into the tools a business works in.")
  .version(version)
  .option("--project <dir>", "the project's folder; default: the nearest sluice.yaml above")
  .option("--target <name>", "the target of sluice.yaml to use")
  .addOption(new Option("--format <format>", "how results are printed").choices(formats))
  .addOption(
    new Option("--log-level <level>", "what goes to stderr").choices(["error", "warn", "info", "debug", "trace"]),
  )
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

program
  .command("init")
  .argument("[dir]", "the folder", ".")
  .option("--sample", "a sample company with its warehouse and syncs")
  .description("make a project")
  .action(
    command(async (context, dir: string, options: { sample?: boolean }) => {
      const folder = path.resolve(dir);
      const files =
        options.sample === true
          ? (await session.calls.create({ folder, sample: sampleFolder }, cancel.signal)).files
          : await initProject(folder);
      context.print(
        context.format === "json"
          ? json({ version: 1, command: "init", root: folder, files })
          : `Made ${files.join(", ")}.`,
      );
    }),
  );

program
  .command("check")
  .argument("[files...]", "sync files; default: all of the project")
  .option("--values", "also read the models' rows, and count the values that their fields do not take")
  .description("find problems in sync and project files")
  .action(
    command(async (context, files: string[], options: { values?: boolean }) =>
      checkCommand(
        context,
        files.length === 0 ? undefined : await relative(context, files),
        paint,
        options.values === true ? "values" : "files",
      ),
    ),
  );

program
  .command("describe")
  .argument("[connection]", "default: every destination")
  .description("read a destination's objects and fields into schema/<connection>.json")
  .action(command(async (context, connection: string | undefined) => describeCommand(context, connection, paint)));

program
  .command("connections")
  .option("--test", "log in to each")
  .description("list the project's connections")
  .action(
    command(async (context, options: { test?: boolean }) => connectionsCommand(context, options.test === true, paint)),
  );

program
  .command("preview")
  .argument("<sync>")
  .option("--records", "what each row becomes at the destination")
  .option("--limit <n>", "rows", positive, 20)
  .description("show the first rows of a model")
  .action(
    command(async (context, word: string, options: { records?: boolean; limit: number }) => {
      for (const sync of await syncsOf(context, [word]))
        await previewCommand(context, sync, { limit: options.limit, records: options.records === true }, paint);
    }),
  );

planned(program.command("plan").argument("<sync...>", "name, path, tag:x, all or changed"))
  .option("--out <file>", "also keep the plan here")
  .option("--full", "list every change")
  .option("--sample <n>", "show at most so many changes", positive)
  .option("--detailed-exitcode", "exit 6 when there are changes")
  .description("show what a run would change; sends nothing")
  .action(
    command(
      async (
        context,
        words: string[],
        options: PlanFlags & { out?: string; full?: boolean; sample?: number; detailedExitcode?: boolean },
      ) =>
        planCommand(
          context,
          await syncsOf(context, words),
          {
            ...planOptions(options),
            ...(options.out === undefined ? {} : { out: path.resolve(options.out) }),
            ...(options.sample === undefined ? {} : { sample: options.sample }),
            everything: options.full === true,
            detailedExitcode: options.detailedExitcode === true,
          },
          paint,
        ),
    ),
  );

planned(program.command("run").argument("<sync...>", "name, path, tag:x, all or changed"))
  .option("--plan <file>", "carry out this plan, or refuse")
  .option("--approve <digest>", "plan anew, and refuse unless the definition digest is this")
  .option("--yes", "do not ask on targets with confirm: true")
  .option("--verify", "read back what was written; exit 3 where it is not as it was sent")
  .description("carry out a plan")
  .action(
    command(
      async (
        context,
        words: string[],
        options: PlanFlags & { plan?: string; approve?: string; yes?: boolean; verify?: boolean },
      ) =>
        runCommand(
          context,
          await syncsOf(context, words),
          {
            ...planOptions(options),
            ...(options.plan === undefined ? {} : { plan: options.plan }),
            ...(options.approve === undefined ? {} : { approve: options.approve }),
            ...(options.verify === true ? { verify: true } : {}),
            yes: options.yes === true,
          },
          process.stdin.isTTY ? { question: ask } : {},
          paint,
        ),
    ),
  );

program
  .command("verify")
  .argument("<run>", "an id, its beginning, or last")
  .description("read back what a run wrote; exit 3 where it is not as it was sent")
  .action(command(async (context, run: string) => verifyCommand(context, run, paint)));

program
  .command("retry")
  .argument("<run>", "an id, its beginning, or last")
  .addOption(
    new Option(
      "--in-doubt <verdict>",
      "settle the records it left in doubt. applied: the destination has them as they were sent; resend: it has not, send today's rows",
    ).choices(["applied", "resend"]),
  )
  .option("--only <keys...>", "these of its records only")
  .option("--yes", "do not ask on targets with confirm: true")
  .description("send today's rows of the records a run rejected, or settle those it left in doubt")
  .action(
    command(async (context, run: string, options: RetryFlags) =>
      retryCommand(context, retryOf(run, options), process.stdin.isTTY ? { question: ask } : {}, paint),
    ),
  );

program
  .command("revert")
  .argument("<run>", "an id, its beginning, or last")
  .option("--dry-run", "show the plan; send nothing")
  .option("--max-removed <limit>", "most records to remove: 100, or 5%; default: the sync's guard", limitArgument)
  .option("--yes", "do not ask")
  .option("--full", "list every change")
  .description(
    "take a run back: values from before are written, what it created is removed, what it removed is made anew",
  )
  .action(
    command(
      async (context, run: string, options: { dryRun?: boolean; maxRemoved?: Limit; yes?: boolean; full?: boolean }) =>
        revertCommand(
          context,
          {
            run,
            ...(options.maxRemoved === undefined ? {} : { maxRemoved: options.maxRemoved }),
            dryRun: options.dryRun === true,
            yes: options.yes === true,
            everything: options.full === true,
          },
          process.stdin.isTTY ? { question: ask } : {},
          paint,
        ),
    ),
  );

program
  .command("runs")
  .option("--sync <name>")
  .option("--limit <n>", "newest first", positive, 20)
  .description("list runs")
  .action(command(async (context, options: { sync?: string; limit: number }) => runsCommand(context, options, paint)));

program
  .command("show")
  .argument("<run>", "an id, its beginning, or last")
  .description("show a run's report, its rejections and their requests and responses")
  .action(command(async (context, run: string) => showCommand(context, run, paint)));

program
  .command("ledger")
  .argument(
    "<action>",
    "show, adopt (keep it for the account, object, match and key of today) reset (put it aside) or move (take over another name's)",
    ledgerAction,
  )
  .argument("<sync...>", "name, path, tag:x, all or changed")
  .option("--from <name>", "move: the name the ledger was made for")
  .description("look at what was sent, or decide what becomes of it")
  .action(
    command(async (context, action: LedgerWord, words: string[], options: { from?: string }) =>
      ledgerCommand(context, { action, ...options }, await syncsOf(context, words), paint),
    ),
  );

for (const [how, description] of [
  ["release", "let reverted records be sent again"],
  ["forget", "strike records out of the ledger; the next run sends them as new"],
] as const) {
  program
    .command(how)
    .argument("<sync>")
    .argument("<key...>", "a composite key as a JSON array")
    .description(description)
    .action(
      command(async (context, word: string, keys: string[]) => {
        for (const sync of await syncsOf(context, [word]))
          await settleCommand(context, how, { sync, keys: keys.flatMap(keysOf) });
      }),
    );
}

program
  .command("purge")
  .option(
    "--older-than <days>",
    "what is older than so many days, like 30d; default: by retention of sluice.yaml",
    days,
  )
  .option("--run <run>", "this run only: an id, its beginning, or last")
  .option("--ledgers", "also ledgers that `ledger reset` put aside; one in use is never removed")
  .option("--dry-run", "say what would go; remove nothing")
  .option("--yes", "do not ask")
  .description("remove runs, their requests and responses, and plans from .sluice; what is still needed stays")
  .action(
    command(
      async (
        context,
        options: { olderThan?: number; run?: string; ledgers?: boolean; dryRun?: boolean; yes?: boolean },
      ) =>
        purgeCommand(
          context,
          {
            ...(options.olderThan === undefined ? {} : { olderThanDays: options.olderThan }),
            ...(options.run === undefined ? {} : { run: options.run }),
            ledgers: options.ledgers === true ? "put aside" : "keep",
            dryRun: options.dryRun === true,
            yes: options.yes === true,
          },
          process.stdin.isTTY ? { question: ask } : {},
        ),
    ),
  );

program
  .command("sandbox")
  .argument("[connections...]", "default: every connection with sandbox: true")
  .description("serve the project's sandboxes until interrupted")
  .addHelpText(
    "after",
    `
A sandbox fails as it is told to, so that you see what a run makes of it:
  curl -d '{"kind": "unavailable", "times": 3}' <address>/__sluice/faults   the next three requests get a 503
  curl <address>/__sluice/faults                                            what waits, and every kind of fault
  curl <address>/__sluice/requests                                          what it was asked, and when`,
  )
  .action(command(async (context, names: string[]) => serveSandboxes(context, names)));

async function relative(context: Context, files: readonly string[]): Promise<readonly string[]> {
  const { root } = await context.place();
  return files.map((file) => path.relative(root, path.resolve(file)).split(path.sep).join("/"));
}

async function ask(text: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(text, { signal: cancel.signal });
  } finally {
    lines.close();
  }
}

async function main(): Promise<number> {
  let interrupts = 0;
  const interrupt = (): void => {
    interrupts += 1;
    // The first asks for an orderly end: what is in flight is answered and journaled. The second does not wait.
    if (interrupts > 1) process.exit(130);
    process.stderr.write("\nStopping; what is in flight is still answered.\n");
    cancel.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A reader that stops early (head, less) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? exit.code : 4));
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  } finally {
    await session.close();
  }
  return exit.code;
}

void main().then((code) => {
  process.exitCode = code;
});
