import type { CoverTransfer, LaneFilling } from '@commonwatt/chaincode/domain/account';
import type { CoverDraw, PayoutRequest } from '@commonwatt/chaincode/domain/payout';
import {
    coverCommandCodec,
    coverDrawCodec,
    coverTransferCodec,
    drawCoverCommandCodec,
    fillLanesCommandCodec,
    laneFillingCodec,
    payoutCommandCodec,
    payoutRequestCodec,
} from '@commonwatt/chaincode/wire/account';
import type { Json } from '@commonwatt/chaincode/wire/canonical';
import { instructionBody, type InstructionVerb } from '@commonwatt/chaincode/wire/instruction';
import {
    leaveCodec,
    permitKeyCodec,
    type PermitKeyCommand,
    refuseKeyCodec,
} from '@commonwatt/chaincode/wire/participant';
import { SCOPE, type SigningKey } from './signing-key.js';

/** Whoever signs: a member, or just its key. */
type Holder = Readonly<{ key: SigningKey }>;

/** What a key signs so that a step is taken for its owner. */
export const instruct = ({ key }: Holder, verb: InstructionVerb, content: Json): string =>
    key.signDocument('commonwatt/instruction/1', SCOPE.exchange, instructionBody(verb, content));

export const raiseCover = (owner: Holder, transfer: CoverTransfer, sourceIds: readonly string[] = []): string =>
    coverCommandCodec.encode({
        transfer,
        sourceIds,
        signature: instruct(owner, 'account:cover', coverTransferCodec.toJson(transfer)),
    });

export const fillLanes = (owner: Holder, filling: LaneFilling, sourceIds: readonly string[] = []): string =>
    fillLanesCommandCodec.encode({
        filling,
        sourceIds,
        signature: instruct(owner, 'account:fill-lanes', laneFillingCodec.toJson(filling)),
    });

export const drawCover = (owner: Holder, draw: CoverDraw): string =>
    drawCoverCommandCodec.encode({
        draw,
        signature: instruct(owner, 'account:draw-cover', coverDrawCodec.toJson(draw)),
    });

export const requestPayout = (owner: Holder, payout: PayoutRequest, sourceIds: readonly string[] = []): string =>
    payoutCommandCodec.encode({
        payout,
        sourceIds,
        signature: instruct(owner, 'account:request-payout', payoutRequestCodec.toJson(payout)),
    });

export const leave = (owner: Holder, participantId: string): string =>
    leaveCodec.encode({ participantId, signature: instruct(owner, 'participant:leave', { participantId }) });

export const refuseKey = (owner: Holder, refusal: PermitKeyCommand): string =>
    refuseKeyCodec.encode({
        refusal,
        signature: instruct(owner, 'participant:refuse-key', permitKeyCodec.toJson(refusal)),
    });
