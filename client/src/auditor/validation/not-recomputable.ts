/** Something that decides about a transaction and that the audit does not compute; the reason names it. */
export class NotRecomputable extends Error {
    override readonly name = 'NotRecomputable';
}
