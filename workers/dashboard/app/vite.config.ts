import { join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The console's pages. scripts/platform/app-bundle.ts runs it; `vite --config …` serves them alone, beside a running platform. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: join(import.meta.dirname, "static"),
  plugins: [react(), tailwindcss()],
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: join(import.meta.dirname, "..", "public"),
    emptyOutDir: false,
    assetsDir: "app",
    // Nothing is inlined: the content security policy allows no data: but images.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: "es2023",
    // The first script lists every other one. Names of their own would be a kilobyte and a half of it.
    rolldownOptions: { output: { chunkFileNames: "app/[hash:8].js" } },
  },
  server: {
    proxy: {
      "/v1": "http://127.0.0.1:8787",
      "/docs": "http://127.0.0.1:8787",
      "/openapi.json": "http://127.0.0.1:8787",
    },
  },
});
