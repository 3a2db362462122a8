namespace LoraFaaS.Policies.Batching;

/// <summary>One live sequence as the step planner sees it.</summary>
public readonly record struct StepSequence
{
    /// <summary>The caller's key; the plan speaks of sequences by it.</summary>
    public required int Key { get; init; }

    /// <summary>Tokens it has, prompt and answer.</summary>
    public required int Tokens { get; init; }

    /// <summary>Of these, tokens whose keys and values are cached. 0 for one that waits.</summary>
    public required int Computed { get; init; }

    /// <summary>KV pages it holds.</summary>
    public required int Pages { get; init; }

    /// <summary>False: its reader has no room for another event, so it is parked.</summary>
    public required bool HasCredit { get; init; }

    /// <summary>The instant by which it ought to be served, on any one clock. Instants move on, so nobody is overtaken for ever.</summary>
    public required long Due { get; init; }

    /// <summary>Order of arrival; decides between equal instants.</summary>
    public required long Arrival { get; init; }

    /// <summary>Longest time between its tokens that its function promises. Null: none is promised.</summary>
    public TimeSpan? SloTpot { get; init; }

    /// <summary>The time within which its first token was promised. Null: none is promised.</summary>
    public TimeSpan? SloTtft { get; init; }

    /// <summary>It holds pages, and would lose work if they were taken.</summary>
    public bool IsRunning => Computed > 0 || Pages > 0;

    public int Pending => Tokens - Computed;

    public bool IsDecoding => Computed > 0 && Pending == 1;
}
