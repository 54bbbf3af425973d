/** The rows of a model that a warning is about, in the results panel. */
import * as vscode from "vscode";
import { type SyncSource } from "../../calls/calls";
import { SyncFailure } from "../../failure";
import { narrowedSql, tableSql } from "../../sync/table-sql";
import { statementBody } from "../../warehouses/sql-text";
import { syncName } from "../files";
import { parsers } from "../parser";
import { type SyncFile } from "../projects";
import { type Services } from "../services";
import { besideOf, textOf } from "../texts";

export interface RowsArgument {
  readonly uri: vscode.Uri;
  /** What follows `select * from (model)`. */
  readonly rows: string;
}

export async function showRows(services: Services, { uri, rows }: RowsArgument): Promise<void> {
  const { calls, overviews, projects, results } = services;
  const sync = projects.syncAt(uri);
  const source = sync === undefined ? undefined : await narrowed(sync, rows);
  if (sync === undefined || source === undefined) {
    throw new SyncFailure(
      "model-gone",
      vscode.l10n.t("The file no longer has a model."),
      vscode.l10n.t("Check its values again."),
    );
  }
  const place = projects.place(sync.root);
  const limit = vscode.workspace.getConfiguration("sluice", uri).get<number>("preview.rows") ?? 1000;
  await results.work({
    tab: "rows",
    work: "preview",
    subject: await overviews.subject(sync),
    origin: { place, file: sync.file },
    again: () => showRows(services, { uri, rows }),
    do: (_progress, signal) => calls.preview(place, source, { limit }, signal),
  });
}

/** The sync with its model narrowed down: a preview looks at the model alone, so that no more is said. */
async function narrowed({ uri, file }: SyncFile, rows: string): Promise<SyncSource | undefined> {
  const { parseSync } = await parsers();
  const { model } = parseSync(textOf(uri) ?? "", { name: syncName(file) });
  const sql = model === undefined ? undefined : modelSql(uri, model.source);
  if (model === undefined || sql === undefined) return undefined;
  const { warehouse, key } = model;
  const narrow = {
    ...(warehouse !== undefined && { warehouse }),
    sql: narrowedSql(sql, rows),
    key,
  };
  return { file, text: JSON.stringify({ model: narrow }) };
}

function modelSql(
  uri: vscode.Uri,
  source: { readonly kind: string; readonly [key: string]: string },
): string | undefined {
  switch (source.kind) {
    case "sql":
      return statementBody(source["sql"] ?? "");
    case "file": {
      const text = besideOf(uri)(source["file"] ?? "");
      return text === undefined ? undefined : statementBody(text);
    }
    case "table":
      return `select * from ${tableSql(source["table"] ?? "")}`;
    default:
      return undefined;
  }
}
