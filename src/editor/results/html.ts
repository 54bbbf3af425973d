/** The page of the results panel: nothing but our script and style, by a strict policy. */

export interface PageParts {
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
  /** The webview's own origin. */
  readonly source: string;
  readonly language: string;
}

export function resultsHtml({ nonce, script, style, source, language }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // The UI toolkit adopts constructed style sheets, which no source list governs; ours is a file.
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source}`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${style}">
<title>Sluice</title>
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
