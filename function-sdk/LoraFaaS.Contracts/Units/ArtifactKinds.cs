namespace LoraFaaS.Contracts.Units;

/// <summary>Kinds of artifacts as messages and people name them.</summary>
public static class ArtifactKinds
{
    public static string ToWord(this ArtifactKind kind) => kind switch
    {
        ArtifactKind.Sandbox => "sandbox",
        ArtifactKind.Backbone => "backbone",
        ArtifactKind.Kernels => "kernels",
        ArtifactKind.Adapter => "adapter",
        ArtifactKind.Prefix => "prefix",
        ArtifactKind.Code => "code",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Null: no kind is called so.</summary>
    public static ArtifactKind? Parse(string word) => word switch
    {
        "sandbox" => ArtifactKind.Sandbox,
        "backbone" => ArtifactKind.Backbone,
        "kernels" => ArtifactKind.Kernels,
        "adapter" => ArtifactKind.Adapter,
        "prefix" => ArtifactKind.Prefix,
        "code" => ArtifactKind.Code,
        _ => null,
    };
}
