/** A signature in a block: whose, over what. The identity is as Fabric serialises it. */
export type Signed = Readonly<{ identity: Uint8Array; signed: Uint8Array; signature: Uint8Array }>;
