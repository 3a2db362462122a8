using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Routes;

/// <summary>A registered backbone can be called under its own name, if that is a function's name, without being deployed.</summary>
internal static class BackboneRoute
{
    public static bool TryId(BackboneName backbone, out FunctionId id)
    {
        id = default;

        if (!FunctionName.TryParse(backbone.Value, out var name))
        {
            return false;
        }

        id = new FunctionId(NamespaceName.Default, name);
        return true;
    }

    public static FunctionRevision RevisionOf(BackboneRecord backbone, FunctionId id) => new()
    {
        Function = id,
        Number = 1,
        Backbone = backbone.Name,
        BackboneDigest = backbone.Digest,
        ContextLength = backbone.ContextLength,
    };
}
