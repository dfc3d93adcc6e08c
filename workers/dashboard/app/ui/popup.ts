/** What menus, lists and tooltips look like when they open. */
export const POPUP =
  "rounded-lg border border-line-strong bg-raised text-ink shadow-pop outline-none transition-[opacity,scale] duration-100 data-starting-style:scale-98 data-starting-style:opacity-0 data-ending-style:opacity-0";

export const POPUP_ITEM =
  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 text-sm outline-none select-none data-highlighted:bg-hover data-disabled:opacity-50";

/** Above the top bar and dialogs. */
export const POPUP_LAYER = "z-50 outline-none";
