namespace LoraFaaS.Gateway.Forwarding.Wire;

internal enum AnswerHeadStatus
{
    Incomplete = 0,
    Complete = 1,

    /// <summary>Whatever follows, this is no answer that a worker gives.</summary>
    Malformed = 2,
}
