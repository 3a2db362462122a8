namespace LoraFaaS.Client;

/// <summary>Where the platform is and who calls it.</summary>
public sealed record LoraFaaSClientOptions
{
    /// <summary>The gateway's address, for example <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri Gateway { get; init; }

    /// <summary>Further gateways of the same platform, asked in turn when no connection to the one before can be made.</summary>
    public IReadOnlyList<Uri> OtherGateways { get; init; } = [];

    /// <summary>The Basic auth user of <c>/system</c> and <c>/api</c>; null to send none (invocations need none).</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>An API key for invocations (<c>lfk_…</c>). When it is given, user and password are not sent.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Longest any single request may take before its response starts.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
}
