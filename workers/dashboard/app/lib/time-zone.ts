/** The viewer's zone, where their days and months begin: an IANA name. */
export const viewerTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
