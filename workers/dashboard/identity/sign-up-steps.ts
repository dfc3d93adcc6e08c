import type { Refused } from "../../../schema/kernel/errors.ts";
import type { Jurisdiction } from "../../../schema/kernel/jurisdiction.ts";
import type { SignedIn } from "../access/actor.ts";
import type { ConsoleScope } from "../http/scope.ts";

export interface OrgName {
  readonly id: string;
  readonly name: string;
}

export interface OrgToMake {
  readonly name: string;
  /** Where its objects are, for good; null is anywhere. */
  readonly data_jurisdiction: Jurisdiction | null;
}

/** What signing up does with organisations, which are not identity's to know: the routes are given these. */
export interface SignUpSteps {
  /** An invitation that can be taken now, by its token; changes nothing. Refuses one that is unknown, expired or taken. */
  findInvitation(
    scope: ConsoleScope,
    token: string,
  ): Promise<{ readonly invitation: { readonly email: string } } | Refused>;
  /** Makes the user a member of the org that the invitation is for. */
  acceptInvitation(
    scope: ConsoleScope,
    user: SignedIn,
    token: string,
  ): Promise<{ readonly org: OrgName; readonly member_id: string } | Refused>;
  /** Makes an org with a first wallet, and the user its owner. */
  createOrg(
    scope: ConsoleScope,
    user: SignedIn,
    org: OrgToMake,
  ): Promise<{ readonly org: OrgName; readonly wallet_id: string; readonly member_id: string } | Refused>;
}
