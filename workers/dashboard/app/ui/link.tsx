import { useRouter } from "@tanstack/react-router";
import { type AnchorHTMLAttributes, type MouseEvent, useCallback } from "react";

export interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  /** An address of the console, made by `hrefTo`; any other one, and a `target`, is left to the browser. */
  readonly to: string;
}

/** A link. Within the console it changes the page without loading it anew, and its code is fetched when the pointer is on it. */
export function Link({ to, onClick, onPointerEnter, ...rest }: LinkProps) {
  const router = useRouter();
  const inside = to.startsWith("/") && !/^\/(?:docs|openapi\.json|v1\/)/.test(to) && rest.target === undefined;
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!inside || !plain || event.defaultPrevented) return;
    event.preventDefault();
    router.history.push(to);
  };
  return (
    <a
      {...rest}
      href={to}
      onClick={follow}
      onPointerEnter={(event) => {
        onPointerEnter?.(event);
        if (inside) void router.preloadRoute({ to: to.replace(/[?#].*$/, "") }).catch(() => undefined);
      }}
    />
  );
}

/** Goes to an address of the console from code. */
export function useNavigate(): (to: string, options?: { readonly replace?: boolean }) => void {
  const { history } = useRouter();
  return useCallback((to, options) => (options?.replace === true ? history.replace(to) : history.push(to)), [history]);
}
