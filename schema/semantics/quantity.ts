/** Numbers with their units, in one form for what means the same. */

/** `unit:dimension:factor`. What has no fixed length, as a month has none, is a dimension of its own. */
const UNITS = new Map(
  `s:time:1 sec:time:1 secs:time:1 second:time:1 seconds:time:1 sekunde:time:1 sekunden:time:1 seconde:time:1 secondes:time:1
  ms:time:0.001 millisecond:time:0.001 milliseconds:time:0.001 min:time:60 mins:time:60 minute:time:60 minutes:time:60 minuten:time:60 minuto:time:60 minutos:time:60
  h:time:3600 hr:time:3600 hrs:time:3600 hour:time:3600 hours:time:3600 stunde:time:3600 stunden:time:3600 heure:time:3600 heures:time:3600 hora:time:3600 horas:time:3600
  d:time:86400 day:time:86400 days:time:86400 tag:time:86400 tage:time:86400 tagen:time:86400 jour:time:86400 jours:time:86400 día:time:86400 días:time:86400
  week:time:604800 weeks:time:604800 woche:time:604800 wochen:time:604800 semaine:time:604800 semaines:time:604800 semana:time:604800 semanas:time:604800
  month:month:1 months:month:1 monat:month:1 monate:month:1 monaten:month:1 mois:month:1 mes:month:1 meses:month:1
  year:month:12 years:month:12 jahr:month:12 jahre:month:12 jahren:month:12 ans:month:12 année:month:12 années:month:12 año:month:12 años:month:12
  %:percent:1 percent:percent:1 prozent:percent:1 pourcent:percent:1
  $:usd:1 usd:usd:1 dollar:usd:1 dollars:usd:1 €:eur:1 eur:eur:1 euro:eur:1 euros:eur:1 £:gbp:1 gbp:gbp:1 pound:pound:1 pounds:pound:1 ¥:jpy:1 jpy:jpy:1 yen:jpy:1 chf:chf:1
  mm:length:0.001 cm:length:0.01 m:length:1 km:length:1000 meter:length:1 meters:length:1 metre:length:1 metres:length:1 mètres:length:1 metern:length:1 kilometer:length:1000 kilometers:length:1000 kilometre:length:1000 kilometres:length:1000 kilomètres:length:1000
  mile:mile:1 miles:mile:1 mi:mile:1 inch:inch:1 inches:inch:1 ft:inch:12 foot:inch:12 feet:inch:12
  mg:mass:0.001 g:mass:1 gram:mass:1 grams:mass:1 gramm:mass:1 grammes:mass:1 kg:mass:1000 kilo:mass:1000 kilos:mass:1000 kilogram:mass:1000 kilograms:mass:1000 kilogramm:mass:1000 lb:lb:1 lbs:lb:1 oz:oz:1 ounce:oz:1 ounces:oz:1
  ml:volume:0.001 l:volume:1 liter:volume:1 liters:volume:1 litre:volume:1 litres:volume:1
  kb:bytes:1000 mb:bytes:1000000 gb:bytes:1000000000 tb:bytes:1000000000000`
    .split(/\s+/)
    .map((entry) => {
      const [name = "", dimension = "", factor = "1"] = entry.split(":");
      return [name, { dimension, factor: Number(factor) }] as const;
    }),
);

/** Letters that are a unit only when they are written with the number. */
const SHORT = /^[dlm]$/;

export const isUnit = (word: string): boolean => UNITS.has(word) && !SHORT.test(word);

/**
 * A number as what it is compared by: `digits` as they stand, with a unit or none. Separators are read as the language
 * has them. Without a unit a fraction stays as it is written: 3.1 and 3.10 are two versions.
 */
export function quantity(digits: string, unit: string, language: string | null): string {
  const plain = withoutSeparators(digits.replace("−", "-"), language);
  const known = UNITS.get(unit);
  const value = Number(plain);
  if (known === undefined || !Number.isFinite(value)) return `${/^-?\d+$/.test(plain) ? String(value) : plain}:${unit}`;
  return `${Number((value * known.factor).toPrecision(12))}:${known.dimension}`;
}

function withoutSeparators(digits: string, language: string | null): string {
  const grouped = language === null || language === "en" ? "," : ".";
  if (/^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits) && grouped === ",") return digits.replaceAll(",", "");
  if (/^[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(digits) && grouped === ".")
    return digits.replaceAll(".", "").replace(",", ".");
  return grouped === "." ? digits.replace(/^([-+]?\d+),(\d+)$/, "$1.$2") : digits;
}
