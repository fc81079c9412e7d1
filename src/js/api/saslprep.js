// @ts-check
// Prepares a password as RFC 4013 says. It is here because the browser has the tables of Unicode, which
// are larger than all else that authentication needs.

const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
const NOTHING = /[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/gu;
/** Controls, private use, no characters, surrogates, and what only steers or describes a text. */
const FORBIDDEN = /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u0340\u0341\u06dd\u070f\u180e\u200e\u200f\u2028-\u202e\u2061-\u2063\u206a-\u206f\u2ff0-\u2ffb\ufff9-\ufffd\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** @param {string} text @param {string} what for the error */
export function saslprep(text, what) {
    const prepared = text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
    // A text that goes both ways can look like another one.
    const letters = [...prepared].filter((character) => /\p{L}/u.test(character));
    const rights = letters.filter((letter) => RIGHT_TO_LEFT.test(letter)).length;
    const mixed = rights > 0 && (rights < letters.length || !RIGHT_TO_LEFT.test([...prepared][0]) || !RIGHT_TO_LEFT.test([...prepared].at(-1) ?? ''));
    if (mixed || FORBIDDEN.test(prepared)) throw new TypeError(`${what} has a character that SASLprep forbids`);
    return prepared;
}
