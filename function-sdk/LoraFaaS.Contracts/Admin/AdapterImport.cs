namespace LoraFaaS.Contracts.Admin;

/// <summary>The body of <c>POST /api/v1/adapters</c>: take in a PEFT folder that the controller itself can read.</summary>
public sealed record AdapterImport
{
    /// <summary>Absolute. Required.</summary>
    public string? Folder { get; init; }

    /// <summary>The adapter's name. Required.</summary>
    public string? Name { get; init; }

    /// <summary>Null: the backbone that the adapter's configuration names, or the only one there is.</summary>
    public string? Backbone { get; init; }

    /// <summary>Null: latest.</summary>
    public string? Tag { get; init; }
}
