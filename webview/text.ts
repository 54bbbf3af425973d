/**
 * Texts of a webview, in the language of the editor: the host writes VS Code's own bundle into the page (html.ts), since
 * a webview has no vscode.l10n. The build gathers the texts of every `t(…)` call (npm run l10n).
 */
import { config, t } from "@vscode/l10n";

const bundle = document.querySelector<HTMLMetaElement>('meta[name="sluice-l10n"]')?.content;
if (bundle !== undefined && bundle !== "") config({ contents: bundle });

export { t };
