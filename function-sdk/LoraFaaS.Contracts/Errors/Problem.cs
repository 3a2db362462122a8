namespace LoraFaaS.Contracts.Errors;

/// <summary>What went wrong, in words for the person who can mend it, and which field caused it when one did.</summary>
public sealed record Problem(ErrorCode Code, string Message, string? Field = null, TimeSpan? RetryAfter = null)
{
    public override string ToString() => Field is null ? Message : $"{Field}: {Message}";
}
