using LoraFaaS.ServiceDefaults.Health;

namespace LoraFaaS.Gateway.Routing;

/// <summary>Well once routes are known, and also while the controller is away afterwards: the door still serves.</summary>
internal sealed class RouteHealth(RouteBoard board) : IHealthSource
{
    private static readonly HealthReading Waiting = new(false, "waiting for the controller's first route table");
    private static readonly HealthReading Away = new(true, "the controller is away; the last route table goes on serving");

    public HealthReading Read()
    {
        if (!board.HasRoutes)
        {
            return Waiting;
        }

        return board.Connected ? HealthReading.Well : Away;
    }
}
