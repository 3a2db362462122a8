namespace LoraFaaS.Bench.Memory;

/// <summary>One way of keeping adapters and keys and values in a budget of device memory.</summary>
internal interface IReplayStore
{
    string Name { get; }

    /// <summary>Bytes of whole extents that are taken.</summary>
    long Leased { get; }

    /// <summary>Bytes that nothing holds, wherever they lie.</summary>
    long Free { get; }

    /// <summary>Share of the free bytes that the largest object which still fits could not use.</summary>
    double ExternalFragmentation { get; }

    long BytesOf(ReplayAdapter adapter);

    long BytesOf(int tokens);

    bool TryPlace(int domain, long id, long bytes);

    void Remove(int domain, long id);

    /// <summary>Gives back what is held and not used.</summary>
    void Tidy();
}
