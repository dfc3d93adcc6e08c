import type { Family } from "./family.ts";

/** The other languages of the half on which the rules were made. */
export const TUNING_OTHERS: readonly Family[] = [
  {
    topic: "support",
    language: "de",
    question: "Wie kann ich mein Abo kündigen?",
    same: [
      "Wie kündige ich mein Abo?",
      "Ich möchte mein Abonnement kündigen",
      "Was muss ich tun, um mein Abo zu kündigen?",
    ],
    near: {
      antonym: "Wie kann ich mein Abo verlängern?",
      question: "Wann kann ich mein Abo kündigen?",
      negation: "Warum kann ich mein Abo nicht kündigen?",
      language: "How can I cancel my subscription?",
    },
  },
  {
    topic: "support",
    language: "de",
    question: "Wo finde ich meine Rechnung?",
    same: ["Wo kann ich meine Rechnung finden?", "Wo finde ich meine Rechnungen?"],
    near: {
      question: "Warum finde ich meine Rechnung nicht?",
      word: "Wo finde ich meine Kundennummer?",
      person: "Wo finde ich deine Rechnung?",
    },
  },
  {
    topic: "support",
    language: "de",
    question: "Wie lange dauert der Versand nach Österreich?",
    same: ["Wie lange dauert die Lieferung nach Österreich?", "Wie lange braucht der Versand nach Österreich?"],
    near: {
      order: "Wie lange dauert der Versand aus Österreich?",
      name: "Wie lange dauert der Versand nach Italien?",
      question: "Wie viel kostet der Versand nach Österreich?",
    },
  },
  {
    topic: "hr",
    language: "de",
    question: "Darf ich mehr als 10 Stunden am Tag arbeiten?",
    same: [
      "Ist es erlaubt, mehr als 10 Stunden am Tag zu arbeiten?",
      "Darf ich mehr als zehn Stunden pro Tag arbeiten?",
    ],
    near: {
      antonym: "Darf ich weniger als 10 Stunden am Tag arbeiten?",
      question: "Muss ich mehr als 10 Stunden am Tag arbeiten?",
      number: "Darf ich mehr als 12 Stunden am Tag arbeiten?",
      negation: "Darf ich nicht mehr als 10 Stunden am Tag arbeiten?",
    },
  },
  {
    topic: "hr",
    language: "de",
    question: "Wer genehmigt meinen Urlaub?",
    same: ["Von wem wird mein Urlaub genehmigt?", "Wer muss meinen Urlaub genehmigen?"],
    near: {
      question: "Wann wird mein Urlaub genehmigt?",
      person: "Wer genehmigt seinen Urlaub?",
      antonym: "Wer lehnt meinen Urlaub ab?",
    },
  },
  {
    topic: "finance",
    language: "de",
    question: "Soll ich Aktien jetzt kaufen?",
    same: ["Sollte ich jetzt Aktien kaufen?", "Soll ich jetzt Aktien kaufen?"],
    near: {
      antonym: "Soll ich Aktien jetzt verkaufen?",
      negation: "Soll ich Aktien jetzt nicht kaufen?",
      word: "Soll ich Anleihen jetzt kaufen?",
    },
  },
  {
    topic: "dev",
    language: "de",
    question: "Wie erhöhe ich das Limit auf 5 GB?",
    same: ["Wie kann ich das Limit auf 5 GB erhöhen?", "Wie kann ich das Limit auf 5000 MB erhöhen?"],
    near: {
      antonym: "Wie senke ich das Limit auf 5 GB?",
      unit: "Wie erhöhe ich das Limit auf 5 TB?",
      number: "Wie erhöhe ich das Limit auf 50 GB?",
    },
  },
  {
    topic: "faq",
    language: "de",
    question: "Was ist die Hauptstadt von Frankreich?",
    same: [
      "Welche Stadt ist die Hauptstadt von Frankreich?",
      "Wie heißt die Hauptstadt von Frankreich?",
      "Hauptstadt von Frankreich",
    ],
    near: { name: "Was ist die Hauptstadt von Finnland?", word: "Was ist die Währung von Frankreich?" },
  },
  {
    topic: "faq",
    language: "de",
    question: "Ist das Museum am Sonntag geöffnet?",
    same: [
      "Hat das Museum am Sonntag geöffnet?",
      "Ist das Museum sonntags geöffnet?",
      "Ist am Sonntag das Museum geöffnet?",
    ],
    near: {
      antonym: "Ist das Museum am Sonntag geschlossen?",
      date: "Ist das Museum am Samstag geöffnet?",
      negation: "Ist das Museum am Sonntag nicht geöffnet?",
    },
  },
  {
    topic: "support",
    language: "fr",
    question: "Comment puis-je réinitialiser mon mot de passe ?",
    same: [
      "Comment réinitialiser mon mot de passe ?",
      "Comment faire pour réinitialiser mon mot de passe ?",
      "Je voudrais réinitialiser mon mot de passe",
    ],
    near: {
      word: "Comment puis-je réinitialiser mon téléphone ?",
      question: "Pourquoi réinitialiser mon mot de passe ?",
      person: "Comment peut-il réinitialiser mon mot de passe ?",
    },
  },
  {
    topic: "support",
    language: "fr",
    question: "Où est ma commande ?",
    same: ["Où se trouve ma commande ?", "où est ma commande"],
    near: { person: "Où est sa commande ?", question: "Quand arrive ma commande ?", word: "Où est ma facture ?" },
  },
  {
    topic: "support",
    language: "fr",
    question: "Acceptez-vous les cartes de crédit ?",
    same: ["Est-ce que vous acceptez les cartes de crédit ?", "Acceptez-vous la carte de crédit ?"],
    near: {
      negation: "N'acceptez-vous pas les cartes de crédit ?",
      antonym: "Refusez-vous les cartes de crédit ?",
      quantifier: "Acceptez-vous toutes les cartes de crédit sauf Visa ?",
      word: "Acceptez-vous les cartes de fidélité ?",
    },
  },
  {
    topic: "hr",
    language: "fr",
    question: "Puis-je télétravailler deux jours par semaine ?",
    same: [
      "Est-ce que je peux télétravailler 2 jours par semaine ?",
      "Est-il possible de télétravailler deux jours par semaine ?",
    ],
    near: {
      number: "Puis-je télétravailler trois jours par semaine ?",
      question: "Dois-je télétravailler deux jours par semaine ?",
      unit: "Puis-je télétravailler deux jours par mois ?",
    },
  },
  {
    topic: "finance",
    language: "fr",
    question: "Quel est le taux maximum du prêt ?",
    same: ["Quel est le taux maximal du prêt ?", "C'est quoi le taux maximum du prêt ?"],
    near: { antonym: "Quel est le taux minimum du prêt ?", word: "Quel est le taux maximum du dépôt ?" },
  },
  {
    topic: "travel",
    language: "fr",
    question: "Je cherche un train de Paris à Marseille",
    same: ["Cherche un train de Paris à Marseille", "Je cherche un train de Paris vers Marseille"],
    near: { order: "Je cherche un train de Marseille à Paris", name: "Je cherche un train de Paris à Toulouse" },
  },
  {
    topic: "support",
    language: "es",
    question: "¿Cómo puedo cambiar mi contraseña?",
    same: ["¿Cómo cambio mi contraseña?", "¿Cómo cambiar mi contraseña?"],
    near: {
      word: "¿Cómo puedo cambiar mi correo?",
      question: "¿Por qué puedo cambiar mi contraseña?",
      negation: "¿Por qué no puedo cambiar mi contraseña?",
    },
  },
  {
    topic: "faq",
    language: "es",
    question: "¿Cuál es la capital de Perú?",
    same: ["¿Qué ciudad es la capital de Perú?", "capital de Perú"],
    near: { name: "¿Cuál es la capital de Chile?", word: "¿Cuál es la moneda de Perú?" },
  },
];
