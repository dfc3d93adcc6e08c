import { adjustment, transfer } from "../../../schema/resources/money-request.ts";
import { RESOURCES } from "../../../schema/resources/resources.ts";
import { resourceRoutes } from "../api/resource-routes.ts";
import type { ConsoleRoute } from "../http/route.ts";
import { createOrg } from "../orgs/create-org.ts";
import { acceptInvitation, findInvitation } from "../orgs/invitation.ts";
import { HOOKS } from "../resources/hooks.ts";
import { costRoute } from "./analytics-cost.ts";
import { latencyRoute } from "./analytics-latency.ts";
import { auditHeadRoute, listAuditRoute, verifyAuditRoute } from "./audit.ts";
import { exportAuditRoute } from "./audit-export.ts";
import { passwordRoute } from "./auth-password.ts";
import { sessionRoute } from "./auth-session.ts";
import { endOtherSessionsRoute, endSessionRoute, listSessionsRoute } from "./auth-sessions.ts";
import { signInRoute } from "./auth-sign-in.ts";
import { signOutRoute } from "./auth-sign-out.ts";
import { signUpRoute } from "./auth-sign-up.ts";
import {
  cacheEntriesRoute,
  cacheShadowRoute,
  cacheStatsRoute,
  deleteCacheEntryRoute,
  flushCacheRoute,
  flushNamespaceRoute,
} from "./cache.ts";
import { deleteCacheSettingRoute, listCacheSettingsRoute, putCacheSettingRoute } from "./cache-settings.ts";
import { testChannelRoute } from "./channel-test.ts";
import { chargebackRoute } from "./chargeback.ts";
import { replayDeliveryRoute } from "./delivery-replay.ts";
import { experimentActionRoutes } from "./experiment-actions.ts";
import { experimentResultsRoute } from "./experiment-results.ts";
import { forecastRoute, forecastsRoute } from "./forecasts.ts";
import { rotateKeyRoute } from "./key-rotation.ts";
import { liveRoute, walletLiveRoute } from "./live.ts";
import { meRoute } from "./me.ts";
import { decisionRoutes, requestTransferRoute } from "./money-requests.ts";
import { acceptInvitationRoute, createOrgRoute, rotateDataKeyRoute } from "./orgs.ts";
import { overviewRoute } from "./overview.ts";
import { compareRoute, listReconciliationsRoute, reconciliationRoute } from "./reconciliations.ts";
import { openApiRoute, resourcesRoute } from "./reference.ts";
import { requestRefusalRoute } from "./request-refusal.ts";
import { eraseRequestTextsRoute, eraseTextsRoute, readTextsRoute } from "./request-texts.ts";
import { getRequestRoute, listRequestsRoute } from "./requests.ts";
import { rolesRoute } from "./roles.ts";
import { walletAuditRoute } from "./wallet-audit.ts";
import { ledgerRoute } from "./wallet-ledger.ts";
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
  overviewRoute,
  createOrgRoute,
  rotateDataKeyRoute,
  acceptInvitationRoute,
  rolesRoute,
  resourcesRoute,
  rotateKeyRoute,
  forecastRoute,
  forecastsRoute,
  ledgerRoute,
  walletAuditRoute,
  walletLiveRoute,
  liveRoute,
  topUpRoute,
  adjustmentRoute,
  requestTransferRoute,
  ...decisionRoutes(transfer, "money:request"),
  ...decisionRoutes(adjustment, "money:post"),
  ...experimentActionRoutes,
  experimentResultsRoute,
  listCacheSettingsRoute,
  putCacheSettingRoute,
  deleteCacheSettingRoute,
  cacheStatsRoute,
  cacheShadowRoute,
  cacheEntriesRoute,
  flushCacheRoute,
  deleteCacheEntryRoute,
  flushNamespaceRoute,
  listAuditRoute,
  exportAuditRoute,
  verifyAuditRoute,
  auditHeadRoute,
  chargebackRoute,
  costRoute,
  latencyRoute,
  listRequestsRoute,
  getRequestRoute,
  requestRefusalRoute,
  readTextsRoute,
  eraseRequestTextsRoute,
  eraseTextsRoute,
  testChannelRoute,
  replayDeliveryRoute,
  compareRoute,
  listReconciliationsRoute,
  reconciliationRoute,
  ...RESOURCES.flatMap((resource) => resourceRoutes(resource, HOOKS[resource.name] ?? {})),
  openApiRoute(() => ROUTES),
];
