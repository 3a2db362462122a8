using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Backbones;

/// <summary>What became of a registration or a removal.</summary>
internal abstract record BackboneOutcome
{
    private BackboneOutcome()
    {
    }

    public sealed record Registered(BackboneRecord Backbone, bool IsNew) : BackboneOutcome;

    public sealed record Removed : BackboneOutcome;

    public sealed record Refused(Problem Problem) : BackboneOutcome;
}
