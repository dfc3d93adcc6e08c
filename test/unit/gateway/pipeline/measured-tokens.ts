/**
 * The same texts in the stand-in encoding and in the published vocabularies of the families: Claude 2, Gemini (Gemma), DeepSeek
 * V3, Llama 3, Mistral NeMo (Tekken) and Command R+. See docs/tokenizers.md.
 */
export const MEASURED: readonly {
  readonly script: string;
  readonly text: string;
  readonly o200k: number;
  readonly families: Readonly<Record<string, number>>;
}[] = [
  {
    script: "english",
    text: "The quick brown fox jumps over the lazy dog. Payments are settled within two business days, unless the account holder has asked for a different schedule; in that case the bank's notice applies, and interest is charged from the first day of the following month.",
    o200k: 51,
    families: { Claude: 52, Gemini: 52, DeepSeek: 51, Llama: 51, Mistral: 52, Cohere: 51 },
  },
  {
    script: "german",
    text: "Die schnelle Zahlung wird innerhalb von zwei Werktagen ausgeführt, sofern der Kontoinhaber keinen anderen Zeitplan gewünscht hat; in diesem Fall gilt die Mitteilung der Bank, und Zinsen werden ab dem ersten Tag des Folgemonats berechnet.",
    o200k: 52,
    families: { Claude: 70, Gemini: 48, DeepSeek: 59, Llama: 61, Mistral: 56, Cohere: 56 },
  },
  {
    script: "french",
    text: "Les paiements sont réglés sous deux jours ouvrés, sauf si le titulaire du compte a demandé un autre calendrier ; dans ce cas, l'avis de la banque s'applique et des intérêts sont dus à partir du premier jour du mois suivant.",
    o200k: 50,
    families: { Claude: 68, Gemini: 52, DeepSeek: 61, Llama: 63, Mistral: 51, Cohere: 51 },
  },
  {
    script: "russian",
    text: "Платежи проводятся в течение двух рабочих дней, если владелец счёта не запросил другой график; в этом случае действует уведомление банка, а проценты начисляются с первого дня следующего месяца.",
    o200k: 46,
    families: { Claude: 102, Gemini: 46, DeepSeek: 55, Llama: 52, Mistral: 53, Cohere: 42 },
  },
  {
    script: "chinese",
    text: "付款将在两个工作日内结算,除非账户持有人要求其他时间安排;在这种情况下,以银行通知为准,利息从次月第一天开始计算。请在提交申请之前仔细阅读全部条款,并保存一份副本以备日后查询。",
    o200k: 63,
    families: { Claude: 81, Gemini: 55, DeepSeek: 47, Llama: 67, Mistral: 79, Cohere: 60 },
  },
  {
    script: "japanese",
    text: "お支払いは、口座名義人が別の日程を希望しない限り、二営業日以内に決済されます。その場合は銀行からの通知が適用され、利息は翌月の初日から計算されます。",
    o200k: 56,
    families: { Claude: 79, Gemini: 43, DeepSeek: 50, Llama: 56, Mistral: 58, Cohere: 44 },
  },
  {
    script: "korean",
    text: "계좌 소유자가 다른 일정을 요청하지 않는 한 결제는 영업일 기준 이틀 이내에 처리됩니다. 이 경우 은행의 통지가 적용되며 이자는 다음 달 첫날부터 계산됩니다.",
    o200k: 47,
    families: { Claude: 91, Gemini: 53, DeepSeek: 52, Llama: 48, Mistral: 44, Cohere: 45 },
  },
  {
    script: "arabic",
    text: "تتم تسوية المدفوعات خلال يومي عمل ما لم يطلب صاحب الحساب جدولاً زمنياً مختلفاً، وفي هذه الحالة يسري إشعار البنك وتحتسب الفائدة من اليوم الأول من الشهر التالي.",
    o200k: 45,
    families: { Claude: 138, Gemini: 49, DeepSeek: 56, Llama: 56, Mistral: 44, Cohere: 51 },
  },
  {
    script: "hindi",
    text: "भुगतान दो कार्य दिवसों के भीतर निपटाया जाता है, जब तक कि खाताधारक ने कोई अन्य समय-सारणी न माँगी हो; ऐसी स्थिति में बैंक की सूचना लागू होती है और ब्याज अगले महीने के पहले दिन से लगता है।",
    o200k: 56,
    families: { Claude: 196, Gemini: 69, DeepSeek: 106, Llama: 96, Mistral: 67, Cohere: 120 },
  },
  {
    script: "thai",
    text: "การชำระเงินจะดำเนินการภายในสองวันทำการ เว้นแต่เจ้าของบัญชีจะขอกำหนดการอื่น ในกรณีนี้ให้ใช้ประกาศของธนาคาร และคิดดอกเบี้ยตั้งแต่วันแรกของเดือนถัดไป",
    o200k: 59,
    families: { Claude: 257, Gemini: 58, DeepSeek: 56, Llama: 65, Mistral: 76, Cohere: 147 },
  },
  {
    script: "code",
    text: "export async function settle(call: Call): Promise<Bill> {\n  const usage = await call.usage();\n  if (usage === null) return bound(call);\n  for (const [component, count] of Object.entries(usage)) {\n    total += BigInt(count) * BigInt(rates[component] ?? 0);\n  }\n  return { total, usage };\n}\n",
    o200k: 78,
    families: { Claude: 83, Gemini: 88, DeepSeek: 81, Llama: 75, Mistral: 78, Cohere: 82 },
  },
  {
    script: "json",
    text: '{"id":"req_01HZX","items":[{"sku":"A-1029","qty":3,"price":"19.99"},{"sku":"B-7","qty":1,"price":"4.50"}],"total":"64.47","paid":true}',
    o200k: 56,
    families: { Claude: 56, Gemini: 65, DeepSeek: 59, Llama: 55, Mistral: 67, Cohere: 62 },
  },
  {
    script: "digits",
    text: "3.14159265358979323846 2718281828459045 1,234,567.89 2026-11-26T08:56:46Z +49 170 1234567",
    o200k: 46,
    families: { Claude: 43, Gemini: 88, DeepSeek: 46, Llama: 46, Mistral: 88, Cohere: 88 },
  },
  {
    script: "emoji",
    text: "Great 🎉🎉 see you 👩‍👩‍👧‍👦 tomorrow 🚀 ☕️ ✅",
    o200k: 25,
    families: { Claude: 34, Gemini: 18, DeepSeek: 27, Llama: 32, Mistral: 39, Cohere: 26 },
  },
];
