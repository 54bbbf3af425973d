/** The page of a webview: nothing but our script and style, by a strict policy, and the texts of the editor's language. */

export interface PageParts {
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
  /** The webview's own origin. */
  readonly source: string;
  readonly language: string;
  /** VS Code's bundle of texts, for webview/text.ts; undefined: they stay in English. */
  readonly texts?: Readonly<Record<string, string>> | undefined;
}

export function webviewPage({ nonce, script, style, source, language, texts }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The UI toolkit adopts constructed style sheets, which no source list governs; ours is a file.
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source}`,
    // What default-src does not speak of.
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  // The UI toolkit looks for the nonce by this name: it asks an empty style element of its own whether :focus-visible
  // is known, and where the policy stops that, each click leaves a focus ring and the console an error.
  return `<!DOCTYPE html>
<html lang="${attributeText(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<meta name="sluice-l10n" content="${texts === undefined ? "" : attributeText(JSON.stringify(texts))}">
<link rel="stylesheet" nonce="${nonce}" href="${attributeText(style)}">
<title>Sluice</title>
</head>
<body>
<script nonce="${nonce}" src="${attributeText(script)}"></script>
</body>
</html>`;
}

function attributeText(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
