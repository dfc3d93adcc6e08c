import { Hono } from "hono";

/** The least that a proxy on this platform can do: a router, one fetch, the body passed on natively. */
const app = new Hono<{ Bindings: { readonly UPSTREAM: string } }>();

app.post("/*", async (context) => {
  const { pathname } = new URL(context.req.url);
  const upstream = await fetch(new Request(`${context.env.UPSTREAM}${pathname}`, context.req.raw));
  return new Response(upstream.body, upstream);
});

export default app;
