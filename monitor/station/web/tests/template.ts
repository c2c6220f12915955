// A lit template as the text it would become, for what a form offers; listeners and directives leave nothing.

interface Template {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

const isTemplate = (part: unknown): part is Template => typeof part === "object" && part !== null && "strings" in part && "values" in part;

export function flat(part: unknown): string {
  if (Array.isArray(part)) return part.map(flat).join("");
  if (isTemplate(part)) return part.strings.map((text, index) => text + flat(part.values[index])).join("");
  return typeof part === "string" || typeof part === "number" ? String(part) : "";
}
