namespace LoraFaaS.Client;

/// <summary>What a streamed invocation yields: any number of <see cref="Text"/>, then one <see cref="Done"/>.</summary>
public abstract record InvocationEvent
{
    private InvocationEvent()
    {
    }

    /// <summary>More of the generated text.</summary>
    public sealed record Text(string Value) : InvocationEvent;

    /// <summary>The end, with the account.</summary>
    public sealed record Done : InvocationEvent
    {
        /// <summary><c>stop</c> or <c>length</c>.</summary>
        public required string FinishReason { get; init; }

        public required int PromptTokens { get; init; }

        public required int CompletionTokens { get; init; }

        /// <summary>Time to first token as the worker measured it, in milliseconds.</summary>
        public double? TtftMs { get; init; }
    }
}
