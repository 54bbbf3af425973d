/** How a secret is written down in .env. */

/** A line of .env that reads back as the value. */
export function envLine(name: string, value: string): string {
  if (/^[\w.:/@+=-]*$/.test(value)) return `${name}=${value}`;
  const quote = ["'", '"', "`"].find((mark) => !value.includes(mark));
  return quote === undefined ? `${name}=${value}` : `${name}=${quote}${value}${quote}`;
}
