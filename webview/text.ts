/**
 * Texts of a webview, in the language of the editor: the host writes VS Code's own bundle into the page (html.ts), since
 * a webview has no vscode.l10n. The build gathers the texts of every `t(…)` call (npm run l10n).
 */
import { config, t } from "@vscode/l10n";

// Without a page, as in a test, texts are as they are written.
const page = globalThis.document as Document | undefined;
const bundle = page?.querySelector<HTMLMetaElement>('meta[name="sluice-l10n"]')?.content;
if (bundle !== undefined && bundle !== "") config({ contents: bundle });

export { t };
