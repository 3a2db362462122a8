namespace LoraFaaS.Policies.Batching;

/// <summary>Whether an invocation may queue.</summary>
public abstract record QueueVerdict
{
    private QueueVerdict()
    {
    }

    public sealed record Enter : QueueVerdict
    {
        public static readonly Enter Instance = new();
    }

    /// <summary>Its deadline passes before a first token can come, even alone on the device.</summary>
    public sealed record TooLate(TimeSpan Expected) : QueueVerdict;

    /// <summary>Alone it would make it; behind what is here it does not. After <paramref name="RetryAfter"/> it would.</summary>
    public sealed record Overloaded(TimeSpan Expected, TimeSpan RetryAfter) : QueueVerdict;
}
