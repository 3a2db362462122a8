using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>A deployment understood, or the first thing wrong with it.</summary>
public abstract record DeploymentReading
{
    private DeploymentReading()
    {
    }

    public sealed record Read(FunctionId Id, ImageReference Image, FunctionSettings Settings) : DeploymentReading;

    public sealed record Refused(Problem Problem) : DeploymentReading;
}
