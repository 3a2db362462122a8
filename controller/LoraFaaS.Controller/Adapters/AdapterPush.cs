using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Adapters;

/// <summary>What became of a pushed adapter.</summary>
internal abstract record AdapterPush
{
    private AdapterPush()
    {
    }

    public sealed record Stored(AdapterRecord Adapter) : AdapterPush;

    public sealed record Refused(Problem Problem) : AdapterPush;
}
