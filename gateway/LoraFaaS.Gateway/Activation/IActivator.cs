using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Activation;

/// <summary>Asks whoever decides to make a revision ready somewhere. An unreachable controller is an outcome, not an exception.</summary>
internal interface IActivator
{
    Task<ActivationOutcome> ActivateAsync(RouteEntry route, TimeSpan timeLeft, CancellationToken cancellationToken);
}
