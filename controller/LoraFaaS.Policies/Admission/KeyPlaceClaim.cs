namespace LoraFaaS.Policies.Admission;

/// <summary>What a gateway says of its places of one API key: how many invocations run there, how many places it holds by its last grant, and how many it wants to hold.</summary>
/// <param name="Number">Greater with each claim of one gateway: one that comes after a later one says nothing.</param>
/// <param name="Running">Invocations under way; where unused places are kept, the fewest that were since it was told last.</param>
/// <param name="Held">By a grant that still stands; 0 when it has lapsed.</param>
/// <param name="Wanted">In place of those held.</param>
/// <param name="Most">What the key may have over all gateways.</param>
public readonly record struct KeyPlaceClaim(long Number, int Running, int Held, int Wanted, int Most);
