namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>How asking over one connection went.</summary>
internal enum AskOutcome
{
    /// <summary>The answer's head is here.</summary>
    Answered = 0,

    /// <summary>The connection ended before the answer's first byte: one kept from an earlier call was dead.</summary>
    Unanswered = 1,

    /// <summary>It ended within the head.</summary>
    Torn = 2,

    /// <summary>What came is no answer of a worker's.</summary>
    Malformed = 3,
}
