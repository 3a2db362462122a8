using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>What an artifact is called on this worker: by content, or by revision for a prompt prefix.</summary>
internal readonly record struct ArtifactName(ArtifactKind Kind, string Text)
{
    public static ArtifactName Adapter(Digest digest) => new(ArtifactKind.Adapter, digest.Value);

    public static ArtifactName Backbone(Digest digest) => new(ArtifactKind.Backbone, digest.Value);

    public static ArtifactName Sandbox(Sandboxes.SandboxKey key) => new(ArtifactKind.Sandbox, key.ToString());

    public static ArtifactName Prefix(FunctionId function, int revision) =>
        new(ArtifactKind.Prefix, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{function}@{revision}"));
}
