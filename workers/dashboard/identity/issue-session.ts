import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import * as z from "zod";

/**
 * A plugin of Better Auth: `auth.api.issueSession` makes a session, with a token of its own, for somebody who has proved
 * who they are in another way than by signing in. Callable from our code only: it has no path.
 */
export const issueSession = {
  id: "ao-issue-session",
  endpoints: {
    issueSession: createAuthEndpoint.serverOnly(
      { method: "POST", requireHeaders: true, body: z.object({ user_id: z.string() }) },
      async (ctx) => {
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(ctx.body.user_id);
        if (user === null) throw new Error("the user of a new session does not exist");
        const session = await internalAdapter.createSession(user.id);
        await setSessionCookie(ctx, { session, user });
        return { session_id: session.id, email: user.email, name: user.name };
      },
    ),
  },
};
