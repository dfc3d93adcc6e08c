import { adjustment, transfer } from "../../../schema/resources/money-request.ts";
import { RESOURCES } from "../../../schema/resources/resources.ts";
import { resourceRoutes } from "../api/resource-routes.ts";
import type { ConsoleRoute } from "../http/route.ts";
import { createOrg } from "../orgs/create-org.ts";
import { acceptInvitation, findInvitation } from "../orgs/invitation.ts";
import { HOOKS } from "../resources/hooks.ts";
import { auditHeadRoute, listAuditRoute, verifyAuditRoute } from "./audit.ts";
import { exportAuditRoute } from "./audit-export.ts";
import { passwordRoute } from "./auth-password.ts";
import { sessionRoute } from "./auth-session.ts";
import { endOtherSessionsRoute, endSessionRoute, listSessionsRoute } from "./auth-sessions.ts";
import { signInRoute } from "./auth-sign-in.ts";
import { signOutRoute } from "./auth-sign-out.ts";
import { signUpRoute } from "./auth-sign-up.ts";
import { chargebackRoute } from "./chargeback.ts";
import { rotateKeyRoute } from "./key-rotation.ts";
import { meRoute } from "./me.ts";
import { decisionRoutes, requestTransferRoute } from "./money-requests.ts";
import { acceptInvitationRoute, createOrgRoute, rotateDataKeyRoute } from "./orgs.ts";
import { openApiRoute, resourcesRoute } from "./reference.ts";
import { listRequestsRoute } from "./requests.ts";
import { rolesRoute } from "./roles.ts";
import { ledgerRoute, walletAuditRoute } from "./wallet-money.ts";
import { adjustmentRoute, topUpRoute } from "./wallet-postings.ts";

/** Every route of the console. Those that resources do not bring come first: `/v1/invitations/accept` is no id. */
export const ROUTES: readonly ConsoleRoute[] = [
  signUpRoute({ createOrg, acceptInvitation, findInvitation }),
  signInRoute,
  signOutRoute,
  sessionRoute,
  passwordRoute,
  listSessionsRoute,
  endSessionRoute,
  endOtherSessionsRoute,
  meRoute,
  createOrgRoute,
  rotateDataKeyRoute,
  acceptInvitationRoute,
  rolesRoute,
  resourcesRoute,
  rotateKeyRoute,
  ledgerRoute,
  walletAuditRoute,
  topUpRoute,
  adjustmentRoute,
  requestTransferRoute,
  ...decisionRoutes(transfer),
  ...decisionRoutes(adjustment),
  listAuditRoute,
  exportAuditRoute,
  verifyAuditRoute,
  auditHeadRoute,
  chargebackRoute,
  listRequestsRoute,
  ...RESOURCES.flatMap((resource) => resourceRoutes(resource, HOOKS[resource.name] ?? {})),
  openApiRoute(() => ROUTES),
];
