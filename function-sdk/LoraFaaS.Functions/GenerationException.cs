using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Functions;

/// <summary>A generation that the platform refused or lost. Left uncaught, the caller is told the same.</summary>
public sealed class GenerationException(ErrorCode code, string message) : Exception(message)
{
    /// <summary>What went wrong: <see cref="ErrorCode.QueueFull"/>, <see cref="ErrorCode.DeadlineExceeded"/>, <see cref="ErrorCode.ContextLengthExceeded"/>, …</summary>
    public ErrorCode Code { get; } = code;
}
