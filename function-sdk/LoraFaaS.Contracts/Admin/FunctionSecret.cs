namespace LoraFaaS.Contracts.Admin;

/// <summary>OpenFaaS's secret, on its way in. In lists only name and namespace are there: values never come out.</summary>
public sealed record FunctionSecret
{
    public string? Name { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Text; kept as its UTF-8 bytes.</summary>
    public string? Value { get; init; }

    /// <summary>Bytes (base64 on the wire). Wins over <see cref="Value"/> when it is not empty.</summary>
    public byte[]? RawValue { get; init; }
}
