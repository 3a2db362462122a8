namespace LoraFaaS.Gateway.Authentication;

/// <summary>What the Authorization header of an invocation says.</summary>
internal abstract record KeyLookup
{
    private KeyLookup()
    {
    }

    public sealed record Found(CallerKey Key) : KeyLookup;

    /// <summary>It holds nothing that looks like a key of this platform.</summary>
    public sealed record Absent : KeyLookup
    {
        public static readonly Absent Instance = new();
    }

    public sealed record Refused(string Reason) : KeyLookup;
}
