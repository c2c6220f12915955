// Custom elements are classes of the browser's: Node, which knows nothing of them, gets just enough to load their modules.

import { vi } from "vitest";

/** To be called before the import of a module that defines a custom element, hence an import of its own. */
export function standInForElements(): void {
  vi.stubGlobal("HTMLElement", class {});
  vi.stubGlobal("customElements", { define: () => undefined });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
}
