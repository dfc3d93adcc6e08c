import type { Page } from "playwright-core";

/** Text that would be more than text where somebody forgot to treat it as that. Each tells when it is run. */
export const HOSTILE = [
  `<img src=x onerror="window.ran=1">`,
  `"><svg onload=window.ran=1>`,
  `</title></script><script>window.ran=1</script>`,
  `'-window.ran++-' \${7*7} {{7*7}}`,
  `javascript:window.ran=1//<iframe srcdoc=x>`,
] as const;

/** What no page has unless text became elements or a script ran. */
export const made = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => [
    ...[...document.querySelectorAll("[onerror], [onload], img[src=x], iframe, script:not([src])")].map(
      (element) => element.outerHTML,
    ),
    ...[...document.querySelectorAll('a[href^="javascript:"]')].map((element) => element.outerHTML),
    ...("ran" in window ? ["a script ran"] : []),
  ]);
