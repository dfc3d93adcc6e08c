/** Where callers are, by the country that the edge tells. Documented in docs/routing.md. */

const CONTINENTS = {
  africa:
    "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  antarctica: "AQ BV GS HM TF",
  asia: "AE AF AM AZ BD BH BN BT CC CN CX GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
  europe:
    "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
  north_america:
    "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  oceania: "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
  south_america: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
} as const;

const EUROPEAN_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
/** The union, and those that have taken over its rules on data. */
const EUROPEAN_ECONOMIC_AREA = `${EUROPEAN_UNION} IS LI NO`;

const REGIONS = { ...CONTINENTS, eu: EUROPEAN_UNION, eea: EUROPEAN_ECONOMIC_AREA };

/** What rules can name. */
export const REGION_NAMES = Object.keys(REGIONS);

const of_country = new Map<string, readonly string[]>();
for (const [region, countries] of Object.entries(REGIONS)) {
  for (const country of countries.split(" ")) {
    of_country.set(country, [...(of_country.get(country) ?? []), region]);
  }
}

/** Every country, by its two letters. */
export const COUNTRIES: readonly string[] = [...of_country.keys()];

/** The continent of a country, and its unions; none where it is not known, or is no country (`XX`, `T1`). */
export const regionsOf = (country: string | null): readonly string[] =>
  country === null ? [] : (of_country.get(country) ?? []);
