using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Metering;

namespace LoraFaaS.Worker.Control;

/// <summary>The worker is well as long as it takes invocations; a missing controller is a note, because what is known is served on.</summary>
internal sealed class WorkerHealth(InvocationCounts counts, ControllerLink link, IsolationStation isolation) : IHealthSource
{
    public HealthReading Read()
    {
        List<string> notes = [$"state: {(counts.IsDraining ? "draining" : "serving")}"];

        if (link.Controller is null)
        {
            notes.Add("controller: no session");
        }

        notes.Add($"isolation: enforced: {string.Join(", ", isolation.Machine.Enforced)}");
        notes.AddRange(isolation.Machine.NotEnforced);
        return new HealthReading(!counts.IsDraining, notes);
    }
}
