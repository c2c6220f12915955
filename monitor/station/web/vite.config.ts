import { defineConfig } from "vitest/config";

// `vite` alone talks to a running service on this machine; `vite --mode mock` brings its own ward (dev/mock.ts).
export default defineConfig(async ({ mode }) => ({
  base: "/",
  plugins: mode === "mock" ? [(await import("./dev/mock.ts")).mockWard()] : [],
  build: { outDir: "../static", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0, modulePreload: false },
  server: mode === "mock" ? {} : { proxy: { "/api": { target: "http://127.0.0.1:8000", ws: true } } },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
}));
