import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";
import { apiFetch } from "./send.ts";

/** The API with its types, from the OpenAPI document: `client.GET("/v1/wallets/{id}/balance", …)`. Throws `ApiError`. */
export const client = createClient<paths>({ baseUrl: location.origin, fetch: apiFetch });
