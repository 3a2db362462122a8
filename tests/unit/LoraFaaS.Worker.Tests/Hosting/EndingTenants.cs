using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>Those who have device memory, one of whom was killed and is not gone until the test says so.</summary>
internal sealed class EndingTenants(IReadOnlyList<ResidentSandbox> resident) : IDeviceTenants
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<ResidentSandbox> Resident => resident;

    public IReadOnlyList<Task> Ending => _end.Task.IsCompleted ? [] : [_end.Task];

    public void End() => _end.SetResult();

    public Task<bool> TryStopAsync(ResidentSandbox sandbox) => Task.FromResult(false);
}
