namespace LoraFaaS.Gateway.Admission;

/// <summary>Whether an invocation has one of its API key's places.</summary>
internal abstract record KeyEntry
{
    private KeyEntry()
    {
    }

    public sealed record Entered : KeyEntry
    {
        public static readonly Entered Instance = new();
    }

    /// <summary>All are taken, here and at other gateways.</summary>
    public sealed record Full : KeyEntry
    {
        public static readonly Full Instance = new();
    }

    /// <summary>No controller says how many are taken elsewhere, and none is held here.</summary>
    public sealed record Unknown : KeyEntry
    {
        public static readonly Unknown Instance = new();
    }
}
