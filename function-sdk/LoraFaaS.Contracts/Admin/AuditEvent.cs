namespace LoraFaaS.Contracts.Admin;

/// <summary>One change that somebody asked for, and how it ended.</summary>
public sealed record AuditEvent
{
    /// <summary>Rises with time; <c>before=</c> pages by it.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string User { get; init; }

    /// <summary>For example <c>function.deploy</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What it was done to, by name.</summary>
    public required string Target { get; init; }

    /// <summary>The HTTP status it was answered with.</summary>
    public required int Status { get; init; }
}
