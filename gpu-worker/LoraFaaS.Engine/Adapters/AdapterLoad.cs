namespace LoraFaaS.Engine.Adapters;

/// <summary>What came of loading an adapter into pages.</summary>
public abstract record AdapterLoad
{
    private AdapterLoad()
    {
    }

    public sealed record Loaded(AdapterHandle Adapter) : AdapterLoad;

    /// <summary>Nothing was taken. Free pages and try again.</summary>
    public sealed record OutOfPages(int Needed, int Free) : AdapterLoad;

    /// <summary>Made for another backbone.</summary>
    public sealed record DoesNotFit(string Why) : AdapterLoad;
}
