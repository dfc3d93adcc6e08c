import type { Family } from "./family.ts";

/** The other languages of the half by which the rules are judged. */
export const HELD_OUT_OTHERS: readonly Family[] = [
  {
    topic: "support",
    language: "de",
    question: "Wie kann ich mein Passwort zurücksetzen?",
    same: ["Wie setze ich mein Passwort zurück?", "Bitte erklären Sie mir, wie ich mein Kennwort zurücksetzen kann."],
    near: {
      word: "Wie kann ich mein Konto zurücksetzen?",
      question: "Wann kann ich mein Passwort zurücksetzen?",
      person: "Wie kann er mein Passwort zurücksetzen?",
      language: "How can I reset my password?",
    },
  },
  {
    topic: "support",
    language: "de",
    question: "Kann ich die Bestellung nach 14 Tagen stornieren?",
    same: [
      "Ist es möglich, die Bestellung nach 14 Tagen zu stornieren?",
      "Kann ich nach vierzehn Tagen die Bestellung stornieren?",
    ],
    near: {
      number: "Kann ich die Bestellung nach 30 Tagen stornieren?",
      negation: "Kann ich die Bestellung nach 14 Tagen nicht stornieren?",
      antonym: "Kann ich die Bestellung vor 14 Tagen stornieren?",
      unit: "Kann ich die Bestellung nach 14 Wochen stornieren?",
    },
  },
  {
    topic: "support",
    language: "de",
    question: "Wie aktiviere ich die Benachrichtigungen?",
    same: ["Wie kann ich die Benachrichtigungen aktivieren?", "Wie schalte ich Benachrichtigungen ein?"],
    near: {
      antonym: "Wie deaktiviere ich die Benachrichtigungen?",
      quantifier: "Wie aktiviere ich alle Benachrichtigungen außer einer?",
      question: "Warum aktiviere ich die Benachrichtigungen?",
    },
  },
  {
    topic: "hr",
    language: "de",
    question: "Wie viele Urlaubstage habe ich pro Jahr?",
    same: ["Wie viele Tage Urlaub habe ich im Jahr?", "Wie viele Urlaubstage stehen mir jährlich zu?"],
    near: {
      unit: "Wie viele Urlaubstage habe ich pro Monat?",
      word: "Wie viele Krankheitstage habe ich pro Jahr?",
      person: "Wie viele Urlaubstage hast du pro Jahr?",
    },
  },
  {
    topic: "finance",
    language: "de",
    question: "Wie hoch ist die Mehrwertsteuer in Österreich?",
    same: ["Wie hoch ist in Österreich die Mehrwertsteuer?", "Was beträgt die Mehrwertsteuer in Österreich?"],
    near: {
      name: "Wie hoch ist die Mehrwertsteuer in Spanien?",
      word: "Wie hoch ist die Einkommensteuer in Österreich?",
    },
  },
  {
    topic: "faq",
    language: "de",
    question: "Wer hat Amerika entdeckt?",
    same: ["Von wem wurde Amerika entdeckt?", "Wer entdeckte Amerika?"],
    near: {
      name: "Wer hat Australien entdeckt?",
      question: "Wann wurde Amerika entdeckt?",
      negation: "Wer hat Amerika nicht entdeckt?",
    },
  },
  {
    topic: "travel",
    language: "de",
    question: "Fährt ein Zug von Berlin nach Hamburg?",
    same: ["Gibt es einen Zug von Berlin nach Hamburg?", "Fährt ein Zug von Berlin nach Hamburg"],
    near: {
      order: "Fährt ein Zug von Hamburg nach Berlin?",
      negation: "Fährt kein Zug von Berlin nach Hamburg?",
      name: "Fährt ein Zug von Berlin nach München?",
    },
  },
  {
    topic: "follow-up",
    language: "de",
    question: "Und am Montag?",
    same: ["und am Montag", "Wie ist es am Montag?"],
    near: { date: "Und am Dienstag?", negation: "Und am Montag nicht?" },
  },
  {
    topic: "support",
    language: "fr",
    question: "Comment puis-je modifier mon adresse de livraison ?",
    same: [
      "Comment modifier mon adresse de livraison ?",
      "Comment est-ce que je peux changer mon adresse de livraison ?",
    ],
    near: {
      word: "Comment puis-je modifier mon adresse de facturation ?",
      question: "Quand puis-je modifier mon adresse de livraison ?",
      language: "How can I change my delivery address?",
    },
  },
  {
    topic: "support",
    language: "fr",
    question: "Est-il possible d'annuler ma commande après 24 heures ?",
    same: ["Puis-je annuler ma commande après 24 heures ?", "Est-ce que je peux annuler ma commande après 24 heures ?"],
    near: {
      number: "Est-il possible d'annuler ma commande après 48 heures ?",
      antonym: "Est-il possible d'annuler ma commande avant 24 heures ?",
      unit: "Est-il possible d'annuler ma commande après 24 jours ?",
      negation: "N'est-il pas possible d'annuler ma commande après 24 heures ?",
    },
  },
  {
    topic: "support",
    language: "fr",
    question: "Pourquoi mon paiement a-t-il été refusé ?",
    same: ["Pour quelle raison mon paiement a été refusé ?", "Pourquoi mon paiement a été rejeté ?"],
    near: {
      antonym: "Pourquoi mon paiement a-t-il été accepté ?",
      person: "Pourquoi votre paiement a-t-il été refusé ?",
      question: "Quand mon paiement a-t-il été refusé ?",
    },
  },
  {
    topic: "hr",
    language: "fr",
    question: "Combien de jours de congé ai-je par an ?",
    same: ["Combien de jours de congés ai-je par année ?", "À combien de jours de congé ai-je droit par an ?"],
    near: {
      unit: "Combien de jours de congé ai-je par mois ?",
      person: "Combien de jours de congé a-t-elle par an ?",
      word: "Combien de jours de formation ai-je par an ?",
    },
  },
  {
    topic: "faq",
    language: "fr",
    question: "Quelle est la capitale de l'Italie ?",
    same: ["C'est quoi la capitale de l'Italie ?", "Quelle ville est la capitale de l'Italie ?"],
    near: { name: "Quelle est la capitale de l'Irlande ?", word: "Quelle est la population de l'Italie ?" },
  },
  {
    topic: "travel",
    language: "fr",
    question: "Y a-t-il un vol de Lyon à Nice le 3 mai ?",
    same: ["Existe-t-il un vol de Lyon à Nice le 3 mai ?", "Est-ce qu'il y a un vol de Lyon à Nice le 3 mai ?"],
    near: {
      order: "Y a-t-il un vol de Nice à Lyon le 3 mai ?",
      date: "Y a-t-il un vol de Lyon à Nice le 3 juin ?",
      number: "Y a-t-il un vol de Lyon à Nice le 4 mai ?",
    },
  },
  {
    topic: "support",
    language: "es",
    question: "¿Cómo puedo cancelar mi suscripción?",
    same: ["¿Cómo cancelo mi suscripción?", "Quiero saber cómo cancelar mi suscripción"],
    near: {
      antonym: "¿Cómo puedo renovar mi suscripción?",
      negation: "¿Cómo puedo no cancelar mi suscripción?",
      language: "How can I cancel my subscription?",
    },
  },
  {
    topic: "finance",
    language: "es",
    question: "¿Cuánto cuesta el plan para 5 usuarios?",
    same: ["¿Cuál es el precio del plan para 5 usuarios?", "¿Cuánto cuesta el plan de cinco usuarios?"],
    near: { number: "¿Cuánto cuesta el plan para 15 usuarios?", question: "¿Cuándo empieza el plan para 5 usuarios?" },
  },
];
