namespace LoraFaaS.Contracts.Admin;

/// <summary><c>POST /api/v1/backbones</c>: registers a Hugging Face checkpoint folder that controller and workers can read.</summary>
public sealed record BackboneRegistration
{
    public string? Name { get; init; }

    /// <summary>Absolute path of the checkpoint folder, the same on every worker.</summary>
    public string? Path { get; init; }
}
