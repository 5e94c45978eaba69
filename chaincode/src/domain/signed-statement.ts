/** What an officer states, with the seat and the key that signed it. */
export type SignedStatement<Statement> = Readonly<{
    statement: Statement;
    officerSubjectHash: string;
    keyId: string;
    signature: string;
}>;
