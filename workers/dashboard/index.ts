export default { fetch: () => new Response("console") };
