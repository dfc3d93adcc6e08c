import { Hono } from "hono";

/** The least that a proxy on this platform can do: a router, one fetch, the body passed on natively. */
const app = new Hono<{ Bindings: { readonly UPSTREAM: string } }>();

app.post("/*", async (context) => {
  const { pathname } = new URL(context.req.url);
  const upstream = await fetch(`${context.env.UPSTREAM}${pathname}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: context.req.raw.body,
    // Node's types ask for it where a body is a stream; the runtime does not mind.
    duplex: "half",
  });
  return new Response(upstream.body, { status: upstream.status, headers: upstream.headers });
});

export default app;
