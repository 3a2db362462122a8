namespace LoraFaaS.Functions;

/// <summary>What a generation says while it runs.</summary>
public abstract record GenerationEvent
{
    private GenerationEvent()
    {
    }

    /// <summary>The next piece of the answer: whole characters, never empty.</summary>
    public sealed record Text(string Value) : GenerationEvent;

    /// <summary>The last event.</summary>
    public sealed record Completed(GenerationEnd End, GenerationUsage Usage) : GenerationEvent;
}
